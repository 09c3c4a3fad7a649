"""Reading, writing, moving and deleting: whole or as it was, and never over what somebody else wrote."""

import errno
import fcntl
import os
import stat
from pathlib import Path

import pytest

from hermes_webui.errors import BadRequest, Conflict, DiskFull, Forbidden, NotFound, TooLarge, UnsupportedMedia
from hermes_webui.workspace import copies
from hermes_webui.workspace import folder as folder_module
from hermes_webui.workspace.folder import ANY, Folder
from hermes_webui.workspace.trash import Trash
from hermes_webui.workspace.writing import Disk
from tests.workspace.conftest import Place


class FullDisk(Disk):
    """Takes so many more bytes, then none; another file system begins where `apart` says."""

    def __init__(self, room: int = 1 << 30, *, apart: bool = False) -> None:
        self.room = room
        self.apart = apart

    def write(self, fd, data):
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = os.write(fd, bytes(data)[: max(1, min(len(data), self.room))])
        self.room -= written
        return written

    def rename(self, source, target):
        if self.apart and os.fstat(source.parent).st_ino != os.fstat(target.parent).st_ino:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        super().rename(source, target)


def left_over(place: Place) -> list[str]:
    return [path.name for path in place.root.rglob(".hermes-part-*")]


def test_what_is_written_is_read_with_its_version(place: Place):
    version = place.folder.write("new/deep/file.txt", b"one", None)
    found = place.folder.read("new/deep/file.txt")
    assert (found.data, found.version) == (b"one", version)
    assert place.folder.write("new/deep/file.txt", b"two", version) != version
    assert left_over(place) == []


def test_a_file_that_changed_meanwhile_is_not_overwritten(place: Place):
    version = place.folder.read("README.md").version
    (place.root / "README.md").write_text("by hand")
    for expected in (version, None, "0" * 64, ""):
        with pytest.raises(Conflict, match=r"README\.md was written by somebody else"):
            place.folder.write("README.md", b"mine", expected)
    assert (place.root / "README.md").read_text() == "by hand"
    (place.root / "README.md").unlink()
    with pytest.raises(Conflict, match="not there any more"):
        place.folder.write("README.md", b"mine", version)
    assert left_over(place) == []


def test_a_file_that_changes_between_look_and_rename_is_not_overwritten(place: Place):
    class Late(Disk):
        def sync(self, fd):
            (place.root / "README.md").write_text("at the last moment")

    late = Folder(place.root, disk=Late())
    version = late.read("README.md").version
    with pytest.raises(Conflict):
        late.write("README.md", b"mine", version)
    with pytest.raises(Conflict):
        late.write("README.md", b"mine", ANY)
    assert (place.root / "README.md").read_text() == "at the last moment"
    assert left_over(place) == []


def test_mode_is_kept_and_what_is_read_only_stays(place: Place):
    script = place.root / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o750)
    place.folder.write("run.sh", b"#!/bin/sh\nls\n", ANY)
    assert stat.S_IMODE(script.stat().st_mode) == 0o750
    script.chmod(0o440)
    with pytest.raises(Forbidden, match="read-only"):
        place.folder.write("run.sh", b"", ANY)


def test_a_hard_link_is_parted_and_never_written_through(place: Place):
    try:
        os.link(place.outside / "canary.txt", place.root / "linked.txt")
    except OSError:
        pytest.skip("this file system has no hard links")
    place.folder.write("linked.txt", b"mine", ANY)
    place.assert_untouched()


def test_a_full_disk_leaves_the_old_file(place: Place):
    disk = FullDisk(room=10)
    full = Folder(place.root, disk=disk)
    for path, expected in (("README.md", ANY), ("brand-new.txt", None)):
        with pytest.raises(DiskFull, match="The disk is full"):
            full.write(path, b"x" * 100, expected)
    assert (place.root / "README.md").read_text() == "# Hello\n"
    assert not (place.root / "brand-new.txt").exists()
    assert left_over(place) == []
    disk.room = 1 << 20
    full.write("README.md", b"x" * 100, ANY)


