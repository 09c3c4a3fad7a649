"""Anthropic's Messages API for `openai_server.ModelPeer`, as strict about a conversation as the real one. Pure.

A model whose name begins with `claude-` shows its thoughts only where `thinking` asks for it; they are signed, and in a
turn with tools they must come back as they were.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from tests.peers.dialects import Calls, Failure, last_prompt, prompt_in

_OVERLOADED = Failure(529, "Overloaded", type="overloaded_error")
_FAILURES = {
    "401": Failure(401, "invalid x-api-key", type="authentication_error"),
    "404": Failure(404, "model: peer-small", type="not_found_error"),
    "429": Failure(
        429,
        "This request would exceed your organization's rate limit of 50 requests per minute.",
        type="rate_limit_error",
        headers={"retry-after": "7"},
    ),
    "503": _OVERLOADED,
    "quota": Failure(400, "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."),
    "context": Failure(400, "prompt is too long: 210000 tokens > 200000 maximum"),
    "too_large": Failure(413, "Request exceeds the maximum size", type="request_too_large"),
}
#: What a model that always thinks has used up before it writes a word.
_THOUGHT_TOKENS = 300
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_MAGIC = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF",
}


def signed(text: str) -> str:
    """The signature of these thoughts: nobody else's text has it."""
    return base64.b64encode(hashlib.blake2b(b"anthropic" + text.encode(), digest_size=24).digest()).decode()


