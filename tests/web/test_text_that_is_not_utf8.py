"""What engines say may hold halves of surrogate pairs: it is mended, and stops neither the run nor the next one."""

from __future__ import annotations

import json

import pytest

from hermes_webui.engines.base import Notice, ReasoningDelta, TextDelta, ToolCallFinished, ToolCallStarted, TurnEnded
from hermes_webui.errors import EngineFailure
from tests.peers.hermes import Hermes, said

FIRST, SECOND = "\ud83d", "\ude00"


async def answered(hermes: Hermes, session_id: str) -> bool:
    """Whether the next prompt is answered, also after a restart."""
    before = said(await hermes.session(session_id))
    await hermes.exchange(session_id, "next", "fine")
    await hermes.restart()
    return said(await hermes.session(session_id)) == [*before, "next", "fine"]


@pytest.mark.parametrize(
    ("deltas", "whole"),
    [
        ((f"a {FIRST}", f"{SECOND} b"), "a 😀 b"),
        ((FIRST, SECOND), "😀"),
        ((f"a{FIRST}{SECOND}b",), "a😀b"),
        ((f"a {SECOND} b",), "a \ufffd b"),
        ((f"a {FIRST}", " b"), "a \ufffd b"),
        ((f"a {FIRST}", f"{FIRST}{SECOND}"), "a \ufffd😀"),
        (("a ", FIRST), "a \ufffd"),
        ((FIRST,), "\ufffd"),
    ],
)
@pytest.mark.parametrize("kind", [TextDelta, ReasoningDelta])
async def test_a_reply_is_whole_however_its_text_was_cut(hermes: Hermes, kind, deltas, whole):
    session_id = await hermes.new(engine="puppet")
    hermes.puppet.say(*map(kind, deltas), TextDelta("."), TurnEnded())
    async with hermes.page_stream(session_id) as page:
        await hermes.send(session_id, "hello")
        told = await page.until("run.finished")
    session = await hermes.session(session_id)
    message = session["messages"][-1]
    name = "reasoning" if kind is ReasoningDelta else "content"
    assert message[name].removesuffix(".") == whole
    assert session["last_run"]["state"] == "done"
    wanted = "reasoning" if kind is ReasoningDelta else "text"
    deltas = [each.data for each in told if each.data and each.data["type"] == "delta" and each.data["kind"] == wanted]
    assert "".join(data["text"] for data in deltas).removesuffix(".") == whole
    assert await answered(hermes, session_id)


async def test_half_a_pair_at_the_end_of_a_reply_is_kept_as_what_it_is(hermes: Hermes):
    session_id = await hermes.new()
    assert said(await hermes.exchange(session_id, "hello", "a ", FIRST)) == ["hello", "a \ufffd"]
    assert await answered(hermes, session_id)


async def test_calls_and_their_results_are_mended(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    hermes.puppet.say(
        TextDelta(f"I look {FIRST}"),
        ToolCallStarted(f"c{FIRST}", f"read{SECOND}", {f"k{SECOND}": f"v{FIRST}", "deep": [{"e": FIRST + SECOND}]}),
        ToolCallFinished(f"c{FIRST}", "ok", f"found {FIRST}{SECOND} and {FIRST}"),
        TextDelta("done"),
        TurnEnded(),
    )
    session = await hermes.talk(session_id, "hello")
    assert said(session) == ["hello", "I look \ufffd", "found 😀 and \ufffd", "done"]
    call = session["messages"][1]["tool_calls"][0]
    assert (call["id"], call["function"]["name"]) == ("c\ufffd", "read\ufffd")
    assert json.loads(call["function"]["arguments"]) == {"k\ufffd": "v\ufffd", "deep": [{"e": "😀"}]}
    result = session["messages"][2]
    assert (result["tool_call_id"], result["name"], result["status"]) == (call["id"], call["function"]["name"], "ok")
    assert session["last_run"]["state"] == "done"
    assert await answered(hermes, session_id)


async def test_a_notice_is_mended(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    async with hermes.page_stream(session_id) as page:
        hermes.puppet.say(Notice(f"slow {FIRST}{SECOND} {FIRST}"), TextDelta("a"), TurnEnded())
        await hermes.send(session_id, "hello")
        told = (await page.until("notice"))[-1].data
        assert told is not None
        assert told["text"] == "slow 😀 \ufffd"
        await page.until("run.finished")
    session = await hermes.session(session_id)
    assert (said(session), session["last_run"]["state"]) == (["hello", "a"], "done")
    assert await answered(hermes, session_id)


async def test_the_sentence_of_a_failure_is_mended(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    failure = EngineFailure("refused", f"no {FIRST}{SECOND} {SECOND}", hint=f"try {FIRST}")
    hermes.puppet.say(TextDelta(f"so far {FIRST}"), failure)
    session = await hermes.talk(session_id, "hello")
    assert said(session) == ["hello", "so far \ufffd", "no 😀 \ufffd"]
    error = session["last_run"]["error"]
    assert (error["code"], error["message"], error["hint"]) == ("refused", "no 😀 \ufffd", "try \ufffd")
    assert await answered(hermes, session_id)
