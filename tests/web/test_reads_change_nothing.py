"""A GET changes nothing on disk: not a byte, not a time, whatever condition a session is in."""

import json

from hermes_webui.engines.base import TextDelta, ToolCallStarted, TurnEnded
from hermes_webui.errors import EngineFailure
from tests.peers.hermes import Hermes, contents


async def made(hermes: Hermes) -> list[str]:
    """Sessions in every condition that survives a restart."""
    found = []

    async def session(*events, **body) -> str:
        session_id = await hermes.new(engine="puppet")
        found.append(session_id)
        hermes.puppet.say(*(events or (TextDelta("hi"), TurnEnded())))
        await hermes.talk(session_id, "hello")
        for path, fields in body.items():
            await hermes.post(f"/api/session/{path}", session_id=session_id, **fields)
        return session_id

    await session()
    await session(EngineFailure("auth", "No key."))
    await session(TextDelta("so f"), EngineFailure("connection_lost", "Cut."))
    await session(ToolCallStarted("c1", "tool", {}), EngineFailure("engine_died", "Gone."))
    await session(archive={})
    await session(pin={})
    await session(rename={"title": "Mine"}, draft={"text": "half"})
    await session(delete={})
    held = await hermes.new(engine="puppet")
    run = await hermes.send(held, "one")
    await hermes.send(held, "two")
    hermes.puppet.say(EngineFailure("auth", "No key."))
    await hermes.ended(run["stream_id"])
    drafted = await hermes.new()
    await hermes.post("/api/session/draft", session_id=drafted, text="half")
    return [*found, held, drafted]


def damaged(hermes: Hermes, session_id: str) -> None:
    log = hermes.sessions / "_log" / f"{session_id}.jsonl"
    lines = log.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b"hello", b"hallo")
    log.write_bytes(b"\n".join(lines))


async def test_no_get_changes_a_byte_or_a_time(hermes: Hermes):
    sessions = await made(hermes)
    await hermes.stop()
    damaged(hermes, sessions[0])
    old = {"session_id": "20240101_abc", "title": "Old", "messages": [{"role": "user", "content": "hi"}], "extra": 1}
    (hermes.sessions / "20240101_abc.json").write_text(json.dumps(old))
    (hermes.sessions / "broken.json").write_text('{"session_id": "broken", "mess')
    await hermes.start()
    running = await hermes.new(engine="puppet")
    run = await hermes.send(running, "hello")
    await hermes.send(running, "and then")
    async with hermes.run_stream(run["stream_id"]) as stream:
        hermes.puppet.say(TextDelta("so far"))
        await stream.until("token")
    sessions += ["20240101_abc", "broken", running, await hermes.new()]
    before = contents(hermes.settings.state)
    streams = set()
    for session_id in sessions:
        for path in ("/api/session", "/api/session/status"):
            reply = await hermes.client.get(path, params={"session_id": session_id})
            assert reply.status_code < 500 or session_id == "broken", (session_id, reply.text)
            session = reply.json().get("session", {})
            streams |= {message["run_id"] for message in session.get("messages", ()) if "run_id" in message}
            for message in session.get("messages", ()):
                query = {"session_id": session_id, "msg_before": message["id"], "msg_limit": 1}
                assert (await hermes.client.get("/api/session", params=query)).status_code == 200
        async with hermes.client.stream("GET", "/api/events", params={"session_id": session_id, "after": "0"}) as reply:
            assert reply.status_code in {200, 404} or session_id == "broken"
            await anext(reply.aiter_raw())
    for stream_id in sorted(streams):
        await hermes.get("/api/chat/stream/status", stream_id=stream_id)
        async with hermes.client.stream("GET", "/api/chat/stream", params={"stream_id": stream_id}) as reply:
            await anext(reply.aiter_raw())
    assert len(streams) >= 8
    for path in ("/health", "/api/sessions", "/api/sessions?archived=1", "/api/models", "/api/engines"):
        await hermes.get(path)
    for path in (
        "/",
        "/c/x",
        "/api/docs",
        "/api/openapi.json",
        "/static/nothing",
        "/manifest.webmanifest",
        "/favicon.ico",
    ):
        assert (await hermes.client.get(path)).status_code in {200, 404}
    document = await hermes.get("/api/openapi.json")
    for path in (path for path, methods in document["paths"].items() if "get" in methods):
        async with hermes.client.stream("GET", path) as reply:
            assert reply.status_code < 500
    assert contents(hermes.settings.state) == before
