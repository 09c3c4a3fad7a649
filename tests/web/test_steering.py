"""Steering over HTTP: a prompt that waits is given to the open run at its next step, once, and never lost."""

import json
import shutil
from pathlib import Path

import pytest

from hermes_webui.engines.base import (
    ReasoningDelta,
    StepEnded,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEnded,
)
from hermes_webui.errors import EngineFailure
from tests.peers.inprocess import first, running
from tests.peers.scripted_engine import ScriptedEngine, said

CALL = (TextDelta("I look."), ToolCallStarted("c1", "look", {}))
SEEN = ToolCallFinished("c1", "ok", "seen")


def steerable():
    return ScriptedEngine(steers=True)


async def steer(app, session_id, queue_id, status=200, **more):
    reply = await app.post("/api/chat/steer", session_id=session_id, queue_id=queue_id, **more)
    assert reply.status == status, reply.body
    return reply.json


async def calling(app):
    """A run whose call is going on: the session and the run."""
    session_id = await app.new()
    async with app.stream("/api/events", session_id=session_id) as events:
        run = (await app.start(session_id, "go"))["stream_id"]
        app.engine.say(*CALL)
        while (await first(events, "message.added")).data["data"]["message"]["role"] != "assistant":
            pass
    return session_id, run


def shape(messages):
    return [(message["role"], message["content"]) for message in messages]


async def test_a_prompt_is_taken_at_the_end_of_the_step_and_the_run_goes_on(tmp_path):
    async with running(tmp_path, engine=steerable()) as app:
        session_id, run = await calling(app)
        one = await app.start(session_id, "one")
        two = await app.start(session_id, "two")
        told = await steer(app, session_id, two["message_id"])
        assert [(item["content"], item.get("steered")) for item in told["queue"]] == [("two", True), ("one", None)]
        step = StepEnded()
        app.engine.say(SEEN, step, "As you wish.", TurnEnded(), "1", TurnEnded())
        await app.ended(run)
        await app.ended(one["stream_id"])
        assert [each.body["content"] for each in step.taken] == ["two"]
        found = await app.messages(session_id)
        assert shape(found)[1:] == [
            ("assistant", "I look."),
            ("tool", "seen"),
            ("user", "two"),
            ("assistant", "As you wish."),
            ("user", "one"),
            ("assistant", "1"),
        ]
        assert len(app.engine.turns) == 2
        assert said(list(app.engine.turns[1].messages))[:5] == shape(found)[:5]


async def test_every_tab_is_told_and_so_is_who_follows_the_prompt_that_was_queued(tmp_path):
    async with running(tmp_path, engine=steerable()) as app:
        session_id, run = await calling(app)
        started = await app.start(session_id, "two", key="k2", steer=True)
        assert (started["queued"], started["steered"]) == (True, True)
        cursor = (await app.session(session_id))["cursor"]
        async with (
            app.stream("/api/events", session_id=session_id, after=cursor) as page,
            app.stream("/api/chat/stream", stream_id=started["stream_id"]) as follower,
        ):
            app.engine.say(SEEN, StepEnded(), TurnEnded())
            await app.ended(run)
            added = await first(page, "message.added")
            while added.data["data"]["message"]["role"] != "user":
                added = await first(page, "message.added")
            assert added.data["data"]["run_id"] == run
            assert added.data["data"]["queue_id"] == started["message_id"]
            ended = (await first(page, "run.finished")).data["data"]
            assert ended == {"run_id": started["stream_id"], "state": "steered", "into": run}
            assert (await first(follower, "steered")).data == {"stream_id": run}
            assert (await first(follower, "stream_end")).data == {"session_id": session_id}
        again = await app.start(session_id, "two", key="k2", steer=True)
        assert (again["stream_id"], again["message_id"]) == (run, added.data["data"]["id"])
        assert (again["queued"], again["steered"]) == (False, False)


