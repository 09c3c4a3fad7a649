"""Who answers on one server: its engines, made from the settings, and what they are equipped with."""

from __future__ import annotations

from hermes_webui import __version__
from hermes_webui.engines.acp.engine import AcpEngine, Ground
from hermes_webui.engines.acp.profiles import profiles_from
from hermes_webui.engines.acp.seats import Seats
from hermes_webui.engines.base import Engine
from hermes_webui.engines.demo import DemoEngine
from hermes_webui.engines.mcp.config import McpConfig, configs_of
from hermes_webui.engines.mcp.servers import Servers
from hermes_webui.engines.model import ModelEngine
from hermes_webui.engines.providers import KNOWN, ProviderConfig, providers_from, variables_of
from hermes_webui.engines.toolbox import Toolbox, limits_of
from hermes_webui.engines.tools.shell import without_secrets
from hermes_webui.engines.tools.web import Web
from hermes_webui.errors import SettingsError
from hermes_webui.runs.mcp import McpSetup, said_of
from hermes_webui.runs.personalities import Personalities
from hermes_webui.settings import Settings
from hermes_webui.store.agents import AgentNotes
from hermes_webui.store.choices import Choices
from hermes_webui.store.files import Disk
from hermes_webui.web.services import Equipment
from hermes_webui.workspace.roots import Roots


def engines(settings: Settings, disk: Disk, kept: Choices) -> dict[str, Engine]:
    """All engines by their names. Raises `SettingsError` where the default is none of them."""
    providers = _providers(settings)
    found = agents(settings, disk, kept)
    known = [*(provider.id for provider in providers), *found]
    if twice := [name for name in known[: len(providers)] if name in (*found, "model", "demo")]:
        raise SettingsError(
            f"The provider `{twice[0]}` has the name of an agent, so nobody could say which of them answers. Give it "
            f"another name, such as [providers.{twice[0]}-api] in config.toml."
        )
    if settings.provider and settings.provider not in [*known, "demo"]:
        raise SettingsError(
            f"There is no provider `{settings.provider}` to be the default. There are: {', '.join(known)}."
        )
    return {"model": ModelEngine(providers), "demo": DemoEngine(pace=settings.demo_pace), **found}


def agents(settings: Settings, disk: Disk, kept: Choices) -> dict[str, AcpEngine]:
    """The agents by their ids, which share the places for their processes."""
    profiles, limits = profiles_from(settings.tables.get("agents", {}), settings.environment, settings.state)
    notes = AgentNotes(settings.state / "agents", disk)
    roots = _roots(settings, kept)

    def folder(workspace: str) -> str:
        roots.prepare()
        return str(roots.admit(workspace or roots.default()))

    def servers() -> tuple[McpConfig, ...]:
        return configs_of(settings.tables.get("mcp", {}), said_of(kept))

    ground = Ground(settings.environment, folder, notes, notes.log, notes.log_path, __version__, servers)
    seats = Seats(limits)
    return {profile.id: AcpEngine(profile, ground, seats) for profile in profiles}


def equip(settings: Settings, kept: Choices, engine: Engine | None) -> Equipment:
    """Gives the models their tools. They are told also where no model uses them."""
    environment = without_secrets(settings.environment, [key for one in KNOWN for key in variables_of(one)])
    limits = limits_of(settings.tables.get("tools", {}))
    personalities = Personalities(kept)
    servers = Servers(environment)
    toolbox = Toolbox(
        environment=environment,
        admit=_roots(settings, kept).admit,
        personality=personalities.words,
        web=Web(limits.private_hosts).tools(),
        more=servers,
        steps=limits.steps,
    )
    if isinstance(engine, ModelEngine):
        engine.equip(toolbox)
    return Equipment(toolbox, McpSetup(settings.tables.get("mcp", {}), kept, servers), personalities)


def _roots(settings: Settings, kept: Choices) -> Roots:
    """Which folders may be workspaces; what was set on the page may change while the server runs."""
    return Roots(settings.state, settings.tables.get("workspace", {}), lambda: kept.said.get("workspace", {}))


def _providers(settings: Settings) -> tuple[ProviderConfig, ...]:
    return providers_from(settings.environment, settings.providers, settings.chosen.get("providers", {}))
