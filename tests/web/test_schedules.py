"""Prompts that are sent at a time: each once, whatever stops the server; what was missed is told, never hidden."""

import errno
from pathlib import Path
from typing import Any

import pytest

from hermes_webui.chat.run import WAITING
from hermes_webui.engines.base import InputRequest, Option, TurnEnded
from hermes_webui.errors import EngineFailure
from hermes_webui.store.files import Disk
from tests.peers.inprocess import InProcess, running
from tests.peers.manual_clock import ManualClock
from tests.peers.scripted_engine import ScriptedEngine, said

DAILY = {"kind": "daily", "at": "09:00"}
GIVEN: dict[str, Any] = {"name": "Morning", "prompt": "What is new?", "when": DAILY, "timezone": "Europe/Berlin"}


class NoNotes(Disk):
    """Conversations are written, `schedules.json` is not while `refusing`: as if the power went in between."""

    refusing = False

    def rename(self, source: Path, target: Path) -> None:
        if self.refusing and target.name == "schedules.json":
            raise OSError(errno.EIO, "gone")
        super().rename(source, target)


async def save(server: InProcess, **fields: Any) -> str:
    reply = await server.post("/api/schedules/save", **{**GIVEN, **fields})
    assert reply.status == 200, reply.body
    return str(reply.json["id"])


async def only(server: InProcess) -> dict[str, Any]:
    (found,) = (await server.get("/api/schedules")).json["schedules"]
    return dict(found)


async def over(server: InProcess) -> None:
    """The run of the newest conversation has ended."""
    row = (await server.listed())[0]
    if row["active_stream_id"]:
        await server.ended(row["active_stream_id"])


async def test_a_prompt_is_sent_when_it_is_due_and_is_a_conversation_with_its_date(tmp_path):
    clock = ManualClock("2026-11-20T08:00:00+01:00")
    async with running(tmp_path, clock=clock) as server:
        await save(server)
        await clock.advance("2026-11-20T08:59:59+01:00")
        assert await server.listed() == []
        assert (await only(server))["next_at"] == clock.now() + 1
        await clock.advance("2026-11-20T09:00:03+01:00")
        (row,) = await server.listed()
        assert row["title"] == "Morning · 2026-11-20 09:00"
        assert (await only(server))["last"]["state"] == "running"
        server.engine.answer("Nothing")
        await server.ended(row["active_stream_id"])
        assert said(await server.messages(row["session_id"])) == [("user", "What is new?"), ("assistant", "Nothing")]
        shown = await only(server)
        assert (shown["last"]["session_id"], shown["last"]["state"]) == (row["session_id"], "done")
        assert shown["next_at"] - shown["last"]["at"] == 24 * 3600
        document = (await server.get("/api/session/export", session_id=row["session_id"], format="json")).json
        assert (document["session_source"], document["source_label"]) == ("schedule", "Morning")


