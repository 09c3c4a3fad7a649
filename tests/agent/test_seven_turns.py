"""The seven turns of an agent, on the models' engine: as they go, and with the server killed (-9) in each phase.

Nothing that was acknowledged is lost, every open call is closed or marked, nothing is run twice, the next turn works.
"""

import json
import time
from contextlib import contextmanager

import pytest

from tests.peers.agent import DIALECTS, answer, asked, serving, shape, until_there
from tests.peers.inprocess import first
from tests.peers.served import PATIENCE, Served

#: Long enough that nothing ends by itself while a test looks at it.
HANG = "sleep 100"


def command(line):
    return f"please call: run_command {json.dumps({'command': line})}"


def counted(word, then=""):
    """A command whose runs can be counted."""
    return command(f"echo {word} >>ran; {then or f'echo said {word}'}")


def ran(work):
    path = work / "ran"
    return path.read_text().split() if path.exists() else []


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_all_seven_in_one_conversation(peer, tmp_path, dialect):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, dialect=dialect) as app:
        session_id = await app.new(workspace=str(work))

        async def turn(prompt):
            return (await app.start(session_id, prompt))["stream_id"]

        await app.ended(await turn("please say: hello there"))
        await app.ended(await turn("please reason please say: thought over"))
        assert (await app.messages(session_id))[-1]["reasoning"].startswith("Let me see")
        for choice in ("allow", "deny"):
            run = await turn(f"{counted(choice)}\nplease say: done")
            (question,) = await asked(app, session_id)
            await answer(app, session_id, question["request_id"], choice)
            await app.ended(run)
        assert ran(work) == ["allow"]

        async with app.stream("/api/events", session_id=session_id) as events:
            run = await turn("please step please write 40 words")
            peer.step(8)
            await first(events, "delta")
            assert (await app.post("/api/chat/cancel", stream_id=run)).json["state"] == "cancelled"
        peer.run_on()
        cut = (await app.messages(session_id))[-1]
        assert (cut["_partial"], cut["finish_reason"]) == (True, "cancelled")

        run = await turn(counted("hung", f"touch begun; {HANG}"))
        (question,) = await asked(app, session_id)
        await answer(app, session_id, question["request_id"], "allow")
        await until_there(work / "begun")
        assert (await app.post("/api/chat/cancel", stream_id=run)).json["state"] == "cancelled"
        assert shape(await app.messages(session_id))[-1] == ("tool", "cancelled")

        reply = await app.post("/api/session/continue", session_id=session_id, message_id=cut["id"])
        assert reply.status == 202, reply.body
        await app.ended(reply.json["stream_id"])
        last = (await app.messages(session_id))[-1]
        assert (last["continues"], last["role"]) == (cut["id"], "assistant")
        assert ran(work) == ["allow", "hung"]


CONFIG = """
[default]
engine = "model"
provider = "{provider}"
model = "{model}"
[providers.peer]
base_url = "{url}/v1"
[providers.claude-api]
kind = "anthropic"
base_url = "{url}"
api_key = "sk-test"
[providers.gemini-api]
kind = "google"
base_url = "{url}"
api_key = "sk-test"
[workspace]
roots = ["{work}"]
"""


@contextmanager
def served(peer, tmp_path, dialect="openai"):
    """A server process whose model is the peer, in this dialect; a session in its workspace."""
    work = tmp_path / "work"
    work.mkdir()
    peer.behave(None)
    provider, model = DIALECTS[dialect]
    config = CONFIG.format(url=peer.url, work=work, provider=provider, model=model)
    with Served(tmp_path / "home" / "state", config=config) as server:
        session_id = server.post("/api/session/new", workspace=str(work))["session"]["session_id"]
        yield server, session_id, work


