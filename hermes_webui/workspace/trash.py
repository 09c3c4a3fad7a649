"""Where deleted files go: a folder of the server's own, one folder a deletion, with a note of where it was.

    <state>/workspace-trash/<id>/note.json   {root, path, name, at}
    <state>/workspace-trash/<id>/item        what was deleted
    <state>/workspace-trash/<id>/gone        what is being removed for good

The note is on the disk before anything moves. On the same file system the move is one rename; on another the original
gets a name of ours first, so that nobody writes to it meanwhile, is copied and synced, and only then removed. The name
says which deletion it belongs to: after a crash in between, the next start gives it its own back.

What is removed for good gets another name first, in one step: whoever restores it at the same moment has all of it or
nothing. Only what was deleted whole and is known by its note goes with its age.
"""

from __future__ import annotations

import errno
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from hermes_webui.errors import Forbidden, HermesError, NotFound
from hermes_webui.workspace import copies, writing
from hermes_webui.workspace.descent import Spot, descend
from hermes_webui.workspace.listing import kind_of
from hermes_webui.workspace.names import TEMPORARY
from hermes_webui.workspace.writing import Disk

ID: Final = re.compile(r"[0-9a-f]{16}")
NOTE: Final = "note.json"
ITEM: Final = "item"
GONE: Final = "gone"
NOTE_LIMIT: Final = 1 << 16


class Note(Struct, frozen=True):
    """Where something was: its workspace, its path there, when it was deleted (seconds since 1970)."""

    root: str
    path: str
    at: float


class Kept(Struct, frozen=True):
    """Something in the trash, as its owner sees it: `size` in bytes is of all that is in it. Where its note cannot be
    read, `root` and `path` are empty and `at` is 0.
    """

    trash_id: str
    root: str
    path: str
    at: float
    kind: str
    size: int


