"""A run that waits for an answer goes on after the server was stopped or killed; nothing is run twice."""

import json
import shutil

import pytest

from tests.peers.agent import DIALECTS, answer, asked, called, serving, shape


def append(word, n=1):
    """A command whose runs can be counted."""
    return f"run_command {json.dumps({'command': f'echo {word} >>ran; echo said {word}'})}"


def ran(work):
    path = work / "ran"
    return path.read_text().split() if path.exists() else []


async def begun(app, workspace, prompt):
    session_id = await app.new(workspace=str(workspace))
    return session_id, (await app.start(session_id, prompt))["stream_id"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("way", ["stopped", "killed"])
@pytest.mark.parametrize(("choice", "status", "runs"), [("allow", "ok", ["one"]), ("deny", "denied", [])])
async def test_an_approval_is_answered_after_a_restart(peer, tmp_path, dialect, way, choice, status, runs):
    before, work = tmp_path / "before", tmp_path / "work"
    after = before if way == "stopped" else tmp_path / "after"
    async with serving(peer, before, work, dialect=dialect) as app:
        prompt = f"please reason please mention: I build.\nplease call: {append('one')}\nplease say: done"
        session_id, run = await begun(app, work, prompt)
        (question,) = await asked(app, session_id)
        if way == "killed":
            shutil.copytree(before, after)
    async with serving(peer, after, work, dialect=dialect) as app:
        (still,) = (await app.session(session_id))["asked"]
        assert still["request_id"] == question["request_id"]
        await answer(app, session_id, still["request_id"], choice)
        await app.ended(run)
        assert ran(work) == runs
        found = await app.messages(session_id)
        assert shape(found)[1:] == [("assistant", "run_command"), ("tool", status), ("assistant", "done")]
        assert len([each for each in peer.requests if each.method == "POST"]) == 2
        assert (await app.session(session_id))["last_run"]["state"] == "done"
        await app.ended((await app.start(session_id, "please say: next"))["stream_id"])
        assert (await app.messages(session_id))[-1]["content"] == "next"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("checkpoint", ["kept", "lost", "unreadable"])
async def test_of_calls_that_were_made_at_once_only_what_waits_is_run(peer, tmp_path, dialect, checkpoint):
    """The first has run, the second waits; the answer is given after the restart."""
    before, after, work = tmp_path / "before", tmp_path / "after", tmp_path / "work"
    async with serving(peer, before, work, dialect=dialect) as app:
        (work / "a.txt").write_text("A")
        calls = f"{append('one')} AND {append('two')} AND read_file {json.dumps({'path': 'a.txt'})}"
        session_id, run = await begun(
            app, work, f"please reason please mention: Three.\nplease call: {calls}\nplease say: done"
        )
        first, second = sorted(await asked(app, session_id, 2), key=lambda each: each["call"]["subject"])
        assert first["call"]["subject"].startswith("echo one")
        async with app.stream("/api/events", session_id=session_id) as events:
            await answer(app, session_id, first["request_id"], "allow")
            async for event in events:
                message = event.data.get("data", {}).get("message", {})
                if message.get("tool_call_id") and message["name"] == "run_command":
                    break
        shutil.copytree(before, after)
    for path in (after / "sessions" / "_runs").glob("*.checkpoint"):
        if checkpoint == "lost":
            path.unlink()
        elif checkpoint == "unreadable":
            path.write_bytes(b"\x00nothing")
    async with serving(peer, after, work, dialect=dialect) as app:
        (still,) = (await app.session(session_id))["asked"]
        assert still["request_id"] == second["request_id"]
        await answer(app, session_id, still["request_id"], "allow")
        await app.ended(run)
        assert ran(work) == ["one", "two"]
        told = [result.strip() for _, result in called(peer.requests[-1].messages)]
        assert told == ["said one", "said two", "1\tA"]
        assert shape(await app.messages(session_id))[-1] == ("assistant", "done")


async def test_a_call_that_had_begun_is_not_run_again(peer, tmp_path):
    before, after, work = tmp_path / "before", tmp_path / "after", tmp_path / "work"
    async with serving(peer, before, work) as app:
        hung = f"run_command {json.dumps({'command': 'echo one >>ran; sleep 60'})}"
        session_id, run = await begun(app, work, f"please call: {hung} AND {append('two')}\nplease say: done")
        first, second = sorted(await asked(app, session_id, 2), key=lambda each: each["call"]["subject"])
        await answer(app, session_id, first["request_id"], "allow")
        while ran(work) != ["one"]:
            await app.session(session_id)
        shutil.copytree(before, after)
    async with serving(peer, after, work) as app:
        (still,) = (await app.session(session_id))["asked"]
        assert still["request_id"] == second["request_id"]
        await answer(app, session_id, still["request_id"], "allow")
        await app.ended(run)
        assert ran(work) == ["one", "two"]
        found = {each["tool_call_id"]: each for each in await app.messages(session_id) if each["role"] == "tool"}
        assert sorted(each["status"] for each in found.values()) == ["ok", "unknown"]
        assert "may have run" in next(each["content"] for each in found.values() if each["status"] == "unknown")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_question_of_the_agent_is_answered_after_a_restart(peer, tmp_path, dialect):
    before, after, work = tmp_path / "before", tmp_path / "after", tmp_path / "work"
    async with serving(peer, before, work, dialect=dialect) as app:
        question = json.dumps({"question": "Which colour?", "choices": ["red", "blue"]})
        session_id, run = await begun(app, work, f"please reason please call: ask_user {question}\nplease say: thanks")
        (waiting,) = await asked(app, session_id)
        assert [each["label"] for each in waiting["options"]] == ["red", "blue"]
        shutil.copytree(before, after)
    async with serving(peer, after, work, dialect=dialect) as app:
        await answer(app, session_id, waiting["request_id"], waiting["options"][1]["id"])
        await app.ended(run)
        assert (await app.messages(session_id))[2]["content"] == "blue"


async def test_a_subagent_whose_call_waits_goes_on_after_a_restart(peer, tmp_path):
    before, after, work = tmp_path / "before", tmp_path / "after", tmp_path / "work"
    async with serving(peer, before, work) as app:
        task = f"please call: {append('first')}\nplease call: {append('sub')}\nplease say: I did it"
        session_id, run = await begun(
            app, work, f"please call: delegate {json.dumps({'task': task})}\nplease say: fine"
        )
        (question,) = await asked(app, session_id)
        await answer(app, session_id, question["request_id"], "allow")
        while question["call"]["subject"].startswith("echo first"):
            (question,) = await asked(app, session_id)
        shutil.copytree(before, after)
    async with serving(peer, after, work) as app:
        await answer(app, session_id, question["request_id"], "allow")
        await app.ended(run)
        assert ran(work) == ["first", "sub"]
        found = await app.messages(session_id)
        outer = found[1]["tool_calls"][0]["id"]
        assert [each["tool_calls"][0].get("parent") for each in found if each.get("tool_calls")] == [None, outer, outer]
        result = next(each for each in found if each.get("tool_call_id") == outer)
        assert (result["status"], result["content"]) == ("ok", "I did it")
        assert found[-1]["content"] == "fine"
        await app.ended((await app.start(session_id, "please say: next"))["stream_id"])
        named = [
            call["function"]["name"] for each in peer.requests[-1].messages for call in each.get("tool_calls") or ()
        ]
        assert named == ["delegate"]
