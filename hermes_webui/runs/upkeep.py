"""Upkeep: what is done now and then while the server runs. It could be left undone and nothing would be lost."""

from __future__ import annotations

import asyncio
import logging

from hermes_webui.errors import HermesError
from hermes_webui.runs.desk import Desk

logger = logging.getLogger(__name__)

#: How often a disk that took no writes is tried again.
PROBE_SECONDS = 5.0

#: How old the list on disk may get: what a start after a crash has to look at again.
INDEX_SECONDS = 60.0


class Upkeep:
    """Tries a disk that took no writes, and writes the list now and then."""

    def __init__(self, desk: Desk, probe: float = PROBE_SECONDS, index: float = INDEX_SECONDS) -> None:
        self._desk = desk
        self._probe = probe
        self._rounds = max(1, round(index / probe))
        self._task = asyncio.create_task(self._run(), name="upkeep")

    async def _run(self) -> None:
        written = self._desk.index.version
        done = 0
        while True:
            await asyncio.sleep(self._probe)
            done += 1
            try:
                if not self._desk.writable or self._desk.unclosed:
                    await self._try_disk()
                elif done % self._rounds == 0 and written != self._desk.index.version:
                    written = self._desk.index.version
                    await self._desk.write_index()
            except Exception:  # the next round tries again; without this one no disk would be tried any more
                logger.exception("Upkeep failed")

    async def _try_disk(self) -> None:
        try:
            await self._desk.probe()
            await self._desk.close_unclosed()
        except HermesError as error:
            logger.info("The disk is still refusing: %s", error.message)

    def close(self) -> None:
        """Ends it."""
        self._task.cancel()
