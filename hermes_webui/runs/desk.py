"""The desk: the sessions that are loaded, and the one way to change one of them.

    decide (pure) ─▶ append + fsync (in a thread) ─▶ fold ─▶ index ─▶ publish        under the session's lock

Nobody is told of an event, and no request is answered, before its line is on disk.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from hermes_webui.chat.document import Summary
from hermes_webui.chat.events import Change, Event, SessionChanged, SessionCreated
from hermes_webui.chat.head import Head, apply
from hermes_webui.errors import Conflict, NotFound, StoreUnavailable
from hermes_webui.runs import views
from hermes_webui.store import index as index_file
from hermes_webui.store.commit import Committer
from hermes_webui.store.drafts import Draft, Drafts
from hermes_webui.store.index import Index, Row
from hermes_webui.store.sessions import Session, SessionStore
from hermes_webui.streams.hub import Hub
from hermes_webui.streams.sse import frame

logger = logging.getLogger(__name__)

Decide = Callable[[Head], Sequence[Change]]

#: Loaded sessions kept for the next request; each is a few KB and perhaps a descriptor.
LOADED = 512

#: Of another program's directory, whole conversations are in memory until their first change: only so many.
FOREIGN = 8

WRITABLE = "The disk takes writes again."

#: New sessions without a first message: they exist only here, and the oldest are forgotten.
PROVISIONAL = 1000


class Place:
    """A session at the desk: its lock, and the last event that subscribers have been told of."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.session: Session | None = None
        self.told = 0
        self.snapshotting = False


class Outcome(Struct, frozen=True):
    """What a command did: its events (none where nothing changed) and the head after them."""

    events: tuple[Event, ...]
    head: Head


