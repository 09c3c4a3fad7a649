"""`hermes-webui agents`: which agents are on this machine, whether one answers, and how to get one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from hermes_webui.engines.acp.engine import AcpEngine
from hermes_webui.engines.acp.installing import install_hermes
from hermes_webui.engines.acp.profiles import COMMAND, HERMES
from hermes_webui.engines.base import Engine
from hermes_webui.errors import NotFound

Print = Callable[[str], None]


def listed(engines: Mapping[str, Engine], told: Print) -> int:
    """A line an agent; those that are missing with what to do."""
    for agent in agents(engines):
        profile = agent.profile
        where = " ".join(profile.command) if profile.found else f"not here; {profile.install}"
        told(f"{profile.id:<10} {profile.name:<14} {where}")
    return 0


def tried(engines: Mapping[str, Engine], wanted: str, told: Print) -> int:
    """Starts it and asks what it is; 1 where it does not answer."""
    found = asyncio.run(agent_of(engines, wanted).try_out())
    told(f"{found.message}{f' Version {found.version}, {found.seconds} s.' if found.ok else ''}")
    return 0 if found.ok else 1


def installed(engines: Mapping[str, Engine], wanted: str, state: Path, told: Print) -> int:
    """Hermes is installed; of the others it is said how."""
    agent = agent_of(engines, wanted)
    if wanted == HERMES and agent.profile.source == "path":
        for line in install_hermes(state):
            told(line)
        told(f"Try it with: {COMMAND} agents test hermes")
        return 0
    told(f"{agent.profile.name} comes with its own installer. Type: {agent.profile.install}")
    return 0


def agents(engines: Mapping[str, Engine]) -> list[AcpEngine]:
    """The agents among the engines."""
    return [engine for engine in engines.values() if isinstance(engine, AcpEngine)]


def agent_of(engines: Mapping[str, Engine], wanted: str) -> AcpEngine:
    """The agent of that id. Raises `NotFound` with the ids that there are."""
    found = next((agent for agent in agents(engines) if agent.name == wanted), None)
    if found is None:
        names = ", ".join(agent.name for agent in agents(engines))
        raise NotFound(f"There is no agent {wanted!r}. There are: {names}.")
    return found
