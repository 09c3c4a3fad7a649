"""Places of a conversation of any length: messages around one, prompts by their number, words, a time.

Each answer costs what it holds, or stops after so much and says where to go on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import dropwhile, islice, takewhile

from msgspec import Struct

from hermes_webui.chat.messages import Message, text_of
from hermes_webui.chat.search import Match, Needle, texts_in
from hermes_webui.errors import Conflict, NotFound
from hermes_webui.store.path import VisiblePath, depth_of, time_of, turn_of
from hermes_webui.store.session import Page

#: One search reads at most so many messages, or characters: some tens of milliseconds.
MOST_READ = 2000
MOST_CHARACTERS = 4 << 20

ELSEWHERE = "That message stands in another version of this conversation."
UNKNOWN = "There is no such message in this conversation."


class Hit(Struct, frozen=True):
    """A message that holds what was looked for."""

    message: Message
    match: Match


class Hits(Struct, frozen=True):
    """What a search found, newest first; `next` is the message before which to go on, None at the beginning."""

    hits: list[Hit]
    next: str | None
    searched: int


class Prompts(Struct, frozen=True):
    """Prompts in their order; `place` is the message that was asked for by its time."""

    prompts: list[Message]
    place: Message | None = None


def around(path: VisiblePath, message_id: str, limit: int) -> Page:
    """At most `limit` messages with this one in their middle. Raises `NotFound`, `Conflict` where it is not shown."""
    message = _shown(path, message_id)
    above = message.depth - 1 - (limit - 1) // 2
    return _page(path, message, max(0, above), message.depth + limit // 2)


def after(path: VisiblePath, message_id: str, limit: int) -> Page:
    """The `limit` messages after this one. Raises `NotFound`, `Conflict` where it is not shown."""
    message = _shown(path, message_id)
    return _page(path, message, message.depth, message.depth + limit)


def _shown(path: VisiblePath, message_id: str) -> Message:
    message = path.message(message_id)
    if message is None:
        raise NotFound(UNKNOWN, message_id=message_id)
    if not path.holds(message):
        raise Conflict(ELSEWHERE, message_id=message_id)
    return message


def _page(path: VisiblePath, near: Message, above: int, upto: int) -> Page:
    """The messages deeper than `above`, up to depth `upto`, which join `near`."""
    end = path.first(depth_of, upto)
    upwards = dropwhile(lambda message: message.depth > upto, path.up(end.id if end else path.leaf))
    found = list(takewhile(lambda message: message.depth > above, upwards))[::-1]
    if found and near.id not in {found[0].parent, *(message.id for message in found)}:
        found = _counted(path, near, above, upto)
    return Page(found, found[0].depth - 1 if found else near.depth)


def _counted(path: VisiblePath, near: Message, above: int, upto: int) -> list[Message]:
    """The same where damage has made depths wrong: counted from `near` on, along the whole way from the end."""
    before = list(islice(path.up(near.id), max(0, near.depth - above)))[::-1]
    behind = deque(takewhile(lambda message: message.id != near.id, path.up(path.leaf)), upto - near.depth)
    return [*before, *reversed(behind)]


def prompts(path: VisiblePath, first: int, limit: int) -> Prompts:
    """At most `limit` prompts from the one with number `first` (from 1) on."""
    end = path.first(turn_of, first + limit - 1)
    return Prompts(list(_prompts_up(path, end.id if end else path.leaf, first))[:limit][::-1])


def _prompts_up(path: VisiblePath, leaf: str | None, first: int) -> Iterator[Message]:
    for message in path.up(leaf):
        if message.turn < first:
            return
        if message.role == "user":
            yield message


def at_time(path: VisiblePath, at: float, limit: int) -> Prompts:
    """The first message said at this time or later (else the last one), and the prompts around it."""
    place = path.first(time_of, at) or next(path.up(path.leaf), None)
    if place is None:
        return Prompts([])
    return Prompts(prompts(path, max(1, place.turn - limit // 2), limit).prompts, place)


def search(path: VisiblePath, needle: Needle, before: str | None, limit: int, *, everything: bool) -> Hits:
    """Messages that hold the words, newest first, from the end or from before a message on. Raises `NotFound`."""
    start = path.leaf
    if before is not None:
        message = path.message(before)
        if message is None:
            raise NotFound(UNKNOWN, message_id=before)
        start = message.parent
    hits: list[Hit] = []
    searched = size = 0
    following: str | None = None
    for message in islice(path.up(start), MOST_READ):
        searched += 1
        texts = list(texts_in(message.body, everything=everything))
        size += sum(map(len, texts))
        match = next((match for text in texts if (match := needle.find(text))), None)
        if match is not None:
            hits.append(Hit(message, match))
        following = message.id if message.parent else None
        if len(hits) == limit or size > MOST_CHARACTERS:
            break
    return Hits(hits, following, searched)


def first_line(message: Message, length: int) -> str:
    """A prompt's first line with something in it, to be told in a list."""
    text = text_of(message.body)[: 4 * length]
    line = next((stripped for each in text.splitlines() if (stripped := each.strip())), "")
    return line[:length] + ("…" if len(line) > length else "")
