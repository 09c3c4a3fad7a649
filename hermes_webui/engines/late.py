"""The one door to `engines.sdk`, whose import takes seconds.

`open_model` imports what it needs: call it in a thread. The others find it imported.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from hermes_webui.engines.providers import Kind, ProviderConfig

if TYPE_CHECKING:
    from types import ModuleType

    from httpx2 import AsyncClient
    from pydantic_ai.models import Model

    from hermes_webui.engines.base import EngineEvent
    from hermes_webui.engines.calls import Calls
    from hermes_webui.engines.context import Context, Pending
    from hermes_webui.engines.mcp.server import Session
    from hermes_webui.engines.sdk.agent import Delegation
    from hermes_webui.errors import EngineFailure


def load(kind: Kind) -> ModuleType:
    """Imports all that a turn with this kind of provider needs, and gives the kind's module."""
    from hermes_webui.engines.sdk import agent as _agent
    from hermes_webui.engines.sdk import chat as _chat
    from hermes_webui.engines.sdk import failures as _failures

    _ = _agent, _chat, _failures
    if kind == "anthropic":
        from hermes_webui.engines.sdk import anthropic

        return anthropic
    if kind == "google":
        from hermes_webui.engines.sdk import google

        return google
    from hermes_webui.engines.sdk import openai

    return openai


def open_model(config: ProviderConfig, name: str, http: AsyncClient) -> Model:
    """The model `name` of this provider."""
    model: Model = load(config.kind).open_model(config, name, http)
    return model


def chat(model: Model, context: Context, between: float) -> AsyncIterator[EngineEvent]:
    """See `engines.sdk.chat.chat`."""
    from hermes_webui.engines.sdk.chat import chat as stream

    return stream(model, context, between)


def delegation(**about: Any) -> Delegation:
    """See `engines.sdk.agent.Delegation`."""
    from hermes_webui.engines.sdk.agent import Delegation

    return Delegation(**about)


def converse(about: Delegation, calls: Calls, context: Context, pending: Pending | None) -> AsyncIterator[EngineEvent]:
    """See `engines.sdk.agent.converse`."""
    from hermes_webui.engines.sdk.agent import converse as stream

    return stream(about, calls, context, pending)


async def short_answer(model: Model, context: Context, max_tokens: int, within: float) -> str:
    """See `engines.sdk.chat.short_answer`."""
    from hermes_webui.engines.sdk.chat import short_answer as answer

    return await answer(model, context, max_tokens, within)


def failure_of(error: BaseException, config: ProviderConfig, model: str) -> EngineFailure:
    """See `engines.sdk.failures.failure_of`."""
    from hermes_webui.engines.sdk.failures import failure_of as explain

    return explain(error, config, model)


def mcp_connect() -> Callable[..., AbstractAsyncContextManager[tuple[Session, asyncio.Event]]]:
    """See `engines.sdk.mcp.connect`; call this in a thread, it imports for a second."""
    from hermes_webui.engines.sdk.mcp import connect

    return connect
