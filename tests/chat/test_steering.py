"""A prompt that steers a run is a prompt that waits, then a message of that run: always one of the two."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.chat import decide, steering
from hermes_webui.chat.conversation import Conversation
from hermes_webui.chat.document import Place, header
from hermes_webui.chat.events import MessageAdded, RunFinished, RunQueued
from hermes_webui.chat.head import Head, apply
from hermes_webui.chat.run import DONE, FAILED, INTERRUPTED, STEERED, Ended
from hermes_webui.errors import Conflict, StaleEpoch
from tests.chat.histories import HISTORIES, SID, History, play


def texts(items):
    return [item.message["content"] for item in items]


def said(history: History):
    return [(message.role, message.body["content"]) for message in history.conversation.path()]


def answering(*waiting: str) -> History:
    """A run that has made a call, with these prompts waiting."""
    history = play([("start", 0, "go")])
    call = {"role": "assistant", "content": "I look.", "timestamp": 1.0, "tool_calls": [{"id": "c"}]}
    history.take(decide.say(history.head, 2.0, 1, call))
    for text in waiting:
        history.take(decide.start(history.head, 3.0, history.prompt(text)))
    return history


def result(history: History) -> None:
    body = {"role": "tool", "tool_call_id": "c", "content": "seen", "timestamp": 4.0}
    history.take(decide.say(history.head, 4.0, 1, body))


@given(HISTORIES)
def test_at_every_append_a_prompt_waits_or_is_said_or_was_taken_back_and_only_one_of_these(commands):
    history = play(commands)
    for end in history.appends:
        changes = [event.change for event in history.events[:end]]
        waiting = [item.queue_id for item in Conversation(SID, history.events[:end]).head.queue]
        spoken = [change.queue_id for change in changes if isinstance(change, MessageAdded) and change.queue_id]
        cancelled = {
            change.run_id for change in changes if isinstance(change, RunFinished) and change.state == "cancelled"
        }
        for prompt in (change for change in changes if isinstance(change, RunQueued)):
            places = [*waiting, *spoken].count(prompt.queue_id) + (
                prompt.run_id in cancelled and prompt.queue_id not in spoken
            )
            assert places == 1


@given(HISTORIES)
def test_a_prompt_steers_only_while_a_run_is_open(commands):
    history = play(commands)
    head = Head(SID)
    for event in history.events:
        head = apply(head, event)
        assert head.run is not None or not any(item.steered for item in head.queue)


@given(HISTORIES)
def test_what_was_taken_in_is_a_message_of_the_open_run_and_its_own_run_has_ended(commands):
    history = play(commands)
    head = Head(SID)
    for event in history.events:
        change = event.change
        if isinstance(change, RunFinished) and change.state == STEERED:
            assert head.run is not None
            assert change.into == head.run.id
            message = history.conversation.messages[head.leaf or ""]
            assert (message.role, message.run_id) == ("user", head.run.id)
        head = apply(head, event)


@given(HISTORIES, st.integers(0, 50))
def test_who_steers_stands_before_those_that_wait_and_is_next_where_no_step_comes(commands, which):
    history = play(commands)
    if history.head.run is None or history.head.trashed or not history.head.queue:
        return
    queue = history.head.queue
    history.take(steering.steer(history.head, queue[which % len(queue)].queue_id))
    assert steering.steer(history.head, queue[which % len(queue)].queue_id) == []
    first = [item for item in history.head.queue if item.steered] or list(history.head.queue)
    if [item.steered for item in queue].count(True) == 0:
        assert history.head.queue[0] is first[0]
    history.take(decide.finish(history.head, 9e9, history.head.epoch, Ended(history.head.run.id, DONE)))
    expected = history.head.queue[0]
    history.take(decide.next_turn(history.head, 9e9))
    assert history.conversation.path()[-1].body["content"] == expected.message["content"]


def test_it_stands_behind_the_results_and_the_run_goes_on():
    history = answering("one", "two", "three")
    history.take(steering.steer(history.head, history.head.queue[2].queue_id))
    assert texts(history.head.queue) == ["three", "one", "two"]
    result(history)
    run = history.head.run
    history.take(steering.take_in(history.head, 5.0, 1))
    assert (history.head.run, texts(history.head.queue)) == (run, ["one", "two"])
    assert said(history) == [("user", "go"), ("assistant", "I look."), ("tool", "seen"), ("user", "three")]
    history.take(decide.finish(history.head, 6.0, 1, Ended(run.id, DONE), [{"role": "assistant", "content": "ok"}]))
    assert history.conversation.path()[-1].run_id == run.id
    assert history.head.user_message_count == 2


def test_several_are_taken_in_together_in_the_order_of_the_queue():
    history = answering("one", "two")
    for item in history.head.queue:
        history.take(steering.steer(history.head, item.queue_id))
    result(history)
    history.take(steering.take_in(history.head, 5.0, 1))
    assert said(history)[-2:] == [("user", "one"), ("user", "two")]
    assert steering.take_in(history.head, 6.0, 1) == []


@pytest.mark.parametrize("state", [DONE, FAILED, INTERRUPTED])
def test_where_the_run_ends_before_a_step_it_is_the_first_of_the_queue_and_steers_no_other_run(state):
    history = answering("one", "two")
    history.take(steering.steer(history.head, history.head.queue[1].queue_id))
    history.take(decide.finish(history.head, 5.0, 1, Ended(history.head.run.id, state)))
    assert texts(history.head.queue) == ["two", "one"]
    history.take(decide.next_turn(history.head, 6.0))
    assert said(history)[-1] == ("user", "two")
    assert steering.take_in(history.head, 7.0, 2) == []


def test_a_step_of_a_run_that_has_ended_takes_nothing():
    history = answering("one")
    history.take(steering.steer(history.head, history.head.queue[0].queue_id))
    with pytest.raises(StaleEpoch):
        steering.take_in(history.head, 5.0, 0)


def test_it_may_wait_for_its_turn_after_all():
    history = answering("one", "two")
    two = history.head.queue[1].queue_id
    history.take(steering.steer(history.head, two))
    history.take(steering.steer(history.head, two, on=False))
    assert steering.take_in(history.head, 5.0, 1) == []
    assert steering.steer(history.head, two, on=False) == []


def test_without_a_run_there_is_nothing_to_steer_and_a_new_prompt_is_answered_at_once():
    history = play([("start", 0, "go"), ("queue", 0, "next"), ("finish", 1, "x")])
    with pytest.raises(Conflict):
        steering.steer(history.head, history.head.queue[0].queue_id)
    idle = play([])
    idle.take(steering.start(idle.head, 1.0, idle.prompt("hello")))
    assert idle.head.run is not None
    assert said(idle) == [("user", "hello")]


def test_a_prompt_that_is_sent_again_under_its_key_is_known_by_its_message():
    history = answering("one")
    key = history.head.queue[0].key
    history.take(steering.steer(history.head, history.head.queue[0].queue_id))
    result(history)
    history.take(steering.take_in(history.head, 5.0, 1))
    assert history.head.keys[key] == (history.head.leaf, history.head.run.id)


def test_a_log_and_a_snapshot_of_it_read_the_same():
    history = answering("one", "two")
    history.take(steering.steer(history.head, history.head.queue[1].queue_id))
    written = msgspec.json.decode(msgspec.json.encode(header(history.head, Place(1, "s"))))
    assert [item.get("steered", False) for item in written["head"]["queue"]] == [True, False]
