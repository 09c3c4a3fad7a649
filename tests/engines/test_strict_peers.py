"""The model servers of the tests refuse what the real services refuse: else no test of a history could fail."""

import pytest

from tests.peers.anthropic_messages import Anthropic, signed
from tests.peers.gemini import Google
from tests.peers.gemini import signed as sealed
from tests.peers.openai_server import Seen


def claude(*messages, **more):
    """A request with these messages, as (role, block, block, …), whose thoughts are asked for."""
    listed = [{"role": role, "content": list(blocks)} for role, *blocks in messages]
    tools = [{"name": "look", "input_schema": {"type": "object"}}]
    body = {"model": "claude-opus-5-5", "max_tokens": 9000, "messages": listed, "tools": tools, **more}
    return Anthropic(body).refusal(Seen("POST", "/v1/messages", {"anthropic-version": "1"}, body))


def gemini(*contents):
    """A request with these contents, as (role, part, part, …)."""
    body = {"contents": [{"role": role, "parts": list(parts)} for role, *parts in contents]}
    path = "/v1beta/models/gemini-3.8-flash:streamGenerateContent"
    return Google(path, body).refusal(Seen("POST", path, {}, body))


TEXT = {"type": "text", "text": "hello"}
USE = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "seen"}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": signed("hm")}
BUDGET = {"thinking": {"type": "enabled", "budget_tokens": 2000}, "model": "claude-haiku-4-5"}


def test_a_good_conversation_is_taken():
    assert claude(("user", TEXT), ("assistant", THOUGHT, USE), ("user", RESULT, TEXT), **BUDGET) == ""
    assert gemini(("user", {"text": "hi"}), ("model", CALL), ("user", ANSWER)) == ""


@pytest.mark.parametrize(
    ("messages", "more", "said"),
    [
        ([("user", TEXT), ("user", TEXT)], {}, "alternate"),
        ([("user", TEXT), ("assistant", TEXT)], {}, "prefill"),
        ([("user", {"type": "text", "text": " "})], {}, "non-whitespace"),
        ([("user", TEXT), ("assistant",), ("user", TEXT)], {}, "non-empty"),
        ([("user", TEXT), ("assistant", USE), ("user", TEXT)], {}, "must answer"),
        ([("user", TEXT), ("assistant", TEXT), ("user", RESULT)], {}, "must answer"),
        ([("user", TEXT), ("assistant", USE), ("user", TEXT, RESULT)], {}, "come first"),
        ([("user", TEXT), ("assistant", USE), ("user", RESULT)], {"tools": []}, "must define tools"),
        (
            [("user", TEXT), ("assistant", USE | {"id": "a.b"}), ("user", RESULT | {"tool_use_id": "a.b"})],
            {},
            "pattern",
        ),
        ([("user", TEXT), *[("assistant", USE), ("user", RESULT)] * 2], {}, "unique"),
        ([("user", TEXT), ("assistant", THOUGHT | {"thinking": "hm!"}, USE), ("user", RESULT)], {}, "Invalid"),
        ([("user", TEXT), ("assistant", USE), ("user", RESULT)], BUDGET, "Expected `thinking`"),
        ([("user", TEXT)], {"system": " "}, "system"),
        ([("user", TEXT)], {"thinking": {"type": "disabled"}}, "not supported for this model"),
    ],
)
def test_what_anthropic_refuses(messages, more, said):
    assert said in claude(*messages, **more)


CALL = {"functionCall": {"name": "look", "args": {}}, "thoughtSignature": sealed({"name": "look"})}
ANSWER = {"functionResponse": {"name": "look", "response": {"result": "seen"}}}
UNSIGNED = {"functionCall": {"name": "look", "args": {}}}


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ([("user", {"text": "hi"}), ("user", {"text": "hi"})], "alternate"),
        ([("user", {"text": ""})], "text parameter"),
        ([("user", {"text": "hi", "inlineData": {"mimeType": "image/png", "data": ""}})], "oneof"),
        ([("user", {"inlineData": {"mimeType": "image/gif", "data": "AAAA"}})], "Unsupported MIME type"),
        ([("user",)], "must not be empty"),
        ([("user", {"text": "hi"}), ("model", CALL, UNSIGNED), ("user", ANSWER)], "number of function response parts"),
        ([("user", {"text": "hi"}), ("model", CALL), ("user", {"text": "hi"})], "number of function response parts"),
        ([("user", {"text": "hi"}), ("model", UNSIGNED), ("user", ANSWER)], "missing a thought_signature"),
        ([("user", {"text": "hi"}), ("model", CALL | {"thoughtSignature": "eA=="}), ("user", ANSWER)], "not valid"),
    ],
)
def test_what_google_refuses(contents, said):
    assert said in gemini(*contents)
