"""The built-in agent calls tools: intent on disk, asked about, done, result on disk."""

import json

import pytest

from tests.peers.agent import answer, asked, serving, shape


def call(name, **args):
    return f"{name} {json.dumps(args)}"


async def begun(app, workspace, prompt, **more):
    """A session in the workspace whose run has begun."""
    session_id = await app.new(workspace=str(workspace), **more)
    return session_id, (await app.start(session_id, prompt))["stream_id"]


async def test_what_only_looks_is_not_asked_about(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        (work / "a.txt").write_text("one\ntwo\n")
        prompt = f"please mention: I look.\nplease call: {call('read_file', path='a.txt')}\nplease say: It says two."
        session_id, run = await begun(app, work, prompt)
        await app.ended(run)
        found = await app.messages(session_id)
        assert shape(found)[1:] == [("assistant", "read_file"), ("tool", "ok"), ("assistant", "It says two.")]
        assert (found[1]["content"], found[1]["tool_calls"][0]["title"]) == ("I look.", "Read a.txt")
        assert "2\ttwo" in found[2]["content"]
        result = peer.requests[-1].messages[-1]
        assert (result["role"], "two" in result["content"]) == ("tool", True)
        assert found[3]["usage"]["input_tokens"] == 22


@pytest.mark.parametrize(("choice", "status", "there"), [("allow", "ok", True), ("deny", "denied", False)])
async def test_a_change_is_shown_asked_about_and_made_only_when_allowed(peer, tmp_path, choice, status, there):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        prompt = f"please call: {call('write_file', path='new/b.txt', content='hello')}\nplease say: done"
        session_id, run = await begun(app, work, prompt)
        (question,) = await asked(app, session_id)
        assert not (work / "new").exists()
        assert question["call"]["subject"] == "new/b.txt"
        assert "+hello" in question["call"]["patch"]
        assert question["survives"]
        assert b"write_file" in app.log(session_id)
        await answer(app, session_id, question["request_id"], choice)
        await app.ended(run)
        assert (work / "new" / "b.txt").exists() is there
        found = await app.messages(session_id)
        assert shape(found)[1:] == [("assistant", "write_file"), ("tool", status), ("assistant", "done")]
        assert bool(found[2].get("diffs")) is there


async def test_calls_that_are_made_at_once_are_one_turn_for_the_next_request(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        (work / "a.txt").write_text("A")
        both = f"{call('read_file', path='a.txt')} AND {call('list_files')}"
        session_id, run = await begun(app, work, f"please call: {both}\nplease say: done")
        await app.ended(run)
        await app.ended((await app.start(session_id, "and now?"))["stream_id"])
        sent = peer.requests[-1].messages
        assert [len(each.get("tool_calls") or ()) for each in sent if each["role"] == "assistant"] == [2, 0]
        ids = [each["id"] for each in sent[2]["tool_calls"]]
        assert sorted(each["tool_call_id"] for each in sent if each["role"] == "tool") == sorted(ids)


async def test_the_same_ids_in_each_response_are_told_apart(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        lines = [f"please call: {call('list_files', offset=n)}" for n in range(3)]
        session_id, run = await begun(app, work, "\n".join([*lines, "please say: done"]))
        await app.ended(run)
        ids = [each["id"] for message in await app.messages(session_id) for each in message.get("tool_calls") or ()]
        assert len(set(ids)) == 3


async def test_wrong_arguments_are_a_result_that_the_model_reads(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        session_id, run = await begun(app, work, 'please call: read_file {"path": "a", "line": 0}\nplease say: oh')
        await app.ended(run)
        found = await app.messages(session_id)
        assert shape(found)[2] == ("tool", "failed")
        assert "line" in found[2]["content"]


async def test_a_tool_that_is_not_there_ends_the_turn_only_when_named_again_and_again(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        session_id, run = await begun(app, work, "please call: frobnicate {}\nplease say: sorry")
        await app.ended(run)
        assert (await app.messages(session_id))[-1]["content"] == "sorry"
        session_id, run = await begun(app, work, "please call for ever: frobnicate {}")
        await app.ended(run)
        error = (await app.session(session_id))["last_run"]["error"]
        assert "called tools wrongly" in error["message"]


async def test_a_model_that_goes_round_in_circles_is_stopped_with_a_sentence(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        session_id, run = await begun(app, work, f"please call for ever: {call('list_files')}")
        await app.ended(run)
        found = await app.messages(session_id)
        assert len([each for each in found if each["role"] == "tool"]) == 3
        assert "going round in circles" in found[-1]["notices"][0]
        assert (await app.session(session_id))["last_run"]["state"] == "done"


async def test_the_limit_of_steps_is_told_and_what_was_done_stays(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, {"tools": {"steps": 4}}) as app:
        session_id, run = await begun(app, work, 'please call for ever: list_files {"offset": {n}}')
        await app.ended(run)
        found = await app.messages(session_id)
        assert len([each for each in found if each["role"] == "tool"]) == 4
        assert "after 4 steps" in found[-1]["notices"][0]
        await app.ended((await app.start(session_id, "please say: more"))["stream_id"])
        assert (await app.messages(session_id))[-1]["content"] == "more"


async def test_a_model_without_tools_answers_without_them_and_says_so(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        session_id, run = await begun(app, work, "please take no tools please say: hello")
        await app.ended(run)
        last = (await app.messages(session_id))[-1]
        assert (last["content"], "does not take tools" in last["notices"][0]) == ("hello", True)
        await app.ended((await app.start(session_id, "please take no tools please say: again"))["stream_id"])
        assert "tools" not in peer.requests[-1].body
        assert len([each for each in peer.requests if each.body.get("tools")]) == 1
