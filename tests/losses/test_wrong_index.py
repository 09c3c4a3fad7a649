"""Loss 18: fork, edit or undo addresses a message by the place where it is shown, and hits another one.

Here operations name message ids, which hold whatever is shown, paged or hidden.
"""

import pytest

from tests.peers.inprocess import running


async def talk(app, turns):
    session_id = await app.new()
    for number in range(turns):
        await app.turn(session_id, f"prompt {number}", f"answer {number}")
    return session_id


async def test_an_edit_hits_the_message_it_names_on_any_page(tmp_path):
    async with running(tmp_path) as app:
        session_id = await talk(app, 5)
        page = await app.session(session_id, msg_limit=3, msg_before=(await app.messages(session_id))[6]["id"])
        target = page["messages"][1]
        assert target["content"] == "prompt 2"
        started = (
            await app.post("/api/session/edit", session_id=session_id, message_id=target["id"], message="edited")
        ).json
        app.engine.answer("new answer")
        await app.ended(started["stream_id"])
        shown = await app.messages(session_id)
        assert [each["content"] for each in shown] == [
            *("prompt 0", "answer 0", "prompt 1", "answer 1", "edited", "new answer")
        ]
        assert shown[4]["siblings"] == [target["id"], shown[4]["id"]]


async def test_the_same_id_names_the_same_message_after_edits_and_restarts(tmp_path):
    async with running(tmp_path) as app:
        session_id = await talk(app, 3)
        before = {message["id"]: message["content"] for message in await app.messages(session_id)}
        second = list(before)[2]
        started = (await app.post("/api/session/edit", session_id=session_id, message_id=second, message="edited")).json
        app.engine.answer("x")
        await app.ended(started["stream_id"])
    async with running(tmp_path) as app:
        for message_id, text in before.items():
            await app.post("/api/session/select", session_id=session_id, message_id=message_id, exact=True)
            assert (await app.messages(session_id))[-1]["content"] == text


async def test_a_retry_answers_the_prompt_of_the_message_it_names(tmp_path):
    async with running(tmp_path) as app:
        session_id = await talk(app, 3)
        target = (await app.messages(session_id))[3]
        started = (await app.post("/api/session/retry", session_id=session_id, message_id=target["id"])).json
        app.engine.answer("another answer")
        await app.ended(started["stream_id"])
        shown = await app.messages(session_id)
        assert [each["content"] for each in shown] == ["prompt 0", "answer 0", "prompt 1", "another answer"]
        assert shown[3]["siblings"] == [target["id"], shown[3]["id"]]


async def test_a_branch_that_was_left_by_undoing_on_another_one_is_still_among_the_siblings(tmp_path):
    async with running(tmp_path) as app:
        session_id = await talk(app, 2)
        first, answer = (await app.messages(session_id))[:2]
        started = (
            await app.post("/api/session/edit", session_id=session_id, message_id=first["id"], message="edited")
        ).json
        app.engine.answer("x")
        await app.ended(started["stream_id"])
        await app.post("/api/session/select", session_id=session_id, message_id=first["id"], exact=True)
        app.engine.answer("other answer")
        retried = (await app.post("/api/session/retry", session_id=session_id)).json
        await app.ended(retried["stream_id"])
        shown = await app.messages(session_id)
        assert [each["content"] for each in shown] == ["prompt 0", "other answer"]
        assert shown[1]["siblings"] == [answer["id"], shown[1]["id"]]


@pytest.mark.parametrize("wrong", ["0", "3", "m2", "m2-0000", "m999-abcd", "q2", "'"])
async def test_a_place_or_an_id_of_another_history_names_nothing(tmp_path, wrong):
    async with running(tmp_path) as app:
        session_id = await talk(app, 2)
        before = app.log(session_id)
        for path, more in (("edit", {"message": "x"}), ("retry", {}), ("select", {"exact": True})):
            reply = await app.post(f"/api/session/{path}", session_id=session_id, message_id=wrong, **more)
            assert reply.status == 404
            numbered = await app.post(f"/api/session/{path}", session_id=session_id, message_id=2, **more)
            assert numbered.status == 400
        assert app.log(session_id) == before
