"""Hermes Agent's own conversations in the list: looked for while somebody looks, told live, hidden where not wanted.

They are a view. Each is one row, whose session opens as a page of Hermes' own store; one that is replied to is a
session of ours from then on, under the same id, and its row is that of our log.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from hermes_webui.chat import hermes
from hermes_webui.chat.document import Summary
from hermes_webui.errors import Conflict, NotFound, SourceUnavailable
from hermes_webui.runs import views
from hermes_webui.runs.desk import Desk
from hermes_webui.store.agent_claims import AgentClaims
from hermes_webui.store.agent_conversation import AgentConversation, Into
from hermes_webui.store.agent_store import AgentStore
from hermes_webui.store.choices import Choices
from hermes_webui.store.commit import Committer
from hermes_webui.store.files import is_settled
from hermes_webui.store.hidden import Hidden
from hermes_webui.store.index import MANY, Row
from hermes_webui.store.purge import NOT_DELETED
from hermes_webui.streams.sse import frame

logger = logging.getLogger(__name__)

#: The name in `settings.json` under which the owner says that these are not wanted.
CHOICE = "hermes_sessions"

#: How often Hermes' store is looked at while somebody looks at the list, in seconds; a look that takes long is paid for
#: with a pause so many times as long, so that it never takes more than a twentieth of a core.
EVERY = 3.0
PAUSE = 20

#: How long a list waits for a look: then it is answered with what is known, and the rest is told by the stream.
WAIT = 0.4

HIDDEN = "This conversation was deleted here. Restore it to go on; Hermes Agent still has it."
OWNED = "This conversation is Hermes Agent's. Write in it to continue it here; then it can be changed."

State = Literal["off", "absent", "reading", "ok", "unreadable"]


class Look(Struct):
    """What a look gave: the sessions of each store that could be read, and why one could not."""

    stamps: tuple[Any, ...]
    rows: dict[int, list[hermes.Row]]
    claimed: frozenset[str] = frozenset()
    trouble: str = ""
    whole: bool = True
    settled: bool = True

    @property
    def is_final(self) -> bool:
        """Whether the next look finds nothing else as long as the stamps are these."""
        return self.whole and self.settled and not self.trouble


class HermesSessions:
    """The sessions in the stores of Hermes Agent on this machine, for one desk. `engine`: the one that can go on with
    them, where there is one.
    """

    def __init__(
        self, desk: Desk, stores: Sequence[AgentStore], claims: AgentClaims, kept: Choices, engine: str
    ) -> None:
        self.every = EVERY
        self.wait = WAIT
        self._desk = desk
        self._stores = stores
        self._claims = claims
        self._kept = kept
        self._engine = engine
        store = desk.store
        self._hidden = Hidden(store.root / "_hidden.json", store.disk, store.quarantine)
        self._changing = asyncio.Lock()
        #: A thread of its own: a store that hangs holds up nothing but this.
        self._thread = Committer(1)
        self._homes: dict[str, tuple[AgentStore, str]] = {}
        self._listed: dict[str, Summary] = {}
        self._rows: dict[int, list[hermes.Row]] = {}
        self._prompts: list[dict[str, str]] = [{} for _ in stores]
        self._stamps: tuple[Any, ...] | None = None
        self._told: tuple[State, str] = ("reading", "")
        self._due = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._watching = asyncio.create_task(self._watch(), name="hermes-sessions")
        store.elsewhere = self.load

    @property
    def is_on(self) -> bool:
        """Whether the owner wants to see them."""
        return bool(self._kept.said.get(CHOICE, True))

    def as_json(self) -> dict[str, str]:
        """{state: off|absent|reading|ok|unreadable, message}."""
        state, message = self._told
        return {"state": state, "message": message}

    def owns(self, session_id: str) -> bool:
        """Whether this is a conversation of Hermes' that nobody has replied to here."""
        if session_id in self._desk.store.purged:
            return False
        summary = self._summary(session_id)
        return summary.read_only if summary is not None else session_id.startswith(hermes.PREFIX)

    def _summary(self, session_id: str) -> Summary | None:
        row = self._desk.index.get(session_id)
        return row.summary if row is not None else self._desk.index.trashed.get(session_id)

    def check(self, session_id: str) -> None:
        """Raises `Conflict` where a change of its title or place would be one of Hermes' conversation."""
        if self.owns(session_id):
            raise Conflict(OWNED)

    def load(self, session_id: str) -> AgentConversation | None:
        """The conversation as Hermes has it now; None where it has none of this id. Blocking, in any thread.

        Raises `NotFound` where it was deleted, here or there, and `SourceUnavailable`.
        """
        if not self.is_on or not session_id.startswith(hermes.PREFIX):
            return None
        if session_id in self._hidden.ids:
            raise NotFound(HIDDEN)
        home = self._homes.get(session_id) or self._look_up(session_id)
        if home is None:
            return None
        into = Into(self._desk.clock(), self._engine, lambda: self.is_on and session_id not in self._hidden.ids)
        return AgentConversation(*home, self._desk.store.disk, into)

    def _look_up(self, session_id: str) -> tuple[AgentStore, str] | None:
        for store in self._stores:
            if not store.stamp():
                continue
            with store.reading() as reading:
                ids = reading.ids() or ()
            found = next((each for each in ids if hermes.session_id_of(each) == session_id), None)
            if found is not None:
                return store, found
        return None

    async def look(self) -> None:
        """Looks for what is new, if it is time to; returns at the latest after `self.wait` seconds."""
        if self._looking is None and time.monotonic() >= self._due:
            self._looking = asyncio.create_task(self._look())
        if self._looking is not None:
            await asyncio.wait({self._looking}, timeout=self.wait)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.every)
            if self._desk.hub.follows(views.LIST):
                await self.look()

    async def _look(self) -> None:
        begun = time.monotonic()
        try:
            if not self.is_on:
                self._take(Look((), {number: [] for number in range(len(self._stores))}))
                return
            found = await self._thread.run(self._read, self._stamps)
            if found is not None and self.is_on:
                self._take(found)
        except Exception:  # the next look tries again; the list stays as it is
            logger.exception("Hermes Agent's sessions could not be looked at")
        finally:
            now = time.monotonic()
            self._due = now + max(self.every, PAUSE * (now - begun) if self.every else 0.0)
            self._looking = None

    def _read(self, before: tuple[Any, ...] | None) -> Look | None:
        """What the stores hold now; None where that is what they held before. Blocking."""
        now = time.time_ns()
        claimed = self._claims.ids()
        stores = tuple(store.stamp() for store in self._stores)
        stamps = (claimed, *stores)
        if stamps == before:
            return None
        settled = all(is_settled(version, now) for stamp in stores for version in stamp)
        look = Look(stamps, {}, claimed, settled=settled)
        for number, store in enumerate(self._stores):
            prompts = self._prompts[number]
            try:
                look.rows[number] = self._rows_of(store, prompts)
            except SourceUnavailable as error:
                look.trouble = error.message
                continue
            look.whole = look.whole and all(row.title or row.source_id in prompts for row in look.rows[number])
        return look

    def _rows_of(self, store: AgentStore, prompts: dict[str, str]) -> list[hermes.Row]:
        if not store.stamp():
            return []
        with store.reading(store.limits.listing) as reading:
            return reading.rows(prompts)

    def _take(self, look: Look) -> None:
        """The list as of this look: one step of the event loop."""
        self._rows.update(look.rows)
        self._stamps = look.stamps if look.is_final else None
        mine, known = self._taken() | look.claimed, set[str]()
        wanted: dict[str, Summary] = {}
        for number, rows in self._rows.items():
            for row in rows:
                summary = hermes.summary_of(row)
                if summary.session_id in known:
                    continue
                known.add(summary.session_id)
                self._homes[summary.session_id] = (self._stores[number], row.source_id)
                if summary.session_id not in mine and row.source_id not in mine:
                    wanted[summary.session_id] = summary
        for gone in self._homes.keys() - known:
            del self._homes[gone]
        self._show(wanted)
        there: State = "ok" if self._homes else "absent"
        state: State = "off" if not self.is_on else "unreadable" if look.trouble else there
        self._say(state, look.trouble)

    def _taken(self) -> set[str]:
        """Ids of our own conversations, deleted ones too, and of the agent's sessions that they are of: those are shown
        once, as ours. What was deleted for good is not shown at all.
        """
        index = self._desk.index
        own = [row.summary for row in index if not row.summary.read_only]
        own += [summary for summary in index.trashed.values() if not summary.read_only]
        named = (summary.agent_session for summary in own if summary.agent_session is not None)
        agents = {each.get("id", "") for each in named if each.get("engine") == hermes.SOURCE}
        return {summary.session_id for summary in own} | agents | self._desk.store.purged.names

    def _show(self, wanted: Mapping[str, Summary]) -> None:
        index, hidden = self._desk.index, frozenset(self._hidden.ids)
        for session_id in [each for each, summary in index.trashed.items() if summary.read_only]:
            if session_id not in wanted or session_id not in hidden:
                del index.trashed[session_id]
        index.trashed.update((each, wanted[each]) for each in self._hidden.ids if each in wanted)
        shown = {each: summary for each, summary in wanted.items() if each not in hidden}
        changed = [summary for each, summary in shown.items() if self._listed.get(each) != summary]
        gone = [each for each in self._listed if each not in shown and self._is_listed(each)]
        self._listed = shown
        index.exchange(gone, [Row(summary, 0, None) for summary in changed])
        self._publish(gone, changed)

    def _is_listed(self, session_id: str) -> bool:
        """Whether the row in the list is still Hermes', and not that of our log."""
        row = self._desk.index.get(session_id)
        return row is not None and row.summary.read_only

    def _publish(self, gone: Sequence[str], changed: Sequence[Summary]) -> None:
        hub, version = self._desk.hub, self._desk.index.version
        for session_id in (*gone, *(summary.session_id for summary in changed)):
            self._desk.renew(session_id)
        if len(gone) + len(changed) >= MANY:
            hub.publish(views.LIST, frame({"type": "listed", "list_version": version}))
            return
        for session_id in gone:
            hub.publish(views.LIST, views.list_frame(version, None, session_id))
        for summary in changed:
            hub.publish(views.LIST, views.list_frame(version, summary, summary.session_id))

    def _say(self, state: State, message: str) -> None:
        if self._told == (state, message):
            return
        self._told = (state, message)
        told = {"type": "hermes", "list_version": self._desk.index.version, **self.as_json()}
        self._desk.hub.publish(views.LIST, frame(told))

    async def hide(self, session_id: str) -> Summary:
        """Takes the row out of this list, into its trash; Hermes keeps what it has. On disk when it returns."""
        return await self._moved(session_id, lambda ids: (*ids, session_id))

    async def show(self, session_id: str) -> Summary:
        """Takes it back."""
        return await self._moved(session_id, lambda ids: tuple(each for each in ids if each != session_id))

    async def _moved(self, session_id: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Summary:
        async with self._changing:
            index = self._desk.index
            summary = self._summary(session_id)
            if summary is None:
                await self.look()
                summary = self._summary(session_id)
            if summary is None or not summary.read_only:
                raise NotFound("There is no such conversation of Hermes Agent here any more.")
            await asyncio.to_thread(self._hidden.save, tuple(dict.fromkeys(change(self._hidden.ids))))
            everything = {**self._listed, session_id: summary}
            everything |= {each: found for each, found in index.trashed.items() if found.read_only}
            self._show(everything)
            return summary

    def check_hidden(self, session_id: str) -> None:
        """Raises `Conflict` where it was not deleted here."""
        if session_id not in self._hidden.ids:
            raise Conflict(NOT_DELETED)

    async def forget(self, session_id: str) -> None:
        """It was deleted here for good: it is not even hidden any more. On disk when it returns."""
        async with self._changing:
            await asyncio.to_thread(self._hidden.save, tuple(each for each in self._hidden.ids if each != session_id))

    async def choose(self, *, on: bool) -> None:
        """Whether they are shown from now on; on disk when it returns."""
        await self._kept.change(CHOICE, on)
        self._stamps, self._due = None, 0.0
        if self._looking is not None:
            await asyncio.wait({self._looking})
            self._due = 0.0
        await self.look()

    def close(self) -> None:
        """Ends looking. A look that hangs ends with the process."""
        self._watching.cancel()
        if self._looking is not None:
            self._looking.cancel()
        self._thread.leave()
