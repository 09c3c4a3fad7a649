"""Where snapshot, log and backup disagree: each row of the design's table, through a start of the server."""

import json
import sqlite3

import pytest

from hermes_webui.chat import decide
from hermes_webui.store import snapshot
from hermes_webui.store.index import read as read_index
from hermes_webui.store.index import write as write_index
from hermes_webui.store.verdict import Facts, judge
from hermes_webui.store.verify import verify
from tests.store.fixtures import SID, contents, conversation, document, messages, recover, store_in, tree, turn, write


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path / "sessions")


def quarantined(store):
    return [path.read_bytes() for path in store.quarantine.iterdir()] if store.quarantine.exists() else []


def logged(store, turns=2):
    """A session of ours with a snapshot."""
    session = conversation(store, turns)
    store.write_snapshot(session)
    session.close()
    return contents(store)


def test_a_snapshot_that_the_log_continues_is_its_head_and_the_tail_is_read(store):
    logged(store)
    turn(store.load(SID), "later", "x")
    before = tree(store.root)
    session = store.load(SID)
    assert session.snapshot_revision < session.head.revision
    assert recover(store).report.recovered == 0
    assert contents(store)[-2:] == ["later", "x"]
    assert tree(store.root) == before


def test_a_missing_snapshot_is_rebuilt_from_the_log(store):
    right = logged(store)
    store.path(SID).unlink()
    recover(store)
    assert contents(store) == right
    turn(store.load(SID), "later", "x")
    store.write_snapshot(store.load(SID))
    assert len(snapshot.read_document(store.path(SID))["messages"]) == 6


@pytest.mark.parametrize(
    "bytes_there", [b"", b"{", b"\x00" * 50, b"[]", b"null", b'"x"', b"\xff\xfe{}", b"[" * 100_000]
)
def test_an_unreadable_snapshot_is_kept_aside_and_rebuilt(store, bytes_there):
    right = logged(store)
    store.path(SID).write_bytes(bytes_there)
    assert recover(store).report.restored == 1
    assert contents(store) == right
    assert bytes_there in quarantined(store)
    assert len(snapshot.read_document(store.path(SID))["messages"]) == 4
    assert not list(verify(store, SID))


def test_another_programs_session_without_a_log_is_read_as_it_is_and_its_log_begins_with_it_whole(store):
    content = document(messages(4), x_own={"kept": [1]})
    path = write(store.root, content)
    before = path.read_bytes()
    recover(store)
    assert contents(store) == [f"text {n}" for n in range(4)]
    assert path.read_bytes() == before
    assert not store.log_path(SID).exists()
    session = store.load(SID)
    turn(session, "more", "answer")
    with store.reader(session) as reader:
        first = next(iter(reader.events(0, 1))).change
    assert first.fields["x_own"] == {"kept": [1]}
    assert contents(store) == [*(f"text {n}" for n in range(4)), "more", "answer"]


def test_a_snapshot_rewritten_by_another_program_is_adopted_and_can_be_undone(store):
    right = logged(store)
    old_leaf = store.load(SID).head.leaf
    content = json.loads(store.path(SID).read_bytes())
    content["messages"] = [*content["messages"][:2], {"role": "user", "content": "theirs", "timestamp": 3.0}]
    write(store.root, content)
    assert recover(store).report.adopted == 1
    assert contents(store) == [*right[:2], "theirs"]
    session = store.load(SID)
    back = store.message(session, old_leaf)
    session.append(decide.select(session.head, back, store.hidden_by(session, back)), 1.0)
    assert contents(store) == right


def test_the_same_rewritten_snapshot_is_adopted_once(store):
    logged(store)
    content = json.loads(store.path(SID).read_bytes())
    content["messages"].append({"role": "user", "content": "theirs", "timestamp": 3.0})
    write(store.root, content)
    recover(store)
    turn(store.load(SID), "ours after it", "x")
    size = store.load(SID).log.size
    for _ in range(3):
        assert recover(store).report.adopted == 0
    assert store.load(SID).log.size == size
    assert contents(store)[-3:] == ["theirs", "ours after it", "x"]


def test_a_turn_after_another_programs_session_stays_visible_when_the_server_dies_before_a_snapshot(store):
    write(store.root, document(messages(4)))
    turn(store.load(SID), "more", "answer")
    for _ in range(2):
        recover(store)
        assert contents(store)[-2:] == ["more", "answer"]


def test_a_turn_after_another_programs_session_stays_visible_in_the_next_snapshot(store):
    write(store.root, document(messages(4)))
    session = store.load(SID)
    turn(session, "more", "answer")
    store.write_snapshot(session)
    assert contents(store)[-2:] == ["more", "answer"]
    assert [each["content"] for each in snapshot.read_document(store.path(SID))["messages"]][-2:] == ["more", "answer"]