@pytest.mark.parametrize("end", ["done", "failed", "cancelled", "restarted"])
async def test_where_no_step_comes_any_more_it_is_the_first_of_the_queue(tmp_path, end):
    async with running(tmp_path, engine=steerable()) as app:
        session_id, run = await calling(app)
        await app.start(session_id, "one")
        started = await app.start(session_id, "two", steer=True)
        if end == "done":
            app.engine.say(SEEN, TurnEnded())
        elif end == "failed":
            app.engine.say(SEEN, EngineFailure("auth", "No key."))
        elif end == "cancelled":
            await app.post("/api/chat/cancel", stream_id=run)
            app.engine.leave()
        app.engine.say("2", TurnEnded(), "1", TurnEnded())
        if end in ("failed", "cancelled", "done"):
            await app.ended(run)
            if end != "done":
                assert (await app.session(session_id))["queue_held"]
                await app.post("/api/chat/resume", session_id=session_id)
            await app.ended(started["stream_id"])
            assert ("user", "two") in shape(await app.messages(session_id))
    if end == "restarted":
        async with running(tmp_path, engine=steerable()) as app:
            session = await app.session(session_id)
            assert [(item["content"], item.get("steered")) for item in session["queue"]] == [
                ("two", None),
                ("one", None),
            ]
            assert session["queue_held"]


async def test_a_stop_that_comes_before_the_step_leaves_it_to_the_next_turn(tmp_path):
    """The engine does not hear the stop and says that its step has ended all the same."""
    engine = ScriptedEngine(deaf=True, steers=True)
    async with running(tmp_path, engine=engine) as app:
        session_id, run = await calling(app)
        started = await app.start(session_id, "two", steer=True)
        await app.post("/api/chat/cancel", stream_id=run)
        engine.leave()
        late = StepEnded()
        await engine.say_late(0, late)
        assert (await app.session(session_id))["queue_held"]
        await app.post("/api/chat/resume", session_id=session_id)
        engine.answer("2")
        await app.ended(started["stream_id"])
        assert late.taken == []
        assert [content for role, content in shape(await app.messages(session_id)) if role == "user"] == ["go", "two"]
        engine.hear_later(0, TurnEnded())


async def test_what_was_said_of_the_open_message_stands_before_it(tmp_path):
    async with running(tmp_path, engine=steerable()) as app:
        session_id = await app.new()
        run = (await app.start(session_id, "go"))["stream_id"]
        await app.start(session_id, "two", steer=True)
        app.engine.say(ReasoningDelta("Hm."), "Half a thought", StepEnded(), "and the rest", TurnEnded())
        await app.ended(run)
        found = await app.messages(session_id)
        assert shape(found)[1:] == [
            ("assistant", "Half a thought"),
            ("user", "two"),
            ("assistant", "and the rest"),
        ]
        assert found[1]["reasoning"] == "Hm."


async def test_it_may_wait_for_its_turn_after_all_and_what_changes_nothing_adds_nothing(tmp_path):
    async with running(tmp_path, engine=steerable()) as app:
        session_id, run = await calling(app)
        two = (await app.start(session_id, "two", steer=True))["message_id"]
        before = (await app.session(session_id))["revision"]
        await steer(app, session_id, two)
        assert (await app.session(session_id))["revision"] == before
        assert "steered" not in (await steer(app, session_id, two, steer=False))["queue"][0]
        step = StepEnded()
        app.engine.say(SEEN, step, TurnEnded(), "2", TurnEnded())
        await app.ended(run)
        assert step.taken == []


async def test_where_it_cannot_a_sentence_says_so_and_nothing_is_added(tmp_path):
    async with running(tmp_path) as app:
        session_id, _ = await calling(app)
        two = (await app.start(session_id, "two"))["message_id"]
        before = app.log(session_id)
        refused = await steer(app, session_id, two, 409)
        assert "takes no message before its reply has ended" in refused["error"]["message"]
        reply = await app.post("/api/chat/start", session_id=session_id, message="three", steer=True)
        assert (reply.status, "answered next" in reply.json["error"]["message"]) == (409, True)
        await steer(app, session_id, "q999", 409)
        assert app.log(session_id) == before
    async with running(tmp_path) as app:
        refused = await steer(app, session_id, two, 409)
        assert "No reply is being written" in refused["error"]["message"]


async def test_where_nothing_runs_a_steering_prompt_is_answered_like_any_other(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "hello", steer=True)
        app.engine.answer("hi")
        await app.ended(started["stream_id"])
        assert shape(await app.messages(session_id)) == [("user", "hello"), ("assistant", "hi")]


async def test_a_reply_that_goes_on_is_no_news_yet(tmp_path):
    async with running(tmp_path, engine=steerable()) as app:
        session_id, run = await calling(app)
        await app.start(session_id, "two", steer=True)
        async with app.stream("/api/events", session_id=session_id) as events:
            app.engine.say(SEEN, StepEnded())
            await first(events, "run.finished")
            assert (await app.get("/api/sessions")).json["unread"] == []
        app.engine.say(TurnEnded())
        await app.ended(run)
        assert (await app.get("/api/sessions")).json["unread"] == [session_id]


