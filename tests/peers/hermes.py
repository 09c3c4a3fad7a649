"""The server under test: `Hermes` in this process on a loopback port, `Process` as a program of its own.

Both speak over real sockets. `Puppet` is an engine that says what a test tells it to, when the test says so.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx2
import msgspec

from hermes_webui.app import Opened, create_app
from hermes_webui.engines.base import Ask, Engine, EngineCaps, EngineEvent, ProviderInfo, TextDelta, Turn, TurnEnded
from hermes_webui.engines.demo import DemoEngine
from hermes_webui.server import Server
from hermes_webui.settings import Settings
from hermes_webui.store.files import Disk
from hermes_webui.web.services import Services
from tests.peers.alone import alone, settings_alone

ROOT = Path(__file__).parents[2]

#: No test waits for time to pass; what has not come by then does not come.
DEADLINE = 20.0

HOST = "127.0.0.1"

#: What every request that starts a run answers with.
ACCEPTED = {"stream_id", "session_id", "message_id", "revision", "queued", "steered"}


class Unsynced(Disk):
    """A disk whose writes need not outlive the machine: the tests here kill nothing but processes."""

    def sync(self, fd: int) -> None:
        pass

    def sync_folder(self, path: Path) -> None:
        pass


class Puppet:
    """Says what `say` is given: an exception is raised, `TurnEnded` ends the turn."""

    name = "puppet"
    caps = EngineCaps(tools=True)

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._said: asyncio.Queue[EngineEvent | Exception] = asyncio.Queue()

    def say(self, *events: EngineEvent | Exception) -> None:
        for event in events:
            self._said.put_nowait(event)

    async def run(self, turn: Turn, ask: Ask, cancel: asyncio.Event) -> AsyncIterator[EngineEvent]:
        self.turns.append(turn)
        while True:
            event = await self._said.get()
            if isinstance(event, Exception):
                raise event
            yield event
            if isinstance(event, TurnEnded):
                return

    async def providers(self) -> list[ProviderInfo]:
        return []

    async def prepare(self) -> None:
        pass

    async def title(self, turn: Turn) -> str | None:
        return None

    async def close(self) -> None:
        pass


@dataclass(frozen=True)
class Told:
    """One event of a stream. `id` is "" where it has none; `data` None where it is a comment."""

    id: str
    name: str
    data: dict[str, Any] | None

    @property
    def type(self) -> str:
        """The event's name, else the type that its data gives."""
        return self.name or str((self.data or {}).get("type", ""))


