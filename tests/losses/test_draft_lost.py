"""Loss 13: what stood in the composer, a queued message or an attachment is lost on a switch, reload or failed send.

Here the server's side: drafts and queued prompts are on disk when their request is answered, and stay until they are
sent or taken back on purpose.
"""

import pytest

from hermes_webui.errors import EngineFailure
from tests.peers.faulty_disk import FullDisk
from tests.peers.inprocess import running
from tests.peers.served import Served


def test_a_draft_and_a_queued_prompt_survive_kill_9(tmp_path):
    with Served(tmp_path / "state", pace=0.05) as server:
        session_id = server.new()
        server.start_run(session_id, "slow")
        server.start_run(session_id, "queued", attachments=[{"name": "plan.pdf", "path": "/tmp/plan.pdf"}])
        server.post("/api/session/draft", session_id=session_id, text="half a thought 😀")
        server.kill()
        server.start(pace=0)
        found = server.session(session_id)
        assert found["draft"]["text"] == "half a thought 😀"
        assert [item["content"] for item in found["queue"]] == ["queued"]
        assert found["queue_held"] is True
        started = server.post("/api/chat/resume", session_id=session_id)
        server.ended(started["stream_id"])
        sent = [message for message in server.session(session_id)["messages"] if message["role"] == "user"][-1]
        assert sent["content"] == "queued"
        assert sent["attachments"] == [{"name": "plan.pdf", "path": "/tmp/plan.pdf"}]


async def test_a_draft_of_a_conversation_that_has_no_message_yet_puts_it_on_disk(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new(title="Plans")
        await app.post("/api/session/draft", session_id=session_id, text="first words")
    async with running(tmp_path) as app:
        found = await app.session(session_id)
        assert (found["draft"]["text"], found["title"]) == ("first words", "Plans")


async def test_two_tabs_do_not_overwrite_each_others_draft(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        await app.post("/api/session/draft", session_id=session_id, text="first tab", draft_revision=0)
        reply = await app.post("/api/session/draft", session_id=session_id, text="second tab", draft_revision=0)
        assert reply.status == 409
        assert reply.json["error"]["draft"]["text"] == "first tab"
        assert (await app.session(session_id))["draft"]["text"] == "first tab"


async def test_a_send_that_fails_says_so_and_leaves_the_draft(tmp_path):
    disk = FullDisk()
    async with running(tmp_path, disk=disk) as app:
        session_id = await app.new()
        await app.post("/api/session/draft", session_id=session_id, text="precious")
        disk.full = True
        reply = await app.post("/api/chat/start", session_id=session_id, message="precious", key="k")
        assert (reply.status, reply.json["error"]["code"]) == (503, "disk_full")
        found = await app.session(session_id)
        assert (found["draft"]["text"], found["messages"]) == ("precious", [])
        disk.full = False
        await app.turn(session_id, "precious", "got it", key="k")
        assert [each["content"] for each in await app.messages(session_id)] == ["precious", "got it"]


@pytest.mark.parametrize("end", ["failed", "stopped server"])
async def test_queued_prompts_wait_for_the_user_after_a_turn_that_failed_or_was_interrupted(tmp_path, end):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "one")
        for number in (2, 3):
            await app.start(session_id, f"queued {number}")
        if end == "failed":
            app.engine.say(EngineFailure("auth", "No key."))
            await app.ended(started["stream_id"])
    async with running(tmp_path) as app:
        found = await app.session(session_id)
        assert [item["content"] for item in found["queue"]] == ["queued 2", "queued 3"]
        assert found["queue_held"] is True
        app.engine.answer("a")
        app.engine.answer("b")
        for item in found["queue"]:
            await app.post("/api/chat/resume", session_id=session_id)
            await app.ended(item["run_id"])
        prompts = [each["content"] for each in await app.messages(session_id) if each["role"] == "user"]
        assert prompts == ["one", "queued 2", "queued 3"]


async def test_a_queued_prompt_is_still_there_when_its_deleted_conversation_is_restored(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "one")
        await app.start(session_id, "queued")
        app.engine.say(EngineFailure("auth", "No key."))
        await app.ended(started["stream_id"])
        await app.post("/api/session/delete", session_id=session_id)
        await app.post("/api/session/restore", session_id=session_id)
        assert [item["content"] for item in (await app.session(session_id))["queue"]] == ["queued"]
