"""What runs have used: by day and by who answered, each run once, whatever happens to the file that says so."""

import json
from pathlib import Path
from typing import Any

from hermes_webui.cli import main
from hermes_webui.engines.base import TurnEnded, Usage, UsageUpdated
from tests.peers.inprocess import InProcess, running
from tests.peers.manual_clock import ManualClock
from tests.peers.scripted_engine import ScriptedEngine

NOON = "2026-11-20T12:00:00+01:00"


async def turn(server: InProcess, session_id: str, usage: Usage, **more: Any) -> None:
    started = await server.start(session_id, "hello", engine="scripted", **more)
    server.engine.say("hi", UsageUpdated(usage), TurnEnded())
    await server.ended(started["stream_id"])


async def days(server: InProcess, count: int = 3, timezone: str = "Europe/Berlin") -> dict[str, Any]:
    while True:
        reply = await server.get("/api/usage", days=count, timezone=timezone)
        assert reply.status == 200, reply.body
        if reply.json["complete"]:
            return dict(reply.json)


def sums(day: dict[str, Any]) -> tuple[int, int, int, float, int]:
    return (day["runs"], day["input_tokens"], day["output_tokens"], day["cost"], day["unpriced"])


async def test_each_run_is_counted_on_its_day_and_for_who_answered(tmp_path):
    clock = ManualClock(NOON)
    async with running(tmp_path, clock=clock) as server:
        one = await server.new()
        await turn(server, one, Usage(100, 10, cost=0.1), model="m1", model_provider="p")
        await turn(server, one, Usage(200, 20, cost=0.2), model="m2", model_provider="p")
        clock.set("2026-11-21T12:00:00+01:00")
        await turn(server, await server.new(), Usage(5, 1), model="m1", model_provider="p")
        told = await days(server)
        assert [each["day"] for each in told["days"]] == ["2026-11-19", "2026-11-20", "2026-11-21"]
        assert [sums(each) for each in told["days"]] == [(0, 0, 0, 0, 0), (2, 300, 30, 0.3, 0), (1, 5, 1, 0, 1)]
        assert sums(told["total"]) == (3, 305, 31, 0.3, 1)
        by = [(each["engine"], each["provider"], each["model"], each["cost"]) for each in told["days"][1]["by"]]
        assert by == [("scripted", "p", "m2", 0.2), ("scripted", "p", "m1", 0.1)]


async def test_a_conversation_says_what_it_has_used(tmp_path):
    async with running(tmp_path) as server:
        session_id = await server.new()
        await turn(server, session_id, Usage(100, 10, cost=0.1))
        await turn(server, session_id, Usage(200, 20, cost=0.2))
        (row,) = await server.listed()
        assert (row["input_tokens"], row["output_tokens"], row["estimated_cost"]) == (300, 30, 0.3)
        await server.post("/api/session/new")
    async with running(tmp_path) as server:
        assert (await server.session(session_id))["estimated_cost"] == 0.3


async def test_a_day_is_that_of_the_reader(tmp_path):
    clock = ManualClock("2026-11-20T23:40:00+01:00")
    async with running(tmp_path, clock=clock) as server:
        await turn(server, await server.new(), Usage(7, 1, cost=0.5))
        for zone, day in (("Europe/Berlin", "2026-11-20"), ("Asia/Kolkata", "2026-11-21"), ("UTC", "2026-11-20")):
            told = await days(server, 1, zone)
            assert (told["days"][0]["day"], told["days"][0]["input_tokens"]) == (day, 7), zone


async def test_what_was_counted_is_the_same_after_a_restart_and_from_the_logs_alone(tmp_path):
    clock, engine = ManualClock(NOON), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        ids = [await server.new() for _ in range(3)]
        for number, session_id in enumerate(ids * 2):
            await turn(
                server, session_id, Usage(10 * number, number, cost=0.01 * number), model="m", model_provider="p"
            )
        await server.post("/api/session/delete", session_id=ids[0])
        counted = await days(server)
    kept = tmp_path / "sessions" / "_usage.jsonl"
    for spoil in (_leave, _drop, _tear, _double, _shuffle, _garble):
        spoil(kept)
        async with running(tmp_path, clock=clock, engine=engine) as server:
            assert await days(server) == counted, spoil.__name__


def _leave(_path: Path) -> None:
    pass


def _drop(path: Path) -> None:
    path.unlink()


def _tear(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _double(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


def _shuffle(path: Path) -> None:
    path.write_bytes(b"\n".join(reversed(path.read_bytes().splitlines())))


def _garble(path: Path) -> None:
    path.write_bytes(b"\xff\xfe{]\n" + path.read_bytes())


async def test_a_log_that_is_shorter_than_what_was_counted_is_counted_anew(tmp_path):
    clock, engine = ManualClock(NOON), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        session_id = await server.new()
        await turn(server, session_id, Usage(10, 1, cost=0.1))
        first = server.log(session_id)
        await turn(server, session_id, Usage(20, 2, cost=0.2))
        assert (await days(server))["total"]["runs"] == 2
        path = server.opened.store.log_path(session_id)
    path.write_bytes(first)
    for view in (tmp_path / "sessions").glob(f"{session_id}.json*"):
        view.unlink()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        assert sums((await days(server))["total"])[:3] == (1, 10, 1)


async def test_recover_counts_anew_from_the_logs(tmp_path, capsys):
    async with running(tmp_path, clock=ManualClock(NOON)) as server:
        await turn(server, await server.new(), Usage(10, 1, cost=0.1))
        await days(server)
    kept = tmp_path / "sessions" / "_usage.jsonl"
    kept.write_text('{"session":"x","start":0,"end":9,"runs":[[1,["a","b","c"],1,1,1]]}\n')
    assert main(["--state", str(tmp_path), "recover"]) == 0
    lines = [json.loads(line) for line in kept.read_text().splitlines() if line]
    assert [(len(line["runs"]), line["start"]) for line in lines] == [(1, 0)]
    capsys.readouterr()


async def test_what_is_no_zone_or_count_is_refused(tmp_path):
    async with running(tmp_path) as server:
        for query in ({"days": 0}, {"days": "x"}, {"timezone": "Nowhere"}, {"timezone": "../x"}):
            assert (await server.get("/api/usage", **query)).status == 400, query
        assert len((await server.get("/api/usage", days=1000)).json["days"]) == 400
