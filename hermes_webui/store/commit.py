"""Blocking work of the store for the event loop: a few threads, so that syncs of different files overlap.

One writer a session is the caller's affair (its lock). Files sync side by side: the file system gathers what they
commit, which was measured at twice the appends a second of one flushing thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

THREADS = 8


class Committer:
    """`await committer.run(function, …)` runs it in one of the threads. Leaner than an executor: it is on the path of
    every acknowledgement.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._serve, name=f"store-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """The function's result, or its exception. A caller that is cancelled does not stop the function: a write is
        done or not, never half known.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            told: tuple[Any, BaseException | None]
            try:
                result = function(*args)
            except BaseException as error:  # noqa: BLE001 - it is handed to the one who waits
                told = (None, error)
            else:
                told = (result, None)
            with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
                loop.call_soon_threadsafe(_settle, future, *told)

        self._work.put(work)
        return await future

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work()

    def close(self) -> None:
        """Ends the threads after the work that was handed in."""
        self.leave()
        for thread in self._threads:
            thread.join()

    def leave(self) -> None:
        """As `close`, without waiting: for work that only reads, and may hang."""
        for _ in self._threads:
            self._work.put(None)


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
