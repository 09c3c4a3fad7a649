"""What runs have used, read from the logs and kept in `_usage.jsonl` so that it need not be read again.

Each line says what was found in one session's log between two of its offsets. A line counts only where it begins where
the last one of its session ended: so nothing is counted twice, whatever order a crash left them in, and what a line is
missing for is read again. It is a view: without it, or with one that does not fit the logs, all is read anew.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import copy
from pathlib import Path

import msgspec
from msgspec import Struct

from hermes_webui.chat.events import Event, RunFinished, RunStarted
from hermes_webui.chat.head import COST_DIGITS
from hermes_webui.store.files import Disk
from hermes_webui.store.log import MORE, SUM_LENGTH, event_of, lines, parse
from hermes_webui.store.sessions import SessionStore
from hermes_webui.store.survey import survey

NAME = "_usage.jsonl"

#: A day begins at some quarter of an hour of UTC, whatever the zone: nothing finer is kept.
QUARTER = 900

#: A line's beginning, in which its type stands.
HEADER = 96
RUNS = b'"type":"run.'

#: Who answered: engine, provider, model.
Who = tuple[str, str, str]
NOBODY: Who = ("", "", "")


class Spent(Struct, frozen=True, array_like=True):
    """What one run used, by its end (seconds since 1970). `cost` in US dollars, None where nobody knew it."""

    at: float
    who: Who
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None


class Counted(Struct, frozen=True, omit_defaults=True):
    """A line: the runs that ended in a session's log between two offsets, and those that were open at the end of it."""

    session: str
    start: int
    end: int
    runs: tuple[Spent, ...] = ()
    open: dict[str, Who] = {}


class Total(Struct):
    """A sum. `unpriced` runs are in it whose cost nobody knew."""

    runs: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0

    def add(self, spent: Spent) -> None:
        """One run more."""
        self.runs += 1
        self.input_tokens += spent.input_tokens
        self.output_tokens += spent.output_tokens
        self.cost += spent.cost or 0.0
        self.unpriced += spent.cost is None

    def join(self, other: Total) -> None:
        """Another sum's runs more."""
        self.runs += other.runs
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.cost = round(self.cost + other.cost, COST_DIGITS)
        self.unpriced += other.unpriced


_decoder = msgspec.json.Decoder(Counted)


class Usage:
    """The sums of one session directory. Blocking; one caller counts at a time, while others read `sums`."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._path = store.root / NAME
        self._known: dict[str, tuple[int, dict[str, Who]]] = {}
        self._sums: dict[tuple[int, Who], Total] = defaultdict(Total)
        self._loaded = False
        self._adding = threading.Lock()

    def sums(self, since: float) -> Mapping[tuple[int, Who], Total]:
        """Since a time (seconds since 1970), by quarter of an hour (`QUARTER` seconds each, counted from 1970) and who
        answered; as far as was counted.
        """
        with self._adding:
            return {key: copy(total) for key, total in self._sums.items() if key[0] >= since // QUARTER}

    def behind(self) -> list[tuple[str, int]]:
        """Sessions whose logs have grown since they were counted, each with its log's size; all of them where what is
        kept does not fit the logs.
        """
        if not self._loaded:
            self._load()
        sizes = {session_id: files.log for session_id, files in survey(self._store.root).items() if files.log}
        purged = self._store.purged
        kept = ((session_id, end) for session_id, (end, _) in self._known.items() if session_id not in purged)
        if any(end > sizes.get(session_id, 0) for session_id, end in kept):
            self.forget()  # a log that is shorter than it was: restored from elsewhere, or not ours
        return [(each, size) for each, size in sorted(sizes.items()) if size > self._end_of(each)]

    def count(self, session_id: str, size: int) -> None:
        """Counts what its log holds up to `size`, from where it was counted last. Nothing where that was further."""
        start, was_open = self._known.get(session_id, (0, {}))
        if size <= start:
            return
        found = _read(self._store.log_path(session_id), session_id, (start, size), was_open)
        self._take(found)
        self._keep(found)

    def forget(self) -> None:
        """What was counted is dropped, to be counted anew from the logs; but for what has no log any more: what was
        spent on a conversation that is deleted for good was spent all the same.
        """
        kept = [line for line in self._lines() if line.session in self._store.purged]
        with self._adding:
            self._known.clear()
            self._sums.clear()
        if kept:
            self._store.disk.replace(self._path, (b"%b\n" % msgspec.json.encode(line) for line in kept))
        else:
            self._store.disk.unlink(self._path)
        for line in kept:
            if line.start == self._end_of(line.session):
                self._take(line)

    def _end_of(self, session_id: str) -> int:
        return self._known.get(session_id, (0, {}))[0]

    def _load(self) -> None:
        self._loaded = True
        for line in self._lines():
            if line.start == self._end_of(line.session):
                self._take(line)

    def _lines(self) -> Iterator[Counted]:
        try:
            data = self._path.read_bytes()
        except OSError:
            return
        for raw in data.splitlines():
            with suppress(msgspec.DecodeError, UnicodeDecodeError):  # torn, or not ours: what it counted is read again
                yield _decoder.decode(raw)

    def _take(self, line: Counted) -> None:
        with self._adding:
            self._known[line.session] = (line.end, line.open)
            for spent in line.runs:
                self._sums[int(spent.at // QUARTER), spent.who].add(spent)

    def _keep(self, line: Counted) -> None:
        """Not synced: what a power cut takes of it is read again from the logs, which are. Raises `OSError`."""
        disk: Disk = self._store.disk
        disk.make_folder(self._path.parent)
        fd = disk.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            disk.append(fd, b"\n%b\n" % msgspec.json.encode(line))
        finally:
            os.close(fd)


def _read(path: Path, session_id: str, between: tuple[int, int], was_open: Mapping[str, Who]) -> Counted:
    start, size = between
    running = dict(was_open)
    spent: list[Spent] = []
    end = start
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for offset, raw in lines(fd, start, size):
            event = _of_a_run(raw)
            change = event.change if event is not None else None
            if isinstance(change, RunStarted):
                running[change.run_id] = (change.engine, change.provider, change.model)
            elif event is not None and isinstance(change, RunFinished):
                who = running.pop(change.run_id, NOBODY)
                spent += [_spent(event.at, who, change.usage)] if change.usage else []
            end = offset + len(raw) if _is_last(raw) else end
    finally:
        os.close(fd)
    return Counted(session_id, start, end, tuple(spent), running)


def _of_a_run(raw: bytes) -> Event | None:
    """The event of a line about a run; other lines are only looked at, since messages are long."""
    line = parse(raw) if RUNS in raw[:HEADER] else None
    return event_of(line) if line is not None else None


def _is_last(raw: bytes) -> bool:
    """Whether an append ends with this line: what a crash cut off after it was never acknowledged."""
    return raw.endswith(b"\n") and not raw[: -SUM_LENGTH - 1].endswith(MORE)


def _spent(at: float, who: Who, usage: Mapping[str, object]) -> Spent:
    cost = usage.get("cost")
    priced = float(cost) if isinstance(cost, int | float) else None
    return Spent(at, who, _count(usage, "input_tokens"), _count(usage, "output_tokens"), priced)


def _count(usage: Mapping[str, object], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0
