"""Sessions that the server lets go of, for want of room or because it stops: nothing of them is lost or doubled."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from hermes_webui.chat import decide
from hermes_webui.chat.events import Event
from hermes_webui.errors import NotFound
from hermes_webui.runs import desk, provisional
from hermes_webui.store.directory import opened
from hermes_webui.store.verify import verify
from tests.peers.hermes import Hermes, Unsynced, said


class Refusing(Unsynced):
    """The calls in `fails` end with an error of the disk; a file whose name begins with `bad` ends with a bug."""

    def __init__(self) -> None:
        self.fails: set[str] = set()
        self.bad = ""

    def _maybe(self, what: str) -> None:
        if what in self.fails:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def open(self, path: Path, flags: int) -> int:
        self._maybe("open")
        if self.bad and path.name.startswith(f".{self.bad}.json"):
            raise RuntimeError("nobody expected this")
        return super().open(path, flags)

    def sync(self, fd: int) -> None:
        self._maybe("sync")


@pytest.fixture
def disk() -> Refusing:
    return Refusing()


@pytest.fixture
async def hermes(tmp_path: Path, disk: Refusing) -> AsyncIterator[Hermes]:
    async with Hermes(tmp_path / "state", disk=disk) as server:
        yield server


async def talked(hermes: Hermes, count: int) -> list[str]:
    """So many sessions of one turn, each with its file."""
    made = [await hermes.new() for _ in range(count)]
    for session_id in made:
        await hermes.exchange(session_id, "one", "a")
        await hermes.settled((hermes.sessions / f"{session_id}.json").exists)
    return made


async def make_room(hermes: Hermes) -> None:
    """A session that is asked for, and is not there, has the server let go of others."""
    await hermes.get("/api/session", 404, session_id="00nothing")


def title_on_disk(hermes: Hermes, session_id: str) -> str:
    return str(json.loads((hermes.sessions / f"{session_id}.json").read_bytes())["title"])


def findings(hermes: Hermes, session_id: str) -> list[str]:
    return [finding.text for finding in verify(opened(hermes.sessions), session_id)]


async def test_commands_that_wait_for_a_session_find_it_as_the_others_left_it(
    hermes: Hermes, monkeypatch: pytest.MonkeyPatch
):
    made = await talked(hermes, 3)
    monkeypatch.setattr(desk, "LOADED", 1)
    await make_room(hermes)
    titles = [f"title {number}" for number in range(90)]
    renamed = (
        hermes.post("/api/session/rename", session_id=made[number % 3], title=title)
        for number, title in enumerate(titles)
    )
    replies = await asyncio.gather(*renamed)
    for session_id in made:
        revisions = [reply["revision"] for reply in replies if reply["session_id"] == session_id]
        assert len(set(revisions)) == len(revisions) == 30
        log = (hermes.sessions / "_log" / f"{session_id}.jsonl").read_text()
        assert sum(f'"{title}"' in log for title in titles) == 30
        assert findings(hermes, session_id) == []
        assert said(await hermes.session(session_id)) == ["one", "a"]


async def test_a_session_that_is_waited_for_is_not_let_go_of_between_two_commands(
    hermes: Hermes, monkeypatch: pytest.MonkeyPatch
):
    """The moment in which nobody holds the lock and somebody has been given it is hit on purpose."""
    (session_id,) = await talked(hermes, 1)
    parts = hermes.services.desk
    monkeypatch.setattr(desk, "LOADED", 1)
    more: list[asyncio.Task[object]] = []

    async def room() -> None:
        with suppress(NotFound):
            await parts.session("00nothing")

    def told(_: str, __: Sequence[Event]) -> None:
        if len(more) < 40:
            title = f"more {len(more)}"
            more.append(asyncio.ensure_future(room()))
            renamed = parts.execute(session_id, lambda head: decide.change(head, {"title": title}))
            more.append(asyncio.ensure_future(renamed))

    parts.listeners.append(told)
    names = [f"title {number}" for number in range(10)]
    await asyncio.gather(*(hermes.post("/api/session/rename", session_id=session_id, title=name) for name in names))
    for task in more:  # each may add to them
        await task
    log = (hermes.sessions / "_log" / f"{session_id}.jsonl").read_text()
    assert all(f'"{name}"' in log for name in (*names, *(f"more {number}" for number in range(0, 40, 2))))
    assert findings(hermes, session_id) == []


@pytest.mark.parametrize("then", ["let go of", "stopped"])
async def test_a_refused_append_is_not_there_when_its_session_comes_back(
    hermes: Hermes, disk: Refusing, monkeypatch: pytest.MonkeyPatch, then: str
):
    (session_id,) = await talked(hermes, 1)
    disk.fails = {"sync", "open"}
    await hermes.post("/api/chat/start", 503, session_id=session_id, message="refused", engine="puppet")
    disk.fails = set()
    if then == "let go of":
        monkeypatch.setattr(desk, "LOADED", 1)
        await make_room(hermes)
        assert said(await hermes.session(session_id)) == ["one", "a"]
    for _ in range(2):
        await hermes.restart()
        session = await hermes.session(session_id)
        assert (said(session), session["is_streaming"]) == (["one", "a"], False)
    session = await hermes.exchange(session_id, "two", "b")
    assert said(session) == ["one", "a", "two", "b"]
    assert findings(hermes, session_id) == []


async def test_sessions_that_were_let_go_of_get_their_files_at_a_clean_stop(
    hermes: Hermes, monkeypatch: pytest.MonkeyPatch
):
    made = await talked(hermes, 4)
    monkeypatch.setattr(desk, "LOADED", 1)
    for session_id in made:
        await hermes.post("/api/session/rename", session_id=session_id, title=f"new {session_id}")
    await make_room(hermes)
    await hermes.stop()
    assert [title_on_disk(hermes, session_id) for session_id in made] == [f"new {session_id}" for session_id in made]
    await hermes.start()


async def test_one_session_that_cannot_be_put_away_keeps_no_other_from_it(
    hermes: Hermes, disk: Refusing, monkeypatch: pytest.MonkeyPatch
):
    gone, *made = await talked(hermes, 5)
    disk.bad = made[1]
    for session_id in (gone, *made):
        await hermes.post("/api/session/rename", session_id=session_id, title=f"new {session_id}")
    monkeypatch.setattr(desk, "LOADED", 3)
    await make_room(hermes)  # the first are let go of, behind
    (hermes.sessions / "_log" / f"{gone}.jsonl").unlink()
    (hermes.sessions / f"{gone}.json").unlink()
    await hermes.stop()
    for session_id in made:
        assert title_on_disk(hermes, session_id) == ("one" if session_id == disk.bad else f"new {session_id}")
    listed = {row["session_id"]: row["title"] for row in json.loads((hermes.sessions / "_index.json").read_bytes())}
    assert all(listed[session_id] == f"new {session_id}" for session_id in made)
    disk.bad = ""
    await hermes.start()
    assert (await hermes.session(made[1]))["title"] == f"new {made[1]}"


async def test_a_new_session_that_was_forgotten_takes_no_prompt(hermes: Hermes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(provisional, "MOST", 1)
    forgotten = await hermes.new()
    assert (await hermes.session(forgotten))["messages"] == []
    kept = await hermes.new()
    for path, body in (
        ("/api/chat/start", {"message": "one"}),
        ("/api/session/draft", {"text": "one"}),
        ("/api/session/rename", {"title": "one"}),
    ):
        await hermes.post(path, 404, session_id=forgotten, **body)
    assert not (hermes.sessions / "_log" / f"{forgotten}.jsonl").exists()
    assert (await hermes.get("/api/sessions"))["total"] == 0
    assert said(await hermes.exchange(kept, "one", "a")) == ["one", "a"]
