"""Snapshots and backups that other programs write, at a start and while one of ours is being written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hermes_webui.chat import decide
from hermes_webui.chat.decide import Prompt
from hermes_webui.chat.events import MessageAdded
from hermes_webui.store import snapshot
from hermes_webui.store.directory import close_stale_run, whole_document
from hermes_webui.store.files import Disk
from hermes_webui.store.journal import Journal
from hermes_webui.store.sessions import SessionStore
from hermes_webui.store.verify import verify
from tests.store.fixtures import SID, contents, conversation, document, messages, recover, store_in, turn, write

THEIRS = {"role": "user", "content": "theirs", "timestamp": 5.0}
TORN = b'{"seq":99,"at":1,"type":"mess'


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path / "sessions")


def on_disk(store: SessionStore) -> dict[str, Any]:
    return dict(json.loads(store.path(SID).read_bytes()))


def ever_said(store: SessionStore) -> list[Any]:
    """Every message that the log holds, on whatever branch."""
    session = store.load(SID)
    events = store.events(session, 0, session.log.seq)
    return [event.change.message["content"] for event in events if isinstance(event.change, MessageAdded)]


def quarantined(store: SessionStore) -> list[bytes]:
    return [kept.read_bytes() for kept in store.quarantine.iterdir()] if store.quarantine.exists() else []


@pytest.mark.parametrize("more", [[], [THEIRS]], ids=["title only", "a message too"])
def test_an_edit_of_an_older_state_that_a_start_finds_hides_nothing_said_since(store, more):
    session = conversation(store, 1)
    store.write_snapshot(session)
    older = on_disk(store)
    turn(session, "later", "x")
    write(store.root, {**older, "title": "Theirs", "messages": [*older["messages"], *more]})
    for adopted in (1, 0):
        assert recover(store).report.adopted == adopted
        assert contents(store) == ["prompt 0", "answer 0", "later", "x"]
        assert store.load(SID).head.title == "Theirs"
    assert ever_said(store).count("theirs") == len(more)
    assert not list(verify(store, SID))


class Meddled(Disk):
    """What stands in `then` is done once, while a snapshot is being written beside its place."""

    def __init__(self) -> None:
        self.then: list[Callable[[], object]] = []

    def sync(self, fd: int) -> None:
        super().sync(fd)
        while self.then:
            self.then.pop()()


def test_a_file_that_comes_while_the_snapshot_is_being_written_is_not_overwritten_untaken(tmp_path):
    disk = Meddled()
    store = store_in(tmp_path / "sessions", disk)
    session = conversation(store, 1)
    store.write_snapshot(session)
    turn(session, "later", "x")
    theirs = on_disk(store)
    theirs["messages"].append(THEIRS)
    disk.then.append(lambda: write(store.root, theirs))
    store.write_snapshot(session)
    assert not disk.then
    assert on_disk(store) == theirs
    assert not list(store.root.glob(".*.tmp"))
    store.write_snapshot(session)
    assert contents(store) == ["prompt 0", "answer 0", "later", "x"]
    assert "theirs" in ever_said(store)
    assert [message["content"] for message in on_disk(store)["messages"]] == contents(store)


def test_a_first_snapshot_does_not_overwrite_a_file_that_comes_meanwhile(tmp_path):
    disk = Meddled()
    store = store_in(tmp_path / "sessions", disk)
    session = conversation(store, 1)
    disk.then.append(lambda: write(store.root, document([THEIRS])))
    store.write_snapshot(session)
    assert on_disk(store)["messages"] == [THEIRS]
    store.write_snapshot(session)
    assert {"prompt 0", "answer 0", "theirs"} <= set(ever_said(store))


def test_a_key_messages_within_the_metadata_is_not_taken_for_the_messages(store):
    write(store.root, document(messages(4), gateway_routing={"messages": [1, {"messages": []}], "x": 1}))
    session = store.load(SID)
    turn(session, "more", "x")
    path = store.path_messages(session, session.head.leaf)
    session.append(decide.select(session.head, path[1], store.hidden_by(session, path[1])), 9.0)
    store.write_snapshot(session)
    found = snapshot.read_head(store.path(SID))
    assert found is not None
    assert found[0] == session.head
    (store.root / "_index.json").unlink(missing_ok=True)
    before = store.log_path(SID).read_bytes()
    for _ in range(2):
        assert recover(store).report.adopted == 0
        assert contents(store) == ["text 0", "text 1"]
        assert store.load(SID).snapshot_revision == session.head.revision
    assert store.log_path(SID).read_bytes() == before


def rewritten(store: SessionStore) -> None:
    content = on_disk(store)
    write(store.root, {**content, "title": "Theirs", "messages": [*content["messages"], THEIRS]})


def shrunk(store: SessionStore) -> None:
    path = store.path(SID)
    path.with_name(f"{path.name}.bak").write_bytes(path.read_bytes())
    write(store.root, document([]))


def backed_up(store: SessionStore) -> None:
    """A backup holds more than the log and the file do."""
    write(store.root, document(messages(9)), f"{SID}.json.bak")
    write(store.root, document([]))


def unreadable(store: SessionStore) -> None:
    store.path(SID).write_bytes(b"{ broken")


@pytest.mark.parametrize("change", [rewritten, shrunk, backed_up, unreadable])
def test_torn_bytes_are_kept_also_where_the_same_start_takes_over_or_restores(store, change):
    store.write_snapshot(conversation(store, 2))
    change(store)
    log = store.log_path(SID)
    whole = log.read_bytes()
    log.write_bytes(whole + TORN)
    recovery = recover(store)
    assert (recovery.report.problems, recovery.report.damaged, recovery.report.torn) == ([], [], 1)
    assert recovery.report.adopted + recovery.report.restored == 1
    assert TORN in quarantined(store)
    assert log.read_bytes().startswith(whole)
    assert TORN not in log.read_bytes()
    assert {"prompt 0", "answer 1"} <= set(ever_said(store))
    assert not list(verify(store, SID))


def test_torn_bytes_are_kept_where_a_document_is_saved(store):
    conversation(store, 1)
    log = store.log_path(SID)
    log.write_bytes(log.read_bytes() + TORN)
    store.save(SID, {**whole_document(store, SID), "title": "Saved"})
    assert TORN in quarantined(store)
    assert (store.load(SID).head.title, contents(store)) == ("Saved", ["prompt 0", "answer 0"])
    assert not list(verify(store, SID))


def test_torn_bytes_are_kept_where_a_stale_run_is_closed(store):
    session = conversation(store, 1)
    prompt = Prompt({"role": "user", "content": "open"}, "r1", None, "demo")
    session.append(decide.start(session.head, 3_000.0, prompt), 3_000.0)
    log = store.log_path(SID)
    log.write_bytes(log.read_bytes() + TORN)
    assert close_stale_run(store, SID, frozenset())
    assert TORN in quarantined(store)
    assert contents(store)[:3] == ["prompt 0", "answer 0", "open"]
    assert store.load(SID).head.run is None
    assert not list(verify(store, SID))


@pytest.mark.parametrize("seen", [True, False], ids=["of an older state", "of no state that is known"])
def test_what_an_open_run_had_said_is_kept_where_the_same_start_takes_an_edit_over(store, seen):
    session = conversation(store, 1)
    store.write_snapshot(session)
    older = on_disk(store)
    prompt = Prompt({"role": "user", "content": "open"}, "r1", None, "demo")
    session.append(decide.start(session.head, 3_000.0, prompt), 3_000.0)
    journal = Journal(store.root / "_runs", Disk(), "1")
    journal.begin(SID, "r1")
    journal.message("r1", session.log.seq)
    journal.delta("r1", "text", "so far")
    journal.close()
    revision = older["revision"] if seen else None
    write(store.root, {**older, "revision": revision, "messages": [*older["messages"], THEIRS]})
    recovery = recover(store)
    assert (recovery.report.adopted, recovery.report.interrupted) == (1, 1)
    visible, other = ["open", "so far"], ["theirs"]
    if not seen:
        visible, other = other, visible
    assert contents(store) == ["prompt 0", "answer 0", *visible]
    assert set(other) <= set(ever_said(store))
    session = store.load(SID)
    (mark,) = {
        event.change.id
        for event in store.events(session, 0, session.log.seq)
        if isinstance(event.change, MessageAdded) and event.change.message["content"] == other[-1]
    }
    session.append(decide.select(session.head, store.message(session, mark)), 9_000.0)
    assert contents(store) == ["prompt 0", "answer 0", *other]


@pytest.mark.parametrize("bytes_", [b"", b"{ broken", b"\x00" * 99])
def test_a_backup_that_cannot_be_read_is_kept_before_another_takes_its_place(store, bytes_):
    session = conversation(store, 2)
    store.write_snapshot(session)
    larger = store.path(SID).read_bytes()
    backup: Path = snapshot.backup_of(store.path(SID))
    backup.write_bytes(bytes_)
    path = store.path_messages(session, session.head.leaf)
    session.append(decide.select(session.head, path[1], store.hidden_by(session, path[1])), 9.0)
    store.write_snapshot(session)
    assert backup.read_bytes() == larger
    assert quarantined(store) == [bytes_]


@pytest.mark.parametrize("stream", [None, ""])
def test_a_prompt_that_is_only_pending_is_shown_where_no_run_will_take_it_up(store, stream):
    pending = {"pending_user_message": "unanswered", "pending_started_at": 200.0, "active_stream_id": stream}
    before = write(store.root, document(messages(2), **pending)).read_bytes()
    assert contents(store) == ["text 0", "text 1", "unanswered"]
    session = store.load(SID)
    recovered = store.path_messages(session, session.head.leaf)[2].body
    assert (recovered["role"], recovered["_recovered"], recovered["timestamp"]) == ("user", True, 200.0)
    recover(store)
    assert store.path(SID).read_bytes() == before
    turn(session, "more", "x")
    store.write_snapshot(session)
    for _ in range(2):
        recover(store)
        assert contents(store) == ["text 0", "text 1", "unanswered", "more", "x"]
    assert on_disk(store)["pending_user_message"] is None
