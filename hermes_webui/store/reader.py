"""Reading a log without reading all of it: a line is found by its number, a page by walking up from a message.

Lines stand in the order of their numbers, so a file of any length is bisected; no index has to be kept or trusted.
Work is bounded by the size of the page, whatever the conversation's length.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.chat.events import Event, MessageAdded, change_from
from hermes_webui.chat.messages import Message, message_of, seq_of
from hermes_webui.store.files import read_range
from hermes_webui.store.log import Line, event_of, holds, lines, parse

#: What one step reads: several messages of ordinary size.
BLOCK = 1 << 16
#: What one step of the bisection reads: a line of ordinary size.
PROBE = 1 << 12
#: A line at most this many numbers above the last block that was read is looked for in the block before it.
CLOSE = 64

#: A line's beginning, in which its type stands, and the types that move the visible path's end.
HEADER = 96
MOVES = (b'"type":"branch.selected"', b'"type":"session.adopted"')

#: How many lines a reader holds at most.
KEPT = 10_000

#: What stands in place of a message whose line cannot be read.
UNREADABLE = "This message cannot be read: its line in the log is damaged. `hermes-webui verify` tells more."


class _Link(Struct):
    id: str
    parent: str | None


_link_decoder = msgspec.json.Decoder(_Link)


class LogReader:
    """A log as of its first `size` bytes. Several lines of one neighbourhood cost one read."""

    def __init__(self, path: Path, size: int) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._size = min(size, os.fstat(self._fd).st_size)
        self._known: dict[int, Line] = {}
        #: Lines whose number no neighbour confirms: believed where no other line has it.
        self._doubted: dict[int, Line] = {}
        #: For a line's check, by its sum: the sum of the line before it, and its own bytes.
        self._before: dict[str, tuple[str, bytes]] = {}
        self._top = (0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def bytes_at(self, offset: int, size: int) -> bytes:
        """Raw bytes of the file."""
        return read_range(self._fd, offset, size)

    def line(self, seq: int) -> Line | None:
        """The line with this number; None where there is none or it cannot be read."""
        if seq not in self._known:
            self._load(seq)
        return self._known.get(seq) or self._doubted.get(seq)

    def _load(self, seq: int) -> None:
        """Reads the neighbourhood of a line; lines above it come along, since paths are walked upwards."""
        top_seq, top_offset = self._top
        if 0 < top_seq - seq < CLOSE:
            self._read(max(0, top_offset - BLOCK), top_offset)
        if seq in self._known:
            return
        low, high = self._locate(seq)
        self._read(max(0, low - BLOCK), min(self._size, high + BLOCK))
        if seq not in self._known:
            self._read_long(low, seq)

    def _locate(self, seq: int) -> tuple[int, int]:
        """Two offsets at most a block apart (or one long line) between which line `seq` begins, if it is there."""
        low, high = 0, self._size
        while high - low > BLOCK:
            middle = (low + high) // 2
            found = self._first_after(middle, high)
            if found is None:
                high = middle
            elif found[1].seq <= seq:
                low = found[0]
            else:
                high = middle
        return low, high

    def _read(self, start: int, end: int) -> None:
        first: tuple[int, int] | None = None
        found = [(offset, raw, parse(raw)) for offset, raw in lines(self._fd, self._line_after(start), end, BLOCK)]
        around = [None, *(line for _, _, line in found), None]
        for (offset, raw, line), before, after in zip(found, around, around[2:], strict=False):
            if line is None:
                continue
            if _in_its_place(line, before, after):
                self._known[line.seq] = line
                first = first or (line.seq, offset)
            else:
                self._doubted[line.seq] = line
            if before is not None:
                self._before[line.sum] = (before.sum, raw)
        if first is not None:
            self._top = first

    def _read_long(self, low: int, seq: int) -> None:
        """A line longer than a block is read from its beginning, however far it goes."""
        above = 0
        for _, raw in lines(self._fd, low, self._size):
            if (line := parse(raw)) is not None:
                self._known.setdefault(line.seq, line)
                above += line.seq > seq
                if line.seq == seq or above > 1:
                    return

    def _first_after(self, offset: int, end: int) -> tuple[int, Line] | None:
        """The first readable line that begins after `offset` and before `end`, and whose number the next line
        confirms: a damaged one must not lead astray.
        """
        before: tuple[int, Line] | None = None
        for place, raw in lines(self._fd, self._line_after(offset), self._size, PROBE):
            line = parse(raw)
            if before is not None and line is not None and line.seq == before[1].seq + 1:
                return before
            if place >= end:
                return None
            before = (place, line) if line is not None else None
        return None

    def _line_after(self, offset: int) -> int:
        """Where the first line after `offset` begins; 0 is the beginning of a line itself."""
        while 0 < offset < self._size:
            block = read_range(self._fd, offset, PROBE)
            newline = block.find(b"\n")
            if newline >= 0:
                return offset + newline + 1
            offset += len(block) or self._size
        return min(offset, self._size)

    def message(self, message_id: str) -> Message | None:
        """The message with this id, or None where this log has none."""
        seq = seq_of(message_id)
        line = self.line(seq) if seq is not None else None
        if line is None or line.type != MessageAdded.type:
            return None
        added = _added(line)
        if added is None or added.id != message_id:
            return None
        message = message_of(added)
        return message if self._holds(line) else _flagged(message)

    def _holds(self, line: Line) -> bool:
        """Whether the line's check fits the line before it, as far as that was read too."""
        before = self._before.get(line.sum)
        return before is None or holds(*before, line)

    def path(self, leaf: str | None, limit: int | None = None) -> list[Message]:
        """The last `limit` messages of the path that ends in `leaf`, oldest first.

        Where a line in between is damaged, a message that says so takes its place and the path goes on with the message
        before it in the log.
        """
        return list(islice(self.up(leaf), limit))[::-1]

    def up(self, leaf: str | None) -> Iterator[Message]:
        """The path that ends in `leaf`, from there to its beginning, one message after the other."""
        after: Message | None = None
        while leaf is not None:
            message = self.message(leaf) or self._gap(leaf, after)
            yield message
            leaf, after = message.parent, message
            self._forget()

    def numbered(self, seq: int) -> Message | None:
        """The message that the line with this number adds, if it adds one."""
        line = self._message_line(seq)
        added = _added(line) if line is not None else None
        return message_of(added) if added is not None else None

    def moves(self, seq: int, offset: int = 0) -> Iterator[int]:
        """The numbers of the lines after `offset` (or from line `seq` on) that move the end of the visible path.

        The lines are looked at, not decoded: their type stands in front of what they hold.
        """
        start = offset or self._locate(seq)[0]
        for _, raw in lines(self._fd, start, self._size):
            if any(move in raw[:HEADER] for move in MOVES) and (line := parse(raw)) is not None:
                yield line.seq

    def whole_path(self, leaf: str | None) -> Iterator[Message]:
        """The whole path that ends in `leaf`, first to last, one message in memory at a time."""
        places: dict[str, tuple[str | None, int, int, bool]] = {}
        previous: str | None = None
        for offset, raw in lines(self._fd, 0, self._size):
            line = parse(raw)
            if line is not None and (link := _link(line)) is not None:
                places[link.id] = (link.parent, offset, len(raw), previous is None or holds(previous, raw, line))
            previous = line.sum if line is not None else None
        path: list[tuple[str, int, int, bool]] = []
        while leaf is not None and leaf in places:
            parent, offset, length, good = places[leaf]
            path.append((leaf, offset, length, good))
            leaf = parent
        if leaf is not None:
            yield from self.path(leaf)
        for message_id, offset, length, good in reversed(path):
            line = parse(read_range(self._fd, offset, length))
            added = _added(line) if line is not None else None
            message = message_of(added) if added is not None else self._gap(message_id, None)
            yield message if good else _flagged(message)

    def _gap(self, message_id: str, after: Message | None) -> Message:
        seq = seq_of(message_id) or 1
        above = next((line for number in range(seq - 1, 0, -1) if (line := self._message_line(number))), None)
        parent = added.id if above is not None and (added := _added(above)) is not None else None
        body = {
            "role": "system",
            "content": UNREADABLE,
            "_error": True,
            "error": {"code": "damaged", "message": UNREADABLE},
        }
        depth = after.depth - 1 if after else (added.depth + 1 if above and (added := _added(above)) else 1)
        return Message(message_id, parent, max(depth, 1), after.turn if after else 0, body)

    def _message_line(self, seq: int) -> Line | None:
        line = self.line(seq)
        return line if line is not None and line.type == MessageAdded.type else None

    def _forget(self) -> None:
        """Keeps memory bounded on long walks: lines are read again if they are wanted again."""
        if len(self._known) > KEPT:
            self._known.clear()
            self._doubted.clear()
            self._before.clear()

    def events(self, after: int, upto: int) -> Iterator[Event]:
        """The events with numbers from `after` + 1 to `upto`, as far as they can be read."""
        for seq in range(after + 1, upto + 1):
            if (line := self.line(seq)) is not None:
                yield event_of(line)
            self._forget()

    def latest_below(self, message_id: str) -> Message | None:
        """The newest message among those that follow `message_id`, itself included: where its path ends when it is
        selected.
        """
        top = self.message(message_id)
        seq = seq_of(message_id)
        if top is None or seq is None:
            return None
        below, latest = {top.id}, top
        for _, raw in lines(self._fd, self._locate(seq)[0], self._size):
            line = parse(raw)
            if line is None or line.seq <= seq or line.type != MessageAdded.type:
                continue
            added = _added(line)
            if added is not None and added.parent in below:
                below.add(added.id)
                latest = message_of(added)
        return latest


def _flagged(message: Message) -> Message:
    return replace(message, body={**message.body, "_damaged": True})


def _in_its_place(line: Line, before: Line | None, after: Line | None) -> bool:
    """Whether a neighbour confirms the line's number, or there is none that could."""
    neighbours = [each.seq for each in (before, after) if each is not None]
    return not neighbours or line.seq - 1 in neighbours[:1] or line.seq + 1 in neighbours[-1:]


def _link(line: Line) -> _Link | None:
    try:
        return _link_decoder.decode(line.data) if line.type == MessageAdded.type else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _added(line: Line) -> MessageAdded | None:
    try:
        change = change_from(line.type, line.data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return change if isinstance(change, MessageAdded) else None