def test_a_file_in_pieces_is_there_whole_or_not_at_all(place: Place):
    with place.folder.receive("parts.bin") as part:
        part.add(b"one")
        assert not (place.root / "parts.bin").exists()
        part.add(b"two")
    assert (place.root / "parts.bin").read_bytes() == b"onetwo"
    broken = FullDisk(room=2)
    for path, error in (("broken.bin", DiskFull), ("parts.bin", Conflict)):
        with pytest.raises(error), Folder(place.root, disk=broken).receive(path) as part:
            part.add(b"three")
    assert not (place.root / "broken.bin").exists()
    assert left_over(place) == []


def test_too_large_a_file_is_begun_and_not_read_whole(place: Place, monkeypatch):
    monkeypatch.setattr(folder_module, "LARGEST", 100)
    (place.root / "big.txt").write_bytes(b"a" * 1000)
    with pytest.raises(TooLarge):
        place.folder.read("big.txt")
    with pytest.raises(TooLarge):
        place.folder.write("other.txt", b"a" * 101, None)
    begun = place.folder.beginning("big.txt", 10)
    assert (begun.data, begun.size, begun.version) == (b"a" * 10, 1000, None)
    assert place.folder.beginning("README.md", 10).version == place.folder.read("README.md").version


def test_lines_of_a_text(place: Place):
    found = place.folder.text("src/deep/notes.txt", line=2, limit=1)
    assert (found.text, found.line, found.total, found.truncated) == ("two\n", 2, 3, True)
    assert place.folder.text("src/deep/notes.txt", line=3).text == "three\n"
    assert place.folder.text("src/deep/notes.txt", line=9).text == ""
    for data in (b"\xff\xfe", b"a\0b"):
        place.folder.write("binary", data, ANY)
        with pytest.raises(UnsupportedMedia):
            place.folder.text("binary")


def test_a_listing_has_folders_first_each_by_name(place: Place):
    for name in ("zeta", "Alpha"):
        place.folder.make_folder(name)
    names = [entry.name for entry in place.folder.entries().entries]
    assert names[:3] == ["Alpha", "src", "zeta"]
    assert names[3:] == sorted(names[3:], key=str.casefold)


def test_gits_own_store_is_the_last_of_a_listing_and_no_search_looks_into_it(place: Place):
    (place.root / ".git" / "hooks").mkdir(parents=True)
    (place.root / ".git" / "hooks" / "main.sample").write_text("hello\n")
    (place.root / ".github").mkdir()
    listed = place.folder.entries().entries
    assert [entry.name for entry in listed][:2] == [".github", "src"]
    assert (listed[-1].name, listed[-1].kind) == (".git", "folder")
    assert [hit.path for hit in place.folder.names("main").hits] == ["src/main.py"]
    assert not [hit.path for hit in place.folder.lines("hello").hits if hit.path.startswith(".git/")]


def test_a_listing_tells_where_links_lead_as_long_as_it_is_inside(place: Place):
    found = {entry.name: (entry.kind, entry.leads) for entry in place.folder.entries().entries}
    assert found["inside"] == ("link", "folder")
    assert found["also"] == ("link", "file")
    assert {found[name] for name in ("out", "out.txt", "up", "circle", "nowhere")} == {("link", "")}


def test_names_that_are_no_text_are_listed_and_cannot_be_asked_for(place: Place):
    for raw in (b"caf\xe9", b"a\nb", b"\x1b[2J"):
        (Path(os.fsdecode(bytes(place.root) + b"/" + raw))).write_bytes(b"x")
    found = [entry for entry in place.folder.entries().entries if "\ufffd" in entry.name]
    assert [entry.kind for entry in found] == ["other"] * 3
    for entry in found:
        entry.name.encode()
        assert "\n" not in entry.name


def test_pages_of_a_listing_are_the_whole(place: Place):
    for number in range(25):
        (place.root / "src" / f"{number:02}").touch()
    pages = [place.folder.entries("src", offset, 10) for offset in (0, 10, 20)]
    names = [entry.name for page in pages for entry in page.entries]
    assert [page.next for page in pages] == [10, 20, None]
    assert len(set(names)) == len(names) == pages[0].total == 28
    assert place.folder.entries("src", 100, 10).entries == []


