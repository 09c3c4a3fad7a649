"""MCP servers of this server with agents: an agent is given those that are on, and with each change anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hermes_webui.engines.acp.handed import handed
from hermes_webui.engines.mcp.config import McpConfig
from tests.agents.test_real_agents import real, replies
from tests.peers import mcp_server
from tests.peers.agents import with_agent

SECRET = "sk-only-for-the-server"


async def given(app, session_id=""):
    """The session, and the servers that its agent has now, by name."""
    session_id = await app.turn_of("mcp", session_id)
    last = (await app.messages(session_id))[-1]["content"]
    return session_id, {each["name"]: each for each in json.loads(last)}


async def test_an_agent_gets_the_servers_that_are_on_and_again_when_they_change(tmp_path, caplog):
    caplog.set_level("DEBUG")
    async with with_agent(tmp_path) as app:
        save = {"command": "env", "args": ["-i"], "env": {"KEY": SECRET}}
        assert (await app.post("/api/mcp/save", name="files", **save)).status == 200
        session_id, servers = await given(app)
        (files,) = servers.values()
        assert Path(files["command"]).is_absolute()
        assert (files["args"], files["env"]) == (["-i"], [{"name": "KEY", "value": SECRET}])

        (before,) = app.pids
        assert (await given(app, session_id))[1] == servers
        assert app.pids == [before]  # nothing has changed: the same process

        where = {"url": "http://127.0.0.1:1/mcp", "headers": {"Authorization": SECRET}}
        await app.post("/api/mcp/save", name="far", **where)
        servers = (await given(app, session_id))[1]
        assert (servers["far"]["type"], servers["far"]["url"]) == ("http", where["url"])
        assert servers["far"]["headers"] == [{"name": "Authorization", "value": SECRET}]
        await app.post("/api/mcp/save", name="files", enabled=False)
        assert set((await given(app, session_id))[1]) == {"far"}
        await app.post("/api/session/configure", session_id=session_id, enabled_toolsets=["files"])
        assert (await given(app, session_id))[1] == {}
        assert len(list(app.store.glob("s-*.txt"))) == 1  # it is the same session of the agent's all the time
        notices = [message.get("notices") for message in await app.messages(session_id)]
        assert not any(notices)
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "settings.json"]
    said = [path for path in kept if SECRET.encode() in path.read_bytes() and "sessions" not in path.parts]
    assert said == []  # but in the conversation, where the agent of the tests has repeated it
    assert SECRET not in caplog.text


async def test_what_an_agent_cannot_have_is_said_at_the_beginning(tmp_path):
    async with with_agent(tmp_path, ways="no_http") as app:
        await app.post("/api/mcp/save", name="far", url="http://127.0.0.1:1/mcp")
        await app.post("/api/mcp/save", name="files", command="env")
        await app.post("/api/mcp/tool", server="files", tool="remove", enabled=False)
        session_id, run = await app.begin("step on; mcp")
        heard = [(await app.until(session_id, "notice"))["text"]]
        app.go_on("on")
        await app.ended(run)
        assert (await app.messages(session_id))[-1]["content"] == "[]"
        assert "far" in heard[0]


async def test_an_agent_that_shall_have_none_gets_none(tmp_path):
    peer = {"mcp": False}
    async with with_agent(tmp_path, told=peer) as app:
        await app.post("/api/mcp/save", name="files", command="env")
        assert (await given(app))[1] == {}


def test_each_server_that_is_left_out_has_its_reason():
    far = McpConfig("far", url="http://127.0.0.1/mcp")
    some = McpConfig("some", command="env", off=frozenset({"remove"}))
    only = McpConfig("only", command="env", only=frozenset({"read"}))
    off = McpConfig("off", command="env", enabled=False)
    found = handed((far, some, only, off), "Peer", {}, None, "")
    assert found.servers == ()
    assert [note.partition(": ")[2].split(",")[0] for note in found.notes] == [
        "it takes none that are reached by HTTP.",
        "some of its tools are switched off",
        "some of its tools are switched off",
    ]
    assert [each["name"] for each in handed((far,), "Peer", {"mcpCapabilities": {"http": True}}, None, "").servers]
    unfound = handed((McpConfig("gone", command="not-there"),), "Peer", {}, ["mcp:gone"], "").servers
    assert unfound[0]["command"] == "not-there"  # the agent says what is wrong with it


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="not on this platform: processes are followed in /proc")
@pytest.mark.parametrize(("agent", "tool"), [("opencode", "peer_add"), ("claude", "mcp__peer__add")])
def test_a_real_agents_model_calls_a_tool_of_ours(tmp_path, agent, tool):
    checkout = str(Path(mcp_server.__file__).parents[2])
    lines = [
        "[mcp.peer]",
        f"command = {json.dumps(sys.executable)}",
        'args = ["-m", "tests.peers.mcp_server"]',
        f"env = {{ PYTHONPATH = {json.dumps(checkout)} }}",
    ]
    with real(tmp_path, agent, more="\n".join(lines)) as at:
        session_id = at.server.new()
        call = f"please call: {tool} {json.dumps({'a': 2, 'b': 3})}"
        run = at.prompt(session_id, f"{call}\nplease say: done")
        if agent == "claude":
            at.answer(session_id, at.ways.yes)
        at.server.ended(run)
        session = at.server.session(session_id)
        assert replies(session)[-1] == "done"
        assert "2 + 3 = 5" in str([each["content"] for each in session["messages"] if each["role"] == "tool"])
