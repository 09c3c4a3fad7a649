"""The names under which hermes-webui's callers know this system: thin, bound when called, all in one directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import api.config
import api.models
from api.routes import _clear_stale_stream_state
from hermes_webui.errors import PartialView
from tests.peers.inprocess import first, running
from tests.store.fixtures import SID, document, messages, tree, write

CHECKOUT = Path(__file__).parents[2]

CALLER = """
import sys
from pathlib import Path
import api.models
import api.routes
import api.session_recovery
api.models.SESSION_DIR = Path(sys.argv[1])
session = api.models.Session("abcdef012345", title="Harbour", messages=[{"role": "user", "content": "hello"}] * 4)
session.save()
session.messages = session.messages[:1]
session.save()
api.models.get_session("abcdef012345", metadata_only=True)
api.routes._clear_stale_stream_state(api.models.get_session("abcdef012345"))
api.session_recovery.recover_all_sessions_on_startup(api.models.SESSION_DIR, rebuild_index=True)
"""


@pytest.fixture
def sessions(tmp_path, monkeypatch):
    monkeypatch.setattr(api.models, "SESSION_DIR", tmp_path / "sessions")
    return tmp_path / "sessions"


def call(home, *arguments, **environment):
    command = [sys.executable, "-c", CALLER, *arguments]
    given = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=home, env={**given, **environment}, check=True, timeout=60)


def test_with_only_the_directory_rebound_everything_stays_in_it(tmp_path):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    call(home, str(elsewhere))
    assert list(home.iterdir()) == []
    made = set(tree(elsewhere))
    assert {"abcdef012345.json", "abcdef012345.json.bak", "_index.json", "_log/abcdef012345.jsonl"} <= made


def test_importing_the_names_creates_nothing(tmp_path):
    command = [sys.executable, "-c", "import api.models, api.config, api.routes, api.session_recovery"]
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []


def test_without_a_state_directory_what_is_needed_is_made(tmp_path):
    call(tmp_path, str(tmp_path / "not" / "there" / "yet"))
    assert (tmp_path / "not" / "there" / "yet" / "abcdef012345.json").exists()


def test_a_missing_session_is_a_key_error(sessions):
    with pytest.raises(KeyError):
        api.models.get_session(SID)


def test_every_field_of_a_document_is_an_attribute_and_is_saved_again(sessions):
    content = document(messages(3), x_own=[1], project_id="p", profile="work", title="Harbour")
    write(sessions, content)
    session = api.models.get_session(SID)
    assert (vars(session)["title"], vars(session)["project_id"]) == ("Harbour", "p")
    assert session.path == sessions / f"{SID}.json"
    vars(session)["pinned"] = True
    session.save(skip_index=True)
    again = api.models.get_session(SID)
    assert (vars(again)["pinned"], vars(again)["project_id"]) == (True, "p")
    assert [message["content"] for message in again.messages] == [f"text {n}" for n in range(3)]
    assert api.models.SESSIONS.pop(SID) is session


def test_a_session_without_its_messages_cannot_be_saved(sessions):
    write(sessions, document(messages(3)))
    before = tree(sessions)
    session = api.models.get_session(SID, metadata_only=True)
    assert session.messages == []
    with pytest.raises(PartialView):
        session.save()
    assert tree(sessions) == before


def test_saving_the_same_document_again_adds_no_message(sessions):
    write(sessions, document(messages(5)))
    for _ in range(3):
        api.models.get_session(SID).save(skip_index=True)
    log = (sessions / "_log" / f"{SID}.jsonl").read_bytes()
    assert log.count(b'"message.added"') == 5


async def test_a_run_that_is_live_in_this_process_is_not_cleared(tmp_path, sessions):
    async with running(tmp_path, streams=api.config.STREAMS, lock=api.config.STREAMS_LOCK) as app:
        session_id = await app.new()
        async with app.stream("/api/events", session_id=session_id) as events:
            started = await app.start(session_id, "?")
            app.engine.say("so far")
            await first(events, "delta")
            assert set(api.config.STREAMS) == {started["stream_id"]}
            before = tree(tmp_path)
            for metadata_only in (False, True):
                session = api.models.get_session(session_id, metadata_only=metadata_only)
                assert session.active_stream_id == started["stream_id"]
                assert _clear_stale_stream_state(session) is False
                assert session.active_stream_id == started["stream_id"]
            assert tree(tmp_path) == before
            app.engine.answer(", and the rest")
            await first(events, "run.finished")
        assert (await app.messages(session_id))[-1]["content"] == "so far, and the rest"
        assert api.config.STREAMS == {}


def test_a_run_that_nobody_runs_is_cleared_with_every_message_kept(sessions):
    pending = {"active_stream_id": "a" * 32, "pending_user_message": "unanswered"}
    write(sessions, document(messages(6), **pending))
    session = api.models.get_session(SID, metadata_only=True)
    assert _clear_stale_stream_state(session) is True
    assert (session.active_stream_id, session.pending_user_message) == (None, None)
    again = api.models.get_session(SID)
    assert [message["content"] for message in again.messages[:7]] == [*(f"text {n}" for n in range(6)), "unanswered"]
    assert again.active_stream_id is None
    assert _clear_stale_stream_state(again) is False


def test_the_adapter_stays_thin():
    """Its size is its promise: a rule of its own would have to stand somewhere."""
    assert sum(len(path.read_text().splitlines()) for path in (CHECKOUT / "api").glob("*.py")) <= 150