def test_moving_makes_folders_and_takes_nothing_away(place: Place):
    assert place.folder.move("src/main.py", "lib/new/main.py") == "lib/new/main.py"
    assert place.folder.read("lib/new/main.py").data.startswith(b"print")
    with pytest.raises(BadRequest, match="into itself"):
        place.folder.move("src", "src/deep/src")
    with pytest.raises(NotFound):
        place.folder.move("missing", "other")
    assert place.folder.move("src", "source") == "source"
    assert place.folder.read("source/deep/notes.txt").data


@pytest.mark.parametrize("apart", [False, True])
def test_what_is_deleted_can_be_put_back_from_another_disk_too(place: Place, tmp_path: Path, apart):
    (place.root / "src" / "link").symlink_to("../README.md")
    (place.root / "src" / "main.py").chmod(0o755)
    disk = FullDisk(apart=apart)
    here = Folder(place.root, Trash(tmp_path / "bin", lambda: 7.0, disk), disk=disk)
    (place.root / "src" / "chain").unlink()
    trash_id = here.trash("src")
    assert not (place.root / "src").exists()
    kept = tmp_path / "bin" / trash_id
    assert sorted(path.name for path in kept.iterdir()) == ["item", "note.json"]
    assert here.restore(trash_id) == "src"
    assert (place.root / "src" / "link").readlink() == Path("../README.md")
    assert stat.S_IMODE((place.root / "src" / "main.py").stat().st_mode) == 0o755
    assert here.read("src/deep/notes.txt").data == b"one\ntwo\nthree\n"
    assert list((tmp_path / "bin").iterdir()) == []
    with pytest.raises(NotFound):
        here.restore(trash_id)


def test_what_cannot_be_copied_to_the_trash_stays_where_it_is(place: Place, tmp_path: Path):
    (place.root / "src" / "big").write_bytes(b"x" * 5000)
    disk = FullDisk(room=1000, apart=True)
    here = Folder(place.root, Trash(tmp_path / "bin", lambda: 7.0, disk), disk=disk)
    with pytest.raises(DiskFull):
        here.trash("src")
    assert here.read("src/deep/notes.txt").data == b"one\ntwo\nthree\n"
    assert len(here.read("src/big").data) == 5000
    disk.room = 1 << 20
    os.mkfifo(place.root / "src" / "fifo")
    with pytest.raises(Forbidden, match="no ordinary file"):
        here.trash("src")
    assert here.read("src/deep/notes.txt").data
    assert list((tmp_path / "bin").iterdir()) == []
    assert left_over(place) == []


def test_a_copy_in_the_trash_is_kept_where_the_original_cannot_be_removed(place: Place, tmp_path: Path, monkeypatch):
    disk = FullDisk(apart=True)
    here = Folder(place.root, Trash(tmp_path / "bin", lambda: 7.0, disk), disk=disk)

    def refuse(spot):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    with monkeypatch.context() as patch:
        patch.setattr(copies, "remove", refuse)
        trash_id = here.trash("src")
    assert "src" not in [entry.name for entry in here.entries().entries]
    assert here.restore(trash_id) == "src"
    assert here.read("src/deep/notes.txt").data == b"one\ntwo\nthree\n"


@pytest.mark.parametrize("step", ["copy", "rename"])
@pytest.mark.parametrize("way", ["there", "back"])
def test_a_crash_on_the_way_to_another_disk_loses_nothing(place: Place, tmp_path: Path, monkeypatch, step, way):
    """The process dies once the original has our name: before its copy, or before the copy has its place."""

    class Died(BaseException):
        pass

    disk = FullDisk(apart=True)
    bin_ = Trash(tmp_path / "bin", lambda: 7.0, disk)
    here = Folder(place.root, bin_, disk=disk)
    trash_id = here.trash("src") if way == "back" else ""
    renames = []

    def die(*_):
        raise Died

    def rename(source, target):
        renames.append(source.name)
        if len(renames) > 2:
            raise Died
        FullDisk.rename(disk, source, target)

    with monkeypatch.context() as patch:
        patch.setattr(disk, "rename", rename)
        patch.setattr(copies, "remove", die)
        if step == "copy":
            patch.setattr(copies, "copy", die)
        with pytest.raises(Died):
            here.restore(trash_id) if way == "back" else here.trash("src")
    Trash(tmp_path / "bin", lambda: 8.0).put_back()
    if way == "back":
        assert here.restore(trash_id) == "src"
    assert here.read("src/deep/notes.txt").data == b"one\ntwo\nthree\n"


