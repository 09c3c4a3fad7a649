"""A sign of life, for people, monitors and load balancers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.web.replies import Json
from hermes_webui.web.services import services


async def health(request: Request) -> Response:
    """200 while the server answers; `store` says whether it also takes writes, `streams` how many follow events."""
    parts = services(request)
    store = {
        "writable": parts.desk.writable,
        "sessions": len(parts.desk.index),
        "recovered": parts.report.recovered,
    }
    status = "ok" if parts.desk.writable else "read-only"
    streams = len(parts.hub.subscriptions)
    return Json({"status": status, "version": parts.version, "store": store, "streams": streams})
