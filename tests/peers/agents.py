"""A server in this process with the scripted agent of the tests as a real process, and what a user does with it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hermes_webui.app import Opened, create_app
from hermes_webui.engines.acp.engine import AcpEngine
from hermes_webui.settings import Settings
from tests.peers.alone import ALONE
from tests.peers.inprocess import PATIENCE, InProcess, first
from tests.peers.scripted_engine import ScriptedEngine

CHECKOUT = Path(__file__).parents[2]


class WithAgent(InProcess):
    """`agent` is the engine; its sessions' files are in `store`, its working folder is `folder`."""

    def __init__(self, app: Any, opened: Opened, agent: AcpEngine, store: Path, folder: Path) -> None:
        super().__init__(app, opened, ScriptedEngine())
        self.agent = agent
        self.store = store
        self.folder = folder

    async def begin(self, script: str, session_id: str = "") -> tuple[str, str]:
        """Sends a prompt to the agent; the session and the run."""
        session_id = session_id or await self.new()
        given = {"engine": self.agent.name, "model_provider": self.agent.name, "model": "default"}
        started = await self.start(session_id, f"please: {script}" if script else "hello", **given)
        return session_id, str(started["stream_id"])

    async def turn_of(self, script: str, session_id: str = "") -> str:
        """A whole turn; the session."""
        session_id, run = await self.begin(script, session_id)
        await self.ended(run)
        return session_id

    async def until(self, session_id: str, kind: str) -> dict[str, Any]:
        """Waits for an event of the session, from its beginning."""
        async with self.stream("/api/events", session_id=session_id, after="0") as events:
            return dict((await first(events, kind)).data)

    async def said(self, session_id: str, text: str) -> None:
        """Waits until this text is in the open reply, or in a message."""
        async with asyncio.timeout(PATIENCE):
            async with self.stream("/api/events", session_id=session_id, after="0") as events:
                seen = ""
                async for event in events:
                    message = (event.data.get("data") or {}).get("message") or {}
                    seen += str(event.data.get("text", ""))
                    if text in seen or (message.get("role") == "assistant" and text in str(message)):
                        return

    async def asked(self, session_id: str) -> dict[str, Any]:
        """The question that waits, once there is one."""
        async with asyncio.timeout(PATIENCE), self.stream("/api/events", session_id=session_id, after="0") as events:
            while not (found := (await self.session(session_id))["asked"]):
                await first(events, "approval.requested")
        return dict(found[0])

    async def answer(self, session_id: str, choice: str) -> None:
        question = await self.asked(session_id)
        given = {"session_id": session_id, "request_id": question["request_id"], "choice": choice}
        reply = await self.post("/api/session/answer", **given)
        assert reply.status == 200, reply.body

    async def attach(self, name: str, data: bytes) -> dict[str, Any]:
        """Uploads a file."""
        headers = {"content-type": "application/octet-stream", "x-hermes-upload": "1"}
        reply = await self._call("POST", "/api/attachments", {"name": name}, data, headers)
        assert reply.status == 200, reply.body
        return dict(reply.json["attachment"])

    def go_on(self, name: str) -> None:
        """Lets the agent go on that waits at `step NAME`."""
        (self.folder / name).touch()

    def told(self) -> list[str]:
        """All lines of the agent's sessions, whichever they are in."""
        return [line for path in sorted(self.store.glob("s-*.txt")) for line in path.read_text().splitlines()]

    @property
    def pids(self) -> list[int]:
        """The agent's own processes, without their keepers."""
        keepers = [seat.link.process.pid for seat in self.agent._seats.of(self.agent.name) if seat.link is not None]
        return [pid for keeper in keepers for pid in children_of(keeper)]


def children_of(pid: int) -> list[int]:
    """Processes that this one has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in found.read_text().split()] if found.exists() else []


def is_alive(pid: int) -> bool:
    """Whether it runs; one that has ended and is not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


async def gone(pid: int) -> None:
    """Waits until a process is gone."""
    async with asyncio.timeout(PATIENCE):
        while is_alive(pid):  # noqa: ASYNC110 - another process ends
            await asyncio.sleep(0.01)


def table(state: Path, name: str = "peer", ways: str = "", **more: Any) -> dict[str, Any]:
    """`[agents]` with the scripted agent under this name (`told`: what else its table says). As `hermes` it is taken to
    be as Hermes is.
    """
    store = state / "agent-store"
    store.mkdir(parents=True, exist_ok=True)
    env = {"ACP_AGENT_STORE": str(store), "ACP_AGENT_WAYS": ways, "PYTHONPATH": str(CHECKOUT)}
    args = ["-m", "tests.peers.acp_agent"]
    told = more.pop("told", {})
    env |= more.pop("env", {})
    return {name: {"command": sys.executable, "args": args, "env": env, **told}, **more}


@asynccontextmanager
async def with_agent(state: Path, name: str = "peer", ways: str = "", **more: Any) -> AsyncIterator[WithAgent]:
    """A server on this state directory until the block ends."""
    settings = more.pop("settings", {})
    tables = {"agents": table(state, name, ways, **more)}
    environment = {**os.environ, **ALONE, "PYTHONDONTWRITEBYTECODE": "1"}
    chosen = Settings(state=state, engine=name, tables=tables, environment=environment, **settings)
    opened = Opened(chosen)
    app = create_app(chosen, opened)
    async with app.router.lifespan_context(app):
        agent = app.state.services.engines[name]
        assert isinstance(agent, AcpEngine)
        yield WithAgent(app, opened, agent, state / "agent-store", state / "workspace")
