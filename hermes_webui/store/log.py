"""The log of one session: JSON Lines, append-only, each line checked against the one before it.

    {"seq":17,"at":1763800000.123,"type":"message.added","data":{…},"sum":"9f2c41d07a3be655"}

`sum` is the first 16 hex digits of BLAKE2b over the previous line's `sum` (the session id before the first line) and
this line without its own: a missing, changed, reordered or foreign line shows. Lines of one append but its last carry
`"more":true`: an append is there whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from hermes_webui.chat.events import Change, Event, Unknown, change_from, data_of
from hermes_webui.store.files import Disk, read_range, refused

CHUNK = 1 << 20
SUM_LENGTH = 26  # ,"sum":"0123456789abcdef"}
MORE = b',"more":true'


class Line(Struct):
    """The envelope of a line; `data` is not decoded yet."""

    seq: int
    at: float
    type: str
    data: msgspec.Raw
    sum: str
    more: bool = False


class Batch(Struct, frozen=True):
    """Events made ready for one append: what to write, and where the log stands once it is written."""

    events: tuple[Event, ...]
    data: bytes
    sum: str


class Found(Struct):
    """A line as read: where it stands, what it says (None: unreadable) and whether its check holds."""

    offset: int
    raw: bytes
    line: Line | None
    good: bool

    @property
    def end(self) -> int:
        """Where the next line begins."""
        return self.offset + len(self.raw)


_decoder = msgspec.json.Decoder(Line)


def check(previous: str, body: bytes) -> str:
    """The `sum` of a line whose text without it is `body`."""
    return hashlib.blake2b(previous.encode() + body).hexdigest()[:16]


def parse(raw: bytes) -> Line | None:
    """The envelope of one line with its newline; None where it is no line of ours."""
    if raw[-1:] != b"\n" or raw[-SUM_LENGTH - 1 : -SUM_LENGTH + 7] != b',"sum":"':
        return None
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def holds(previous: str, raw: bytes, line: Line) -> bool:
    """Whether the line's check fits the line before it."""
    return check(previous, raw[: -SUM_LENGTH - 1] + b"}") == line.sum


