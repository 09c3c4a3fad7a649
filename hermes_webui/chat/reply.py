"""A reply while it is streamed, and the messages that it becomes.

A position in a stream is counted in characters (code points) over text and reasoning in the order they came, so that
a reader can go on from any of them, also after the message is complete and after a restart: `rest_after` cuts what it
has not seen out of the message itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from hermes_webui.chat.events import Body
from hermes_webui.chat.messages import Message

TEXT = "text"
REASONING = "reasoning"

#: (kind, text): a stretch of a reply.
Part = tuple[str, str]

MAY_HAVE_RUN = "The server was stopped during this call. It may have run; it was not run again."
NOT_RUN = "It was not run: its question had not been answered when the turn ended."
NO_REPLY = "The server was stopped before anything of the reply had arrived."


class Reply:
    """The open message of a run: what has been streamed of it."""

    def __init__(self) -> None:
        self._stretches: list[tuple[str, list[str]]] = []
        self.length = 0

    @property
    def parts(self) -> list[Part]:
        """What has been streamed, a stretch of one kind after the other."""
        return [(kind, "".join(texts)) for kind, texts in self._stretches]

    def add(self, kind: str, text: str) -> int:
        """Takes more text in; returns the position where it begins."""
        offset = self.length
        if self._stretches and self._stretches[-1][0] == kind:
            self._stretches[-1][1].append(text)
        else:
            self._stretches.append((kind, [text]))
        self.length += len(text)
        return offset


def joined(parts: Iterable[Part], kind: str) -> str:
    """All text of one kind."""
    return "".join(text for each, text in parts if each == kind)


def body_of(parts: Sequence[Part], at: float, **more: Any) -> Body:
    """The assistant message that these parts make; `segments` notes an order other than reasoning, then text."""
    body: Body = {"role": "assistant", "content": joined(parts, TEXT), "timestamp": at}
    if reasoning := joined(parts, REASONING):
        body["reasoning"] = reasoning
    order = [kind for kind, _ in parts]
    if order not in ([TEXT], [REASONING], [REASONING, TEXT], []):
        body["segments"] = [[kind, len(text)] for kind, text in parts]
    return {**body, **{key: value for key, value in more.items() if value}}


def parts_of(body: Body) -> list[Part]:
    """The parts of a finished message, in the order they were streamed."""
    text, reasoning = str(body.get("content") or ""), str(body.get("reasoning") or "")
    segments = body.get("segments")
    if not isinstance(segments, list):
        return [(kind, part) for kind, part in ((REASONING, reasoning), (TEXT, text)) if part]
    parts: list[Part] = []
    rest = {TEXT: text, REASONING: reasoning}
    for kind, length in segments:
        parts.append((kind, rest[kind][:length]))
        rest[kind] = rest[kind][length:]
    return parts


def rest_after(parts: Iterable[Part], offset: int) -> list[tuple[int, str, str]]:
    """What comes after position `offset`: (position, kind, text), in order."""
    rest, position = [], 0
    for kind, text in parts:
        end = position + len(text)
        if end > offset:
            start = max(offset, position)
            rest.append((start, kind, text[start - position :]))
        position = end
    return rest


def error_body(at: float, error: dict[str, Any]) -> Body:
    """A message that tells people why there is no reply; it is not for the model."""
    return {"role": "assistant", "content": error["message"], "timestamp": at, "_error": True, "error": error}


def open_calls(tail: Sequence[Message]) -> list[dict[str, Any]]:
    """The tool calls among the last messages that have no result."""
    answered = {message.body.get("tool_call_id") for message in tail if message.role == "tool"}
    found = (message.body.get("tool_calls") for message in tail if message.role == "assistant")
    calls = [call for listed in found if isinstance(listed, list) for call in listed]
    return [call for call in calls if isinstance(call, dict) and call.get("id") not in answered]


def names_of(calls: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The names of calls by their ids."""
    named = ((str(call.get("id")), call.get("function")) for call in calls)
    return {call_id: str(known.get("name") or "") if isinstance(known, dict) else "" for call_id, known in named}


def call_result(
    at: float, call_id: str, name: str, status: str, content: str, duration: float = 0.0, **more: Any
) -> Body:
    """The tool message that closes a call; `more` (diffs, locations) stands in it where it is not empty."""
    result: Body = {"role": "tool", "tool_call_id": call_id, "name": name, "content": content, "status": status}
    return {**result, "duration": duration, "timestamp": at, **{key: value for key, value in more.items() if value}}


class Cutting(Struct, frozen=True):
    """How calls are closed that will get no result any more: with `status` and `content`, and what is known of their
    output; those that waited for an answer (`not_run`) as not run.
    """

    status: str
    content: str
    not_run: frozenset[str] = frozenset()
    outputs: Mapping[str, str] = MappingProxyType({})

    def result(self, at: float, call_id: str, name: str) -> Body:
        """The tool message that closes this call."""
        if call_id in self.not_run:
            return call_result(at, call_id, name, "cancelled", NOT_RUN, not_run=True)
        output = self.outputs.get(call_id, "")
        content = f"{self.content}\n\nIts output until then:\n{output}" if output else self.content
        return call_result(at, call_id, name, self.status, content)


#: The server was stopped.
CUT_OFF: Final = Cutting("unknown", MAY_HAVE_RUN)


def close_calls(tail: Sequence[Message], at: float, cutting: Cutting) -> list[Body]:
    """Results for calls that will get none any more."""
    return [cutting.result(at, call_id, name) for call_id, name in names_of(open_calls(tail)).items()]


def interrupted(
    tail: Sequence[Message],
    run_id: str,
    parts: Sequence[Part],
    at: float,
    model: str,
    cutting: Cutting = CUT_OFF,
) -> list[Body]:
    """What a run that nobody runs any more leaves: open calls closed as unknown, the partial text kept and marked."""
    own = [message for message in tail if message.run_id == run_id]
    bodies = close_calls(own, at, cutting)
    if parts:
        bodies.append(body_of(parts, at, model=model, _partial=True, finish_reason="interrupted"))
    elif not any(message.role != "user" for message in own):
        error = {"code": "interrupted", "message": NO_REPLY, "retryable": True, "hint": ""}
        bodies.append(error_body(at, error))
    return bodies
