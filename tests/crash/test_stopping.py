"""A server that is asked to stop ends its runs as interrupted, keeps what they said, and goes."""

import time

from tests.peers.served import PATIENCE, Served, Subscriber


def test_sigterm_keeps_the_partial_and_the_exit_waits_for_nobody(tmp_path):
    with Served(tmp_path / "state", pace=0.02) as server:
        session_id = server.new()
        stream = server.start_run(session_id, "slow")["stream_id"]
        page = Subscriber(server, "/api/events", session_id=session_id, after="0")
        run = Subscriber(server, "/api/chat/stream", stream_id=stream)
        page.seen(12)
        began = time.monotonic()
        server.terminate()
        assert time.monotonic() - began < PATIENCE  # open streams do not hold it up
        got = "".join(event.data["text"] for event in page.over() if event.data["type"] == "delta")
        assert run.over()[-1].name == "stream_end"
        assert [event for event in page.received if event.data["type"] == "run.finished"]
        snapshot = (server.state / "sessions" / f"{session_id}.json").read_text()
        server.start()
        last = server.session(session_id)["messages"][-1]
        assert (last["_partial"], last["finish_reason"]) == (True, "interrupted")
        assert (last.get("reasoning") or "") + last["content"] == got
        assert last["id"] in snapshot
        assert server.session(session_id)["last_run"]["state"] == "interrupted"


def test_an_idle_server_with_open_pages_stops(tmp_path):
    with Served(tmp_path / "state") as server:
        pages = [Subscriber(server, "/api/events") for _ in range(3)]
        for page in pages:
            page.seen(1)
        server.terminate()
        assert [len(page.over()) for page in pages] == [1, 1, 1]
        assert server.command("verify").returncode == 0
