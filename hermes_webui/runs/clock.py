"""The time, and waiting for it: handed to what acts at a time, so that a test need not wait."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Returns after so many seconds; earlier where it is cancelled."""
        ...


class SystemClock:
    """This machine's."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Does not count time in which the machine slept: whoever waits long looks at the clock again meanwhile."""
        await asyncio.sleep(seconds)
