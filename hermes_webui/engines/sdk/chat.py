"""One request to a model, as a stream of our events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import (
    FinishReason,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
)
from pydantic_ai.models import Model, StreamedResponse

from hermes_webui.engines.base import (
    EngineEvent,
    Notice,
    ReasoningDelta,
    TextDelta,
    TurnEnded,
    Usage,
    UsageUpdated,
)
from hermes_webui.engines.context import Context
from hermes_webui.engines.sdk.messages import messages_of
from hermes_webui.engines.sdk.price import price_of
from hermes_webui.engines.thinking import ThinkTags
from hermes_webui.errors import EngineFailure

_ENDS: Final[Mapping[FinishReason, TurnEnded]] = {
    "length": TurnEnded("max_tokens"),
    "content_filter": TurnEnded("refusal"),
}
_AT_LIMIT = Notice("The reply stopped at the model's limit of output. Ask it to go on to get the rest.")
_FILTERED = Notice("The provider's content filter ended this reply.")
_NO_TOOLS = Notice("The model tried to call a tool. A model on its own has no tools here.")


async def chat(model: Model, context: Context, between: float) -> AsyncIterator[EngineEvent]:
    """The reply to this context, ending in TurnEnded.

    `between` is the longest wait for a next piece, in seconds. Raises what pydantic-ai raises, TimeoutError
    where the stream falls silent, and EngineFailure for an empty reply. Closing or cancelling it closes the
    connection.
    """
    tags, wrote, thought = ThinkTags(), False, False
    async with model_request_stream(model, messages_of(context)) as stream:
        async for event in _timely(stream, between):
            for piece in _pieces(event, tags):
                wrote = wrote or isinstance(piece, TextDelta)
                thought = thought or isinstance(piece, ReasoningDelta)
                yield piece
        for piece in tags.rest():
            wrote = wrote or isinstance(piece, TextDelta)
            yield piece
        usage = _usage(stream, model)
        if usage.input_tokens or usage.output_tokens:
            yield UsageUpdated(usage)
        for last in _endings(stream, wrote=wrote, thought=thought):
            yield last


async def short_answer(model: Model, context: Context, max_tokens: int, within: float) -> str:
    """The whole of a short answer without its thoughts, "" where there is none. Raises like `chat`."""
    async with asyncio.timeout(within):
        response = await model_request(
            model, messages_of(context), model_settings={"max_tokens": max_tokens, "thinking": False}
        )
    return "".join(part.content for part in response.parts if isinstance(part, TextPart))


async def _timely(stream: StreamedResponse, between: float) -> AsyncIterator[ModelResponseStreamEvent]:
    events = aiter(stream)
    # The first piece has the HTTP client's longer time-out: the model may still be reading the prompt.
    within: float | None = None
    while True:
        try:
            async with asyncio.timeout(within):
                event = await anext(events)
        except StopAsyncIteration:
            return
        within = between
        yield event


def _pieces(event: ModelResponseStreamEvent, tags: ThinkTags) -> list[EngineEvent]:
    match event:
        case PartStartEvent(part=TextPart(content=text)) | PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return list(tags.feed(text))
        case PartStartEvent(part=ThinkingPart(content=thought)) if thought:
            return [ReasoningDelta(thought)]
        case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=thought)) if thought:
            return [ReasoningDelta(thought)]
        case PartStartEvent(part=ToolCallPart()):
            return [_NO_TOOLS]
    return []


def _endings(stream: StreamedResponse, *, wrote: bool, thought: bool) -> list[EngineEvent]:
    finish = stream.finish_reason
    # pydantic-ai says "stop" where an OpenAI-compatible server says nothing; only the raw reason tells.
    said = (stream.provider_details or {}).get("finish_reason")
    if finish == "content_filter" and not wrote:
        raise EngineFailure(
            "refused",
            "The provider's content filter refused this request. Say it in another way, or choose another model.",
            retryable=False,
        )
    if "error" in (finish, said):
        raise EngineFailure(
            "provider_error", "The provider ended the reply with an error. Your message is kept: retry when you like."
        )
    end = _ENDS.get(finish or "stop", TurnEnded("end_turn"))
    if end.reason == "max_tokens":
        return [_AT_LIMIT, end]
    if not wrote:
        what = "thought, but wrote no reply" if thought else "sent an empty reply"
        raise EngineFailure(
            "provider_error", f"The model {what}. Your message is kept: try again, or choose another model."
        )
    if end.reason == "refusal":
        return [_FILTERED, end]
    return [end] if said else [TurnEnded("unknown")]


def _usage(stream: StreamedResponse, model: Model) -> Usage:
    usage = stream.usage
    reasoning = usage.details.get("reasoning_tokens") or usage.details.get("thoughts_tokens") or 0
    cost = price_of(usage, model.model_name, model.base_url or "")
    return Usage(usage.input_tokens or 0, usage.output_tokens or 0, reasoning, cost)
