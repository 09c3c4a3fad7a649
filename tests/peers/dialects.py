"""How an API spells a request, a reply, a list and an error, for `openai_server.ModelPeer`: OpenAI's and Ollama's here,
the others in `anthropic_messages` and `gemini`. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol


@dataclass
class Failure:
    """An error as a provider sends it; "{key}" in the text becomes the caller's key, as careless providers
    do."""

    status: int
    text: str
    code: str = ""
    type: str = "invalid_request_error"
    headers: dict[str, str] = field(default_factory=dict)
    details: list[dict[str, Any]] = field(default_factory=list)


#: "please fail: NAME" in a prompt.
FAILURES = {
    "400": Failure(400, "Unsupported value: this is just wrong."),
    "401": Failure(401, "Incorrect API key provided: {key}.", "invalid_api_key", "authentication_error"),
    "403": Failure(403, "You have no access to this.", "forbidden", "permission_error"),
    "404": Failure(404, "The model `peer-tiny` does not exist.", "model_not_found", "not_found_error"),
    "nowhere": Failure(404, "Not Found", type="not_found_error"),
    "400model": Failure(400, "peer-tiny is not a valid model ID"),
    "429": Failure(429, "Slow down.", "rate_limit_exceeded", "rate_limit_error", {"Retry-After": "7"}),
    "429now": Failure(429, "Slow down.", "rate_limit_exceeded", "rate_limit_error"),
    "quota": Failure(429, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota"),
    "402": Failure(402, "This request requires more credits.", "402"),
    "context": Failure(400, "Too much.", "context_length_exceeded"),
    "context_vllm": Failure(400, "This model's maximum context length is 4096 tokens, you asked for 9000."),
    "context_llamacpp": Failure(400, "the request exceeds the available context size. try increasing it", type="x"),
    "context_anthropic": Failure(400, "prompt is too long: 210000 tokens > 200000 maximum"),
    "context_500": Failure(500, "the input exceeds the context window", type="server_error"),
    "500": Failure(500, "Something broke: Bearer {key}", "server_error", "api_error"),
    "503": Failure(503, "The model is overloaded.", "overloaded", "overloaded_error"),
    "no_tools": Failure(400, "registry.ollama.ai/library/peer-small does not support tools"),
    "no_images": Failure(404, "No endpoints found that support image input"),
    "refused": Failure(400, "Your request was flagged by our content policy.", "content_policy_violation"),
}


_LONGEST_ID = 40

#: Tool calls: a name, and arguments as JSON.
Calls = Sequence[tuple[str, str]]


class Dialect(Protocol):
    """One API. `ending` is stop, length, filter, error, calls or "" (the stream just ends). `failures` are the words of
    its own for some of `FAILURES`; `refusal` is what the real service says of a request that it does not accept.
    """

    failures: ClassVar[Mapping[str, Failure]]

    def refusal(self, seen: Any) -> str: ...

    def key_in(self, headers: dict[str, str]) -> str: ...
    def prompt(self, body: dict[str, Any]) -> str: ...
    def streams(self, seen: Any) -> bool: ...
    def listing(self, models: Sequence[str]) -> dict[str, Any]: ...
    def steps(self, body: dict[str, Any]) -> int: ...
    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]: ...
    def whole(self, thoughts: str, text: str, ending: str) -> dict[str, Any]: ...
    def error(self, failure: Failure) -> dict[str, Any]: ...


def text_of(content: Any) -> str:
    """The text of a message's content, "" where it has none."""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content or ())


def last_prompt(messages: Sequence[dict[str, Any]], key: str = "content") -> int:
    """Where the last message of the user stands that says something: results of tools do not."""
    asked = (at for at, each in enumerate(messages) if each.get("role") == "user" and text_of(each[key]).strip())
    return max(asked, default=0)


def prompt_in(messages: Sequence[dict[str, Any]], key: str = "content") -> str:
    """What the user said last."""
    return text_of(messages[last_prompt(messages, key)][key]) if messages else ""


