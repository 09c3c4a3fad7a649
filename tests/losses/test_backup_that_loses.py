"""Loss 10: the backup rule itself loses. Its three faults: a corrupt file is written over with no copy; of the shrinks
10 → 5 → 3 only the 5 survives; a rewrite of equal length leaves none.

Here bytes that cannot be read go to quarantine, a backup never gives way to one that holds less, and every version that
was replaced stays in the log, until the whole conversation is deleted for good.
"""

import json

import pytest

import api.models
from api.session_recovery import _msg_count, recover_all_sessions_on_startup
from hermes_webui.chat import decide
from hermes_webui.chat.events import MessageAdded
from hermes_webui.store.directory import opened
from hermes_webui.store.purge import purging_of
from tests.store.fixtures import SID, document, messages, write


@pytest.fixture
def sessions(tmp_path, monkeypatch):
    monkeypatch.setattr(api.models, "SESSION_DIR", tmp_path)
    return tmp_path


def save(count, mark="", session_id=SID):
    listed = [{**message, "content": message["content"] + mark} for message in messages(count)]
    api.models.Session(session_id, messages=listed, title="Harbour").save(skip_index=True)


def all_that_was_ever_said(root, session_id=SID):
    store = opened(root)
    session = store.load(session_id)
    events = store.events(session, 0, session.head.revision)
    return [event.change.message["content"] for event in events if isinstance(event.change, MessageAdded)]


@pytest.mark.parametrize("corrupt", [b"", b"{ broken", b"[1]", b"\x00" * 99])
@pytest.mark.parametrize("logged", [False, True])
def test_a_corrupt_file_is_kept_before_it_is_written_over(sessions, corrupt, logged):
    if logged:
        save(4)
    (sessions / f"{SID}.json").write_bytes(corrupt)
    save(2)
    assert corrupt in [path.read_bytes() for path in (sessions / "_quarantine").iterdir()]
    assert len(api.models.get_session(SID).messages) == 2


@pytest.mark.parametrize("corrupt", [b"", b"{ broken"])
def test_a_corrupt_file_is_kept_before_a_backup_is_put_in_its_place(sessions, corrupt):
    write(sessions, document(messages(10)), f"{SID}.json.bak")
    (sessions / f"{SID}.json").write_bytes(corrupt)
    assert recover_all_sessions_on_startup(sessions)["restored"] == 1
    assert corrupt in [path.read_bytes() for path in (sessions / "_quarantine").iterdir()]
    assert _msg_count(sessions / f"{SID}.json") == 10


def test_of_the_shrinks_ten_five_three_the_ten_survive(sessions):
    for count in (10, 5, 3):
        save(count)
    assert _msg_count(sessions / f"{SID}.json.bak") == 10
    assert _msg_count(sessions / f"{SID}.json") == 3
    (sessions / f"{SID}.json").unlink()
    (sessions / "_log" / f"{SID}.jsonl").unlink()
    assert recover_all_sessions_on_startup(sessions)["restored"] == 1
    assert len(api.models.get_session(SID).messages) == 10


def test_a_rewrite_of_equal_length_leaves_the_old_version_in_reach(sessions):
    save(10)
    save(10, " rewritten")
    said = all_that_was_ever_said(sessions)
    assert len(said) == 20
    assert {"text 9", "text 9 rewritten"} <= set(said)


def test_a_rewrite_of_equal_length_by_another_program_leaves_both_versions_in_reach(sessions):
    save(10)
    path = sessions / f"{SID}.json"
    content = json.loads(path.read_bytes())
    content["messages"] = [{**message, "content": "theirs"} for message in content["messages"]]
    path.write_text(json.dumps(content))
    save(10, " again")
    said = all_that_was_ever_said(sessions)
    assert (said.count("theirs"), said.count("text 9"), said.count("text 9 again")) == (10, 1, 1)


def test_no_version_in_between_is_lost_either(sessions):
    for number, count in enumerate((10, 5, 8, 0, 3)):
        save(count, f" v{number}")
    said = all_that_was_ever_said(sessions)
    assert [sum(text.endswith(f" v{number}") for text in said) for number in range(5)] == [10, 5, 8, 0, 3]


def test_every_version_stays_in_the_trash_until_it_is_purged_on_purpose_and_then_stays_gone(sessions):
    other = "0123456789ab"
    for count, mark in ((10, ""), (10, " rewritten"), (3, "")):
        save(count, mark)
        save(count, f"{mark} of another", other)
    store = opened(sessions)
    for session_id in (SID, other):
        session = store.load(session_id)
        session.append(decide.trash(session.head), 1.0)
        store.discard(session)
    recover_all_sessions_on_startup(sessions, rebuild_index=True)
    assert {"text 9", "text 9 rewritten"} <= set(all_that_was_ever_said(sessions))
    backup = store.trash.joinpath(f"{SID}.json.bak").read_bytes()
    purging_of(sessions, opened(sessions)).purge(SID)
    assert not [path for path in sessions.rglob("*") if SID in path.name]
    for name in (f"{SID}.json", f"{SID}.json.bak"):  # a program that still had it, or somebody's backup
        (sessions / name).write_bytes(backup)
    for _ in range(2):
        recover_all_sessions_on_startup(sessions, rebuild_index=True)
        with pytest.raises(KeyError):
            api.models.get_session(SID)
        assert SID not in (sessions / "_index.json").read_text()
    assert opened(sessions).restore(other)
    assert {"text 9 of another", "text 9 rewritten of another"} <= set(all_that_was_ever_said(sessions, other))
