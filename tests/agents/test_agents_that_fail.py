"""Agents that die, hang, forget and lie: nothing that was said is lost, and the next turn works."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from tests.agents.test_turns_with_agents import calls_of
from tests.peers.agents import gone, is_alive, with_agent
from tests.peers.scripted_engine import said

HERMES = ("hermes", "wedges loads_anything")
PHASES = {
    "text": ("say Half of it; step never", "Half of it"),
    "tool": ("say Half of it; tool t1 execute make; output t1 building; step never", "building"),
    "question": ("say Half of it; tool t1 execute make; ask t1", "approval.requested"),
}


async def reach(app, phase, session_id=""):
    """A turn that has come so far."""
    script, sign = PHASES[phase]
    session_id, run = await app.begin(script, session_id)
    if phase == "question":
        await app.asked(session_id)
    else:
        await app.said(session_id, sign)
    return session_id, run


@pytest.mark.parametrize("phase", PHASES)
async def test_an_agent_that_is_killed_ends_its_turn_and_the_next_one_works(tmp_path, phase):
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of("say One")
        session_id, run = await reach(app, phase, session_id)
        (pid,) = app.pids
        os.kill(pid, signal.SIGKILL)
        await app.ended(run)
        session = await app.session(session_id, msg_limit=500)
        last = session["last_run"]
        assert (last["state"], last["error"]["code"]) == ("failed", "engine_died")
        assert "SIGKILL" in last["error"]["message"]
        assert any(text == "Half of it" for _, text in said(session["messages"]))
        calls, results = calls_of(session["messages"])
        assert set(calls) == set(results)
        if phase == "tool":
            assert (results["t1"]["status"], "building" in results["t1"]["content"]) == ("unknown", True)
        if phase == "question":
            assert "was not run" in results["t1"]["content"]
        await app.turn_of("recall", session_id)
        recalled = (await app.messages(session_id))[-1]["content"]
        assert "say One" in recalled  # it is the same session of the agent's
        assert "Half of it" in recalled  # and it was told what the user has
        assert len(list(app.store.glob("s-*.txt"))) == 1


@pytest.mark.parametrize(("name", "ways"), [("peer", ""), HERMES])
@pytest.mark.parametrize("phase", PHASES)
async def test_a_stop_takes_200_ms_and_the_next_turn_works(tmp_path, phase, name, ways):
    async with with_agent(tmp_path, name, ways) as app:
        session_id, run = await reach(app, phase)
        before = app.pids
        begun = time.perf_counter()
        assert (await app.post("/api/chat/cancel", stream_id=run)).json["state"] == "cancelled"
        took = time.perf_counter() - begun
        assert took < 1.0  # 200 ms of the engine's, and a disk that many tests share
        await app.turn_of("say Next", session_id)
        messages = await app.messages(session_id)
        assert said(messages)[-1] == ("assistant", "Next")
        assert "Queued" not in str(messages)
        assert any(text == "Half of it" for _, text in said(messages))
        ended = name == "hermes" and phase != "text"
        assert (app.pids == before) is not ended
        assert '"cancel when idle"' not in app.told()
        assert len(list(app.store.glob("s-*.txt"))) == 1


async def test_an_agent_that_does_not_hear_a_stop_is_ended(tmp_path):
    async with with_agent(tmp_path, ways="slow_cancel") as app:
        session_id, run = await reach(app, "text")
        (pid,) = app.pids
        await app.post("/api/chat/cancel", stream_id=run)
        await app.turn_of("say Next", session_id)
        assert not is_alive(pid)
        assert said(await app.messages(session_id))[-1] == ("assistant", "Next")


async def test_a_prompt_during_a_turn_waits_for_its_end(tmp_path):
    async with with_agent(tmp_path, *HERMES) as app:
        session_id, run = await app.begin("say One; step on")
        await app.said(session_id, "One")
        given = {"engine": "hermes", "model_provider": "hermes", "model": "default"}
        second = await app.start(session_id, "please: say Two", **given)
        assert second["queued"]
        app.go_on("on")
        await app.ended(run)
        await app.ended(second["stream_id"])
        replies = [text for role, text in said(await app.messages(session_id)) if role == "assistant"]
        assert replies == ["One", "Two"]
        assert '"cancel when idle"' not in app.told()


@pytest.mark.parametrize(("name", "ways"), [("peer", ""), HERMES])
async def test_an_agents_session_goes_on_after_a_restart_of_the_server(tmp_path, name, ways):
    async with with_agent(tmp_path, name, ways) as app:
        session_id = await app.turn_of("say One")
    async with with_agent(tmp_path, name, ways) as app:
        await app.turn_of("say Two", session_id)
        messages = await app.messages(session_id)
        assert [text for role, text in said(messages) if role == "assistant"] == ["One", "Two"]
        assert not any(message.get("notices") for message in messages)
        assert len(list(app.store.glob("s-*.txt"))) == 1


@pytest.mark.parametrize(
    ("name", "ways"), [("peer", "forgets"), ("peer", "no_load"), ("hermes", "forgets loads_anything")]
)
async def test_an_agent_that_has_lost_its_session_is_told_again_and_the_page_says_so(tmp_path, name, ways):
    async with with_agent(tmp_path, name, ways) as app:
        session_id = await app.turn_of("say One")
    async with with_agent(tmp_path, name, ways) as app:
        await app.turn_of("recall", session_id)
        last = (await app.messages(session_id))[-1]
        assert "lost its session" in last["notices"][0]
        assert "Assistant: One" in last["content"]


async def test_a_conversation_that_went_another_way_begins_a_session_anew(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of("say One")
        await app.turn_of("say Two", session_id)
        last = (await app.messages(session_id))[-1]["id"]
        reply = await app.post("/api/session/retry", session_id=session_id, message_id=last)
        await app.ended(reply.json["stream_id"])
        messages = await app.messages(session_id)
        assert "another way" in messages[-1]["notices"][0]
        other = {"engine": "demo", "model_provider": "demo", "model": "demo"}
        await app.ended((await app.start(session_id, "hello", **other))["stream_id"])
        await app.turn_of("recall", session_id)
        last_said = (await app.messages(session_id))[-1]
        assert "another way" in last_said["notices"][0]
        assert "User: hello" in last_said["content"]
        assert len(list(app.store.glob("s-*.txt"))) == 3


async def test_a_reply_that_was_cut_off_goes_on(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id, run = await reach(app, "text")
        await app.post("/api/chat/cancel", stream_id=run)
        reply = await app.post("/api/session/continue", session_id=session_id)
        await app.ended(reply.json["stream_id"])
        messages = await app.messages(session_id)
        assert messages[-1]["continues"] == messages[-2]["id"]
        assert "Half of it" in str(app.told()[-1])


@pytest.mark.parametrize(
    ("script", "code", "sentence"),
    [
        ("error it broke", "provider_error", "it broke"),
        ("login", "auth", "log in"),
        ("say Half; die", "engine_died", "ended in the middle"),
    ],
)
async def test_a_turn_that_fails_says_why_and_the_next_one_works(tmp_path, script, code, sentence):
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of(script)
        error = (await app.session(session_id))["last_run"]["error"]
        assert (error["code"], sentence in error["message"]) == (code, True)
        await app.turn_of("say Next", session_id)
        assert (await app.messages(session_id))[-1]["content"] == "Next"


async def test_an_agent_that_does_not_start_or_is_not_there_is_said_so(tmp_path):
    async with with_agent(tmp_path, ways="wont_start") as app:
        session_id = await app.turn_of("say One")
        error = (await app.session(session_id))["last_run"]["error"]
        assert "could not be started" in error["message"]
        assert "peer.log" in error["message"]
        assert "does not start" in (tmp_path / "agents" / "peer.log").read_text()
        given = {"engine": "qwen", "model_provider": "qwen", "model": "default"}
        await app.ended((await app.start(session_id, "hello", **given))["stream_id"])
        error = (await app.session(session_id))["last_run"]["error"]
        assert "npm install -g @qwen-code/qwen-code" in error["message"]


async def test_no_more_processes_than_may_be_and_none_that_nobody_needs(tmp_path):
    async with with_agent(tmp_path, processes=1, idle_minutes=1e-4) as app:
        first, run = await app.begin("say One; step on")
        await app.said(first, "One")
        second, waiting = await app.begin("say Two")
        await app.until(second, "notice")
        app.go_on("on")
        await app.ended(run)
        await app.ended(waiting)
        assert said(await app.messages(second))[-1] == ("assistant", "Two")
        (pid,) = app.pids or [0]
        if pid:
            await gone(pid)
        assert app.agent.state == "idle"


async def test_nothing_that_an_agent_started_outlives_it_or_the_server(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of("spawn")
        left = int((await app.messages(session_id))[-1]["content"])
        (pid,) = app.pids
        assert is_alive(left)
        os.kill(pid, signal.SIGKILL)
        await gone(left)
        while app.agent.state == "running":  # the keeper, which has just ended the rest, ends too
            await app.get("/health")
        await app.turn_of("spawn", session_id)
        left = int((await app.messages(session_id))[-1]["content"])
        (pid,) = app.pids
    await asyncio.gather(gone(pid), gone(left))
