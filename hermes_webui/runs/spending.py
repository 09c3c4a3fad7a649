"""Counts what runs use while the server runs: at the start what it does not know yet, then each run at its end."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from hermes_webui.chat.events import Event, RunFinished
from hermes_webui.runs.desk import Desk
from hermes_webui.store.commit import Committer
from hermes_webui.store.usage import QUARTER, Total, Usage, Who

logger = logging.getLogger(__name__)

#: So many logs are read before anybody else's read has its turn.
AT_ONCE = 50

#: What is asked for waits at most so long (seconds) for what has just ended to be counted.
SETTLED = 1.0


class Days(Struct, frozen=True):
    """The last days of a zone, the last one last; `complete` once all logs have been counted."""

    days: list[dict[str, Any]]
    total: dict[str, Any]
    complete: bool


class Spending:
    """The usage of one server. One task counts; everybody else reads what it has counted."""

    def __init__(self, usage: Usage, desk: Desk, reads: Committer) -> None:
        self._usage = usage
        self._desk = desk
        self._reads = reads
        self._ended: asyncio.Queue[str] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.complete = False
        desk.listeners.append(self._heard)

    def begin(self) -> None:
        """From now on it is counted."""
        self._task = asyncio.create_task(self._run(), name="spending")

    def _heard(self, session_id: str, events: Sequence[Event]) -> None:
        if any(isinstance(event.change, RunFinished) and event.change.usage for event in events):
            self._ended.put_nowait(session_id)

    async def _run(self) -> None:
        while not self.complete:
            try:
                await self._catch_up()
            except OSError as error:
                logger.warning("What runs have used was not counted: %s. The next run's end tries again.", error)
                await self._ended.get()
                self._ended.task_done()
        while True:
            session_id = await self._ended.get()
            try:
                session = await self._desk.session(session_id)
                await self._reads.run(self._usage.count, session_id, session.log.size)
            except Exception:  # a view: the next start counts what is missing
                logger.exception("The usage of %s was not counted", session_id)
            finally:
                self._ended.task_done()

    async def _catch_up(self) -> None:
        behind = await self._reads.run(self._usage.behind)
        for start in range(0, len(behind), AT_ONCE):
            await self._reads.run(self._count, behind[start : start + AT_ONCE])
        self.complete = True

    def _count(self, behind: Sequence[tuple[str, int]]) -> None:
        for session_id, size in behind:
            try:
                self._usage.count(session_id, size)
            except FileNotFoundError:
                continue

    async def days(self, count: int, zone: ZoneInfo) -> Days:
        """The last `count` days of the zone; runs that have ended by now are in it."""
        if self.complete:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.join(), SETTLED)
        today = datetime.fromtimestamp(self._desk.clock(), zone).date()
        first = today - timedelta(days=count - 1)
        since = datetime.combine(first, time(), zone).timestamp()
        sums = await self._reads.run(self._usage.sums, since)
        return _days(sums, first, count, zone, complete=self.complete)

    async def close(self) -> None:
        """Counts no more; the next start goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})


def _days(sums: Mapping[tuple[int, Who], Total], first: date, count: int, zone: ZoneInfo, *, complete: bool) -> Days:
    by_day: defaultdict[date, defaultdict[Who, Total]] = defaultdict(lambda: defaultdict(Total))
    total = Total()
    for (quarter, who), each in sums.items():
        day = datetime.fromtimestamp(quarter * QUARTER, zone).date()
        by_day[day][who].join(each)
        total.join(each)
    days = [_told(day, by_day[day]) for day in (first + timedelta(days=at) for at in range(count))]
    return Days(days, msgspec.to_builtins(total), complete)


def _told(day: date, by: Mapping[Who, Total]) -> dict[str, Any]:
    """A day, with who answered, the most used first."""
    whole = Total()
    for each in by.values():
        whole.join(each)
    order = sorted(by.items(), key=lambda item: (-item[1].cost, -item[1].input_tokens - item[1].output_tokens, item[0]))
    parts = [
        {"engine": who[0], "provider": who[1], "model": who[2], **msgspec.to_builtins(each)} for who, each in order
    ]
    return {"day": day.isoformat(), **msgspec.to_builtins(whole), "by": parts}
