"""A workspace beside a canary: a file and a folder next to it that nothing may read, write, list, rename or remove."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hermes_webui.workspace.folder import Folder
from hermes_webui.workspace.trash import Trash
from hermes_webui.workspace.writing import Disk

SECRET = b"the canary sings only outside"

#: A name that is nowhere inside and that no hostile path says: who shows it has listed what is outside.
ONLY_OUTSIDE = "nest-outside"


class Unsynced(Disk):
    """A disk that acknowledges at once: what a test does ten thousand times need not outlive the power."""

    def sync(self, fd: int) -> None:
        pass


@dataclass
class Place:
    """`root` is the workspace, `outside` what must not be touched."""

    root: Path
    outside: Path
    folder: Folder
    trash: Path
    before: dict[str, tuple[bytes, int]]

    def canary(self) -> dict[str, tuple[bytes, int]]:
        """Everything outside, as it is now: names, contents, modes."""
        return {
            str(path.relative_to(self.outside)): (path.read_bytes() if path.is_file() else b"", path.lstat().st_mode)
            for path in sorted(self.outside.rglob("*"))
        }

    def assert_untouched(self) -> None:
        assert self.canary() == self.before

    def lay(self) -> None:
        """Puts everything in the workspace that leads out of it, or might, and takes away what was moved there."""
        shutil.rmtree(self.root)
        (self.root / "src" / "deep").mkdir(parents=True)
        (self.root / "README.md").write_text("# Hello\n")
        (self.root / "src" / "main.py").write_text("print('hello')\n")
        (self.root / "src" / "deep" / "notes.txt").write_text("one\ntwo\nthree\n")
        (self.root / "inside").symlink_to("src")
        (self.root / "also").symlink_to(self.root / "src" / "main.py")
        (self.root / "out").symlink_to(self.outside)
        (self.root / "out.txt").symlink_to(self.outside / "canary.txt")
        (self.root / "up").symlink_to("..")
        (self.root / "src" / "chain").symlink_to("../out/secrets")
        (self.root / "circle").symlink_to("circle")
        (self.root / "nowhere").symlink_to("missing")
        os.mkfifo(self.root / "pipe")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: these tests make and remove a hundred thousand files."""
    if not Path("/dev/shm").is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as path:
        yield Path(path)


@pytest.fixture
def place(memory: Path) -> Place:
    root, outside = memory / "work", memory / "outside"
    root.mkdir()
    (outside / "secrets").mkdir(parents=True)
    (outside / "canary.txt").write_bytes(SECRET)
    (outside / ONLY_OUTSIDE).write_bytes(SECRET)
    (outside / "secrets" / "canary.txt").write_bytes(SECRET)
    (outside / "secrets" / ONLY_OUTSIDE).write_bytes(SECRET)
    folder = Folder(root, Trash(memory / "trash", lambda: 1.0, Unsynced()), disk=Unsynced())
    place = Place(root, outside, folder, memory / "trash", {})
    place.lay()
    place.before = place.canary()
    return place
