"""A server process for the benchmarks, on the program's own uvicorn settings.

`bare`: an ASGI application that does nothing. `paced`: ours, with an engine that says the time 50 times a second.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from benchmarks.data import text
from hermes_webui import settings
from hermes_webui.app import create_app
from hermes_webui.engines.base import EngineCaps, EngineEvent, ProviderInfo, ReasoningDelta, TextDelta, Turn, TurnEnded
from hermes_webui.server import Server, raise_descriptor_limit

A_SECOND = 50


class Bare:
    """Answers every request with the same bytes."""

    def __init__(self, size: int) -> None:
        self.state = SimpleNamespace()
        self._body = text(size).encode()
        self._headers = [(b"content-type", b"application/json"), (b"content-length", str(size).encode())]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for each in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{each}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


class Paced:
    """Says the time, 50 times a second; text and reasoning in turn, so that no two pieces become one event."""

    name = "paced"
    caps = EngineCaps()

    def __init__(self, seconds: int) -> None:
        self._pieces = seconds * A_SECOND

    async def run(self, turn: Turn, ask: object, cancel: object) -> AsyncIterator[EngineEvent]:
        began = time.monotonic()
        for number in range(self._pieces):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            said = f"@{time.time():.6f} "
            yield ReasoningDelta(said) if number % 2 else TextDelta(said)
        yield TurnEnded()

    async def providers(self) -> list[ProviderInfo]:
        return []

    async def prepare(self) -> None: ...

    async def title(self, turn: Turn) -> str | None: ...

    async def close(self) -> None: ...


class Spoken(Paced):
    """Says words of Markdown, 50 times a second: paragraphs, and a block of code now and then."""

    name = "spoken"

    async def run(self, turn: Turn, ask: object, cancel: object) -> AsyncIterator[EngineEvent]:
        began = time.monotonic()
        for number in range(self._pieces):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            yield TextDelta(_word(number))
        yield TurnEnded()


def _word(number: int) -> str:
    place = number % 160
    if place >= 120:
        return {120: "\n\n```python\n", 159: "\n```\n\n"}.get(place, "value = f(1)\n" if place % 4 == 3 else "x += 1; ")
    return "done.\n\n" if place % 40 == 39 else f"word{place} " if place % 7 else "**bold** "


def main(kind: str, *arguments: str) -> None:
    """Serves until SIGTERM; prints the address."""
    raise_descriptor_limit()
    app: Any
    if kind == "bare":
        app = Bare(int(arguments[0]))
    else:
        chosen = settings.read(os.environ, state=arguments[0], port=0)
        engine = (Spoken if kind == "spoken" else Paced)(int(arguments[1]))
        app = create_app(chosen, engines={engine.name: engine})
    Server(app, "127.0.0.1", 0, "warning", lambda port: print(f"http://127.0.0.1:{port}", flush=True)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
