"""A tool call that was under way when its run ended: its intent is on record, it is closed, and it is not run again."""

import shutil

import pytest

from hermes_webui.engines.base import ToolCallFinished, ToolCallStarted, TurnEnded
from tests.peers.inprocess import first, running
from tests.store.fixtures import tree


async def called(app, session_id):
    """A run whose tool call has begun and has no result."""
    async with app.stream("/api/events", session_id=session_id) as events:
        started = await app.start(session_id, "delete it")
        app.engine.say("I will. ", ToolCallStarted("c1", "rm", {"path": "x"}))
        while (await first(events, "message.added")).data["data"]["message"]["role"] != "assistant":
            pass
    return started["stream_id"]


async def test_the_intent_is_on_disk_before_the_engine_goes_on(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        stream = await called(app, session_id)
        assert b'"rm"' in app.log(session_id)
        app.engine.say(ToolCallFinished("c1", "ok", "done"), "Done.", TurnEnded())
        await app.ended(stream)
        roles = [message["role"] for message in await app.messages(session_id)]
        assert roles == ["user", "assistant", "tool", "assistant"]


async def test_a_stop_within_a_call_closes_it_as_cancelled(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        stream = await called(app, session_id)
        await app.post("/api/chat/cancel", stream_id=stream)
        found = await app.messages(session_id)
        assert [(each["role"], each.get("tool_call_id"), each.get("status")) for each in found[2:]] == [
            ("tool", "c1", "cancelled")
        ]
        assert (await app.session(session_id))["last_run"]["state"] == "cancelled"
        app.engine.leave()
        await app.turn(session_id, "go on", "yes")
        assert len(app.engine.turns) == 2


@pytest.mark.parametrize("end", ["stopped", "killed"])
async def test_a_call_that_may_have_run_when_the_server_ended_is_unknown_and_not_run_again(tmp_path, end):
    async with running(tmp_path / "one") as app:
        session_id = await app.new()
        await called(app, session_id)
        shutil.copytree(tmp_path / "one", tmp_path / "killed")  # as kill -9 leaves the directory
    async with running(tmp_path / ("killed" if end == "killed" else "one")) as app:
        found = await app.messages(session_id)
        assert [(each["role"], each.get("status")) for each in found[1:3]] == [("assistant", None), ("tool", "unknown")]
        assert app.engine.turns == []
        before = tree(tmp_path)
        assert (await app.session(session_id))["last_run"]["state"] == "interrupted"
        assert tree(tmp_path) == before
