"""The visible path as something to move about in: any place of it is found without reading the others.

Messages are added at the end of the visible path, so between two moves of that end (`branch.selected`,
`session.adopted`: the bends) each message follows the one before it. A path is therefore a few stretches of the log in
each of which depth, turn and number grow together, and a place is found by bisection. A log in which nothing was
ever edited is one stretch; in others the bends are looked for once, from the first alternative on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Protocol

from msgspec import Struct

from hermes_webui.chat.messages import Message, seq_of, timestamp_of
from hermes_webui.store.reader import LogReader

#: Grows along a path: what a place is looked for by.
Key = Callable[[Message], float]

#: Long stretches are halved at least at every third step, wherever the guess by proportion leads.
GUESSES = 2


def depth_of(message: Message) -> float:
    """How many messages there are up to this one."""
    return message.depth


def turn_of(message: Message) -> float:
    """How many prompts there are up to this message."""
    return message.turn


def time_of(message: Message) -> float:
    """When it was said; without a note of that it counts as early."""
    return timestamp_of(message.body) or 0.0


class Bends(Struct, frozen=True):
    """The numbers of the lines that moved the visible path's end, as far as the log was looked at."""

    seqs: tuple[int, ...] = ()
    upto: int = 0


class Stretch(Struct, frozen=True):
    """A part of the path whose messages follow one another in the log."""

    first: Message
    last: Message


class Course:
    """The path to `leaf` in a log."""

    def __init__(self, reader: LogReader, leaf: str | None, bends: Sequence[int]) -> None:
        self._reader = reader
        self.leaf = leaf
        self._bends = bends
        self._known: list[Stretch] | None = None

    def message(self, message_id: str) -> Message | None:
        """The message with this id, on the path or not."""
        return self._reader.message(message_id)

    def up(self, leaf: str | None) -> Iterator[Message]:
        """A message and those before it, newest first."""
        return self._reader.up(leaf)

    def first(self, key: Key, value: float) -> Message | None:
        """The first message of the path whose key is at least `value`; None where none is."""
        found: Message | None = None
        for stretch in self._stretches():
            if key(stretch.last) < value:
                break
            found = stretch.first
            if key(found) < value:
                return self._within(stretch, key, value)
        return found

    def holds(self, message: Message) -> bool:
        """Whether the message stands on the path."""
        found = self.first(depth_of, message.depth)
        if found is not None and found.id == message.id:
            return True
        # It stands elsewhere, or a damaged line has led astray: only the way up tells.
        seq = seq_of(message.id) or 0
        below = takewhile(lambda each: (seq_of(each.id) or 0) >= seq, self.up(self.leaf))
        return any(each.id == message.id for each in below)

    def _stretches(self) -> Sequence[Stretch]:
        """From the path's end to its beginning, as far as it can be read."""
        if self._known is None:
            self._known = list(self._read_stretches())
        return self._known

    def _read_stretches(self) -> Iterator[Stretch]:
        last = self._reader.message(self.leaf) if self.leaf else None
        while last is not None:
            end = seq_of(last.id) or 0
            begin = max((bend for bend in self._bends if bend < end), default=0)
            first = self._above(begin + 1, end) or last
            yield Stretch(first, last)
            last = self._reader.message(first.parent) if first.parent else None

    def _above(self, seq: int, end: int) -> Message | None:
        """The first message with this number or a later one."""
        return next((found for each in range(seq, end) if (found := self._reader.numbered(each)) is not None), None)

    def _below(self, seq: int, floor: int) -> Message | None:
        """The last message with this number or an earlier one above `floor`."""
        return next((found for each in range(seq, floor, -1) if (found := self._reader.numbered(each))), None)

    def _within(self, stretch: Stretch, key: Key, value: float) -> Message:
        low, high = seq_of(stretch.first.id) or 0, seq_of(stretch.last.id) or 0
        least, found = key(stretch.first), stretch.last
        step = 0
        while high - low > 1:
            step += 1
            share = (value - least) / max(key(found) - least, 1) if step % (GUESSES + 1) else 0.5
            guess = min(max(low + round((high - low) * share), low + 1), high - 1)
            message = self._below(guess, low)
            if message is None or key(message) < value:
                low = guess
                least = least if message is None else key(message)
            else:
                found = message
                high = seq_of(message.id) or 0
        return found


class Listed:
    """The path of another program's conversation, which is in memory whole."""

    def __init__(self, path: Sequence[Message], messages: Mapping[str, Message]) -> None:
        self.leaf = path[-1].id if path else None
        self._path = path
        self._messages = messages

    def message(self, message_id: str) -> Message | None:
        """The message with this id, on the path or not."""
        return self._messages.get(message_id)

    def up(self, leaf: str | None) -> Iterator[Message]:
        """A message and those before it, newest first."""
        while leaf is not None and (message := self._messages.get(leaf)) is not None:
            yield message
            leaf = message.parent

    def first(self, key: Key, value: float) -> Message | None:
        """The first message of the path whose key is at least `value`; None where none is."""
        return next((message for message in self._path if key(message) >= value), None)

    def holds(self, message: Message) -> bool:
        """Whether the message stands on the path."""
        return self._path[message.depth - 1 : message.depth] == [message]


class VisiblePath(Protocol):
    """A path to move about in, wherever its messages are kept."""

    @property
    def leaf(self) -> str | None:
        """Its last message."""
        ...

    def message(self, message_id: str) -> Message | None:
        """The message with this id, on the path or not."""
        ...

    def up(self, leaf: str | None) -> Iterator[Message]:
        """A message and those before it, newest first."""
        ...

    def first(self, key: Key, value: float) -> Message | None:
        """The first message of the path whose key is at least `value`; None where none is."""
        ...

    def holds(self, message: Message) -> bool:
        """Whether the message stands on the path."""
        ...
