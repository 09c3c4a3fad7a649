"""Any conversation, whatever is in it, becomes turns that every provider accepts."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hermes_webui.engines.context import BEGINS_WITH_REPLY, CUT_OFF, Call, Said, context_of
from hermes_webui.engines.seam import request_to_go_on

ids = st.sampled_from(["a", "b", "c", "", "weird id"])
texts = st.one_of(st.text(max_size=12), st.sampled_from(["", " ", "hello", "\ud800", "\x00"]))
contents = st.one_of(
    texts,
    st.none(),
    st.integers(),
    st.lists(
        st.one_of(
            texts,
            st.none(),
            st.fixed_dictionaries({"type": st.just("text"), "text": texts}),
            st.just({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}),
        ),
        max_size=3,
    ),
)
arguments = st.one_of(st.sampled_from(["{}", '{"x": 1}', "", "not json", "[1]"]), st.just({"x": 1}), st.none())
functions = st.fixed_dictionaries({"name": st.sampled_from(["clock", "", "a tool", "x" * 70]), "arguments": arguments})
calls = st.lists(
    st.one_of(
        st.fixed_dictionaries({"id": ids, "type": st.just("function"), "function": functions}),
        st.fixed_dictionaries({"id": ids, "name": st.just("clock"), "args": arguments}),
        st.none(),
    ),
    max_size=3,
)
bodies = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "system", "alien"])},
        optional={
            "content": contents,
            "tool_calls": st.one_of(calls, st.none(), st.just("broken")),
            "tool_call_id": ids,
            "name": st.sampled_from(["clock", ""]),
            "_partial": st.booleans(),
            "_error": st.booleans(),
            "reasoning": texts,
        },
    ),
    max_size=8,
)


#: The machine may be busy: how long one example takes says nothing.
unhurried = settings(deadline=None)


@unhurried
@given(bodies=bodies, calls_as_text=st.booleans())
def test_any_bodies_give_turns_that_fit(bodies, calls_as_text):
    context = context_of(bodies, calls_as_text=calls_as_text)
    turns = context.turns
    assert turns
    assert turns[0].role == turns[-1].role == "user"
    for before, after in pairwise(turns):
        assert before.role != after.role or before.calls
    for each in turns:
        assert each.text.strip() or each.calls
        assert not each.calls or each.role == "assistant"
        assert len({call.id for call in each.calls}) == len(each.calls)
        for call in each.calls:
            assert re.fullmatch("[a-zA-Z0-9_-]{1,40}", call.id)
            assert isinstance(json.loads(call.args), dict)
    identities = [call.id for each in turns for call in each.calls]
    assert len(set(identities)) == len(identities)
    if calls_as_text:
        assert not any(each.calls for each in turns)
    json.dumps([context.system, [each.text for each in turns]], ensure_ascii=False).encode()


@unhurried
@given(bodies=bodies)
def test_nothing_that_was_said_is_dropped(bodies):
    context = context_of(bodies)
    told = context.system + "".join(
        each.text + "".join(f"{call.id}{call.args}{call.result}" for call in each.calls) for each in context.turns
    )
    for body in bodies:
        if isinstance(body.get("content"), str) and not body.get("_error"):
            assert body["content"].encode("utf-8", "replace").decode().strip() in told


def turns_of(*given, **options):
    return context_of(
        [{"role": "user", "content": each} if isinstance(each, str) else each for each in given], **options
    ).turns


def reply(text="", *calls, **more):
    listed = [{"id": n, "type": "function", "function": {"name": "clock", "arguments": "{}"}} for n in calls]
    return {"role": "assistant", "content": text, **({"tool_calls": listed} if listed else {}), **more}


def result(identity, content="noon"):
    return {"role": "tool", "tool_call_id": identity, "name": "clock", "content": content}


def test_two_messages_without_a_reply_between_them_are_one_turn():
    assert turns_of("one", reply("failed", _error=True), "two") == (Said("user", "one\n\ntwo"),)


def test_a_partial_reply_is_marked():
    assert turns_of("one", reply("tw", _partial=True), "three")[1] == Said("assistant", f"tw\n\n{CUT_OFF}")
    assert turns_of("one", reply(_partial=True), "three")[1] == Said("assistant", CUT_OFF)


def test_reasoning_is_not_sent():
    assert "secret" not in str(turns_of("one", reply("two", reasoning="secret"), "three"))


def test_calls_with_their_results_are_calls():
    turns = turns_of("time?", reply("", "a", "b"), result("b", "one"), result("a", "noon"), reply("Noon."), "ok")
    assert turns[1].calls == (Call("a", "clock", "{}", "noon"), Call("b", "clock", "{}", "one"))
    assert [each.role for each in turns] == ["user", "assistant", "assistant", "user"]


@pytest.mark.parametrize("identity", ["functions.clock:0", "c" * 60, "ü", "c0"])
def test_ids_of_other_programs_become_such_as_every_provider_takes(identity):
    once = (reply("", identity), result(identity, "noon"), reply("Noon."), "again?")
    turns = turns_of("time?", *once, *once)
    first, second = [each.calls[0] for each in turns if each.calls]
    assert first.id != second.id
    assert (first.result, second.result) == ("noon", "noon")
    assert (first.id == identity) == (identity == "c0")
    assert turns == turns_of("time?", *once, *once)


@pytest.mark.parametrize(
    "given",
    [
        (reply("", "a"), reply("Noon.")),
        (reply("", "a", "b"), result("a"), reply("Noon.")),
        (reply("", "a"), result("b"), reply("Noon.")),
        (reply("", "a", "a"), result("a"), reply("Noon.")),
        (reply(""), result("a"), reply("Noon.")),
        (result("a"), reply("Noon.")),
    ],
)
def test_calls_without_results_and_results_without_calls_are_text(given):
    turns = turns_of("time?", *given, "ok")
    assert not any(each.calls for each in turns)
    assert "clock" in turns[0].text
    assert turns[-2:] == (Said("assistant", "Noon."), Said("user", "ok"))


def test_a_conversation_that_begins_or_ends_with_a_reply_is_framed():
    assert turns_of(reply("Hello!"), "hi")[0] == Said("user", BEGINS_WITH_REPLY)
    assert turns_of("hi", reply("Once upon", _partial=True))[-1] == Said("user", request_to_go_on("Once upon"))


def test_what_is_attached_is_named_and_not_sent():
    parts = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:…"}}]
    assert turns_of({"role": "user", "content": parts})[0].text == "look\n\n[Attached here, but not sent: image]"
