"""The protocol to one agent: requests, notifications and what it asks of us, through the official SDK.

What agents say is taken as JSON and read leniently by `calls` and `told`: an agent that is newer than the SDK says
things that its models do not know, and an unstable part (models) is only there.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from hermes_webui.engines.acp.process import Process
from hermes_webui.errors import EngineFailure

if TYPE_CHECKING:
    from types import ModuleType

logger = logging.getLogger(__name__)

PROTOCOL: Final = 1
#: A first start compiles and fetches things.
START_SECONDS: Final = 180.0
REQUEST_SECONDS: Final = 60.0

#: (method, parameters) to the result of a request, None for a notification.
Serve = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Refused(Exception):
    """The agent answered a request with an error."""

    def __init__(self, code: int, message: str, data: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


class Lost(Exception):
    """The agent has ended, or does not listen any more."""


def load() -> ModuleType:
    """Imports the SDK, which takes half a second: call it in a thread."""
    import acp.connection

    return acp.connection


class Link:
    """One connection. Made by `open_link`."""

    def __init__(self, process: Process, sdk: ModuleType, serve: Serve) -> None:
        self._sdk = sdk
        self._serve = serve
        self.process = process
        self._connection = sdk.Connection(self._handle, _Lines(process, sdk))

    async def request(self, method: str, params: dict[str, Any], within: float | None = REQUEST_SECONDS) -> Any:
        """The result. Raises `Refused`, `Lost`, or `TimeoutError` after `within` seconds."""
        from acp.exceptions import RequestError

        try:
            async with asyncio.timeout(within):
                return await self._connection.send_request(method, params)
        except RequestError as error:
            raise Refused(error.code, str(error), error.data) from error
        except (ConnectionError, RuntimeError) as error:
            raise Lost(str(error)) from error

    async def notify(self, method: str, params: dict[str, Any]) -> None:
        """Says something that has no answer. Raises `Lost`."""
        try:
            await self._connection.send_notification(method, params)
        except (ConnectionError, RuntimeError) as error:
            raise Lost(str(error)) from error

    async def end(self, *, at_once: bool = False) -> None:
        """Ends the process; what waits for an answer gets `Lost`."""
        await self.process.end(at_once=at_once)
        await self._connection.close()

    async def _handle(self, method: str, params: Any, is_notification: bool) -> Any:  # noqa: FBT001 - the SDK's shape
        from acp.exceptions import RequestError

        try:
            return await self._serve(method, params if isinstance(params, dict) else {})
        except Refused as error:
            if is_notification:  # an agent may tell more than we know of
                return None
            raise RequestError(error.code, error.message, error.data) from error


class _Lines:
    """The SDK's transport over a process: JSON a line. What is none (an agent's print) is passed over; a longer line
    than an agent may send ends the connection.
    """

    def __init__(self, process: Process, sdk: ModuleType) -> None:
        self._process = process
        self._writing = asyncio.Lock()

    async def send(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
        async with self._writing:
            with suppress(ConnectionError, RuntimeError):  # it has ended: who waits for an answer hears of it
                self._process.writer.write(line)
                await self._process.writer.drain()

    async def receive(self) -> dict[str, Any] | None:
        while True:
            try:
                line = await self._process.reader.readline()
            except ValueError:
                logger.warning("An agent sent a message that is too long; its connection is ended.")
                return None
            except (ConnectionError, OSError):
                return None
            if not line:
                return None
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                return message

    async def close(self) -> None:
        """The process is ended by `Link.end`."""


async def open_link(
    process: Process, serve: Serve, capabilities: dict[str, Any], version: str
) -> tuple[Link, dict[str, Any]]:
    """The link, and what the agent says of itself (`initialize`).

    Raises `EngineFailure` where it says nothing in time or nothing that can be used; the process is ended then.
    """
    link = Link(process, await asyncio.to_thread(load), serve)
    params = {
        "protocolVersion": PROTOCOL,
        "clientCapabilities": capabilities,
        "clientInfo": {"name": "hermes-webui", "title": "Hermes WebUI", "version": version},
    }
    try:
        said = await link.request("initialize", params, START_SECONDS)
    except (Refused, Lost, TimeoutError) as error:
        ended = isinstance(error, Lost)
        how = f"it ended with {await process.wait()}" if ended else str(error) or "it did not answer in time"
        await link.end(at_once=True)
        raise EngineFailure("engine_died", f"it could not be started: {how}") from error
    except BaseException:
        await asyncio.shield(link.end(at_once=True))
        raise
    if not isinstance(said, dict):
        await link.end(at_once=True)
        raise EngineFailure("engine_died", "it does not speak the Agent Client Protocol")
    return link, said
