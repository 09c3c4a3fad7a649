"""kill -9 while conversations of Hermes Agent are taken over: each is its own still, or ours and whole."""

import contextlib
import http.client
import json
import threading
from pathlib import Path

from hermes_webui.chat import hermes
from tests.peers.agent_store import AgentDb
from tests.peers.served import PATIENCE, Served

LENGTH = 8_000
TEXT = "word " * 40


def written(logs: Path) -> int:
    """Bytes of logs, whole ones and those on the way."""
    size = 0
    for path in logs.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # it has just got its name
            size += path.stat().st_size
    return size


def test_a_conversation_of_hermes_agent_survives_kill_9_at_its_first_turn(tmp_path):
    logs = tmp_path / "webui" / "sessions" / "_log"
    with AgentDb(tmp_path) as db, Served(tmp_path / "webui") as server:
        for number, most in enumerate([1, 1 << 20, 2 << 20, 8 << 20]):
            session_id = hermes.session_id_of(db.many(f"s-{number}", LENGTH, text=TEXT))
            enough, key = written(logs) + most, f"key {number}"
            sent = threading.Thread(target=send, args=(server, session_id, key))
            sent.start()
            while written(logs) < enough and sent.is_alive():
                sent.join(0.001)
            server.kill()
            sent.join()
            server.start()
            found = server.get("/api/session", session_id=session_id, msg_limit=3)["session"]
            assert found["message_count"] >= LENGTH
            server.ended(server.start_run(session_id, "go on", key=key)["stream_id"])
            found = server.session(session_id)
            assert [each["content"] for each in found["messages"] if each["role"] == "user"][-1:] == ["go on"]
            assert (
                found["_prompts_before"] + sum(each["role"] == "user" for each in found["messages"]) == LENGTH // 2 + 1
            )
            assert found["read_only"] is False
        rows = server.get("/api/sessions", limit=50)["sessions"]
        assert sorted(row["agent_session"]["id"] for row in rows) == [f"s-{number}" for number in range(4)]
        server.terminate()
        checked = server.command("verify")
        assert checked.returncode == 0, checked.stdout


def send(server: Served, session_id: str, key: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    body = json.dumps({"session_id": session_id, "message": "go on", "key": key})
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("POST", "/api/chat/start", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
    connection.close()
