"""The settings over HTTP: what holds now, and changing it. No reply, error or log line holds a key."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

import msgspec
from msgspec import Struct
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.errors import BadRequest, Forbidden, Unauthorized
from hermes_webui.runs.choice import Choice
from hermes_webui.runs.setup import Wish
from hermes_webui.web.login import admitted, hash_of
from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.security import host_name
from hermes_webui.web.services import Services, services

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1000
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class SetProvider(Struct):
    """A key, or an address of one's own. Without `id` it is added; an empty `api_key` takes the key away."""

    id: str | None = None
    name: str | None = None
    base_url: str | None = None
    api_key: str | None = None


class TryProvider(SetProvider):
    """What to try: a provider as it stands, with another key or address, or one that is not there yet."""


class RemoveProvider(Struct):
    """A provider that was added on the page."""

    id: str


class ChooseDefault(Struct):
    """Who answers where nobody chose; all empty: the first model that is found."""

    engine: str = ""
    model_provider: str = ""
    model: str = ""


class ChooseTitles(Struct):
    """Whether models give titles to conversations."""

    on: bool


class ShowHermes(Struct):
    """Whether Hermes Agent's own sessions stand in the list."""

    on: bool


class SetPassword(Struct):
    """A new password; empty: none any more. `current` where one is set."""

    password: str
    current: str = ""


def owner(request: Request) -> Services:
    """The parts of the server, for its owner alone: with a password the gate has seen to it; without one, whoever sits
    at this machine. Raises `Forbidden`.
    """
    parts = services(request)
    if parts.doorman.is_needed:
        return parts
    client = request.client.host if request.client else ""
    through = any(name in request.headers for name in FORWARDED)
    if through or host_name(request.headers.get("host", "")) not in HERE or not _is_loopback(client):
        raise Forbidden(
            "Settings are open only to the machine itself until a password is set. Set one there, in the settings or "
            "by `hermes-webui password`."
        )
    return parts


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


async def get(request: Request) -> Response:
    """All settings of the server, and where each was set."""
    return Json(_told(owner(request)))


def _told(parts: Services) -> dict[str, Any]:
    setup = parts.setup
    return {
        "providers": setup.providers(),
        "default": {**msgspec.to_builtins(parts.default()), "from": setup.default_from},
        "titles": setup.makes_titles,
        "hermes_sessions": parts.hermes.is_on,
        "password": {"from": setup.password_from, "needed": not parts.is_local},
        "files": {"config": parts.place.config, "settings": parts.place.settings},
        "agents": list(parts.place.agents),
    }


async def set_provider(request: Request) -> Response:
    """Sets a provider's key, or adds an address."""
    parts = owner(request)
    wish = await body_of(request, SetProvider)
    provider_id = await parts.setup.set_provider(wish.id, Wish(wish.name, wish.base_url, wish.api_key))
    return Json({**_told(parts), "id": provider_id})


async def remove_provider(request: Request) -> Response:
    """Forgets a provider that was added on the page."""
    parts = owner(request)
    await parts.setup.remove_provider((await body_of(request, RemoveProvider)).id)
    return Json(_told(parts))


async def try_provider(request: Request) -> Response:
    """Asks a provider whether it answers, and says so in a sentence."""
    parts = owner(request)
    wish = await body_of(request, TryProvider)
    trial = await parts.setup.try_out(wish.id, Wish(wish.name, wish.base_url, wish.api_key))
    return Json({"ok": trial.ok, "code": trial.code, "message": trial.message, "models": trial.models})


async def choose_default(request: Request) -> Response:
    """Chooses who answers where nobody chose."""
    parts = owner(request)
    wish = await body_of(request, ChooseDefault)
    choice = Choice(wish.engine, wish.model_provider, wish.model)
    await parts.setup.choose_default(choice if choice != Choice() else None)
    return Json(_told(parts))


async def choose_titles(request: Request) -> Response:
    """Switches titles by models on or off."""
    parts = owner(request)
    await parts.setup.choose_titles(on=(await body_of(request, ChooseTitles)).on)
    return Json(_told(parts))


async def show_hermes(request: Request) -> Response:
    """Shows Hermes Agent's own sessions in the list, or hides them; its store is not touched."""
    parts = owner(request)
    await parts.hermes.choose(on=(await body_of(request, ShowHermes)).on)
    return Json(_told(parts))


async def set_password(request: Request) -> Response:
    """Sets, changes or takes away the password; this browser stays logged in, all others have to log in again."""
    parts = owner(request)
    wish = await body_of(request, SetPassword)
    if wish.password and not SHORTEST_PASSWORD <= len(wish.password) <= LONGEST_PASSWORD:
        raise BadRequest(f"A password has at least {SHORTEST_PASSWORD} characters. Nothing was changed.")
    if not wish.password and not parts.is_local:
        raise BadRequest("Other machines can reach this server: it needs a password. Nothing was changed.")
    await _check_current(parts, wish.current)
    password_hash = await asyncio.to_thread(hash_of, wish.password) if wish.password else ""
    await parts.setup.set_password_hash(password_hash)
    parts.doorman.change(password_hash)
    reply = admitted(request, Json(_told(parts)), parts.doorman)
    reply.background = BackgroundTask(_ask_again, parts)
    return reply


async def _ask_again(parts: Services) -> None:
    """Streams that were opened under the old rule end, after the reply: by then this browser has its new cookie."""
    parts.hub.part()
    parts.workspaces.terminals.part()


async def _check_current(parts: Services, current: str) -> None:
    """Raises `Forbidden`: this browser is logged in, and stays so."""
    try:
        if parts.doorman.is_needed:
            await parts.doorman.admit(current)
    except Unauthorized as error:
        raise Forbidden("That is not the current password. Nothing was changed.") from error
