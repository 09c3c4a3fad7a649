"""About this server: its version, where it keeps what, how large that is, how well it is, whose work it builds on."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.web.replies import Json
from hermes_webui.web.services import Services
from hermes_webui.web.settings import owner


async def get(request: Request) -> Response:
    """All of it, for the owner."""
    parts = owner(request)
    assets = request.app.state.assets
    vendored = assets.files.get("vendor/vendor.json")
    size = await parts.counted.size(Path(parts.place.state))
    licences = await parts.counted.licences(vendored.plain if vendored else b"[]")
    return Json(
        {
            "version": parts.version,
            "python": platform.python_version(),
            "state": parts.place.state,
            "size": size,
            "sessions": len(parts.desk.index),
            "health": _health(parts, size["quarantined"]),
            "licences": licences,
        }
    )


def _health(parts: Services, quarantined: int) -> dict[str, Any]:
    return {
        "writable": parts.desk.writable,
        "recovered": parts.report.recovered,
        "damaged": len(parts.report.damaged),
        "quarantined": quarantined,
    }
