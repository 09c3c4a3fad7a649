"""What the built-in agent has, over HTTP: tool sets, MCP servers, personalities."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.engines.toolbox import as_json
from hermes_webui.errors import NotFound
from hermes_webui.runs.mcp import McpSetup, Wish, tools_json
from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.services import Equipment, services
from hermes_webui.web.settings import owner


class SaveServer(Struct):
    """An MCP server: a `command` with `args` and `env`, or a `url` with `headers`. What is left out stays as it is."""

    name: str
    command: str | None = None
    args: list[str] | None = None
    env: dict[str, str] | None = None
    url: str | None = None
    headers: dict[str, str] | None = None
    enabled: bool | None = None


class NamedServer(Struct):
    """An MCP server by its name."""

    name: str


class SwitchTool(Struct):
    """One tool of an MCP server, on or off."""

    server: str
    tool: str
    enabled: bool


class TryTool(Struct):
    """A call of a tool of an MCP server, by its owner."""

    server: str
    tool: str
    arguments: dict[str, Any] = {}


class SavePersonality(Struct):
    """A personality to keep; with `id`, another version of one."""

    name: str
    prompt: str
    id: str | None = None


class DeletePersonality(Struct):
    """A personality to forget."""

    id: str


async def toolsets(request: Request) -> Response:
    """The tool sets that a conversation can have, and those that it has where nobody chose."""
    toolbox = _equipment(request).toolbox
    default = toolbox.default(workspace=False)
    with_workspace = toolbox.default(workspace=True)
    return Json({"toolsets": as_json(toolbox.sets()), "default": default, "default_with_workspace": with_workspace})


async def servers(request: Request) -> Response:
    """The MCP servers."""
    owner(request)
    return _listed(_equipment(request).mcp)


async def save_server(request: Request) -> Response:
    """Adds or changes an MCP server."""
    owner(request)
    wish = await body_of(request, SaveServer)
    setup = _equipment(request).mcp
    await setup.save(wish.name, Wish(wish.command, wish.args, wish.env, wish.url, wish.headers, wish.enabled))
    return _listed(setup)


async def remove_server(request: Request) -> Response:
    """Forgets an MCP server."""
    owner(request)
    setup = _equipment(request).mcp
    await setup.remove((await body_of(request, NamedServer)).name)
    return _listed(setup)


async def test_server(request: Request) -> Response:
    """Starts an MCP server and lists its tools."""
    owner(request)
    setup = _equipment(request).mcp
    name = (await body_of(request, NamedServer)).name
    ok, message = await setup.servers.test(name)
    return Json({"ok": ok, "message": message, "tools": tools_json(setup.servers.server(name))})


async def switch_tool(request: Request) -> Response:
    """Switches a tool of an MCP server."""
    owner(request)
    wish = await body_of(request, SwitchTool)
    setup = _equipment(request).mcp
    await setup.switch(wish.server, wish.tool, on=wish.enabled)
    return _listed(setup)


async def try_tool(request: Request) -> Response:
    """Calls a tool of an MCP server, and gives what it gave."""
    owner(request)
    wish = await body_of(request, TryTool)
    ok, result = await _equipment(request).mcp.servers.attempt(wish.server, wish.tool, wish.arguments)
    return Json({"ok": ok, "result": result})


async def personalities(request: Request) -> Response:
    """The personalities that are kept."""
    return Json({"personalities": msgspec.to_builtins(_equipment(request).personalities.all())})


async def save_personality(request: Request) -> Response:
    """Keeps a personality."""
    wish = await body_of(request, SavePersonality)
    kept = await _equipment(request).personalities.save(wish.id, wish.name, wish.prompt)
    return Json({"personality": msgspec.to_builtins(kept)})


async def delete_personality(request: Request) -> Response:
    """Forgets a personality."""
    wish = await body_of(request, DeletePersonality)
    await _equipment(request).personalities.delete(wish.id)
    return Json({"id": wish.id})


def _equipment(request: Request) -> Equipment:
    found = services(request).equipment
    if found is None:
        raise NotFound("This server has no models that could use tools.")
    return found


def _listed(setup: McpSetup) -> Response:
    return Json({"servers": setup.told()})
