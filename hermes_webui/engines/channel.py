"""The way from a turn's work to the one who writes its events down.

The work runs in a task of its own; what it `tell`s is on disk when `tell` returns, since the reader of the events asks
for the next one only then. So a call's effect can wait until its intent is logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from hermes_webui.engines.base import EngineEvent

#: How long the work may take to end after a cancel; the protocol gives 200 ms in all.
_CLOSING_SECONDS: Final = 0.15


class Channel:
    """Events on their way, in the order in which they were said."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[EngineEvent | None, asyncio.Future[None] | None]] = asyncio.Queue()
        #: Whether anything of a reply was said.
        self.said_anything = False

    def note(self, event: EngineEvent) -> None:
        """Says something beside the reply."""
        self._queue.put_nowait((event, None))

    def put(self, event: EngineEvent) -> None:
        """Says it and goes on."""
        self.said_anything = True
        self._queue.put_nowait((event, None))

    async def tell(self, event: EngineEvent) -> None:
        """Says it; returns when whoever reads the events has dealt with it and come back for the next one."""
        self.said_anything = True
        taken = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((event, taken))
        await taken

    def end(self) -> None:
        """Nothing more is said."""
        self._queue.put_nowait((None, None))

    async def events(self) -> AsyncIterator[EngineEvent]:
        """What is said, until the end."""
        while True:
            event, taken = await self._queue.get()
            if event is None:
                return
            yield event
            if taken is not None and not taken.done():
                taken.set_result(None)


async def worked(cancel: asyncio.Event, work: Callable[[Channel], Awaitable[None]]) -> AsyncIterator[EngineEvent]:
    """The events of `work` until it ends, raises, or `cancel` is set, in which case this ends without an error. The
    work is cancelled and waited for before this ends, however it ends.
    """
    channel = Channel()
    working = asyncio.ensure_future(work(channel))
    waiting = asyncio.create_task(cancel.wait())
    for task in (working, waiting):
        task.add_done_callback(lambda _: channel.end())
    try:
        async for event in channel.events():
            yield event
    finally:
        waiting.cancel()
        working.cancel()
        await asyncio.wait({working}, timeout=_CLOSING_SECONDS)
    failed = working.done() and not working.cancelled() and working.exception()
    if failed and not cancel.is_set():
        raise failed
