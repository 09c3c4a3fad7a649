"""No path leads out of a workspace, whatever is in it and whatever happens meanwhile."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from hermes_webui.errors import BadRequest, Conflict, Forbidden, HermesError, NotFound
from hermes_webui.workspace.folder import ANY, Folder
from hermes_webui.workspace.trash import Trash
from tests.workspace.conftest import ONLY_OUTSIDE, SECRET, Place
from tests.workspace.hostile import hostile_paths


def acts(place: Place, path: str) -> list[Callable[[], object]]:
    folder = place.folder
    return [
        lambda: folder.read(path),
        lambda: folder.entries(path),
        lambda: folder.about(path),
        lambda: folder.resolve(path),
        lambda: folder.beginning(path, 100),
        lambda: folder.text(path),
        lambda: folder.write(path, b"written", ANY),
        lambda: folder.write(path, b"written", None),
        lambda: folder.make_folder(path),
        lambda: folder.move(path, "src/taken"),
        lambda: folder.move("README.md", path),
        lambda: folder.trash(path),
        lambda: folder.restore(path),
    ]


def told(act: Callable[[], object]) -> str:
    """What an act gave, as text; an error's sentence where it was refused. Anything else fails the test."""
    try:
        return repr(act())
    except HermesError as error:
        return "" if error.message else "no sentence"


@pytest.mark.heavy
def test_ten_thousand_hostile_paths_reach_nothing_outside(place: Place):
    refused = 0
    for number, path in enumerate(hostile_paths(str(place.outside), str(place.root))):
        if number % 25 == 0:
            place.lay()  # much is moved and deleted by such paths, rightly
        for act in acts(place, path):
            found = told(act)
            refused += not found
            assert SECRET.decode() not in found
            assert ONLY_OUTSIDE not in found
    place.assert_untouched()
    assert refused > 60_000


def test_hostile_paths_are_the_same_each_time_and_none_is_twice_the_same_kind(place: Place):
    first, second = (list(hostile_paths("/o", "/r")) for _ in range(2))
    assert first == second
    assert len(set(first)) > 8_000


@pytest.mark.parametrize(
    "path", ["..", "../outside", "out/canary.txt", "out.txt", "up", "src/chain", "src/../../outside"]
)
def test_a_way_out_is_refused_in_a_sentence(place: Place, path):
    with pytest.raises(Forbidden, match="outside of this conversation's workspace"):
        place.folder.read(path)


def test_absolute_paths_are_taken_inside_and_refused_outside(place: Place):
    assert place.folder.read(str(place.root / "README.md")).data == b"# Hello\n"
    assert place.folder.relative(str(place.root)) == ""
    for path in ("/etc/passwd", str(place.outside), f"{place.root}x", "/", f"{place.root}/../outside"):
        with pytest.raises(Forbidden):
            place.folder.entries(path)


def test_links_that_stay_inside_are_followed(place: Place):
    assert place.folder.read("inside/main.py").path == "src/main.py"
    assert place.folder.read("also").path == "src/main.py"
    assert place.folder.read("inside/../README.md").path == "README.md"
    place.folder.write("also", b"new", ANY)
    assert (place.root / "also").is_symlink()
    assert (place.root / "src" / "main.py").read_bytes() == b"new"


@pytest.mark.parametrize(
    "path", ["a\0b", "a\nb", "\x1b[31m", "\ud800", "a" * 256, "é" * 128, "a/" * 3000, "\x7f", "\x85"]
)
def test_what_is_no_path_is_refused_before_anything_is_opened(place: Place, path):
    with pytest.raises(BadRequest):
        place.folder.read(path)


def test_a_name_is_its_bytes_and_no_form_of_unicode_becomes_another(place: Place):
    for name in ("café", "cafe\u0301", "．．", "\u2024\u2024", "ＲＥＡＤＭＥ.md"):
        place.folder.write(f"forms/{name}", name.encode(), None)
    assert sorted(path.name for path in (place.root / "forms").iterdir()) == sorted(
        ("café", "cafe\u0301", "．．", "\u2024\u2024", "ＲＥＡＤＭＥ.md")
    )
    assert place.folder.read("forms/café").data == "café".encode()
    place.assert_untouched()


def test_pipes_devices_and_sockets_are_listed_and_never_opened(place: Place):
    assert {entry.name: entry.kind for entry in place.folder.entries().entries}["pipe"] == "other"
    for act in (
        lambda: place.folder.read("pipe"),
        lambda: place.folder.beginning("pipe", 10),
        lambda: place.folder.write("pipe", b"", ANY),
    ):
        with pytest.raises(Forbidden, match="no ordinary file"):
            act()


