"""One MCP server: started when it is first needed, kept while this server runs, started again where it has died.

A task of its own holds the session, so that it is opened and closed in one place whoever asks for it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Literal, Protocol, TextIO
from urllib.parse import urlsplit

import httpx2
from msgspec import Struct

from hermes_webui.engines import late
from hermes_webui.engines.mcp.config import McpConfig
from hermes_webui.engines.tools.base import ToolFailure

_log = logging.getLogger(__name__)

#: How long a turn waits for a server that is being started; it goes on being started without the turn.
TURN_SECONDS: Final = 8.0
#: How long it may take altogether: `npx` fetches a package first.
START_SECONDS: Final = 120.0
CALL_SECONDS: Final = 300.0
#: How long a server that could not be started is left alone.
REST_SECONDS: Final = 20.0
_CLOSING_SECONDS: Final = 5.0
_LAST_WORDS: Final = 600

State = Literal["unknown", "ok", "failed"]


class McpTool(Struct, frozen=True):
    """One tool as its server describes it. `reads`: the server says that it only reads; `destroys`: that it may not."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    reads: bool = False
    destroys: bool = False


class Session(Protocol):
    """An open session with a server."""

    async def tools(self) -> Sequence[McpTool]:
        """What it offers now."""
        ...

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Calls a tool. Raises `ToolFailure` with the server's words."""
        ...


