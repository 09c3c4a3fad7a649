"""A server whose model is the peer of the tests and has tools: what the agent's tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.peers.inprocess import InProcess, first, running
from tests.peers.openai_server import ModelPeer

PATIENCE = 90


def tables(workspace: Path, **more: Any) -> dict[str, Any]:
    """What `config.toml` says beside the providers."""
    return {"workspace": {"roots": [str(workspace)]}, **more}


@asynccontextmanager
async def serving(
    peer: ModelPeer, state: Path, workspace: Path, more: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[InProcess]:
    """The server, until the block ends."""
    workspace.mkdir(exist_ok=True)  # noqa: ASYNC240 - a test may wait
    providers = {"peer": {"name": "Peer", "base_url": f"{peer.url}/v1"}}
    given = {
        "environment": {"PATH": "/usr/bin:/bin"} | settings.pop("environment", {}),
        "providers": providers,
        "provider": "peer",
        "model": "peer-small",
    }
    async with running(state, real=True, tables=tables(workspace, **(more or {})), **given, **settings) as app:
        yield app


async def asked(app: InProcess, session_id: str, count: int = 1) -> list[dict[str, Any]]:
    """The questions that wait, once there are so many."""
    async with app.stream("/api/events", session_id=session_id, after="0") as events:
        while len(found := (await app.session(session_id))["asked"]) < count:
            await first(events, "approval.requested")
    return list(found)


async def answer(app: InProcess, session_id: str, request_id: str, choice: str, **more: Any) -> Any:
    reply = await app.post("/api/session/answer", session_id=session_id, request_id=request_id, choice=choice, **more)
    assert reply.status == 200, reply.body
    return reply.json


async def until_there(path: Path) -> None:
    """Returns once a program has made this file."""
    async with asyncio.timeout(PATIENCE):
        while not path.exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
            await asyncio.sleep(0.01)


def shape(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each message in short: what was said, which call was made, how it ended."""
    found = []
    for each in messages:
        calls = [call["function"]["name"] for call in each.get("tool_calls") or ()]
        told = each.get("status") or each["content"]
        found.append((each["role"], ", ".join(calls) or told))
    return found