@pytest.mark.parametrize("path", [".git/hooks/pre-commit", ".GIT/config", ".g\u200cit/config", "sub/.git", "．git/x"])
def test_gits_own_files_are_not_written(place: Place, path):
    (place.root / ".git").mkdir()
    with pytest.raises(Forbidden, match=r"\.git"):
        place.folder.write(path, b"#!/bin/sh\n", ANY)
    with pytest.raises(Forbidden):
        place.folder.move("README.md", path)
    with pytest.raises(Forbidden):
        place.folder.make_folder(path)
    assert list((place.root / ".git").iterdir()) == []


def test_gits_own_files_are_not_written_through_a_link_either(place: Place):
    (place.root / ".git").mkdir()
    (place.root / "hooks").symlink_to(".git")
    with pytest.raises(Forbidden):
        place.folder.write("hooks/pre-commit", b"", ANY)
    with pytest.raises(Forbidden):
        place.folder.trash("hooks/x")
    assert list((place.root / ".git").iterdir()) == []


def test_a_link_that_is_deleted_or_moved_is_itself_and_not_what_it_points_at(place: Place):
    place.folder.move("out", "elsewhere")
    assert (place.root / "elsewhere").is_symlink()
    trash_id = place.folder.trash("out.txt")
    assert not (place.root / "out.txt").is_symlink()
    assert place.folder.restore(trash_id) == "out.txt"
    assert (place.root / "out.txt").is_symlink()
    place.assert_untouched()


def test_the_workspace_itself_is_not_moved_or_deleted(place: Place):
    for path in ("", ".", "src/..", str(place.root)):
        for act in (lambda p=path: place.folder.trash(p), lambda p=path: place.folder.move(p, "x")):
            with pytest.raises(BadRequest, match="workspace itself"):
                act()


def _swapping(path: Path, other: Path, stop: threading.Event) -> None:
    """Puts a folder and a link to the outside in the same place in turn, as quickly as it can."""
    held = path.with_name(path.name + ".held")
    while not stop.is_set():
        with suppress(OSError):  # a folder that was made in the gap is in the way: the next turn takes it along
            path.rename(held)
            path.symlink_to(other)
        with suppress(OSError):
            path.unlink()
        with suppress(OSError):
            held.rename(path)


def test_links_that_are_swapped_in_during_the_work_lead_nowhere(place: Place):
    (place.root / "swap").mkdir()
    (place.root / "swap" / "canary.txt").write_bytes(b"inside")
    stop = threading.Event()
    thread = threading.Thread(target=_swapping, args=(place.root / "swap", place.outside, stop))
    thread.start()
    try:
        seen = set()
        for _ in range(300):
            seen.add(told(lambda: place.folder.read("swap/canary.txt").data))
            assert ONLY_OUTSIDE not in told(lambda: place.folder.entries("swap"))
            told(lambda: place.folder.write("swap/canary.txt", b"inside", ANY))
            told(lambda: place.folder.write("swap/made.txt", b"", ANY))
            told(lambda: place.folder.trash("swap/made.txt"))
            told(lambda: place.folder.move("swap/canary.txt", "swap/canary.txt"))
    finally:
        stop.set()
        thread.join()
    assert seen <= {repr(b"inside"), ""}
    assert repr(b"inside") in seen
    place.assert_untouched()


def test_a_workspace_whose_own_folder_becomes_a_link_is_not_entered(tmp_path: Path, place: Place):
    below = Folder(place.root / "src" / "deep", Trash(tmp_path / "bin", lambda: 1.0))
    (place.root / "src").rename(place.root / "gone")
    (place.root / "src").symlink_to(place.outside)
    (place.outside / "deep").mkdir()
    (place.outside / "deep" / "notes.txt").write_bytes(SECRET)
    with pytest.raises(NotFound):
        below.read("notes.txt")
    with pytest.raises(NotFound):
        below.write("notes.txt", b"", ANY)
    assert (place.outside / "deep" / "notes.txt").read_bytes() == SECRET


def test_circles_end(place: Place):
    (place.root / "a").symlink_to("b/x")
    (place.root / "b").symlink_to("a/x")
    for path in ("circle", "a", "a/b", "circle/.."):
        with pytest.raises((BadRequest, NotFound)):
            place.folder.read(path)


def test_a_file_that_is_there_is_not_made_again(place: Place):
    for act in (
        lambda: place.folder.write("README.md", b"", None),
        lambda: place.folder.make_folder("README.md"),
        lambda: place.folder.make_folder("src"),
        lambda: place.folder.move("README.md", "src/main.py"),
        lambda: place.folder.move("src/deep", "inside"),
    ):
        with pytest.raises(Conflict):
            act()
    assert (place.root / "README.md").read_text() == "# Hello\n"
