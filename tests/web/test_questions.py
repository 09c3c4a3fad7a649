"""Questions of agents: on disk before they are asked, answered from anywhere, also after a restart."""

import json
import shutil

import pytest

from hermes_webui.engines.base import (
    CallAsked,
    InputRequest,
    Notice,
    Option,
    PlanEntry,
    PlanUpdated,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolCallUpdated,
    TurnEnded,
)
from tests.peers.inprocess import first, running
from tests.peers.scripted_engine import ScriptedEngine, said

CALL = ToolCallStarted("c1", "run_command", {"command": "make"}, "Run make", "execute")
OPTIONS = (
    Option("allow", "Allow", "allow_once"),
    Option("session", "Allow in this session", "allow_session", "run_command(make)"),
    Option("always", "Always allow", "allow_always", "run_command(make)"),
    Option("deny", "Deny", "reject_once"),
)
QUESTION = InputRequest("c1", "permission", "Run make?", OPTIONS, CallAsked("c1", "run_command", "execute", "make"))
RESULT = ToolCallFinished("c1", "ok", "built")


async def asked(app, session_id):
    """The questions that wait, once there is one."""
    async with app.stream("/api/events", session_id=session_id, after="0") as events:
        await first(events, "approval.requested")
    return (await app.session(session_id))["asked"]


async def begun(app, *script):
    """A session whose run has begun to say this."""
    app.engine.say(*script)
    session_id = await app.new()
    started = await app.start(session_id, "build it")
    return session_id, started["stream_id"]


async def answer(app, session_id, request_id, choice, **more):
    return await app.post("/api/session/answer", session_id=session_id, request_id=request_id, choice=choice, **more)


def last_tool(messages):
    return next(message for message in reversed(messages) if message["role"] == "tool")


async def test_a_call_waits_until_it_is_answered_and_then_goes_on(tmp_path):
    async with running(tmp_path) as app:
        session_id, run = await begun(app, CALL, QUESTION, RESULT, "done", TurnEnded())
        (question,) = await asked(app, session_id)
        assert (question["title"], question["call"]["subject"]) == ("Run make?", "make")
        assert (await app.listed())[0]["asks"] == 1
        state = (await app.get("/api/chat/stream/status", stream_id=run)).json["state"]
        assert state == "waiting"
        reply = await answer(app, session_id, question["request_id"], "allow")
        assert reply.json["session"]["asked"] == []
        await app.ended(run)
        assert said(await app.messages(session_id))[-2:] == [("tool", "built"), ("assistant", "done")]
        assert [(each.choice, each.allowed) for each in app.engine.answers] == [("allow", True)]


async def test_a_second_answer_changes_nothing_and_is_told_why(tmp_path):
    async with running(tmp_path) as app:
        session_id, run = await begun(app, CALL, QUESTION, RESULT, TurnEnded())
        (question,) = await asked(app, session_id)
        assert (await answer(app, session_id, question["request_id"], "deny")).status == 200
        late = await answer(app, session_id, question["request_id"], "allow")
        assert (late.status, late.json["error"]["code"]) == (409, "conflict")
        await app.ended(run)
        assert [each.allowed for each in app.engine.answers] == [False]


async def test_what_is_none_of_the_answers_is_refused_and_the_question_waits_on(tmp_path):
    async with running(tmp_path) as app:
        session_id, _ = await begun(app, CALL, QUESTION, RESULT, TurnEnded())
        (question,) = await asked(app, session_id)
        assert (await answer(app, session_id, question["request_id"], "sudo")).status == 400
        assert len((await app.session(session_id))["asked"]) == 1


@pytest.mark.parametrize(("choice", "second"), [("session", []), ("allow", ["allow"])])
async def test_what_is_allowed_for_the_session_is_not_asked_again(tmp_path, choice, second):
    async with running(tmp_path) as app:
        session_id, run = await begun(app, CALL, QUESTION, RESULT, TurnEnded())
        (question,) = await asked(app, session_id)
        await answer(app, session_id, question["request_id"], choice)
        await app.ended(run)
        app.engine.say(CALL, QUESTION, RESULT, TurnEnded())
        run = (await app.start(session_id, "again"))["stream_id"]
        if second:
            async with app.stream("/api/events", session_id=session_id) as events:
                if not (waiting := (await app.session(session_id))["asked"]):
                    await first(events, "approval.requested")
                    waiting = (await app.session(session_id))["asked"]
            await answer(app, session_id, waiting[0]["request_id"], second[0])
        await app.ended(run)
        assert [each.allowed for each in app.engine.answers] == [True, True]


