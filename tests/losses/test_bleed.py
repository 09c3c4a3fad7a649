"""Loss 12: output lands in another conversation or tab through a "current" one that all share.

Here every event carries its session's id and goes to its session's followers; there is no current anything.
"""

import asyncio
from typing import Any

from hermes_webui.engines.base import TextDelta, TurnEnded
from tests.peers.inprocess import running


async def follow(app, session_id, found):
    async with app.stream("/api/events", session_id=session_id, after="0") as events:
        async for event in events:
            if event.data["type"] not in {"hello", "list", "seen"}:
                found.append(event.data)
            if event.data["type"] == "run.finished":
                return


async def test_replies_that_are_written_at_the_same_time_stay_apart(tmp_path):
    async with running(tmp_path) as app:
        sessions = [await app.new() for _ in range(6)]
        for number, session_id in enumerate(sessions):  # their turns are numbered in this order
            await app.start(session_id, f"prompt {number}")
            while len(app.engine.turns) <= number:
                await app.get("/health")
        found: dict[str, list[dict[str, Any]]] = {session_id: [] for session_id in sessions}
        tasks = [asyncio.create_task(follow(app, session_id, found[session_id])) for session_id in sessions]
        for word in range(5):
            for number in range(6):
                await app.engine.say_late(number, TextDelta(f"{number}.{word} "))
        for number in range(6):
            app.engine.hear_later(number, TurnEnded())
        await asyncio.gather(*tasks)
        for number, session_id in enumerate(sessions):
            assert {data["session_id"] for data in found[session_id]} == {session_id}
            said = "".join(f"{number}.{word} " for word in range(5))
            deltas = "".join(data["text"] for data in found[session_id] if data["type"] == "delta")
            assert deltas in {said, ""} or said.endswith(deltas)
            assert [each["content"] for each in await app.messages(session_id)] == [f"prompt {number}", said]
            others = [f"prompt {other}".encode() for other in range(6) if other != number]
            assert not any(other in app.log(session_id) for other in others)


async def test_a_run_is_told_only_to_its_own_followers(tmp_path):
    async with running(tmp_path) as app:
        one, other = await app.new(), await app.new()
        await app.turn(other, "quiet", "yes")
        async with app.stream("/api/events", session_id=other) as events:
            await app.turn(one, "loud", "secret")
            await app.post("/api/session/rename", session_id=other, title="The end")
            async for event in events:
                if event.data["type"] != "seen":  # of the list, as rows are: for all who look at it
                    assert event.data.get("session_id", other) == other
                if event.data["type"] == "session.changed":
                    break


async def test_a_revision_of_another_conversation_is_no_revision_of_this_one(tmp_path):
    async with running(tmp_path) as app:
        one, other = await app.new(), await app.new()
        await app.turn(one, "a", "b")
        await app.turn(other, "c", "d")
        message = (await app.messages(one))[0]["id"]
        reply = await app.post("/api/session/edit", session_id=other, message_id=message, message="mixed up")
        assert reply.status == 404
        assert [each["content"] for each in await app.messages(other)] == ["c", "d"]
