"""Which tools a turn has: those of its session's tool sets, of its workspace and of MCP servers, with the words that an
agent begins with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct

from hermes_webui.engines.base import Turn
from hermes_webui.engines.instructions import instructions
from hermes_webui.engines.tools.base import Tool, Toolset
from hermes_webui.engines.tools.files import Files
from hermes_webui.engines.tools.shell import Shell
from hermes_webui.engines.tools.talk import ask_user, delegate, update_plan
from hermes_webui.errors import HermesError, SettingsError
from hermes_webui.workspace.folder import Folder

#: Of a session that has a workspace, and of one that has none. MCP servers that are switched on come on top.
WITH_WORKSPACE: Final = ("files", "shell", "web", "plan", "questions", "subagents")
WITHOUT: Final = ("web", "plan", "questions")

#: What a subagent cannot do: ask (it sees no user), show a plan (it is the agent's), have subagents of its own.
NOT_FOR_SUBAGENTS: Final = frozenset({"ask_user", "update_plan", "delegate"})

STEPS: Final = 40
MOST_STEPS: Final = 1000
SUBAGENT_STEPS: Final = 20

_SETS: Final[Sequence[tuple[str, str, str]]] = (
    ("files", "Files", "Lists, reads, searches, writes and edits files of the workspace."),
    ("shell", "Commands", "Runs commands in the workspace's folder."),
    ("web", "Web", "Reads pages of the web; nothing on this network can be reached."),
    ("plan", "Plan", "Keeps a checklist of what is to be done."),
    ("questions", "Questions", "Asks you something, with choices or as a form."),
    ("subagents", "Subagents", "Has a part of the work done by an agent of its own."),
)


class Limits(Struct, frozen=True):
    """What `[tools]` in `config.toml` says. `private_hosts` are the names or addresses on this network that may be
    fetched all the same, each as `host` or `host:port`.
    """

    steps: int = STEPS
    private_hosts: tuple[str, ...] = ()


def limits_of(table: Mapping[str, Any]) -> Limits:
    """The table's limits. Raises `SettingsError`."""
    known = {"steps", "private_hosts"}
    if unknown := sorted(set(table) - known):
        raise SettingsError(
            f"`{unknown[0]}` in [tools] of config.toml is not known. There are: {', '.join(sorted(known))}."
        )
    steps, hosts = table.get("steps", STEPS), table.get("private_hosts", [])
    if not isinstance(steps, int) or isinstance(steps, bool) or not 1 <= steps <= MOST_STEPS:
        raise SettingsError(f"`steps` in [tools] of config.toml is a number from 1 to {MOST_STEPS}.")
    if not isinstance(hosts, list) or not all(isinstance(each, str) for each in hosts):
        raise SettingsError(
            '`private_hosts` in [tools] of config.toml is a list such as ["nas.local", "10.0.0.7:8080"].'
        )
    return Limits(steps, tuple(each.lower() for each in hosts))


class MoreTools(Protocol):
    """Tools from elsewhere (MCP servers), by sets whose ids begin with `mcp:`."""

    def sets(self) -> list[Toolset]:
        """What is switched on; tools as far as they are known."""
        ...

    async def open(self, ids: Sequence[str]) -> tuple[list[Tool], list[str]]:
        """The tools of these sets, and a sentence about each that cannot be had now. Within a few seconds."""
        ...

    async def close(self) -> None:
        """Ends what was started."""
        ...


class Kit(Struct, frozen=True):
    """What one turn has. `notes` are sentences about what it lacks; `chosen`: somebody asked for tools here."""

    tools: tuple[Tool, ...] = ()
    words: str = ""
    workspace: str = ""
    notes: tuple[str, ...] = ()
    chosen: bool = False


NO_TOOLS: Final = Kit()


class Toolbox:
    """The tools of one server. `admit` gives the real folder of a workspace, and raises where it may not be one;
    `personality` gives the words of one, "" where there is none of that id.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        admit: Callable[[str], Path],
        personality: Callable[[str], str],
        web: Sequence[Tool] = (),
        more: MoreTools | None = None,
        steps: int = STEPS,
    ) -> None:
        self.steps = steps
        self._environment = environment
        self._admit = admit
        self._personality = personality
        self._web = tuple(web)
        self._more = more

    def sets(self) -> list[Toolset]:
        """All that can be switched on, as the page shows it."""
        nowhere = Path("/")
        own = self._own(Folder(nowhere))
        more = self._more.sets() if self._more else []
        return [*(Toolset(name, title, said, own[name]) for name, title, said in _SETS), *more]

    def default(self, *, workspace: bool) -> list[str]:
        """What a session has where nobody chose."""
        more = [each.id for each in self._more.sets()] if self._more else []
        return [*(WITH_WORKSPACE if workspace else WITHOUT), *more]

    async def kit(self, turn: Turn) -> Kit:
        """What this turn has."""
        chosen = turn.fields.get("enabled_toolsets")
        named = [each for each in chosen if isinstance(each, str)] if isinstance(chosen, list | tuple) else None
        ids = self.default(workspace=bool(turn.workspace)) if named is None else named
        folder, notes = await self._folder(turn.workspace)
        own = self._own(folder)
        tools = [each for name, _, _ in _SETS if name in ids for each in own[name]]
        if self._more and (more := [each for each in ids if each.startswith("mcp:")]):
            found, missing = await self._more.open(more)
            tools += found
            notes += missing
        names = [each.name for each in tools]
        place = str(folder.root) if folder else ""
        words = instructions(names, place, self._personality(str(turn.fields.get("personality") or "")))
        return Kit(tuple(tools), words, place, tuple(notes), bool(named or turn.workspace))

    async def _folder(self, workspace: str) -> tuple[Folder | None, list[str]]:
        if not workspace:
            return None, []
        try:
            return await asyncio.to_thread(lambda: Folder(self._admit(workspace))), []
        except HermesError as error:
            return None, [f"The workspace {workspace} cannot be used: {error.message} The reply was made without it."]

    def _own(self, folder: Folder | None) -> dict[str, tuple[Tool, ...]]:
        files = Files(folder).tools() if folder else ()
        shell = Shell(str(folder.root), self._environment).tools() if folder else ()
        talk = {"plan": (update_plan(),), "questions": (ask_user(),), "subagents": (delegate(),)}
        return {"files": files, "shell": shell, "web": self._web, **talk}

    async def close(self) -> None:
        """Ends what was started for tools."""
        if self._more:
            await self._more.close()


def as_json(sets: Sequence[Toolset]) -> list[dict[str, Any]]:
    """The sets as the page gets them."""
    return [
        {
            "id": each.id,
            "name": each.name,
            "description": each.description,
            "tools": [{"name": tool.name, "description": tool.description, "kind": tool.kind} for tool in each.tools],
        }
        for each in sets
    ]
