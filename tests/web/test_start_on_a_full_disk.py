"""A server that starts on a full disk shows what is there, and puts it right when there is room."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hermes_webui.engines.base import TextDelta
from hermes_webui.runs.upkeep import Upkeep
from tests.peers.faulty_disk import FullDisk
from tests.peers.hermes import Hermes, said

#: No time between two rounds.
AT_ONCE = 1e-9


@pytest.fixture
async def killed(tmp_path: Path) -> tuple[Path, str]:
    """A state directory as a killed server leaves it, with a run that is open, and the session's id."""
    async with Hermes(tmp_path / "running") as hermes:
        session_id = await hermes.new(engine="puppet", title="Harbour")
        run = await hermes.send(session_id, "hello")
        async with hermes.run_stream(run["stream_id"]) as stream:
            hermes.puppet.say(TextDelta("so far"))
            await stream.until("token")
        shutil.copytree(tmp_path / "running", tmp_path / "killed")
    return tmp_path / "killed", session_id


@pytest.fixture(params=["whole", "torn", "rewritten"])
async def full(killed: tuple[Path, str], request: pytest.FixtureRequest) -> AsyncIterator[tuple[Hermes, FullDisk, str]]:
    """A server that was started on it while the disk was full."""
    state, session_id = killed
    log = state / "sessions" / "_log" / f"{session_id}.jsonl"
    if request.param == "torn":
        log.write_bytes(log.read_bytes() + b'{"seq":99,"torn')
    elif request.param == "rewritten":
        shutil.copy(log, log.with_name("feed00000001.jsonl"))  # of another session, and damaged
        (state / "sessions" / f"{session_id}.json").write_text('{"title": "Theirs", "revision": 1, "messages": []}')
    disk = FullDisk()
    disk.full = True
    async with Hermes(state, disk=disk) as hermes:
        yield hermes, disk, session_id
        disk.full = False


async def test_an_open_run_is_listed_as_it_is_and_closed_with_the_next_prompt(full):
    hermes, disk, session_id = full
    rows = {row["session_id"]: row for row in (await hermes.get("/api/sessions"))["sessions"]}
    row = rows[session_id]
    assert (row["title"], row["damaged"], row["is_streaming"], row["message_count"]) == ("Harbour", False, True, 1)
    assert said(await hermes.session(session_id)) == ["hello"]
    refused = await hermes.post("/api/chat/start", 503, session_id=session_id, message="again", engine="puppet")
    assert refused["error"]["code"] == "disk_full"
    disk.full = False
    session = await hermes.exchange(session_id, "again", "yes")
    assert said(session) == ["hello", "so far", "again", "yes"]
    assert session["messages"][1]["_partial"] is True
    await hermes.restart()
    assert said(await hermes.session(session_id)) == ["hello", "so far", "again", "yes"]


async def test_an_open_run_is_closed_without_anybodys_asking_once_there_is_room(full):
    hermes, disk, session_id = full
    async with hermes.page_stream(session_id) as page:
        disk.full = False
        upkeep = Upkeep(hermes.services.desk, AT_ONCE)
        await page.until("reload")
        upkeep.close()
    session = await hermes.session(session_id)
    assert (session["last_run"]["state"], said(session)) == ("interrupted", ["hello", "so far"])


async def test_a_partial_waits_through_any_number_of_starts_without_room(full):
    hermes, disk, session_id = full
    for _ in range(2):
        await hermes.restart()
        assert (await hermes.session(session_id))["is_streaming"]
    disk.full = False
    await hermes.restart()
    session = await hermes.session(session_id)
    assert (session["last_run"]["state"], said(session)) == ("interrupted", ["hello", "so far"])
