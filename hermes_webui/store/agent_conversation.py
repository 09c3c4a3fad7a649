"""One of Hermes Agent's sessions as a conversation of ours: a view of its rows, a page at a time.

In memory are the numbers and times of its messages, some bytes each. Message number p of the session is line p + 1 of
the log that it would become (the first says where it comes from), so that ids, cursors and pages stay good when it is
replied to.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.chat import hermes
from hermes_webui.chat.events import Change, Event, SessionImported
from hermes_webui.chat.head import Head, apply
from hermes_webui.chat.messages import Message, mint, seq_of, text_of
from hermes_webui.errors import Conflict, NotFound
from hermes_webui.store.agent_store import PROMPT, AgentStore, Reading
from hermes_webui.store.files import Disk, refused
from hermes_webui.store.log import Log
from hermes_webui.store.path import Key, VisiblePath
from hermes_webui.store.whole import Writing

#: Going up a path, so many messages are read at a time.
STEP: Final = 100

#: The line of the log before the first message: `session.imported`.
LEADING: Final = 1

#: How `Reading.places` marks what a person said.
PERSON: Final = 2

#: How long taking over a whole conversation may read: 200,000 messages take some seconds.
TAKING = 600.0

GONE = "Hermes Agent has deleted this conversation. It is not brought back here."


class Into(Struct, frozen=True):
    """What it would become here: at what time (seconds since 1970), answered by which engine (empty: whoever is
    chosen), and whether it is still wanted here at all.
    """

    at: float
    engine: str
    is_wanted: Callable[[], bool]


class AgentConversation:
    """A session of Hermes' as it stood when it was loaded. Raises `NotFound`, `SourceUnavailable`."""

    def __init__(self, store: AgentStore, source_id: str, disk: Disk, into: Into) -> None:
        self._store = store
        self._disk = disk
        self._into = into
        self._stamp = store.stamp()
        if not self._stamp:
            raise NotFound(GONE)
        self._numbers, self._times, self._prompts = array("q"), array("d"), array("q")
        with store.reading() as reading:
            row = reading.row(source_id)
            if row is None:
                raise NotFound(GONE)
            self._row = row
            spoken = self._scan(reading)
            if not row.title and self._prompts:
                first = self.at(reading, self._prompts[0])
                self._row = replace(row, prompt=text_of(first.body)[:PROMPT])
            self.head = self._head(reading, spoken)

    def _scan(self, reading: Reading) -> float:
        """Notes where each message is; returns when a person or the agent last said something."""
        spoken = latest = 0.0
        for place, (number, whose, noted) in enumerate(reading.places(self._row.source_id)):
            at = hermes.seconds(noted)
            if whose == PERSON:
                self._prompts.append(place)
            if whose and at > spoken:
                spoken = at
            latest = max(at, latest)
            self._numbers.append(number)
            self._times.append(latest)
        return spoken

    def _head(self, reading: Reading, spoken: float) -> Head:
        """What folding the log that this would become gives."""
        count = len(self._numbers)
        last = next(self._messages(reading, count - 1, count), None)
        leaf = last.id if last else None
        first = Event(LEADING, self._into.at, hermes.imported(self._row, leaf, engine=self._into.engine))
        head = apply(Head(hermes.session_id_of(self._row.source_id), unwritten=True), first)
        counts = {"message_count": count, "user_message_count": len(self._prompts)}
        return replace(head, revision=count + LEADING, leaf=leaf, last_message_at=spoken, **counts)

    def is_outdated(self) -> bool:
        """Whether anything was written to Hermes' store since."""
        return self._store.stamp() != self._stamp or not self._into.is_wanted()

    def message(self, message_id: str) -> Message | None:
        """The message with this id."""
        place = self._place(message_id)
        if place is None:
            return None
        with self._store.reading() as reading:
            found = next(self._messages(reading, place, place + 1))
        return found if found.id == message_id else None

    def _place(self, message_id: str) -> int | None:
        """Where in the session the message stands, from 0."""
        seq = seq_of(message_id)
        place = seq - LEADING - 1 if seq is not None else -1
        return place if 0 <= place < len(self._numbers) else None

    def path(self, leaf: str, limit: int | None) -> list[Message]:
        """The last `limit` messages up to `leaf`."""
        place = self._place(leaf)
        if place is None:
            return []
        end = place + 1
        with self._store.reading() as reading:
            found = list(self._messages(reading, max(0, end - limit) if limit is not None else 0, end))
        return found if found and found[-1].id == leaf else []

    def whole(self, leaf: str | None) -> Iterator[Message]:
        """All messages up to `leaf`, some in memory at a time."""
        place = self._place(leaf) if leaf is not None else None
        for start in range(0, 0 if place is None else place + 1, STEP):
            with self._store.reading() as reading:
                some = list(self._messages(reading, start, min(start + STEP, (place or 0) + 1)))
            yield from some

    @contextmanager
    def visible(self, leaf: str | None) -> Iterator[VisiblePath]:
        """The path that ends in `leaf`; one look at Hermes' store for all that is asked of it."""
        with self._store.reading() as reading:
            yield _Shown(self, reading, leaf)

    def _messages(self, reading: Reading, start: int, end: int) -> Iterator[Message]:
        """The messages from place `start` to before `end`."""
        begin = max(0, start - 1)  # a message's parent is known by its id, which is made of its content
        parent: str | None = None
        rows = reading.messages(self._row.source_id, self._numbers[begin:end])
        for place, row in enumerate(rows, begin):
            body = hermes.body_of(row)
            message_id = mint(place + LEADING + 1, body)
            if place >= start:
                yield Message(message_id, parent, place + 1, bisect_right(self._prompts, place), body)
            parent = message_id

    def begin(self, log: Log) -> None:
        """Takes it over: a log of ours that begins with where it comes from and holds all its messages, there whole or
        not at all. Blocking, and as long as the conversation.

        Raises `Conflict` where Hermes has changed what was shown, `StoreUnavailable`, `SourceUnavailable`.
        """
        writing = Writing(self.head.session_id, self._into.at)
        try:
            with self._store.reading(TAKING) as reading:
                first = hermes.imported(self._row, self.head.leaf, self._digest(reading), self._into.engine)
                self._disk.make_folder(log.path.parent)
                self._disk.replace(log.path, writing.blocks(self._lines(reading, writing, first)))
        except OSError as error:
            raise refused(error, "the conversation of Hermes Agent") from error
        writing.stands_in(log)

    def _lines(self, reading: Reading, writing: Writing, first: SessionImported) -> Iterator[Change]:
        writing.plan.add(first)
        yield writing.plan.changes.pop()
        for row in reading.messages(self._row.source_id, self._numbers):
            writing.plan.message(hermes.body_of(row))
            yield writing.plan.changes.pop()
        if writing.plan.head != replace(self.head, unwritten=False):
            raise Conflict("Hermes Agent has just changed this conversation. Nothing was sent; look again and repeat.")

    def _digest(self, reading: Reading) -> str:
        """SHA-256 over the session's row and its messages as they were read, a JSON line each."""
        digest = hashlib.sha256(msgspec.json.encode(self._row) + b"\n")
        rows: Iterator[Mapping[str, Any]] = reading.messages(self._row.source_id, self._numbers)
        for row in rows:
            digest.update(msgspec.json.encode(row) + b"\n")
        return digest.hexdigest()

    def first(self, reading: Reading, key: Key, value: float) -> Message | None:
        """The first message whose key, which grows along the path, is at least `value`; None where none is."""
        low, high = 0, len(self._numbers)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if key(self._sketch(middle)) >= value else (middle + 1, high)
        return self.at(reading, low) if low < len(self._numbers) else None

    def _sketch(self, place: int) -> Message:
        """A message without what it says: all that a place is looked for by."""
        body = {"timestamp": self._times[place]}
        return Message("", None, place + 1, bisect_right(self._prompts, place), body)

    def at(self, reading: Reading, place: int) -> Message:
        """The message at this place."""
        return next(self._messages(reading, place, place + 1))

    def below(self, reading: Reading, end: int) -> Iterator[Message]:
        """The messages before place `end`, newest first."""
        while end > 0:
            start = max(0, end - STEP)
            yield from reversed(list(self._messages(reading, start, end)))
            end = start

    def place_of(self, reading: Reading, message_id: str | None) -> int | None:
        """Where the message stands; None where it is none of these."""
        place = self._place(message_id) if message_id is not None else None
        return place if place is not None and self.at(reading, place).id == message_id else None


class _Shown:
    """The path to `leaf`, all of it one session's messages."""

    def __init__(self, conversation: AgentConversation, reading: Reading, leaf: str | None) -> None:
        self._conversation = conversation
        self._reading = reading
        self.leaf = leaf

    def message(self, message_id: str) -> Message | None:
        """The message with this id."""
        place = self._conversation.place_of(self._reading, message_id)
        return self._conversation.at(self._reading, place) if place is not None else None

    def up(self, leaf: str | None) -> Iterator[Message]:
        """A message and those before it, newest first."""
        place = self._conversation.place_of(self._reading, leaf)
        return iter(()) if place is None else self._conversation.below(self._reading, place + 1)

    def first(self, key: Key, value: float) -> Message | None:
        """The first message of the path whose key is at least `value`; None where none is."""
        return self._conversation.first(self._reading, key, value)

    def holds(self, message: Message) -> bool:
        """Whether the message stands on the path."""
        return self._conversation.place_of(self._reading, message.id) is not None
