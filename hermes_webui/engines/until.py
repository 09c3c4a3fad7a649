"""Runs a stream so that a cancel ends it at once, wherever it waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final, TypeVar

from hermes_webui.engines.base import EngineEvent

#: How long the stream may take to close its connection after a cancel; the protocol gives 200 ms in all.
_CLOSING_SECONDS: Final = 0.15

E = TypeVar("E", bound=EngineEvent)


async def until(cancel: asyncio.Event, source: AsyncIterator[E]) -> AsyncIterator[E]:
    """The source's events until it ends, raises, or `cancel` is set, in which case it ends without an error.

    The source runs in one task of its own (its time-outs and context variables may span its events), which is
    cancelled and waited for before this ends, however it ends.
    """
    queue: asyncio.Queue[E | None] = asyncio.Queue()

    async def pump() -> None:
        async for event in source:
            queue.put_nowait(event)

    pumping = asyncio.create_task(pump())
    waiting = asyncio.create_task(cancel.wait())
    for task in (pumping, waiting):
        task.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        while (event := await queue.get()) is not None:
            yield event
    finally:
        waiting.cancel()
        pumping.cancel()
        await asyncio.wait({pumping}, timeout=_CLOSING_SECONDS)
    failed = pumping.done() and not pumping.cancelled() and pumping.exception()
    if failed and not cancel.is_set():
        raise failed
