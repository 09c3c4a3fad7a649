"""Settings: the only reader of the environment, of `config.toml` and, below them, of what was set on the page. Frozen
once read, and handed on.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from hermes_webui.errors import SettingsError

PORT = 8787
LAST_PORT = 65535

#: How fast the demo speaks, in seconds a piece.
DEMO_PACE = 0.012
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LEVELS = ("error", "warning", "info", "debug")

#: Tables whose keys the part that they are for knows: agents and MCP servers by their names, what the built-in agent
#: may use, where workspaces may be.
TABLES = ("agents", "mcp", "tools", "workspace")

#: What `config.toml` may hold; of [providers.NAME] the engines know the keys.
KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "server": ("host", "port", "allowed_hosts", "password_hash"),
    "default": ("engine", "provider", "model"),
    "providers": (),
    "approvals": ("mode", "allow"),
    **dict.fromkeys(TABLES, ()),
}

#: Names by which a browser on this machine may call the server.
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Settings(Struct, frozen=True):
    """Everything a server is told from outside. `environment` and `providers` are for the engines, which read neither
    the environment nor a file themselves. `chosen` is what was set on the page (`settings.json`, which the server
    writes): what the environment or `config.toml` says goes before it.
    """

    state: Path
    host: str = "127.0.0.1"
    port: int = PORT
    hosts: frozenset[str] = LOCAL_NAMES
    password_hash: str = ""
    engine: str = ""
    provider: str = ""
    model: str = ""
    demo_pace: float = DEMO_PACE
    state_db: Path | None = None
    #: Where Hermes Agent keeps its own sessions, in the order in which they are looked at; a file need not be there.
    agent_dbs: tuple[Path, ...] = ()
    log_level: str = "warning"
    providers: Mapping[str, Any] = MappingProxyType({})
    environment: Mapping[str, str] = MappingProxyType({})
    #: `approvals` and the tables of `TABLES`, as `config.toml` has them.
    tables: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    config: Path | None = None
    chosen: Mapping[str, Any] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"Settings(state={str(self.state)!r}, host={self.host!r}, port={self.port})"

    @property
    def sessions(self) -> Path:
        """The session directory."""
        return self.state / "sessions"

    @property
    def has_password(self) -> bool:
        """Whether one is set, wherever."""
        return bool(self.password_hash or self.chosen.get("password_hash"))

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK


def state_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """`HERMES_WEBUI_STATE_DIR`, else `~/.hermes/webui`, as hermes-webui has it."""
    named = environment.get("HERMES_WEBUI_STATE_DIR", "")
    return Path(named).expanduser() if named else Path.home() / ".hermes" / "webui"


def read(environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """The settings from the command line (`given`, None: not given), the environment, `config.toml`: the first that
    has one.

    Raises `SettingsError` with a sentence that names the setting.
    """
    state = Path(given.pop("state")).expanduser() if given.get("state") else state_directory(environment)
    given.pop("state", None)
    config = Path(environment.get("HERMES_WEBUI_CONFIG") or state / "config.toml")
    table = _table(config)
    _known("config.toml", table, KNOWN)
    server = _section(table, "server")
    _known("[server]", server, KNOWN["server"])
    for name in ("default", "approvals"):
        _known(f"[{name}]", _section(table, name), KNOWN[name])
    named = _first(given.get("host"), environment.get("HERMES_WEBUI_HOST"), server.get("host"), "127.0.0.1")
    host = _text("host", named)
    stored = _first(environment.get("HERMES_WEBUI_PASSWORD_HASH"), server.get("password_hash"), "")
    settings = Settings(
        state=state,
        host=host,
        port=_port(_first(given.get("port"), environment.get("HERMES_WEBUI_PORT"), server.get("port"), PORT)),
        hosts=LOCAL_NAMES | _names(host, environment.get("HERMES_WEBUI_ALLOWED_HOSTS"), server.get("allowed_hosts")),
        password_hash=_text("password_hash", stored),
        **_defaults(environment, _section(table, "default")),
        demo_pace=_pace(environment.get("HERMES_WEBUI_DEMO_PACE")),
        state_db=_state_db(state),
        agent_dbs=_agent_dbs(environment, state),
        log_level=_level(_first(given.get("log_level"), environment.get("HERMES_WEBUI_LOG_LEVEL"), "warning")),
        providers=_section(table, "providers"),
        environment=MappingProxyType(dict(environment)),
        tables=MappingProxyType({name: _section(table, name) for name in ("approvals", *TABLES)}),
        config=config,
        chosen=_chosen(state / "settings.json"),
    )
    _safe(settings)
    return settings


def _safe(settings: Settings) -> None:
    if not settings.is_local and not settings.has_password:
        raise SettingsError(
            f"The server does not start on {settings.host}: other machines could read your conversations. "
            "Set a password first (`hermes-webui password`), or leave the host at 127.0.0.1."
        )


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}. Correct it, or move it away, and start again.") from error


def _chosen(path: Path) -> dict[str, Any]:
    """What was set on the page. What cannot be read is not passed over: it may hold the password."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{path}, which holds what was set on the page, cannot be read: {error}. Correct it, or move it away to "
            "set everything again, and start again."
        ) from error
    if not isinstance(found, dict) or not all(
        isinstance(found.get(name, {}), dict) for name in ("default", "providers")
    ):
        raise SettingsError(f"{path} does not hold what the page sets. Correct it, or move it away, and start again.")
    return found


