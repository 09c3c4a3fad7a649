"""A clock that stands until the test moves it. Whoever sleeps by it wakes when it is moved."""

from __future__ import annotations

import asyncio
from datetime import datetime


class ManualClock:
    """`now` is what the test says. `advance` returns when all that wakes has gone to sleep again."""

    def __init__(self, start: str = "2026-11-20T08:00:00+01:00") -> None:
        self.time = datetime.fromisoformat(start).timestamp()
        self._sleepers: set[asyncio.Future[None]] = set()
        self._asleep = asyncio.Event()

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        sleeper = asyncio.get_running_loop().create_future()
        self._sleepers.add(sleeper)
        self._asleep.set()
        try:
            await sleeper
        finally:
            self._wake(sleeper)

    def set(self, text: str) -> None:
        """Nobody is woken: the server is away, or the machine sleeps."""
        self.time = datetime.fromisoformat(text).timestamp()

    async def advance(self, text: str = "") -> None:
        """It is this time now (as it is: everybody looks at the clock)."""
        if text:
            self.set(text)
        async with asyncio.timeout(20):
            await self._asleep.wait()
            for sleeper in tuple(self._sleepers):
                self._wake(sleeper)
            await self._asleep.wait()

    def _wake(self, sleeper: asyncio.Future[None]) -> None:
        self._sleepers.discard(sleeper)
        if not sleeper.done():
            sleeper.set_result(None)
        if not self._sleepers:
            self._asleep.clear()
