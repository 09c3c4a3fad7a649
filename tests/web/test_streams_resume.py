"""A reader that comes back with the last id it has gets exactly the rest, wherever and whenever it was cut off."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from hermes_webui.engines.base import (
    EngineEvent,
    ReasoningDelta,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEnded,
)
from tests.peers.hermes import Hermes, Stream, Told

#: What the puppet says in the first run; each event is seen by a reader before the next is said. A tool speaks while it
#: is at work, and characters outside the basic plane count as one.
FIRST: tuple[EngineEvent, ...] = (
    ReasoningDelta("let me "),
    ReasoningDelta("see 😀 "),
    TextDelta("Hel"),
    TextDelta("lo 😀 "),
    ReasoningDelta("hm "),
    TextDelta("there"),
    ToolCallStarted("c1", "calculator", {"expression": "1 + 1"}),
    TextDelta("while it "),
    TextDelta("works"),
    ToolCallFinished("c1", "ok", "2"),
    TextDelta(", it is"),
    TextDelta(" two"),
)
SECOND: tuple[EngineEvent, ...] = (TextDelta("and "), TextDelta("so on"))


class Fold:
    """What a page makes of its stream: the log's events, and the open message."""

    def __init__(self, told: Sequence[Told]) -> None:
        self.events: list[dict[str, Any]] = []
        self.open = ""
        for each in told:
            if each.data is not None:
                self._take(each.data)

    def _take(self, data: dict[str, Any]) -> None:
        if data["type"] == "delta":
            assert data["offset"] == len(self.open), "a piece is missing or comes twice"
            self.open += data["text"]
        elif "seq" in data:
            assert not self.events or data["seq"] == self.events[-1]["seq"] + 1, "an event is missing or comes twice"
            self.events.append(data)
            if data["type"] == "message.added" and data["data"]["message"]["role"] == "assistant":
                self.open = ""
        else:
            assert data["type"] in {"hello", "list", "store", "seen"}, data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fold) and (self.events, self.open) == (other.events, other.open)

    __hash__ = None  # type: ignore[assignment]


