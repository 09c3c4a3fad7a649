"""Loss 7: a conversation is "running" for ever, or seems idle while it runs.

Here the state of a run is folded from the log like all else, and a start of the server ends every open run.
"""

import json

import pytest

from hermes_webui.errors import EngineFailure
from hermes_webui.store import index as index_file
from tests.peers.inprocess import first, running
from tests.peers.served import Served
from tests.store.fixtures import SID, begin, document, messages, recover, store_in, write


async def standing(app, session_id, stream_id):
    """The three answers to "does it run?", which must agree."""
    status = (await app.get("/api/session/status", session_id=session_id)).json
    row = next(each for each in await app.listed() if each["session_id"] == session_id)
    run = (await app.get("/api/chat/stream/status", stream_id=stream_id)).json
    assert status["is_streaming"] is row["is_streaming"] is run["active"]
    assert status["active_stream_id"] == row["active_stream_id"]
    return status["is_streaming"], run["state"]


@pytest.mark.parametrize(
    ("end", "state"),
    [
        ("answer", "done"),
        (EngineFailure("auth", "No key."), "failed"),
        (ValueError("fault"), "failed"),
        ("stop", "cancelled"),
    ],
)
async def test_a_run_is_running_until_its_end_is_on_disk_and_idle_from_then_on(tmp_path, end, state):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "?")
        assert await standing(app, session_id, started["stream_id"]) == (True, "running")
        async with app.stream("/api/events", session_id=session_id, after="0") as events:
            if end == "answer":
                app.engine.answer("x")
            elif end == "stop":
                await app.post("/api/chat/cancel", stream_id=started["stream_id"])
            else:
                app.engine.say(end)
            finished = await first(events, "run.finished")
            assert finished.data["data"]["state"] == state
            assert await standing(app, session_id, started["stream_id"]) == (False, state)


def test_a_run_that_a_killed_server_left_open_is_interrupted_after_the_next_start(tmp_path):
    with Served(tmp_path / "state", pace=0.05) as server:
        session_id = server.new()
        started = server.start_run(session_id, "slow")
        server.kill()
        server.start()
        status = server.get("/api/session/status", session_id=session_id)
        assert (status["is_streaming"], status["last_run"]["state"]) == (False, "interrupted")
        assert server.get("/api/chat/stream/status", stream_id=started["stream_id"])["active"] is False
        assert [event.name for event in server.ended(started["stream_id"])][-2:] == ["apperror", "stream_end"]


def test_a_list_on_disk_that_says_running_is_not_believed(tmp_path):
    from hermes_webui.chat import decide

    store = store_in(tmp_path)
    session = begin(store)
    prompt = decide.Prompt({"role": "user", "content": "?", "timestamp": 1.0}, f"{SID}~1")
    session.append(decide.start(session.head, 1.0, prompt), 1.0)
    session.close()
    listed = recover(store, close_runs=False).index
    index_file.write(listed, store.root / "_index.json", store.disk)
    assert json.loads((store.root / "_index.json").read_bytes())[0]["is_streaming"] is True
    assert [row.summary.is_streaming for row in recover(store).index] == [False]


async def test_a_stream_that_hermes_webui_left_open_is_closed(tmp_path):
    write(tmp_path / "sessions", document(messages(2), active_stream_id="f" * 32))
    async with running(tmp_path) as app:
        found = await app.session(SID)
        assert (found["is_streaming"], found["last_run"]["state"]) == (False, "interrupted")
        await app.turn(SID, "go on", "yes")
