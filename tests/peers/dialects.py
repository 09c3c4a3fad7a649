"""How each API spells a request, a reply, a list and an error; pure, for `openai_server.ModelPeer`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass
class Failure:
    """An error as a provider sends it; "{key}" in the text becomes the caller's key, as careless providers
    do."""

    status: int
    text: str
    code: str = ""
    type: str = "invalid_request_error"
    headers: dict[str, str] = field(default_factory=dict)


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


#: Tool calls: a name, and arguments as JSON.
Calls = Sequence[tuple[str, str]]


class Dialect(Protocol):
    """One API. `ending` is stop, length, filter or "" (the stream just ends)."""

    def key_in(self, headers: dict[str, str]) -> str: ...
    def prompt(self, body: dict[str, Any]) -> str: ...
    def streams(self, seen: Any) -> bool: ...
    def listing(self, models: Sequence[str]) -> dict[str, Any]: ...
    def steps(self, body: dict[str, Any]) -> int: ...
    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]: ...
    def whole(self, thoughts: str, text: str, ending: str) -> dict[str, Any]: ...
    def error(self, failure: Failure) -> dict[str, Any]: ...


def of(path: str, headers: dict[str, str]) -> Dialect:
    """The dialect of this request."""
    if path.startswith("/v1beta/"):
        return Google()
    if path == "/v1/messages" or "anthropic-version" in headers:
        return Anthropic()
    if path == "/v1/responses":
        return Responses()
    return Ollama() if path.startswith("/api/") else OpenAI()


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content or ())


def _has(message: dict[str, Any], key: str, kind: str) -> bool:
    """Whether a message has a part of this kind: named by its `type`, or by a key of its own."""
    parts = message.get(key)
    return isinstance(parts, list) and any(part.get("type") == kind or kind in part for part in parts)


def _last(messages: Sequence[dict[str, Any]], key: str = "content") -> str:
    return next((_text(each[key]) for each in reversed(messages) if each.get("role") == "user"), "")


class OpenAI:
    endings = {"stop": "stop", "length": "length", "filter": "content_filter", "error": "error", "calls": "tool_calls"}
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "completion_tokens_details": {"reasoning_tokens": 3},
    }

    def key_in(self, headers: dict[str, str]) -> str:
        return headers.get("authorization", "").removeprefix("Bearer ")

    def prompt(self, body: dict[str, Any]) -> str:
        return _last(body.get("messages", ()))

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


class Ollama(OpenAI):
    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        names = (*models, "nomic-embed-text:latest")
        return {"models": [{"name": name, "model": name, "details": {"family": "tiny"}} for name in names]}


class Anthropic:
    endings = {"stop": "end_turn", "length": "max_tokens", "filter": "refusal", "calls": "tool_use"}

    def key_in(self, headers: dict[str, str]) -> str:
        return headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")

    def prompt(self, body: dict[str, Any]) -> str:
        return _last([each for each in body.get("messages", ()) if not _has(each, "content", "tool_result")])

    def streams(self, seen: Any) -> bool:
        return bool(seen.body.get("stream"))

    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        listed = [{"type": "model", "id": name, "display_name": name.title()} for name in models]
        return {"data": listed, "has_more": False}

    def steps(self, body: dict[str, Any]) -> int:
        messages = body.get("messages", ())
        prompts = [not _has(each, "content", "tool_result") and each.get("role") == "user" for each in messages]
        last = max((at for at, is_prompt in enumerate(prompts) if is_prompt), default=0)
        return sum(_has(each, "content", "tool_use") for each in messages[last:])

    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]:
        yield self._event("message_start", message=self._message([], None))
        blocks = [("thinking", "thinking", thoughts.split(" "))] if thoughts else []
        for index, (kind, key, parts) in enumerate([*blocks, ("text", "text", pieces)]):
            block = {"type": kind, key: "", **({"signature": ""} if kind == "thinking" else {})}
            yield self._event("content_block_start", index=index, content_block=block)
            for part in parts:
                told = f"{part} " if kind == "thinking" else part
                yield self._event("content_block_delta", index=index, delta={"type": f"{kind}_delta", key: told})
            yield self._event("content_block_stop", index=index)
        for index, (name, args) in enumerate(calls, len(blocks) + 1):
            use = {"type": "tool_use", "id": f"c{index}", "name": name, "input": {}}
            yield self._event("content_block_start", index=index, content_block=use)
            yield self._event(
                "content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": args}
            )
            yield self._event("content_block_stop", index=index)
        if ending:
            delta = {"stop_reason": self.endings[ending], "stop_sequence": None}
            yield self._event("message_delta", delta=delta, usage={"output_tokens": 7})
            yield self._event("message_stop")

    def whole(self, thoughts: str, text: str, ending: str) -> dict[str, Any]:
        return self._message([{"type": "text", "text": text}], self.endings.get(ending, "end_turn"))

    def error(self, failure: Failure) -> dict[str, Any]:
        return {"type": "error", "error": {"type": failure.type, "message": failure.text}}

    def _message(self, content: list[Any], stop: str | None) -> dict[str, Any]:
        usage = {"input_tokens": 11, "output_tokens": 7 if stop else 0}
        frame = {"id": "msg-1", "type": "message", "role": "assistant", "model": "peer-small"}
        return {**frame, "content": content, "stop_reason": stop, "stop_sequence": None, "usage": usage}

    def _event(self, kind: str, **values: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n"


class Responses(OpenAI):
    """OpenAI's newer API, which Codex speaks."""

    def prompt(self, body: dict[str, Any]) -> str:
        return _last(body.get("input", ()))

    def steps(self, body: dict[str, Any]) -> int:
        items = body.get("input", ())
        last = max((at for at, each in enumerate(items) if each.get("role") == "user"), default=0)
        return sum(each.get("type") == "function_call" for each in items[last:])

    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]:
        yield self._event("created", response={"id": "r1"})
        if thoughts:
            part = {"item_id": "rs1", "output_index": 0, "summary_index": 0}
            yield self._event("reasoning_summary_text.delta", **part, delta=thoughts)
        item = {"type": "message", "id": "m1", "role": "assistant"}
        yield self._event("output_item.added", output_index=0, item={**item, "content": []})
        for piece in pieces:
            yield self._event("output_text.delta", item_id="m1", output_index=0, content_index=0, delta=piece)
        said = [{"type": "output_text", "text": "".join(pieces), "annotations": []}]
        yield self._event("output_item.done", output_index=0, item={**item, "content": said})
        for index, (name, args) in enumerate(calls, 1):
            call = {
                "type": "function_call",
                "id": f"fc{index}",
                "call_id": f"c{index}",
                "name": name,
                "arguments": args,
            }
            yield self._event("output_item.done", output_index=index, item=call)
        if ending:
            usage = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}
            yield self._event("completed", response={"id": "r1", "usage": usage})

    def _event(self, kind: str, **values: Any) -> str:
        return f"event: response.{kind}\ndata: {json.dumps({'type': f'response.{kind}', **values})}\n\n"


