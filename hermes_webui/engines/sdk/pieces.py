"""What comes from a model while it streams, as our events; and how a reply ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic_ai.messages import (
    FinishReason,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
)
from pydantic_ai.models import Model

from hermes_webui.engines.base import EngineEvent, Notice, ReasoningDelta, TextDelta, TurnEnded, Usage
from hermes_webui.engines.sdk.price import price_of
from hermes_webui.engines.thinking import ThinkTags
from hermes_webui.errors import EngineFailure

_ENDS: Final[Mapping[FinishReason, TurnEnded]] = {
    "length": TurnEnded("max_tokens"),
    "content_filter": TurnEnded("refusal"),
}
_AT_LIMIT: Final = Notice("The reply stopped at the model's limit of output. Ask it to go on to get the rest.")
_FILTERED: Final = Notice("The provider's content filter ended this reply.")

T = TypeVar("T")


class Pieces:
    """One response: splits its stream into text and thoughts, and remembers whether there were any."""

    def __init__(self) -> None:
        self._tags = ThinkTags()
        self.wrote = False
        self.thought = False

    def feed(self, event: object) -> list[EngineEvent]:
        """What this event of pydantic-ai's is to us; tool calls are told when they are made."""
        match event:
            case PartStartEvent(part=TextPart(content=text)) | PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                return self._noted(list(self._tags.feed(text)))
            case PartStartEvent(part=ThinkingPart(content=thought)) if thought:
                return self._noted([ReasoningDelta(thought)])
            case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=str(thought))) if thought:
                return self._noted([ReasoningDelta(thought)])
        return []

    def rest(self) -> list[EngineEvent]:
        """What was held back, once the stream has ended."""
        return self._noted(list(self._tags.rest()))

    def _noted(self, pieces: Sequence[EngineEvent]) -> list[EngineEvent]:
        self.wrote = self.wrote or any(isinstance(piece, TextDelta) for piece in pieces)
        self.thought = self.thought or any(isinstance(piece, ReasoningDelta) for piece in pieces)
        return list(pieces)


async def timely(stream: AsyncIterable[T], between: float) -> AsyncIterator[T]:
    """The events of a stream; TimeoutError where it falls silent for longer than `between` seconds."""
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


def endings(response: Any, pieces: Pieces) -> list[EngineEvent]:
    """How the reply ended: what is said of it, and TurnEnded. Raises EngineFailure where there is no reply. `response`
    is pydantic-ai's, whole or streamed.
    """
    finish = response.finish_reason
    # pydantic-ai says "stop" where an OpenAI-compatible server says nothing; only the raw reason tells.
    said = (response.provider_details or {}).get("finish_reason")
    if finish == "content_filter" and not pieces.wrote:
        raise EngineFailure(
            "refused",
            "The provider's content filter refused this request. Your message is kept: say it in another way, or "
            "choose another model.",
            retryable=False,
        )
    if "error" in (finish, said):
        raise EngineFailure(
            "provider_error", "The provider ended the reply with an error. Your message is kept: retry when you like."
        )
    end = _ENDS.get(finish or "stop", TurnEnded("end_turn"))
    if end.reason == "max_tokens":
        return [_AT_LIMIT, end]
    if not pieces.wrote:
        what = "thought, but wrote no reply" if pieces.thought else "sent an empty reply"
        raise EngineFailure(
            "provider_error", f"The model {what}. Your message is kept: try again, or choose another model."
        )
    if end.reason == "refusal":
        return [_FILTERED, end]
    return [end] if said else [TurnEnded("unknown")]


def usage_of(response: Any, model: Model) -> Usage:
    """The tokens and the price of one response."""
    usage = response.usage
    reasoning = usage.details.get("reasoning_tokens") or usage.details.get("thoughts_tokens") or 0
    cost = price_of(usage, model.model_name, model.base_url or "")
    return Usage(usage.input_tokens or 0, usage.output_tokens or 0, reasoning, cost)


def summed(responses: Sequence[ModelResponse], model: Model, *, beside: Usage | None = None) -> Usage:
    """The tokens of all of them, with what was spent `beside` them by subagents. Its price is known where that of each
    is; the context is as full as the last request left it.
    """
    each = [usage_of(response, model) for response in responses]
    counted = [*each, *([beside] if beside is not None else [])]
    costs = [usage.cost for usage in counted]
    return Usage(
        sum(usage.input_tokens for usage in counted),
        sum(usage.output_tokens for usage in counted),
        sum(usage.reasoning_tokens for usage in counted),
        None if None in costs or not costs else sum(cost for cost in costs if cost is not None),
        context_tokens=each[-1].input_tokens + each[-1].output_tokens if len(counted) > 1 and each else 0,
    )
