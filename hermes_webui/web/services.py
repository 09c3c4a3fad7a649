"""What the handlers are given: the parts of one running server."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from hermes_webui import __version__
from hermes_webui.engines.base import Engine
from hermes_webui.engines.toolbox import Toolbox
from hermes_webui.runs.choice import Default
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.hermes import HermesSessions
from hermes_webui.runs.mcp import McpSetup
from hermes_webui.runs.permissions import Permissions
from hermes_webui.runs.personalities import Personalities
from hermes_webui.runs.purging import Purge
from hermes_webui.runs.searching import Searching
from hermes_webui.runs.setup import Setup
from hermes_webui.runs.spending import Spending
from hermes_webui.runs.supervisor import Supervisor
from hermes_webui.runs.timetable import Timetable
from hermes_webui.runs.unread import Unread
from hermes_webui.store.attachments import Attachments
from hermes_webui.store.profiles import Profiles
from hermes_webui.store.projects import Projects
from hermes_webui.store.prompts import Prompts
from hermes_webui.store.recovery import Report
from hermes_webui.streams.hub import Hub
from hermes_webui.web.inventory import Counted
from hermes_webui.web.login import Doorman
from hermes_webui.workspace.workspaces import Workspaces


@dataclass(frozen=True)
class Place:
    """Where this server keeps what, as its owner may see it, and which agents' commands are on this machine."""

    state: str
    settings: str
    config: str
    agents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Around:
    """What begins conversations, by itself or for somebody, and what all of them have used."""

    timetable: Timetable
    profiles: Profiles
    spending: Spending


@dataclass(frozen=True)
class Equipment:
    """What the built-in agent has."""

    toolbox: Toolbox
    mcp: McpSetup
    personalities: Personalities


@dataclass
class Services:
    """One server's parts. `boot` differs with each start, so that a page sees that there was one; `ui` with each
    version of the page's files.
    """

    desk: Desk
    supervisor: Supervisor
    purge: Purge
    engines: Mapping[str, Engine]
    searching: Searching
    doorman: Doorman
    report: Report
    default: Default
    attachments: Attachments
    prompts: Prompts
    projects: Projects
    unread: Unread
    setup: Setup
    permissions: Permissions
    workspaces: Workspaces
    place: Place
    hermes: HermesSessions
    around: Around
    equipment: Equipment
    is_local: bool = True
    ui: str = ""
    version: str = __version__
    counted: Counted = field(default_factory=Counted)
    boot: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def hub(self) -> Hub:
        """Where everybody is told."""
        return self.desk.hub


def services(request: Request) -> Services:
    """The parts of the server that got this request."""
    found: Services = request.app.state.services
    return found
