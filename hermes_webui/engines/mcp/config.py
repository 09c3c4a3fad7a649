"""What is known of an MCP server before it is started. Pure.

`[mcp.NAME]` in `config.toml`, or what was set on the page: `command`, `args` and `env` of a program that speaks over
its standard streams, or `url` and `headers` of one that is reached by HTTP; `enabled`, and `tools`, the names of those
that are on (without it: all).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from hermes_webui.errors import BadRequest, SettingsError

CONFIG: Final = "config.toml"
PAGE: Final = "page"

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.IGNORECASE)
_KNOWN: Final = ("command", "args", "env", "url", "headers", "enabled", "tools")
_LONGEST: Final = 8000
_MOST: Final = 200


class McpConfig(Struct, frozen=True):
    """One server. `off` are tools that were switched off; `only`, where it is not None, names those that are on."""

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    url: str = ""
    headers: Mapping[str, str] = {}
    enabled: bool = True
    only: frozenset[str] | None = None
    off: frozenset[str] = frozenset()
    source: str = PAGE

    @property
    def transport(self) -> str:
        """How it is spoken to: stdio or http."""
        return "http" if self.url else "stdio"

    def offers(self, tool: str) -> bool:
        """Whether that tool is on."""
        return tool not in self.off and (self.only is None or tool in self.only)

    def same_place(self, other: McpConfig) -> bool:
        """Whether it is reached in the same way: it need not be started again then."""
        names = ("command", "args", "env", "url", "headers")
        return all(getattr(self, name) == getattr(other, name) for name in names)


def configs_of(given: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[McpConfig, ...]:
    """The servers of `config.toml`, and those of the page under other names. Whether one is on, and which of its tools,
    the page may say of both, but for what `config.toml` says itself. Raises `SettingsError` for its table.
    """
    found = []
    for name, table in given.items():
        try:
            found.append(_with(read(name, table, CONFIG), said.get(name), table))
        except BadRequest as error:
            raise SettingsError(f"[mcp.{name}] in config.toml: {error.message}") from error
    for name, table in said.items():
        if name not in given and isinstance(table, dict) and (table.get("command") or table.get("url")):
            try:
                found.append(_with(read(name, table, PAGE), table, {}))
            except BadRequest:  # what another version of this program wrote
                continue
    return tuple(found)


def _with(config: McpConfig, said: Any, table: Mapping[str, Any]) -> McpConfig:
    """With what the page says of switches."""
    if not isinstance(said, dict):
        return config
    on = config.enabled if "enabled" in table else said.get("enabled", config.enabled) is not False
    off = said.get("off")
    names = frozenset(each for each in off if isinstance(each, str)) if isinstance(off, list) else frozenset[str]()
    fields = {name: getattr(config, name) for name in config.__struct_fields__}
    return McpConfig(**{**fields, "enabled": on, "off": names})


def read(name: str, table: Any, source: str) -> McpConfig:
    """One server's table. Raises `BadRequest` with a sentence that says what is wrong."""
    if not _NAME.fullmatch(name):
        raise BadRequest("A server's name has letters, digits, - and _, at most 32 of them.")
    if not isinstance(table, Mapping):
        raise BadRequest("It is a table with `command` or `url`.")
    unknown = sorted(set(table) - {*_KNOWN, *(("off",) if source == PAGE else ())})
    if unknown:
        raise BadRequest(f"`{unknown[0]}` is not known. There are: {', '.join(_KNOWN)}.")
    command, url = _text(table, "command"), _text(table, "url")
    if bool(command) == bool(url):
        raise BadRequest("It needs `command` or `url`, one of them.")
    if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
        raise BadRequest("Its `url` begins with http:// or https://.")
    only = _texts(table, "tools") if table.get("tools") is not None else None
    if not isinstance(table.get("enabled", True), bool):
        raise BadRequest("`enabled` is true or false.")
    return McpConfig(
        name,
        command,
        _texts(table, "args"),
        _table(table, "env"),
        url,
        _table(table, "headers"),
        table.get("enabled", True),
        frozenset(only) if only is not None else None,
        source=source,
    )


def _text(table: Mapping[str, Any], key: str) -> str:
    found = table.get(key) or ""
    if not isinstance(found, str) or len(found) > _LONGEST or "\0" in found:
        raise BadRequest(f"`{key}` is a text of at most {_LONGEST} characters.")
    return found.strip()


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = table.get(key) or ()
    if not isinstance(found, list | tuple) or len(found) > _MOST:
        raise BadRequest(f"`{key}` is a list of at most {_MOST} texts.")
    if not all(isinstance(each, str) and len(each) <= _LONGEST and "\0" not in each for each in found):
        raise BadRequest(f"`{key}` is a list of texts.")
    return tuple(found)


def _table(table: Mapping[str, Any], key: str) -> dict[str, str]:
    found = table.get(key) or {}
    if not isinstance(found, Mapping) or len(found) > _MOST:
        raise BadRequest(f"`{key}` is a table of at most {_MOST} names and texts.")
    for name, value in found.items():
        if (
            not (isinstance(name, str) and isinstance(value, str))
            or "\0" in f"{name}{value}"
            or "\n" in f"{name}{value}"
        ):
            raise BadRequest(f"`{key}` is a table of names and texts, each on one line.")
    return dict(found)
