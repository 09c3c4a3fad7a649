"""One conversation's workspace: everything that is done to its files goes through here.

A path is text with `/`, relative to the workspace; an absolute one inside it is taken too. None leads out, whatever
links, `..`, NUL, Unicode or lengths are in it (see `descent`). All of this is synchronous: callers use threads.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from hermes_webui.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    HermesError,
    NotFound,
    TooLarge,
    UnsupportedMedia,
)
from hermes_webui.workspace import search, writing
from hermes_webui.workspace.descent import Spot, descend
from hermes_webui.workspace.leftovers import Leftovers
from hermes_webui.workspace.listing import Entry, Listing, Orders, entry_of, kind_of
from hermes_webui.workspace.names import is_git, parts_of, refuse_reserved, shown
from hermes_webui.workspace.search import Found, Limits
from hermes_webui.workspace.trash import Trash
from hermes_webui.workspace.trouble import failed
from hermes_webui.workspace.writing import Disk, Part

#: The largest file that is read or written whole, in bytes.
LARGEST: Final = 32 << 20

#: A version that says: whatever is there, also nothing.
ANY: Final = "*"

MOST_PER_PAGE: Final = 1000


class Content(Struct, frozen=True):
    """A whole file. `version` is its content's SHA-256 in hex."""

    path: str
    data: bytes
    version: str
    modified: float


class Beginning(Struct, frozen=True):
    """The first bytes of a file of `size` bytes; `version` where they are all of it. `writable` by its mode."""

    path: str
    data: bytes
    size: int
    modified: float
    version: str | None
    writable: bool


class Passage(Struct, frozen=True):
    """Lines of a text from number `line` (from 1) on, with their ends; `total` lines are in it."""

    path: str
    text: str
    line: int
    total: int
    version: str
    truncated: bool


