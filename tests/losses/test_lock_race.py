"""Loss 14: a read repairs a live turn, two writers interleave, a check and its act are apart.

Here one process owns a directory, one writer a session, and reads never write.
"""

import asyncio

from hermes_webui.store.verify import verify
from tests.peers.inprocess import first, running
from tests.peers.served import Served
from tests.store.fixtures import SID, document, messages, store_in, tree, write


async def test_no_get_changes_a_file_while_a_run_is_open_or_after(tmp_path):
    write(tmp_path / "sessions", document(messages(4)))
    async with running(tmp_path) as app:
        session_id = await app.new()
        async with app.stream("/api/events", session_id=session_id) as events:
            started = await app.start(session_id, "?")
            app.engine.say("so far")
            await first(events, "delta")
            before = tree(tmp_path)
            queries = {"session_id": session_id, "stream_id": started["stream_id"], "messages": "1", "msg_limit": "5"}
            schema = (await app.get("/api/openapi.json")).json
            for path, methods in schema["paths"].items():
                for wanted in (queries, {**queries, "session_id": SID, "messages": "0"}):
                    if "get" in methods and path not in {"/api/events", "/api/chat/stream"}:
                        assert (await app.get(path, **wanted)).status < 500
            async with app.stream("/api/events", session_id=SID, after="0") as other:
                await first(other, "hello")
            async with app.stream("/api/chat/stream", stream_id=started["stream_id"]) as other:
                await first(other, "token")
            assert tree(tmp_path) == before
        assert (await app.session(session_id))["is_streaming"] is True


async def test_prompts_that_come_at_once_are_each_there_once_in_one_line(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await asyncio.gather(*(app.start(session_id, f"prompt {n}", key=f"k{n}") for n in range(40)))
        assert sum(not each["queued"] for each in started) == 1
        for _ in started:
            app.engine.answer("yes")
        waiting = [each["stream_id"] for each in started]
        await asyncio.gather(*(app.ended(stream_id) for stream_id in waiting))
        found = await app.messages(session_id)
        prompts = [message["content"] for message in found if message["role"] == "user"]
        assert sorted(prompts) == sorted(f"prompt {n}" for n in range(40))
        assert [message["parent"] for message in found[1:]] == [message["id"] for message in found[:-1]]
    assert not list(verify(store_in(tmp_path / "sessions"), session_id))


async def test_commands_of_all_kinds_at_once_leave_a_log_without_a_fault(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        await app.turn(session_id, "one", "a")
        commands = []
        for number in range(30):
            commands.append(app.post("/api/session/rename", session_id=session_id, title=f"Title {number}"))
            commands.append(app.post("/api/session/pin", session_id=session_id, pinned=bool(number % 2)))
            commands.append(app.post("/api/session/draft", session_id=session_id, text=f"draft {number}"))
            commands.append(app.get("/api/session", session_id=session_id))
        replies = await asyncio.gather(*commands)
        assert {reply.status for reply in replies} == {200}
        revision = (await app.session(session_id))["revision"]
        assert app.log(session_id).count(b"\n") == revision
    assert not list(verify(store_in(tmp_path / "sessions"), session_id))


def test_a_second_server_on_the_same_directory_is_refused_and_changes_nothing(tmp_path):
    with Served(tmp_path / "state") as server:
        session_id = server.new()
        server.ended(server.start_run(session_id, "mine")["stream_id"])
        assert server.process is not None
        second = server.command("serve", "--port", "0")
        assert second.returncode == 2
        assert f"process {server.process.pid}" in second.stderr
        assert server.command("recover").returncode == 2
        assert server.session(session_id)["message_count"] >= 2


async def test_a_list_read_while_a_run_is_open_never_ends_it(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "?")
        for _ in range(20):
            await app.get("/api/session/status", session_id=session_id)
            await app.get("/api/sessions")
        app.engine.answer("still here")
        await app.ended(started["stream_id"])
        assert (await app.messages(session_id))[-1]["content"] == "still here"
