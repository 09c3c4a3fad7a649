"""MCP servers: their tools are called from a chat, a dead or slow one holds nothing up, none outlives the server."""

import asyncio
import json
import os
import sys
import time

import pytest

from hermes_webui.engines.mcp.config import configs_of
from hermes_webui.errors import SettingsError
from tests.peers import mcp_server
from tests.peers.agent import PATIENCE, answer, asked, serving, shape
from tests.peers.served import CHECKOUT


def stdio(tmp_path, how="", **more):
    env = {"PYTHONPATH": str(CHECKOUT), "MCP_PEER": how, "MCP_PEER_PIDS": str(tmp_path / "pids"), "SECRET": "s3cret"}
    return {"command": sys.executable, "args": ["-m", "tests.peers.mcp_server"], "env": env, **more}


def configured(**servers):
    return {"mcp": servers}


def pids(tmp_path):
    path = tmp_path / "pids"
    return [int(each) for each in path.read_text().split()] if path.exists() else []


async def gone(tmp_path):
    async with asyncio.timeout(PATIENCE):
        while any(_lives(each) for each in pids(tmp_path)):  # noqa: ASYNC110 - another process ends
            await asyncio.sleep(0.01)


def _lives(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


async def begun(app, prompt, **fields):
    session_id = await app.new(**fields)
    return session_id, (await app.start(session_id, prompt))["stream_id"]


@pytest.mark.parametrize("way", ["stdio", "http"])
async def test_a_tool_of_a_server_is_called_from_a_chat_after_it_was_allowed(peer, tmp_path, way):
    with mcp_server.over_http() as url:
        table = {"url": url} if way == "http" else stdio(tmp_path)
        async with serving(peer, tmp_path / "state", tmp_path / "work", configured(sums=table)) as app:
            assert (await app.post("/api/mcp/test", name="sums")).json["ok"]
            session_id, run = await begun(app, 'please call: sums_add {"a": 2, "b": 3}\nplease say: five')
            (question,) = await asked(app, session_id)
            assert (question["title"], question["call"]["subject"]) == ("sums: add?", '{"a":2,"b":3}')
            assert question["options"][1]["grant"] == "sums_add"
            await answer(app, session_id, question["request_id"], "allow")
            await app.ended(run)
            found = await app.messages(session_id)
            assert shape(found)[1:] == [("assistant", "sums_add"), ("tool", "ok"), ("assistant", "five")]
            assert "2 + 3 = 5" in found[2]["content"]
            (row,) = (await app.get("/api/mcp")).json["servers"]
            assert (row["state"], row["transport"], row["from"]) == ("ok", way, "config.toml")
            assert "s3cret" not in json.dumps(row)
    await gone(tmp_path)


async def test_an_error_of_a_tool_is_read_by_the_model_and_a_dead_server_is_started_again(peer, tmp_path):
    async with serving(peer, tmp_path / "state", tmp_path / "work", configured(sums=stdio(tmp_path))) as app:
        await app.post("/api/approvals", mode="never")
        assert (await app.post("/api/mcp/test", name="sums")).json["ok"]
        lines = ["please call: sums_fail {}", "please call: sums_die {}", 'please call: sums_add {"a": 1, "b": 1}']
        session_id, run = await begun(app, "\n".join([*lines, "please say: ok"]))
        await app.ended(run)
        tools = [each for each in await app.messages(session_id) if each["role"] == "tool"]
        assert [each["status"] for each in tools] == ["failed", "failed", "ok"], tools
        assert "answered with an error" in tools[0]["content"]
        assert "ended during this call" in tools[1]["content"]
        assert len(pids(tmp_path)) == 2
    await gone(tmp_path)


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"command": "/no/such/program"}, "there is no program `/no/such/program` on the PATH"),
        ({"how": "refuse"}, "no licence was found"),
        ({"url": "http://ann:s3cret@127.0.0.1:9/mcp"}, "nothing answers at 127.0.0.1:9. Is it running"),
    ],
)
async def test_a_server_that_cannot_be_used_is_told_in_a_sentence_and_the_turn_goes_on(peer, tmp_path, table, word):
    how = table.get("how")
    async with serving(
        peer, tmp_path / "s", tmp_path / "w", configured(odd=stdio(tmp_path, how) if how else table)
    ) as app:
        session_id, run = await begun(app, "please say: hello")
        await app.ended(run)
        last = (await app.messages(session_id))[-1]
        assert last["content"] == "hello"
        assert word in last["notices"][0]
        reply = (await app.post("/api/mcp/test", name="odd")).json
        assert (reply["ok"], word in reply["message"]) == (False, True)


