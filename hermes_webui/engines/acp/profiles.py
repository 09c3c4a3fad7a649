"""Which agents there are: known ones, and those of `[agents.NAME]` in `config.toml`; where each one's command is."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.errors import SettingsError

HERMES: Final = "hermes"

#: What `[agents.NAME]` may hold, and `[agents]` beside the tables of its agents.
KEYS: Final = ("command", "args", "env", "cwd", "mcp")
LIMITS: Final = ("processes", "idle_minutes")

#: Names of engines that are no agents.
TAKEN: Final = frozenset({"model", "demo"})


class Traits(Struct, frozen=True):
    """How an agent differs from what the protocol says; each was seen, and each is a test."""

    #: A session that is cancelled while a tool runs or a question waits answers nothing any more: its process is ended,
    #: and the session loaded by another one.
    wedges: bool = False
    #: `session/load` of an id that it does not know succeeds: `session/list` is asked first.
    loads_anything: bool = False
    #: It denies by itself after so many seconds.
    patience: float | None = None
    #: A prompt that begins with the name of one of its commands is one, also in the middle of a sentence.
    intercepts: bool = True


class Profile(Struct, frozen=True):
    """One agent. `command` is what is run, its first word as it was found (empty: not found); `named` is what is looked
    for, `older` are names that its command had before. `install` is a sentence or a command that a person types;
    `login` says how it gets an account or a key ({command}: what is run). `mcp`: it gets this server's MCP servers.
    """

    id: str
    name: str
    named: tuple[str, ...]
    install: str
    login: str = ""
    older: tuple[str, ...] = ()
    mcp: bool = True
    source: Literal["path", "config.toml"] = "path"
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = MappingProxyType({})
    cwd: str = ""
    traits: Traits = Traits()

    @property
    def found(self) -> bool:
        """Whether its command is on this machine."""
        return bool(self.command)


class Limits(Struct, frozen=True):
    """How many agents' processes there may be at once, and after how many seconds without a turn one is ended."""

    processes: int = 6
    idle_seconds: float = 15 * 60.0


#: This program, as a person starts it: from a checkout nothing of its name is on the PATH.
COMMAND: Final = "hermes-webui" if shutil.which("hermes-webui") else f"{shlex.quote(sys.executable)} -m hermes_webui"
_NPM: Final = "npm install -g {}"
#: Where a key stands that only this agent shall have.
_KEY: Final = "`env` of [agents.{}] in config.toml"
KNOWN: Final[Mapping[str, Profile]] = {
    profile.id: profile
    for profile in (
        Profile(
            HERMES,
            "Hermes Agent",
            ("hermes", "acp"),
            f"{COMMAND} agents install hermes",
            "run `{command} setup` in a terminal once",
            traits=Traits(wedges=True, loads_anything=True, patience=60.0),
        ),
        Profile(
            "opencode",
            "OpenCode",
            ("opencode", "acp"),
            _NPM.format("opencode-ai"),
            "run `{command} auth login` in a terminal once",
        ),
        Profile(
            "claude",
            "Claude Code",
            ("claude-agent-acp",),
            _NPM.format("@agentclientprotocol/claude-agent-acp"),
            "run `{command} --cli auth login` in a terminal once, or set ANTHROPIC_API_KEY in " + _KEY.format("claude"),
            older=("claude-code-acp",),
        ),
        Profile(
            "codex",
            "Codex",
            ("codex-acp",),
            _NPM.format("@agentclientprotocol/codex-acp"),
            "run `{command} cli login` in a terminal once (`{command} cli login --with-api-key` reads a key)",
        ),
        Profile(
            "gemini",
            "Gemini CLI",
            ("gemini", "--acp"),
            _NPM.format("@google/gemini-cli"),
            "start `{command}` in a terminal once and choose how to log in, or set GEMINI_API_KEY in "
            + _KEY.format("gemini"),
        ),
        Profile(
            "qwen",
            "Qwen Code",
            ("qwen", "--acp"),
            _NPM.format("@qwen-code/qwen-code"),
            "start `{command}` in a terminal once and type /auth, or set OPENAI_API_KEY, OPENAI_BASE_URL and "
            "OPENAI_MODEL in " + _KEY.format("qwen"),
        ),
    )
}


