"""A server in this process, without a socket: requests go straight into the application."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hermes_webui.app import Opened, create_app
from hermes_webui.runs.clock import Clock
from hermes_webui.settings import Settings
from hermes_webui.store.files import Disk
from tests.peers.alone import settings_alone
from tests.peers.scripted_engine import ScriptedEngine
from tests.peers.sse import Reader, Sent

#: Longer than anything here takes; a test that waits so long has failed.
PATIENCE = 90


class Reply:
    """What came back."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class InProcess:
    """A running server. `engine` answers where a request names no other."""

    def __init__(self, app: Any, opened: Opened, engine: ScriptedEngine) -> None:
        self.app = app
        self.opened = opened
        self.engine = engine

    async def get(self, path: str, **query: Any) -> Reply:
        return await self._call("GET", path, query, b"", {})

    async def post(self, path: str, /, **body: Any) -> Reply:
        return await self._call("POST", path, {}, json.dumps(body).encode(), {"content-type": "application/json"})

    async def _call(self, method: str, path: str, query: dict[str, Any], body: bytes, headers: dict[str, str]) -> Reply:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = _scope(method, path, query, headers | {"content-length": str(len(body))})
        await asyncio.wait_for(self.app(scope, _receiver(body, asyncio.Event()), send), PATIENCE)
        return Reply(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]))

    @asynccontextmanager
    async def stream(self, path: str, last_id: str = "", **query: Any) -> AsyncIterator[AsyncIterator[Sent]]:
        """The events of a stream; it is left when the block ends."""
        chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        gone = asyncio.Event()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                assert message["status"] == 200, message
            else:
                await chunks.put(message["body"])
                if not message.get("more_body"):
                    await chunks.put(None)

        headers = {"last-event-id": last_id} if last_id else {}
        scope = _scope("GET", path, query, headers)
        task = asyncio.create_task(self.app(scope, _receiver(b"", gone), send))
        task.add_done_callback(lambda _: chunks.put_nowait(None))
        try:
            yield _events(chunks)
        finally:
            gone.set()
            await asyncio.wait_for(task, PATIENCE)

    async def new(self, **fields: Any) -> str:
        """A new session's id."""
        return str((await self.post("/api/session/new", **fields)).json["session"]["session_id"])

    async def start(self, session_id: str, message: str, **more: Any) -> dict[str, Any]:
        """Sends a prompt; what the server answered."""
        reply = await self.post("/api/chat/start", session_id=session_id, message=message, **more)
        assert reply.status == 202, reply.body
        return dict(reply.json)

    async def ended(self, stream_id: str) -> list[Sent]:
        """Follows a run from its beginning to its end."""
        found = []
        async with self.stream("/api/chat/stream", stream_id=stream_id) as events:
            async for event in events:
                found.append(event)
                if event.name == "stream_end":
                    break
        return found

    async def turn(self, session_id: str, message: str, answer: str, **more: Any) -> dict[str, Any]:
        """A prompt and its whole answer."""
        started = await self.start(session_id, message, **more)
        self.engine.answer(answer)
        await self.ended(started["stream_id"])
        return started

    async def session(self, session_id: str, **query: Any) -> dict[str, Any]:
        """The conversation as a page gets it."""
        reply = await self.get("/api/session", session_id=session_id, **query)
        assert reply.status == 200, reply.body
        return dict(reply.json["session"])

    async def messages(self, session_id: str) -> list[dict[str, Any]]:
        return list((await self.session(session_id, msg_limit=500))["messages"])

    async def listed(self) -> list[dict[str, Any]]:
        """The first page of the list."""
        return list((await self.get("/api/sessions", limit=500)).json["sessions"])

    def log(self, session_id: str) -> bytes:
        """The bytes of a session's log; none where there is none."""
        path = self.opened.store.log_path(session_id)
        return path.read_bytes() if path.exists() else b""


@asynccontextmanager
async def running(
    state: Path,
    *,
    engine: ScriptedEngine | None = None,
    disk: Disk | None = None,
    streams: MutableMapping[str, Any] | None = None,
    lock: threading.Lock | None = None,
    real: bool = False,
    clock: Clock | None = None,
    **settings: Any,
) -> AsyncIterator[InProcess]:
    """A server on this state directory until the block ends; then it stops as on SIGTERM. `real`: with the engines that
    its settings say.
    """
    engine = engine or ScriptedEngine()
    chosen = Settings(state=state, engine="model" if real else "scripted", **settings_alone(settings))
    opened = Opened(chosen, disk=disk, clock=clock)
    app = create_app(chosen, opened, None if real else {"scripted": engine}, streams, lock)
    async with app.router.lifespan_context(app):
        await _settled(app)
        yield InProcess(app, opened, engine)


async def _settled(app: Any) -> None:
    """Waits until what earlier runs have used is counted: a file of its own, written beside everything else. Where the
    disk does not take it, it is not waited for.
    """
    spending = app.state.services.around.spending
    for _ in range(200):
        if spending.complete:
            return
        await asyncio.sleep(0.005)


async def first(events: AsyncIterator[Sent], kind: str) -> Sent:
    """The next event of a kind (`type` of its data, or its name)."""
    async for event in events:
        if kind in (event.name, event.data.get("type")):
            return event
    raise AssertionError(f"the stream ended before {kind}")


def _scope(method: str, path: str, query: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    given = {"host": "127.0.0.1", **headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(query).encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


def _receiver(body: bytes, gone: asyncio.Event) -> Any:
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if parts:
            return parts.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    return receive


async def _events(chunks: asyncio.Queue[bytes | None]) -> AsyncIterator[Sent]:
    reader = Reader()
    while (chunk := await asyncio.wait_for(chunks.get(), PATIENCE)) is not None:
        for event in reader.feed(chunk):
            yield event
