"""Puts a server together: with `crew`, the only place that names concrete classes."""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
import time
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from hermes_webui import crew
from hermes_webui.chat import hermes
from hermes_webui.chat.run import Run
from hermes_webui.engines.base import Engine
from hermes_webui.engines.model import ModelEngine
from hermes_webui.errors import HermesError
from hermes_webui.runs.choice import Choice, Default
from hermes_webui.runs.clock import Clock, SystemClock
from hermes_webui.runs.daily import Daily
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.hermes import HermesSessions
from hermes_webui.runs.permissions import Permissions
from hermes_webui.runs.purging import Purge
from hermes_webui.runs.searching import Searching
from hermes_webui.runs.setup import Given, Setup
from hermes_webui.runs.spending import Spending
from hermes_webui.runs.supervisor import Asks, Supervisor
from hermes_webui.runs.timetable import Timetable
from hermes_webui.runs.turn import Records
from hermes_webui.runs.unread import Unread
from hermes_webui.runs.upkeep import Upkeep
from hermes_webui.settings import Settings
from hermes_webui.store import choices
from hermes_webui.store.agent_claims import AgentClaims
from hermes_webui.store.agent_store import AgentStore
from hermes_webui.store.agents import AgentNotes
from hermes_webui.store.attachments import Attachments
from hermes_webui.store.checkpoints import Checkpoints
from hermes_webui.store.choices import Choices
from hermes_webui.store.commit import Committer
from hermes_webui.store.files import Disk, Lock
from hermes_webui.store.identity import Identity, identify
from hermes_webui.store.index import Index
from hermes_webui.store.journal import Journal
from hermes_webui.store.profiles import Profiles
from hermes_webui.store.projects import Projects
from hermes_webui.store.prompts import Prompts
from hermes_webui.store.purge import Purging
from hermes_webui.store.recovery import Progress, Recovery, Report
from hermes_webui.store.schedules import Schedules
from hermes_webui.store.search import Search
from hermes_webui.store.sessions import SessionStore
from hermes_webui.store.usage import Usage
from hermes_webui.streams.hub import Hub
from hermes_webui.web import assets
from hermes_webui.web.login import Doorman
from hermes_webui.web.replies import on_error, on_no_route
from hermes_webui.web.routes import routes
from hermes_webui.web.security import Gate, policy
from hermes_webui.web.services import Around, Place, Services
from hermes_webui.workspace.workspaces import Chosen, Workspaces

UI = Path(__file__).parent / "ui"

#: Pages of messages shrink to a fifth. Streams and files (which are packed once, at the start) pass as they are.
PACKED = Middleware(GZipMiddleware, minimum_size=2048, compresslevel=4)
#: Agents whose commands are looked for, so that a first visit can name those that are there.
AGENTS = ("hermes", "claude", "codex", "gemini", "opencode", "goose", "aider")

logger = logging.getLogger(__name__)


