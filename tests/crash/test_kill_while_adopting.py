"""kill -9 while hermes-webui's sessions are taken over: each is there whole, with what was acknowledged."""

import random

from tests.peers.served import Served, Subscriber
from tests.store.fixtures import document, messages, tree, write

SESSIONS = [f"feed{number:08}" for number in range(6)]


def test_sessions_of_hermes_webui_survive_kill_9_at_their_first_turns(tmp_path):
    root = tmp_path / "state" / "sessions"
    for session_id in SESSIONS:
        write(root, document(messages(400, x_own="kept"), session_id, share_token="s"))
    before = tree(root)
    chance = random.Random(7)
    with Served(tmp_path / "state", pace=0.001) as server:
        assert {name: data for name, data in tree(root).items() if name in before} == before
        for session_id in SESSIONS:
            server.start_run(session_id, "go on")
            page = Subscriber(server, "/api/events", session_id=session_id, after="0")
            page.seen(chance.randint(0, 30))
            server.kill()
            server.start()
            found = server.session(session_id)["messages"]
            assert [each["content"] for each in found[:400]] == [f"text {number}" for number in range(400)]
            assert [each["content"] for each in found[400:] if each["role"] == "user"] == ["go on"]
            assert {each["x_own"] for each in found[:400]} == {"kept"}
        listed = server.get("/api/sessions", limit=50)["sessions"]
        assert {row["session_id"] for row in listed} == set(SESSIONS)
        server.terminate()
        checked = server.command("verify")
        assert checked.returncode == 0, checked.stdout
