"""What is in a folder, a page at a time: folders first, each in the order of its names; Git's own store is the last."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections import OrderedDict
from typing import Final, Literal

from msgspec import Struct

from hermes_webui.errors import TooLarge
from hermes_webui.workspace.names import GIT, TEMPORARY, is_plain

Kind = Literal["file", "folder", "link", "other"]

#: A folder with more than this is not sorted into memory (about 200 bytes a name).
MOST_ENTRIES: Final = 1_000_000

#: Orders of this many names in all are remembered: some 40 MB.
REMEMBERED: Final = 200_000

#: A folder that changed less than this many seconds ago may change again within one tick of its clock.
SETTLED: Final = 2.0


class Entry(Struct, frozen=True):
    """One name. `modified` in seconds since 1970; `leads` is what a link inside the workspace ends at, empty where it
    leads out or nowhere. A name that cannot be asked for (no UTF-8, control characters) has kind `other`.
    """

    name: str
    path: str
    kind: Kind
    size: int
    modified: float
    leads: str = ""


class Listing(Struct, frozen=True):
    """A page of a folder: `total` entries in all; `next` is the next page's offset, None at the end."""

    path: str
    entries: list[Entry]
    total: int
    next: int | None


Key = tuple[int, int, int, int]


class Orders:
    """The order of large folders, remembered while they do not change. Shared by threads. `most` names in all are kept;
    a folder must not have changed for `settled` seconds.
    """

    def __init__(self, most: int = REMEMBERED, settled: float = SETTLED) -> None:
        self._most = most
        self._settled = settled
        self._kept: OrderedDict[Key, list[str]] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, fd: int) -> list[str]:
        """The names in an open folder in their order. Raises `OSError`, `TooLarge`."""
        status = os.fstat(fd)
        key = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        with self._lock:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return found
        rows = _sorted(fd)
        if time.time() - max(status.st_mtime, status.st_ctime) > self._settled:
            self._keep(key, rows)
        return rows

    def _keep(self, key: Key, rows: list[str]) -> None:
        with self._lock:
            self._kept[key] = rows
            size = sum(map(len, self._kept.values()))
            while size > self._most and self._kept:
                size -= len(self._kept.popitem(last=False)[1])


def _sorted(fd: int) -> list[str]:
    """Two sorts by keys that are C's own: a tuple for each of 100,000 names would cost three times as much."""
    folders: list[str] = []
    others: list[str] = []
    with os.scandir(fd) as found:
        for entry in found:
            (folders if entry.is_dir(follow_symlinks=False) else others).append(entry.name)
            if len(others) > MOST_ENTRIES:
                raise TooLarge(f"That folder holds more than {MOST_ENTRIES:,} entries.")
    for names in (folders, others):
        names.sort()
        names.sort(key=str.casefold)
    rows = [*folders, *(name for name in others if not name.startswith(TEMPORARY))]
    if GIT in rows:
        rows.remove(GIT)
        rows.append(GIT)
    return rows


def entry_of(fd: int, folder: str, name: str) -> Entry | None:
    """What a name in an open folder is; None where it has gone."""
    try:
        status = os.stat(name, dir_fd=fd, follow_symlinks=False)
    except FileNotFoundError:
        return None
    plain = is_plain(name)
    text = name if plain else _readable(name)
    kind = kind_of(status) if plain else "other"
    return Entry(text, f"{folder}/{text}" if folder else text, kind, status.st_size, status.st_mtime)


def kind_of(status: os.stat_result) -> Kind:
    """File, folder, link, or something else that is never opened."""
    if stat.S_ISREG(status.st_mode):
        return "file"
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    return "link" if stat.S_ISLNK(status.st_mode) else "other"


def _readable(name: str) -> str:
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
