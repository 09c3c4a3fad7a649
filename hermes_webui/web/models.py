"""What can answer: engines, and the models of each provider."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.web.replies import Json
from hermes_webui.web.services import services


async def models(request: Request) -> Response:
    """All providers, those that are not ready with what to do about it."""
    parts = services(request)
    found = await asyncio.gather(*(engine.providers() for engine in parts.engines.values()))
    listed = [provider for each in found for provider in each]
    parts.default.take(listed)
    providers = [msgspec.to_builtins(provider) for provider in listed]
    return Json({"providers": providers, "default": msgspec.to_builtins(parts.default())})


async def engines(request: Request) -> Response:
    """The engines and what each can do."""
    found = services(request).engines.values()
    return Json({"engines": [{"name": engine.name, "caps": msgspec.to_builtins(engine.caps)} for engine in found]})