def event_of(line: Line) -> Event:
    """The event of a line. Data that is not what its type says becomes an unknown event: it is kept and passed over."""
    try:
        change = change_from(line.type, line.data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        change = Unknown(line.type, {})
    return Event(line.seq, line.at, change)


def encode(changes: Sequence[Change], at: float, seq: int, previous: str) -> Batch:
    """Numbers, dates and chains changes after line `seq` whose sum is `previous`."""
    events, lines = [], []
    for place, change in enumerate(changes, 1):
        event = Event(seq + place, at, change)
        body = msgspec.json.encode({"seq": event.seq, "at": at, "type": event.type, "data": data_of(change)})
        if place < len(changes):
            body = body[:-1] + MORE + b"}"
        previous = check(previous, body)
        lines.append(b'%b,"sum":"%b"}\n' % (body[:-1], previous.encode()))
        events.append(event)
    return Batch(tuple(events), b"".join(lines), previous)


def lines(fd: int, offset: int, end: int, size: int = CHUNK) -> Iterator[tuple[int, bytes]]:
    """The raw lines between two offsets, split at newlines only (text may hold U+2028); the last may lack its newline.

    The file is read `size` bytes at a time.
    """
    rest: list[bytes] = []
    start = offset
    while offset < end and (chunk := read_range(fd, offset, min(size, end - offset))):
        offset += len(chunk)
        parts = chunk.split(b"\n")
        for part in parts[:-1]:
            raw = b"".join((*rest, part, b"\n"))
            yield start, raw
            start += len(raw)
            rest.clear()
        rest.append(parts[-1])
    if last := b"".join(rest):
        yield start, last


def read(fd: int, offset: int, end: int, previous: str) -> Iterator[Found]:
    """The lines between two offsets, each parsed and checked; `previous` is the sum before the first."""
    seq: int | None = None
    for start, raw in lines(fd, offset, end):
        line = parse(raw)
        in_order = line is not None and (seq is None or line.seq == seq + 1)
        yield Found(start, raw, line, line is not None and in_order and holds(previous, raw, line))
        if line is not None:
            seq, previous = line.seq, line.sum


def standing(found: Iterable[Found]) -> Iterator[Found]:
    """The lines without a torn append at the end: a line that is none, or a batch whose last line is missing."""
    waiting: list[Found] = []
    for each in found:
        waiting.append(each)
        if each.line is not None and not each.line.more:
            yield from waiting
            waiting.clear()


class Log:
    """The end of one session's log, for appending. `seq`, `sum` and `size` are those of what is known to be on disk."""

    def __init__(self, path: Path, disk: Disk, seq: int, last_sum: str, size: int) -> None:
        self.path = path
        self.seq = seq
        self.sum = last_sum
        self.size = size
        self._disk = disk
        self._fd: int | None = None
        self._doubtful = False
        #: What a refused append may have left in the file.
        self._left = b""

    def encode(self, changes: Sequence[Change], at: float) -> Batch:
        """Makes changes ready to be appended next."""
        return encode(changes, at, self.seq, self.sum)

    def write(self, batch: Batch) -> None:
        """Appends and syncs; returns once the batch is on disk. Blocking.

        Raises `StoreUnavailable` or `DiskFull`: then the batch is refused, and what it left behind is cut off now, or
        as soon as the disk lets us (`uncertain` until then).
        """
        try:
            fd = self._opened()
        except OSError as error:  # nothing was written, so there is nothing of ours to cut off
            self.close()
            raise refused(error, "the last change") from error
        try:
            self._disk.append(fd, batch.data)
        except OSError as error:
            self._give_up(batch)
            raise refused(error, "the last change") from error
        try:
            self._disk.sync(fd)
        except OSError as error:
            self._doubtful = True
            self._give_up(batch)
            raise refused(error, "the last change") from error
        self.size += len(batch.data)
        self.seq = batch.events[-1].seq
        self.sum = batch.sum

    def _opened(self) -> int:
        if self._fd is not None:
            self._cut(self._fd)
            return self._fd
        new = self.size == 0
        if new:
            self._disk.make_folder(self.path.parent)
        elif self._doubtful:
            self._renew()
        fd = self._disk.open(self.path, os.O_RDWR | os.O_APPEND | (os.O_CREAT if new else 0))
        self._fd = fd
        self._cut(fd)
        if new:
            self._disk.sync_folder(self.path.parent)
        return fd

    def _cut(self, fd: int) -> None:
        """Takes away what an append that failed left behind its last acknowledged line, and nothing else: a log that
        somebody else has written to is not written to.
        """
        size = os.fstat(fd).st_size
        if size < self.size or not self._left.startswith(read_range(fd, self.size, size - self.size)):
            raise OSError(errno.EIO, "the log is not as this program left it")
        if size > self.size:
            self._doubtful, doubtful = True, self._doubtful  # until this sync has held
            self._disk.truncate(fd, self.size)
            self._disk.sync(fd)
            self._doubtful = doubtful
        self._left = b""

    def _give_up(self, batch: Batch) -> None:
        """After a failure: the descriptor is given up (a failed sync may not be tried again on it) and the file is
        opened and cut anew, now if the disk lets us, else before the next write.
        """
        self.close()
        self._left = batch.data
        self.settle()

    @property
    def uncertain(self) -> bool:
        """Whether a refused append may still stand in the file."""
        return bool(self._left)

    def settle(self) -> None:
        """Cuts off what a refused append has left, if the disk lets us now."""
        if not self._left:
            return
        try:
            self._opened()
        except OSError:
            self.close()

    def _renew(self) -> None:
        """A sync has failed, so the system's cache may hold what the disk does not: the known lines go into a new
        file.
        """
        source = self._disk.open(self.path, os.O_RDONLY)
        try:
            starts = range(0, self.size, CHUNK)
            self._disk.replace(self.path, (read_range(source, at, min(CHUNK, self.size - at)) for at in starts))
        finally:
            os.close(source)
        self._doubtful = False

    def close(self) -> None:
        """Gives the descriptor back; a later write opens the file again."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
