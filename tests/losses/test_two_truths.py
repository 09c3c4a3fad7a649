"""Loss 1: two stores of the same conversation are merged by role, text or time, so that turns double, vanish or move.

Here one log is the truth. Every other copy can be deleted and is made again from it, and nothing is matched by text.
"""

import json

from hermes_webui.chat import hermes
from hermes_webui.store import snapshot
from tests.peers.agent_store import AgentDb
from tests.peers.inprocess import running
from tests.peers.scripted_engine import said
from tests.store.fixtures import SID, contents, document, messages, recover, store_in, turn, write


async def test_every_view_can_be_deleted_and_comes_back_the_same(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        for number in range(3):
            await app.turn(session_id, f"prompt {number}", f"answer {number}")
        before, listed = await app.messages(session_id), await app.listed()
    root = tmp_path / "sessions"
    for view in (*root.glob("*.json"), *root.glob("*.bak")):
        view.unlink()
    async with running(tmp_path) as app:
        assert await app.messages(session_id) == before
        assert await app.listed() == listed


async def test_the_same_words_twice_are_two_messages(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        for _ in range(3):
            await app.turn(session_id, "again", "the same")
    async with running(tmp_path) as app:
        found = await app.messages(session_id)
        assert said(found) == [("user", "again"), ("assistant", "the same")] * 3
        assert len({message["id"] for message in found}) == 6


async def test_a_conversation_of_hermes_webui_that_is_continued_here_keeps_its_order_and_the_new_turn(tmp_path):
    write(tmp_path / "sessions", document(messages(4)))
    for start in range(3):
        async with running(tmp_path) as app:
            await app.turn(SID, f"more {start}", f"answer {start}")
    async with running(tmp_path) as app:
        shown = [message["content"] for message in await app.messages(SID)]
    assert shown == [
        *(f"text {n}" for n in range(4)),
        *(text for n in range(3) for text in (f"more {n}", f"answer {n}")),
    ]


def test_a_turn_of_such_a_conversation_stays_when_the_server_dies_before_it_has_written_a_snapshot(tmp_path):
    store = store_in(tmp_path)
    write(tmp_path, document(messages(4)))
    turn(store.load(SID), "more", "answer")
    for _ in range(3):
        recover(store)
        assert contents(store) == [*(f"text {n}" for n in range(4)), "more", "answer"]


def test_a_message_that_another_program_changed_in_anything_but_its_text_is_another_message(tmp_path):
    store = store_in(tmp_path)
    session = store.new(SID)
    turn(session, "look", "seen", at=5.0)
    store.write_snapshot(session)
    content = snapshot.read_document(store.path(SID))
    content["messages"][0]["attachments"] = [{"name": "plan.pdf"}]
    store.path(SID).write_text(json.dumps(content))
    recover(store)
    session = store.load(SID)
    shown = store.path_messages(session, session.head.leaf)
    assert shown[0].body["attachments"] == [{"name": "plan.pdf"}]
    assert contents(store) == ["look", "seen"]


async def test_a_conversation_of_hermes_agent_that_goes_on_in_both_places_is_ours_as_it_was_said_here(tmp_path):
    """Nothing is merged: what its terminal says later stays there, and no turn of ours doubles, vanishes or moves."""
    with AgentDb(tmp_path / "agent") as db:
        session_id = hermes.session_id_of(db.session("s-1", ["again", "the same"] * 2))
        async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
            await app.turn(session_id, "again", "the same")
            before = await app.messages(session_id)
        db.say("s-1", ["again", "the same", "in the terminal"])
        db.connection.execute("update messages set content = 'rewritten' where id = 1")
        for _ in range(2):
            async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
                assert await app.messages(session_id) == before
                rows = [(row["session_id"], row["message_count"], row["read_only"]) for row in await app.listed()]
                assert rows == [(session_id, 6, False)]
        assert said(before) == [("user", "again"), ("assistant", "the same")] * 3
        assert len({message["id"] for message in before}) == 6


async def test_what_hermes_agent_rewrites_while_it_is_read_is_not_taken_over_half_and_half(tmp_path, monkeypatch):
    with AgentDb(tmp_path / "agent") as db:
        session_id = hermes.session_id_of(db.session("s-1", ["one", "two"]))
        async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
            await app.session(session_id)
            session = await app.app.state.services.desk.session(session_id)
            monkeypatch.setattr(type(session.found), "is_outdated", lambda _self: False)
            db.connection.execute("update messages set content = 'another two' where content = 'two'")
            reply = await app.post("/api/chat/start", session_id=session_id, message="three")
            assert reply.status == 409
            assert not (tmp_path / "state" / "sessions" / "_log" / f"{session_id}.jsonl").exists()