async def test_what_is_always_allowed_is_not_asked_in_another_session_nor_after_a_restart(tmp_path):
    async with running(tmp_path) as app:
        session_id, run = await begun(app, CALL, QUESTION, RESULT, TurnEnded())
        (question,) = await asked(app, session_id)
        await answer(app, session_id, question["request_id"], "always")
        await app.ended(run)
        _, run = await begun(app, CALL, QUESTION, RESULT, TurnEnded())
        await app.ended(run)
        assert (await app.get("/api/approvals")).json["allow"] == ["run_command(make)"]
    chosen = json.loads((tmp_path / "settings.json").read_bytes())
    async with running(tmp_path, chosen=chosen) as app:
        assert (await app.get("/api/approvals")).json["allow"] == ["run_command(make)"]


async def test_the_policy_is_set_on_the_page_and_holds_from_the_next_call_on(tmp_path):
    async with running(tmp_path) as app:
        assert (await app.post("/api/approvals", mode="never")).json["mode"] == "never"
        _, run = await begun(app, CALL, QUESTION, RESULT, TurnEnded())
        await app.ended(run)
        assert [each.allowed for each in app.engine.answers] == [True]
        assert (await app.post("/api/approvals", mode="perhaps")).status == 400
        assert (await app.post("/api/approvals", allow=["(x"])).status == 400


async def test_with_ask_once_a_session_the_first_yes_holds_for_the_rest(tmp_path):
    async with running(tmp_path) as app:
        await app.post("/api/approvals", mode="session")
        session_id, run = await begun(app, CALL, QUESTION, RESULT, TurnEnded())
        (question,) = await asked(app, session_id)
        await answer(app, session_id, question["request_id"], "allow")
        await app.ended(run)
        app.engine.say(CALL, QUESTION, RESULT, TurnEnded())
        await app.ended((await app.start(session_id, "again"))["stream_id"])
        assert len(app.engine.answers) == 2


async def test_a_question_that_nobody_answers_in_time_is_denied(tmp_path):
    hasty = InputRequest("c1", "permission", "Run make?", OPTIONS, QUESTION.call, timeout=0.01)
    async with running(tmp_path) as app:
        session_id, run = await begun(app, CALL, hasty, TurnEnded())
        await app.ended(run)
        assert [(each.choice, each.allowed) for each in app.engine.answers] == [("deny", False)]
        assert (await app.session(session_id))["asked"] == []


async def test_a_stop_while_a_question_waits_says_that_the_call_has_not_run(tmp_path):
    async with running(tmp_path) as app:
        session_id, run = await begun(app, CALL, QUESTION)
        (question,) = await asked(app, session_id)
        assert (await app.post("/api/chat/cancel", stream_id=run)).json["state"] == "cancelled"
        found = last_tool(await app.messages(session_id))
        assert (found["status"], "was not run" in found["content"]) == ("cancelled", True)
        assert (await answer(app, session_id, question["request_id"], "allow")).status == 409


