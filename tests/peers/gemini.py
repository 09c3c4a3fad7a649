"""Google's Gemini API for `openai_server.ModelPeer`, as strict about a conversation as the real one. Pure.

A model whose name begins with `gemini-` shows its thoughts only where `includeThoughts` asks for it. Of `gemini-3` on
the first call of each step is signed, and in the turn that goes on the signature must come back with it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from tests.peers.dialects import Calls, Failure, last_prompt, prompt_in

_RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_FAILURES = {
    "401": Failure(
        400,
        "API key not valid. Please pass a valid API key.",
        type="INVALID_ARGUMENT",
        details=[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
    ),
    "404": Failure(
        404, "models/peer-small is not found for API version v1beta, or is not supported.", type="NOT_FOUND"
    ),
    "429": Failure(429, f"{_QUOTA} Please retry in 6.7s.", type="RESOURCE_EXHAUSTED", details=[_RETRY]),
    "quota": Failure(429, _QUOTA, type="RESOURCE_EXHAUSTED"),
    "day": Failure(
        429,
        f"{_QUOTA} Please retry in 6.7s.",
        type="RESOURCE_EXHAUSTED",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{"quotaId": "RequestsPerDay-FreeTier"}],
            },
            _RETRY,
        ],
    ),
    "503": Failure(503, "The model is overloaded. Please try again later.", type="UNAVAILABLE"),
    "500": Failure(500, "An internal error has occurred: {key}", type="INTERNAL"),
    "context": Failure(
        400,
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        type="INVALID_ARGUMENT",
    ),
    "no_tools": Failure(400, "Function calling is not enabled for models/peer-small", type="INVALID_ARGUMENT"),
    "location": Failure(400, "User location is not supported for the API use.", type="FAILED_PRECONDITION"),
}
#: What a model that always thinks has used up before it writes a word.
_THOUGHT_TOKENS = 300
_DATA = {"text", "inlineData", "functionCall", "functionResponse"}
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
_SKIP = base64.b64encode(b"skip_thought_signature_validator").decode()


def signed(call: Mapping[str, Any]) -> str:
    """The signature of this call: no other has it."""
    told = json.dumps([call["name"], call.get("args") or {}], sort_keys=True)
    return base64.b64encode(hashlib.blake2b(b"google" + told.encode(), digest_size=24).digest()).decode()


class Google:
    """One request. `endings` as in `Dialect`."""

    failures: ClassVar[Mapping[str, Failure]] = _FAILURES
    endings: ClassVar = {
        "stop": "STOP",
        "length": "MAX_TOKENS",
        "filter": "SAFETY",
        "calls": "STOP",
        "error": "MALFORMED_FUNCTION_CALL",
    }

    def __init__(self, path: str, body: dict[str, Any]) -> None:
        self._model = path.rpartition("/")[2].partition(":")[0]
        self._body = body

    def key_in(self, headers: dict[str, str]) -> str:
        return headers.get("x-goog-api-key", "")

    def prompt(self, body: dict[str, Any]) -> str:
        return prompt_in(body.get("contents", ()), "parts")

    def streams(self, seen: Any) -> bool:
        return str(seen.path).endswith(":streamGenerateContent")

    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        can = {"supportedGenerationMethods": ["generateContent"], "inputTokenLimit": 32768}
        return {"models": [{"name": f"models/{name}", "displayName": name.title(), **can} for name in models]}

    def steps(self, body: dict[str, Any]) -> int:
        contents = body.get("contents", ())
        return sum(bool(_of("functionCall", each)) for each in contents[last_prompt(contents, "parts") :])

    def refusal(self, seen: Any) -> str:
        """What the service says of this request, "" where it takes it."""
        return next((wrong for wrong in _wrongs(self._model, self._body) if wrong), "")

    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]:
        asked = _spelled(self._body.get("generationConfig", {})).get("thinkingConfig", {})
        if thoughts and (asked.get("includeThoughts") or not self._model.startswith("gemini-")):
            yield self._chunk([{"text": thoughts, "thought": True}])
        for piece in pieces:
            yield self._chunk([{"text": piece}])
        for index, (name, args) in enumerate(calls):
            call = {"name": name, "args": json.loads(args)}
            yield self._chunk(
                [{"functionCall": call, **({} if index or not self._signs else {"thoughtSignature": signed(call)})}]
            )
        if ending == "blocked":
            yield f"data: {json.dumps({'promptFeedback': {'blockReason': 'PROHIBITED_CONTENT'}})}\r\n\r\n"
        elif ending:
            yield self._chunk([], self.endings[ending])

    def whole(self, thoughts: str, text: str, ending: str) -> dict[str, Any]:
        limit = _spelled(self._body.get("generationConfig", {})).get("maxOutputTokens", _THOUGHT_TOKENS)
        if self._model.startswith("gemini-3") and limit < _THOUGHT_TOKENS:
            return self._frame([], "MAX_TOKENS")
        return self._frame([{"text": text}], self.endings.get(ending, "STOP"))

    def error(self, failure: Failure) -> dict[str, Any]:
        told = {"code": failure.status, "message": failure.text, "status": failure.type.upper()}
        return {"error": {**told, **({"details": failure.details} if failure.details else {})}}

    @property
    def _signs(self) -> bool:
        return self._model.startswith("gemini-3")

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
            "modelVersion": self._model,
            "responseId": "r1",
        }


def _spelled(value: Any) -> Any:
    """With keys as `camelCase`: the service reads `snake_case` too. Arguments and results keep theirs."""
    if not isinstance(value, dict):
        return value
    own = {"args", "response"}
    told = {re.sub(r"_([a-z])", lambda found: found[1].upper(), key): each for key, each in value.items()}
    return {key: each if key in own else _spelled(each) for key, each in told.items()}


def _of(kind: str, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_spelled(part)[kind] for part in content["parts"] if kind in _spelled(part)]


def _wrongs(model: str, body: dict[str, Any]) -> Iterator[str]:
    """Everything that is wrong with the request, in the service's words."""
    contents = body.get("contents") or []
    if not contents:
        yield "* GenerateContentRequest.contents: contents is not specified"
        return
    roles = [each.get("role") for each in contents]
    if roles != [("user", "model")[at % 2] for at in range(len(roles))] or roles[-1] != "user":
        yield f"Please ensure that multiturn requests alternate between user and model, and end with a user: {roles}"
    yield from _wrong_tools(body)
    if "thinkingConfig" in _spelled(body.get("generationConfig", {})) and model.startswith("gemini-2.0"):
        yield "Thinking is not enabled for this model"
    for at, content in enumerate(contents):
        if not content["parts"]:
            yield f"* GenerateContentRequest.contents[{at}].parts: contents.parts must not be empty."
        for part in content["parts"]:
            yield from (f"contents[{at}]: {wrong}" for wrong in _wrong_part(_spelled(part)))
    yield from _wrong_calls(contents)
    if model.startswith("gemini-3"):
        yield from _unsigned(contents)


