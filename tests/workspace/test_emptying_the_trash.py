"""What is removed for good: what was deleted long ago, what a kill left of a write, and nothing else."""

import os
import stat
import time
from pathlib import Path

import pytest

from hermes_webui.errors import HermesError, NotFound
from hermes_webui.workspace.folder import Folder
from hermes_webui.workspace.trash import Trash
from tests.workspace.conftest import Place

DAY = 86_400.0


class Moving:
    """A clock that a test sets."""

    now = 100 * DAY

    def __call__(self) -> float:
        return self.now


def bin_of(place: Place, clock: Moving) -> tuple[Folder, Trash]:
    trash = Trash(place.trash, clock)
    return Folder(place.root, trash), trash


def test_only_what_was_deleted_before_goes(place: Place):
    clock = Moving()
    folder, trash = bin_of(place, clock)
    old = folder.trash("src")
    clock.now += 31 * DAY
    new = folder.trash("README.md")
    assert [(each.trash_id, each.path, each.kind) for each in trash.kept()] == [
        (new, "README.md", "file"),
        (old, "src", "folder"),
    ]
    assert trash.kept()[0].size == len("# Hello\n")
    trash.empty(clock.now - 30 * DAY)
    assert sorted(path.name for path in place.trash.iterdir()) == [new]
    with pytest.raises(NotFound):
        folder.restore(old)
    assert folder.restore(new) == "README.md"
    place.assert_untouched()


def test_what_nobody_can_date_and_what_is_not_ours_stays(place: Place):
    folder, trash = bin_of(place, Moving())
    undated, halfway = folder.trash("README.md"), folder.trash("src/main.py")
    (place.trash / undated / "note.json").write_bytes(b"{")
    (place.trash / halfway / "item").rename(place.trash / halfway / "elsewhere")
    (place.trash / "mine").mkdir()
    (place.trash / "mine" / "letter.txt").write_text("mine")
    (place.trash / "0123456789abcdef").symlink_to(place.outside)
    trash.empty(1e12)
    assert (place.trash / undated / "item").read_text() == "# Hello\n"
    assert (place.trash / halfway / "elsewhere").exists()
    trash.empty()
    assert not (place.trash / undated).exists()
    assert (place.trash / halfway / "elsewhere").exists()
    assert (place.trash / "mine" / "letter.txt").read_text() == "mine"
    place.assert_untouched()


def test_links_in_the_trash_are_not_followed(place: Place):
    folder, trash = bin_of(place, Moving())
    (place.root / "src" / "away").symlink_to(place.outside)
    folder.trash("src")
    folder.trash("out")
    folder.trash("out.txt")
    assert {each.kind for each in trash.kept()} == {"folder", "link"}
    trash.empty()
    assert list(place.trash.iterdir()) == []
    place.assert_untouched()


def test_a_removal_that_was_cut_off_is_ended_and_never_given_back(place: Place):
    clock = Moving()
    folder, trash = bin_of(place, clock)
    trash_id = folder.trash("src")
    (place.trash / trash_id / "item").rename(place.trash / trash_id / "gone")  # the process died here
    trash.put_back()
    assert trash.kept() == []
    with pytest.raises(HermesError):
        folder.restore(trash_id)
    trash.empty(clock.now - 30 * DAY)
    assert list(place.trash.iterdir()) == []


def test_a_file_that_cannot_be_removed_stays_and_the_others_go(place: Place, monkeypatch):
    folder, trash = bin_of(place, Moving())
    held, other = folder.trash("src"), folder.trash("README.md")
    rename = trash._disk.rename

    def refuse(source, target):
        if stat.S_ISDIR(source.status().st_mode):
            raise PermissionError
        rename(source, target)

    monkeypatch.setattr(trash._disk, "rename", refuse)
    trash.empty()
    assert [path.name for path in place.trash.iterdir()] == [held]
    assert other
    monkeypatch.undo()
    assert folder.restore(held) == "src"


def part(folder: Path, name: str = ".hermes-part-0123456789abcdef.new", *, age: float = 2 * 3600) -> Path:
    path = folder / name
    path.write_text("half")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_what_a_kill_left_of_a_write_goes_with_the_next_write_in_its_folder(place: Place):
    old, elsewhere = part(place.root), part(place.root / "src")
    place.folder.write("new.txt", b"x", None)
    assert not old.exists()
    assert elsewhere.exists()
    with place.folder.receive("src/up.bin") as coming:
        assert not elsewhere.exists()
        coming.add(b"x")
    assert (place.root / "src" / "up.bin").read_bytes() == b"x"


def test_what_is_young_or_not_ours_or_no_file_stays(place: Place):
    target = part(place.outside, "half")
    young = part(place.root, ".hermes-part-00000000000000aa.new", age=60)
    names = (".hermes-part-0123456789abcdef", ".hermes-part-x.new", "hermes-part-0123456789abcdef.new")
    others = [part(place.root, name) for name in names]
    (place.root / ".hermes-part-00000000000000bb.new").mkdir()
    (place.root / ".hermes-part-00000000000000cc.new").symlink_to(target)
    place.folder.write("new.txt", b"x", None)
    assert young.exists()
    assert all(path.exists() for path in others)
    assert target.read_text() == "half"
    assert (place.root / ".hermes-part-00000000000000bb.new").is_dir()
    os.utime(young, (time.time() - 7200,) * 2)
    place.folder.write("new2.txt", b"x", None)  # looked at again, since it had been too young
    assert not young.exists()