def test_something_else_in_the_old_place_is_not_overwritten(place: Place):
    trash_id = place.folder.trash("README.md")
    place.folder.write("README.md", b"another", None)
    assert place.folder.restore(trash_id) == "README (2).md"
    assert place.folder.read("README.md").data == b"another"
    (place.root / "src" / "deep" / "Makefile").write_text("all:\n")
    trash_id = place.folder.trash("src/deep/Makefile")
    place.folder.trash("src")
    assert place.folder.restore(trash_id) == "src/deep/Makefile"


@pytest.mark.parametrize(
    "trash_id", ["", "..", "../outside", "0" * 16, "0" * 17, "A" * 16, "note.json", "0" * 16 + "\n"]
)
def test_ids_that_are_none_restore_nothing(place: Place, trash_id):
    place.folder.trash("README.md")
    with pytest.raises((NotFound, BadRequest)):
        place.folder.restore(trash_id)


def test_another_workspaces_trash_is_not_given_out(place: Place, tmp_path: Path):
    trash_id = place.folder.trash("README.md")
    (tmp_path / "other").mkdir()
    other = Folder(tmp_path / "other", Trash(place.trash, lambda: 1.0))
    with pytest.raises(Forbidden, match="another workspace"):
        other.restore(trash_id)
    assert place.folder.restore(trash_id) == "README.md"


def test_a_workspace_without_a_trash_deletes_nothing(place: Place):
    with pytest.raises(Forbidden, match="no trash"):
        Folder(place.root).trash("README.md")
    assert (place.root / "README.md").exists()


def test_names_and_lines_are_found(place: Place):
    (place.root / "node_modules").mkdir()
    (place.root / "node_modules" / "main.py").write_text("print('hello')\n")
    (place.root / "src" / "blob").write_bytes(b"hello\0")
    assert [hit.path for hit in place.folder.names("MAIN").hits] == ["src/main.py"]
    assert [hit.path for hit in place.folder.names("src notes").hits] == ["src/deep/notes.txt"]
    found = {(hit.path, hit.line, hit.text) for hit in place.folder.lines("HELLO").hits}
    assert found == {("README.md", 1, "# Hello"), ("src/main.py", 1, "print('hello')")}
    place.folder.write("ü.txt", "Straße\nGRÜSSE\n".encode(), None)
    assert [(hit.line, hit.text) for hit in place.folder.lines("grüsse").hits] == [(2, "GRÜSSE")]
    assert place.folder.lines("canary sings").hits == []
    with pytest.raises(BadRequest):
        place.folder.names(" ")


def test_a_search_says_when_there_is_more(place: Place):
    place.folder.write("many.txt", b"needle\n" * 40, None)
    found = place.folder.lines("needle", limit=10)
    assert (len(found.hits), found.truncated) == (10, True)
    assert not place.folder.lines("needle", limit=100).truncated
    for number in range(20):
        place.folder.write(f"n/{number}.txt", b"", None)
    found = place.folder.names(".txt", limit=5)
    assert (len(found.hits), found.truncated) == (5, True)


def test_paths_that_another_program_names_are_confined_too(place: Place):
    files = ["../outside/canary.txt", "out/canary.txt", "/etc/passwd", "out.txt", "src/main.py"]
    assert [hit.path for hit in place.folder.lines("hello", files=files).hits] == ["src/main.py"]
    assert place.folder.lines("canary", files=files).hits == []


def test_a_busy_folder_is_said(place: Place, monkeypatch):
    monkeypatch.setattr("hermes_webui.workspace.writing.PATIENCE", 0.05)
    fd = os.open(place.root, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        with pytest.raises(Conflict, match="try again"):
            place.folder.write("README.md", b"", ANY)
    finally:
        os.close(fd)
    place.folder.write("README.md", b"", ANY)
