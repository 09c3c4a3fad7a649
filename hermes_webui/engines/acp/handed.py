"""Which of this server's MCP servers an agent is given with its session, in the protocol's words. Pure but for PATH.

An agent starts them itself. What their `env` and `headers` hold goes into the request and nowhere else.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from hermes_webui.engines.mcp.config import McpConfig
from hermes_webui.engines.mcp.servers import PREFIX

NO_HTTP: Final = "{who} does not get the MCP server {name}: it takes none that are reached by HTTP."
LIMITED: Final = (
    "{who} does not get the MCP server {name}: some of its tools are switched off, which an agent cannot be told."
)


class Handed(Struct, frozen=True):
    """`servers` as `session/new` takes them; `notes`: a sentence about each one that is left out, though it is on."""

    servers: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


NOTHING: Final = Handed()


def handed(configs: Sequence[McpConfig], who: str, about: Mapping[str, Any], chosen: Any, path: str) -> Handed:
    """What an agent called `who` gets. `about`: its capabilities; `chosen`: the session's tool sets, None for the usual
    ones; `path`: where its commands are looked for.
    """
    can = about.get("mcpCapabilities")
    http = isinstance(can, Mapping) and can.get("http") is True
    servers, notes = [], []
    for config in configs:
        if not config.enabled or (isinstance(chosen, list | tuple) and f"{PREFIX}{config.name}" not in chosen):
            continue
        reason = LIMITED if config.off or config.only is not None else NO_HTTP if config.url and not http else ""
        if reason:
            notes.append(reason.format(who=who, name=config.name))
        else:
            servers.append(_server(config, path))
    return Handed(tuple(servers), tuple(notes))


def _server(config: McpConfig, path: str) -> dict[str, Any]:
    if config.url:
        return {"type": "http", "name": config.name, "url": config.url, "headers": _pairs(config.headers)}
    command = shutil.which(config.command, path=path) or config.command
    return {"name": config.name, "command": command, "args": list(config.args), "env": _pairs(config.env)}


def _pairs(table: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in table.items()]