async def steered(app):
    """A conversation whose run was steered: its id and its messages."""
    session_id, run = await calling(app)
    await app.start(session_id, "two", steer=True)
    app.engine.say(SEEN, StepEnded(), "As you wish.", TurnEnded())
    await app.ended(run)
    return session_id, await app.messages(session_id)


async def test_it_can_be_answered_again_reworded_and_forked_from(tmp_path):
    async with running(tmp_path, engine=steerable()) as app:
        session_id, found = await steered(app)
        again = (await app.post("/api/session/retry", session_id=session_id)).json["stream_id"]
        app.engine.answer("Otherwise.")
        await app.ended(again)
        now = await app.messages(session_id)
        assert shape(now) == [*shape(found)[:-1], ("assistant", "Otherwise.")]
        assert now[-1]["siblings"] == [found[-1]["id"], now[-1]["id"]]
        body = {"session_id": session_id, "message_id": found[3]["id"], "message": "zwei"}
        edited = (await app.post("/api/session/edit", **body)).json["stream_id"]
        app.engine.answer("Gut.")
        await app.ended(edited)
        assert shape(await app.messages(session_id)) == [*shape(found)[:3], ("user", "zwei"), ("assistant", "Gut.")]
        fork = (await app.post("/api/session/fork", session_id=session_id, message_id=found[3]["id"])).json["session"]
        assert shape(await app.messages(fork["session_id"])) == shape(found)[:4]


async def test_the_file_for_hermes_webui_holds_the_messages_in_this_order(tmp_path):
    async with running(tmp_path, engine=steerable()) as app:
        session_id, found = await steered(app)
    document = json.loads((tmp_path / "sessions" / f"{session_id}.json").read_text())
    assert shape(document["messages"]) == shape(found)
    assert [each["role"] for each in document["messages"]] == ["user", "assistant", "tool", "user", "assistant"]
    assert [(each["tid"], each["done"]) for each in document["tool_calls"]] == [("c1", True)]
    assert document["message_count"] == 5


async def test_after_a_cut_at_any_line_of_the_log_the_prompt_is_there_once_and_is_answered(tmp_path):
    async with running(tmp_path / "whole", engine=steerable()) as app:
        session_id, _ = await steered(app)
        lines = app.log(session_id).splitlines(keepends=True)
        asked = next(at for at, line in enumerate(lines, 1) if b'"run.requeued"' in line)
    for end in range(asked, len(lines) + 1):
        state = tmp_path / f"cut{end}"
        (state / "sessions" / "_log").mkdir(parents=True)
        (state / "sessions" / "_log" / f"{session_id}.jsonl").write_bytes(b"".join(lines[:end]))
        async with running(state, engine=steerable()) as app:
            session = await app.session(session_id)
            assert not session["is_streaming"]
            waiting = [item["content"] for item in session["queue"]]
            said_ = [content for role, content in shape(session["messages"]) if role == "user"]
            assert [*said_, *waiting] == ["go", "two"]
            if waiting:
                await app.post("/api/chat/resume", session_id=session_id)
                app.engine.answer("Now.")
                await app.ended(session["queue"][0]["run_id"])
            users = [content for role, content in shape(await app.messages(session_id)) if role == "user"]
            assert users == ["go", "two"]


async def test_as_kill_9_leaves_the_directory_at_any_moment_it_is_there_once(tmp_path):
    """The directory is copied each time that something new is on disk."""
    copies: list[Path] = []

    def copy():
        copies.append(tmp_path / f"copy{len(copies)}")
        shutil.copytree(tmp_path / "state", copies[-1])

    async with running(tmp_path / "state", engine=steerable()) as app:
        session_id, run = await calling(app)
        async with app.stream("/api/events", session_id=session_id) as events:
            await app.start(session_id, "two", steer=True)
            app.engine.say(SEEN, StepEnded(), "As you wish.", TurnEnded())
            async for event in events:
                if event.data["type"] in ("run.requeued", "message.added", "delta", "run.finished"):
                    copy()
                if event.data["type"] == "run.finished" and event.data["data"]["run_id"] == run:
                    break
    assert len(copies) >= 5
    for each in copies:
        async with running(each, engine=steerable()) as app:
            session = await app.session(session_id)
            users = [content for role, content in shape(session["messages"]) if role == "user"]
            assert [*users, *(item["content"] for item in session["queue"])] == ["go", "two"]
