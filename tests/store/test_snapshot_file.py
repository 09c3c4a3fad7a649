"""The snapshot: hermes-webui's format, whole or not at all, and never more bytes than a multiple of the log."""

import json
from typing import Any

import pytest

from hermes_webui.chat.document import ORDER
from hermes_webui.chat.events import MessageAdded
from hermes_webui.store import snapshot
from hermes_webui.store.files import Disk
from tests.store.fixtures import SID, begin, contents, conversation, document, messages, recover, store_in, turn, write


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path)


def written(store):
    return json.loads(store.path(SID).read_bytes())


def test_metadata_stands_before_messages_in_hermes_webuis_order_with_ours_after_it(store):
    store.write_snapshot(conversation(store, 2))
    keys = list(written(store))
    assert keys[: len(ORDER)] == list(ORDER)
    ours = ["message_count", "revision", "log_offset", "log_sum", "generation", "head"]
    place = keys.index("messages")
    assert set(ours) <= set(keys[:place])
    assert keys[place:] == ["messages", "tool_calls", "digest"]


def test_a_written_snapshot_read_back_is_the_head_and_what_it_holds(store):
    session = conversation(store, 3)
    store.write_snapshot(session)
    found = snapshot.read_head(store.path(SID))
    assert found is not None
    head, place = found
    assert head == session.head == store.load(SID).head
    assert (place.offset, place.sum, place.generation) == (session.log.size, session.log.sum, 1)
    content = written(store)
    assert (content["message_count"], content["revision"]) == (6, session.head.revision)
    assert [each["content"] for each in content["messages"]] == contents(store)
    assert snapshot.is_intact(store.path(SID))
    assert snapshot.count(store.path(SID)) == 6


def test_a_snapshot_that_was_changed_anywhere_is_not_intact(store):
    store.write_snapshot(conversation(store, 1))
    path = store.path(SID)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert not snapshot.is_intact(path)
    path.write_bytes(whole[:-1])
    assert not snapshot.is_intact(path)


def test_a_snapshot_that_another_log_goes_on_from_is_not_used(store):
    session = conversation(store, 2)
    store.write_snapshot(session)
    other = store_in(store.root / "other")
    turn(begin(other), "another", "history")
    store.log_path(SID).write_bytes(other.log_path(SID).read_bytes())
    assert contents(store) == ["another", "history"]


def test_tool_calls_are_listed_as_hermes_webui_lists_them(store):
    session = begin(store)
    call = {"id": "c1", "type": "function", "function": {"name": "calc", "arguments": '{"a":1}'}}
    bodies: list[dict[str, Any]] = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "42", "status": "failed", "duration": 0.5},
    ]
    parent = None
    for number, body in enumerate(bodies, 1):
        added = MessageAdded(f"m{number + 1}-0000", parent, number, 1, body)
        session.append([added], 1.0)
        parent = added.id
    store.write_snapshot(session)
    (entry,) = written(store)["tool_calls"]
    assert entry == {
        "name": "calc",
        "preview": "calc",
        "snippet": "42",
        "tid": "c1",
        "assistant_msg_idx": 1,
        "args": '{"a":1}',
        "done": True,
        "is_error": True,
        "duration": 0.5,
    }


@pytest.mark.parametrize("size", [10, 16_384, 40_000, 500_000])
def test_metadata_of_any_size_is_read(store, size):
    session = begin(store, workspace="w" * size)
    turn(session, "a", "b")
    store.write_snapshot(session)
    found = snapshot.read_head(store.path(SID))
    assert size > 50_000 or (found is not None and found[0] == session.head)
    assert store.load(SID).head == session.head
    assert recover(store).report.adopted == 0


def test_snapshots_together_cost_at_most_a_multiple_of_the_log(store):
    session = begin(store)
    spent = 0
    for number in range(120):
        turn(session, f"{number}", "x" * 4_000)
        if store.wants_snapshot(session):
            store.write_snapshot(session)
            spent += store.path(SID).stat().st_size
    assert spent <= 2 * session.log.size + (1 << 19)
    assert session.snapshot_revision > 0


def test_a_snapshot_that_shrinks_leaves_the_longer_one_as_backup_and_one_that_grows_leaves_none(store):
    session = conversation(store, 5)
    store.write_snapshot(session)
    turn(session, "more", "x")
    store.write_snapshot(session)
    assert not snapshot.backup_of(store.path(SID)).exists()
    before = store.path(SID).read_bytes()
    store.save(SID, document(messages(3)))
    assert snapshot.backup_of(store.path(SID)).read_bytes() == before


def test_of_shrink_after_shrink_the_backup_keeps_the_most(store):
    write(store.root, document(messages(10)))
    largest = store.path(SID).read_bytes()
    for count in (5, 3, 0):
        snapshot.back_up(store.path(SID), count, Disk(), store.quarantine)
        write(store.root, document(messages(count)))
    assert snapshot.backup_of(store.path(SID)).read_bytes() == largest


def test_an_unreadable_file_is_kept_before_it_is_written_over(store):
    store.root.mkdir(exist_ok=True)
    store.path(SID).write_bytes(b"{ broken")
    snapshot.back_up(store.path(SID), 10, Disk(), store.quarantine)
    store.path(SID).write_bytes(b"{ broken otherwise")
    snapshot.back_up(store.path(SID), 10, Disk(), store.quarantine)
    assert {path.read_bytes() for path in store.quarantine.iterdir()} == {b"{ broken", b"{ broken otherwise"}


def test_a_readable_backup_gives_way_to_no_file_that_holds_less_but_an_unreadable_one_does(store):
    write(store.root, document(messages(4)))
    backup = write(store.root, document(messages(9)), f"{SID}.json.bak")
    before = backup.read_bytes()
    snapshot.back_up(store.path(SID), 1, Disk(), store.quarantine)
    assert backup.read_bytes() == before
    backup.write_bytes(b"{ broken")
    snapshot.back_up(store.path(SID), 1, Disk(), store.quarantine)
    assert backup.read_bytes() == store.path(SID).read_bytes()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"1", b"\xff"])
def test_what_is_no_conversation_counts_as_unreadable(store, content):
    path = store.root / "x.json"
    path.write_bytes(content)
    assert snapshot.count(path) == -1
    assert snapshot.read_head(path) is None


def test_a_file_that_is_not_there_counts_as_unreadable(store):
    assert snapshot.count(store.root / "none.json") == -1
    assert snapshot.read_head(store.root / "none.json") is None
    assert not snapshot.is_intact(store.root / "none.json")