async def test_a_slow_server_costs_one_turn_a_few_seconds_and_the_next_one_nothing(peer, tmp_path):
    async with serving(peer, tmp_path / "s", tmp_path / "w", configured(slow=stdio(tmp_path, "hang"))) as app:
        took = []
        for _ in range(2):
            began = time.monotonic()
            session_id, run = await begun(app, "please say: hello")
            await app.ended(run)
            took.append(time.monotonic() - began)
            assert "still being started" in (await app.messages(session_id))[-1]["notices"][0]
        assert took[1] < took[0]
        assert took[1] < 6
    await gone(tmp_path)


async def test_a_server_is_added_tried_switched_and_removed_on_the_page(peer, tmp_path):
    async with serving(peer, tmp_path / "state", tmp_path / "work") as app:
        wish = stdio(tmp_path)
        assert (await app.post("/api/mcp/save", name="sums", **wish)).json["servers"][0]["state"] == "unknown"
        tested = (await app.post("/api/mcp/test", name="sums")).json
        assert (tested["ok"], len(tested["tools"])) == (True, 5)
        tried = (await app.post("/api/mcp/try", server="sums", tool="environment", arguments={"name": "SECRET"})).json
        assert tried == {"ok": True, "result": "s3cret"}
        await app.post("/api/mcp/tool", server="sums", tool="die", enabled=False)
        sets = {each["id"]: each for each in (await app.get("/api/tools")).json["toolsets"]}
        assert "sums_die" not in [each["name"] for each in sets["mcp:sums"]["tools"]]
        assert "s3cret" not in json.dumps((await app.get("/api/mcp")).json)
        await app.post("/api/mcp/save", name="sums", enabled=False)
        await gone(tmp_path)
        assert "mcp:sums" not in (await app.get("/api/tools")).json["default"]
        again = await app.post("/api/mcp/save", name="sums", command="other")
        assert "env" not in json.loads((tmp_path / "state" / "settings.json").read_bytes())["mcp"]["sums"]
        assert again.json["servers"][0]["args"] == wish["args"]
        assert (await app.post("/api/mcp/remove", name="sums")).json["servers"] == []
        assert (await app.post("/api/mcp/remove", name="sums")).status == 404
        assert (await app.post("/api/mcp/save", name="x", command="a", url="http://b")).status == 400


async def test_what_config_toml_says_is_not_changed_on_the_page(peer, tmp_path):
    table = stdio(tmp_path, enabled=True, tools=["add"])
    async with serving(peer, tmp_path / "state", tmp_path / "work", configured(sums=table)) as app:
        assert (await app.post("/api/mcp/save", name="sums", command="x")).status == 409
        assert (await app.post("/api/mcp/save", name="sums", enabled=False)).status == 409
        assert (await app.post("/api/mcp/remove", name="sums")).status == 409
        assert (await app.post("/api/mcp/tool", server="sums", tool="die", enabled=True)).status == 409
        tested = (await app.post("/api/mcp/test", name="sums")).json["tools"]
        assert [each["name"] for each in tested if each["enabled"]] == ["add"]


@pytest.mark.parametrize(
    "table",
    [{}, {"command": "a", "url": "http://b"}, {"url": "ftp://b"}, {"command": "a", "args": "b"}, {"comand": "a"}, "a"],
)
def test_a_table_that_says_something_else_is_refused_with_its_name(table):
    with pytest.raises(SettingsError, match=r"mcp\.x"):
        configs_of({"x": table}, {})
