"""The list of conversations: rows in memory, in order; `_index.json` is their copy on disk, for a quick start and for
hermes-webui. A view: which sessions exist is read from the folder, never from here.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hermes_webui.chat.document import Summary
from hermes_webui.errors import BadRequest
from hermes_webui.store.files import Disk, Stamp

Order = tuple[bool, float, str]

#: From so many changes on the order is made anew.
MANY = 100


class Row(Struct, frozen=True):
    """A summary and the files it is of: the log's size (0: none) and the snapshot's stamp (None: none)."""

    summary: Summary
    log: int
    snapshot: Stamp | None


class Index:
    """All conversations that are not deleted, pinned first, then by their last message, newest first."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._orders: dict[bool, list[Order]] = {False: [], True: []}
        self.version = 0
        #: Deleted conversations, the one that was deleted last at the end.
        self.trashed: dict[str, Summary] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._rows

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def get(self, session_id: str) -> Row | None:
        """The row of a session."""
        return self._rows.get(session_id)

    def put(self, row: Row) -> None:
        """Adds or replaces a row. O(log n), and the move of a list's tail in memory."""
        before = self._rows.get(row.summary.session_id)
        if before is not None and before.summary == row.summary:  # only its files are others
            self._rows[row.summary.session_id] = row
            return
        self.remove(row.summary.session_id)
        self._rows[row.summary.session_id] = row
        insort(self._orders[row.summary.archived], _order(row.summary))
        self.version += 1

    def exchange(self, gone: Collection[str], rows: Collection[Row]) -> None:
        """Takes rows out and puts others in; many at once cost one sort."""
        if len(gone) + len(rows) < MANY:
            for session_id in gone:
                self.remove(session_id)
            for row in rows:
                self.put(row)
            return
        kept = {session_id: row for session_id, row in self._rows.items() if session_id not in gone}
        kept.update((row.summary.session_id, row) for row in rows)
        self.fill(list(kept.values()))

    def fill(self, rows: list[Row]) -> None:
        """Takes many rows at once, at the start."""
        self._rows = {row.summary.session_id: row for row in rows}
        for archived, order in self._orders.items():
            order[:] = sorted(_order(row.summary) for row in rows if row.summary.archived is archived)
        self.version += 1

    def remove(self, session_id: str) -> None:
        """Takes a row out; nothing happens where there is none."""
        row = self._rows.pop(session_id, None)
        if row is None:
            return
        order = self._orders[row.summary.archived]
        place = bisect_left(order, _order(row.summary))
        del order[place]
        self.version += 1

    def touch(self) -> None:
        """Something beside the rows changed that whoever shows them must know of."""
        self.version += 1

    def page(
        self, limit: int, cursor: str | None, *, archived: bool, wanted: Callable[[Summary], bool] | None = None
    ) -> tuple[list[Summary], str | None, int]:
        """Up to `limit` rows after `cursor`, the next page's cursor (None: no more), and how many there are in all;
        of those that are `wanted`. O(page), with `wanted` O(list): 10,000 rows are some milliseconds.
        """
        order = self._orders[archived]
        if wanted is not None:
            order = [key for key in order if wanted(self._rows[key[2]].summary)]
        start = bisect_left(order, _after(cursor)) if cursor else 0
        found = order[start : start + limit]
        more = start + limit < len(order)
        return [self._rows[key[2]].summary for key in found], _cursor(found[-1]) if more and found else None, len(order)

    def bin(
        self, limit: int, cursor: str | None, wanted: Callable[[Summary], bool] | None = None
    ) -> tuple[list[Summary], str | None, int]:
        """As `page`, of the deleted ones, the last deleted first."""
        rows = self.trashed
        newest = [each for each in reversed(rows) if wanted is None or wanted(rows[each])]
        start = newest.index(cursor) + 1 if cursor in newest else 0
        found = [rows[each] for each in islice(newest, start, start + limit)]
        more = start + limit < len(newest)
        return found, found[-1].session_id if more else None, len(newest)


def _order(summary: Summary) -> Order:
    return (not summary.pinned, -summary.last_message_at, summary.session_id)


def _cursor(order: Order) -> str:
    return f"{int(order[0])}~{-order[1]!r}~{order[2]}"


def _after(cursor: str) -> Order:
    try:
        unpinned, at, session_id = cursor.split("~", 2)
        return (bool(int(unpinned)), -float(at), session_id + "\0")
    except ValueError as error:
        raise BadRequest("That cursor is not one of this server's.") from error


def encode(rows: Iterable[Row]) -> list[bytes]:
    """The file: a list of summaries, newest first, in hermes-webui's keys with ours beside them."""
    own = (row for row in rows if not row.summary.read_only)  # an agent's are in its own store
    lines = [msgspec.json.encode(_entry(row)) for row in sorted(own, key=lambda row: -row.summary.updated_at)]
    return [b"[\n", b",\n".join(lines), b"\n]\n"]


def _entry(row: Row) -> dict[str, Any]:
    entry: dict[str, Any] = msgspec.to_builtins(row.summary)
    if entry.get("parent_session_id") is None:
        del entry["parent_session_id"]
    files = {"log": row.log, "snapshot": [row.snapshot.size, row.snapshot.mtime_ns] if row.snapshot else None}
    hermes = {"pending_user_message": None, "has_pending_user_message": False}
    return {**entry, **hermes, "files": files}


class _Files(Struct):
    log: int
    snapshot: tuple[int, int] | None


class _Entry(Struct):
    session_id: str
    files: _Files | None = None


def read(path: Path) -> dict[str, Row]:
    """The rows of an index that this program wrote, by session; empty where there is none, or another program's."""
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=list[msgspec.Raw])
        return {row.summary.session_id: row for raw in entries if (row := _row(raw)) is not None}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


_entry_decoder = msgspec.json.Decoder(_Entry)
_summary_decoder = msgspec.json.Decoder(Summary)


def _row(raw: msgspec.Raw) -> Row | None:
    files = _entry_decoder.decode(raw).files
    if files is None:
        return None
    return Row(_summary_decoder.decode(raw), files.log, Stamp(*files.snapshot) if files.snapshot else None)


def forget(path: Path, session_id: str, disk: Disk) -> None:
    """Takes a session out of the file, whoever wrote it, where it stands there. Raises `OSError`."""
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=list[msgspec.Raw])
        others = [raw for raw in entries if _entry_decoder.decode(raw).session_id != session_id]
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return  # none, or none that says what it is of: the next write makes it anew
    if len(others) < len(entries):
        disk.replace(path, [b"[\n", b",\n".join(map(bytes, others)), b"\n]\n"])


def write(rows: Iterable[Row], path: Path, disk: Disk) -> None:
    """Writes the copy on disk, atomically."""
    disk.replace(path, encode(rows))
