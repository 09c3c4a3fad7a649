"""The real Claude Code, Codex, Gemini CLI and Qwen Code: what they say without an account, and, on a model server of
the tests that speaks each one's own protocol, that they answer, ask and go on.
"""

from __future__ import annotations

import sys

import pytest

from tests.agents.test_real_agents import open_calls, real, replies, results

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(sys.platform != "linux", reason="not on this platform: processes are followed in /proc"),
]

#: What the page says to do for an account.
LOGINS = {
    "claude": "run `claude-agent-acp --cli auth login` in a terminal",
    "codex": "run `codex-acp cli login` in a terminal",
    "gemini": "or set GEMINI_API_KEY in `env` of [agents.gemini]",
    "qwen": "start `qwen` in a terminal once and type /auth",
}


@pytest.mark.parametrize("agent", LOGINS)
def test_without_an_account_it_is_said_what_to_do(tmp_path, agent):
    with real(tmp_path, agent, account=False) as at:
        tried = at.server.command("agents", "test", agent)
        # Claude Code opens a session without one; on a busy machine it gives up finding out whether it has one.
        if agent != "claude" or tried.returncode:
            assert (tried.returncode, LOGINS[agent] in tried.stdout) == (1, True), tried.stdout
            assert "log in first" in tried.stdout
        session = at.turn(at.server.new(), "hello")
        error = session["last_run"]["error"]
        assert (error["code"], LOGINS[agent] in error["message"]) == ("auth", True), error
        assert "Your message is kept." in error["message"]
        assert not at.peer.requests


@pytest.mark.parametrize("agent", ["claude", "codex", "gemini"])
def test_it_answers_and_asks(tmp_path, agent):
    with real(tmp_path, agent) as at:
        tried = at.server.post("/api/agents/test", id=agent)
        assert tried["ok"], tried
        (provider,) = [each for each in at.server.get("/api/models")["providers"] if each["id"] == agent]
        assert len(provider["models"]) > 1  # known before the first session
        assert provider["mode"] in {mode["id"] for mode in provider["modes"]}
        session_id = at.server.new()
        assert "hello there" in replies(at.turn(session_id, "please say: hello there"))[-1]

        run = at.prompt(session_id, f"{at.call('rm -rf first; echo was run')}\nplease say: did it")
        at.answer(session_id, at.ways.yes)
        at.server.ended(run)
        session = at.server.session(session_id)
        assert replies(session)[-1] == "did it"
        (result,) = results(session).values()
        assert result["status"] == "ok"
        # Gemini CLI tells of a command's output only what it was for.
        assert agent == "gemini" or "was run" in result["content"]
        assert not open_calls(session)


#: Gemini CLI is left out: it loses a session that is loaded in the minute in which it was begun.
@pytest.mark.parametrize("agent", ["claude", "codex"])
def test_its_session_goes_on_after_a_restart(tmp_path, agent):
    with real(tmp_path, agent) as at:
        session_id = at.server.new()
        at.turn(session_id, "please say: hello there")
        at.server.kill()
        at.server.start()
        session = at.turn(session_id, "please say: went on")
        assert "went on" in replies(session)[-1]
        assert not any(message.get("notices") for message in session["messages"])  # it is the session of before