def test_a_log_that_was_begun_and_has_no_byte_does_not_hide_another_programs_session(store):
    write(store.root, document(messages(4)))
    store.log_path(SID).parent.mkdir()
    store.log_path(SID).touch()
    recover(store)
    assert contents(store) == [f"text {n}" for n in range(4)]
    turn(store.load(SID), "more", "answer")
    assert contents(store)[-2:] == ["more", "answer"]


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_an_adoption_that_was_cut_off_does_not_hide_another_programs_session(store, cut):
    write(store.root, document(messages(4)))
    turn(store.load(SID), "more", "answer")
    log = store.log_path(SID)
    log.write_bytes(log.read_bytes()[:cut])
    recover(store)
    assert contents(store) == [f"text {n}" for n in range(4)]


def test_a_snapshot_newer_than_the_log_is_adopted_and_the_log_goes_to_quarantine(store):
    right = logged(store, turns=3)
    log = store.log_path(SID)
    whole = log.read_bytes()
    shorter = whole[: whole.index(b"\n", len(whole) // 2) + 1]
    log.write_bytes(shorter)
    report = recover(store).report
    assert report.adopted == 1
    assert contents(store) == right
    assert shorter in quarantined(store)
    assert not [finding for finding in verify(store, SID) if finding.serious]


def test_a_snapshot_beside_a_log_of_which_nothing_can_be_read_is_adopted(store):
    right = logged(store)
    store.log_path(SID).write_bytes(b"nothing of ours\n" * 9)
    recover(store)
    assert contents(store) == right
    assert b"nothing of ours\n" * 9 in quarantined(store)


@pytest.mark.parametrize("log", [None, b"garbage\nmore garbage\n"])
def test_where_nothing_can_be_read_the_backup_is_tried(store, log):
    write(store.root, document(messages(6)), f"{SID}.json.bak")
    store.path(SID).write_bytes(b"{ broken")
    if log is not None:
        store.log_path(SID).parent.mkdir()
        store.log_path(SID).write_bytes(log)
    assert recover(store).report.restored == 1
    assert contents(store) == [f"text {n}" for n in range(6)]
    assert {b"{ broken", *([log] if log else [])} <= set(quarantined(store))


@pytest.mark.parametrize("log", [None, b"garbage\nmore garbage\n"])
def test_where_nothing_at_all_can_be_read_the_session_is_listed_as_damaged_and_the_start_goes_on(store, log):
    store.root.mkdir()
    store.path(SID).write_bytes(b"{ broken")
    store.path("feed00000001").write_bytes(b"")
    if log is not None:
        store.log_path(SID).parent.mkdir()
        store.log_path(SID).write_bytes(log)
    logged_elsewhere = conversation(store, 1, "feed00000002")
    recovery = recover(store)
    assert recovery.report.damaged == [SID, "feed00000001"]
    listed = {row.summary.session_id: row.summary.damaged for row in recovery.index}
    assert listed == {SID: True, "feed00000001": True, "feed00000002": False}
    assert contents(store, "feed00000002") == ["prompt 0", "answer 0"]
    assert {b"{ broken", *([log] if log else [])} <= set(quarantined(store))
    assert logged_elsewhere.head.message_count == 2


def test_a_log_of_which_nothing_can_be_read_and_nothing_else_is_listed_as_damaged_and_kept(store):
    (store.root / "_log").mkdir(parents=True)
    store.log_path(SID).write_bytes(b"garbage\n")
    assert recover(store).report.damaged == [SID]
    assert quarantined(store) == [b"garbage\n"]


@pytest.mark.parametrize(
    "odd",
    [
        {"messages": 5},
        {"messages": [None, 5, "x", [], {"role": 7}, {"role": "user", "content": {"a": 1}, "tool_calls": 5}]},
        {"messages": [{"role": "assistant", "content": "", "tool_calls": [5, {"id": [1]}, {"function": 3}]}]},
        {"tool_calls": 5, "messages": messages(2)},
        {"tool_calls": [5, {"tid": [1]}, {"tid": {"a": 1}}], "messages": messages(2)},
        {"created_at": "yesterday", "updated_at": [], "title": 5, "active_stream_id": 7, "messages": messages(2)},
        {"input_tokens": 10**40, "updated_at": -1, "messages": messages(2)},
        {"pinned": "yes", "composer_draft": None, "workspace": {}, "messages": messages(1), "": {"": ""}},
    ],
)
def test_a_session_in_any_odd_shape_never_stops_the_start_and_keeps_its_bytes(store, odd):
    path = write(store.root, {**document([]), **odd})
    before = path.read_bytes()
    conversation(store, 1, "feed00000002")
    for _ in range(2):
        recovery = recover(store)
        assert {row.summary.session_id for row in recovery.index} == {SID, "feed00000002"}
    assert path.read_bytes() == before
    turn(store.load(SID), "more", "answer")
    store.write_snapshot(store.load(SID))
    assert contents(store)[-2:] == ["more", "answer"]
    recover(store)
    assert contents(store)[-2:] == ["more", "answer"]


@pytest.mark.parametrize("shown", [0, 3])
def test_a_shrunken_session_without_a_log_comes_back_from_its_backup_and_the_short_bytes_are_kept(store, shown):
    short = write(store.root, document(messages(shown))).read_bytes()
    write(store.root, document(messages(8)), f"{SID}.json.bak")
    assert recover(store).report.restored == 1
    assert contents(store) == [f"text {n}" for n in range(8)]
    assert short in quarantined(store)


@pytest.mark.parametrize(
    "meant",
    [
        {"clear_generation": 1},
        {"intentional_shrink_generation": 2},
        {"truncation_watermark": 4.5},
    ],
)
def test_a_shrink_that_hermes_webui_meant_stays(store, meant):
    before = write(store.root, document(messages(3), **meant)).read_bytes()
    write(store.root, document(messages(8)), f"{SID}.json.bak")
    assert recover(store).report.restored == 0
    assert store.path(SID).read_bytes() == before
    assert len(contents(store)) == 3


def test_a_backup_that_holds_less_changes_nothing(store):
    write(store.root, document(messages(8)))
    write(store.root, document(messages(3)), f"{SID}.json.bak")
    before = tree(store.root)
    assert recover(store).report.recovered == 0
    assert tree(store.root) == before


def test_our_snapshot_shrunk_by_another_program_comes_back_where_a_backup_shows_what_was_lost(store):
    right = logged(store, turns=4)
    path = store.path(SID)
    backup = snapshot.backup_of(path)
    backup.write_bytes(path.read_bytes())
    short = write(store.root, {**json.loads(path.read_bytes()), "messages": []}).read_bytes()
    assert recover(store).report.restored == 1
    assert contents(store) == right
    assert short in quarantined(store)
    assert json.loads(path.read_bytes())["message_count"] == 8


def agent_db(path, *session_ids):
    with sqlite3.connect(path) as connection:
        connection.execute("create table sessions (id text primary key)")
        connection.executemany("insert into sessions (id) values (?)", [(each,) for each in session_ids])
    return path


def test_an_orphaned_backup_comes_back_unless_hermes_agent_has_deleted_the_session(store, tmp_path):
    write(store.root, document(messages(4)), f"{SID}.json.bak")
    gone = recover(store, state_db=agent_db(tmp_path / "gone.db", "another"))
    assert gone.report.restored == gone.report.orphaned_backups == gone.report.scanned == 0
    assert not store.path(SID).exists()
    back = recover(store, state_db=agent_db(tmp_path / "there.db", SID))
    assert (back.report.restored, back.report.orphaned_backups) == (1, 1)
    assert len(contents(store)) == 4


@pytest.mark.parametrize("bytes_there", [b"", b"no database", None])
def test_a_state_db_that_cannot_be_read_says_nothing(store, tmp_path, bytes_there):
    write(store.root, document(messages(4)), f"{SID}.json.bak")
    if bytes_there is not None:
        (tmp_path / "state.db").write_bytes(bytes_there)
    assert recover(store, state_db=tmp_path / "state.db").report.restored == 1


def test_a_deleted_session_stays_deleted_when_its_file_comes_back(store):
    logged(store)
    came_back = store.path(SID).read_bytes()
    session = store.load(SID)
    session.append(decide.trash(session.head), 1.0)
    store.discard(session)
    session.close()
    for name in (f"{SID}.json", f"{SID}.json.bak"):
        (store.root / name).write_bytes(came_back)
        recovery = recover(store)
        assert len(recovery.index) == 0
        assert not (store.root / name).exists()
    assert came_back in [path.read_bytes() for path in store.trash.iterdir()]


def test_the_index_is_never_trusted_for_what_exists(store):
    logged(store)
    conversation(store, 1, "feed00000001")
    recovery = recover(store)
    path = store.root / "_index.json"
    write_index(recovery.index, path, store.disk)
    for name in (SID, "feed00000001"):
        store.log_path(name).rename(store.root / f"{name}.moved")
    store.path(SID).unlink()
    conversation(store, 1, "feed00000002")
    assert {row.summary.session_id for row in recover(store).index} == {"feed00000002"}
    assert set(read_index(path)) == {SID, "feed00000001"}


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1, null]", b'[{"session_id": "x"}]', b'[{"session_id":"x","files":{}}]']
)
def test_an_index_of_another_program_or_a_broken_one_is_passed_over(store, content):
    logged(store)
    (store.root / "_index.json").write_bytes(content)
    assert [row.summary.message_count for row in recover(store).index] == [4]


def test_a_start_that_finds_nothing_wrong_writes_nothing(store):
    logged(store)
    write(store.root, document(messages(4), "feed00000001"))
    conversation(store, 1, "feed00000002")
    before = tree(store.root)
    for _ in range(2):
        assert recover(store).report.recovered == 0
        assert tree(store.root) == before


def test_intent_on_record_wins_over_any_count():
    for kind in ("ours", "foreign", "unreadable", "absent"):
        assert judge(Facts(kind, 0, 0, 0, 9, 1_000, False, trashed=True, tombstone=False)) == "gone"
    assert judge(Facts("ours", 0, 0, 9, 9, 1_000, False, trashed=False, tombstone=False)) == "as it is"
