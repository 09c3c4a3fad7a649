"""What runs have used, by day."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.errors import BadRequest
from hermes_webui.web.endpoint import GET, Endpoint
from hermes_webui.web.replies import Json, number
from hermes_webui.web.services import services

DAYS = 30
MOST_DAYS = 400


async def get(request: Request) -> Response:
    """The last days of a zone (UTC where none is named), each with who answered."""
    count = number(request, "days", DAYS, MOST_DAYS)
    name = request.query_params.get("timezone") or "UTC"
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadRequest(f"There is no time zone {name!r}.") from error
    return Json(msgspec.to_builtins(await services(request).around.spending.days(count, zone)))


ENDPOINTS = (
    Endpoint(GET, "/api/usage", get, "What runs have used, by day", "days timezone", gives="days, total, complete"),
)
