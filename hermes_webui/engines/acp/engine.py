"""An agent as an engine: a turn finds its process, opens its session, says the prompt and passes on what comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.chat.messages import text_of
from hermes_webui.engines.acp.exchange import Exchange
from hermes_webui.engines.acp.handed import Handed, handed
from hermes_webui.engines.acp.link import Lost, Refused, open_link
from hermes_webui.engines.acp.opening import (
    LOST,
    Known,
    Offer,
    State,
    known_of,
    offer_of,
    opening,
    said_of,
    taken_over,
)
from hermes_webui.engines.acp.process import Process
from hermes_webui.engines.acp.profiles import Profile
from hermes_webui.engines.acp.prompt import blocks, cut_off, so_far, takes_of, to_go_on
from hermes_webui.engines.acp.refusal import AUTH_REQUIRED, KEPT, failure_of, reason_of
from hermes_webui.engines.acp.seats import Key, Seat, Seats
from hermes_webui.engines.acp.sessions import Sessions
from hermes_webui.engines.acp.supply import CAPABILITIES
from hermes_webui.engines.acp.told import Session
from hermes_webui.engines.base import (
    Ask,
    EngineCaps,
    EngineEvent,
    ModelInfo,
    Notice,
    ProviderInfo,
    SessionInfoChanged,
    TextDelta,
    Turn,
    TurnEnded,
)
from hermes_webui.engines.mcp.config import McpConfig
from hermes_webui.engines.seam import Seam
from hermes_webui.errors import EngineFailure, HermesError

DEFAULT: Final = "default"
#: What is remembered under no session's id is of the agent itself.
ANY: Final = ""
FULL: Final = "{name} waits: as many agents are at work as may be at once ([agents] processes in config.toml)."


class Memory(Protocol):
    """What is remembered of agents' sessions over a restart; a cache, whose loss costs a session that begins anew."""

    def get(self, agent: str, session_id: str) -> bytes:
        """What was kept, b"" for nothing."""
        ...

    def save(self, agent: str, session_id: str, data: bytes) -> None:
        """Keeps it. Raises `StoreUnavailable`."""
        ...


class Ground(Struct, frozen=True):
    """What all agents of a server stand on: the whole environment, the folder of a conversation ("": of one that has
    none of its own; raises `HermesError`), where sessions are remembered, who takes their error output (the agent's
    id, the bytes), and this server's MCP servers as they are now.
    """

    environment: Mapping[str, str]
    folder: Callable[[str], str]
    memory: Memory
    log: Callable[[str, bytes], None]
    log_path: Callable[[str], Path]
    version: str
    servers: Callable[[], Sequence[McpConfig]]


class Tried(Struct, frozen=True):
    """Whether an agent answers, and what it says it is."""

    ok: bool
    message: str
    version: str = ""
    seconds: float = 0.0


