"""Which agents there are, over HTTP and on the command line."""

from __future__ import annotations

import json

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
