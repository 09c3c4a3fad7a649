"""The reference server of the Model Context Protocol, from npm, used from a chat."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.peers.agent import answer, asked, serving, shape

PACKAGE = "@modelcontextprotocol/server-everything@2026.8.31"


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> str:
    """The command of the server, installed for these tests. In CI (REQUIRE_ALL=1) it must be there."""
    npm = shutil.which("npm")
    folder = Path(os.environ.get("HERMES_WEBUI_TEST_CACHE") or tmp_path_factory.mktemp("npm"))
    command = folder / "node_modules" / ".bin" / "mcp-server-everything"
    if npm and not command.exists():
        install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
        done = subprocess.run(install, capture_output=True, text=True, check=False, timeout=400)
        reason = done.stderr.strip()[-300:]
    else:
        reason = "npm is not on the PATH"
    if not command.exists():
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"{PACKAGE} could not be installed: {reason}")
        pytest.skip(f"{PACKAGE} could not be installed: {reason}")
    return str(command)


@pytest.mark.heavy
async def test_the_everything_server_is_used_from_a_chat(peer, tmp_path, everything):
    table = {"mcp": {"everything": {"command": everything, "args": ["stdio"]}}}
    path = {"PATH": os.environ["PATH"]}
    async with serving(peer, tmp_path / "state", tmp_path / "work", table, environment=path) as app:
        tested = (await app.post("/api/mcp/test", name="everything")).json
        assert tested["ok"], tested
        names = {each["name"] for each in tested["tools"]}
        assert {"echo", "get-sum"} <= names
        session_id = await app.new()
        calls = [("everything_echo", {"message": "hello"}), ("everything_get-sum", {"a": 2, "b": 3})]
        lines = [f"please call: {name} {json.dumps(args)}" for name, args in calls]
        run = (await app.start(session_id, "\n".join([*lines, "please say: done"])))["stream_id"]
        for _ in calls:
            (question,) = await asked(app, session_id)
            await answer(app, session_id, question["request_id"], "allow")
            while [each["request_id"] for each in (await app.session(session_id))["asked"]] == [question["request_id"]]:
                pass
        await app.ended(run)
        found = await app.messages(session_id)
        assert shape(found)[-1] == ("assistant", "done")
        results = [each["content"] for each in found if each["role"] == "tool"]
        assert "hello" in results[0]
        assert "5" in results[1]