def own_environment(state: Path) -> Path:
    """Where `hermes-webui agents install hermes` puts Hermes Agent: its pins clash with ours."""
    return state / "agents" / HERMES / "venv"


def profiles_from(
    table: Mapping[str, Any], environment: Mapping[str, str], state: Path
) -> tuple[tuple[Profile, ...], Limits]:
    """All agents, the known ones first, each looked for on PATH (its own, where `env` has one), and the limits of their
    processes.

    Raises `SettingsError` with a sentence for a key or a value that is none.
    """
    limits = _limits({name: value for name, value in table.items() if name in LIMITS})
    given = {name: _given(name, value) for name, value in table.items() if name not in LIMITS}
    wanted = {**KNOWN, **{name: _configured(name, found) for name, found in given.items()}}
    return tuple(_found(profile, environment, state) for profile in wanted.values()), limits


def _given(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(
            f"`{name}` in [agents] is not known. There are: {', '.join(LIMITS)}, and a table [agents.NAME] an agent."
        )
    if name in TAKEN or not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise SettingsError(f"An agent cannot be called {name!r}. Choose another name of letters, digits, - and _.")
    for key in value:
        if key not in KEYS:
            raise SettingsError(f"`{key}` in [agents.{name}] is not known. There are: {', '.join(KEYS)}.")
    return value


def _configured(name: str, given: Mapping[str, Any]) -> Profile:
    known = KNOWN.get(name)
    command = _text(name, "command", given.get("command", ""))
    args, env = given.get("args"), given.get("env", {})
    if args is not None and not (isinstance(args, list) and all(isinstance(each, str) for each in args)):
        raise SettingsError(f"`args` in [agents.{name}] must be a list of texts.")
    if not (isinstance(env, Mapping) and all(isinstance(each, str) for each in env.values())):
        raise SettingsError(f"`env` in [agents.{name}] must be a table of texts.")
    if not command and known is None:
        raise SettingsError(f"[agents.{name}] needs a `command`: what starts the agent, as `opencode`.")
    before = known or Profile(name, name, (), f"Install {command}, or correct [agents.{name}] in config.toml.")
    rest: Sequence[str] = args if args is not None else before.named[1:] if not command or known else ()
    named = (command or before.named[0], *rest)
    cwd = _text(name, "cwd", given.get("cwd", ""))
    cwd = str(Path(cwd).expanduser()) if cwd else ""
    mcp = given.get("mcp", True)
    if not isinstance(mcp, bool):
        raise SettingsError(f"`mcp` in [agents.{name}] is true or false.")
    older = () if command else before.older
    env = MappingProxyType(dict(env))
    return replace(before, named=named, older=older, env=env, cwd=cwd, mcp=mcp, source="config.toml")


def _text(name: str, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"`{key}` in [agents.{name}] must be text in quotes.")
    return value


def _limits(given: Mapping[str, Any]) -> Limits:
    processes, minutes = given.get("processes", Limits().processes), given.get("idle_minutes")
    if type(processes) is not int or not 1 <= processes <= 100:  # noqa: PLR2004 - the sentence says it
        raise SettingsError("`processes` in [agents] is a number from 1 to 100.")
    if minutes is None:
        return Limits(processes)
    if type(minutes) not in (int, float) or minutes <= 0:
        raise SettingsError("`idle_minutes` in [agents] is a number above 0.")
    return Limits(processes, float(minutes) * 60)


def _found(profile: Profile, environment: Mapping[str, str], state: Path) -> Profile:
    path = profile.env.get("PATH") or environment.get("PATH", "")
    names = (str(Path(each).expanduser()) for each in (profile.named[0], *profile.older))
    found = next(filter(None, (shutil.which(name, path=path) for name in names)), None)
    own = own_environment(state) / "bin" / profile.named[0]
    if found is None and profile.id == HERMES and profile.source == "path" and own.is_file():
        found = str(own)
        profile = replace(profile, named=(found, *profile.named[1:]))
    return replace(profile, command=(found, *profile.named[1:]) if found else ())
