"""hermes-webui's files: read as they are, never written to by reading, and nothing of them is lost on the way back."""

import json
from typing import Any

import pytest

from hermes_webui.store import snapshot
from hermes_webui.store.directory import summary_document, whole_document
from hermes_webui.store.verify import verify
from tests.store.fixtures import SID, contents, document, messages, recover, store_in, tree, turn, write

CALL = {
    "name": "calc",
    "preview": "1+1",
    "snippet": "2",
    "tid": "t1",
    "assistant_msg_idx": 1,
    "args": {"a": 1},
    "done": True,
}

SESSIONS = {
    "native": document(messages(6)),
    "older order": {
        "messages": messages(2),
        "updated_at": 102.0,
        "created_at": 50.0,
        "title": "Harbour",
        "session_id": SID,
    },
    "least": {"session_id": SID, "messages": []},
    "no messages key": {"session_id": SID, "title": "Harbour"},
    "times in _ts": document(
        [{"role": "user", "content": "a", "_ts": 7.5}, {"role": "assistant", "content": "b", "_ts": 8}]
    ),
    "content in parts": document(
        [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "x": 1}]}]
    ),
    "tool calls": document(
        [
            {"role": "user", "content": "?"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": "t1", "function": {"name": "calc", "arguments": "{}"}}],
            },
            {"role": "tool", "content": "2", "tool_call_id": "t1", "name": "calc"},
            {"role": "assistant", "content": "two", "reasoning": "1+1", "_partial": True},
        ],
        tool_calls=[CALL],
    ),
    "flags": document(
        [{"role": "assistant", "content": "x", "_error": True}, {"role": "user", "content": "y", "_recovered": True}]
    ),
    "foreign ids": document([{"id": "uuid-1", "role": "user", "content": "a", "parent": "p"}]),
    "unknown keys": document(
        messages(2, x_message={"deep": [1, None]}),
        share_token="s",
        message_count=2,
        truncation_watermark=3.5,
        clear_generation=2,
        x_session={"a": [1, {"b": None}]},
    ),
    "everything null": dict.fromkeys(document([]), None) | {"session_id": SID},
}


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path / "sessions")


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_is_read_as_it_is_and_reading_writes_nothing(store, name):
    content = SESSIONS[name]
    path = write(store.root, content)
    before, stamp = tree(store.root), path.stat().st_mtime_ns
    listed = content.get("messages") or []
    for _ in range(2):
        session = store.load(SID)
        shown = store.path_messages(session, session.head.leaf)
        assert [message.body.get("content") for message in shown] == [each["content"] for each in listed]
        assert session.summary().title == (content.get("title") or "Untitled")
        assert len(whole_document(store, SID)["messages"]) == len(listed)
        assert not list(verify(store, SID))
        recover(store)
    assert tree(store.root) == before
    assert path.stat().st_mtime_ns == stamp


@pytest.mark.parametrize("name", SESSIONS)
def test_message_ids_are_the_same_before_and_after_the_session_is_taken_over(store, name):
    write(store.root, SESSIONS[name])
    found = store.load(SID)
    before = [message.id for message in store.path_messages(found, found.head.leaf)]
    session = store.load(SID)
    turn(session, "more", "answer")
    store.write_snapshot(session)
    after = store.load(SID)
    ids = [message.id for message in store.path_messages(after, after.head.leaf)]
    assert ids[: len(before)] == before
    assert [store.message(found, each).body for each in before] == [store.message(after, each).body for each in before]


@pytest.mark.parametrize("name", SESSIONS)
def test_every_key_survives_being_adopted_written_and_read(store, name):
    content = SESSIONS[name]
    write(store.root, content)
    session = store.load(SID)
    turn(session, "more", "answer", at=9_000.0)
    store.write_snapshot(session)
    written = json.loads(store.path(SID).read_bytes())
    moved = {"messages", "updated_at", "tool_calls", "message_count", "session_id", "title", "created_at"}
    for key, value in content.items():
        if key not in moved and value is not None:
            assert written[key] == value, key
    for old, new in zip(content.get("messages") or [], written["messages"], strict=False):
        kept = {("source_id" if key == "id" else key): value for key, value in old.items() if key != "parent"}
        assert kept.items() <= new.items()
    assert content.get("tool_calls") in (None, [], written["tool_calls"])
    again = whole_document(store, SID)
    assert {key: again[key] for key in written if key.startswith("x_")} == {
        key: value for key, value in content.items() if key.startswith("x_")
    }


def test_what_pythons_json_writes_beyond_json_is_read(store):
    store.root.mkdir()
    listed = [{"role": "user", "content": "a \ud83d b \udc00", "timestamp": float("nan")}]
    content = document(listed, estimated_cost=float("inf"), x_own=float("-inf"))
    before = json.dumps(content).encode()  # \ud83d, NaN and Infinity, as hermes-webui's files can hold them
    store.path(SID).write_bytes(before)
    assert contents(store) == ["a ? b ?"]
    recover(store)
    assert store.path(SID).read_bytes() == before
    session = store.load(SID)
    turn(session, "more", "answer")
    store.write_snapshot(session)
    assert contents(store) == ["a ? b ?", "more", "answer"]
    assert snapshot.is_intact(store.path(SID))
    assert snapshot.read_document(store.path(SID))["x_own"] is None


def test_numbers_beyond_a_double_are_read_and_the_log_stays_readable(store):
    store.root.mkdir()
    text = json.dumps(document(messages(2))).replace('"updated_at": 102.0', '"updated_at": 1e999')
    assert "1e999" in text
    store.path(SID).write_text(text)
    turn(store.load(SID), "more", "answer")
    assert contents(store) == ["text 0", "text 1", "more", "answer"]
    assert not list(verify(store, SID))


def test_left_overs_of_hermes_webui_are_no_sessions(store):
    write(store.root, document(messages(2)))
    for name in (
        "_index.json",
        f"{SID}.json.tmp.12.34",
        ".hidden.json",
        "_turn_journal/x.jsonl",
        "_run_journal/s/r.jsonl",
    ):
        path = store.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("[]")
    before = tree(store.root)
    assert [row.summary.session_id for row in recover(store).index] == [SID]
    assert store.session_ids() == {SID}
    assert tree(store.root) == before


def test_a_prompt_that_hermes_webui_held_as_pending_becomes_a_message_when_its_run_is_closed(store):
    pending: dict[str, Any] = {
        "active_stream_id": "a" * 32,
        "pending_user_message": "unanswered",
        "pending_started_at": 200.0,
    }
    write(store.root, document(messages(2), **pending))
    assert recover(store).report.interrupted == 1
    assert contents(store)[:3] == ["text 0", "text 1", "unanswered"]
    session = store.load(SID)
    recovered = store.path_messages(session, session.head.leaf)[2]
    assert recovered.body["_recovered"] is True
    assert recovered.body["timestamp"] == 200.0
    assert summary_document(store, SID)["pending_user_message"] is None
    for _ in range(2):
        assert recover(store).report.interrupted == 0
    assert contents(store).count("unanswered") == 1


def test_a_summary_says_nothing_of_messages_and_cannot_be_saved(store):
    write(store.root, document(messages(4)))
    summary = store.load(SID).summary()
    assert summary.message_count == 4
    assert "messages" not in summary_document(store, SID)
    assert not hasattr(summary, "save")
