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

#: Each dialect's provider and model: their names are what the SDKs know them by.
DIALECTS = {
    "openai": ("peer", "peer-small"),
    "anthropic": ("claude-api", "claude-opus-5-5"),
    "google": ("gemini-api", "gemini-3.8-flash"),
}


def tables(workspace: Path, **more: Any) -> dict[str, Any]:
    """What `config.toml` says beside the providers."""
    return {"workspace": {"roots": [str(workspace)]}, **more}


def providers(peer: ModelPeer) -> dict[str, Any]:
    """One for each dialect, all at the peer's address."""
    key = {"api_key": "sk-test-5dF8gH2jK4lZ7xC1"}
    return {
        "peer": {"name": "Peer", "base_url": f"{peer.url}/v1", **key},
        "claude-api": {"name": "Claude", "kind": "anthropic", "base_url": peer.url, **key},
        "gemini-api": {"name": "Gemini", "kind": "google", "base_url": peer.url, **key},
    }


@asynccontextmanager
async def serving(
    peer: ModelPeer,
    state: Path,
    workspace: Path,
    more: dict[str, Any] | None = None,
    dialect: str = "openai",
    **settings: Any,
) -> AsyncIterator[InProcess]:
    """The server, until the block ends. Its models are those of `DIALECTS`; `dialect` is spoken unless a prompt names
    another.
    """
    workspace.mkdir(exist_ok=True)  # noqa: ASYNC240 - a test may wait
    provider, model = DIALECTS[dialect]
    given = {
        "environment": {"PATH": "/usr/bin:/bin"} | settings.pop("environment", {}),
        "providers": providers(peer),
        "provider": provider,
        "model": model,
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


def called(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The calls that a request holds, each with its result, whatever the dialect."""
    made: list[tuple[str, str]] = []
    results: dict[str, str] = {}
    for each in messages:
        made += [(call["id"], call["function"]["name"]) for call in each.get("tool_calls") or ()]
        if each["role"] == "tool":
            results[each["tool_call_id"]] = each["content"]
        blocks = each["content"] if isinstance(each.get("content"), list) else ()
        made += [(block["id"], block["name"]) for block in blocks if block["type"] == "tool_use"]
        results |= {block["tool_use_id"]: _told(block["content"]) for block in blocks if block["type"] == "tool_result"}
        for part in each.get("parts", ()):
            if call := part.get("functionCall") or part.get("function_call"):
                made.append((call["id"], call["name"]))
            if result := part.get("functionResponse") or part.get("function_response"):
                results[result["id"]] = str(result["response"].get("return_value", result["response"]))
    return [(name, results[identity]) for identity, name in made]


def _told(content: Any) -> str:
    return content if isinstance(content, str) else "".join(block["text"] for block in content)