class Google:
    endings = {"stop": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY", "calls": "STOP"}

    def key_in(self, headers: dict[str, str]) -> str:
        return headers.get("x-goog-api-key", "")

    def prompt(self, body: dict[str, Any]) -> str:
        return _last(
            [each for each in body.get("contents", ()) if not _has(each, "parts", "functionResponse")], "parts"
        )

    def streams(self, seen: Any) -> bool:
        return str(seen.path).endswith(":streamGenerateContent")

    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        can = {"supportedGenerationMethods": ["generateContent"], "inputTokenLimit": 32768}
        return {"models": [{"name": f"models/{name}", "displayName": name.title(), **can} for name in models]}

    def steps(self, body: dict[str, Any]) -> int:
        contents = body.get("contents", ())
        prompts = [not _has(each, "parts", "functionResponse") and each.get("role") == "user" for each in contents]
        last = max((at for at, is_prompt in enumerate(prompts) if is_prompt), default=0)
        return sum(_has(each, "parts", "functionCall") for each in contents[last:])

    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]:
        if thoughts:
            yield self._chunk([{"text": thoughts, "thought": True}])
        for piece in pieces:
            yield self._chunk([{"text": piece}])
        if calls:
            made = ({"id": f"c{at}", "name": name, "args": json.loads(args)} for at, (name, args) in enumerate(calls))
            yield self._chunk([{"functionCall": call} for call in made])
        if ending:
            yield self._chunk([], self.endings[ending])

    def whole(self, thoughts: str, text: str, ending: str) -> dict[str, Any]:
        return self._frame([{"text": text}], self.endings.get(ending, "STOP"))

    def error(self, failure: Failure) -> dict[str, Any]:
        details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
        if failure.status == 401:
            return {
                "error": {
                    "code": 400,
                    "message": failure.text,
                    "status": "INVALID_ARGUMENT",
                    "details": details,
                }
            }
        return {"error": {"code": failure.status, "message": failure.text, "status": failure.type.upper()}}

    def _chunk(self, parts: list[Any], finish: str | None = None) -> str:
        return f"data: {json.dumps(self._frame(parts, finish))}\r\n\r\n"

    def _frame(self, parts: list[Any], finish: str | None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        usage = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}
        return {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": "peer-small",
            "responseId": "r1",
        }
