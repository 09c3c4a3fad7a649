"""A reply cut at any offset and the rest of it are the whole, while it streams, once complete and after a restart."""

from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.chat.messages import Message
from hermes_webui.chat.reply import (
    Cutting,
    Reply,
    body_of,
    close_calls,
    interrupted,
    joined,
    open_calls,
    parts_of,
    rest_after,
)

#: Text with characters outside the basic plane, combining ones and line separators: offsets count code points.
TEXTS = st.text(st.sampled_from("ab é\u0301\u2028\x85\n😀𝔘漢"), min_size=1, max_size=6)
DELTAS = st.lists(st.tuples(st.sampled_from(["text", "reasoning"]), TEXTS), max_size=12)


def streamed(deltas):
    reply = Reply()
    for kind, text in deltas:
        reply.add(kind, text)
    return reply


def whole(deltas):
    return [(kind, character) for kind, text in deltas for character in text]


@given(DELTAS)
def test_each_delta_begins_where_the_one_before_ended(deltas):
    reply, end = Reply(), 0
    for kind, text in deltas:
        assert reply.add(kind, text) == end
        end += len(text)
    assert reply.length == end
    assert whole(reply.parts) == whole(deltas)


@given(DELTAS)
def test_a_finished_message_gives_back_the_parts_in_the_order_they_were_streamed(deltas):
    reply = streamed(deltas)
    body = body_of(reply.parts, 1.0, model="m", usage=None)
    assert whole(parts_of(body)) == whole(deltas)
    assert body["content"] == joined(deltas, "text")
    assert body.get("reasoning", "") == joined(deltas, "reasoning")
    assert "usage" not in body


@given(DELTAS, st.integers(0, 80))
def test_what_was_seen_up_to_any_offset_and_the_rest_are_the_whole(deltas, offset):
    everything = whole(deltas)
    for parts in (streamed(deltas).parts, parts_of(body_of(streamed(deltas).parts, 1.0))):
        rest = rest_after(parts, offset)
        assert everything[:offset] + whole((kind, text) for _, kind, text in rest) == everything
        position = min(offset, len(everything))
        for start, _, text in rest:
            assert start == position
            position += len(text)


def test_a_message_of_another_program_streams_its_reasoning_first():
    assert parts_of({"content": "b", "reasoning": "a"}) == [("reasoning", "a"), ("text", "b")]
    assert parts_of({"content": None}) == []


def call(call_id):
    return {"id": call_id, "type": "function", "function": {"name": "calc", "arguments": "{}"}}


def added(number, body, run_id="r"):
    return Message(f"m{number}-0000", None, number, 1, body, run_id)


def test_a_run_that_nobody_runs_keeps_its_partial_and_closes_its_open_calls_as_unknown():
    tail = [
        added(1, {"role": "user", "content": "?"}),
        added(2, {"role": "assistant", "content": "", "tool_calls": [call("c1"), call("c2")]}),
        added(3, {"role": "tool", "tool_call_id": "c1", "content": "1"}),
    ]
    bodies = interrupted(tail, "r", [("text", "half")], 9.0, "m")
    assert [(body["role"], body.get("tool_call_id"), body.get("status")) for body in bodies[:1]] == [
        ("tool", "c2", "unknown")
    ]
    assert bodies[1]["content"] == "half"
    assert bodies[1]["_partial"] is True
    assert bodies[1]["finish_reason"] == "interrupted"
    assert len(bodies) == 2


def test_calls_of_an_earlier_run_are_not_closed_again():
    tail = [added(1, {"role": "assistant", "content": "", "tool_calls": [call("c1")]}, "earlier")]
    assert [body["role"] for body in interrupted(tail, "r", [("text", "x")], 9.0, "m")] == ["assistant"]


def test_a_run_that_said_nothing_leaves_a_message_that_says_so():
    bodies = interrupted([added(1, {"role": "user", "content": "?"})], "r", [], 9.0, "m")
    assert [body["_error"] for body in bodies] == [True]


def test_calls_in_a_shape_of_another_program_are_passed_over():
    odd = [added(n, {"role": "assistant", "tool_calls": calls}) for n, calls in enumerate([5, "x", ["y"], [{"id": 1}]])]
    assert open_calls(odd) == [{"id": 1}]
    assert [body["tool_call_id"] for body in close_calls(odd, 1.0, Cutting("unknown", "?"))] == ["1"]
