"""Loss 5: the reply belongs to one connection, and a reload, a late tab or a slept laptop misses a part of it.

Here a run belongs to no connection. Every event has an id; who says the last id it has gets the rest, exactly.
"""

import pytest

from hermes_webui.engines.base import ReasoningDelta, ToolCallFinished, ToolCallStarted, TurnEnded
from tests.peers.inprocess import first, running
from tests.peers.sse import OpenMessage

SCRIPT = [
    ReasoningDelta("Let me 😀 think. "),
    "First ",
    "words. ",
    ToolCallStarted("c1", "calc", {"a": 1}),
    ToolCallFinished("c1", "ok", "42"),
    "The 𝔘 answer ",
    ReasoningDelta("(really?) "),
    "is 42.",
]


async def streamed(app, session_id, events, script):
    """Says the script piece by piece, each once the one before has arrived, so that each is an event of its own."""
    found = []
    for piece in script:
        app.engine.say(piece)
        kinds: dict[object, str] = {ToolCallStarted: "assistant", ToolCallFinished: "tool"}
        async for event in events:
            found.append(event)
            role = event.data.get("data", {}).get("message", {}).get("role")
            if event.data["type"] == "delta" or (role and role == kinds.get(type(piece))):
                break
    return found


async def test_a_run_goes_on_when_everybody_leaves(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "go on")
        async with app.stream("/api/events", session_id=session_id, after="0") as events:
            app.engine.say("the beginning ")
            await first(events, "delta")
        app.engine.say("and the end", TurnEnded())
        await app.ended(started["stream_id"])
        assert (await app.messages(session_id))[-1]["content"] == "the beginning and the end"


async def test_a_page_that_comes_back_with_any_id_misses_nothing_and_doubles_nothing(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        async with app.stream("/api/events", session_id=session_id) as events:
            await app.start(session_id, "tell me")
            await first(events, "run.started")
            told = await streamed(app, session_id, events, SCRIPT)
            ids = ["0", *(event.id for event in told if event.id)]
            while_open = [await page(app, session_id, told, after, open_until=told[-1].id) for after in ids]
            app.engine.say(TurnEnded())
            await first(events, "run.finished")
        final = (await app.messages(session_id))[-1]
        assert final["content"] == "The 𝔘 answer is 42."
        assert set(while_open) == {("The 𝔘 answer is 42.", "(really?) ")}
        for after in ids:
            assert await page(app, session_id, told, after) == ("The 𝔘 answer is 42.", "(really?) ")


async def page(app, session_id, told, after, open_until=""):
    """What a page that had everything up to `after` shows of the last reply once it has followed on from there."""
    shown = OpenMessage()
    for event in told if after != "0" else []:
        see(shown, event)
        if event.id == after:
            break
    async with app.stream("/api/events", session_id=session_id, after=after) as events:
        if after != open_until:
            async for event in events:
                see(shown, event)
                if event.data["type"] == "run.finished" or (open_until and event.id == open_until):
                    break
    assert shown.faults == []
    return shown.text["text"], shown.text["reasoning"]


def see(shown, event):
    data = event.data
    if data["type"] == "delta":
        shown.delta(data["offset"], data["kind"], data["text"])
    elif data["type"] == "message.added" and data["data"]["message"]["role"] == "assistant":
        body = data["data"]["message"]
        if not body.get("tool_calls"):
            shown.text = {"text": body["content"], "reasoning": body.get("reasoning", "")}
        else:
            shown.text = {"text": "", "reasoning": ""}
        shown.offset = 0


@pytest.mark.parametrize("cut", range(8))
async def test_a_client_of_one_run_that_comes_back_with_its_last_id_gets_exactly_the_rest(tmp_path, cut):
    async with running(tmp_path) as app:
        session_id = await app.new()
        started = await app.start(session_id, "tell me")
        text, last = "", ""
        async with app.stream("/api/chat/stream", stream_id=started["stream_id"]) as events:
            for number in range(cut):
                app.engine.say(f"{number}😀 ")
                event = await first(events, "token")
                text, last = text + event.data["text"], event.id
        app.engine.say("rest ", "end", TurnEnded())
        await app.ended(started["stream_id"])
        async with app.stream("/api/chat/stream", last, stream_id=started["stream_id"]) as events:
            async for event in events:
                text += event.data["text"] if event.name == "token" else ""
        assert text == "".join(f"{number}😀 " for number in range(cut)) + "rest end"


async def test_a_tab_that_comes_late_sees_the_open_message_from_its_beginning(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        async with app.stream("/api/events", session_id=session_id) as events:
            await app.start(session_id, "tell me")
            app.engine.say("so far")
            await first(events, "delta")
            late = await app.session(session_id)
            assert late["open"]["parts"] == [["text", "so far"]]
            async with app.stream("/api/events", session_id=session_id, after=late["cursor"]) as more:
                app.engine.say(", and more")
                event = await first(more, "delta")
                assert (event.data["offset"], event.data["text"]) == (len("so far"), ", and more")
