"""What the engines' tests share: turns, and runs of them to their end."""

from __future__ import annotations

import asyncio
from typing import Any

from hermes_webui.engines.base import (
    Answer,
    Engine,
    EngineEvent,
    InputRequest,
    ReasoningDelta,
    TextDelta,
    Turn,
    TurnEnded,
)
from hermes_webui.engines.model import ModelEngine
from hermes_webui.engines.providers import Kind, ProviderConfig, Secret
from hermes_webui.errors import EngineFailure
from tests.peers.openai_server import ModelPeer

KEY = "sk-test-4fG7hJ9kL2mN5pQ8"


def turn(*bodies: dict[str, Any] | str, model: str = "peer-small", provider: str = "peer") -> Turn:
    """A turn with these messages; a string is what the user said."""
    messages = [{"role": "user", "content": body} if isinstance(body, str) else body for body in bodies]
    return Turn("s1", "r1", messages, model, provider)


def config_for(peer: ModelPeer, kind: Kind = "openai", **changes: Any) -> ProviderConfig:
    """The provider "peer" at this peer's address."""
    base_url = f"{peer.url}/v1" if kind == "openai" else peer.url
    given = {"api_key": Secret(KEY), "key_variable": "PEER_API_KEY", **changes}
    return ProviderConfig("peer", "Peer", kind, given.pop("base_url", base_url), **given)


async def ask_nobody(request: InputRequest) -> Answer:
    raise AssertionError(f"nobody expects {request}")


async def events_of(engine: Engine, asked: Turn, cancel: asyncio.Event | None = None) -> list[EngineEvent]:
    """All events of one turn."""
    return [event async for event in engine.run(asked, ask_nobody, cancel or asyncio.Event())]


async def failed_run(engine: Engine, asked: Turn) -> tuple[list[EngineEvent], EngineFailure]:
    """The events of a turn that fails, and its failure."""
    told: list[EngineEvent] = []
    try:
        async for event in engine.run(asked, ask_nobody, asyncio.Event()):
            told.append(event)  # noqa: PERF401 - what came before the failure is wanted
    except EngineFailure as failure:
        return told, failure
    raise AssertionError("the turn did not fail")


async def run_once(config: ProviderConfig, asked: Turn, **options: Any) -> list[EngineEvent]:
    """All events of one turn of an engine that has just this provider, and is closed after it."""
    engine = ModelEngine([config], **options)
    try:
        return await events_of(engine, asked)
    finally:
        await engine.close()


def text_of(events: list[EngineEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def reasoning_of(events: list[EngineEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def end_of(events: list[EngineEvent]) -> str:
    """The reason of the one TurnEnded, which is the last event."""
    ends = [event for event in events if isinstance(event, TurnEnded)]
    assert ends == [events[-1]]
    return ends[0].reason
