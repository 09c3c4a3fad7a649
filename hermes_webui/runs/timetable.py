"""The timetable: sends the prompts of schedules when they are due.

    due (pure) ─▶ a conversation whose id follows from schedule and time, its prompt under the same key ─▶ noted

A crash between the two steps costs nothing: the conversation is there, so the time is not sent again. One that could
not be noted is noted at the next look, before anything else of its schedule is sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from hermes_webui.chat import schedule as due
from hermes_webui.errors import HermesError, NotFound, StoreUnavailable
from hermes_webui.runs.choice import Choice
from hermes_webui.runs.clock import Clock
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.supervisor import Supervisor
from hermes_webui.store.profiles import Profiles
from hermes_webui.store.schedules import Fired, Missed, Schedule, Schedules

logger = logging.getLogger(__name__)

#: A machine that slept, or a clock that was set, is noticed at the latest then (seconds).
LONGEST_WAIT = 20.0

#: What a disk that takes no writes is given before it is tried again (seconds).
RETRY = 5.0

#: Runs of one schedule that wait for an answer of the user hold up the next ones only when there are so many.
MOST_WAITING = 3

#: The search for models at the start is waited for so long before a prompt is sent to whatever answers.
LOOKING = 15.0


class Timetable:
    """The schedules of one server, while it runs."""

    def __init__(
        self, schedules: Schedules, profiles: Profiles, desk: Desk, supervisor: Supervisor, clock: Clock
    ) -> None:
        self.schedules = schedules
        self._profiles = profiles
        self._desk = desk
        self._supervisor = supervisor
        self._clock = clock
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def begin(self, ready: Awaitable[Any]) -> None:
        """From now on prompts are sent, the first once it is known which models there are (`ready`)."""
        self._task = asyncio.create_task(self._run(asyncio.ensure_future(ready)), name="timetable")

    def changed(self) -> None:
        """A schedule is new or another one: what is due next is looked up again."""
        self._changed.set()

    async def close(self) -> None:
        """Nothing is sent any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self, ready: asyncio.Future[Any]) -> None:
        await asyncio.wait({ready}, timeout=LOOKING)
        while True:
            self._changed.clear()
            try:
                wait = await self._look()
            except Exception:  # the next look tries again; without this one nothing would be sent any more
                logger.exception("The schedules could not be looked at")
                wait = RETRY
            await self._until(wait)

    async def _until(self, wait: float) -> None:
        waits = {asyncio.create_task(self._clock.sleep(wait)), asyncio.create_task(self._changed.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    async def _look(self) -> float:
        """Sends what is due; how long nothing will be."""
        wait = LONGEST_WAIT
        for schedule in await asyncio.to_thread(self.schedules.all):
            if not schedule.enabled:
                continue
            try:
                await self._attend(schedule)
            except NotFound:
                continue  # deleted meanwhile
            except StoreUnavailable as error:
                logger.warning("Schedule %s waits for the disk: %s", schedule.id, error.message)
                wait = min(wait, RETRY)
                continue
            now = self._clock.now()
            following = due.next_time(schedule.rule, now)
            wait = min(wait, following - now) if following is not None else wait
        return max(wait, 0.0)

    async def _attend(self, schedule: Schedule) -> None:
        now = self._clock.now()

        def was_fired(at: float) -> bool:
            return self._knows(session_of(schedule.id, at))

        found = await asyncio.to_thread(
            due.look, schedule.rule, schedule.upto, now, makes_up=schedule.makes_up, was_fired=was_fired
        )
        if found.upto == schedule.upto:
            return
        notes = [Fired(at, "due", session_of(schedule.id, at)) for at in found.fired]
        missed = Missed(found.first, found.last, away=found.missed, more=found.more) if found.missed else None
        if found.fire is not None and not self._is_busy(schedule):
            notes.append(await self._fire(schedule, found.fire, "late" if found.late else "due"))
        elif found.fire is not None and not found.late:  # one that makes up for others is counted among them
            first = missed.first if missed is not None else found.fire
            missed = Missed(first, found.fire, found.missed, 1, found.more)
        await self._note(schedule.id, found.upto, notes, missed)

    async def _note(self, schedule_id: str, upto: float, notes: list[Fired], missed: Missed | None) -> None:
        def step(now: Schedule) -> Schedule:
            for each in notes:
                now = now.noted(each)
            now = now.lacking(missed) if missed is not None else now
            return replace(now, upto=max(now.upto, upto))

        await asyncio.to_thread(self.schedules.change, schedule_id, step)

    def _knows(self, session_id: str) -> bool:
        """Whether there is such a conversation, be it in the trash, or was one."""
        index = self._desk.index
        return session_id in index or session_id in index.trashed or session_id in self._desk.store.purged

    def _is_busy(self, schedule: Schedule) -> bool:
        """Whether an earlier run is still going; one that waits for the user holds up the next ones only by many."""
        rows = [self._desk.index.get(each.session_id) for each in schedule.recent if each.session_id is not None]
        under_way = [row.summary for row in rows if row is not None and row.summary.is_streaming]
        return len(under_way) >= MOST_WAITING or any(not each.asks for each in under_way)

    async def fire_now(self, schedule_id: str, key: str) -> Fired:
        """Sends the prompt because somebody wishes it; the same `key` again sends nothing more. What is due later
        stays due. Raises `NotFound`, `StoreUnavailable`, `BadRequest` for an engine that is not there.
        """
        every = await asyncio.to_thread(self.schedules.all)
        schedule = next((each for each in every if each.id == schedule_id), None)
        if schedule is None:
            raise NotFound("There is no such schedule any more.")
        at = self._clock.now()
        fired = Fired(at, "hand", session_of(schedule.id, f"hand:{key}"))
        await self._send(schedule, at, f"hand:{key}")
        if all(each.session_id != fired.session_id for each in schedule.recent):
            await self._note(schedule_id, schedule.upto, [fired], None)
        return fired

    async def _fire(self, schedule: Schedule, at: float, why: Any) -> Fired:
        """Raises `StoreUnavailable`: then it is tried again."""
        try:
            await self._send(schedule, at, at)
        except StoreUnavailable:
            raise
        except HermesError as error:
            logger.warning("Schedule %s was not sent: %s", schedule.id, error.message)
            return Fired(at, "failed", None, error.message)
        return Fired(at, why, session_of(schedule.id, at))

    async def _send(self, schedule: Schedule, at: float, time: float | str) -> None:
        """One append: the conversation, its prompt and its run are there together or not at all."""
        session_id = session_of(schedule.id, time)
        profile = await asyncio.to_thread(self._profiles.find, schedule.profile)
        given = profile.fields() if profile is not None else {}
        who = Choice(schedule.engine, schedule.model_provider, schedule.model)
        if who == Choice():
            who = Choice(*(str(given.get(name) or "") for name in ("engine", "model_provider", "model")))
        own = {"workspace": schedule.workspace} if schedule.workspace else {}
        await self._desk.create_as(session_id, {**given, **own, **_source(schedule, at)})
        body = {"role": "user", "content": schedule.prompt}
        await self._supervisor.start(session_id, body, key_of(schedule.id, time), who)


def key_of(schedule_id: str, time: float | str) -> str:
    """The key under which the prompt for this time is sent, once."""
    return f"schedule:{schedule_id}:{time if isinstance(time, str) else format(time, '.0f')}"


def session_of(schedule_id: str, time: float | str) -> str:
    """The id of the conversation for this time: always the same, and hard to meet by chance."""
    return hashlib.blake2b(key_of(schedule_id, time).encode(), digest_size=8).hexdigest()


def _source(schedule: Schedule, at: float) -> dict[str, Any]:
    """A title by which one finds it again, and where the conversation comes from."""
    said = datetime.fromtimestamp(at, ZoneInfo(schedule.timezone)).strftime("%Y-%m-%d %H:%M")
    source = {"session_source": "schedule", "source_label": schedule.name, "source_tag": schedule.id}
    return {"title": f"{schedule.name} · {said}", **source}
