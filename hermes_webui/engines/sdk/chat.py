"""One request to a model without tools, as a stream of our events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import PartStartEvent, TextPart, ToolCallPart
from pydantic_ai.models import Model

from hermes_webui.engines.base import EngineEvent, Notice, UsageUpdated
from hermes_webui.engines.context import Context
from hermes_webui.engines.sdk.asked import shown
from hermes_webui.engines.sdk.messages import messages_of
from hermes_webui.engines.sdk.pieces import Pieces, endings, timely, usage_of

_ROOM_TO_THINK: Final = 2000
_NO_TOOLS: Final = Notice("The model tried to call a tool. It has none in this conversation.")


async def chat(model: Model, context: Context, between: float) -> AsyncIterator[EngineEvent]:
    """The reply to this context, ending in TurnEnded.

    `between` is the longest wait for a next piece, in seconds. Raises what pydantic-ai raises, TimeoutError
    where the stream falls silent, and EngineFailure for an empty reply. Closing or cancelling it closes the
    connection.
    """
    pieces = Pieces()
    async with model_request_stream(model, messages_of(context), model_settings=shown(model)) as stream:
        async for event in timely(stream, between):
            if isinstance(event, PartStartEvent) and isinstance(event.part, ToolCallPart):
                yield _NO_TOOLS
            for piece in pieces.feed(event):
                yield piece
        for piece in pieces.rest():
            yield piece
        usage = usage_of(stream, model)
        if usage.input_tokens or usage.output_tokens:
            yield UsageUpdated(usage)
        for last in endings(stream, pieces):
            yield last


async def short_answer(model: Model, context: Context, max_tokens: int, within: float) -> str:
    """The whole of a short answer without its thoughts, "" where there is none. Raises like `chat`. A model that thinks
    gets room for it: many cannot be kept from it.
    """
    max_tokens += _ROOM_TO_THINK if model.profile.get("supports_thinking") else 0
    async with asyncio.timeout(within):
        response = await model_request(
            model, messages_of(context), model_settings={"max_tokens": max_tokens, "thinking": False}
        )
    return "".join(part.content for part in response.parts if isinstance(part, TextPart))
