"""All MCP servers of this one, as sets of tools. Each call asks first, also of a tool that says that it only reads: a
server says of itself what it likes. A pattern allows what is wanted: `everything_echo`, `files_read_*`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from hermes_webui.engines.mcp.config import McpConfig
from hermes_webui.engines.mcp.server import START_SECONDS, McpTool, Server
from hermes_webui.engines.tools.base import Call, Intent, Result, Tool, ToolFailure, Toolset
from hermes_webui.errors import NotFound

PREFIX: Final = "mcp:"
_LONGEST_NAME: Final = 64
_LONGEST_SUBJECT: Final = 2000
#: A test waits for the server to be started, and this long for its list of tools.
_MORE: Final = 10.0


class Servers:
    """The servers that are configured. Use it within one event loop, and close it there."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._servers: dict[str, Server] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def configure(self, configs: Sequence[McpConfig]) -> None:
        """Other servers from now on; one that is reached as before goes on, one that is not wanted is ended."""
        before, self._servers = self._servers, {}
        for config in configs:
            known = before.get(config.name)
            if known is not None and known.config.same_place(config):
                known.config = config
                self._servers[config.name] = before.pop(config.name)
            else:
                self._servers[config.name] = Server(config, self._environment)
        for server in [*before.values(), *(each for each in self._servers.values() if not each.config.enabled)]:
            self._end(server)

    def _end(self, server: Server) -> None:
        if server.is_running:
            task = asyncio.get_running_loop().create_task(server.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def all(self) -> list[Server]:
        """Every one of them, also those that are off."""
        return list(self._servers.values())

    def server(self, name: str) -> Server:
        """One by its name. Raises `NotFound`."""
        found = self._servers.get(name)
        if found is None:
            raise NotFound(f"There is no MCP server {name}.")
        return found

    def sets(self) -> list[Toolset]:
        """Those that are on, with the tools that are known of them so far."""
        on = [server for server in self._servers.values() if server.config.enabled]
        return [
            Toolset(
                f"{PREFIX}{server.config.name}",
                server.config.name,
                f"Tools of the MCP server {server.config.name}.",
                tuple(tools_of(server)),
            )
            for server in on
        ]

    async def open(self, ids: Sequence[str]) -> tuple[list[Tool], list[str]]:
        """The tools of these sets, and a sentence about each server that cannot be used now. All are asked at once, so
        that a slow one costs a turn a few seconds at most, and once.
        """
        named = [self._servers.get(each.removeprefix(PREFIX)) for each in ids]
        wanted = [server for server in named if server is not None and server.config.enabled]
        found = await asyncio.gather(*(_opened(server) for server in wanted))
        tools = [tool for each, _ in found for tool in each]
        return tools, [f"{said} The reply was made without its tools." for _, said in found if said]

    async def test(self, name: str) -> tuple[bool, str]:
        """Starts a server afresh and lists its tools: whether that works, and a sentence."""
        server = self.server(name)
        await server.close()
        try:
            found = await server.tools(START_SECONDS + _MORE, again=True)
        except ToolFailure as error:
            return False, str(error)
        return True, f"It answers, with {len(found)} {'tool' if len(found) == 1 else 'tools'}."

    async def attempt(self, name: str, tool: str, arguments: Mapping[str, Any]) -> tuple[bool, str]:
        """Calls a tool because its owner asks for it: whether that worked, and what it gave."""
        server = self.server(name)
        try:
            return True, await server.call(tool, arguments)
        except ToolFailure as error:
            return False, str(error)

    async def close(self) -> None:
        """Ends every process."""
        await asyncio.gather(*(server.close() for server in self._servers.values()), *self._ending)


async def _opened(server: Server) -> tuple[list[Tool], str]:
    try:
        await server.tools()
    except ToolFailure as error:
        return [], str(error)
    return tools_of(server), ""


def tools_of(server: Server) -> list[Tool]:
    """The tools of a server that are on, as the agent has them."""
    on = [each for each in server.known if server.config.offers(each.name)]
    named: dict[str, McpTool] = {}
    for each in on:
        named.setdefault(_name(server.config.name, each.name), each)
    return [_tool(server, name, each) for name, each in named.items()]


def _tool(server: Server, name: str, known: McpTool) -> Tool:
    title = f"{server.config.name}: {known.name}"
    risk = "The server says that this may destroy something." if known.destroys and not known.reads else ""

    async def prepare(args: dict[str, Any]) -> Intent:
        async def run(_call: Call) -> Result:
            return Result(await server.call(known.name, args))

        subject = msgspec.json.encode(args).decode()[:_LONGEST_SUBJECT]
        return Intent(title, run, asks=True, subject=subject, risk=risk, grant=name)

    return Tool(name, known.description, "read" if known.reads else "other", known.parameters, prepare)


def _name(server: str, tool: str) -> str:
    """The tool's name for models: what every provider takes, and no longer."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{server}_{tool}")[:_LONGEST_NAME]
