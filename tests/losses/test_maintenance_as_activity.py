"""Loss 15: renaming, pinning or work in the background moves a conversation up the list, or marks it unread.

Here only what the user and the assistant say moves `last_message_at`, by which the list is ordered.
"""

from typing import Any

from tests.peers.inprocess import running
from tests.store.fixtures import SID, document, messages, write

POSTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("rename", {"title": "Another"}),
    ("pin", {"pinned": True}),
    ("pin", {"pinned": False}),
    ("archive", {"archived": True}),
    ("archive", {"archived": False}),
    ("configure", {"workspace": "", "model": "m"}),
    ("draft", {"text": "half a thought"}),
    ("delete", {}),
    ("restore", {}),
)


async def times(app, session_id):
    row = next(each for each in await app.listed() if each["session_id"] == session_id)
    return row["last_message_at"], row["updated_at"]


async def test_no_change_but_a_message_moves_a_conversation(tmp_path):
    write(tmp_path / "sessions", document(messages(2), "feed00000001"))
    async with running(tmp_path) as app:
        older, newer = await app.new(), await app.new()
        for session_id in (older, newer):
            await app.turn(session_id, "hello", "hello")
        order = [row["session_id"] for row in await app.listed()]
        assert order == [newer, older, "feed00000001"]
        for session_id in (older, "feed00000001"):
            before = await times(app, session_id)
            for verb, fields in POSTS:
                reply = await app.post(f"/api/session/{verb}", session_id=session_id, **fields)
                assert reply.status == 200
                session = reply.json.get("session")
                assert session is None or (session["last_message_at"], session["updated_at"]) == before, verb
            assert await times(app, session_id) == before
        assert [row["session_id"] for row in await app.listed()] == order
    async with running(tmp_path) as app:
        assert [row["session_id"] for row in await app.listed()] == order


async def test_showing_another_branch_and_a_title_made_in_the_background_move_nothing(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        app.engine.made_title = "A title of the model's"
        await app.turn(session_id, "hello", "hello")
        message = (await app.messages(session_id))[0]["id"]
        before = await times(app, session_id)
        for number in range(2):
            await app.post("/api/session/select", session_id=session_id, message_id=message, exact=not number)
            assert await times(app, session_id) == before


async def test_reading_and_a_start_move_nothing(tmp_path):
    write(tmp_path / "sessions", document(messages(2)))
    async with running(tmp_path) as app:
        before = await times(app, SID)
        await app.messages(SID)
    async with running(tmp_path) as app:
        assert await times(app, SID) == before
