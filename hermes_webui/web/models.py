"""What can answer: engines, and the models of each provider."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.engines.acp.engine import AcpEngine
from hermes_webui.engines.base import Engine
from hermes_webui.web.replies import Json
from hermes_webui.web.services import services

#: What the page needs of a profile to offer it.
SHOWN = ("id", "name", "default", "engine", "model_provider", "model")


async def models(request: Request) -> Response:
    """All providers, those that are not ready with what to do about it, what new conversations may begin with, and the
    engines whose replies can be steered.
    """
    parts = services(request)
    found = await asyncio.gather(*(engine.providers() for engine in parts.engines.values()))
    listed = [provider for each in found for provider in each]
    parts.default.take(listed)
    providers = [msgspec.to_builtins(provider) for provider in listed]
    kept = await asyncio.to_thread(parts.around.profiles.all)
    profiles = [{name: getattr(each, name) for name in SHOWN} for each in kept]
    steers = [engine.name for engine in parts.engines.values() if engine.caps.steer]
    default = msgspec.to_builtins(parts.default())
    return Json({"providers": providers, "default": default, "profiles": profiles, "steers": steers})


async def engines(request: Request) -> Response:
    """The engines: what each is called, whether it is on this machine, and what it can do."""
    return Json({"engines": [_engine(engine) for engine in services(request).engines.values()]})


def _engine(engine: Engine) -> dict[str, Any]:
    profile = engine.profile if isinstance(engine, AcpEngine) else None
    told = {"title": profile.name if profile else engine.name, "found": profile.found if profile else True}
    return {"name": engine.name, **told, "caps": msgspec.to_builtins(engine.caps)}