class OpenAI:
    failures: ClassVar[Mapping[str, Failure]] = {}
    endings = {"stop": "stop", "length": "length", "filter": "content_filter", "error": "error", "calls": "tool_calls"}
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "completion_tokens_details": {"reasoning_tokens": 3},
    }

    def refusal(self, seen: Any) -> str:
        """What OpenAI says of this request, "" where it takes it."""
        return next((wrong for wrong in _wrongs(seen.messages) if wrong), "")

    def key_in(self, headers: dict[str, str]) -> str:
        return headers.get("authorization", "").removeprefix("Bearer ")

    def prompt(self, body: dict[str, Any]) -> str:
        messages = [each for each in body.get("messages", ()) if each.get("role") == "user"]
        return text_of(messages[-1]["content"]) if messages else ""

    def streams(self, seen: Any) -> bool:
        return bool(seen.body.get("stream"))

    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in models]
        return {"object": "list", "data": [{**each, "max_model_len": 8192} for each in listed]}

    def steps(self, body: dict[str, Any]) -> int:
        """How many responses with calls have followed the last prompt."""
        messages = body.get("messages", ())
        last = max((at for at, each in enumerate(messages) if each.get("role") == "user"), default=0)
        return sum(bool(each.get("tool_calls")) for each in messages[last:])

    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]:
        yield self._chunk({"role": "assistant", "content": ""})
        for thought in thoughts.split(" ") if thoughts else ():
            yield self._chunk({"reasoning_content": f"{thought} "})
        for piece in pieces:
            yield self._chunk({"content": piece})
        for index, (name, args) in enumerate(calls):  # the ids are the same in each response, as some servers have it
            function = {"name": name, "arguments": ""}
            yield self._chunk(
                {"tool_calls": [{"index": index, "id": f"c{index}", "type": "function", "function": function}]}
            )
            yield self._chunk({"tool_calls": [{"index": index, "function": {"arguments": args}}]})
        if ending:
            yield self._chunk({}, self.endings[ending])
            yield f"data: {json.dumps({**self._frame('chat.completion.chunk', []), 'usage': self.usage})}\n\n"
        yield "data: [DONE]\n\n"

    def whole(self, thoughts: str, text: str, ending: str) -> dict[str, Any]:
        message = {
            "role": "assistant",
            "content": text,
            **({"reasoning_content": thoughts} if thoughts else {}),
        }
        choice = {"index": 0, "message": message, "finish_reason": self.endings.get(ending, "stop")}
        return {**self._frame("chat.completion", [choice]), "usage": self.usage}

    def error(self, failure: Failure) -> dict[str, Any]:
        return {"error": {"message": failure.text, "type": failure.type, "code": failure.code or None}}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return f"data: {json.dumps(self._frame('chat.completion.chunk', [choice]))}\n\n"

    def _frame(self, kind: str, choices: list[Any]) -> dict[str, Any]:
        return {"id": "chat-1", "object": kind, "created": 1, "model": "peer-small", "choices": choices}


def _wrongs(messages: Sequence[dict[str, Any]]) -> Iterator[str]:
    open_calls: list[str] = []
    for at, each in enumerate(messages):
        if each["role"] == "tool":
            if each["tool_call_id"] not in open_calls:
                yield f"messages[{at}]: 'tool' must be a response to a preceding message with 'tool_calls'."
            else:
                open_calls.remove(each["tool_call_id"])
        elif open_calls:
            yield f"messages[{at}]: 'tool_calls' must be followed by tool messages: {open_calls} have none."
        for call in each.get("tool_calls") or ():
            open_calls.append(call["id"])
            if len(call["id"]) > _LONGEST_ID:
                yield f"messages[{at}].tool_calls: string too long. Expected a maximum length of {_LONGEST_ID}."
    if open_calls:
        yield f"'tool_calls' must be followed by tool messages: {open_calls} have none."


class Ollama(OpenAI):
    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        names = (*models, "nomic-embed-text:latest")
        return {"models": [{"name": name, "model": name, "details": {"family": "tiny"}} for name in names]}
