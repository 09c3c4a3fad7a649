"""The desk: the sessions that are loaded, and the one way to change one of them.

    decide (pure) ─▶ append + fsync (in a thread) ─▶ fold ─▶ index ─▶ publish        under the session's lock

Nobody is told of an event, and no request is answered, before its line is on disk.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from hermes_webui.chat.events import Change, Event
from hermes_webui.chat.head import Head
from hermes_webui.errors import Conflict, HermesError, NotFound, StoreUnavailable
from hermes_webui.runs import views
from hermes_webui.runs.listing import Listing
from hermes_webui.runs.place import Place
from hermes_webui.runs.provisional import Decide, Provisional
from hermes_webui.store import index as index_file
from hermes_webui.store.commit import Committer
from hermes_webui.store.drafts import Draft, Drafts
from hermes_webui.store.files import refused
from hermes_webui.store.fork import fork
from hermes_webui.store.index import Index, Row
from hermes_webui.store.journal import Partial
from hermes_webui.store.recovery import close_run
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore
from hermes_webui.streams.hub import Hub
from hermes_webui.streams.sse import frame

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Loaded sessions kept for the next request; each is a few KB and perhaps a descriptor.
LOADED = 512

#: Of another program's directory, whole conversations are in memory until their first change: only so many.
FOREIGN = 8

NOT_WRITTEN = "The snapshot of %s was not written; the log has it all. %s"

WRITABLE = "The disk takes writes again."


class Outcome(Struct, frozen=True):
    """What a command did: its events (none where nothing changed) and the head after them."""

    events: tuple[Event, ...]
    head: Head


class Desk:
    """The sessions of one store, for one event loop."""

    def __init__(
        self,
        store: SessionStore,
        index: Index,
        committer: Committer,
        hub: Hub,
        clock: Callable[[], float],
        reads: Committer | None = None,
    ) -> None:
        self.store = store
        self.index = index
        self.hub = hub
        self.listing = Listing(index, hub)
        self.clock = clock
        self.drafts = Drafts(store.root / "_drafts", store.disk)
        self.writable = True
        self._committer = committer
        #: Threads of their own, so that long reads do not hold up an acknowledgement.
        self._reads = reads or committer
        #: Runs that were open at the start and whose end the disk did not take then (`Recovery.unclosed`).
        self.unclosed: dict[str, Partial | None] = {}
        self._behind: set[str] = set()
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._provisional = Provisional(clock)
        self._tasks: set[asyncio.Task[Any]] = set()
        #: Told of each append, with the session and its events: the supervisor starts the runs that are among them.
        self.listeners: list[Callable[[str, Sequence[Event]], None]] = []
        #: How much of a session's open message has been published.
        self.offset_of: Callable[[str], int] = lambda _session_id: 0

    def create(self, fields: dict[str, Any]) -> Head:
        """A new session, in memory only: the first message or draft puts it on disk."""
        return self._provisional.create(fields)

    async def create_as(self, session_id: str, fields: dict[str, Any]) -> None:
        """As `create`, under an id that its maker derives: made twice, it is one session."""
        self.store.purged.check(session_id)
        try:
            await self.session(session_id)
        except NotFound:
            self._provisional.create(fields, session_id)

    def provisional(self, session_id: str) -> Head | None:
        """The head of a session that is nowhere yet."""
        return self._provisional.head(session_id)

    async def session(self, session_id: str) -> Session:
        """The session, loaded if it is not. Raises `NotFound`, `BadRequest` for what is no session id."""
        place = self._place(session_id)
        known = place.session
        return known if known is not None and known.found is None else await self._load(session_id, place)

    def told(self, session_id: str) -> int:
        """The last event of the session that subscribers have been told of."""
        return self._place(session_id).told

    def _place(self, session_id: str) -> Place:
        place = self._places.get(session_id)
        if place is None:
            self.store.path(session_id)  # refuses what is no session id
            place = self._places[session_id] = Place()
            self._make_room()
        self._places.move_to_end(session_id)
        return place

    def _make_room(self) -> None:
        """Lets go of the sessions that were used longest ago and are at rest."""
        foreign = [each for each, place in self._places.items() if place.session and place.session.found]
        for session_id in [*list(self._places)[: max(0, len(self._places) - LOADED)], *foreign[:-FOREIGN]]:
            place = self._places[session_id]
            if place.is_at_rest:
                self._behind |= {session_id} if place.session and place.session.is_behind else set()
                place.empty()
                del self._places[session_id]

    async def _load(self, session_id: str, place: Place) -> Session:
        async with place.lock:
            return await self._current(session_id, place)

    async def _current(self, session_id: str, place: Place) -> Session:
        """The session as it stands now, also where another program keeps it; its lock is held."""
        session = place.session
        if session is not None and session.found is not None and await self._reads.run(session.found.is_outdated):
            session = place.session = None
        return session or await self._loaded(session_id, place)

    async def _loaded(self, session_id: str, place: Place) -> Session:
        if session_id in self._provisional:
            session = self.store.new(session_id)
        else:
            try:
                session = await self._reads.run(self.store.load, session_id)
            except NotFound:
                self._places.pop(session_id, None)
                raise
            row = self.index.get(session_id)
            session.checked = row is not None and row.snapshot == session.stamp
        place.session = session
        place.told = session.head.revision
        if session.found is not None:
            self._make_room()
        return session

    async def fork(self, session_id: str, message_id: str) -> Head:
        """A new session with the path of this one up to a message; finished even if its caller goes away meanwhile.

        Raises `NotFound`, `StoreUnavailable`.
        """
        return await asyncio.shield(self._start(self._fork(session_id, message_id)))

    async def _fork(self, session_id: str, message_id: str) -> Head:
        source = await self.session(session_id)
        new_id = secrets.token_hex(6)
        session = await self._committer.run(fork, self.store, source, message_id, new_id)
        place = self._place(new_id)
        place.session, place.told = session, session.head.revision
        self.listing.changed(session)
        self.snapshot_soon(new_id)
        return session.head

    async def read(self, function: Callable[..., Any], *args: Any) -> Any:
        """Runs a blocking read of the store off the event loop."""
        return await self._reads.run(function, *args)

    async def execute(
        self, session_id: str, decide: Decide, expected: int | None = None, *, create: bool = False
    ) -> Outcome:
        """Carries out a command. It is finished even if its caller goes away meanwhile. With `create` a session that is
        nowhere yet is put on disk, also where nothing else changes.

        Raises what `decide` raises, `Conflict` where the session is not at revision `expected`, `StoreUnavailable`
        where the disk does not take it: then nothing was appended.
        """
        return await asyncio.shield(self._start(self._execute(session_id, decide, expected, create=create)))

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task that `close` waits for."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _execute(self, session_id: str, decide: Decide, expected: int | None, *, create: bool) -> Outcome:
        place = self._place(session_id)
        async with place.lock:
            session = await self._current(session_id, place)
            await self._catch_up(place, session)
            if expected is not None and expected != session.head.revision:
                message = "The conversation has changed since you saw it. Nothing was lost; look again and repeat."
                raise Conflict(message, revision=session.head.revision)
            changes = self._provisional.changes(session.head, decide, create=create)
            if not changes:
                return Outcome((), self.provisional(session_id) or session.head)
            events = await self._append(session, changes)
            self._provisional.written(session_id)
            self._tell(session_id, place, session, events)
            return Outcome(events, session.head)

    async def _catch_up(self, place: Place, session: Session) -> None:
        """Before a command: a run that nobody runs is closed, and what another program has written is taken in."""
        before = session.head.revision
        if not self._is_stale(session) and (session.head.run is not None or not self._is_touched(session)):
            return
        try:
            await self._committer.run(self._put_right, session)
        except OSError as error:
            raise refused(error, "the last change") from error
        finally:
            if session.head.revision != before:
                self._afresh(place, session)

    def _is_stale(self, session: Session) -> bool:
        """Whether something is left of who had the session before: a torn append, or a run that nobody runs."""
        of_others = session.first is not None and session.head.run is not None
        return bool(session.torn) or of_others or session.head.session_id in self.unclosed

    def _is_touched(self, session: Session) -> bool:
        return session.log.size > 0 and not session.head.trashed and self.store.is_touched(session)

    def _put_right(self, session: Session) -> None:
        session_id = session.head.session_id
        if self._is_stale(session):
            self.store.cut_torn(session)
            close_run(self.store, session, self.unclosed.get(session_id))
            self.unclosed.pop(session_id, None)
        if self._is_touched(session):
            self.store.adopt_if_changed(session)

    def _afresh(self, place: Place, session: Session) -> None:
        """The store itself has appended to the session: its pages load it again."""
        place.told = session.head.revision
        self.listing.changed(session)
        self.renew(session.head.session_id)

    def renew(self, session_id: str) -> None:
        """Its pages load it again."""
        self.hub.publish(views.session_topic(session_id), frame({"type": "reload", "session_id": session_id}))

    async def close_unclosed(self) -> None:
        """The disk takes writes again: ends the runs that it did not let the start end."""
        for session_id in tuple(self.unclosed):
            await self.execute(session_id, lambda _head: ())

    async def _append(self, session: Session, changes: Sequence[Change]) -> tuple[Event, ...]:
        try:
            events: tuple[Event, ...] = await self._committer.run(session.write, changes, self.clock())
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
        self.listing.changed(session)
        for listener in self.listeners:
            listener(session_id, events)
        topic = views.session_topic(session_id)
        if self.hub.follows(topic):
            for event in events:
                self.hub.publish(topic, views.event_frame(session.head, event, self.offset_of(session_id)))

    async def save_draft(self, session_id: str, text: str, expected: int | None, at: float) -> Draft:
        """Saves a draft, durable on return. Raises `Conflict` where another tab was quicker."""
        async with self._place(session_id).lock:
            self.store.purged.check(session_id)
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
        place.snapshotting = True
        self._start(self._snapshot(place, session))

    async def _snapshot(self, place: Place, session: Session) -> None:
        try:
            async with place.lock:
                if session.head.run is not None or session.head.trashed:
                    return
                if await self._reads.run(self.store.adopt_if_changed, session):
                    self._afresh(place, session)
                standing = session.standing()
            await self._reads.run(self.store.put_snapshot, session, standing)
            now = session.head
            if now.trashed:
                await self.discard(now.session_id)
            else:
                self.index.put(session.row())
        except (OSError, HermesError) as error:
            logger.warning(NOT_WRITTEN, session.head.session_id, error)
        except Exception:  # a view: the next turn tries again
            logger.exception(NOT_WRITTEN, session.head.session_id, "")
        finally:
            place.snapshotting = False

    async def discard(self, session_id: str) -> None:
        """Takes the views of a session in the trash away."""
        place = self._place(session_id)
        async with place.lock:
            if place.session is not None and place.session.head.trashed:
                await self._committer.run(self.store.discard, place.session)

    async def part_with(self, session_id: str, work: Callable[[str], None]) -> None:
        """Runs `work`, which removes a session for good, once nothing that is under way can read or write it."""
        before = tuple(self._tasks)

        async def parted() -> None:
            if before:
                await asyncio.wait(before)
            place = self._place(session_id)
            async with place.lock:
                try:
                    await asyncio.to_thread(work, session_id)
                finally:
                    if session_id in self.store.purged:
                        place.empty()
                        self._places.pop(session_id, None)
                        self.unclosed.pop(session_id, None)
                        self._behind.discard(session_id)

        await asyncio.shield(self._start(parted()))

    async def close(self) -> None:
        """Finishes what is under way, writes the snapshots that are behind, and the list."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for place in tuple(self._places.values()):
            if place.session is not None:
                await self._committer.run(self._put_away, place.session)
        for session_id in self._behind - self._places.keys():
            try:
                session = await self._reads.run(self.store.load, session_id)
            except (OSError, HermesError) as error:
                logger.warning(NOT_WRITTEN, session_id, error)
            else:
                await self._committer.run(self._put_away, session)
        await self.write_index()

    def _put_away(self, session: Session) -> None:
        try:
            if session.is_behind and session.head.run is None:  # else the next start closes the run before
                self.store.write_snapshot(session)
                self.index.put(session.row())
        except (OSError, HermesError) as error:
            logger.warning(NOT_WRITTEN, session.head.session_id, error)
        except Exception:  # whatever it was, the others are put away all the same
            logger.exception(NOT_WRITTEN, session.head.session_id, "")
        session.log.settle()
        session.close()

    async def write_index(self) -> None:
        """Writes the list's copy on disk, for a quick start."""
        await self._committer.run(self._write_rows, tuple(self.index))

    def _write_rows(self, rows: tuple[Row, ...]) -> None:
        try:
            index_file.write(rows, self.store.root / "_index.json", self.store.disk)
        except OSError as error:
            logger.warning("The list was not written (%s). The next start makes it anew.", error)
