"""Our context as pydantic-ai's messages. All the rules stand in `engines.context`; this only spells them."""

from __future__ import annotations

from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
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

from hermes_webui.engines.context import Context, Said


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
        request = [ToolReturnPart(call.name, call.result, call.id) for call in turn.calls]
    messages.append(ModelRequest(request))
    return messages


def _asked(turn: Said) -> str | list[UserContent]:
    """The text, or the files and then the text: as the providers advise."""
    if not turn.files:
        return turn.text
    files = [BinaryContent(file.data, media_type=file.type) for file in turn.files]
    return [*files, *([turn.text] if turn.text.strip() else [])]


def _replied(turn: Said) -> list[ModelResponsePart]:
    text: list[ModelResponsePart] = [TextPart(turn.text)] if turn.text.strip() else []
    return text + [ToolCallPart(call.name, call.args, call.id) for call in turn.calls]
