"""Server-sent events: cursors, frames, and a lean response (a general one costs 5 to 50 times as much a delivery)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
from msgspec import Struct

from hermes_webui.errors import BadRequest
from hermes_webui.streams.hub import Subscription

#: The longest cursor that is read.
LONGEST = 32

HEARTBEAT = b": still here\n\n"

HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Cursor(Struct, frozen=True, order=True):
    """A place in a session's stream: everything up to event `seq`, and `offset` characters of the message then open."""

    seq: int
    offset: int = 0

    def __str__(self) -> str:
        return f"{self.seq}.{self.offset}" if self.offset else str(self.seq)


def cursor_from(text: str) -> Cursor:
    """Reads `<seq>` or `<seq>.<offset>`. Raises `BadRequest`."""
    seq, _, offset = text.partition(".")
    if not (
        seq.isascii()
        and seq.isdigit()
        and (offset or "0").isascii()
        and (offset or "0").isdigit()
        and len(text) <= LONGEST
    ):
        raise BadRequest("That is not an id of this stream.")
    return Cursor(int(seq), int(offset or 0))


def frame(data: Any, cursor: Cursor | None = None, name: str = "") -> bytes:
    """One event. JSON has no raw newline, so one data line is enough."""
    head = (f"event: {name}\n" if name else "") + (f"id: {cursor}\n" if cursor is not None else "")
    return b"%bdata: %b\n\n" % (head.encode(), msgspec.json.encode(data))


class EventStream:
    """An ASGI response: what `replay` yields first, then whatever the subscription gets, until either side ends."""

    def __init__(
        self, subscription: Subscription, replay: AsyncIterator[bytes], security: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        self._subscription = subscription
        self._replay = replay
        self._headers = [*HEADERS, *security]

    async def __call__(self, _scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serves the stream. The subscription is closed on every way out."""
        subscription = self._subscription
        listening = asyncio.create_task(_until_gone(receive, subscription))
        sending = asyncio.current_task()
        if sending is not None:
            subscription.on_cut(sending.cancel)
        try:
            await self._serve(send)
        except asyncio.CancelledError:
            if not subscription.cut:
                raise
        finally:
            subscription.close()
            listening.cancel()

    async def _serve(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        async for chunk in self._replay:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        while (pending := await self._subscription.next()) is not None:
            await send({"type": "http.response.body", "body": pending or HEARTBEAT, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.close()