class Desk:
    """The sessions of one store, for one event loop."""

    def __init__(
        self, store: SessionStore, index: Index, committer: Committer, hub: Hub, clock: Callable[[], float]
    ) -> None:
        self.store = store
        self.index = index
        self.hub = hub
        self.clock = clock
        self.drafts = Drafts(store.root / "_drafts", store.disk)
        self.writable = True
        self._committer = committer
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._provisional: OrderedDict[str, SessionCreated] = OrderedDict()
        self._tasks: set[asyncio.Task[Any]] = set()
        #: Told of each append, with the session and its events: the supervisor starts the runs that are among them.
        self.listeners: list[Callable[[str, Sequence[Event]], None]] = []
        #: How much of a session's open message has been published.
        self.offset_of: Callable[[str], int] = lambda _session_id: 0

    def create(self, fields: dict[str, Any]) -> Head:
        """A new session, in memory only: the first message or draft puts it on disk."""
        session_id = secrets.token_hex(6)
        created = SessionCreated(session_id, fields)
        self._provisional[session_id] = created
        while len(self._provisional) > PROVISIONAL:
            self._provisional.popitem(last=False)
        return apply(Head(session_id), Event(0, self.clock(), created))

    def provisional(self, session_id: str) -> Head | None:
        """The head of a session that is nowhere yet."""
        created = self._provisional.get(session_id)
        return None if created is None else apply(Head(session_id), Event(0, self.clock(), created))

    async def session(self, session_id: str) -> Session:
        """The session, loaded if it is not. Raises `NotFound`, `BadRequest` for what is no session id."""
        place = self._place(session_id)
        return place.session or await self._load(session_id, place)

    def told(self, session_id: str) -> int:
        """The last event of the session that subscribers have been told of."""
        return self._place(session_id).told

    def _place(self, session_id: str) -> Place:
        self.store.path(session_id)
        place = self._places.get(session_id)
        if place is None:
            place = self._places[session_id] = Place()
            self._make_room()
        self._places.move_to_end(session_id)
        return place

    def _make_room(self) -> None:
        """Lets go of the sessions that were used longest ago and are at rest."""
        foreign = [each for each, place in self._places.items() if place.session and place.session.found]
        for session_id in [*list(self._places)[: max(0, len(self._places) - LOADED)], *foreign[:-FOREIGN]]:
            place = self._places[session_id]
            session = place.session
            at_rest = not place.lock.locked() and not place.snapshotting
            if at_rest and (session is None or session.head.run is None):
                if session is not None:
                    session.close()
                del self._places[session_id]

    async def _load(self, session_id: str, place: Place) -> Session:
        async with place.lock:
            return place.session or await self._loaded(session_id, place)

    async def _loaded(self, session_id: str, place: Place) -> Session:
        if session_id in self._provisional:
            session = self.store.new(session_id)
        else:
            try:
                session = await self._committer.run(self.store.load, session_id)
            except NotFound:
                self._places.pop(session_id, None)
                raise
        place.session = session
        place.told = session.head.revision
        if session.found is not None:
            self._make_room()
        return session

    async def read(self, function: Callable[..., Any], *args: Any) -> Any:
        """Runs a blocking read of the store off the event loop."""
        return await self._committer.run(function, *args)

    async def execute(
        self, session_id: str, decide: Decide, expected: int | None = None, *, create: bool = False
    ) -> Outcome:
        """Carries out a command. It is finished even if its caller goes away meanwhile. With `create` a session that is
        nowhere yet is put on disk, also where nothing else changes.

        Raises what `decide` raises, `Conflict` where the session is not at revision `expected`, `StoreUnavailable`
        where the disk does not take it: then nothing was appended.
        """
        task = asyncio.create_task(self._execute(session_id, decide, expected, create=create))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _execute(self, session_id: str, decide: Decide, expected: int | None, *, create: bool) -> Outcome:
        place = self._place(session_id)
        async with place.lock:
            session = place.session or await self._loaded(session_id, place)
            if expected is not None and expected != session.head.revision:
                message = "The conversation has changed since you saw it. Nothing was lost; look again and repeat."
                raise Conflict(message, revision=session.head.revision)
            changes = self._changes(session_id, session.head, decide, create=create)
            if not changes:
                return Outcome((), self.provisional(session_id) or session.head)
            events = await self._append(session, changes)
            self._provisional.pop(session_id, None)
            self._tell(session_id, place, session, events)
            return Outcome(events, session.head)

    def _changes(self, session_id: str, head: Head, decide: Decide, *, create: bool) -> list[Change]:
        """What to append. A session that is nowhere yet is created with it; what only describes it stays in memory."""
        created = self._provisional.get(session_id)
        if created is None:
            return list(decide(head))
        changes = list(decide(apply(head, Event(1, self.clock(), created))))
        described = [change.fields for change in changes if isinstance(change, SessionChanged)]
        if create or len(described) < len(changes):
            return [created, *changes]
        for fields in described:
            created = SessionCreated(session_id, {**created.fields, **fields})
        self._provisional[session_id] = created
        return []

    async def _append(self, session: Session, changes: Sequence[Change]) -> tuple[Event, ...]:
        try:
            events = await self._committer.run(session.write, changes, self.clock())
        except StoreUnavailable as error:
            self._disk(writable=False, message=error.message)
            raise
        if not self.writable:
            self._disk(writable=True, message=WRITABLE)
        return events

    def _tell(self, session_id: str, place: Place, session: Session, events: Sequence[Event]) -> None:
        """Fold, list, publish: in one step of the event loop, so that no reader sees one without the other."""
        session.take(events)
        place.told = session.head.revision
        self.list_changed(session)
        for listener in self.listeners:
            listener(session_id, events)
        topic = views.session_topic(session_id)
        if self.hub.follows(topic):
            for event in events:
                self.hub.publish(topic, views.event_frame(session.head, event, self.offset_of(session_id)))

    def list_changed(self, session: Session) -> None:
        """Puts the session's row in the list, or takes it out, and tells."""
        session_id = session.head.session_id
        summary: Summary | None = session.summary()
        if session.head.trashed:
            summary = None
            self.index.remove(session_id)
        else:
            self.index.put(session.row())
        if self.hub.follows(views.LIST):
            self.hub.publish(views.LIST, views.list_frame(self.index.version, summary, session_id))

    async def save_draft(self, session_id: str, text: str, expected: int | None, at: float) -> Draft:
        """Saves a draft, durable on return. Raises `Conflict` where another tab was quicker."""
        async with self._place(session_id).lock:
            saved: Draft = await self._committer.run(self.drafts.save, session_id, text, expected, at)
        return saved

    async def probe(self) -> None:
        """Tries whether the disk takes writes again, and tells. Raises `StoreUnavailable` where it does not."""
        await self._committer.run(self.store.probe)
        self._disk(writable=True, message=WRITABLE)

    def _disk(self, *, writable: bool, message: str) -> None:
        changed, self.writable = self.writable is not writable, writable
        if changed:
            logger.warning("%s", message)
            self.hub.publish(views.LIST, frame({"type": "store", "writable": writable, "message": message}))

    def snapshot_soon(self, session_id: str) -> None:
        """Writes the snapshot in the background, if it may be written again."""
        place = self._place(session_id)
        session = place.session
        if session is None or place.snapshotting or not self.store.wants_snapshot(session):
            return
        task = asyncio.create_task(self._snapshot(place, session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _snapshot(self, place: Place, session: Session) -> None:
        place.snapshotting = True
        try:
            async with place.lock:
                if await self._committer.run(self.store.adopt_if_changed, session):
                    place.told = session.head.revision
                    topic = views.session_topic(session.head.session_id)
                    self.hub.publish(topic, frame({"type": "reload", "session_id": session.head.session_id}))
                standing = session.standing()
            await self._committer.run(self.store.put_snapshot, session, standing)
            self.list_changed(session)
        except (OSError, StoreUnavailable) as error:
            logger.warning(
                "The snapshot of %s was not written (%s). The log has it all.", session.head.session_id, error
            )
        finally:
            place.snapshotting = False

    async def discard(self, session_id: str) -> None:
        """Takes the views of a session in the trash away."""
        place = self._place(session_id)
        async with place.lock:
            if place.session is not None and place.session.head.trashed:
                await self._committer.run(self.store.discard, place.session)

    async def close(self) -> None:
        """Finishes what is under way, writes the snapshots that are behind, and the list."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for place in self._places.values():
            session = place.session
            if session is not None:
                await self._committer.run(self._put_away, session)
        await self.write_index()

    def _put_away(self, session: Session) -> None:
        behind = session.snapshot_revision < session.head.revision
        try:
            if behind and session.log.size and not session.head.trashed:
                self.store.write_snapshot(session)
                self.index.put(session.row())
        except (OSError, StoreUnavailable) as error:
            logger.warning(
                "The snapshot of %s was not written (%s). The log has it all.", session.head.session_id, error
            )
        session.close()

    async def write_index(self) -> None:
        """Writes the list's copy on disk, for a quick start."""
        await self._committer.run(self._write_rows, tuple(self.index))

    def _write_rows(self, rows: tuple[Row, ...]) -> None:
        try:
            index_file.write(rows, self.store.root / "_index.json", self.store.disk)
        except OSError as error:
            logger.warning("The list was not written (%s). The next start makes it anew.", error)