def _section(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise SettingsError(f"[{name}] in config.toml must be a table.")
    return found


def _known(where: str, found: Mapping[str, Any], names: Collection[str]) -> None:
    """A misspelt name would be passed over in silence."""
    for name in found:
        if name not in names:
            raise SettingsError(f"`{name}` in {where} is not known. There are: {', '.join(names)}.")


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None and value != ""), values[-1])


def _text(name: str, value: Any) -> str:
    """A setting that is text. What stands there instead is not repeated: it may be a secret."""
    if not isinstance(value, str):
        raise SettingsError(f"`{name}` in config.toml must be text in quotes.")
    return value


def _port(value: Any) -> int:
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) <= len(str(LAST_PORT)) and int(text) <= LAST_PORT:
        return int(text)
    raise SettingsError(f"{value!r} is no port. Give a number from 1 to 65535 (0: any free one).")


def _level(value: str) -> str:
    level = value.lower()
    if level not in LEVELS:
        raise SettingsError(f"{value!r} is no log level. There are {', '.join(LEVELS)}.")
    return level


def _names(host: str, *lists: Any) -> frozenset[str]:
    own = f"[{host.lower()}]" if ":" in host else host.lower()
    names = {own} if host not in {"0.0.0.0", "::", ""} else set()  # noqa: S104 - compared, not bound
    for each in lists:
        if each is not None and not isinstance(each, str | list):
            raise SettingsError("`allowed_hosts` in config.toml must be a list of names.")
        found = each.split(",") if isinstance(each, str) else each or ()
        names |= {str(name).strip().lower() for name in found if str(name).strip()}
    return frozenset(names)


def _defaults(environment: Mapping[str, str], section: Mapping[str, Any]) -> dict[str, str]:
    names = ("engine", "provider", "model")
    found = {name: _first(environment.get(f"HERMES_WEBUI_{name.upper()}"), section.get(name), "") for name in names}
    return {name: _text(name, value) for name, value in found.items()}


def _pace(value: str | None) -> float:
    try:
        return min(max(0.0, float(value or DEMO_PACE)), 10.0)
    except ValueError as error:
        raise SettingsError(f"HERMES_WEBUI_DEMO_PACE is in seconds, not {value!r}.") from error


def _state_db(state: Path) -> Path | None:
    """Hermes Agent's own store, where the state directory is in its home."""
    found = state.parent / "state.db"
    return found if found.is_file() else None


def _agent_dbs(environment: Mapping[str, str], state: Path) -> tuple[Path, ...]:
    """Hermes Agent's store in its home (`HERMES_HOME`, else `~/.hermes`), and the one beside the state directory."""
    named = environment.get("HERMES_HOME", "")
    home = Path(named).expanduser() if named else Path.home() / ".hermes"
    found = {path.absolute(): None for path in (home / "state.db", state.parent / "state.db")}
    return tuple(found)
