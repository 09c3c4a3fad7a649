"""Loss 1: two stores of the same conversation are merged by role, text or time, so that turns double, vanish or move.

Here one log is the truth. Every other copy can be deleted and is made again from it, and nothing is matched by text.
"""

import json

from hermes_webui.store import snapshot
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
