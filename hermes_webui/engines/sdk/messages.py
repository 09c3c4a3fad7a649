"""Our context as pydantic-ai's messages. All the rules stand in `engines.context`; this only spells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserContent,
    UserPromptPart,
)

from hermes_webui.engines.context import Context, Pending, Said


def messages_of(context: Context) -> list[ModelMessage]:
    """The messages: requests and responses in turn, beginning and ending with a request, each with at least
    one part.
    """
    messages: list[ModelMessage] = []
    request: list[ModelRequestPart] = [SystemPromptPart(context.system)] if context.system else []
    for turn in context.turns:
        if turn.role == "user":
            request.append(UserPromptPart(_asked(turn)))
            continue
        if request:
            messages.append(ModelRequest(request))
        messages.append(ModelResponse(_replied(turn)))
        request = _results(turn)
    messages.append(ModelRequest(request))
    return messages


def pending_messages(pending: Pending) -> list[ModelMessage]:
    """What a run had said, after `messages_of` what came before it: it ends with the calls that are to be made."""
    messages: list[ModelMessage] = []
    for turn in pending.turns:
        if turn.role == "assistant":
            messages += [ModelResponse(_replied(turn)), ModelRequest(_results(turn))]
        elif messages and isinstance(messages[-1], ModelRequest):
            messages[-1] = with_prompts(messages[-1], [turn])
    waiting = Said("assistant", pending.text, pending.calls)
    return [*messages, *([ModelResponse(_replied(waiting))] if pending.calls else [])]


def with_prompts(request: ModelRequest, prompts: Sequence[Said]) -> ModelRequest:
    """The request with these prompts behind what it holds: the results of the calls before it."""
    return replace(request, parts=[*request.parts, *(UserPromptPart(_asked(each)) for each in prompts)])


def frozen(messages: Sequence[ModelMessage]) -> bytes:
    """The messages as they are kept over a restart."""
    return ModelMessagesTypeAdapter.dump_json(list(messages))


def thawed(data: bytes) -> list[ModelMessage]:
    """The messages again. Raises ValueError for what another version wrote."""
    return ModelMessagesTypeAdapter.validate_json(data)


def _results(turn: Said) -> list[ModelRequestPart]:
    return [ToolReturnPart(call.name, call.result, call.id) for call in turn.calls]


def _asked(turn: Said) -> str | list[UserContent]:
    """The text, or the files and then the text: as the providers advise."""
    if not turn.files:
        return turn.text
    files = [BinaryContent(file.data, media_type=file.type) for file in turn.files]
    return [*files, *([turn.text] if turn.text.strip() else [])]


def _replied(turn: Said) -> list[ModelResponsePart]:
    text: list[ModelResponsePart] = [TextPart(turn.text)] if turn.text.strip() else []
    return text + [ToolCallPart(call.name, call.args, call.id) for call in turn.calls]