def of_run(told: Sequence[Told]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What a follower of one run makes of its stream: its text in the order it was said, and tools and ends in theirs.

    Text that is said while a tool is at work stands in the message after the tool's result, and is told again after it.
    """
    texts: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for each in told:
        data = each.data or {}
        if each.name not in {"token", "reasoning"}:
            others.append((each.name, str(data.get("tid", ""))))
        elif texts and texts[-1][0] == each.name:
            texts[-1] = (each.name, texts[-1][1] + data["text"])
        else:
            texts.append((each.name, data["text"]))
    return texts, others


class Recorded:
    """A session whose whole story has been followed: its page's stream, and those of its two runs."""

    def __init__(self, hermes: Hermes) -> None:
        self.hermes = hermes
        self.page: list[Told] = []
        self.runs: dict[str, list[Told]] = {}

    async def play(self) -> None:
        """The first run, a rename and a second prompt in the middle of it, and the second run."""
        self.session_id = await self.hermes.new(engine="puppet")
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            page = await enter(self.hermes.page_stream(self.session_id, after="0"))
            first = await self.hermes.send(self.session_id, "one")
            streams = {first["stream_id"]: await enter(self.hermes.run_stream(first["stream_id"]))}
            await self.say(page, *FIRST[:4])
            await self.hermes.post("/api/session/rename", session_id=self.session_id, title="Mine")
            second = await self.hermes.send(self.session_id, "two")
            streams[second["stream_id"]] = await enter(self.hermes.run_stream(second["stream_id"]))
            await self.say(page, *FIRST[4:9])
            self.readers = await self.come_back(stack, streams)
            await self.say(page, *FIRST[9:], TurnEnded(), *SECOND, TurnEnded())
            self.page += await page.until(lambda told: is_end(told, second["stream_id"]))
            for run_id, stream in streams.items():
                self.runs[run_id] = self.runs.get(run_id, []) + await stream.all()
            await self.judge_live()

    async def say(self, page: Stream, *events: EngineEvent) -> None:
        for event in events:
            self.hermes.puppet.say(event)
            if not isinstance(event, TurnEnded):
                self.page += await page.until(lambda told: told.type in {"delta", "message.added"} and is_reply(told))

    async def come_back(self, stack: AsyncExitStack, streams: dict[str, Stream]) -> list[tuple[str, str, Stream]]:
        """Readers that begin in the middle of the first run, one after each id that the page has been told so far."""
        readers = []
        for cursor in ids(self.page):
            by_query = self.hermes.page_stream(self.session_id, after=cursor)
            by_header = self.hermes.page_stream(self.session_id, last=cursor, after="0")
            readers += [("page", cursor, await stack.enter_async_context(each)) for each in (by_query, by_header)]
        run_id, stream = next(iter(streams.items()))
        length = sum(len(each.text) for each in FIRST[7:9] if isinstance(each, TextDelta))
        told: list[Told] = await stream.until(lambda told: told.id.endswith(f".{length}") and told.name == "token")
        self.runs[run_id] = told
        for cursor in ids(told):
            late = self.hermes.run_stream(run_id, after=cursor)
            readers.append((run_id, cursor, await stack.enter_async_context(late)))
        return readers

    async def judge_live(self) -> None:
        end = list(self.runs)[-1]
        for what, cursor, stream in self.readers:
            if what == "page":
                rest = await stream.until(lambda told: is_end(told, end))
                assert Fold([*upto(self.page, cursor), *rest]) == Fold(self.page), cursor
            else:
                self.judge_run(what, cursor, await stream.all())

    def judge_run(self, run_id: str, cursor: str, rest: list[Told]) -> None:
        whole = self.runs[run_id]
        before = upto(whole, cursor)
        told = of_run([*before, *rest])
        if before == whole:  # the end was told; it is told again, so that its client does not come back for ever
            told[1].pop()
        assert told == of_run(whole), cursor

    async def judge_all(self) -> None:
        """Every id that there was, once more, now that all has ended."""
        async with AsyncExitStack() as stack:
            readers = []
            for cursor in ids(self.page):
                late = self.hermes.page_stream(self.session_id, after=cursor)
                readers.append((cursor, await stack.enter_async_context(late)))
            title = f"marker {self.hermes.port}"
            await self.hermes.post("/api/session/rename", session_id=self.session_id, title=title)
            for cursor, stream in readers:
                rest = await stream.until(lambda told: is_title(told, title))
                self_told = Fold([*upto(self.page, cursor), *rest])
                assert self_told.events[: len(Fold(self.page).events)] == Fold(self.page).events, cursor
                assert self_told.open == "", cursor
        for run_id, whole in self.runs.items():
            for cursor in ids(whole):
                async with self.hermes.run_stream(run_id, last=cursor) as again:
                    self.judge_run(run_id, cursor, await again.all())
            async with self.hermes.run_stream(run_id) as anew:
                assert of_run(await anew.all()) == of_run(whole)


def is_end(told: Told, run_id: str) -> bool:
    return told.type == "run.finished" and (told.data or {})["data"]["run_id"] == run_id


def is_reply(told: Told) -> bool:
    data = told.data or {}
    return data["type"] == "delta" or data["data"]["message"]["role"] != "user"


def is_title(told: Told, title: str) -> bool:
    return told.type == "session.changed" and (told.data or {})["data"]["fields"].get("title") == title


def ids(told: Sequence[Told]) -> list[str]:
    return list(dict.fromkeys(each.id for each in told if each.id))


def upto(told: Sequence[Told], cursor: str) -> list[Told]:
    """What a reader has that was told up to the last event with this id."""
    last = max(place for place, each in enumerate(told) if each.id == cursor)
    return list(told[: last + 1])


@pytest.fixture
async def recorded(hermes: Hermes) -> Recorded:
    found = Recorded(hermes)
    await found.play()
    return found


async def test_the_rest_after_every_id_is_exactly_the_rest_live_later_and_after_a_restart(recorded: Recorded):
    assert len(ids(recorded.page)) >= 20
    first, second = recorded.runs.values()
    thoughts = [("reasoning", "let me see 😀 "), ("token", "Hello 😀 "), ("reasoning", "hm ")]
    text = ("token", "therewhile it works, it is two")
    ends = [("done", ""), ("stream_end", "")]
    assert of_run(first) == ([*thoughts, text], [("tool", "c1"), ("tool_complete", "c1"), *ends])
    assert of_run(second) == ([("token", "and so on")], ends)
    await recorded.judge_all()
    await recorded.hermes.restart()
    await recorded.judge_all()
    assert await recorded.hermes.session(recorded.session_id, msg_limit=500)


async def test_a_page_that_loads_in_the_middle_of_a_reply_goes_on_from_there(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    async with hermes.run_stream(run["stream_id"]) as stream:
        hermes.puppet.say(ReasoningDelta("hm 😀"), TextDelta("one "))
        await stream.until("token")
    session = await hermes.session(session_id)
    assert session["open"] == {
        "run_id": run["stream_id"],
        "engine": "puppet",
        "parts": [["reasoning", "hm 😀"], ["text", "one "]],
        "offset": 8,
        "outputs": {},
        "notices": [],
    }
    assert session["cursor"] == f"{session['revision']}.8"
    async with hermes.page_stream(session_id, after=session["cursor"]) as page:
        hermes.puppet.say(TextDelta("two"), TurnEnded())
        told = await page.until("run.finished")
    deltas = [each.data for each in told if each.type == "delta"]
    assert [(each["offset"], each["text"], each["kind"]) for each in deltas if each] == [(8, "two", "text")]
    added = next(each.data for each in told if each.type == "message.added")
    assert added is not None
    assert added["data"]["message"]["content"] == "one two"


async def test_a_demo_run_is_told_again_from_every_id(hermes: Hermes):
    session_id = await hermes.new(engine="demo")
    run = await hermes.send(session_id, "a table please")
    whole = await hermes.ended(run["stream_id"])
    session = await hermes.session(session_id)
    texts = "".join(each.data["text"] for each in whole if each.data and each.name == "token")
    assert texts == "".join(m["content"] for m in session["messages"] if m["role"] == "assistant")
    assert [each.name for each in whole if each.name.startswith("tool")] == ["tool", "tool_complete"]
    for cursor in ids(whole)[:-1]:
        async with hermes.run_stream(run["stream_id"], after=cursor) as stream:
            assert of_run([*upto(whole, cursor), *await stream.all()]) == of_run(whole)


async def test_a_reader_cut_off_in_the_middle_of_an_event_loses_nothing(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    async with hermes.page_stream(session_id, after="0") as page:
        run = await hermes.send(session_id, "hello")
        hermes.puppet.say(TextDelta("one "))
        told = await page.until("delta")
    hermes.puppet.say(TextDelta("two "))
    await hermes.settled(lambda: live_length(hermes, session_id) == 8)
    async with hermes.page_stream(session_id, after=told[-1].id) as page:
        hermes.puppet.say(TextDelta("three"), TurnEnded())
        rest = await page.until("run.finished")
    assert Fold([*told, *rest]).open == ""
    deltas = [each.data["text"] for each in (*told, *rest) if each.data and each.type == "delta"]
    assert "".join(deltas) == "one two three"
    assert run["stream_id"]


def live_length(hermes: Hermes, session_id: str) -> int:
    live = hermes.services.supervisor.live(session_id)
    return live.reply.length if live is not None else 0


async def test_a_cursor_from_the_future_is_told_to_load_again(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "hi")
    for cursor in ("999", "999.5", f"{session['revision']}.999"):
        async with hermes.page_stream(session_id, after=cursor) as page:
            told = await page.next()
            assert told is not None
            assert told.data == {"type": "reload", "session_id": session_id}


async def test_readers_that_come_and_go_all_the_time_end_with_the_same(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")

    async def restless() -> Fold:
        told: list[Told] = []
        cursor = "0"
        while not told or told[-1].type != "run.finished":
            async with hermes.page_stream(session_id, after=cursor) as page:
                while (each := await page.next()) is not None:
                    told.append(each)
                    if each.id:
                        cursor = each.id
                        break
        return Fold(told)

    readers = [asyncio.create_task(restless()) for _ in range(8)]
    async with hermes.run_stream(run["stream_id"]) as stream:
        for number in range(12):
            hermes.puppet.say(TextDelta(f"piece {number} "))
            await stream.until("token")
    hermes.puppet.say(TurnEnded())
    folds = await asyncio.gather(*readers)
    assert all(fold == folds[0] for fold in folds)