class Trash:
    """The trash of one server. `clock` gives seconds since 1970."""

    def __init__(self, root: Path, clock: Callable[[], float], disk: Disk | None = None) -> None:
        self.root = root
        self._clock = clock
        self._disk = disk or Disk()

    def take(self, spot: Spot, root: Path) -> str:
        """Moves what is at the spot here and returns its id. Raises `OSError`."""
        spot.status()
        trash_id = secrets.token_hex(8)
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._inside(trash_id, make=True) as item:
            try:
                self._note(item, Note(str(root), spot.path, self._clock()))
                self._carry(spot, item, trash_id)
            except BaseException:
                copies.remove(item)
                copies.remove(Spot(item.parent, NOTE, ()))
                (self.root / trash_id).rmdir()
                raise
        return trash_id

    def give(self, trash_id: str, root: Path, place: Callable[[str], AbstractContextManager[Spot]]) -> str:
        """Moves something back to where `place` says and returns its path. Raises `NotFound`, `Forbidden`."""
        if not ID.fullmatch(trash_id) or not (self.root / trash_id).is_dir():
            raise NotFound("There is nothing by that id in the trash.")
        with self._inside(trash_id) as item:
            note = self._read(item)
            if note.root != str(root):
                raise Forbidden("That was deleted from another workspace. It is still in the trash.")
            item.status()
            with place(note.path) as spot:
                self._carry(item, spot, trash_id)
                path = spot.path
            copies.remove(Spot(item.parent, NOTE, ()))
        with suppress(OSError):  # something of the user's own is left in there, by whatever means: it stays
            (self.root / trash_id).rmdir()
        return path

    def kept(self) -> list[Kept]:
        """What is here, the last deleted first. What is just coming or going is left out."""
        return sorted(self._kept(), key=lambda each: -each.at)

    def _kept(self) -> Iterator[Kept]:
        for trash_id in self._ids():
            with suppress(OSError, HermesError), self._inside(trash_id) as item:
                status, note = item.status(), self.note(trash_id)
                root, path, at = (note.root, note.path, note.at) if note is not None else ("", "", 0.0)
                yield Kept(trash_id, root, path, at, kind_of(status), copies.size(item))

    def note(self, trash_id: str) -> Note | None:
        """Where something was; None where nobody knows. Raises `NotFound`."""
        if not ID.fullmatch(trash_id) or not (self.root / trash_id).is_dir():
            raise NotFound("There is nothing by that id in the trash.")
        try:
            with self._inside(trash_id) as item:
                return self._read(item)
        except (OSError, HermesError, msgspec.DecodeError):
            return None

    def empty(self, before: float | None = None) -> None:
        """Removes for good what was deleted before then (seconds since 1970), or all. What the disk does not let go
        stays, and is looked at again the next time.
        """
        for trash_id in self._ids():
            with suppress(OSError, HermesError), self._inside(trash_id) as item:
                if writing.exists(Spot(item.parent, GONE, ())) or self._is_old(trash_id, before):
                    self._remove(item, trash_id)

    def _is_old(self, trash_id: str, before: float | None) -> bool:
        note = self.note(trash_id)
        return before is None or (note is not None and note.at < before)

    def _remove(self, item: Spot, trash_id: str) -> None:
        gone = Spot(item.parent, GONE, ())
        if not writing.exists(gone):
            self._disk.rename(item, gone)
        copies.remove(gone)
        if writing.exists(item):
            return
        copies.remove(Spot(item.parent, NOTE, ()))
        (self.root / trash_id).rmdir()

    def _ids(self) -> list[str]:
        try:
            return [folder.name for folder in self.root.iterdir() if ID.fullmatch(folder.name)]
        except FileNotFoundError:
            return []

    def put_back(self) -> None:
        """For the start: what a crash left between two file systems gets its name back, here or where it was."""
        for trash_id in self._ids():
            with suppress(OSError, HermesError, msgspec.DecodeError):  # it stays as it is, and is looked at again
                self._put_back(trash_id)

    def _put_back(self, trash_id: str) -> None:
        with self._inside(trash_id) as item:
            held = Spot(item.parent, TEMPORARY + trash_id, ())
            if writing.exists(item) or writing.exists(Spot(item.parent, GONE, ())):
                return
            if writing.exists(held):
                self._disk.rename(held, item)
                return
            note = self._read(item)
            *above, _ = way = note.path.split("/")
            with (
                descend(Path(note.root), (), (*above, TEMPORARY + trash_id), follow=False) as source,
                descend(Path(note.root), (), way, follow=False) as place,
            ):
                writing.appear(self._disk, source, place)
        shutil.rmtree(self.root / trash_id, ignore_errors=True)

    def _carry(self, source: Spot, target: Spot, trash_id: str) -> None:
        """From one place to another, over file systems too. Nothing is at the target."""
        try:
            self._disk.rename(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy(source, target, TEMPORARY + trash_id)
        with target.beside() as fd:
            self._disk.sync(fd)
        with source.beside() as fd:
            self._disk.sync(fd)

    def _copy(self, source: Spot, target: Spot, name: str) -> None:
        held = Spot(source.parent, name, source.parts)
        part = Spot(target.parent, writing.part_name(), target.parts)
        self._disk.rename(source, held)
        try:
            copies.copy(self._disk, held, part)
            self._disk.rename(part, target)
        except BaseException:
            copies.remove(part)
            self._disk.rename(held, source)
            raise
        with suppress(OSError):  # the copy is whole: what cannot be removed stays, under a name that nobody is shown
            copies.remove(held)

    @contextmanager
    def _inside(self, trash_id: str, *, make: bool = False) -> Iterator[Spot]:
        root = self.root.resolve()
        with descend(root, (), (trash_id, ITEM), follow=False, make=make) as spot:
            yield spot

    def _note(self, item: Spot, note: Note) -> None:
        part = writing.Part(self._disk, Spot(item.parent, NOTE, (NOTE,)))
        try:
            part.add(msgspec.json.encode(note))
            part.sync()
            part.create()
        finally:
            part.close()

    def _read(self, item: Spot) -> Note:
        found = writing.current(Spot(item.parent, NOTE, (NOTE,)), NOTE_LIMIT)
        if found is None:
            raise NotFound("There is nothing by that id in the trash.")
        return msgspec.json.decode(found[0], type=Note)
