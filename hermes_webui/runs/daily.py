"""Work of once a day: at the start, and again whenever a day has passed by the clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

DAY = 86_400.0

#: A machine that slept, or a clock that was set, is noticed at the latest then (seconds).
LONGEST_WAIT = 600.0


class Daily:
    """Calls `work` in a thread. What it raises is logged, and it is tried again the next day."""

    def __init__(
        self,
        work: Callable[[], object],
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._work = work
        self._now = now
        self._sleep = sleep
        self._task = asyncio.create_task(self._run(), name="daily")

    async def _run(self) -> None:
        while True:
            done = self._now()
            try:
                await asyncio.to_thread(self._work)
            except Exception:  # it could be left undone and nothing would be lost
                logger.exception("The daily work failed")
            while 0 <= self._now() - done < DAY:  # before: the clock was set back
                await self._sleep(LONGEST_WAIT)

    async def close(self) -> None:
        """Ends it; what a thread is doing just now, it still does."""
        self._task.cancel()
        await asyncio.wait({self._task})