class AcpEngine:
    """One agent. All agents of a server share its `seats`."""

    caps = EngineCaps(images=True, tools=True, mcp=True)

    def __init__(self, profile: Profile, ground: Ground, seats: Seats) -> None:
        self.name = profile.id
        self.profile = profile
        self._ground = ground
        self._seats = seats
        self._environment = {**ground.environment, **profile.env}
        #: What it offered last; None: not looked up yet.
        self._offer: Offer | None = None
        #: What it said of itself when it was last started, and why it last could not be.
        self.version = ""
        self.failure = ""

    async def run(self, turn: Turn, ask: Ask, cancel: asyncio.Event) -> AsyncIterator[EngineEvent]:
        """See `Engine.run`. A turn that is left is stopped in the background; the next one waits for that."""
        self._must_be_found()
        key: Key = (self.name, turn.session_id)
        if self._seats.is_full(key):
            yield Notice(FULL.format(name=self.profile.name))
        cwd = await asyncio.to_thread(self._ground.folder, turn.workspace)
        seat = await self._seats.take(key)
        exchange = Exchange(seat, self.profile, cwd, turn.run_id[-6:], self._environment)
        try:
            async with aclosing(self._turn(seat, exchange, turn, ask)) as events:
                async for event in events:
                    yield event
        finally:
            after = exchange.stop(wedges=self.profile.traits.wedges) if exchange.is_running else None
            self._seats.give_back(seat, after)

    async def _turn(self, seat: Seat, exchange: Exchange, turn: Turn, ask: Ask) -> AsyncGenerator[EngineEvent]:
        cwd = exchange.cwd
        try:
            notes = await self._ready(seat, turn, cwd)
            sessions = Sessions(self.profile, seat)
            known, before, notice = await self._open(sessions, seat, turn, cwd)
            begins_in = "" if known.run_id else seat.session.mode
            if notice:
                yield Notice(said_of(notice, self.profile.name), kept=True)
            for note in notes:
                yield Notice(note)
            await self._prepare(sessions, seat, known, turn)
            yield seat.session.info()
            takes = takes_of(self.profile.name, seat.capabilities)
            content = blocks(turn, takes, seat.session.commands, before)
            given = replace(known, leaf=turn.ids[-1] if turn.ids else "", run_id=turn.run_id)
            await self._remember(turn, given)
            seat.hears = exchange.hear
            async for event in _sewn(exchange.events(content, ask), turn):
                if isinstance(event, TurnEnded):  # nobody asks for more
                    await self._offers(seat.session, begins_in)
                    if known.mode and seat.session.mode != known.mode:  # the agent changed it by itself
                        await self._remember(turn, replace(given, mode=seat.session.mode))
                yield event
        except Lost as error:
            raise await self._died(seat) from error
        except Refused as error:
            raise failure_of(error, self.profile, seat.about) from error
        except TimeoutError as error:
            await seat.end(at_once=True)
            raise EngineFailure("engine_died", f"{self.profile.name} did not answer in time. {KEPT}") from error

    async def _ready(self, seat: Seat, turn: Turn, cwd: str) -> tuple[str, ...]:
        """Its process runs, and any session that is open in it has the MCP servers that it is to have now. Sentences
        about what one that is opened now goes without.
        """
        await seat.started(lambda: self._start(seat, cwd))
        given = self._handed(seat, turn)
        if seat.agent_session and seat.handed.servers != given.servers:
            await seat.end()
            await seat.started(lambda: self._start(seat, cwd))
        seat.handed = given
        return () if seat.agent_session else given.notes

    def _handed(self, seat: Seat, turn: Turn) -> Handed:
        configs = self._ground.servers() if self.profile.mcp else ()
        chosen, path = turn.fields.get("enabled_toolsets"), self._environment.get("PATH", "")
        return handed(configs, self.profile.name, seat.capabilities, chosen, path)

    async def _start(self, seat: Seat, cwd: str) -> None:
        try:
            seat.link, seat.about = await self._started(seat.serve, cwd)
        except EngineFailure as error:
            self.failure = f"{self.profile.name}: {error.message}."
            raise EngineFailure(error.code, f"{self.failure} {KEPT} {self._see_log()}") from error
        self.failure = ""
        self.version = _version(seat.about) or self.version

    async def _started(self, serve: Callable[[str, dict[str, Any]], Awaitable[Any]], cwd: str) -> Any:
        async def sink(data: bytes) -> None:
            with suppress(HermesError):
                await asyncio.to_thread(self._ground.log, self.name, data)

        profile = self.profile
        process = await Process.start(profile.command, self._environment, profile.cwd or cwd, sink)
        return await open_link(process, serve, dict(CAPABILITIES), self._ground.version)

    async def _open(self, sessions: Sessions, seat: Seat, turn: Turn, cwd: str) -> tuple[Known, str, str]:
        """Opens the agent's session: what is known of it now, what it must be told before the prompt, and a notice."""
        kept = known_of(await asyncio.to_thread(self._ground.memory.get, self.name, turn.session_id))
        known = taken_over(kept, turn, self.name, cwd)
        decided = opening(known, turn, cwd)
        before = turn.messages[:-1]
        if decided.goes_on:
            if seat.agent_session == known.agent_session or await sessions.load(known.agent_session, cwd):
                return known, to_go_on(turn.messages) if turn.continues else cut_off(before), ""
            decided = replace(decided, notice=LOST)
        agent_session = await sessions.begin(cwd)
        seed = so_far(before)
        last = to_go_on(turn.messages) if turn.continues else ""
        fresh = Known(agent_session, cwd=cwd, mode=known.mode)
        return fresh, "\n\n".join(filter(None, (seed, last))), decided.notice

    async def _prepare(self, sessions: Sessions, seat: Seat, known: Known, turn: Turn) -> None:
        """The mode and the model that were chosen; and what its commands are, where the prompt may be one of them."""
        if text_of(turn.messages[-1]).lstrip().startswith("/"):
            await seat.commands_known()
        if known.mode and known.mode != seat.session.mode:
            await sessions.set_mode(known.mode)
        if turn.model not in ("", DEFAULT, seat.session.model):
            await sessions.set_model(turn.model)

    async def _remember(self, turn: Turn, known: Known) -> None:
        await asyncio.to_thread(self._ground.memory.save, self.name, turn.session_id, known.encoded())

    async def choose_mode(self, session_id: str, mode: str) -> SessionInfoChanged:
        """The mode of a session from now on: told to the agent where its process runs, else with the next turn."""
        known = known_of(await asyncio.to_thread(self._ground.memory.get, self.name, session_id))
        seat = self._seats.get((self.name, session_id))
        if seat is not None and seat.is_alive and seat.agent_session:
            try:
                await Sessions(self.profile, seat).set_mode(mode)
            except (Refused, Lost, TimeoutError) as error:
                raise EngineFailure(
                    "refused", f"{self.profile.name} does not take the mode “{mode}”: {error}. It is as it was."
                ) from error
        saved = replace(known, mode=mode).encoded()
        await asyncio.to_thread(self._ground.memory.save, self.name, session_id, saved)
        return SessionInfoChanged(mode=mode)

    async def _offers(self, now: Session, begins_in: str) -> None:
        """Keeps what is offered for who looks before the next session, and the mode that one begins in, where it is
        known anew.
        """
        before = await self._offered()
        mode = begins_in or before.mode
        offer = Offer(now.models or before.models, now.modes or before.modes, mode, now.commands or before.commands)
        if offer != before:
            self._offer = offer
            await asyncio.to_thread(self._ground.memory.save, self.name, ANY, offer.encoded())

    async def _offered(self) -> Offer:
        if self._offer is None:
            self._offer = offer_of(await asyncio.to_thread(self._ground.memory.get, self.name, ANY))
        return self._offer

    async def offered(self, session_id: str) -> SessionInfoChanged:
        """What a session of it will offer, as far as it is known from the last one, and the mode that was chosen."""
        offer = await self._offered()
        known = known_of(await asyncio.to_thread(self._ground.memory.get, self.name, session_id))
        return SessionInfoChanged(modes=offer.modes, mode=known.mode or offer.mode, commands=offer.commands)

    async def providers(self) -> list[ProviderInfo]:
        """The agent, with the models that it has told of; none where it is not on this machine."""
        if not self.profile.found and self.profile.source == "path":
            return []
        offer = await self._offered()
        told = tuple(ModelInfo(each["id"], self.name, each["name"]) for each in offer.models if each["id"] != DEFAULT)
        models = (ModelInfo(DEFAULT, self.name, "Default"), *told)
        hint = "" if self.profile.found else self._missing()
        found = ProviderInfo(self.name, self.profile.name, self.name, self.profile.found, models, hint)
        return [replace(found, modes=offer.modes, mode=offer.mode)]

    @property
    def state(self) -> State:
        """idle, running, failed (the last start did) or missing."""
        if not self.profile.found:
            return "missing"
        if self.failure:
            return "failed"
        return "running" if any(seat.is_alive for seat in self._seats.of(self.name)) else "idle"

    async def try_out(self) -> Tried:
        """Starts it, asks what it is, opens a session to see whether it has a login, and ends it again. Never raises
        for an agent that does not work.
        """
        if not self.profile.found:
            return Tried(ok=False, message=self._missing())
        begun, seat = time.monotonic(), Seat((self.name, ANY))
        try:
            cwd = await asyncio.to_thread(self._ground.folder, "")
            seat.link, seat.about = await self._started(seat.serve, cwd)
            self.version = _version(seat.about) or self.version
            await self._look(seat, cwd)
        except (HermesError, Refused, Lost, TimeoutError) as error:
            self.failure = reason_of(error, self.profile, seat.about)
            log = "" if isinstance(error, Refused) else f" {self._see_log()}"
            return Tried(ok=False, message=f"{self.failure}{log}", version=self.version)
        finally:
            await seat.end()
        self.failure = ""
        seconds = round(time.monotonic() - begun, 2)
        return Tried(ok=True, message=f"{self.profile.name} answers.", version=self.version, seconds=seconds)

    async def _look(self, seat: Seat, cwd: str) -> None:
        """Opens a session, remembers what it offers, and takes it away again. Raises `Refused` where an agent opens one
        without being logged in, and says so.
        """
        sessions = Sessions(self.profile, seat)
        await sessions.begin(cwd)
        await seat.commands_known()
        await self._offers(seat.session, seat.session.mode)
        await sessions.forget()
        account = await seat.account()
        if account.get("kind") == "none":
            raise Refused(AUTH_REQUIRED, str(account.get("label") or ""), None)

    async def prepare(self) -> None:
        """Nothing: an agent is started by its first turn."""

    async def title(self, turn: Turn) -> str | None:
        """None: agents say titles by themselves, where they make some."""
        return None

    async def close(self) -> None:
        """Ends its processes; nothing of them is left on return."""
        await self._seats.close(self.name)

    def _must_be_found(self) -> None:
        if not self.profile.found:
            raise EngineFailure("unknown_model", f"{self._missing()} {KEPT}", retryable=False)

    def _missing(self) -> str:
        return f"{self.profile.named[0]} is not on this machine. To get {self.profile.name}: {self.profile.install}"

    def _see_log(self) -> str:
        return f"What it said of it stands in {self._ground.log_path(self.name)}."

    async def _died(self, seat: Seat) -> EngineFailure:
        link = seat.link
        how = await link.process.wait() if link is not None else "an unknown status"
        await seat.end(at_once=True)
        return EngineFailure(
            "engine_died",
            f"{self.profile.name} ended in the middle of its reply ({how}). What had arrived is kept; with your next "
            f"message it is started again. {self._see_log()}",
        )


def _version(about: Mapping[str, Any]) -> str:
    found = about.get("agentInfo")
    return str(found.get("version") or "") if isinstance(found, Mapping) else ""


async def _sewn(events: AsyncGenerator[EngineEvent], turn: Turn) -> AsyncGenerator[EngineEvent]:
    """The events; where a reply goes on, without the word that is only repeated."""
    seam = Seam(text_of(turn.messages[-1]) if turn.continues else "")
    async with aclosing(events) as given:
        async for event in given:
            text = seam.feed(event.text) if isinstance(event, TextDelta) else seam.rest()
            if text:
                yield TextDelta(text)
            if not isinstance(event, TextDelta):
                yield event