class Stream:
    """An open stream of events."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._chunks = response.aiter_raw()
        self._rest = b""

    async def any(self) -> Told | None:
        """The next event or comment; None at the end of the stream."""
        while b"\n\n" not in self._rest:
            try:
                async with asyncio.timeout(DEADLINE):
                    self._rest += await anext(self._chunks)
            except (StopAsyncIteration, httpx2.RemoteProtocolError):
                return None
        block, _, self._rest = self._rest.partition(b"\n\n")
        return _told(block)

    async def next(self) -> Told | None:
        """The next event."""
        while (told := await self.any()) is not None:
            if told.data is not None:
                return told
        return None

    async def until(self, wanted: Callable[[Told], bool] | str) -> list[Told]:
        """The events up to the first that is wanted (by its type, where a string is given)."""
        found: list[Told] = []
        async with asyncio.timeout(DEADLINE):
            while (told := await self.next()) is not None:
                found.append(told)
                if told.type == wanted if isinstance(wanted, str) else wanted(told):
                    return found
        raise AssertionError(f"the stream ended before {wanted}; it told {[each.type for each in found]}")

    async def all(self) -> list[Told]:
        """The events up to the end of the stream."""
        found = []
        while (told := await self.next()) is not None:
            found.append(told)
        return found


def _told(block: bytes) -> Told:
    fields = {"id": "", "event": ""}
    data = None
    for line in block.split(b"\n"):
        name, _, value = line.partition(b": ")
        if name == b"data":
            data = msgspec.json.decode(value, type=dict[str, Any])
        elif name:
            fields[name.decode()] = value.decode()
    return Told(fields["id"], fields["event"], data)


class Hermes:
    """A server in this event loop, and a client of it. `settings` are fields of `Settings`."""

    def __init__(
        self,
        state: Path,
        *,
        engines: Mapping[str, Engine] | None = None,
        disk: Disk | None = None,
        own_engines: bool = False,
        **settings: Any,
    ) -> None:
        self.settings = Settings(state=state, port=0, **settings_alone({"demo_pace": 0.0, **settings}))
        self.puppet = Puppet()
        demo_and_puppet: dict[str, Engine] = {"demo": DemoEngine(pace=0), "puppet": self.puppet}
        self.engines = None if own_engines else dict(engines or demo_and_puppet)
        self.disk = disk or Unsynced()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def services(self) -> Services:
        """The parts of the running server."""
        found: Services = self.app.state.services
        return found

    @property
    def sessions(self) -> Path:
        return self.settings.sessions

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self.app = create_app(self.settings, Opened(self.settings, disk=self.disk), self.engines)
        self._server = Server(self.app, HOST, 0, "critical", self._said)
        config = self._server.config
        config.load()
        # What `serve` does, without its loop that looks for a signal ten times a second.
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup()
        assert self._server.started
        # No certificates are read for a client that speaks no TLS: they would take as long as everything else here.
        self.client = httpx2.AsyncClient(base_url=self.url, timeout=DEADLINE, trust_env=False, verify=False)

    async def stop(self) -> None:
        """As SIGTERM does it."""
        await self.client.aclose()
        # uvicorn looks every tenth of a second whether they have gone.
        await self.settled(lambda: not self._server.server_state.connections)
        await self.shut_down()

    async def shut_down(self) -> None:
        """As SIGTERM does it, with the client's connections left open."""
        async with asyncio.timeout(DEADLINE):
            await self._server.shutdown()

    def _said(self, port: int) -> None:
        self.port = port

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def get(self, path: str, status: int = 200, /, **query: Any) -> Any:
        """The JSON of a GET that answers with this status."""
        return _json(await self.client.get(path, params=query), status)

    async def post(self, path: str, status: int = 200, /, **body: Any) -> Any:
        """The JSON of a POST that answers with this status."""
        return _json(await self.client.post(path, json=body), status)

    async def new(self, **fields: Any) -> str:
        """A new session's id."""
        found = await self.post("/api/session/new", **fields)
        return str(found["session"]["session_id"])

    async def send(self, session_id: str, message: str, **more: Any) -> Any:
        """What chat/start answers."""
        return await self.post("/api/chat/start", 202, session_id=session_id, message=message, **more)

    async def session(self, session_id: str, **query: Any) -> Any:
        """The session as a page gets it."""
        return (await self.get("/api/session", session_id=session_id, **query))["session"]

    async def talk(self, session_id: str, message: str, **more: Any) -> Any:
        """Sends a prompt and waits for the end of its run; gives the session."""
        run = await self.send(session_id, message, **more)
        await self.ended(run["stream_id"])
        return await self.session(session_id)

    async def exchange(self, session_id: str, prompt: str, *replies: str, **more: Any) -> Any:
        """One turn of a session with the puppet; gives the session."""
        self.puppet.say(*map(TextDelta, replies), TurnEnded())
        return await self.talk(session_id, prompt, engine="puppet", **more)

    async def ended(self, stream_id: str) -> list[Told]:
        """The whole stream of a run, once it has ended."""
        async with self.run_stream(stream_id) as stream:
            return await stream.until("stream_end")

    @asynccontextmanager
    async def stream(self, path: str, *, last: str | None = None, **query: Any) -> AsyncIterator[Stream]:
        headers = {"last-event-id": last} if last is not None else {}
        given = {name: value for name, value in query.items() if value is not None}
        async with self.client.stream("GET", path, params=given, headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            yield Stream(response)

    @asynccontextmanager
    async def page_stream(self, session_id: str | None = None, **more: Any) -> AsyncIterator[Stream]:
        """`/api/events`, once it is told `hello`."""
        async with self.stream("/api/events", session_id=session_id, **more) as stream:
            hello = await stream.next()
            assert hello is not None
            assert hello.type == "hello"
            yield stream

    @asynccontextmanager
    async def run_stream(self, stream_id: str, **more: Any) -> AsyncIterator[Stream]:
        """`/api/chat/stream`."""
        async with self.stream("/api/chat/stream", stream_id=stream_id, **more) as stream:
            yield stream

    async def raw(self, request: bytes) -> tuple[int, bytes]:
        """Sends bytes as they are; the reply's status and what came with it."""
        reader, writer = await asyncio.open_connection(HOST, self.port)
        writer.write(request)
        async with asyncio.timeout(DEADLINE):
            await writer.drain()
            reply = await reader.read()
        writer.close()
        return int(reply.split(b" ", 2)[1]), reply

    async def settled(self, condition: Callable[[], object]) -> None:
        """Returns once the condition holds, which takes no more than some turns of the event loop."""
        async with asyncio.timeout(DEADLINE):
            while not condition():  # noqa: ASYNC110 - what it waits for has no event of its own
                await asyncio.sleep(0)


def _json(reply: httpx2.Response, status: int) -> Any:
    assert reply.status_code == status, f"{reply.status_code} {reply.text[:500]}"
    return reply.json()


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder: its bytes and its time. What must be the same after a read."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def said(session: dict[str, Any]) -> list[str]:
    """The texts of a session's messages, as a page gets it."""
    return [message["content"] for message in session["messages"]]


class Process:
    """`python -m hermes_webui …` with a home of its own. Used as a context manager it is ended on the way out."""

    def __init__(self, home: Path, *arguments: str, **environment: str) -> None:
        given = {"PYTHONPATH": str(ROOT), "HERMES_WEBUI_DEMO_PACE": "0", **environment}
        command = [sys.executable, "-m", "hermes_webui", *arguments]
        #: A pipe that nobody reads while the server runs would hold it up once it is full.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed where it is read
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": self._errors, "text": True}
        self._process = subprocess.Popen(command, env=alone(home, **given), cwd=home, **streams)
        self.pid = self._process.pid
        self.url = ""

    def __enter__(self) -> Self:
        stdout = self._process.stdout
        assert stdout is not None
        line = stdout.readline()
        if not line:
            raise AssertionError(f"the server did not start: {self.finish()}")
        self.url = line.split()[3] if "http://" in line else ""
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> tuple[int, str, str]:
        """Stops it as a person does."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        return self.finish()

    def kill(self) -> None:
        """Ends it without a word."""
        self._process.kill()
        self.finish()

    def finish(self) -> tuple[int, str, str]:
        """Exit status, standard output and errors, once it has ended."""
        if not self._process.stdout or self._process.stdout.closed:
            return self._process.returncode, "", ""
        out, _ = self._process.communicate(timeout=DEADLINE)
        with self._errors:
            self._errors.seek(0)
            return self._process.returncode, out, self._errors.read()
