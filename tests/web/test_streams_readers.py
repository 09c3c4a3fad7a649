"""Many readers, slow ones, ones that leave, and the end of the server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from hermes_webui.engines.base import Notice, TextDelta, TurnEnded
from hermes_webui.streams.hub import Hub, Limits
from hermes_webui.streams.sse import HEARTBEAT, EventStream
from tests.peers.hermes import Hermes, Told


async def nothing() -> AsyncIterator[bytes]:
    for chunk in list[bytes]():
        yield chunk


async def test_a_page_is_greeted_with_what_it_must_know(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "hi")
    await hermes.restart()
    async with hermes.stream("/api/events", session_id=session_id) as page:
        hello = await page.next()
    assert hello is not None
    assert hello.data == {
        "type": "hello",
        "boot": hermes.services.boot,
        "list_version": (await hermes.get("/api/sessions"))["list_version"],
        "version": (await hermes.get("/health"))["version"],
        "ui": hermes.services.ui,
        "writable": True,
        "revision": session["revision"],
    }
    boot = hermes.services.boot
    await hermes.restart()
    assert hermes.services.boot != boot


async def test_the_list_changes_in_every_tab(hermes: Hermes):
    session_id = await hermes.new()
    async with hermes.page_stream() as list_alone, hermes.page_stream(await hermes.new()) as elsewhere:
        session = await hermes.exchange(session_id, "hello", "hi")
        await hermes.post("/api/session/rename", session_id=session_id, title="Mine")
        await hermes.post("/api/session/delete", session_id=session_id)
        for page in (list_alone, elsewhere):
            told = await page.until(lambda told: "removed" in (told.data or {}))
            assert {each.type for each in told} == {"list", "seen"}
            rows = [each.data["session"] for each in told if each.data and "session" in each.data]
            assert rows[0]["session_id"] == session_id
            assert any(row["is_streaming"] for row in rows)
            assert [row["revision"] for row in rows] == sorted(row["revision"] for row in rows)
            assert rows[-1]["title"] == "Mine"
            of_the_page = {"messages", "tool_calls", "draft", "open", "cursor", "hidden", "asked", "plan", "agent"}
            of_the_page |= {"enabled_toolsets", "personality"}
            assert rows[-1].keys() >= {name for name in session if not name.startswith("_")} - of_the_page
            assert told[-1].data is not None
            assert told[-1].data["removed"] == session_id
            versions = [each.data["list_version"] for each in told if each.data]
            assert versions == sorted(versions)


async def test_nothing_of_one_session_reaches_the_stream_of_another(hermes: Hermes):
    mine, other = await hermes.new(engine="puppet"), await hermes.new(engine="puppet")
    async with hermes.page_stream(mine, after="0") as page:
        await hermes.exchange(other, "SECRET prompt", "SECRET answer")
        run = await hermes.send(mine, "my prompt")
        async with hermes.run_stream(run["stream_id"]) as stream:
            hermes.puppet.say(TextDelta("my answer"), Notice("my notice"))
            await stream.until("token")
            await hermes.send(other, "SECRET again")
            await hermes.settled(lambda: len(hermes.puppet.turns) == 3)
            hermes.puppet.say(TurnEnded(), TurnEnded())
            of_run = await stream.all()
        told = await page.until("run.finished")
    about = [each.data for each in told if each.data and each.type not in {"list", "seen"}]
    assert {each["session_id"] for each in about} == {mine}
    assert "SECRET" not in repr(about)
    assert "SECRET" not in repr(of_run)
    assert "my notice" in repr(about)
    assert "SECRET" not in repr([turn.messages for turn in hermes.puppet.turns if turn.session_id == mine])


async def test_every_reader_of_a_crowd_gets_everything(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        streams = [await enter(hermes.run_stream(run["stream_id"])) for _ in range(60)]
        for number in range(5):
            hermes.puppet.say(TextDelta(f"piece {number} "))
            await streams[0].until("token")
        hermes.puppet.say(TurnEnded())
        for stream in streams[1:]:
            told = await stream.until("stream_end")
            text = "".join(each.data["text"] for each in told if each.data and each.name == "token")
            assert text == "".join(f"piece {number} " for number in range(5))


async def test_a_run_that_waits_can_be_followed_until_it_is_taken_back(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    await hermes.send(session_id, "one")
    waiting = await hermes.send(session_id, "two")
    async with hermes.run_stream(waiting["stream_id"]) as stream:
        await hermes.post("/api/chat/cancel", stream_id=waiting["stream_id"])
        assert [each.name for each in await stream.all()] == ["cancel", "stream_end"]


async def test_the_stream_of_a_run_ends_with_it_and_nobody_is_forgotten(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    async with hermes.run_stream(run["stream_id"]) as early:
        hermes.puppet.say(TextDelta("hi"), TurnEnded())
        told = await early.all()
        assert [each.name for each in told] == ["token", "done", "stream_end"]
        assert all(each.id for each in told)
        done = told[1].data
        assert done is not None
        assert done["session"]["session_id"] == session_id
        assert not done["session"]["is_streaming"]
    await hermes.settled(lambda: not hermes.services.hub.subscriptions)


async def test_a_reader_that_leaves_is_forgotten(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    hub = hermes.services.hub
    async with AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(hermes.page_stream(session_id))
            await stack.enter_async_context(hermes.run_stream(run["stream_id"]))
            await stack.enter_async_context(hermes.page_stream())
        await hermes.settled(lambda: len(hub.subscriptions) == 15)
    await hermes.settled(lambda: not hub.subscriptions)
    assert not hub.follows("list")
    assert (await hermes.get("/api/session/status", session_id=session_id))["is_streaming"]


async def test_a_stream_in_which_nothing_happens_shows_signs_of_life(hermes: Hermes):
    hermes.services.hub.limits = Limits(heartbeat=0.001)
    async with hermes.page_stream(await hermes.new()) as page:
        assert [await page.any() for _ in range(3)] == [Told("", "", None)] * 3


async def test_a_server_that_stops_tells_every_reader_how_its_run_ended(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        pages = [await enter(hermes.page_stream(session_id)) for _ in range(5)]
        runs = [await enter(hermes.run_stream(run["stream_id"])) for _ in range(5)]
        hermes.puppet.say(TextDelta("so far"))
        await runs[0].until("token")
        stopping = asyncio.create_task(hermes.shut_down())
        for page in pages:
            end = (await page.until("run.finished"))[-1].data
            assert end is not None
            assert end["data"]["state"] == "interrupted"
            assert {each.type for each in await page.all()} <= {"list", "seen"}
        for stream in runs:
            told = await stream.all()
            assert [each.name for each in told][-2:] == ["apperror", "stream_end"]
            assert (told[-2].data or {})["code"] == "interrupted"
        await stopping
    await hermes.client.aclose()
    await hermes.start()
    session = await hermes.session(session_id)
    assert [message["content"] for message in session["messages"]] == ["hello", "so far"]
    assert session["messages"][1]["_partial"] is True
    assert session["messages"][1]["finish_reason"] == "interrupted"
    assert (session["is_streaming"], session["last_run"]["state"]) == (False, "interrupted")


def reaches(length: int) -> Callable[[Told], bool]:
    """Whether an event is the one that ends at this position."""
    return lambda told: told.id.endswith(f".{length}")


async def test_a_slow_reader_is_cut_off_and_resumes_with_exactly_the_rest(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    hub = hermes.services.hub
    hub.limits = Limits(bytes=2 << 20)
    said: list[str] = []
    async with hermes.run_stream(run["stream_id"]) as slow, hermes.run_stream(run["stream_id"]) as quick:
        while len(hub.subscriptions) == 2:  # until the sockets' buffers are full, and then what the hub keeps
            said.append(f"{len(said):08}" * (1 << 17))
            hermes.puppet.say(TextDelta(said[-1]))
            length = len("".join(said))
            await quick.until(reaches(length))
            assert len(said) < 100
        told = await slow.all()
        assert hub.subscriptions
        hermes.puppet.say(TurnEnded())
        assert [each.name for each in await quick.all()] == ["done", "stream_end"]
    async with hermes.run_stream(run["stream_id"], last=told[-1].id) as again:
        rest = await again.all()
    text = "".join(each.data["text"] for each in (*told, *rest) if each.data and each.name == "token")
    assert 0 < len(told) < len(said)
    assert text == "".join(said)
    assert [each.name for each in rest][-2:] == ["done", "stream_end"]


async def test_a_reader_that_is_cut_off_while_it_waits_for_its_client_ends_at_once():
    hub = Hub(Limits(frames=4))
    stuck = hub.subscribe("topic")
    taken: list[bytes] = []
    blocked = asyncio.Event()

    async def send(message):
        if message["type"] == "http.response.body":
            taken.append(message["body"])
            if message["body"]:
                blocked.set()
                await asyncio.Event().wait()

    serving = asyncio.create_task(EventStream(stuck, nothing())({}, forever, send))
    hub.publish("topic", b"first")
    await blocked.wait()
    reader = hub.subscribe("topic")
    for number in range(6):
        hub.publish("topic", b"%d" % number)
        assert await reader.next() == b"%d" % number
    await serving
    assert stuck.cut
    assert taken == [b"first"]
    assert hub.subscriptions == {reader}
    hub.close()


async def forever():
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}


async def test_what_was_pending_at_the_end_still_comes_to_everybody():
    hub = Hub()
    readers = [hub.subscribe("topic") for _ in range(3)]
    hub.publish("topic", b"the end")
    hub.close()
    assert [await reader.next() for reader in readers] == [b"the end"] * 3
    assert [await reader.next() for reader in readers] == [None] * 3
    late = hub.subscribe("topic")
    assert await late.next() is None
    assert not hub.subscriptions


async def test_the_end_of_a_topic_ends_its_readers_alone():
    hub = Hub()
    one, two = hub.subscribe("one"), hub.subscribe("two")
    hub.publish("one", b"last")
    hub.end("one")
    assert (await one.next(), await one.next()) == (b"last", None)
    hub.publish("two", b"more")
    assert await two.next() == b"more"
    hub.end("nobody")
    hub.close()


async def test_a_sign_of_life_is_not_shown_where_something_was_heard():
    hub = Hub(Limits(heartbeat=1e6))
    reader = hub.subscribe("topic")
    hub.publish("topic", b"x")
    assert await reader.next() == b"x"
    reader.beat()
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    reader.beat()
    assert await waiting == b""
    assert HEARTBEAT.startswith(b":")
    hub.close()