def _wrong_tools(body: dict[str, Any]) -> Iterator[str]:
    for tool in body.get("tools", ()):
        for declared in tool.get("functionDeclarations", ()):
            if not _NAME.fullmatch(declared["name"]) or not declared.get("description"):
                yield f"* GenerateContentRequest.tools: Invalid function {declared['name']}"


def _wrong_part(part: dict[str, Any]) -> Iterator[str]:
    if len(_DATA & part.keys()) != 1:
        yield f"required oneof field 'data' must have one initialized field: {sorted(part)}"
    if "text" in part and not part["text"] and "thoughtSignature" not in part:
        yield "Unable to submit request because it must have a text parameter"
    if data := part.get("inlineData"):
        base64.b64decode(data["data"].replace("-", "+").replace("_", "/"), validate=True)
        if data.get("mimeType") not in {"image/png", "image/jpeg", "image/webp", "image/heic", "application/pdf"}:
            yield f"Unsupported MIME type: {data.get('mimeType')}"
    signature = part.get("thoughtSignature", "").replace("-", "+").replace("_", "/")
    if (call := part.get("functionCall")) and signature not in ("", _SKIP, signed(call)):
        yield "Thought signature is not valid"


def _wrong_calls(contents: Sequence[dict[str, Any]]) -> Iterator[str]:
    for at, content in enumerate(contents):
        called = [call["name"] for call in _of("functionCall", contents[at - 1])] if at else []
        answered = [result["name"] for result in _of("functionResponse", content)]
        if len(called) != len(answered):
            yield (
                "Please ensure that the number of function response parts is equal to the number of function call "
                f"parts of the function call turn: {len(called)}, {len(answered)}"
            )
        elif called != answered:
            yield f"function responses {answered} do not answer the calls {called}"
    if _of("functionCall", contents[-1]):
        yield "Please ensure that function call turn is followed by a function response turn."


def _unsigned(contents: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Of the turn that goes on, the first call of each step must have its signature."""
    for at, content in enumerate(contents[last_prompt(contents, "parts") :]):
        parts = [_spelled(part) for part in content["parts"]]
        first = next((part for part in parts if "functionCall" in part), None)
        if first and not first.get("thoughtSignature"):
            name = first["functionCall"]["name"]
            yield f"Function call is missing a thought_signature in functionCall parts: function call {name}, {at}."
