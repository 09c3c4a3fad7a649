"""A conversation as Markdown, to be read elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from hermes_webui.chat.messages import Message, text_of, timestamp_of

NAMES: Final[Mapping[str, str]] = {"user": "You", "assistant": "Reply", "system": "System"}


def markdown(title: str, messages: Iterable[Message]) -> Iterator[str]:
    """The title, then each message under a heading of its own; of tools only what was called."""
    yield f"# {' '.join(title.split())}\n"
    heading = ""
    for message in messages:
        if message.role == "tool":
            continue
        name = NAMES.get(message.role, message.role)
        if message.role != "assistant" or heading != name:  # the parts of one reply stand under one heading
            yield f"\n## {name}{_when(message)}\n"
        heading = name
        if text := text_of(message.body).strip():
            yield f"\n{text}\n"
        for called in _called(message):
            yield f"\n*Used the tool {called}.*\n"


def _when(message: Message) -> str:
    at = timestamp_of(message.body)
    try:
        return "" if at is None else f" · {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return ""


def _called(message: Message) -> Iterator[str]:
    calls = message.body.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            yield f"`{function.get('name')}`"
