"""Which agents there are, over HTTP and on the command line."""

from __future__ import annotations

import json

import pytest

from tests.peers.agents import table, with_agent
from tests.peers.served import Served


async def test_agents_are_listed_tried_and_chosen_like_models(tmp_path):
    async with with_agent(tmp_path) as app:
        rows = {row["id"]: row for row in (await app.get("/api/agents")).json["agents"]}
        assert (rows["peer"]["found"], rows["peer"]["from"], rows["peer"]["state"]) == (True, "config.toml", "idle")
        assert rows["qwen"]["state"] == "missing"
        assert rows["qwen"]["install"].startswith("npm install")
        tried = (await app.post("/api/agents/test", id="peer")).json
        assert (tried["ok"], tried["version"]) == (True, "1.2.3")
        assert (await app.post("/api/agents/test", id="qwen")).json["ok"] is False
        assert (await app.post("/api/agents/test", id="nobody")).status == 404
        providers = {each["id"]: each for each in (await app.get("/api/models")).json["providers"]}
        assert (providers["peer"]["engine"], providers["peer"]["ready"]) == ("peer", True)
        assert [model["id"] for model in providers["peer"]["models"]] == ["default"]
        assert "qwen" not in providers
        session_id = await app.turn_of("say Hello")
        rows = {row["id"]: row for row in (await app.get("/api/agents")).json["agents"]}
        assert (rows["peer"]["state"], rows["peer"]["version"]) == ("running", "1.2.3")
        demo = {"engine": "demo", "model_provider": "demo", "model": "demo"}
        await app.ended((await app.start(session_id, "hello", **demo))["stream_id"])
        assert (await app.post("/api/session/mode", session_id=session_id, mode="code")).status == 400


def test_the_command_line_lists_tries_and_says_how_to_install(tmp_path):
    state = tmp_path / "state"
    given = table(state)["peer"]
    lines = [f"{key} = {json.dumps(given[key])}" for key in ("command", "args")]
    env = [f"{key} = {json.dumps(value)}" for key, value in given["env"].items()]
    (state / "config.toml").write_text("\n".join(["[agents.peer]", *lines, "[agents.peer.env]", *env]))
    server = Served(state)
    listed = server.command("agents")
    assert "peer" in listed.stdout
    assert "npm install -g opencode-ai" in server.command("agents", "install", "opencode").stdout
    tried = server.command("agents", "test", "peer")
    assert (tried.returncode, "Version 1.2.3" in tried.stdout) == (0, True)
    assert server.command("agents", "test", "qwen").returncode == 1
    assert "There is no agent" in server.command("agents", "test", "nobody").stderr
    assert "Which agent?" in server.command("agents", "test").stderr


async def test_what_an_agent_offers_is_known_before_its_first_session_and_after_a_restart(tmp_path):
    async with with_agent(tmp_path) as app:
        assert (await app.post("/api/agents/test", id="peer")).json["ok"]
        assert app.pids == []
    async with with_agent(tmp_path) as app:
        providers = {each["id"]: each for each in (await app.get("/api/models")).json["providers"]}
        assert [mode["id"] for mode in providers["peer"]["modes"]] == ["ask", "code"]
        assert providers["peer"]["mode"] == "ask"
        session_id = await app.new()
        given = {"engine": "peer", "model_provider": "peer", "model": "default"}
        assert (await app.post("/api/session/configure", session_id=session_id, **given)).status == 200
        agent = (await app.session(session_id))["agent"]
        assert (agent["mode"], [each["name"] for each in agent["commands"]]) == ("ask", ["compact", "search"])
        reply = await app.post("/api/session/mode", session_id=session_id, mode="code")
        assert (reply.json["agent"]["mode"], len(reply.json["agent"]["modes"])) == ("code", 2)
        await app.turn_of("say Hello", session_id)
        assert '"mode code"' in app.told()  # the first session began in the mode that was chosen before it
    async with with_agent(tmp_path) as app:
        agent = (await app.session(session_id))["agent"]
        assert (agent["mode"], [each["id"] for each in agent["modes"]]) == ("code", ["ask", "code"])


@pytest.mark.parametrize("ways", ["signed_out", "says_signed_out"])
async def test_a_trial_tells_that_an_agent_has_no_account(tmp_path, ways):
    async with with_agent(tmp_path, ways=ways) as app:
        tried = (await app.post("/api/agents/test", id="peer")).json
        assert (tried["ok"], "wants you to log in first" in tried["message"]) == (False, True)
        assert "It says: The key is missing." in tried["message"] or "It says: Not logged in." in tried["message"]
        rows = {row["id"]: row for row in (await app.get("/api/agents")).json["agents"]}
        assert (rows["peer"]["state"], rows["peer"]["message"]) == ("failed", tried["message"])