@pytest.mark.parametrize("way", ["stopped", "killed"])
async def test_a_question_outlives_the_server_where_the_engine_can_go_on(tmp_path, way):
    before, after = tmp_path / "before", tmp_path / "after"
    first_engine, second_engine = ScriptedEngine(survives=True), ScriptedEngine(survives=True)
    async with running(before, engine=first_engine) as app:
        script = InputRequest("c1", "permission", "Run make?", OPTIONS, QUESTION.call, checkpoint=b"as it was")
        session_id, run = await begun(app, "I need to build. ", CALL, script)
        (question,) = await asked(app, session_id)
        if way == "killed":
            shutil.copytree(before, after)
    if way == "stopped":
        after = before
    second_engine.say(QUESTION, RESULT, "done", TurnEnded())
    async with running(after, engine=second_engine) as app:
        (still,) = (await app.session(session_id))["asked"]
        assert still["request_id"] == question["request_id"]
        assert (await answer(app, session_id, still["request_id"], "allow")).status == 200
        await app.ended(run)
        turn = second_engine.turns[0]
        assert turn.resumes is not None
        assert (turn.resumes.own, turn.resumes.checkpoint) == (1, b"as it was")
        assert turn.resumes.asked == frozenset({"c1"})
        assert [each.allowed for each in second_engine.answers] == [True]
        assert said(await app.messages(session_id)) == [
            ("user", "build it"),
            ("assistant", "I need to build. "),
            ("tool", "built"),
            ("assistant", "done"),
        ]
        assert (await app.session(session_id))["last_run"]["state"] == "done"
        assert list((after / "sessions" / "_runs").glob("*.checkpoint")) == []


async def test_where_the_engine_cannot_go_on_the_turn_ends_and_the_call_has_not_run(tmp_path):
    async with running(tmp_path) as app:
        session_id, _ = await begun(app, CALL, QUESTION)
        await asked(app, session_id)
    async with running(tmp_path) as app:
        found = await app.session(session_id)
        assert (found["asked"], found["last_run"]["state"]) == ([], "interrupted")
        assert last_tool(found["messages"])["status"] == "cancelled"


async def test_what_a_call_had_put_out_is_kept_when_it_is_cut_off(tmp_path):
    copy = tmp_path / "copy"
    async with running(tmp_path / "state") as app:
        app.engine.say(CALL, ToolCallUpdated("c1", "compiling "), ToolCallUpdated("c1", "a.c"))
        session_id = await app.new()
        async with app.stream("/api/events", session_id=session_id) as events:
            await app.start(session_id, "build it")
            found = [(await first(events, "output")).data for _ in range(2)]
        assert [(each["offset"], each["text"]) for each in found] == [(0, "compiling "), (10, "a.c")]
        assert (await app.session(session_id))["open"]["outputs"] == {"c1": "compiling a.c"}
        shutil.copytree(tmp_path / "state", copy)
    async with running(copy) as app:
        found = last_tool(await app.messages(session_id))
        assert found["status"] == "unknown"
        assert found["content"].endswith("compiling a.c")


async def test_a_plan_and_what_is_to_be_known_later_are_kept(tmp_path):
    plan = PlanUpdated((PlanEntry("look", "completed"), PlanEntry("build")))
    async with running(tmp_path) as app:
        session_id, run = await begun(
            app, plan, plan, Notice("The session was begun anew.", kept=True), "x", TurnEnded()
        )
        await app.ended(run)
    async with running(tmp_path) as app:
        found = await app.session(session_id)
        assert [each["content"] for each in found["plan"]["entries"]] == ["look", "build"]
        assert found["messages"][-1]["notices"] == ["The session was begun anew."]
        assert app.log(session_id).count(b"plan.changed") == 1


async def test_what_another_programs_file_allows_is_not_allowed(tmp_path):
    sessions = tmp_path / "sessions"
    sessions.mkdir()
    document = {"session_id": "a1b2c3", "title": "x", "grants": ["*"], "messages": [{"role": "user", "content": "hi"}]}
    (sessions / "a1b2c3.json").write_text(json.dumps(document))
    async with running(tmp_path) as app:
        app.engine.say(CALL, QUESTION, RESULT, TurnEnded())
        await app.start("a1b2c3", "build it")
        assert len(await asked(app, "a1b2c3")) == 1


async def test_free_text_answers_a_question_without_options(tmp_path):
    question = InputRequest("q", "question", "Which colour?")
    async with running(tmp_path) as app:
        session_id, run = await begun(app, question, TextDelta("thanks"), TurnEnded())
        (waiting,) = await asked(app, session_id)
        await answer(app, session_id, waiting["request_id"], "blue", values={"why": "sky"})
        await app.ended(run)
        assert [(each.choice, dict(each.values)) for each in app.engine.answers] == [("blue", {"why": "sky"})]
