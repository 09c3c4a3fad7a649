"""Terminals over HTTP: for the owner alone, and only where they are switched on."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import MutableMapping
from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.errors import BadRequest, Forbidden
from hermes_webui.streams.sse import HEADERS, HEARTBEAT, Cursor, Message, Receive, Send, cursor_from, frame
from hermes_webui.web.replies import Json, body_of, wanted
from hermes_webui.web.services import Services
from hermes_webui.web.settings import owner
from hermes_webui.web.workspace import folder_of
from hermes_webui.workspace.terminal import MOST_COLUMNS, Terminal

#: Often enough for every proxy between here and the page, in seconds.
BEAT: Final = 15.0

#: So much goes out in one event.
PIECE: Final = 1 << 16


class OpenTerminal(Struct):
    """A new terminal in a session's workspace; its size in characters."""

    session_id: str
    cols: int = 80
    rows: int = 24


class TypeInto(Struct):
    """What is typed."""

    terminal_id: str
    data: str


class ResizeTerminal(Struct):
    """Another size, in characters."""

    terminal_id: str
    cols: int
    rows: int


class CloseTerminal(Struct):
    """Which one ends."""

    terminal_id: str


def allowed(request: Request) -> Services:
    """The parts of the server where terminals are switched on, for its owner. Raises `Forbidden`."""
    parts = owner(request)
    if not parts.workspaces.roots.terminal:
        raise Forbidden(
            "Terminals are switched off. Whoever uses one can do all that this server's user can; switch them on in "
            "the settings, or by `terminal = true` under [workspace] in config.toml."
        )
    return parts


async def open_one(request: Request) -> Response:
    """A new terminal."""
    wish = await body_of(request, OpenTerminal)
    parts = allowed(request)
    _check(wish.cols, wish.rows)
    here = await folder_of(request, wish.session_id)
    terminal = await parts.workspaces.terminals.open(
        secrets.token_hex(8), wish.session_id, here.root, wish.cols, wish.rows
    )
    return Json({"terminal_id": terminal.id})


async def listed(request: Request) -> Response:
    """A session's terminals, for a page that is loaded again."""
    parts = allowed(request)
    return Json({"terminals": [_told(each) for each in parts.workspaces.terminals.of(wanted(request, "session_id"))]})


def _told(each: Terminal) -> dict[str, Any]:
    return {
        "terminal_id": each.id,
        "cols": each.cols,
        "rows": each.rows,
        "offset": each.offset,
        "exit": each.ended,
    }


async def type_into(request: Request) -> Response:
    """Types."""
    wish = await body_of(request, TypeInto)
    parts = allowed(request)
    try:
        data = wish.data.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadRequest("That text is no valid Unicode.") from error
    parts.workspaces.terminals.get(wish.terminal_id).type(data)
    return Json({"terminal_id": wish.terminal_id})


async def resize(request: Request) -> Response:
    """Another size."""
    wish = await body_of(request, ResizeTerminal)
    parts = allowed(request)
    _check(wish.cols, wish.rows)
    parts.workspaces.terminals.get(wish.terminal_id).resize(wish.cols, wish.rows)
    return Json({"terminal_id": wish.terminal_id})


async def close(request: Request) -> Response:
    """Ends one, with everything that runs in it."""
    wish = await body_of(request, CloseTerminal)
    parts = allowed(request)
    await parts.workspaces.terminals.close_one(wish.terminal_id)
    return Json({"terminal_id": wish.terminal_id})


def _check(cols: int, rows: int) -> None:
    if not (1 <= cols <= MOST_COLUMNS and 1 <= rows <= MOST_COLUMNS):
        raise BadRequest(f"A terminal has 1 to {MOST_COLUMNS} columns and rows.")


async def stream(request: Request) -> TerminalStream:
    """What it says, after the place that the reader has read up to."""
    parts = allowed(request)
    terminal = parts.workspaces.terminals.get(wanted(request, "terminal_id"))
    given = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    return TerminalStream(terminal, cursor_from(given).seq, request, parts)


class TerminalStream:
    """An ASGI response: a terminal's output from a place on, until it ends or its reader goes."""

    def __init__(self, terminal: Terminal, after: int, request: Request, parts: Services) -> None:
        self._terminal = terminal
        self._after = after
        self._request = request
        self._parts = parts

    async def __call__(self, _scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serves the stream."""
        serving = asyncio.create_task(self._serve(send))
        listening = asyncio.create_task(_gone(receive))
        self._terminal.readers += 1
        try:
            await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._terminal.readers -= 1
            listening.cancel()
            serving.cancel()
            await asyncio.gather(serving, listening, return_exceptions=True)

    async def _serve(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS]})
        terminal = self._terminal
        while self._may_read():
            await asyncio.sleep(0)  # a terminal that talks without a pause leaves the others their turn
            start, data = terminal.after(self._after)
            self._after = start  # what is kept no more is passed over, also where nothing else is there yet
            while data:
                piece, data = data[:PIECE], data[PIECE:]
                await _tell(send, self._output(start, piece))
                start = self._after = start + len(piece)
            if self._after >= terminal.offset and (terminal.ended is not None or terminal.closed):
                await _tell(send, frame({"type": "exit", "code": terminal.ended}, Cursor(self._after)))
                break
            if not await terminal.more(self._after, BEAT):
                await _tell(send, HEARTBEAT)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _may_read(self) -> bool:
        """A password that is set, or terminals switched off, hold for who reads already."""
        return self._parts.workspaces.roots.terminal and self._parts.doorman.knows(self._request)

    def _output(self, start: int, piece: bytes) -> bytes:
        told = {"type": "output", "offset": start, "data": base64.b64encode(piece).decode()}
        return frame(told, Cursor(start + len(piece)))


async def _tell(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _gone(receive: Receive) -> None:
    message: Message = {"type": ""}
    while message["type"] != "http.disconnect":
        message = await receive()
