"""Which process serves which session: one each, so that ending a wedged one disturbs nobody else. Started with the
first turn, kept for the next one, ended when idle for long, when another session needs the place, and with the server.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from hermes_webui.engines.acp.handed import NOTHING, Handed
from hermes_webui.engines.acp.link import Link, Refused
from hermes_webui.engines.acp.profiles import Limits
from hermes_webui.engines.acp.told import Session, changed

logger = logging.getLogger(__name__)

#: Agents tell their commands right after the answer to `session/new`.
COMMANDS_SECONDS: Final = 1.0

#: How long one that announces that it tells of its account is waited for.
ACCOUNT_SECONDS: Final = 5.0

#: The notification in which an agent tells what it is logged in as.
ACCOUNT: Final = "_auth/status_update"

#: The agent's id, and our session's.
Key = tuple[str, str]

#: What becomes of what the agent says or asks, while a turn runs: (method, parameters) to a result.
Hears = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Seat:
    """One agent's process for one session: what it can do, what it has said, and who hears it now."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.busy = False
        self.turns = 0
        self.link: Link | None = None
        #: What the agent said of itself at its start.
        self.about: dict[str, Any] = {}
        #: The agent's session that is open in this process, and what it has said of it.
        self.agent_session = ""
        self.session = Session()
        #: What the agent has said of its account, where it does (Claude Code and Codex, by an extension of theirs).
        self._account: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        #: The MCP servers that it was given with it.
        self.handed: Handed = NOTHING
        #: What the session has cost in all, as far as the agent says it.
        self.cost: float | None = None
        self.hears: Hears | None = None
        self._starting: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._commands = asyncio.Event()

    @property
    def capabilities(self) -> dict[str, Any]:
        """What the agent can do."""
        found = self.about.get("agentCapabilities")
        return found if isinstance(found, dict) else {}

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.link is not None and not self.link.process.is_over

    @property
    def is_starting(self) -> bool:
        """Whether its process is being started."""
        return self._starting is not None

    async def serve(self, method: str, params: dict[str, Any]) -> Any:
        """What the agent says or asks; between turns only what it offers is heard."""
        update = params.get("update") if method == "session/update" else None
        if isinstance(update, dict) and update.get("sessionUpdate") == "available_commands_update":
            self._commands.set()
        if method == ACCOUNT:
            self._heard(params.get("authStatus"))
            return None
        if self.hears is not None:
            return await self.hears(method, params)
        if isinstance(update, dict):
            self.session = changed(update, self.session)
        elif method != "session/update":
            raise Refused(-32603, "no turn is under way", None)
        return None

    async def started(self, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Returns once the process runs. A start is never left half-way: whoever stops waiting for it leaves it to the
        next turn. Raises what `start` does.
        """
        if self.is_alive:
            return
        if self._starting is None:
            await self.end(at_once=True)
            self._starting = asyncio.create_task(start())
        starting = self._starting
        await asyncio.shield(starting)
        self._starting = None

    async def settled(self) -> None:
        """Returns when no start is under way any more."""
        starting, self._starting = self._starting, None
        if starting is not None:
            await asyncio.wait({starting})
            if not starting.cancelled() and starting.exception() is not None:
                logger.info("%s could not be started: %s", self.key[0], starting.exception())

    async def commands_known(self) -> None:
        """Waits a moment for an agent that tells its commands after it has opened a session."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._commands.wait(), COMMANDS_SECONDS)

    def _heard(self, account: Any) -> None:
        if not self._account.done():
            self._account.set_result(account if isinstance(account, dict) else {})

    async def account(self) -> dict[str, Any]:
        """What it first says of its account: {kind: none|api_key|…, label}; nothing where it says nothing of it."""
        told = self.capabilities.get("_meta")
        if isinstance(told, dict) and "authStatus" in told:
            await asyncio.wait({self._account}, timeout=ACCOUNT_SECONDS)
        return self._account.result() if self._account.done() else {}

    async def end(self, *, at_once: bool = False) -> None:
        """Ends the process; the next turn starts another one. Returns when it is gone, whoever has begun to end it."""
        if at_once and self._starting is not None:
            self._starting.cancel()
        await self.settled()
        link, self.link = self.link, None
        self._commands.clear()
        self.agent_session, self.session, self.cost, self.about = "", Session(), None, {}
        if link is not None:
            self._ending = asyncio.create_task(link.end(at_once=at_once))
        if self._ending is not None:
            await asyncio.shield(self._ending)


class Seats:
    """The processes of all agents of one server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seats: dict[Key, Seat] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, agent: str) -> list[Seat]:
        """The seats of one agent."""
        return [seat for key, seat in self._seats.items() if key[0] == agent]

    def get(self, key: Key) -> Seat | None:
        """The session's seat, where it has one."""
        return self._seats.get(key)

    def is_full(self, key: Key) -> bool:
        """Whether this session has to wait for another one's turn to end."""
        others = [seat for seat in self._seats.values() if seat.key != key]
        return key not in self._seats and len(others) >= self._limits.processes and all(seat.busy for seat in others)

    async def take(self, key: Key) -> Seat:
        """The session's seat, for one turn: once the turn before is over and there is room."""
        while True:
            seat = self._seats.get(key)
            if seat is None and len(self._seats) < self._limits.processes:
                seat = self._seats[key] = Seat(key)
            if seat is not None and not seat.busy:
                seat.busy = True
                seat.turns += 1
                return seat
            idle = next((each for each in self._seats.values() if not each.busy), None) if seat is None else None
            if idle is not None:
                await self._remove(idle)
            else:
                await self._change()

    def give_back(self, seat: Seat, after: Coroutine[Any, Any, None] | None = None) -> None:
        """The turn is over, once `after` is."""
        if after is None and not seat.is_starting:
            self._free(seat)
            return

        async def finish() -> None:
            try:
                await seat.settled()
                if after is not None:
                    await after
            except Exception:  # the end of a task: the process is of no use any more, and the next turn starts another
                logger.exception("The turn of %s could not be wound down", seat.key[0])
                await seat.end(at_once=True)
            finally:
                self._free(seat)

        self._spawn(finish())

    async def close(self, agent: str) -> None:
        """Ends all processes of this agent; returns when they are gone."""
        seats = self.of(agent)
        for seat in seats:
            seat.busy = True
            self._seats.pop(seat.key, None)
        await asyncio.gather(*(seat.end(at_once=True) for seat in seats))
        self._changed()

    def _free(self, seat: Seat) -> None:
        seat.hears = None
        seat.busy = False
        if self._seats.get(seat.key) is seat:
            if not seat.is_alive:
                del self._seats[seat.key]
            else:  # the one that was used last stands last
                self._seats[seat.key] = self._seats.pop(seat.key)
                asyncio.get_running_loop().call_later(self._limits.idle_seconds, self._expire, seat, seat.turns)
        self._changed()

    def _expire(self, seat: Seat, turns: int) -> None:
        if seat.turns == turns and not seat.busy and self._seats.get(seat.key) is seat:
            self._spawn(self._remove(seat))

    async def _remove(self, seat: Seat) -> None:
        seat.busy = True
        await seat.end()
        if self._seats.get(seat.key) is seat:
            del self._seats[seat.key]
        self._changed()

    async def _change(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def _changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
