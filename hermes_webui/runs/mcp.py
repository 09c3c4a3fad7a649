"""MCP servers as their owner sets them: those of `config.toml`, and those that were added on the page.

What goes into `env` and `headers` never comes out. Whether a server is on, and which of its tools, is set here for
both.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from hermes_webui.engines.mcp.config import CONFIG, PAGE, McpConfig, configs_of, read
from hermes_webui.engines.mcp.server import Server
from hermes_webui.engines.mcp.servers import Servers
from hermes_webui.errors import BadRequest, Conflict, NotFound
from hermes_webui.store.choices import Choices

NAME: Final = "mcp"
MOST: Final = 50

#: What belongs to one way to reach a server: with another way it begins without.
_SECRETS: Final = ("env", "headers")


class Wish(Struct, frozen=True):
    """What is to be set of a server; None: as it is."""

    command: str | None = None
    args: list[str] | None = None
    env: dict[str, str] | None = None
    url: str | None = None
    headers: dict[str, str] | None = None
    enabled: bool | None = None


class McpSetup:
    """The servers of one server. `given` is `config.toml`'s table. Raises `SettingsError` for what it says wrongly."""

    def __init__(self, given: Mapping[str, Any], choices: Choices, servers: Servers) -> None:
        self._given = given
        self._choices = choices
        self.servers = servers
        self._apply()

    def told(self) -> list[dict[str, Any]]:
        """Each as the page shows it, by name."""
        return [_told(server) for server in sorted(self.servers.all(), key=lambda each: each.config.name)]

    async def save(self, name: str, wish: Wish) -> None:
        """Adds a server, changes it, or switches it. Raises `BadRequest`, `Conflict`."""
        async with self._choices.changing:
            own = self._said()
            is_given = name in self._given
            places = (wish.command, wish.args, wish.env, wish.url, wish.headers)
            if is_given and any(each is not None for each in places):
                raise Conflict(
                    "That server stands in config.toml. Change it there; here it can be switched on and off."
                )
            if is_given and wish.enabled is not None and "enabled" in self._given[name]:
                raise Conflict("Whether that server is on is set in config.toml. Change it there.")
            if name not in own and not is_given and len(own) >= MOST:
                raise BadRequest(f"There are at most {MOST} servers. Remove one first.")
            table = _changed(own.get(name, {}), wish)
            if not is_given:
                read(name, table, PAGE)
            await self._keep({**own, name: table})

    async def remove(self, name: str) -> None:
        """Forgets a server that was added on the page; its process is ended."""
        async with self._choices.changing:
            own = self._said()
            if name in self._given:
                raise Conflict("That server stands in config.toml. Take it out there, or switch it off here.")
            if own.pop(name, None) is None:
                raise NotFound(f"There is no MCP server {name}.")
            await self._keep(own)

    async def switch(self, name: str, tool: str, *, on: bool) -> None:
        """Switches one tool of a server on or off."""
        config = self.servers.server(name).config
        if on and config.only is not None and tool not in config.only:
            raise Conflict("config.toml says which tools of that server are on. Change it there.")
        async with self._choices.changing:
            own = self._said()
            table = dict(own.get(name, {}))
            off = {each for each in table.get("off", ()) if each != tool} | (set() if on else {tool})
            await self._keep({**own, name: {**table, "off": sorted(off)}})

    def _said(self) -> dict[str, Any]:
        return said_of(self._choices)

    async def _keep(self, own: Mapping[str, Any]) -> None:
        """On disk, then in force."""
        await asyncio.to_thread(self._choices.save, {**self._choices.said, NAME: own})
        self._apply()

    def _apply(self) -> None:
        self.servers.configure(configs_of(self._given, self._said()))


def said_of(choices: Choices) -> dict[str, Any]:
    """What was set of MCP servers on the page."""
    found = choices.said.get(NAME)
    return dict(found) if isinstance(found, Mapping) else {}


def _changed(table: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """What the page's file says of the server after this wish."""
    if wish.command and wish.url:
        raise BadRequest("A server has `command` or `url`, not both.")
    said = {name: value for name in wish.__struct_fields__ if (value := getattr(wish, name)) is not None}
    if said.get("url"):
        said = {**said, "command": "", "args": []}
    elif said.get("command"):
        said = {**said, "url": "", "headers": {}}
    new = {**table, **said}
    if any(new.get(name) != table.get(name) for name in ("command", "url")):
        new = {name: value for name, value in new.items() if name not in _SECRETS or name in said}
    return {name: value for name, value in new.items() if value or name == "enabled"}


def _told(server: Server) -> dict[str, Any]:
    config = server.config
    return {
        "name": config.name,
        "transport": config.transport,
        "command": config.command,
        "args": list(config.args),
        "url": _without_secrets(config),
        "from": CONFIG if config.source == CONFIG else PAGE,
        "enabled": config.enabled,
        "state": server.state,
        "message": server.message,
        "tools": tools_json(server),
    }


def tools_json(server: Server) -> list[dict[str, Any]]:
    """The tools of a server as far as they are known."""
    return [
        {
            "name": each.name,
            "description": each.description,
            "enabled": server.config.offers(each.name),
            "parameters": each.parameters,
        }
        for each in server.known
    ]


def _without_secrets(config: McpConfig) -> str:
    """The address without a user name; what follows a `?` often is a key."""
    return re.sub(r"(?<=://)[^/@]*@|\?.*", "", config.url)
