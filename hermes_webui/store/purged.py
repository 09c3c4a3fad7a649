"""Which conversations were deleted for good: `_purged.jsonl`, appended to and synced before anything of one is removed.

    {"session_id":"…","at":1763800000.1,"claims":["…"]}     it is being removed; the next start goes on
    {"session_id":"…","at":1763800000.2,"state":"done"}     nothing of it is left
    {"session_id":"…","at":1763800000.3,"state":"void"}     it was refused after all, and has been taken back since

An id that stands here is never used again, and whatever comes back under it is not shown. `claims` are the ids by which
an agent's own store knows the same conversation, so that it is not listed from there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from hermes_webui.errors import NotFound
from hermes_webui.store.files import Disk, refused

NAME = "_purged.jsonl"
GONE = "This conversation was deleted for good. It cannot be brought back."


class Purge(Struct, frozen=True, omit_defaults=True):
    """A line of the file."""

    session_id: str
    at: float
    state: Literal["begun", "done", "void"] = "begun"
    claims: tuple[str, ...] = ()


class Purged:
    """The file, and what it says. Read when it is first asked; whoever appends has the directory to itself."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk
        self._read: dict[str, Purge] | None = None

    @property
    def _known(self) -> dict[str, Purge]:
        if self._read is None:
            self._read = {}
            for line in _lines(self._path):
                self._take(self._read, line)
        return self._read

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._known

    def check(self, session_id: str) -> None:
        """Raises `NotFound` where it was deleted for good."""
        if session_id in self._known:
            raise NotFound(GONE, purged=True)

    def is_done(self, session_id: str) -> bool:
        """Whether nothing was left of it."""
        found = self._known.get(session_id)
        return found is not None and found.state == "done"

    @property
    def open(self) -> list[str]:
        """Those of which something may still be there."""
        return [each.session_id for each in self._known.values() if each.state == "begun"]

    @property
    def names(self) -> set[str]:
        """Every id by which one of them is known, here or in an agent's own store."""
        known = self._known.values()
        return {each.session_id for each in known} | {claim for each in known for claim in each.claims}

    def begin(self, session_id: str, at: float, claims: Collection[str]) -> None:
        """From now on it is gone, on disk when it returns. Raises `StoreUnavailable`: then it is not."""
        self._append(Purge(session_id, at, claims=tuple(sorted(claims))))

    def end(self, session_id: str, at: float) -> None:
        """Nothing of it is left. Raises `StoreUnavailable`; then the next start looks again."""
        self._append(Purge(session_id, at, "done"))

    def withdraw(self, session_id: str, at: float) -> None:
        """The disk said that it had refused, and kept it: the conversation has been taken back since."""
        self._append(Purge(session_id, at, "void"))

    def _append(self, line: Purge) -> None:
        known = self._known
        try:
            self._disk.make_folder(self._path.parent)
            is_new = not self._path.exists()
            fd = self._disk.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
            try:
                self._write(fd, b"\n%b\n" % msgspec.json.encode(line))  # the line before it may be torn
            finally:
                os.close(fd)
            if is_new:
                self._disk.sync_folder(self._path.parent)
        except OSError as error:
            raise refused(error, "the deletion for good") from error
        self._take(known, line)

    def _write(self, fd: int, data: bytes) -> None:
        size = os.fstat(fd).st_size
        try:
            self._disk.append(fd, data)
            self._disk.sync(fd)
        except OSError:
            with contextlib.suppress(OSError):  # what was refused should not be there; where it is, the log has its say
                self._disk.truncate(fd, size)
            raise

    @staticmethod
    def _take(known: dict[str, Purge], line: Purge) -> None:
        if line.state == "void":
            known.pop(line.session_id, None)
        else:
            before = known.get(line.session_id)
            claims = line.claims or (before.claims if before is not None else ())
            known[line.session_id] = Purge(line.session_id, line.at, line.state, claims)


def _lines(path: Path) -> list[Purge]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    found = []
    for raw in data.splitlines():
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):  # torn: it was never acknowledged
            found.append(msgspec.json.decode(raw, type=Purge))
    return found
