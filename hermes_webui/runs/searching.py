"""Words in all conversations: the index is caught up while somebody searches, and what it finds is looked at again.

The index knows every message that a log ever got; only those that are shown today are told.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice

from msgspec import Struct

from hermes_webui.chat.document import Summary
from hermes_webui.chat.messages import Message
from hermes_webui.chat.search import Match
from hermes_webui.chat.terms import Terms
from hermes_webui.errors import NotFound, SourceUnavailable
from hermes_webui.runs.desk import Desk
from hermes_webui.store.commit import Committer
from hermes_webui.store.path import VisiblePath, depth_of
from hermes_webui.store.search import Behind, Search, shown_in
from hermes_webui.store.session import Session
from hermes_webui.store.words import Place

logger = logging.getLogger(__name__)

#: Seconds that a search waits for what is behind; then it tells what is known so far.
WAIT = 0.3

#: One answer looks at so many messages, and at so many of one conversation, of which it tells a few: its own search has
#: the others.
LOOKED_AT = 200
LOOKED_AT_OF_ONE = 50
TOLD_OF_ONE = 3

#: So many are passed over for that.
PASSED = 4000

NOT_CAUGHT_UP = "The latest messages cannot be found yet: the search's own file was not written. They are all kept."


class Hit(Struct, frozen=True):
    """A message that holds the words, in its conversation."""

    number: int
    summary: Summary
    message: Message
    match: Match


class Hits(Struct, frozen=True):
    """What was found, newest first; `next` is where to go on (None: there is no more). `progress` says how much of all
    that is said here has been read, from 0 to 1; `trouble` why it stays at that.
    """

    hits: list[Hit]
    next: int | None
    progress: float
    trouble: str = ""


class Searching:
    """The search of one server: a thread that reads what is behind, and any number who look."""

    def __init__(self, search: Search, desk: Desk) -> None:
        self.wait = WAIT
        self._search = search
        self._desk = desk
        self._thread = Committer(1)
        self._task: asyncio.Task[None] | None = None
        self._total = self._left = 0
        #: The list's version up to which everything was read.
        self._read_at: int | None = None
        self._trouble = ""

    async def look(self, terms: Terms, before: int, limit: int, wanted: Callable[[Summary], bool]) -> Hits:
        """At most `limit` messages before the number `before`, in conversations that are `wanted`.

        Raises `SourceUnavailable`.
        """
        if self._task is None and not (self._read_at == self._desk.index.version and self._search.is_there):
            self._task = asyncio.create_task(self._catch_up(), name="search")
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=self.wait)
        try:
            places, following = await self._desk.read(self._places, terms, before, wanted)
        except SourceUnavailable:
            self._read_at = None
            raise
        found: list[Hit] = []
        told: Counter[str] = Counter()
        for start in range(0, len(places), limit):
            some = [place for place in places[start : start + limit] if told[place.session_id] < TOLD_OF_ONE]
            for hit in await self._shown(some, terms):
                session_id = hit.summary.session_id
                told[session_id] += 1
                found += [hit] if told[session_id] <= TOLD_OF_ONE else []
            if len(found) >= limit:
                found = found[:limit]
                following = found[-1].number
                break
        return Hits(found, following, self._progress, self._trouble)

    @property
    def _progress(self) -> float:
        if self._task is None:
            return 1.0
        return min(1 - self._left / max(self._total, 1), 0.99)

    async def _catch_up(self) -> None:
        version = self._desk.index.version
        try:
            deleted = frozenset(self._desk.index.trashed)
            behind: list[Behind] = await self._thread.run(self._search.behind, list(self._desk.index), deleted)
            self._total = self._left = sum(each.size for each in behind)
            while behind:
                behind = await self._thread.run(self._search.read, behind)
                self._left = sum(each.size for each in behind)
            self._trouble, self._read_at = "", version
        except Exception as error:  # a view: the next search goes on where this one stopped
            known = isinstance(error, OSError | sqlite3.Error)
            logger.warning("What is behind could not be made ready for the search: %s", error, exc_info=not known)
            self._trouble, self._read_at = NOT_CAUGHT_UP, None
        finally:
            self._task = None

    def _places(self, terms: Terms, before: int, wanted: Callable[[Summary], bool]) -> tuple[list[Place], int | None]:
        """The next messages that may be told, and the number before which to go on."""
        found: list[Place] = []
        counts: Counter[str] = Counter()
        for place in islice(self._search.find(terms, before), PASSED):
            counts[place.session_id] += 1
            row = self._desk.index.get(place.session_id)
            if row is not None and counts[place.session_id] <= LOOKED_AT_OF_ONE and wanted(row.summary):
                found.append(place)
            if len(found) == LOOKED_AT or counts.total() == PASSED:
                return found, place.number
        return found, None

    async def _shown(self, places: Sequence[Place], terms: Terms) -> list[Hit]:
        """Those that stand on their conversation's visible path, newest first."""
        by_session: defaultdict[str, list[Place]] = defaultdict(list)
        for place in places:
            by_session[place.session_id].append(place)
        found: list[Hit] = []
        for session_id, its in by_session.items():  # one at a time: those of other programs are in memory whole
            with suppress(NotFound, SourceUnavailable, OSError):  # deleted meanwhile, or away: the list says so
                session = await self._desk.session(session_id)
                found += await self._desk.read(self._of_session, session, its, terms)
        return sorted(found, key=lambda hit: -hit.number)

    def _of_session(self, session: Session, places: Sequence[Place], terms: Terms) -> list[Hit]:
        summary = session.summary()
        with self._desk.store.visible(session, session.head.leaf) as path:
            messages = [(place, path.message(place.message_id)) for place in places]
            return [
                Hit(place.number, summary, message, terms.find(shown_in(message)))
                for place, message in messages
                if message is not None and _stands(path, message)
            ]

    async def close(self) -> None:
        """Reads no more; the next search goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._thread.leave()


def _stands(path: VisiblePath, message: Message) -> bool:
    """Whether the message stands on the path, found without walking it: `holds` would, for one that does not."""
    found = path.first(depth_of, message.depth)
    return found is not None and found.id == message.id
