"""What holds after any commands: the tree is whole, ids never change, titles and activity keep their rules."""

from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.chat import decide
from hermes_webui.chat.events import (
    BranchSelected,
    Event,
    MessageAdded,
    RunFinished,
    RunQueued,
    RunStarted,
    SessionAdopted,
    SessionChanged,
)
from hermes_webui.chat.head import ROOT, TITLE_RANK, Cut, Head, apply
from hermes_webui.chat.messages import seq_of
from hermes_webui.chat.run import DONE, Ended
from hermes_webui.errors import Conflict, NotFound, RunInProgress, StaleEpoch
from tests.chat.histories import COMMANDS, HISTORIES, History, play


@given(HISTORIES)
def test_message_ids_are_unique_and_name_the_event_that_added_them(commands):
    history = play(commands)
    added = [(event.change.id, event.seq) for event in history.events if isinstance(event.change, MessageAdded)]
    assert len(dict(added)) == len(added)
    assert all(seq_of(message_id) == seq for message_id, seq in added)


@given(HISTORIES)
def test_every_message_follows_the_last_one_shown_and_knows_its_place(commands):
    history = play(commands)
    head = Head(history.head.session_id)
    for event in history.events:
        if isinstance(event.change, MessageAdded):
            assert event.change.parent == head.leaf
        head = apply(head, event)
    for message in history.conversation.messages.values():
        path = history.path(message.id)
        assert message.parent is None or message.parent in history.conversation.messages
        assert (message.depth, message.turn) == (len(path), sum(each.role == "user" for each in path))
    shown = history.conversation.path()
    assert len(shown) == history.head.message_count
    assert sum(message.role == "user" for message in shown) == history.head.user_message_count


@given(HISTORIES, COMMANDS)
def test_nothing_is_ever_cut_off(commands, last):
    history = play(commands)
    before = dict(history.conversation.messages)
    history.carry_out(last)
    assert before.items() <= history.conversation.messages.items()


@given(HISTORIES)
def test_siblings_are_all_that_follow_the_same_message(commands):
    history = play(commands)
    children: dict[str, list[str]] = {}
    for message in history.conversation.messages.values():
        children.setdefault(message.parent or ROOT, []).append(message.id)
    for message in history.conversation.messages.values():
        assert sorted(history.conversation.siblings(message)) == sorted(children[message.parent or ROOT])


@given(HISTORIES)
def test_the_leaf_that_was_left_can_be_selected_again(commands):
    history = play(commands)
    leaf = history.head.leaf
    shown = history.conversation.path()
    if leaf is None or history.head.run is not None or history.head.trashed:
        return
    history.take(decide.select(history.head, None, history.child_of(None)))
    history.take(decide.select(history.head, history.conversation.messages[leaf], None))
    assert history.conversation.path() == shown


@given(HISTORIES)
def test_a_title_of_a_weaker_source_never_replaces_one_of_a_stronger(commands):
    history = play(commands)
    head = Head(history.head.session_id)
    for event in history.events:
        after = apply(head, event)
        if isinstance(event.change, SessionChanged):
            assert TITLE_RANK[after.title_source] >= TITLE_RANK[head.title_source]
        elif not isinstance(event.change, SessionAdopted):
            assert (after.title, after.title_source) == (head.title, head.title_source)
        head = after


@given(HISTORIES)
def test_epochs_only_grow_by_one_with_each_run(commands):
    history = play(commands)
    epochs = [event.change.epoch for event in history.events if isinstance(event.change, RunStarted)]
    assert epochs == list(range(1, len(epochs) + 1))


@given(HISTORIES, st.integers(1, 30))
def test_a_run_of_another_epoch_writes_nothing(commands, difference):
    history = play(commands)
    epoch = history.head.epoch - difference
    body = {"role": "assistant", "content": "late", "timestamp": 1.0}
    for write in (
        lambda: decide.say(history.head, 1.0, epoch, body),
        lambda: decide.finish(history.head, 1.0, epoch, Ended("r", DONE), [body]),
    ):
        try:
            write()
        except StaleEpoch:
            continue
        raise AssertionError("an older epoch was taken")


@given(HISTORIES)
def test_only_user_and_assistant_messages_move_the_last_activity(commands):
    history = play(commands)
    head = Head(history.head.session_id)
    for event in history.events:
        after = apply(head, event)
        spoken = isinstance(event.change, MessageAdded) and event.change.message["role"] in {"user", "assistant"}
        if not spoken and event.type not in {"session.created", "session.adopted"}:
            assert after.last_message_at == head.last_message_at
        assert after.last_message_at >= head.last_message_at
        head = after