async def test_each_time_is_its_own_conversation_and_a_restart_between_changes_nothing(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await save(server)
        engine.answer("one")
        await clock.advance("2026-11-20T09:00:00+01:00")
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await clock.advance()
        assert len(await server.listed()) == 1
        engine.answer("two")
        await clock.advance("2026-11-21T09:00:00+01:00")
        assert len(await server.listed()) == 2
        await clock.advance("2026-11-21T09:00:30+01:00")
        assert len(await server.listed()) == 2
        assert (await only(server))["missed"] is None


async def test_a_crash_between_the_conversation_and_its_note_doubles_nothing(tmp_path):
    clock, engine, disk = ManualClock(), ScriptedEngine(), NoNotes()
    async with running(tmp_path, clock=clock, engine=engine, disk=disk) as server:
        await save(server)
        disk.refusing = True
        engine.answer("one")
        await clock.advance("2026-11-20T09:00:00+01:00")
        (row,) = await server.listed()
        assert (await only(server))["last"] is None
        await clock.advance("2026-11-20T09:00:05+01:00")
        assert len(await server.listed()) == 1
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await clock.advance()
        assert [each["session_id"] for each in await server.listed()] == [row["session_id"]]
        assert len(engine.turns) == 1
        shown = await only(server)
        assert (shown["last"]["session_id"], shown["missed"]) == (row["session_id"], None)
        await clock.advance("2026-11-20T10:00:00+01:00")
        assert len(await server.listed()) == 1


async def test_what_was_sent_and_deleted_for_good_is_not_sent_again(tmp_path):
    clock, engine, disk = ManualClock(), ScriptedEngine(), NoNotes()
    async with running(tmp_path, clock=clock, engine=engine, disk=disk) as server:
        await save(server)
        disk.refusing = True
        engine.answer("one")
        await clock.advance("2026-11-20T09:00:00+01:00")
        await over(server)
        (row,) = await server.listed()
        for what in ("delete", "purge"):
            assert (await server.post(f"/api/session/{what}", session_id=row["session_id"])).status == 200
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await clock.advance()
        assert await server.listed() == []
        assert len(engine.turns) == 1
        assert (await only(server))["last"]["state"] == "deleted"


async def test_a_crash_that_lasts_for_days_after_an_unnoted_one_counts_only_what_was_missed(tmp_path):
    clock, engine, disk = ManualClock(), ScriptedEngine(), NoNotes()
    async with running(tmp_path, clock=clock, engine=engine, disk=disk) as server:
        await save(server, makes_up=True)
        disk.refusing = True
        engine.answer("one")
        await clock.advance("2026-11-20T09:00:00+01:00")
    clock.set("2026-11-23T12:00:00+01:00")
    engine.answer("made up")
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await clock.advance()
        assert sorted(each["title"][-16:] for each in await server.listed()) == ["2026-11-20 09:00", "2026-11-23 09:00"]
        shown = await only(server)
        assert (shown["missed"]["away"], shown["last"]["why"]) == (3, "late")


@pytest.mark.parametrize(("makes_up", "sent"), [(True, ["2026-11-23 09:00"]), (False, [])])
async def test_what_was_missed_is_told_and_made_up_for_once_or_left(tmp_path, makes_up, sent):
    clock, engine = ManualClock(), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        schedule = await save(server, makes_up=makes_up)
    clock.set("2026-11-23T12:00:00+01:00")
    if makes_up:
        engine.answer("late")
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await clock.advance()
        await clock.advance("2026-11-23T12:30:00+01:00")
        assert [each["title"][-16:] for each in await server.listed()] == sent
        shown = await only(server)
        assert (shown["missed"]["away"], shown["missed"]["busy"], shown["missed"]["more"]) == (4, 0, False)
        assert shown["missed"]["first"] < shown["missed"]["last"] < clock.now() < shown["next_at"]
        reply = await server.post("/api/schedules/seen", id=schedule)
        assert reply.json["schedules"][0]["missed"] is None
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await clock.advance()
        assert len(await server.listed()) == len(sent)
        assert (await only(server))["missed"] is None


async def test_a_restart_that_crosses_the_time_sends_it_all_the_same(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await save(server)
    clock.set("2026-11-20T09:00:40+01:00")
    engine.answer("here")
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await clock.advance()
        assert len(await server.listed()) == 1
        assert ((await only(server))["missed"], (await only(server))["last"]["why"]) == (None, "due")


async def test_the_night_that_has_an_hour_twice_sends_one_prompt(tmp_path):
    clock, engine = ManualClock("2026-10-24T12:00:00+02:00"), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await save(server, when={"kind": "daily", "at": "02:30"})
        engine.answer("one")
        for moment in ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T04:00:00+01:00"):
            await clock.advance(moment)
        assert [each["title"] for each in await server.listed()] == ["Morning · 2026-10-25 02:30"]
        assert (await only(server))["missed"] is None


async def test_a_run_that_asks_waits_and_is_shown_and_does_not_hold_up_the_next(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()
    options = (Option("yes", "Yes", "allow_once"), Option("no", "No", "reject_once"))
    question = InputRequest("r1", "permission", "May I?", options)
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await save(server)
        engine.say(question, TurnEnded())
        await clock.advance("2026-11-20T09:00:00+01:00")
        (row,) = await server.listed()
        while not (await server.session(row["session_id"]))["asked"]:
            await clock.advance()
        assert (await only(server))["last"]["state"] == WAITING
        engine.answer("two")
        await clock.advance("2026-11-21T09:00:00+01:00")
        assert len(await server.listed()) == 2
        await server.post("/api/session/answer", session_id=row["session_id"], request_id="r1", choice="yes")
        assert (await only(server))["recent"][1]["state"] in {WAITING, "running"}


async def test_a_run_that_is_still_going_is_not_joined_by_a_second_one(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        await save(server, when={"kind": "interval", "minutes": 5})
        for minute in (5, 10, 15):
            await clock.advance(f"2026-11-20T08:{minute:02}:00+01:00")
        assert len(await server.listed()) == 1
        missed = (await only(server))["missed"]
        assert (missed["away"], missed["busy"]) == (0, 2)
        engine.answer("done")
        await over(server)
        engine.answer("again")
        await clock.advance("2026-11-20T08:20:00+01:00")
        assert len(await server.listed()) == 2


async def test_a_prompt_that_cannot_be_sent_says_why_and_the_next_one_is_tried(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        schedule = await save(server, engine="gone")
        await clock.advance("2026-11-20T09:00:00+01:00")
        last = (await only(server))["last"]
        assert (last["why"], last["state"], last["session_id"]) == ("failed", "failed", None)
        assert "gone" in last["message"]
        await save(server, id=schedule, engine="scripted")
        engine.say(EngineFailure("auth", "No key."))
        await clock.advance("2026-11-21T09:00:00+01:00")
        await over(server)
        assert (await only(server))["last"]["state"] == "failed"


async def test_a_full_disk_only_delays_what_is_due(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()

    class Full(Disk):
        full = False

        def write(self, fd: int, data: bytes | memoryview) -> int:
            if self.full:
                raise OSError(errno.ENOSPC, "full")
            return super().write(fd, data)

    disk = Full()
    async with running(tmp_path, clock=clock, engine=engine, disk=disk) as server:
        await save(server)
        disk.full = True
        await clock.advance("2026-11-20T09:00:00+01:00")
        assert await server.listed() == []
        disk.full = False
        engine.answer("late by a moment")
        await clock.advance("2026-11-20T09:00:10+01:00")
        assert len(await server.listed()) == 1
        assert (await only(server))["missed"] is None


async def test_by_hand_it_is_sent_at_once_and_twice_under_one_key_only_once(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        schedule = await save(server)
        engine.answer("now")
        first = await server.post("/api/schedules/run", id=schedule, key="k1")
        again = await server.post("/api/schedules/run", id=schedule, key="k1")
        assert first.json["session_id"] == again.json["session_id"]
        assert len(await server.listed()) == 1
        assert [each["why"] for each in (await only(server))["recent"]] == ["hand"]
        assert (await server.post("/api/schedules/run", id="none")).status == 404


async def test_a_schedule_that_is_off_misses_nothing_and_another_rule_begins_now(tmp_path):
    clock = ManualClock()
    async with running(tmp_path, clock=clock) as server:
        schedule = await save(server, enabled=False)
        await clock.advance("2026-11-22T12:00:00+01:00")
        assert (await only(server))["next_at"] is None
        await save(server, id=schedule)
        await clock.advance("2026-11-22T12:30:00+01:00")
        assert ((await only(server))["missed"], await server.listed()) == (None, [])
        await save(server, id=schedule, when={"kind": "daily", "at": "07:00"})
        await clock.advance()
        assert ((await only(server))["missed"], await server.listed()) == (None, [])
        await server.post("/api/schedules/delete", id=schedule)
        await clock.advance("2026-11-24T07:00:00+01:00")
        assert await server.listed() == []


async def test_what_a_run_answered_outlives_its_schedule_and_a_deleted_one_is_told(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        schedule = await save(server, when={"kind": "once", "at": "2026-11-20T09:00"})
        engine.answer("once")
        await clock.advance("2026-11-20T09:00:00+01:00")
        (row,) = await server.listed()
        await over(server)
        assert (await only(server))["next_at"] is None
        await server.post("/api/session/delete", session_id=row["session_id"])
        assert (await only(server))["last"]["state"] == "deleted"
        await clock.advance("2026-11-20T10:00:00+01:00")
        assert await server.listed() == []
        await server.post("/api/session/restore", session_id=row["session_id"])
        await server.post("/api/schedules/delete", id=schedule)
        assert len(await server.listed()) == 1


async def test_a_schedule_begins_with_its_profile_and_what_it_names_itself_goes_before(tmp_path):
    clock, engine = ManualClock(), ScriptedEngine()
    async with running(tmp_path, clock=clock, engine=engine) as server:
        one, other = tmp_path / "workspace" / "one", tmp_path / "workspace" / "other"
        one.mkdir(parents=True)
        other.mkdir()
        fields = {"engine": "scripted", "model": "m1", "workspace": str(one), "personality": "calm"}
        profile = (await server.post("/api/profiles/save", name="Agent", **fields)).json["id"]
        await save(server, profile=profile, workspace=str(other))
        engine.answer("begun")
        await clock.advance("2026-11-20T09:00:00+01:00")
        await over(server)
        (row,) = await server.listed()
        assert (row["workspace"], row["model"], row["profile"]) == (str(other.resolve()), "m1", "Agent")
        assert engine.turns[0].model == "m1"


async def test_what_is_no_schedule_is_refused_and_nothing_is_kept(tmp_path):
    clock = ManualClock()
    async with running(tmp_path, clock=clock) as server:
        for fields in (
            {"name": " "},
            {"prompt": ""},
            {"name": "x" * 101},
            {"timezone": "Nowhere"},
            {"when": {"kind": "daily", "at": "25:00"}},
            {"when": {"kind": "yearly"}},
            {"when": {"kind": "once", "at": "2026-11-20T07:00"}},
            {"when": {"kind": "cron", "cron": "* * *"}},
            {"model": "x" * 501},
        ):
            reply = await server.post("/api/schedules/save", **{**GIVEN, **fields})
            assert reply.status == 400, fields
        assert (await server.post("/api/schedules/save", **GIVEN, workspace="/etc")).status == 403
        assert (await server.post("/api/schedules/save", **GIVEN, id="none")).status == 404
        assert not (tmp_path / "schedules.json").exists()
        assert (await server.post("/api/schedules/times", when=DAILY, timezone="UTC")).json["times"][0] % 86400 == 32400


async def test_a_file_that_cannot_be_read_is_told_and_kept(tmp_path):
    (tmp_path / "schedules.json").write_text("{broken")
    async with running(tmp_path, clock=ManualClock()) as server:
        told = (await server.get("/api/schedules")).json
        assert (told["schedules"], "cannot be read" in told["problem"]) == ([], True)
        await save(server)
        assert (await server.get("/api/schedules")).json["problem"] == ""
        assert [each.read_text() for each in (tmp_path / "_quarantine").iterdir()] == ["{broken"]
