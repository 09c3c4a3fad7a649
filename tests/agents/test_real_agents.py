"""The real Hermes Agent, OpenCode and Qwen Code on a model server of the tests: every kind of turn, and every kind of
death in the middle of one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager

import pytest

from tests.agents.test_turns_with_agents import own
from tests.peers.agents import children_of, is_alive
from tests.peers.openai_server import ModelPeer
from tests.peers.real_agents import WAYS, command_of, settings_of
from tests.peers.served import Served

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(sys.platform != "linux", reason="not on this platform: processes are followed in /proc"),
]

AGENTS = ("hermes", "opencode", "qwen")
SLOW = "for n in 1 2 3 4 5 6; do sleep 10; done; rm -rf nothing"


class Real:
    """A server as a process with a real agent."""

    def __init__(self, server, peer, agent):
        self.server = server
        self.peer = peer
        self.agent = agent
        self.ways = WAYS[agent]

    def prompt(self, session_id, text):
        given = {"engine": self.agent, "model_provider": self.agent, "model": "default"}
        return self.server.start_run(session_id, text, **given)["stream_id"]

    def call(self, command):
        """What makes the model call the tool for commands, once."""
        given = {self.ways.subject: command, **self.ways.more}
        return f"please call: {self.ways.tool} {json.dumps(given)}"

    def turn(self, session_id, text):
        self.server.ended(self.prompt(session_id, text))
        return self.server.session(session_id)

    def until(self, session_id, kind):
        """Follows the session from its beginning to an event of this kind that stands for now."""
        for event in self.server.stream("/api/events", session_id=session_id, after="0"):
            found = event.data.get("type")
            if found == kind == "approval.requested" and not self.server.session(session_id)["asked"]:
                continue
            if found == kind:
                return event.data
        raise AssertionError(f"the stream ended before {kind}")

    def answer(self, session_id, choice):
        self.until(session_id, "approval.requested")
        (question,) = self.server.session(session_id)["asked"]
        self.server.post("/api/session/answer", session_id=session_id, request_id=question["request_id"], choice=choice)

    def streaming(self, session_id):
        """A turn in the middle of its text."""
        self.peer.behave("please step please write 50 words")
        run = self.prompt(session_id, "tell me a story")
        self.peer.wait_until_open()
        self.peer.step(12)
        self.until(session_id, "delta")
        return run

    def reach(self, session_id, phase):
        """A turn that has come to this phase."""
        if phase == "text":
            return self.streaming(session_id)
        run = self.prompt(session_id, f"{self.call(SLOW)}\nplease say: done")
        self.until(session_id, "approval.requested")
        if phase == "tool":
            self.answer(session_id, self.ways.yes)
        return run

    def rest(self):
        """The model answers as the prompts say again."""
        self.peer.behave(None)
        self.peer.run_on()

    @property
    def processes(self):
        """The agent's process and all below it."""
        keepers = children_of(self.server.process.pid)
        found, wanted = [], keepers
        while wanted:
            wanted = [child for pid in wanted for child in children_of(pid)]
            found += wanted
        return found


@contextmanager
def real(tmp_path, agent, *, account=True, more=""):
    command = command_of(agent)
    with ModelPeer() as peer:
        peer.strict = False
        peer.numbers_calls = True
        env = settings_of(agent, tmp_path / "home", peer.url) if account else {"HOME": str(tmp_path)}
        state = tmp_path / "state"
        state.mkdir(exist_ok=True)
        table = "\n".join(f"{name} = {json.dumps(value)}" for name, value in env.items())
        env_path = json.dumps(f"{command.parent}:{os.environ['PATH']}")
        settings = f"[agents.{agent}.env]\nPATH = {env_path}\n{table}\n{more}"
        (state / "config.toml").write_text(settings)
        with Served(state) as server:
            yield Real(server, peer, agent)


def replies(session):
    return [message["content"].strip() for message in session["messages"] if message["role"] == "assistant"]


def results(session):
    return {own(each["tool_call_id"]): each for each in session["messages"] if each["role"] == "tool"}


def open_calls(session):
    calls = {call["id"] for message in session["messages"] for call in message.get("tool_calls") or ()}
    return calls - {message["tool_call_id"] for message in session["messages"] if message["role"] == "tool"}


@pytest.mark.parametrize("agent", AGENTS)
def test_every_kind_of_turn(tmp_path, agent):
    with real(tmp_path, agent) as at:
        session_id = at.server.new()
        session = at.turn(session_id, "please reason please say: hello there")
        assert replies(session)[-1] == "hello there"
        assert session["messages"][-1]["reasoning"].strip() == "Let me see. They want a reply. I know one."

        run = at.prompt(session_id, f"{at.call('rm -rf first; echo was run')}\nplease say: did it")
        at.answer(session_id, at.ways.yes)
        at.server.ended(run)
        session = at.server.session(session_id)
        assert replies(session)[-1] == "did it"
        assert [each["status"] for each in results(session).values()] == ["ok"]

        run = at.prompt(session_id, f"{at.call('rm -rf second')}\nplease say: did not")
        at.answer(session_id, at.ways.no)
        at.server.ended(run)
        session = at.server.session(session_id)
        assert [message["status"] for message in session["messages"] if message["role"] == "tool"] == ["ok", "denied"]

        run = at.streaming(session_id)
        assert at.server.post("/api/chat/cancel", stream_id=run)["state"] == "cancelled"
        at.rest()
        assert "word1" in replies(at.server.session(session_id))[-1]

        run = at.reach(session_id, "tool")
        at.until(session_id, "approval.answered")
        assert at.server.post("/api/chat/cancel", stream_id=run)["state"] == "cancelled"
        session = at.turn(session_id, "please say: went on")
        assert replies(session)[-1] == "went on"
        assert not open_calls(session)
        assert not any(message.get("notices") for message in session["messages"])


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agent_that_is_killed_in_any_phase(tmp_path, agent):
    with real(tmp_path, agent) as at:
        session_id = at.server.new()
        session = at.turn(session_id, "please say: hello there")
        for phase in ("text", "tool", "question"):
            run = at.reach(session_id, phase)
            all_of_it = at.processes
            os.kill(all_of_it[0], signal.SIGKILL)
            at.server.ended(run)
            at.rest()
            session = at.server.session(session_id)
            assert session["last_run"]["error"]["code"] == "engine_died", phase
            assert not open_calls(session)
            assert not [pid for pid in all_of_it if is_alive(pid)]
            session = at.turn(session_id, f"please say: after {phase}")
            assert replies(session)[-1] == f"after {phase}"
        assert any("word1" in reply for reply in replies(session))
        assert replies(session)[0] == "hello there"


@pytest.mark.parametrize("agent", AGENTS)
def test_a_server_that_is_killed_in_any_phase(tmp_path, agent):
    with real(tmp_path, agent) as at:
        session_id = at.server.new()
        session = at.turn(session_id, "please say: hello there")
        for phase in ("text", "tool", "question"):
            at.reach(session_id, phase)
            all_of_it = at.processes
            assert all_of_it
            at.server.kill()
            at.rest()
            at.server.start()
            session = at.server.session(session_id)
            assert session["last_run"]["state"] == "interrupted", phase
            assert not open_calls(session)
            session = at.turn(session_id, f"please say: after {phase}")
            assert replies(session)[-1] == f"after {phase}"
            assert not [pid for pid in all_of_it if is_alive(pid)]
        assert any("word1" in reply for reply in replies(session))