class Folder:
    """A workspace at `root`. `trash` is where what is deleted goes (outside of it); without one nothing is deleted.

    Every method may raise `Forbidden` (outside, or not allowed), `NotFound`, `BadRequest` (no path), `Conflict`,
    `TooLarge`, `DiskFull` and `StoreUnavailable`.
    """

    def __init__(
        self,
        root: Path,
        trash: Trash | None = None,
        orders: Orders | None = None,
        disk: Disk | None = None,
        leftovers: Leftovers | None = None,
    ) -> None:
        try:
            self.root = root.resolve(strict=True)
        except (OSError, RuntimeError, ValueError) as error:
            raise NotFound("The workspace's folder is not there.") from error
        if not self.root.is_dir():
            raise NotFound("The workspace is no folder.")
        self._names = tuple(dict.fromkeys((str(self.root), str(root))))
        self._trash = trash
        self._orders = orders or Orders()
        self._disk = disk or Disk()
        self._leftovers = leftovers or Leftovers()

    def resolve(self, path: str) -> Path:
        """Where a path ends, without links. What is opened by it later is no longer guarded: it is for showing, and
        for programs that are started there.
        """
        with self._at(path) as spot:
            return self.root.joinpath(*spot.parts)

    def relative(self, path: str) -> str:
        """The path from the workspace down, links followed; empty for the workspace itself."""
        with self._at(path) as spot:
            return spot.path

    def about(self, path: str) -> Entry:
        """What a path names, links followed."""
        with self._at(path) as spot:
            status = spot.status()
            return Entry(spot.name, spot.path, kind_of(status), status.st_size, status.st_mtime)

    def entries(self, path: str = "", offset: int = 0, limit: int = MOST_PER_PAGE) -> Listing:
        """A page of a folder: folders first, by name."""
        with self._at(path) as spot, spot.folder() as fd:
            rows = self._orders.rows(fd)
            page = rows[offset : offset + min(limit, MOST_PER_PAGE)]
            found = [entry for name in page if (entry := entry_of(fd, spot.path, name))]
            end = offset + len(page)
            entries = [self._led(entry) if entry.kind == "link" else entry for entry in found]
            return Listing(spot.path, entries, len(rows), end if end < len(rows) else None)

    def _led(self, link: Entry) -> Entry:
        """A link with what it ends at."""
        try:
            end = self.about(link.path)
        except HermesError:
            return link
        leads = end.kind if end.kind in {"file", "folder"} else ""
        return Entry(link.name, link.path, link.kind, end.size, link.modified, leads)

    def read(self, path: str) -> Content:
        """A whole file. Raises `TooLarge` above `LARGEST`."""
        with self._at(path) as spot:
            found = writing.current(spot, LARGEST)
            if found is None:
                raise writing.gone(spot)
            data, status = found
            return Content(spot.path, data, writing.version_of(data), status.st_mtime)

    def beginning(self, path: str, most: int) -> Beginning:
        """The first `most` bytes of a file of any size."""
        with self._at(path) as spot, writing.opened(spot) as (fd, status):
            data = writing.content(fd, most + 1)
            whole = len(data) <= most
            version = writing.version_of(data) if whole else None
            size = len(data) if whole else status.st_size
            writable = bool(status.st_mode & 0o222) and not any(map(is_git, spot.parts))
            return Beginning(spot.path, data[:most], size, status.st_mtime, version, writable)

    @contextmanager
    def open(self, path: str) -> Iterator[tuple[int, os.stat_result]]:
        """A regular file's descriptor for reading, and its status; closed at the end."""
        with self._at(path) as spot, writing.opened(spot) as found:
            yield found

    def text(self, path: str, line: int = 1, limit: int | None = None) -> Passage:
        """Lines of a text file, from number `line` (from 1), at most `limit`. Raises `UnsupportedMedia` for others."""
        found = self.read(path)
        try:
            lines = found.data.decode("utf-8").splitlines(keepends=True)
        except UnicodeDecodeError as error:
            raise UnsupportedMedia(f"{shown(found.path)} is no text in UTF-8.") from error
        if "\0" in found.data[:8192].decode("latin-1"):
            raise UnsupportedMedia(f"{shown(found.path)} is no text.")
        first = max(1, line) - 1
        end = len(lines) if limit is None else first + max(0, limit)
        taken = "".join(lines[first:end])
        return Passage(found.path, taken, first + 1, len(lines), found.version, truncated=end < len(lines))

    def write(self, path: str, data: bytes, expected: str | None) -> str:
        """Writes a whole file and returns its version; on the disk on return. The mode stays, folders are made.

        `expected` is the version that the writer saw: None where nothing was there, `ANY` to write over whatever is.
        Raises `Conflict` where something else is there; nothing is changed then.
        """
        if len(data) > LARGEST:
            raise TooLarge(f"A file of more than {LARGEST >> 20} MB is not written at once. Nothing was changed.")
        with self._at(path, make=True) as spot, self._writable(spot), writing.alone(spot) as folder:
            found = self._expected(spot, expected)
            with self._part(spot) as part:
                part.add(data)
                if found is not None:
                    part.like(found)
                part.sync()
                self._place(part, spot, found)
            self._disk.sync(folder)
        return writing.version_of(data)

    @contextmanager
    def receive(self, path: str) -> Iterator[Part]:
        """A new file that comes in pieces (`Part.add`); it is there, whole, after the block, and not at all where the
        block raises. Raises `Conflict` where there is something by that name.
        """
        with self._at(path, make=True) as spot, self._writable(spot), self._part(spot) as part:
            if writing.exists(spot):
                raise taken(spot.path)
            yield part
            part.sync()
            self._place(part, spot, None)
            with spot.beside() as folder:
                self._disk.sync(folder)

    def make_folder(self, path: str) -> str:
        """Makes a folder, and those above it that are missing. Raises `Conflict` where there is something."""
        with self._at(path, make=True) as spot, self._writable(spot):
            try:
                os.mkdir(spot.name, dir_fd=spot.parent)
            except FileExistsError as error:
                raise taken(spot.path) from error
            with spot.beside() as folder:
                self._disk.sync(folder)
            return spot.path

    def move(self, path: str, to: str) -> str:
        """Renames or moves a file, a folder or a link itself. Raises `Conflict` where `to` is taken."""
        with self._at(path, follow=False) as source, self._at(to, follow=False, make=True) as target:
            with self._writable(source), self._writable(target), writing.alone(target) as folder:
                if target.parts[: len(source.parts)] == source.parts and target.parts != source.parts:
                    raise BadRequest(f"{shown(source.path)} cannot be moved into itself.")
                self._moved(source, target)
                self._disk.sync(folder)
            return target.path

    def _moved(self, source: Spot, target: Spot) -> None:
        old = source.status()
        try:
            new = target.status()
        except FileNotFoundError:
            new = None
        if new is not None and (old.st_dev, old.st_ino) != (new.st_dev, new.st_ino):
            raise taken(target.path)
        if new is not None:  # another case of the same name, on a disk that does not tell them apart
            self._disk.rename(source, target)
            return
        try:
            writing.appear(self._disk, source, target)
        except FileExistsError as error:
            raise taken(target.path) from error

    def trash(self, path: str) -> str:
        """Moves a file, a folder or a link to the trash and returns its id there."""
        bin_ = self._bin()
        with self._at(path, follow=False) as spot, self._writable(spot):
            return bin_.take(spot, self.root)

    def restore(self, trash_id: str) -> str:
        """Puts something back from the trash; its path is the old one, or one beside it where that is taken."""
        bin_ = self._bin()
        with _sentence(trash_id):
            return bin_.give(trash_id, self.root, self._free)

    @contextmanager
    def _free(self, path: str) -> Iterator[Spot]:
        """The place for what was at `path`: with a number where something else is there now."""
        head, _, name = path.rpartition("/")
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, dot + ending) if stem else (name, "")
        for number in itertools.count(1):
            each = name if number == 1 else f"{stem} ({number}){ending}"
            with self._at(f"{head}/{each}".lstrip("/"), follow=False, make=True) as spot, self._writable(spot):
                if not writing.exists(spot):
                    yield spot
                    return

    def names(self, query: str, limit: int = 200, files: Iterable[str] | None = None) -> Found:
        """Files whose path holds all words of the query, in any case: best first. `files` are the paths to look at,
        such as those that Git knows; without them, what is found below the workspace.
        """
        limits = Limits()
        with _sentence(query):
            return search.names(self._files(files, limits), query, limit, limits)

    def lines(self, query: str, limit: int = 200, files: Iterable[str] | None = None) -> Found:
        """Lines of text files that hold the query, in any case; `files` as for `names`."""
        limits = Limits()
        with _sentence(query):
            return search.lines(self.root, self._names, self._files(files, limits), query, limit, limits)

    def _files(self, files: Iterable[str] | None, limits: Limits) -> Iterable[str]:
        if files is not None:
            return files
        return (path for path, _ in search.walk(self.root, self._names, limits))

    def changed(self, since: float) -> Found:
        """Files that were written since a time (seconds since 1970), in no order."""
        with _sentence(""):
            return search.changed(self.root, self._names, since, Limits())

    def _expected(self, spot: Spot, expected: str | None) -> os.stat_result | None:
        """The status of the file that may be written over, None where nothing is there. Raises `Conflict`."""
        try:
            status = spot.status()
        except FileNotFoundError as error:
            if expected not in {None, ANY}:
                raise Conflict(_changed(spot.path, there=False)) from error
            return None
        writing.refuse_special(status, spot.path)
        if not status.st_mode & 0o222:
            raise Forbidden(f"{shown(spot.path)} is read-only. Nothing was changed.")
        if expected == ANY:
            return status
        found = writing.current(spot, LARGEST)
        if found is None or writing.version_of(found[0]) != expected:
            raise Conflict(_changed(spot.path, there=found is not None))
        return found[1]

    def _place(self, part: Part, spot: Spot, found: os.stat_result | None) -> None:
        """The new file takes its place, unless somebody else wrote there in the meantime."""
        if found is None:
            try:
                part.create()
            except FileExistsError as error:
                raise Conflict(_changed(spot.path, there=True)) from error
            return
        try:
            still = writing.same(spot.status(), found)
        except FileNotFoundError as error:
            raise Conflict(_changed(spot.path, there=False)) from error
        if not still:
            raise Conflict(_changed(spot.path, there=True))
        part.replace()

    @contextmanager
    def _part(self, spot: Spot) -> Iterator[Part]:
        with suppress(OSError), spot.beside() as fd:  # a folder that may not be listed may be written in
            self._leftovers.sweep(fd)
        part = Part(self._disk, spot)
        try:
            yield part
        finally:
            part.close()

    @contextmanager
    def _at(self, path: str, *, follow: bool = True, make: bool = False) -> Iterator[Spot]:
        parts = parts_of(path, self._names)
        if make:
            refuse_reserved(parts)  # before a folder on the way is made in there
        with _sentence(path), descend(self.root, self._names, parts, follow=follow, make=make) as spot:
            yield spot

    @contextmanager
    def _writable(self, spot: Spot) -> Iterator[None]:
        """What is not ours to change is refused under the names that it has once links are followed."""
        if not spot.name:
            raise BadRequest("That is the workspace itself.")
        refuse_reserved(spot.parts)
        yield

    def _bin(self) -> Trash:
        if self._trash is None:
            raise Forbidden("Nothing is deleted here: this workspace has no trash.")
        return self._trash


@contextmanager
def _sentence(path: str) -> Iterator[None]:
    """What the system says becomes an error with a sentence."""
    try:
        yield
    except OSError as error:
        raise failed(error, path) from error


def taken(path: str) -> Conflict:
    """The error where there is something by that name already."""
    return Conflict(f"There is already something called {shown(path)}. Nothing was changed.")


def _changed(path: str, *, there: bool) -> str:
    if there:
        return f"{shown(path)} was written by somebody else in the meantime. Nothing was overwritten."
    return f"{shown(path)} is not there any more. Nothing was written."