class Anthropic:
    """One request. `endings` as in `Dialect`; in the middle of a stream an error is an event."""

    failures: ClassVar[Mapping[str, Failure]] = _FAILURES
    endings: ClassVar = {"stop": "end_turn", "length": "max_tokens", "filter": "refusal", "calls": "tool_use"}

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def key_in(self, headers: dict[str, str]) -> str:
        return headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")

    def prompt(self, body: dict[str, Any]) -> str:
        return prompt_in(body.get("messages", ()))

    def streams(self, seen: Any) -> bool:
        return bool(seen.body.get("stream"))

    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        listed = [{"type": "model", "id": name, "display_name": name.title()} for name in models]
        return {"data": listed, "has_more": False}

    def steps(self, body: dict[str, Any]) -> int:
        messages = body.get("messages", ())
        return sum(bool(_of("tool_use", each)) for each in messages[last_prompt(messages) :])

    def refusal(self, seen: Any) -> str:
        """What the service says of this request, "" where it takes it."""
        if "anthropic-version" not in seen.headers:
            return "anthropic-version: header is required"
        return next((wrong for wrong in _wrongs(self._body) if wrong), "")

    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]:
        yield self._event("message_start", message=self._message([], None))
        for at, (block, deltas) in enumerate([*self._thinking(thoughts), *_text(pieces), *self._calls(calls)]):
            yield self._event("content_block_start", index=at, content_block=block)
            for delta in deltas:
                yield self._event("content_block_delta", index=at, delta=delta)
            yield self._event("content_block_stop", index=at)
        if ending == "error":
            yield self._event("error", error=self.error(_OVERLOADED)["error"])
        elif ending:
            delta = {"stop_reason": self.endings[ending], "stop_sequence": None}
            yield self._event("message_delta", delta=delta, usage={"output_tokens": 7})
            yield self._event("message_stop")

    def whole(self, thoughts: str, text: str, ending: str) -> dict[str, Any]:
        if str(self._body["model"]).startswith("claude-opus-5-5") and self._body["max_tokens"] < _THOUGHT_TOKENS:
            return self._message([{"type": "thinking", "thinking": "", "signature": signed("")}], "max_tokens")
        return self._message([{"type": "text", "text": text}], self.endings.get(ending, "end_turn"))

    def error(self, failure: Failure) -> dict[str, Any]:
        return {"type": "error", "error": {"type": failure.type, "message": failure.text}, "request_id": "req_1"}

    def _thinking(self, thoughts: str) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        if not thoughts:
            return
        asked = self._body.get("thinking", {})
        hidden = str(self._body.get("model")).startswith("claude-") and asked.get("display") != "summarized"
        told = [] if hidden else [f"{each} " for each in thoughts.split(" ")]
        deltas = [{"type": "thinking_delta", "thinking": each} for each in told]
        signature = {"type": "signature_delta", "signature": signed("".join(told))}
        yield {"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]

    def _calls(self, calls: Calls) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        for index, (name, args) in enumerate(calls):
            told = f"{index}{json.dumps(self._body.get('messages'))}"
            identity = f"toolu_{hashlib.blake2b(told.encode(), digest_size=9).hexdigest()}"
            halves = ("", args[: len(args) // 2], args[len(args) // 2 :])
            deltas = [{"type": "input_json_delta", "partial_json": half} for half in halves]
            yield {"type": "tool_use", "id": identity, "name": name, "input": {}}, deltas

    def _message(self, content: list[Any], stop: str | None) -> dict[str, Any]:
        usage = {"input_tokens": 11, "output_tokens": 7 if stop else 0}
        frame = {"id": "msg-1", "type": "message", "role": "assistant", "model": self._body.get("model", "")}
        return {**frame, "content": content, "stop_reason": stop, "stop_sequence": None, "usage": usage}

    def _event(self, kind: str, **values: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n"


def _text(pieces: Sequence[str]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    if pieces:
        yield {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces]


def _blocks(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())


def _of(kind: str, message: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [block for block in _blocks(message) if block["type"] == kind]


def _wrongs(body: dict[str, Any]) -> Iterator[str]:
    """Everything that is wrong with the request, in the service's words."""
    messages = body.get("messages") or []
    if not isinstance(body.get("max_tokens"), int):
        yield "max_tokens: Field required"
    if not messages:
        yield "messages: at least one message is required"
        return
    roles = [each["role"] for each in messages]
    if roles != [("user", "assistant")[at % 2] for at in range(len(roles))]:
        yield f"messages: roles must alternate between user and assistant, but found {roles}"
    if roles[-1] != "user":
        yield "This model does not support assistant message prefill. The conversation must end with a user message."
    yield from _wrong_setup(body)
    for at, message in enumerate(messages):
        yield from (f"messages.{at}: {wrong}" for block in _blocks(message) for wrong in _wrong_block(block))
        if not _blocks(message):
            yield f"messages.{at}: all messages must have non-empty content"
    yield from _wrong_calls(messages, {tool["name"] for tool in body.get("tools", ())})
    yield from _wrong_thoughts(messages, body.get("thinking", {}).get("type"))


def _wrong_setup(body: dict[str, Any]) -> Iterator[str]:
    thinking, model = body.get("thinking", {}), str(body["model"])
    if thinking.get("type") == "enabled" and not 1024 <= thinking.get("budget_tokens", 0) < body["max_tokens"]:
        yield "`max_tokens` must be greater than `thinking.budget_tokens`."
    if model.startswith("claude-opus-5-5") and thinking.get("type") in ("enabled", "disabled"):
        yield f'"thinking.type.{thinking["type"]}" is not supported for this model. Use "thinking.type.adaptive".'
    if model.startswith("claude-haiku-4-5") and thinking.get("type") == "adaptive":
        yield "adaptive thinking is not supported on this model"
    system = body.get("system", "unset")
    for text in [system] if isinstance(system, str) else [block["text"] for block in system]:
        if not text.strip():
            yield "system: text content blocks must be non-empty"
    names = [tool["name"] for tool in body.get("tools", ())]
    if len(set(names)) < len(names):
        yield "tools: Tool names must be unique."
    for tool in body.get("tools", ()):
        if not _NAME.fullmatch(tool["name"]) or tool["input_schema"].get("type") != "object":
            yield f"tools: {tool['name']} has no good name, or no schema of an object"


def _wrong_block(block: dict[str, Any]) -> Iterator[str]:
    if block["type"] == "text" and not block["text"].strip():
        yield "text content blocks must contain non-whitespace text"
    if block["type"] in ("image", "document"):
        source = block["source"]
        data = base64.b64decode(source["data"], validate=True)
        if not data.startswith(_MAGIC.get(source["media_type"], b"\0")):
            yield f"the {block['type']} was specified using the {source['media_type']} media type, but is none"
        if (source["media_type"] == "application/pdf") != (block["type"] == "document"):
            yield "a PDF is a document, and a document is a PDF"
    if block["type"] == "thinking" and block["signature"] != signed(block["thinking"]):
        yield "Invalid `signature` in `thinking` block"


def _wrong_calls(messages: Sequence[dict[str, Any]], known: set[str]) -> Iterator[str]:
    used: list[str] = []
    for at, message in enumerate(messages):
        before = [call["id"] for call in _of("tool_use", messages[at - 1])] if at else []
        results = [result["tool_use_id"] for result in _of("tool_result", message)]
        if sorted(results) != sorted(before):
            yield f"messages.{at}: tool_result blocks {results} must answer the tool_use blocks before: {before}"
        if any(block["type"] != "tool_result" for block in _blocks(message)[: len(results)]):
            yield f"messages.{at}: tool_result blocks must come first"
        for call in _of("tool_use", message):
            used.append(call["id"])
            if (
                not _ID.fullmatch(call["id"])
                or not _NAME.fullmatch(call["name"])
                or not isinstance(call["input"], dict)
            ):
                yield f"messages.{at}: tool_use: String should match pattern '^[a-zA-Z0-9_-]+$'"
    if used and not known:
        yield "Requests which include `tool_use` or `tool_result` blocks must define tools"
    if len(set(used)) < len(used):
        yield "`tool_use` ids must be unique"


def _wrong_thoughts(messages: Sequence[dict[str, Any]], kind: str | None) -> Iterator[str]:
    """Thoughts of the turn that goes on; those of earlier turns may be left out."""
    for at, message in enumerate(messages[last_prompt(messages) :], last_prompt(messages)):
        kinds = [block["type"] for block in _blocks(message)]
        if message["role"] == "assistant" and kind == "enabled" and kinds[0] != "thinking":
            yield f"messages.{at}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{kinds[0]}`"
        if "thinking" in kinds[1:] and kinds[0] != "thinking":
            yield f"messages.{at}: thinking must come first"
