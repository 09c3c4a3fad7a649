"""Bytes of a workspace's files, out and in: given so that no browser runs them, taken in as they come.

A file is read by the descriptor that the walk to it opened, never by its name again.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hermes_webui.chat.attachments import HEAD_BYTES, IMAGES, PDF, TEXT, clean_name, kind_of
from hermes_webui.errors import TooLarge
from hermes_webui.web.attachments import GATHERED, SANDBOX
from hermes_webui.web.replies import Json, flag, wanted
from hermes_webui.web.workspace import folder
from hermes_webui.workspace.folder import Folder
from hermes_webui.workspace.names import shown
from hermes_webui.workspace.writing import Part

#: The largest file that is taken in, in bytes.
LARGEST: Final = 1 << 30

PIECE: Final = 256 << 10
RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?")


async def get(request: Request) -> Response:
    """The bytes of a file, or a range of them: pixels are shown, everything else is only saved."""
    here, path = await folder(request), wanted(request, "path")
    download = flag(request, "download", default=False)
    stack = ExitStack()
    try:
        fd, status = await asyncio.to_thread(stack.enter_context, here.open(path))
        head = await asyncio.to_thread(os.pread, fd, HEAD_BYTES, 0)
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}"'
        headers = _headers(path, kind_of(head).type, tag, download=download)
        if request.headers.get("if-none-match") == tag:
            stack.close()
            return Response(status_code=304, headers=headers)
        first, end, code = _range(request.headers.get("range", ""), status.st_size)
        headers["content-length"] = str(end - first)
        if code == 206:  # noqa: PLR2004 - HTTP's number for a part
            headers["content-range"] = f"bytes {first}-{end - 1}/{status.st_size}"
        return StreamingResponse(_pieces(stack, fd, first, end), code, headers)
    except BaseException:
        stack.close()
        raise


def _headers(path: str, found: str, tag: str, *, download: bool) -> dict[str, str]:
    """No script, no style, no request, an origin of its own; what is not pixels is saved, whatever it says it is."""
    name = clean_name(path)
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in name)
    how = "inline" if found in IMAGES and not download else "attachment"
    known = found if found in {*IMAGES, PDF} else "application/octet-stream"
    return {
        "content-type": "text/plain; charset=utf-8" if found == TEXT else known,
        "content-disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": SANDBOX,
        "cache-control": "private, no-cache",
        "accept-ranges": "bytes",
        "etag": tag,
    }


def _range(given: str, size: int) -> tuple[int, int, int]:
    """From where to before where, and the status. What is no single range of this file gives the whole."""
    match = RANGE.fullmatch(given)
    if match is None or int(match[1]) >= size:
        return 0, size, 200
    end = min(int(match[2]) + 1, size) if match[2] else size
    return (int(match[1]), end, 206) if end > int(match[1]) else (0, size, 200)


async def _pieces(stack: ExitStack, fd: int, first: int, end: int) -> AsyncIterator[bytes]:
    """The bytes; a file that has become shorter ends the reply early, which its reader sees by the length."""
    with stack:
        while first < end and (piece := await asyncio.to_thread(os.pread, fd, min(PIECE, end - first), first)):
            first += len(piece)
            yield piece


async def upload(request: Request) -> Response:
    """Takes a file in; it is there, whole, once the answer comes. What is refused leaves nothing behind."""
    here, path = await folder(request), wanted(request, "path")
    if int(request.headers.get("content-length", "0")) > LARGEST:
        raise _too_large(path)
    receiving: AbstractContextManager[Part] = here.receive(path)
    part = await asyncio.to_thread(receiving.__enter__)
    try:
        await _take(request, part, path)
    except BaseException as error:
        await asyncio.shield(asyncio.to_thread(_abandon, receiving, error))
        raise
    await asyncio.to_thread(receiving.__exit__, None, None, None)
    return Json(await asyncio.to_thread(_there, here, path))


def _abandon(receiving: AbstractContextManager[Part], error: BaseException) -> None:
    try:
        receiving.__exit__(type(error), error, error.__traceback__)
    except BaseException as raised:  # the context raises what it was given, or what the disk said of it
        if raised is not error:
            raise


def _there(here: Folder, path: str) -> dict[str, object]:
    found = here.about(path)
    return {"path": found.path, "size": found.size, "modified": found.modified}


async def _take(request: Request, part: Part, path: str) -> None:
    gathered = bytearray()
    async for chunk in request.stream():
        gathered += chunk
        if part.size + len(gathered) > LARGEST:
            raise _too_large(path)
        if len(gathered) >= GATHERED:
            await asyncio.to_thread(part.add, bytes(gathered))
            gathered.clear()
    await asyncio.to_thread(part.add, bytes(gathered))


def _too_large(path: str) -> TooLarge:
    return TooLarge(f"{shown(path)} is larger than {LARGEST >> 20} MB, the most that is taken in. Nothing was kept.")
