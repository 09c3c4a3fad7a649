"""What every request passes before a handler sees it: host, origin, kind of body, password; and what every reply
carries.

A page that has a foreign name resolve to 127.0.0.1 (DNS rebinding) is stopped by `Host`, a foreign page that posts by
`Origin` and by `application/json`, which a form cannot send.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, HTTPConnection

from hermes_webui.errors import BadRequest, Forbidden, HermesError, Unauthorized, UnsupportedMedia
from hermes_webui.web.login import Doorman
from hermes_webui.web.replies import Json

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger(__name__)

UNEXPECTED = HermesError("Something went wrong in this program; its log has the details.")

SAFE_METHODS = frozenset({"GET", "HEAD"})

#: What can be had without the password: the door itself, and a sign of life.
OPEN = re.compile(
    r"/(health|api/login|static/.*|manifest\.webmanifest|sw\.js|favicon\.ico|c/[^/]*|settings(/[a-z]*)?)?"
)

#: The paths that take a file as it is. A foreign page can send neither the header nor the type of its body without
#: asking first, and is not answered.
UPLOADS = frozenset({"/api/attachments", "/api/workspace/upload"})
UPLOAD_HEADER = "x-hermes-upload"

IMPORT_MAP = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)


def policy(index_html: bytes) -> str:
    """The Content-Security-Policy. The page's import map is the one inline element; its hash allows just that text."""
    hashes = (base64.b64encode(hashlib.sha256(text).digest()).decode() for text in IMPORT_MAP.findall(index_html))
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def reply_headers(content_policy: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of every reply."""
    return (
        (b"content-security-policy", content_policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    )


#: Headers that say something of a document or a worker say nothing of a module or a style sheet, and each of a hundred
#: files would carry them.
LEAN = re.compile(r"/static/.*(?<!worker)\.(js|css)")
LEAN_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"same-origin"))


class Gate:
    """ASGI middleware: refuses what must not pass, adds the headers to what does."""

    def __init__(self, app: Asgi, hosts: frozenset[str], doorman: Doorman, content_policy: str) -> None:
        self._app = app
        self._hosts = hosts
        self._doorman = doorman
        self._headers = reply_headers(content_policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it with the error."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False
        headers = LEAN_HEADERS if LEAN.fullmatch(scope["path"]) else self._headers

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = list(message.get("headers", ()))
                named = {name for name, _ in own}
                message["headers"] = [*own, *(each for each in headers if each[0] not in named)]
            await send(message)

        try:
            self._check(HTTPConnection(scope), scope["method"])
        except HermesError as error:
            await Json(error.as_json(), error.status)(scope, receive, with_headers)
            return
        try:
            await self._app(scope, receive, with_headers)
        except ClientDisconnect:
            logger.debug("%s %s: the client has gone", scope["method"], scope["path"])
        except Exception:  # the end of a request: whatever it was, the client hears of it without its details
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await Json(UNEXPECTED.as_json(), UNEXPECTED.status)(scope, receive, with_headers)

    def _check(self, request: HTTPConnection, method: str) -> None:
        host = request.headers.get("host", "")
        if host_name(host) not in self._hosts:
            raise Forbidden(
                "This server does not answer to that name. Open it by its own address, or add the name to "
                "HERMES_WEBUI_ALLOWED_HOSTS."
            )
        origin = request.headers.get("origin")
        if origin is not None and not _same(origin, host):
            raise Forbidden("Another page may not use this server.")
        site = request.headers.get("sec-fetch-site", "same-origin")
        if site not in {"same-origin", "none"} and request.scope["path"].startswith("/api/"):
            raise Forbidden("Another page may not use this server.")
        if not OPEN.fullmatch(request.scope["path"]) and not self._doorman.knows(request):
            raise Unauthorized("Please give the password.")
        if method not in SAFE_METHODS:
            _check_post(request)


def host_name(host: str) -> str:
    """The name in a Host header, without its port; an empty one where it is malformed."""
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(:\d{1,5})?", host)
    return match[1].lower().rstrip(".") if match else ""


def _same(origin: str, host: str) -> bool:
    """Whether the origin is the very host and port that was asked (behind a proxy with TLS too)."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    default = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return bool(default) and parts.netloc.lower().removesuffix(default) == host.lower().removesuffix(default)


def _check_post(request: HTTPConnection) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.scope["path"] in UPLOADS:
        if kind != "application/octet-stream" or request.headers.get(UPLOAD_HEADER) != "1":
            raise UnsupportedMedia(f"Send application/octet-stream and the header {UPLOAD_HEADER}: 1.")
    elif kind != "application/json":
        raise UnsupportedMedia("Send application/json.")
    length = request.headers.get("content-length", "0")
    if not length.isdigit():
        raise BadRequest("The length of the body is not a number.")
