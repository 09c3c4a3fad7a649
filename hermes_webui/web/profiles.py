"""Profiles over HTTP: named sets of what a new conversation begins with."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.errors import BadRequest
from hermes_webui.store.profiles import Profile
from hermes_webui.web.endpoint import GET, POST, Endpoint
from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.services import Services, services
from hermes_webui.web.sessions import NAME_LIMIT, check_names

LONGEST_NAME = 60
MOST_TOOLSETS = 100


class SaveProfile(Struct):
    """A profile; with `id` another version of one. `enabled_toolsets` null: the server's default."""

    name: str
    id: str | None = None
    engine: str = ""
    model_provider: str = ""
    model: str = ""
    personality: str = ""
    enabled_toolsets: list[str] | None = None
    workspace: str = ""
    default: bool = False


class DeleteProfile(Struct):
    """A profile to forget."""

    id: str


async def listed(request: Request) -> Response:
    """All of them, by name."""
    return Json(await _told(services(request)))


async def _told(parts: Services) -> dict[str, Any]:
    found = await asyncio.to_thread(parts.around.profiles.all)
    names = Profile.__struct_fields__
    profiles = [{name: getattr(each, name) for name in names} for each in found]
    return {"profiles": profiles, "default": next((each.id for each in found if each.default), None)}


async def save(request: Request) -> Response:
    """Keeps a profile."""
    wish = await body_of(request, SaveProfile)
    parts = services(request)
    check_names(wish)
    name = " ".join(wish.name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadRequest(f"A profile's name has 1 to {LONGEST_NAME} characters.")
    tools = None if wish.enabled_toolsets is None else tuple(wish.enabled_toolsets)
    if (
        len(wish.personality) > NAME_LIMIT
        or len(tools or ()) > MOST_TOOLSETS
        or any(len(t) > NAME_LIMIT for t in tools or ())
    ):
        raise BadRequest("That personality, or one of the tool sets, is none.")
    given = {each: getattr(wish, each) for each in ("engine", "model_provider", "model", "personality", "workspace")}
    given["workspace"] = await asyncio.to_thread(parts.workspaces.admit, wish.workspace)
    made = Profile(wish.id or secrets.token_hex(6), name, enabled_toolsets=tools, default=wish.default, **given)
    await asyncio.to_thread(parts.around.profiles.save, made, new=wish.id is None)
    return Json({"id": made.id, **await _told(parts)})


async def delete(request: Request) -> Response:
    """Forgets a profile; conversations that were begun with it stay as they are."""
    wish = await body_of(request, DeleteProfile)
    parts = services(request)
    await asyncio.to_thread(parts.around.profiles.delete, wish.id)
    return Json(await _told(parts))


PROFILES = "profiles, default"
ENDPOINTS = (
    Endpoint(GET, "/api/profiles", listed, "What a new conversation may begin with", gives=PROFILES),
    Endpoint(
        POST,
        "/api/profiles/save",
        save,
        "Keep a profile",
        body=SaveProfile,
        gives=f"id, {PROFILES}",
    ),
    Endpoint(POST, "/api/profiles/delete", delete, "Forget a profile", body=DeleteProfile, gives=PROFILES),
)
