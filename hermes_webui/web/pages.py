"""The page and its files over HTTP."""

from __future__ import annotations

import asyncio
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.errors import NotFound
from hermes_webui.web.assets import CONVERSATION, INDEX, Assets, File

FOR_GOOD = "max-age=31536000, immutable"
ASKED_EACH_TIME = "no-cache"

_FRAME = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
#: Documents that the page shows in frames, for what its own policy forbids. None may send a request: one lays out
#: diagrams with inline styles, one draws a terminal with them, one shows the picture that its reader has asked for.
FRAMES = MappingProxyType(
    {
        "diagram.html": f"{_FRAME}style-src 'unsafe-inline'",
        "terminal.html": f"{_FRAME}style-src 'self' 'unsafe-inline'",
        "picture.html": f"{_FRAME}style-src 'self'; img-src http: https:",
    }
)


async def _send(request: Request, file: File | None, keep: str = ASKED_EACH_TIME) -> Response:
    if file is None:
        raise NotFound("There is no such file here.")
    headers = {"cache-control": keep, "vary": "accept-encoding", "content-type": file.kind}
    if keep != FOR_GOOD:  # what is kept for good is never asked about again
        headers["etag"] = file.etag
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    small = await asyncio.to_thread(_compressed, file) if "gzip" in request.headers.get("accept-encoding", "") else None
    if small is not None:
        return Response(small, headers={**headers, "content-encoding": "gzip"})
    return Response(file.plain, headers=headers)


def _compressed(file: File) -> bytes | None:
    return file.compressed


def _assets(request: Request) -> Assets:
    found: Assets = request.app.state.assets
    return found


async def page(request: Request) -> Response:
    """The page, for every address that it knows."""
    return await _send(request, _assets(request).files.get(INDEX))


async def conversation(request: Request) -> Response:
    """The page, where it begins with a conversation."""
    return await _send(request, _assets(request).files.get(CONVERSATION))


async def static(request: Request) -> Response:
    """A file of the page: kept for good under its version's address, asked for each time under its plain one."""
    path: str = request.path_params["path"]
    file, good = _assets(request).find(path)
    reply = await _send(request, file, FOR_GOOD if good else ASKED_EACH_TIME)
    folder, _, name = path.rpartition("/")
    if name in FRAMES and folder.endswith("frames"):
        reply.headers["content-security-policy"] = FRAMES[name]
    return reply


async def manifest(request: Request) -> Response:
    """The web app's manifest."""
    return await _send(request, _assets(request).files.get("manifest.webmanifest"))


async def worker(request: Request) -> Response:
    """The service worker. It stands at the root, so that it may serve the whole page; asked for each time."""
    return await _send(request, _assets(request).files.get("sw.js"))


async def icon(request: Request) -> Response:
    """The icon, where a browser asks for it by its old name."""
    return await _send(request, _assets(request).files.get("icon.svg"))
