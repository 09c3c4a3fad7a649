"""Several sessions on one stream: each is told from its own place, exactly once, however often the stream is cut."""

import random
from typing import Any

import pytest

from hermes_webui.engines.base import EngineEvent, TextDelta, TurnEnded
from tests.peers.hermes import Hermes, Stream, Told, said
from tests.web.test_streams_resume import Fold

PIECES = ("one ", "two 😀 ", "three ", "four ", "five ", "six ")


class Reader:
    """What the shared worker of a browser does: it comes back with the last id that it has of each session."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}
        self.told: dict[str, list[Told]] = {}

    def begin(self, session_id: str, cursor: str = "0") -> None:
        self.places[session_id] = cursor
        self.told[session_id] = []

    @property
    def query(self) -> list[str]:
        return [f"{session_id}@{cursor}" for session_id, cursor in self.places.items()]

    def take(self, told: list[Told]) -> None:
        for each in told:
            session_id = (each.data or {}).get("session_id")
            if session_id in self.places and each.id:
                self.places[session_id] = each.id
                self.told[session_id].append(each)


async def told_of(stream: Stream, session_id: str, kind: str) -> list[Told]:
    return await stream.until(lambda told: told.type == kind and (told.data or {}).get("session_id") == session_id)


@pytest.mark.parametrize("seed", range(6))
async def test_each_session_is_told_once_whenever_the_stream_is_made_anew(hermes: Hermes, seed: int):
    chance, session_id = random.Random(seed), ""
    reader = Reader()
    for turn in range(3):
        session_id = await hermes.new(engine="puppet")
        reader.begin(session_id)
        pieces: list[EngineEvent] = [TextDelta(each) for each in PIECES]
        run: dict[str, Any] = {}
        while pieces or run.get("state") != "ended":
            async with hermes.stream("/api/events", follow=reader.query) as stream:
                if not run:
                    run = await hermes.send(session_id, f"prompt {turn}")
                for _ in range(chance.randint(1, 3)):
                    if not pieces:
                        break
                    hermes.puppet.say(pieces.pop(0))
                    reader.take(await told_of(stream, session_id, "delta"))
                if chance.random() < 0.4:
                    other = chance.choice(list(reader.places))
                    await hermes.post("/api/session/rename", session_id=other, title=f"{turn} {len(pieces)}")
                    if chance.random() < 0.5:  # else it is told after the next connection
                        reader.take(await told_of(stream, other, "session.changed"))
                if not pieces:
                    hermes.puppet.say(TurnEnded())
                    reader.take(await told_of(stream, session_id, "run.finished"))
                    run["state"] = "ended"
    async with hermes.stream("/api/events", follow=reader.query) as stream:
        await hermes.post("/api/session/rename", session_id=session_id, title="the last word")
        reader.take(await told_of(stream, session_id, "session.changed"))
    for session_id, told in reader.told.items():
        revision = (await hermes.session(session_id))["revision"]
        assert [each["seq"] for each in Fold(told).events] == list(range(1, revision + 1))
        assert said(await hermes.session(session_id))[-1] == "".join(PIECES)


async def test_one_that_is_not_there_does_not_take_the_stream_from_the_others(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "hello", "hi")
    follow = [f"{session_id}@0", "0123456789ab@4", "..%2fetc@1"]
    async with hermes.stream("/api/events", follow=follow) as stream:
        told = await told_of(stream, session_id, "run.finished")
    assert [each.data["session_id"] for each in told if each.data and each.type == "reload"] == [
        "0123456789ab",
        "..%2fetc",
    ]


async def test_a_session_without_a_place_is_followed_from_now_on(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "hello", "hi")
    async with hermes.stream("/api/events", follow=[session_id]) as stream:
        assert (await stream.next()).type == "hello"  # type: ignore[union-attr]
        await hermes.post("/api/session/rename", session_id=session_id, title="Mine")
        told = await told_of(stream, session_id, "session.changed")
        assert [each.type for each in told if each.id] == ["session.changed"]


async def test_what_cannot_be_followed_is_refused(hermes: Hermes):
    for follow in (["a@x"], ["a@1", "a@2"], [f"s{number}" for number in range(101)]):
        reply = await hermes.client.get("/api/events", params={"follow": follow})
        assert reply.status_code == 400, follow


async def test_the_number_of_streams_is_known(hermes: Hermes):
    async with hermes.page_stream(), hermes.page_stream():
        assert (await hermes.get("/health"))["streams"] == 2
    await hermes.settled(lambda: not hermes.services.hub.subscriptions)
