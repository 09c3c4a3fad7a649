"""Loss 3: a prompt that was sent lives only in memory or a pending field, and dies with a restart, a stop or an error.

Here it is in the log, synced, before the request is answered, once for each key that its client made.
"""

import os

import pytest

from hermes_webui.errors import EngineFailure
from hermes_webui.store.files import Disk
from tests.peers.inprocess import running
from tests.peers.scripted_engine import said
from tests.peers.served import Served


class WatchingDisk(Disk):
    """Knows how much of each file has been synced."""

    def __init__(self):
        self.synced = {}

    def sync(self, fd):
        super().sync(fd)
        status = os.fstat(fd)
        self.synced[status.st_ino] = status.st_size


async def test_when_a_prompt_is_acknowledged_its_line_has_been_synced(tmp_path):
    disk = WatchingDisk()
    async with running(tmp_path, disk=disk) as app:
        session_id = await app.new()
        for number in range(3):
            await app.start(session_id, f"prompt {number}")
            status = app.opened.store.log_path(session_id).stat()
            assert disk.synced[status.st_ino] == status.st_size
            assert f"prompt {number}".encode() in app.log(session_id)


def test_a_prompt_survives_kill_9_right_after_its_acknowledgement(tmp_path):
    with Served(tmp_path / "state", pace=0.05) as server:
        session_id = server.new()
        server.start_run(session_id, "do not lose me")
        server.kill()
        server.start()
        found = server.session(session_id)["messages"]
        assert [message["content"] for message in found if message["role"] == "user"] == ["do not lose me"]


@pytest.mark.parametrize("failure", [EngineFailure("auth", "No key."), RuntimeError("a fault in the engine")])
async def test_a_prompt_survives_an_engine_that_fails(tmp_path, failure):
    async with running(tmp_path) as app:
        session_id = await app.new()
        app.engine.say(failure)
        await app.ended((await app.start(session_id, "kept"))["stream_id"])
        found = await app.messages(session_id)
        assert found[0]["content"] == "kept"
        assert found[-1]["_error"] is True


async def test_a_prompt_survives_being_stopped_and_a_stopped_server(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "stopped")
        await app.post("/api/chat/cancel", stream_id=started["stream_id"])
        await app.start(session_id, "server stops")
    async with running(tmp_path) as app:
        prompts = [text for role, text in said(await app.messages(session_id)) if role == "user"]
        assert prompts == ["stopped", "server stops"]


async def test_the_same_key_is_one_prompt_however_often_it_is_sent_also_after_a_restart(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "once", key="k1")
        queued = await app.start(session_id, "queued", key="k2")
        assert {**await app.start(session_id, "once", key="k1"), "revision": 0} == {**started, "revision": 0}
        assert {**await app.start(session_id, "queued", key="k2"), "revision": 0} == {**queued, "revision": 0}
    async with running(tmp_path) as app:
        again = await app.start(session_id, "once", key="k1")
        assert again["message_id"] == started["message_id"]
        found = await app.session(session_id)
        assert [text for role, text in said(found["messages"]) if role == "user"] == ["once"]
        assert [item["content"] for item in found["queue"]] == ["queued"]
