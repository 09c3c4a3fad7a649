"""Terminals: off unless the owner switched them on, resumed from a place, ended with the server with all they run."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hermes_webui.workspace import terminal as terminals
from tests.peers.hermes import DEADLINE, Hermes, Stream


@pytest.fixture
async def hermes(tmp_path: Path) -> AsyncIterator[Hermes]:
    environment = {"PATH": os.environ["PATH"], "SHELL": "/bin/sh", "HERMES_WEBUI_SECRET": "classified", "PS1": "$ "}
    (tmp_path / "code").mkdir()
    tables = {"workspace": {"roots": [str(tmp_path / "code")], "terminal": True}}
    async with Hermes(tmp_path / "state", tables=tables, environment=environment) as server:
        yield server


async def opened(hermes: Hermes, session_id: str = "", **size: int) -> str:
    session_id = session_id or await hermes.new()
    found = await hermes.post("/api/terminal/open", session_id=session_id, **size)
    return str(found["terminal_id"])


async def typed(hermes: Hermes, terminal_id: str, text: str) -> None:
    await hermes.post("/api/terminal/input", terminal_id=terminal_id, data=text)


async def until(stream: Stream, wanted: bytes) -> tuple[bytes, str]:
    """What a terminal said up to something, and the place after it."""
    said = b""
    while True:
        told = await stream.next()
        assert told is not None, said
        assert told.data is not None
        assert told.data["type"] == "output", said
        said += base64.b64decode(told.data["data"])
        assert int(told.id) == told.data["offset"] + len(base64.b64decode(told.data["data"]))
        if wanted in said:
            return said, told.id


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


async def test_what_is_typed_is_answered_in_the_workspace(hermes: Hermes, tmp_path: Path):
    terminal_id = await opened(hermes)
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        await typed(hermes, terminal_id, "pwd; echo sum $((20+22)) $TERM [$HERMES_WEBUI_SECRET]\n")
        said, _ = await until(stream, b"sum 42")
        if b"[" not in said.rpartition(b"sum 42")[2]:
            said += (await until(stream, b"]\r\n"))[0]
    assert str(tmp_path / "code").encode() in said
    assert b"sum 42 xterm-256color []" in said


async def test_a_new_size_is_told_to_what_runs(hermes: Hermes):
    terminal_id = await opened(hermes, cols=90, rows=20)
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        await typed(hermes, terminal_id, "stty size; echo first d''one\n")
        said, _ = await until(stream, b"first done\r\n")
        assert b"20 90" in said
        await hermes.post("/api/terminal/resize", terminal_id=terminal_id, cols=132, rows=43)
        await typed(hermes, terminal_id, "stty size; echo then d''one\n")
        said, _ = await until(stream, b"then done\r\n")
        assert b"43 132" in said
    for cols, rows in ((0, 1), (1, 0), (1001, 1), (-1, 5)):
        await hermes.post("/api/terminal/resize", 400, terminal_id=terminal_id, cols=cols, rows=rows)


async def test_a_page_that_is_loaded_again_goes_on_where_it_was(hermes: Hermes):
    session_id = await hermes.new()
    terminal_id = await opened(hermes, session_id)
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        await typed(hermes, terminal_id, "echo o''ne\n")
        _, place = await until(stream, b"one\r\n")
    await typed(hermes, terminal_id, "echo t''wo\n")
    (row,) = (await hermes.get("/api/terminal", session_id=session_id))["terminals"]
    assert (row["terminal_id"], row["exit"]) == (terminal_id, None)
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id, after=place) as stream:
        said, _ = await until(stream, b"two\r\n")
        assert b"one" not in said
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        said, _ = await until(stream, b"two\r\n")
        assert b"one" in said
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id, last=place) as stream:
        assert b"one" not in (await until(stream, b"two\r\n"))[0]


async def test_the_oldest_output_is_dropped_and_the_rest_is_told_with_its_place(hermes: Hermes, monkeypatch):
    monkeypatch.setattr(terminals, "KEPT", 10_000)
    terminal_id = await opened(hermes)
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        await typed(hermes, terminal_id, "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo al''l\n")
        await until(stream, b"all\r\n")
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        told = await stream.next()
        assert told is not None
        assert told.data is not None
        assert told.data["offset"] > 10_000
        assert b"line 2999" in base64.b64decode(told.data["data"])


async def test_its_end_is_told_with_its_code(hermes: Hermes):
    terminal_id = await opened(hermes)
    await typed(hermes, terminal_id, "exit 7\n")
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        last = (await stream.all())[-1]
        assert last.data == {"type": "exit", "code": 7}
    refused = await hermes.post("/api/terminal/input", 409, terminal_id=terminal_id, data="ls\n")
    assert "has ended" in refused["error"]["message"]


async def started(hermes: Hermes, terminal_id: str) -> list[int]:
    """The shell, a job of its own group and one that will not listen to a hang-up."""
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        await typed(
            hermes,
            terminal_id,
            "set -m; sleep 1000 & a=$!; (trap '' HUP TERM; sleep 1000) & b=$!; echo pi''ds $$ $a $b en''d\n",
        )
        said, _ = await until(stream, b"end\r\n")
    return [int(each) for each in said.rpartition(b"pids ")[2].split()[:3]]


async def test_closing_ends_all_that_runs_in_it(hermes: Hermes):
    terminal_id = await opened(hermes)
    pids = await started(hermes, terminal_id)
    assert all(map(alive, pids))
    await hermes.post("/api/terminal/close", terminal_id=terminal_id)
    assert not any(map(alive, pids))
    for name, body in (("input", {"data": "x"}), ("resize", {"cols": 80, "rows": 24})):
        await hermes.post(f"/api/terminal/{name}", 404, terminal_id=terminal_id, **body)
    await hermes.post("/api/terminal/close", terminal_id=terminal_id)


async def test_the_server_takes_its_terminals_along_and_ends_their_streams(hermes: Hermes):
    terminal_id = await opened(hermes)
    pids = await started(hermes, terminal_id)
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        await hermes.services.workspaces.terminals.close()
        async with asyncio.timeout(DEADLINE):
            last = (await stream.all())[-1]
    assert last.type == "exit"
    assert not any(map(alive, pids))
    other = await started(hermes, await opened(hermes))
    await hermes.restart()
    assert not any(map(alive, other))


async def test_one_that_nobody_uses_ends(tmp_path: Path):
    made = terminals.Terminals({"PATH": os.environ["PATH"], "SHELL": "/bin/sh"}, idle=0.2)
    found = await made.open("a", "s", tmp_path, 80, 24)
    async with asyncio.timeout(DEADLINE):
        while not found.closed:
            await found.more(found.offset, 0.1)
    assert made.of("s") == []
    await made.close()


async def test_there_are_only_so_many(hermes: Hermes):
    session_id = await hermes.new()
    tasks = (hermes.client.post("/api/terminal/open", json={"session_id": session_id}) for _ in range(12))
    statuses = [reply.status_code for reply in await asyncio.gather(*tasks)]
    assert sorted(statuses) == [200] * 8 + [409] * 4


async def test_they_are_off_unless_switched_on_and_for_the_owner_alone(tmp_path: Path):
    async with Hermes(tmp_path / "state", environment=dict(os.environ)) as hermes:
        session_id = await hermes.new()
        refused = await hermes.post("/api/terminal/open", 403, session_id=session_id)
        assert "switched off" in refused["error"]["message"]
        await hermes.get("/api/terminal", 403, session_id=session_id)
        await hermes.post("/api/workspace/roots", terminal=True)
        terminal_id = await opened(hermes, session_id)
        through = {"x-forwarded-for": "203.0.113.7"}
        for path, body in (
            ("open", {"session_id": session_id}),
            ("input", {"terminal_id": terminal_id, "data": "ls\n"}),
            ("close", {"terminal_id": terminal_id}),
        ):
            reply = await hermes.client.post(f"/api/terminal/{path}", json=body, headers=through)
            assert reply.status_code == 403
        query = {"terminal_id": terminal_id}
        assert (await hermes.client.get("/api/terminal/stream", params=query, headers=through)).status_code == 403
        async with hermes.stream("/api/terminal/stream", **query) as stream:
            await hermes.post("/api/workspace/roots", terminal=False)
            async with asyncio.timeout(DEADLINE):
                await stream.all()
        await hermes.get("/api/terminal/stream", 403, terminal_id=terminal_id)


async def test_a_password_that_is_set_ends_streams_that_were_opened_without(hermes: Hermes):
    terminal_id = await opened(hermes)
    async with hermes.stream("/api/terminal/stream", terminal_id=terminal_id) as stream:
        await hermes.post("/api/settings/password", password="long enough")
        async with asyncio.timeout(DEADLINE):
            await stream.all()


async def test_one_in_a_folder_that_may_not_be_is_not_opened(hermes: Hermes, tmp_path: Path):
    session_id = await hermes.new()
    (tmp_path / "code").rename(tmp_path / "gone")
    await hermes.post("/api/terminal/open", 404, session_id=session_id)
    await hermes.post("/api/terminal/open", 404, session_id="0123456789ab")
