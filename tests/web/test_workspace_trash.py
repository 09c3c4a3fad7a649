"""The trash of the workspaces: told to the owner, put back, emptied by hand and by age."""

import asyncio
from pathlib import Path

import pytest

from hermes_webui.errors import SettingsError
from hermes_webui.runs.daily import DAY, Daily
from tests.peers.inprocess import InProcess, running
from tests.peers.manual_clock import ManualClock

DEADLINE = 20.0


async def deleted(server: InProcess, *names: str) -> Path:
    """A session in the default workspace, in which these files were deleted; the folder."""
    made = (await server.post("/api/session/new")).json["session"]["session_id"]
    for name in names:
        saved = await server.post("/api/workspace/save", session_id=made, path=name, text=name * 10, version=None)
        assert saved.status == 200, saved.body
        assert (await server.post("/api/workspace/trash", session_id=made, path=name)).status == 200
    return Path((await server.get("/api/workspace/roots")).json["default"])


async def told(server: InProcess) -> dict:
    reply = await server.get("/api/workspace/trash")
    assert reply.status == 200, reply.body
    return reply.json


async def test_the_owner_sees_it_and_puts_things_back(tmp_path):
    async with running(tmp_path, clock=ManualClock()) as server:
        assert await told(server) == {"entries": [], "more": 0, "size": 0, "days": 30}
        root = await deleted(server, "a.txt", "deep/b.txt")
        found = await told(server)
        assert {each["path"] for each in found["entries"]} == {"a.txt", "deep/b.txt"}
        assert found["size"] == sum(each["size"] for each in found["entries"]) == 150
        one = next(each for each in found["entries"] if each["path"] == "deep/b.txt")
        assert (one["root"], one["kind"]) == (str(root), "file")
        back = await server.post("/api/workspace/trash/restore", trash_id=one["trash_id"])
        assert (back.json["root"], back.json["path"], len(back.json["entries"])) == (str(root), "deep/b.txt", 1)
        assert (root / "deep" / "b.txt").read_text() == "deep/b.txt" * 10
        again = await server.post("/api/workspace/trash/restore", trash_id=one["trash_id"])
        assert again.status == 404
        left = await server.post("/api/workspace/trash/empty")
        assert left.json["entries"] == []
        assert (root / "deep" / "b.txt").exists()
        assert list((tmp_path / "workspace-trash").iterdir()) == []


async def test_what_lay_in_a_folder_that_is_gone_stays_in_the_trash(tmp_path):
    async with running(tmp_path) as server:
        root = await deleted(server, "a.txt")
        (one,) = (await told(server))["entries"]
        root.rename(tmp_path / "moved")
        refused = await server.post("/api/workspace/trash/restore", trash_id=one["trash_id"])
        assert refused.status == 403
        assert "stays in the trash" in refused.json["error"]["message"]
        assert [each["trash_id"] for each in (await told(server))["entries"]] == [one["trash_id"]]


@pytest.mark.parametrize("days", [30, 3])
async def test_what_is_old_goes_at_the_next_start(tmp_path, days):
    clock, tables = ManualClock("2026-11-20T08:00:00+01:00"), {"workspace": {"trash_days": days}}
    async with running(tmp_path, clock=clock, tables=tables) as server:
        root = await deleted(server, "a.txt")
        (root / "kept.txt").write_text("kept")
    clock.time += days * DAY - 1
    async with running(tmp_path, clock=clock, tables=tables) as server:
        await deleted(server, "b.txt")
        assert len((await told(server))["entries"]) == 2
    clock.time += 2
    async with running(tmp_path, clock=clock, tables=tables) as server:
        async with asyncio.timeout(DEADLINE):
            while len((await told(server))["entries"]) > 1:
                pass
        assert [each["path"] for each in (await told(server))["entries"]] == ["b.txt"]
        assert (root / "kept.txt").read_text() == "kept"


async def test_nothing_goes_by_age_where_the_owner_says_so(tmp_path):
    clock, tables = ManualClock(), {"workspace": {"trash_days": 0}}
    async with running(tmp_path, clock=clock, tables=tables) as server:
        await deleted(server, "a.txt")
    clock.time += 40_000 * DAY
    async with running(tmp_path, clock=clock, tables=tables) as server:
        server.app.state.services.workspaces.tidy()
        assert ((await told(server))["days"], len((await told(server))["entries"])) == (0, 1)


@pytest.mark.parametrize("days", [-1, 1.5, "30", True, 10**6])
async def test_a_number_of_days_that_is_none_stops_the_start(tmp_path, days):
    with pytest.raises(SettingsError, match="trash_days"):
        async with running(tmp_path, tables={"workspace": {"trash_days": days}}):
            pass


async def test_daily_work_is_done_at_the_start_and_once_a_day():
    done: asyncio.Queue[float] = asyncio.Queue()
    loop, clock = asyncio.get_running_loop(), ManualClock()
    began, pauses = clock.now(), []

    def work() -> None:
        loop.call_soon_threadsafe(done.put_nowait, clock.now())
        raise OSError  # which does not end it

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.time += 8 * 3600
        await asyncio.sleep(0)

    daily = Daily(work, clock.now, pause)
    times = [await asyncio.wait_for(done.get(), DEADLINE) for _ in range(3)]
    await daily.close()
    assert times == [began, began + DAY, began + 2 * DAY]
    assert len(pauses) >= 6