class Server:
    """One server. Use it within one event loop, and close it there."""

    def __init__(
        self, config: McpConfig, environment: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.config = config
        self.state: State = "unknown"
        self.message = ""
        #: What it offered when it was last asked.
        self.known: tuple[McpTool, ...] = ()
        self._environment = environment
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[Session] | None = None
        self._closing = asyncio.Event()
        self._failed_at: float | None = None
        self._waited = False

    @property
    def is_running(self) -> bool:
        """Whether it is started, or being started."""
        return self._task is not None

    async def ready(self, within: float = TURN_SECONDS, *, again: bool = False) -> Session:
        """The session, within so many seconds. Raises `ToolFailure` with a sentence: it could not be started, or is
        still being started. `again`: also where it has just failed.
        """
        if self._ready is None:
            rests = self._failed_at is not None and self._clock() - self._failed_at < REST_SECONDS
            if rests and not again:
                raise ToolFailure(self.message)
            await asyncio.to_thread(late.mcp_connect)  # its import is ours to wait for, and not the server's fault
        if self._ready is None:
            self._begin()
        assert self._ready is not None  # noqa: S101 - _begin has made it
        # A turn before this one has waited already: this one only looks.
        seconds = 0.2 if self._waited and not self._ready.done() and not again else within
        try:
            return await asyncio.wait_for(asyncio.shield(self._ready), seconds)
        except TimeoutError as error:
            self._waited = True
            raise ToolFailure(f"The MCP server {self.config.name} is still being started.") from error

    async def tools(self, within: float = TURN_SECONDS, *, again: bool = False) -> tuple[McpTool, ...]:
        """What it offers. Raises as `ready`."""
        session = await self.ready(within, again=again)
        try:
            self.known = tuple(await asyncio.wait_for(session.tools(), within))
        except (TimeoutError, ToolFailure) as error:
            await self.close()
            self._fail(str(error) or "it does not answer")
            raise ToolFailure(self.message) from error
        return self.known

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Calls a tool. Raises `ToolFailure`; a server that is silent or has died is ended, to be started again."""
        session = await self.ready()
        try:
            return await asyncio.wait_for(session.call(name, arguments), CALL_SECONDS)
        except TimeoutError as error:
            await self.close()
            raise ToolFailure(f"{self.config.name} did not answer within {CALL_SECONDS:.0f} seconds.") from error

    async def close(self) -> None:
        """Ends the session and the process."""
        task, self._task, self._ready = self._task, None, None
        self._closing.set()
        if task is not None:
            done, _ = await asyncio.wait({task}, timeout=_CLOSING_SECONDS)
            if not done:
                task.cancel()
                await asyncio.wait({task}, timeout=_CLOSING_SECONDS)

    def _begin(self) -> None:
        self._ready = asyncio.get_running_loop().create_future()
        self._ready.add_done_callback(_looked_at)
        self._closing = asyncio.Event()
        self._waited = False
        self._task = asyncio.create_task(self._serve(self._ready, self._closing), name=f"mcp {self.config.name}")

    async def _serve(self, ready: asyncio.Future[Session], closing: asyncio.Event) -> None:
        """Holds the session until it is closed or the server has gone."""
        words = _LastWords(is_used=self.config.transport == "stdio")
        try:
            errors = await words.begin()
            async with late.mcp_connect()(self.config, self._environment, errors, START_SECONDS) as (session, gone):
                words.on_end(gone)
                self.state, self.message, self._failed_at = "ok", "", None
                ready.set_result(session)
                waits = [asyncio.create_task(each.wait()) for each in (closing, gone)]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for each in waits:
                    each.cancel()
        except Exception as error:  # noqa: BLE001 - whatever a server or its client does, it is told in a sentence
            self._fail(words.text or _reason(error, self.config))
            _log.info("the MCP server %s: %s", self.config.name, self.message)
        finally:
            words.end()
            if not ready.done():
                ready.set_exception(ToolFailure(self.message or f"The MCP server {self.config.name} was ended."))
            if self._ready is ready:
                self._ready = self._task = None

    def _fail(self, why: str) -> None:
        self.state, self._failed_at = "failed", self._clock()
        self.message = f"The MCP server {self.config.name} cannot be used: {_ended(why)}"


class _LastWords:
    """The end of what a server writes to its error output: where it does not start, that says why."""

    def __init__(self, *, is_used: bool) -> None:
        self.text = ""
        self._is_used = is_used
        self._file: TextIO | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended: asyncio.Event | None = None

    def on_end(self, ended: asyncio.Event) -> None:
        """The server has the pipe now, alone: where it closes, the server has gone."""
        if self._task is not None and self._is_used:
            self._ended = ended
        self._close()

    async def begin(self) -> TextIO:
        """Where the server is to write."""
        ours, theirs = os.pipe()
        reader, loop = asyncio.StreamReader(), asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", 0)
        )
        self._task = asyncio.create_task(self._read(reader, transport))
        self._file = os.fdopen(theirs, "w")
        return self._file

    async def _read(self, reader: asyncio.StreamReader, transport: asyncio.BaseTransport) -> None:
        try:
            while chunk := await reader.read(1 << 14):
                self.text = (self.text + chunk.decode("utf-8", "replace"))[-_LAST_WORDS:]
        finally:
            transport.close()
            if self._ended is not None:
                self._ended.set()

    def end(self) -> None:
        """Nothing more is written."""
        self._close()
        if self._task is not None:
            self._task.cancel()

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()


def _ended(why: str) -> str:
    """With the end of a sentence."""
    said = why.strip()
    return said if said.endswith((".", "?", "!")) else f"{said}."


def _looked_at(future: asyncio.Future[Session]) -> None:
    """Nobody may be waiting any more for what failed."""
    if not future.cancelled():
        future.exception()


def _reason(error: BaseException, config: McpConfig) -> str:
    """What went wrong, in one line."""
    chain = list(_chain(error))
    if config.command and any(isinstance(each, FileNotFoundError | PermissionError) for each in chain):
        return f"there is no program `{config.command}` on the PATH of Hermes WebUI"
    if config.url and any(isinstance(each, httpx2.ConnectError) for each in chain):
        where = urlsplit(config.url).netloc.rpartition("@")[2]
        return f"nothing answers at {where}. Is it running, and is the address right?"
    if any(isinstance(each, TimeoutError) for each in chain):
        return f"it did not answer within {START_SECONDS:.0f} seconds"
    said = str(chain[0]).strip().splitlines()
    return said[0][:300] if said else type(chain[0]).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it comes from, each once (they may come from one another); of a group, its first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
            continue
        yield error
        error = error.__cause__ or error.__context__