@given(HISTORIES)
def test_what_continues_a_reply_follows_it_at_once_and_is_a_reply(commands):
    history = play(commands)
    for message in history.conversation.messages.values():
        if "continues" in message.body:
            before = history.conversation.messages[message.body["continues"]]
            assert message.parent == before.id
            assert message.role == before.role == "assistant"
            assert decide.is_cut_off(before.body)


@given(HISTORIES)
def test_a_queue_changes_by_its_own_events_only_and_keeps_its_prompts(commands):
    history = play(commands)
    head = Head(history.head.session_id)
    for event in history.events:
        after = apply(head, event)
        if event.type == "run.requeued":
            assert {item.queue_id for item in after.queue} == {item.queue_id for item in head.queue}
            assert (after.queue, after.leaf, after.run) != (head.queue, head.leaf, None)
        head = after


@given(HISTORIES, st.integers(0, 50), st.integers(0, 50))
def test_a_prompt_is_moved_in_front_of_the_one_that_is_named(commands, which, where):
    queue = (head := play(commands).head).queue
    if len(queue) < 2 or head.trashed:
        return
    moved, before = queue[which % len(queue)].queue_id, queue[where % len(queue)].queue_id
    changes = decide.reorder(head, moved, before)
    after = apply(head, Event(head.revision + 1, 1.0, changes[0])) if changes else head
    order = [item.queue_id for item in after.queue]
    assert sorted(order) == sorted(item.queue_id for item in queue)
    assert moved == before or order.index(moved) == order.index(before) - 1
    assert decide.reorder(after, moved, before) == []


@given(HISTORIES)
def test_a_cut_remembers_the_way_back_until_something_is_said(commands):
    history = play(commands)
    if history.head.run is not None or history.head.trashed or history.head.leaf is None:
        return
    shown = history.conversation.path()
    leaf, count = history.head.leaf, history.head.message_count
    history.take(decide.select(history.head, None, history.child_of(None), cut=(leaf, count)))
    assert history.head.cut == Cut(leaf, count)
    history.take(decide.select(history.head, history.conversation.messages[leaf]))
    assert (history.conversation.path(), history.head.cut) == (shown, None)
    history.take(decide.select(history.head, None, history.child_of(None), cut=(leaf, count)))
    history.take(decide.start(history.head, 2_000.0, history.prompt("more")))
    assert history.head.cut is None


@given(HISTORIES)
def test_a_session_id_never_changes(commands):
    history = play(commands)
    assert history.head.session_id == History().head.session_id


@given(HISTORIES)
def test_a_prompt_that_waits_is_answered_taken_back_or_still_waits(commands):
    history = play(commands)
    changes = [event.change for event in history.events]
    queued = [change for change in changes if isinstance(change, RunQueued)]
    answered = {change.queue_id for change in changes if isinstance(change, MessageAdded)}
    taken_back = {change.run_id for change in changes if isinstance(change, RunFinished)}
    waiting = {item.queue_id for item in history.head.queue}
    for prompt in queued:
        assert prompt.queue_id in answered | waiting or prompt.run_id in taken_back


@given(HISTORIES, COMMANDS)
def test_a_refused_command_appends_nothing(commands, last):
    history = play(commands)
    before = list(history.events)
    refusals = len(history.refused)
    history.carry_out(last)
    if len(history.refused) > refusals:
        assert history.events == before


@given(HISTORIES)
def test_branches_are_only_changed_while_nothing_runs(commands):
    history = play(commands)
    head = Head(history.head.session_id)
    for event in history.events:
        if isinstance(event.change, BranchSelected):
            assert head.run is None
        head = apply(head, event)


def test_a_deleted_conversation_takes_no_prompt_until_it_is_restored():
    history = play([("start", 0, "hi"), ("finish", 0, "x"), ("trash", 0, "x"), ("start", 0, "more")])
    assert history.refused == [NotFound.code]
    history.carry_out(("restore", 0, "x"))
    history.carry_out(("start", 0, "more"))
    assert [message.body["content"] for message in history.conversation.path()] == ["hi", "more"]


def test_an_edit_while_a_reply_is_written_is_refused():
    history = play([("start", 0, "hi"), ("edit", 0, "ho")])
    assert history.refused == [RunInProgress.code]


def test_a_run_cannot_end_twice():
    history = play([("start", 0, "hi"), ("finish", 0, "x"), ("finish", 0, "x")])
    assert history.refused == [StaleEpoch.code]
    assert issubclass(StaleEpoch, Conflict)