class Opened:
    """A state directory that this process owns: recovered, listed, and locked until `close`."""

    def __init__(
        self,
        settings: Settings,
        progress: Progress | None = None,
        disk: Disk | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.disk = disk or Disk()
        self.clock = clock or SystemClock()
        self.store = SessionStore(settings.sessions, self.disk, self.clock.now)
        about = {"address": f"{settings.host}:{settings.port}"}
        self._lock = Lock.take(self.store.lock_path, self.disk, about)
        self.identity: Identity = identify(self.store.root, self.disk)
        self.attachments = Attachments(settings.state / "attachments", self.disk)
        self.attachments.clear()
        self.purging = Purging(self.store, self.attachments, AgentNotes(settings.state / "agents", self.disk))
        self.purging.finish()
        self.recovery = recovery = Recovery(
            self.store, settings.state_db, close_runs=True, agents=[AgentStore(path) for path in settings.agent_dbs]
        )
        self.index: Index = recovery.run(self.store.root / "_index.json", progress)
        self.report: Report = recovery.report
        self.projects = Projects(settings.state / "projects.json", self.disk, self.store.quarantine)
        self.checkpoints = Checkpoints(self.store.root / "_runs", self.disk)
        self.checkpoints.keep_only([run.id for run in map(self._waiting, recovery.waiting) if run is not None])
        self.choices = Choices(settings.state / choices.NAME, self.disk, settings.chosen)
        self.prompts = Prompts(settings.state / "prompts.json", self.disk)
        self.schedules = Schedules(settings.state / "schedules.json", self.disk)
        self.profiles = Profiles(settings.state / "profiles.json", self.disk)

    def _waiting(self, session_id: str) -> Run | None:
        return self.store.load(session_id).head.run

    def close(self) -> None:
        """Gives the directory free."""
        self._lock.release()


def create_app(
    settings: Settings,
    opened: Opened | None = None,
    engines: Mapping[str, Engine] | None = None,
    streams: MutableMapping[str, Any] | None = None,
    lock: threading.Lock | None = None,
) -> Starlette:
    """The server as an ASGI application. `streams` and `lock` are where live runs are made known (`api.config`)."""
    opened = opened or Opened(settings)
    ui = assets.load(UI)
    doorman = Doorman(settings.password_hash or settings.chosen.get("password_hash", ""), opened.identity.secret)
    gate = Middleware(Gate, hosts=settings.hosts, doorman=doorman, content_policy=policy(ui.page))
    made = dict(engines if engines is not None else crew.engines(settings, opened.disk, opened.choices))
    live = ({} if streams is None else streams, lock or threading.Lock())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        running = _Running(settings, opened, made, live, doorman, ui.digest)
        app.state.services = running.services
        app.state.end = running.end
        await running.services.supervisor.reopen(opened.recovery.waiting)
        running.begin()
        try:
            yield
        finally:
            await running.close()

    handlers: dict[Any, Any] = {HermesError: on_error, HTTPException: on_no_route}
    app = Starlette(routes=routes(), middleware=[gate, PACKED], exception_handlers=handlers, lifespan=lifespan)
    app.router.redirect_slashes = False
    app.state.assets = ui
    return app


class _Running:
    """The parts that need an event loop."""

    def __init__(
        self,
        settings: Settings,
        opened: Opened,
        engines: Mapping[str, Engine],
        live: tuple[MutableMapping[str, Any], threading.Lock],
        doorman: Doorman,
        ui: str,
    ) -> None:
        self._opened, self._engines = opened, engines
        self._committer, self._reads = Committer(), Committer()
        self._journal = Journal(opened.store.root / "_runs", opened.disk, f"{int(time.time() * 1000)}")
        desk = self._desk()
        default = Default(Choice(settings.engine, settings.provider, settings.model))
        permissions = Permissions(settings.tables.get("approvals", {}), opened.choices)
        self._looking = asyncio.create_task(default.look(engines.get("model"), engines.get("hermes")))
        supervisor = self._supervisor(desk, default, live, permissions)
        self.services = Services(
            desk=desk,
            supervisor=supervisor,
            purge=self._purge(desk, supervisor),
            engines=engines,
            searching=Searching(Search(opened.store), desk),
            doorman=doorman,
            report=opened.report,
            default=default,
            attachments=opened.attachments,
            prompts=opened.prompts,
            projects=opened.projects,
            unread=Unread(desk),
            setup=_setup(settings, opened.choices, default, engines),
            permissions=permissions,
            workspaces=_workspaces(settings, opened),
            place=_place(settings),
            hermes=_hermes(settings, opened.choices, desk, engines),
            around=_around(opened, desk, supervisor, self._reads),
            equipment=crew.equip(settings, opened.choices, engines.get("model")),
            is_local=settings.is_local,
            ui=ui,
        )

    def _desk(self) -> Desk:
        opened = self._opened
        desk = Desk(opened.store, opened.index, self._committer, Hub(), opened.clock.now, self._reads)
        desk.unclosed.update(opened.recovery.unclosed)
        return desk

    def _supervisor(
        self,
        desk: Desk,
        default: Default,
        live: tuple[MutableMapping[str, Any], threading.Lock],
        permissions: Permissions,
    ) -> Supervisor:
        opened = self._opened
        records = Records(self._journal, opened.checkpoints, opened.attachments.read)
        asks = Asks(permissions.policy, permissions.grant)
        return Supervisor(desk, self._engines, records, default, *live, asks)

    def _purge(self, desk: Desk, supervisor: Supervisor) -> Purge:
        self._opened.purging.living = self._journal.name
        return Purge(desk, self._opened.purging, self._journal, lambda each: supervisor.live(each) is not None)

    def begin(self) -> None:
        """What was open goes on: from here on prompts are sent when they are due."""
        self._upkeep = Upkeep(self.services.desk)
        self._daily = Daily(self.services.workspaces.tidy, self._opened.clock.now)
        self.services.around.timetable.begin(self._looking)
        self.services.around.spending.begin()

    async def end(self) -> None:
        """Nothing is begun any more; runs end as interrupted, what they have said kept; then the streams end, so that a
        server can stop.
        """
        await self.services.around.timetable.close()
        await self.services.supervisor.close()
        await self.services.workspaces.terminals.close()
        self.services.hub.close()

    async def close(self) -> None:
        """Snapshots and list are written, the directory is given free."""
        await self.end()
        self._looking.cancel()
        self._upkeep.close()
        await self._daily.close()
        self.services.hermes.close()
        await self.services.around.spending.close()
        await self.services.searching.close()
        await self.services.unread.close()
        await self.services.permissions.close()
        await self.services.desk.close()
        for engine in self._engines.values():
            await engine.close()
        self._journal.close()
        self._committer.close()
        self._reads.close()
        self._opened.close()


def _hermes(settings: Settings, kept: Choices, desk: Desk, engines: Mapping[str, Engine]) -> HermesSessions:
    agents = [AgentStore(path) for path in settings.agent_dbs]
    claims = AgentClaims(settings.state / "agents")
    return HermesSessions(desk, agents, claims, kept, hermes.SOURCE if hermes.SOURCE in engines else "")


def _around(opened: Opened, desk: Desk, supervisor: Supervisor, reads: Committer) -> Around:
    timetable = Timetable(opened.schedules, opened.profiles, desk, supervisor, opened.clock)
    return Around(timetable, opened.profiles, Spending(Usage(opened.store), desk, reads))


def _workspaces(settings: Settings, opened: Opened) -> Workspaces:
    """Where conversations work; what was set on the page may change while the server runs."""
    given, kept = settings.tables.get("workspace", {}), opened.choices
    chosen = Chosen(lambda: kept.said.get("workspace", {}), partial(kept.change, "workspace"))
    made = Workspaces(settings.state, given, chosen, settings.environment, opened.clock.now)
    made.prepare()
    return made


def _setup(settings: Settings, kept: Choices, default: Default, engines: Mapping[str, Engine]) -> Setup:
    given = Given(
        settings.environment,
        settings.providers,
        Choice(settings.engine, settings.provider, settings.model),
        bool(settings.password_hash),
        frozenset(engines),
    )
    engine = engines.get("model")
    setup = Setup(given, kept, default, engine if isinstance(engine, ModelEngine) else None)
    setup.apply()
    return setup


def _place(settings: Settings) -> Place:
    found = tuple(name for name in AGENTS if shutil.which(name, path=settings.environment.get("PATH", "")))
    config = settings.config or settings.state / "config.toml"
    return Place(str(settings.state), str(settings.state / choices.NAME), str(config), found)
