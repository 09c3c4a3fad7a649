"""Folding events step by step, all at once, or from a snapshot on gives the same conversation."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.chat.conversation import Conversation
from hermes_webui.chat.document import Place, head_from, header
from hermes_webui.chat.events import Event, Unknown, change_from, data_of
from hermes_webui.chat.head import Head, apply
from tests.chat.histories import HISTORIES, SID, play


def fold(head, events):
    for event in events:
        head = apply(head, event)
    return head


@given(HISTORIES, st.integers(0, 200))
def test_folding_a_prefix_and_then_the_rest_equals_folding_all(commands, cut):
    history = play(commands)
    cut %= len(history.events) + 1
    conversation = Conversation(SID, history.events[:cut])
    for event in history.events[cut:]:
        conversation.apply(event)
    assert conversation == Conversation(SID, history.events) == history.conversation


@given(HISTORIES)
def test_a_head_read_from_a_snapshot_at_any_cut_and_the_later_events_equal_a_fresh_fold(commands):
    history = play(commands)
    whole = fold(Head(SID), history.events)
    for cut in range(len(history.events) + 1):
        head = fold(Head(SID), history.events[:cut])
        written = msgspec.json.encode(header(head, Place(cut, "sum", 2)))
        read = head_from(msgspec.json.decode(written))
        assert read == (head, Place(cut, "sum", 2))
        assert fold(read[0], history.events[cut:]) == whole


@given(HISTORIES)
def test_every_event_survives_being_written_and_read(commands):
    for event in play(commands).events:
        data = msgspec.json.encode(data_of(event.change))
        assert Event(event.seq, event.at, change_from(event.type, data)) == event


def test_an_event_of_an_unknown_type_moves_only_the_revision_and_keeps_its_data():
    change = change_from("message.reacted", b'{"emoji":"\xf0\x9f\x98\x80","n":[1,{"a":null}]}')
    assert change == Unknown("message.reacted", {"emoji": "😀", "n": [1, {"a": None}]})
    assert data_of(change) == {"emoji": "😀", "n": [1, {"a": None}]}
    assert apply(Head(SID), Event(1, 1.0, change)) == Head(SID, revision=1)


def test_a_known_event_with_keys_of_a_newer_version_is_folded_all_the_same():
    change = change_from("session.changed", b'{"fields":{"title":"Sea"},"source":"manual","colour":"blue"}')
    assert apply(Head(SID), Event(1, 1.0, change)).title == "Sea"


def test_another_programs_header_is_not_taken_for_a_head():
    ours = header(Head(SID, revision=3), Place(1, "s"))
    assert head_from({"session_id": SID, "title": "x"}) is None
    assert head_from({**ours, "revision": 4}) is None
    assert head_from({**ours, "session_id": "other"}) is None
    assert head_from({**ours, "head": {"session_id": 5}}) is None