def wait_for(look):
    """What this gives, once it is something."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := look():
            return found
    raise AssertionError("it did not come")


def question_of(server, session_id):
    return wait_for(lambda: server.session(session_id)["asked"])[0]


def reply(server, session_id, question, choice):
    server.post("/api/session/answer", session_id=session_id, request_id=question["request_id"], choice=choice)


def streamed(server, session_id):
    """What the open message says by now."""
    told = server.session(session_id)["open"] or {"parts": []}
    return "".join(text for _, text in told["parts"])


def next_turn_works(server, session_id):
    server.ended(server.start_run(session_id, "please say: and on")["stream_id"])
    last = server.session(session_id)
    assert last["messages"][-1]["content"] == "and on"
    assert (last["asked"], last["is_streaming"]) == ([], False)
    calls = [call["id"] for each in last["messages"] for call in each.get("tool_calls") or ()]
    results = [each["tool_call_id"] for each in last["messages"] if each["role"] == "tool"]
    assert sorted(calls) == sorted(results)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("kind", "dialect"),
    [
        ("text", "openai"),
        ("reasoning", "openai"),
        ("text", "anthropic"),
        ("reasoning", "anthropic"),
        ("text", "google"),
    ],
)
def test_killed_in_the_middle_of_what_it_says(peer, tmp_path, kind, dialect):
    with served(peer, tmp_path, dialect) as (server, session_id, _):
        reason = "please reason " if kind == "reasoning" else ""
        server.start_run(session_id, f"please step {reason}please write 40 words")
        peer.step(6)
        told = wait_for(lambda: streamed(server, session_id))
        server.kill()
        peer.run_on()
        server.start()
        found = server.session(session_id)
        last = found["messages"][-1]
        assert (last["_partial"], last["finish_reason"]) == (True, "interrupted")
        assert ((last.get("reasoning") or "") + last["content"]).startswith(told)
        if kind == "text":
            run = server.post("/api/session/continue", session_id=session_id)["stream_id"]
            server.ended(run)
            assert server.session(session_id)["messages"][-1]["continues"] == last["id"]
        next_turn_works(server, session_id)


@pytest.mark.heavy
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("choice", "status", "runs"), [("allow", "ok", ["one"]), ("deny", "denied", [])])
def test_killed_while_a_question_waits(peer, tmp_path, dialect, choice, status, runs):
    with served(peer, tmp_path, dialect) as (server, session_id, work):
        run = server.start_run(session_id, f"please reason {counted('one')}\nplease say: done")["stream_id"]
        question = question_of(server, session_id)
        server.kill()
        server.start()
        assert question_of(server, session_id)["request_id"] == question["request_id"]
        server.kill()  # once more, while it waits again
        server.start()
        reply(server, session_id, question, choice)
        server.ended(run)
        assert ran(work) == runs
        found = server.session(session_id)["messages"]
        assert shape(found)[1:] == [("assistant", "run_command"), ("tool", status), ("assistant", "done")]
        next_turn_works(server, session_id)


@pytest.mark.heavy
def test_killed_while_a_command_runs(peer, tmp_path):
    with served(peer, tmp_path) as (server, session_id, work):
        server.start_run(session_id, f"{counted('one', f'echo working; touch begun; {HANG}')}\nplease say: done")
        reply(server, session_id, question_of(server, session_id), "allow")
        wait_for(lambda: "working" in str((server.session(session_id)["open"] or {}).get("outputs", "")))
        server.kill()
        server.start()
        found = server.session(session_id)["messages"]
        assert shape(found)[1:3] == [("assistant", "run_command"), ("tool", "unknown")]
        assert "may have run" in found[2]["content"]
        assert "working" in found[2]["content"]
        next_turn_works(server, session_id)
        assert ran(work) == ["one"]


@pytest.mark.heavy
def test_killed_after_a_call_in_the_text_that_follows(peer, tmp_path):
    with served(peer, tmp_path) as (server, session_id, work):
        server.start_run(session_id, f"{counted('one')}\nplease step please write 40 words")
        peer.step(20)
        reply(server, session_id, question_of(server, session_id), "allow")
        wait_for(lambda: streamed(server, session_id) and ran(work))
        server.kill()
        peer.run_on()
        server.start()
        found = server.session(session_id)["messages"]
        assert shape(found)[1:3] == [("assistant", "run_command"), ("tool", "ok")]
        assert found[3]["_partial"]
        next_turn_works(server, session_id)
        assert ran(work) == ["one"]


@pytest.mark.heavy
def test_killed_after_a_stop_and_in_what_goes_on_with_it(peer, tmp_path):
    with served(peer, tmp_path) as (server, session_id, _):
        run = server.start_run(session_id, "please step please write 40 words")["stream_id"]
        peer.step(6)
        wait_for(lambda: streamed(server, session_id))
        server.post("/api/chat/cancel", stream_id=run)
        cut = server.session(session_id)["messages"][-1]
        server.kill()
        server.start()
        assert server.session(session_id)["messages"][-1]["id"] == cut["id"]
        peer.behave("please step please write 40 words")
        server.post("/api/session/continue", session_id=session_id)
        peer.step(6)
        wait_for(lambda: streamed(server, session_id))
        server.kill()
        peer.run_on()
        server.start()
        last = server.session(session_id)["messages"][-1]
        assert (last["continues"], last["_partial"]) == (cut["id"], True)
        peer.behave(None)
        next_turn_works(server, session_id)
