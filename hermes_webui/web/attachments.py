"""Files that people attach: taken in as they come, kept by their content, given out so that no browser runs them."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from hermes_webui.chat.attachments import IMAGES, PER_PROMPT, TEXT, UNKNOWN, Attachment, clean_name
from hermes_webui.errors import BadRequest, NotFound, TooLarge, UnsupportedMedia
from hermes_webui.store.attachments import Attachments, Incoming
from hermes_webui.web.replies import Json, wanted
from hermes_webui.web.services import services

#: The largest file, in bytes: what providers take of images and PDFs ends at about that.
LARGEST: Final = 25 << 20

#: So much is gathered in memory before it is written.
GATHERED: Final = 1 << 20

#: An id is of the content: the same answer for ever.
FOR_GOOD: Final = "private, max-age=31536000, immutable"

#: Whatever it is, it is no page of ours: no script, no style, no other request, an origin of its own.
SANDBOX: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"


async def upload(request: Request) -> Response:
    """Takes a file in; the answer comes when it is on disk. What is refused leaves nothing behind."""
    name = clean_name(wanted(request, "name"))
    if int(request.headers.get("content-length", "0")) > LARGEST:
        raise _too_large(name)
    incoming = await asyncio.to_thread(services(request).attachments.receive)
    try:
        await _take(request, incoming, name)
        kept = await asyncio.to_thread(incoming.keep, name)
    except BaseException:
        await asyncio.shield(asyncio.to_thread(incoming.abandon))
        raise
    return Json({"attachment": kept.described()})


async def _take(request: Request, incoming: Incoming, name: str) -> None:
    gathered = bytearray()
    async for chunk in request.stream():
        gathered += chunk
        if incoming.size + len(gathered) > LARGEST:
            raise _too_large(name)
        if len(gathered) >= GATHERED:
            await asyncio.to_thread(incoming.add, bytes(gathered))
            gathered.clear()
    await asyncio.to_thread(incoming.add, bytes(gathered))
    if not incoming.size:
        raise BadRequest(f"{name} is empty: there is nothing in it to attach.")
    if incoming.kind.type == UNKNOWN:
        raise UnsupportedMedia(
            f"{name} is no image (PNG, JPEG, GIF, WebP, AVIF), no PDF and no text: no model here could read it. "
            "It was not attached."
        )


def _too_large(name: str) -> TooLarge:
    return TooLarge(f"{name} is larger than {LARGEST >> 20} MB, the most that can be attached. It was not attached.")


async def get(request: Request) -> Response:
    """The content of an attachment: pixels are shown, everything else is only saved.

    A PDF is saved too: browsers' viewers have run scripts of PDFs in the past, and none opens one inside a sandbox.
    """
    identity = request.path_params["attachment_id"]
    kept = services(request).attachments
    found = await asyncio.to_thread(kept.describe, identity, request.query_params.get("name", ""))
    path = kept.find(found.id)
    if path is None:
        raise NotFound("That attachment is not here any more.")
    headers = {
        "content-security-policy": SANDBOX,
        "cache-control": FOR_GOOD,
        "content-disposition": _disposition(found),
        "etag": f'"{found.id}"',
    }
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    kind = f"{TEXT}; charset=utf-8" if found.type == TEXT else found.type
    return FileResponse(path, headers=headers, media_type=kind)


def _disposition(found: Attachment) -> str:
    """RFC 6266: a plain name for old programs, and the real one."""
    how = "inline" if found.type in IMAGES else "attachment"
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in found.name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"


async def checked(kept: Attachments, attachments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A prompt's attachments with what the store knows of them; those without an `id` are another program's and stay
    as they are.

    Raises `BadRequest` where one is not here, or where they are too many.
    """
    if len(attachments) > PER_PROMPT:
        raise BadRequest(f"{len(attachments)} files are attached; {PER_PROMPT} go with one message. Take some off.")
    return [await _checked(kept, each) if "id" in each else each for each in attachments]


async def _checked(kept: Attachments, given: dict[str, Any]) -> dict[str, Any]:
    name = given.get("name")
    try:
        found = await asyncio.to_thread(kept.describe, str(given["id"]), name if isinstance(name, str) else "")
    except NotFound as error:  # not 404: it is the prompt that does not fit, not the conversation that is missing
        raise BadRequest(f"{clean_name(str(name or ''))} is not here any more. Attach it again.") from error
    return {**msgspec.to_builtins(given), **found.described()}
