"""Agents on this machine over HTTP: which there are, whether one answers, and the mode that one works in."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat.head import Head
from hermes_webui.engines.acp.engine import AcpEngine
from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.services import Services, services
from hermes_webui.web.settings import owner

LONGEST_MODE = 200


class TryAgent(Struct):
    """Which agent to start and ask what it is."""

    id: str


class ChooseMode(Struct):
    """A mode that the session's agent has told of."""

    session_id: str
    mode: str


async def listed(request: Request) -> Response:
    """All agents that are known or configured, those too that are not on this machine, with what to do about it."""
    return Json({"agents": [_row(agent) for agent in _agents(owner(request))]})


async def try_out(request: Request) -> Response:
    """Starts the agent, asks what it is, and ends it again."""
    parts = owner(request)
    wish = await body_of(request, TryAgent)
    agent = next((each for each in _agents(parts) if each.name == wish.id), None)
    if agent is None:
        raise NotFound("There is no such agent.")
    return Json(msgspec.to_builtins(await agent.try_out()))


async def choose_mode(request: Request) -> Response:
    """Sets how the session's agent works from now on."""
    parts = services(request)
    wish = await body_of(request, ChooseMode)
    if not wish.mode or len(wish.mode) > LONGEST_MODE:
        raise BadRequest("`mode` is the id of a mode that the agent has.")
    session = await parts.desk.session(wish.session_id)
    head = parts.desk.provisional(wish.session_id) or session.head
    engine = parts.engines.get(str(head.fields.get("engine") or ""))
    if not isinstance(engine, AcpEngine):
        raise BadRequest("Who answers this conversation has no modes.")
    await parts.supervisor.agents.change(wish.session_id, await engine.choose_mode(wish.session_id, wish.mode))
    return Json({"session_id": wish.session_id, "agent": await agent_of(parts, wish.session_id, head)})


async def agent_of(parts: Services, session_id: str, head: Head) -> dict[str, Any]:
    """What the session's agent offers: as it said here, else as it did in its last session."""
    said = parts.supervisor.agents.get(session_id)
    engine = parts.engines.get(str(head.fields.get("engine") or ""))
    if "modes" in said or not isinstance(engine, AcpEngine):
        return said
    known = msgspec.to_builtins(await engine.offered(session_id))
    return {name: value for name, value in {**known, **said}.items() if name in ("modes", "mode", "commands") and value}


def _agents(parts: Services) -> list[AcpEngine]:
    return [engine for engine in parts.engines.values() if isinstance(engine, AcpEngine)]


def _row(agent: AcpEngine) -> dict[str, Any]:
    profile = agent.profile
    return {
        "id": profile.id,
        "name": profile.name,
        "command": " ".join(profile.command or profile.named),
        "found": profile.found,
        "from": profile.source,
        "version": agent.version,
        "state": agent.state,
        "message": agent.failure,
        "install": profile.install,
    }
