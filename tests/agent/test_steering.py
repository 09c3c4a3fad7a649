"""A prompt that steers a running turn is what the model reads next, behind the results of the step that has ended."""

import base64
import json
import shutil

import pytest

from tests.peers.agent import answer, asked, serving, shape

SAY = "please say: as you wish"


def command(word):
    return f"run_command {json.dumps({'command': f'echo {word}'})}"


async def begun(app, work, prompt):
    session_id = await app.new(workspace=str(work))
    return session_id, (await app.start(session_id, prompt))["stream_id"]


async def steer(app, session_id, text, **more):
    started = await app.start(session_id, text, steer=True, **more)
    assert (started["queued"], started["steered"]) == (True, True)
    return started


def sent(peer, at=-1):
    """Roles and texts of a request to the model in a turn, without the system's words."""
    posted = [each for each in peer.requests if each.body.get("tools")]
    return [(each["role"], each.get("content")) for each in posted[at].messages if each["role"] != "system"]


async def test_the_next_request_holds_it_behind_the_results(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        session_id, run = await begun(app, work, f"please call: {command('one')}\nplease say: done")
        (question,) = await asked(app, session_id)
        waits = await app.start(session_id, "please say: and next")
        await steer(app, session_id, SAY)
        assert [item["content"] for item in (await app.session(session_id))["queue"]] == [SAY, "please say: and next"]
        await answer(app, session_id, question["request_id"], "allow")
        await app.ended(run)
        await app.ended(waits["stream_id"])
        roles = [role for role, _ in sent(peer, 1)]
        assert roles == ["user", "assistant", "tool", "user"]
        assert sent(peer, 1)[-1] == ("user", SAY)
        found = await app.messages(session_id)
        first = [("assistant", "run_command"), ("tool", "ok"), ("user", SAY), ("assistant", "as you wish")]
        assert shape(found)[1:] == [*first, ("user", "please say: and next"), ("assistant", "and next")]
        assert {each["run_id"] for each in found[:5]} == {run}
        assert sent(peer, 2)[:4] == sent(peer, 1)


async def test_what_has_no_further_step_is_answered_next(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        session_id, run = await begun(app, work, "please step please write 3 words")
        steering = await steer(app, session_id, SAY)
        peer.run_on()
        await app.ended(run)
        await app.ended(steering["stream_id"])
        assert [role for role, _ in shape(await app.messages(session_id))] == ["user", "assistant"] * 2
        assert (await app.messages(session_id))[2]["run_id"] == steering["stream_id"]


async def test_at_the_limit_of_steps_it_is_answered_next(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, {"tools": {"steps": 1}}) as app:
        session_id, run = await begun(app, work, f"please call: {command('one')}\nplease say: done")
        (question,) = await asked(app, session_id)
        steering = await steer(app, session_id, SAY)
        await answer(app, session_id, question["request_id"], "allow")
        await app.ended(run)
        await app.ended(steering["stream_id"])
        found = await app.messages(session_id)
        assert shape(found)[-2:] == [("user", SAY), ("assistant", "as you wish")]
        assert found[-2]["run_id"] == steering["stream_id"]


@pytest.mark.parametrize("way", ["stopped", "killed"])
async def test_while_an_approval_waits_it_is_held_through_a_restart(peer, tmp_path, way):
    before, work = tmp_path / "before", tmp_path / "work"
    after = before if way == "stopped" else tmp_path / "after"
    async with serving(peer, before, work) as app:
        session_id, run = await begun(app, work, f"please call: {command('one')}\nplease say: done")
        await asked(app, session_id)
        await steer(app, session_id, SAY)
        if way == "killed":
            shutil.copytree(before, after)
    async with serving(peer, after, work) as app:
        session = await app.session(session_id)
        assert [item["steered"] for item in session["queue"]] == [True]
        await answer(app, session_id, session["asked"][0]["request_id"], "allow")
        await app.ended(run)
        assert sent(peer)[-1] == ("user", SAY)
        assert shape(await app.messages(session_id))[-2:] == [("user", SAY), ("assistant", "as you wish")]
        assert (await app.session(session_id))["queue"] == []


@pytest.mark.parametrize("checkpoint", ["kept", "lost"])
async def test_a_run_that_was_steered_goes_on_after_a_restart_with_what_it_was_told(peer, tmp_path, checkpoint):
    before, after, work = tmp_path / "before", tmp_path / "after", tmp_path / "work"
    async with serving(peer, before, work) as app:
        session_id, run = await begun(app, work, f"please call: {command('one')}\nplease say: done")
        (question,) = await asked(app, session_id)
        told = f"please call: {command('two')}\n{SAY}"
        await steer(app, session_id, told)
        await answer(app, session_id, question["request_id"], "allow")
        (second,) = await asked(app, session_id)
        while second["request_id"] == question["request_id"]:
            (second,) = await asked(app, session_id)
        shutil.copytree(before, after)
    if checkpoint == "lost":
        for path in (after / "sessions" / "_runs").glob("*.checkpoint"):
            path.unlink()
    async with serving(peer, after, work) as app:
        await answer(app, session_id, second["request_id"], "allow")
        await app.ended(run)
        assert [role for role, _ in sent(peer)] == ["user", "assistant", "tool", "user", "assistant", "tool"]
        assert sent(peer)[3] == ("user", told)
        found = await app.messages(session_id)
        assert [each["role"] for each in found] == [role for role, _ in sent(peer)] + ["assistant"]
        assert (await app.session(session_id))["last_run"]["state"] == "done"


async def test_a_subagent_is_not_steered_but_who_sent_it_is(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        task = f"please call: {command('sub')}\nplease say: I did it"
        prompt = f"please call: delegate {json.dumps({'task': task})}\nplease say: fine"
        session_id, run = await begun(app, work, prompt)
        (question,) = await asked(app, session_id)
        await steer(app, session_id, SAY)
        await answer(app, session_id, question["request_id"], "allow")
        await app.ended(run)
        assert [text for role, text in sent(peer, 2) if role == "user"] == [task]
        assert sent(peer, 3)[-1] == ("user", SAY)
        assert shape(await app.messages(session_id))[-3:] == [
            ("tool", "ok"),
            ("user", SAY),
            ("assistant", "as you wish"),
        ]


async def test_its_files_go_with_it(peer, tmp_path):
    work = tmp_path / "work"
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
    )
    async with serving(peer, tmp_path / "state", work) as app:
        session_id, run = await begun(app, work, f"please call: {command('one')}\nplease say: done")
        (question,) = await asked(app, session_id)
        headers = {
            "content-type": "application/octet-stream",
            "x-hermes-upload": "1",
            "content-length": str(len(pixel)),
        }
        kept = await app._call("POST", "/api/attachments", {"name": "dot.png"}, pixel, headers)
        await steer(app, session_id, SAY, attachments=[kept.json["attachment"]])
        await answer(app, session_id, question["request_id"], "allow")
        await app.ended(run)
        role, content = sent(peer)[-1]
        assert role == "user"
        assert [part["type"] for part in content] == ["image_url", "text"]


async def test_calls_that_were_none_leave_their_text_before_it(peer, tmp_path):
    """The model names a tool that is not there: the step has no call in the log, but it has been said."""
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        prompt = "please step please mention: Let me see.\nplease call: nothing_like_it {}\nplease say: done"
        session_id, run = await begun(app, work, prompt)
        await steer(app, session_id, SAY)
        peer.run_on()
        await app.ended(run)
        assert shape(await app.messages(session_id))[1:] == [
            ("assistant", "Let me see."),
            ("user", SAY),
            ("assistant", "as you wish"),
        ]


async def test_what_was_written_before_it_is_of_the_same_turn(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        write = f"write_file {json.dumps({'path': 'a.txt', 'content': 'A'})}"
        session_id, run = await begun(app, work, f"please call: {write}\nplease say: done")
        (question,) = await asked(app, session_id)
        await steer(app, session_id, SAY)
        await answer(app, session_id, question["request_id"], "allow")
        await app.ended(run)
        assert (await app.get("/api/workspace/git", session_id=session_id)).json["touched"] == ["a.txt"]
        await app.ended((await app.start(session_id, "please say: next"))["stream_id"])
        (work / "a.txt").unlink()
        assert (await app.get("/api/workspace/git", session_id=session_id)).json["touched"] == []
