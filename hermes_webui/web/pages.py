"""The page and its files: read once at the start, compressed once, and told apart by what they hold."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.errors import NotFound

COMPRESSED = frozenset({".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest", ".txt"})
#: Smaller files are not worth packing.
SMALL = 512

KINDS = MappingProxyType(
    {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}
)


class File(Struct, frozen=True):
    """One file, ready to be sent."""

    kind: str
    etag: str
    plain: bytes
    packed: bytes | None


def load(folder: Path) -> Mapping[str, File]:
    """All files below `folder` by their path in it. What is not there now is never served: a path is only a key."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in {".py", ".pyc"}:
            found[path.relative_to(folder).as_posix()] = _file(path)
    return MappingProxyType(found)


def _file(path: Path) -> File:
    plain = path.read_bytes()
    kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind += "; charset=utf-8" if kind.startswith("text/") else ""
    packed = gzip.compress(plain, 6, mtime=0) if path.suffix in COMPRESSED and len(plain) > SMALL else None
    return File(kind, f'"{hashlib.blake2b(plain, digest_size=12).hexdigest()}"', plain, packed)


def _send(request: Request, name: str) -> Response:
    files: Mapping[str, File] = request.app.state.files
    file = files.get(name)
    if file is None:
        raise NotFound("There is no such file here.")
    headers = {"etag": file.etag, "cache-control": "no-cache", "vary": "accept-encoding", "content-type": file.kind}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers={**headers, "content-encoding": "gzip"})
    return Response(file.plain, headers=headers)


async def page(request: Request) -> Response:
    """The page, for every address that it knows."""
    return _send(request, "index.html")


async def static(request: Request) -> Response:
    """A file of the page."""
    return _send(request, request.path_params["path"])


async def manifest(request: Request) -> Response:
    """The web app's manifest."""
    return _send(request, "manifest.webmanifest")


async def icon(request: Request) -> Response:
    """The icon, where a browser asks for it by its old name."""
    return _send(request, "icon.svg")
