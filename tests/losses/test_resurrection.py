"""Loss 9: what was deleted, undone or cleared comes back from a backup, an index or another store.

Here deleting and shortening are events of the same log. Recovery replays what was meant, and compares no counts where
the log speaks.
"""

import json

import pytest

import api.models
from api.session_recovery import recover_all_sessions_on_startup
from hermes_webui.chat import hermes
from hermes_webui.store import snapshot
from tests.peers.agent_store import AgentDb, held
from tests.peers.inprocess import running
from tests.peers.scripted_engine import said
from tests.store.fixtures import SID, document, messages


async def test_a_deleted_conversation_stays_deleted_whatever_comes_back_beside_it(tmp_path):
    root = tmp_path / "sessions"
    async with running(tmp_path) as app:
        session_id = await app.new()
        await app.turn(session_id, "one", "a")
    kept = {path.name: path.read_bytes() for path in root.glob("*.json")}
    async with running(tmp_path) as app:
        assert (await app.post("/api/session/delete", session_id=session_id)).status == 200
    for _ in range(3):
        for name, data in kept.items():
            (root / name).write_bytes(data)
            (root / f"{session_id}.json.bak").write_bytes(kept[f"{session_id}.json"])
        async with running(tmp_path) as app:
            assert await app.listed() == []
            assert (await app.get("/api/session", session_id=session_id)).status == 404
    async with running(tmp_path) as app:
        assert (await app.post("/api/session/restore", session_id=session_id)).status == 200
        assert said(await app.messages(session_id)) == [("user", "one"), ("assistant", "a")]


async def test_what_was_undone_stays_undone_after_any_number_of_starts(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        for number in range(4):
            await app.turn(session_id, f"prompt {number}", f"answer {number}")
        second = (await app.messages(session_id))[1]["id"]
        await app.post("/api/session/select", session_id=session_id, message_id=second, exact=True)
    for _ in range(3):
        async with running(tmp_path) as app:
            assert said(await app.messages(session_id)) == [("user", "prompt 0"), ("assistant", "answer 0")]
            assert [row["message_count"] for row in await app.listed()] == [2]


async def test_a_cleared_conversation_stays_cleared_with_a_backup_beside_it(tmp_path):
    path = tmp_path / "sessions"
    async with running(tmp_path) as app:
        session_id = await app.new()
        for number in range(3):
            await app.turn(session_id, f"prompt {number}", f"answer {number}")
    snapshot.backup_of(path / f"{session_id}.json").write_bytes((path / f"{session_id}.json").read_bytes())
    async with running(tmp_path) as app:
        await app.post("/api/session/select", session_id=session_id, message_id=None, exact=True)
    for _ in range(3):
        async with running(tmp_path) as app:
            assert await app.messages(session_id) == []
        (path / f"{session_id}.json").unlink(missing_ok=True)


@pytest.mark.parametrize("kept", [0, 3])
def test_a_shrink_through_hermes_webuis_own_names_stays_after_any_number_of_recoveries(tmp_path, monkeypatch, kept):
    monkeypatch.setattr(api.models, "SESSION_DIR", tmp_path)
    api.models.Session(SID, messages=messages(10), title="Harbour").save()
    session = api.models.get_session(SID)
    session.messages = session.messages[:kept]
    session.save()
    assert len(snapshot.read_document(tmp_path / f"{SID}.json.bak")["messages"]) == 10
    for _ in range(3):
        assert recover_all_sessions_on_startup(tmp_path, rebuild_index=True)["restored"] == 0
        assert len(api.models.get_session(SID).messages) == kept
        assert len(json.loads((tmp_path / f"{SID}.json").read_bytes())["messages"]) == kept


async def test_a_queued_prompt_that_was_taken_back_is_not_answered_after_a_restart(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        await app.start(session_id, "one")
        queued = await app.start(session_id, "not this one")
        await app.post("/api/chat/cancel", stream_id=queued["stream_id"])
    async with running(tmp_path) as app:
        await app.turn(session_id, "two", "b")
        found = await app.session(session_id)
        assert found["queue"] == []
        assert "not this one" not in [message["content"] for message in found["messages"]]


def test_a_document_without_its_messages_is_not_filled_from_an_index(tmp_path):
    (tmp_path / "_index.json").write_text(json.dumps([{**document([]), "message_count": 9}]))
    assert recover_all_sessions_on_startup(tmp_path)["scanned"] == 0


async def adopt(tmp_path, db, source_id):
    """Taken over, and the server killed before the prompt was on disk: nothing was said here."""
    session_id = hermes.session_id_of(source_id)
    async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
        session = await app.app.state.services.desk.session(session_id)
        session.found.begin(session.log)
    return session_id


async def test_what_hermes_agent_deleted_is_not_revived_by_a_copy_that_nobody_has_replied_to(tmp_path):
    with AgentDb(tmp_path / "agent") as db:
        db.session("other", ["stays"])
        session_id = await adopt(tmp_path, db, db.session("s-1", ["one", "two"], title="Gone"))
        state = {"state": tmp_path / "state", "agent_dbs": (db.path,)}
        async with running(**state) as app:
            assert said(await app.messages(session_id)) == [("user", "one"), ("assistant", "two")]
        db.delete("s-1")
        for _ in range(3):
            async with running(**state) as app:
                assert [row["agent_session"]["id"] for row in await app.listed()] == ["other"]
                assert (await app.get("/api/session", session_id=session_id)).status == 404
        async with running(**state) as app:
            assert (await app.post("/api/session/restore", session_id=session_id)).status == 200
        for _ in range(2):
            async with running(**state) as app:
                assert said(await app.messages(session_id)) == [("user", "one"), ("assistant", "two")]


async def test_what_was_said_here_stays_whatever_hermes_agent_deletes(tmp_path):
    with AgentDb(tmp_path / "agent") as db:
        session_id = hermes.session_id_of(db.session("s-1", ["one", "two"]))
        async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
            await app.turn(session_id, "three", "four")
        db.delete("s-1")
        for _ in range(2):
            async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
                assert said(await app.messages(session_id))[2:] == [("user", "three"), ("assistant", "four")]
                assert [row["session_id"] for row in await app.listed()] == [session_id]


async def test_a_store_of_hermes_agent_that_cannot_be_read_says_nothing(tmp_path):
    with AgentDb(tmp_path / "agent", journal="delete") as db:
        session_id = await adopt(tmp_path, db, db.session("s-1", ["one", "two"]))
        db.delete("s-1")
        db.close()
        with held(db.path):
            async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
                assert [row["session_id"] for row in await app.listed()] == [session_id]
        db.path.unlink()
        async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
            assert [row["session_id"] for row in await app.listed()] == [session_id]


async def test_what_was_hidden_of_hermes_agents_stays_hidden_whatever_it_says_there(tmp_path):
    with AgentDb(tmp_path / "agent") as db:
        session_id = hermes.session_id_of(db.session("s-1", ["one", "two"]))
        async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
            await app.listed()
            assert (await app.post("/api/session/delete", session_id=session_id)).status == 200
        db.say("s-1", ["one more"])
        for _ in range(2):
            async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
                assert await app.listed() == []
                assert (await app.get("/api/session", session_id=session_id)).status == 404
