"""Loss 11: a cache decides what exists, so that stale counts, capped windows and evicted rows hide conversations.

Here the index is a view: the folder says what exists, and the list is paged and never capped.
"""

import json

import pytest

from hermes_webui.chat import hermes
from tests.peers.agent_store import BEGIN, AgentDb
from tests.peers.inprocess import running
from tests.store.fixtures import conversation, document, messages, store_in, write


@pytest.mark.parametrize(
    "index", ["[]", "{}", "broken", '[{"session_id": "nothing", "title": "Ghost", "message_count": 9}]']
)
async def test_an_index_that_says_otherwise_hides_and_invents_nothing(tmp_path, index):
    async with running(tmp_path) as app:
        session_id = await app.new()
        await app.turn(session_id, "one", "a")
    (tmp_path / "sessions" / "_index.json").write_text(index)
    write(tmp_path / "sessions", document(messages(3), "feed00000001"))
    async with running(tmp_path) as app:
        assert {row["session_id"]: row["message_count"] for row in await app.listed()} == {
            session_id: 2,
            "feed00000001": 3,
        }


async def test_sessions_that_came_while_no_server_ran_are_listed_and_counted_as_they_are(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        await app.turn(session_id, "one", "a")
    store = store_in(tmp_path / "sessions")
    conversation(store, 3, "feed00000001")
    write(store.root, document(messages(5), "feed00000002"))
    content = json.loads((store.root / f"{session_id}.json").read_bytes())
    content["messages"] = content["messages"] * 2
    write(store.root, content)
    async with running(tmp_path) as app:
        counts = {row["session_id"]: row["message_count"] for row in await app.listed()}
        assert counts == {session_id: 4, "feed00000001": 6, "feed00000002": 5}


async def test_every_session_is_in_the_list_however_many_there_are(tmp_path):
    for number in range(700):
        write(tmp_path / "sessions", document(messages(1), f"feed{number:08}"))
    async with running(tmp_path) as app:
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await app.get("/api/sessions", limit=64, **cursor)).json
            found += [row["session_id"] for row in page["sessions"]]
            assert page["total"] == 700
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert sorted(found) == [f"feed{number:08}" for number in range(700)]


async def test_a_session_that_was_not_used_for_long_answers_as_before(tmp_path):
    """More sessions than are kept loaded: those that were let go are read again."""
    for number in range(530):
        write(tmp_path / "sessions", document(messages(1), f"feed{number:08}"))
    async with running(tmp_path) as app:
        first = await app.start("feed00000000", "more")
        for number in range(530):
            status = (await app.get("/api/session/status", session_id=f"feed{number:08}")).json
            assert status["message_count"] == (2 if number == 0 else 1)
        app.engine.answer("yes")
        await app.ended(first["stream_id"])
        assert [message["content"] for message in await app.messages("feed00000000")] == ["text 0", "more", "yes"]


async def test_every_session_of_hermes_agent_is_in_the_list_and_in_no_file_of_ours(tmp_path):
    root = tmp_path / "state" / "sessions"
    with AgentDb(tmp_path / "agent") as db:
        db.connection.execute("begin")
        for number in range(700):
            db.session(f"s-{number}", ["hello"], at=BEGIN + number)
        db.connection.execute("commit")
        for number in range(30):
            write(root, document(messages(1), f"feed{number:08}"))
        async with running(tmp_path / "state", agent_dbs=(db.path,)) as app:
            found: list[str] = []
            cursor: dict[str, str] = {}
            while True:
                page = (await app.get("/api/sessions", limit=64, **cursor)).json
                found += [row["session_id"] for row in page["sessions"]]
                assert page["total"] == 730
                if page["next_cursor"] is None:
                    break
                cursor = {"cursor": page["next_cursor"]}
        theirs = [hermes.session_id_of(f"s-{number}") for number in range(700)]
        assert sorted(found) == sorted([*theirs, *(f"feed{number:08}" for number in range(30))])
    index = json.loads((root / "_index.json").read_bytes())
    assert len(index) == 30, "an index is of what is here: hermes-webui reads it too"
    async with running(tmp_path / "state", agent_dbs=(tmp_path / "none" / "state.db",)) as app:
        assert len((await app.get("/api/sessions", limit=500)).json["sessions"]) == 30
