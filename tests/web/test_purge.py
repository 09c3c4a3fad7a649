"""A deleted conversation is deleted for good: it goes from the disk and from every tab, and nothing brings it back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest

from hermes_webui.chat.events import Change
from hermes_webui.chat.head import Head
from hermes_webui.engines.base import TextDelta, TurnEnded
from hermes_webui.errors import NotFound
from hermes_webui.store.files import Disk
from tests.peers.agent_store import AgentDb
from tests.peers.hermes import Hermes, Unsynced, contents, said
from tests.web.test_hermes_sessions import TALK, rows, server

GONE = "This conversation was deleted for good. It cannot be brought back."
UPLOAD = {"x-hermes-upload": "1", "content-type": "application/octet-stream"}


async def attached(hermes: Hermes, text: bytes) -> dict[str, object]:
    reply = await hermes.client.post("/api/attachments?name=notes.txt", content=text, headers=UPLOAD)
    found: dict[str, object] = reply.json()["attachment"]
    return found


async def deleted(hermes: Hermes, prompt: str = "heronry", **more: object) -> str:
    """A conversation in the trash."""
    session_id = await hermes.new()
    await hermes.exchange(session_id, prompt, f"{prompt} indeed", **more)
    await hermes.post("/api/session/draft", session_id=session_id, text=f"{prompt} draft")
    await hermes.post("/api/session/delete", session_id=session_id)
    return session_id


async def trash(hermes: Hermes) -> list[str]:
    return [row["session_id"] for row in (await hermes.get("/api/sessions", trash=1))["sessions"]]


def mentions(hermes: Hermes, *words: str) -> list[str]:
    """The files of the state directory that say one of these."""
    files = contents(hermes.settings.state)
    return [name for name, (data, _) in files.items() if any(word in name or word.encode() in data for word in words)]


async def test_it_goes_from_the_disk_the_trash_and_every_tab(hermes: Hermes):
    note = await attached(hermes, b"heronry in a file")
    session_id = await deleted(hermes, attachments=[note])
    other = await deleted(hermes, "harbour")
    async with hermes.page_stream(session_id) as stream:
        reply = await hermes.post("/api/session/purge", session_id=session_id)
        assert reply == {"session_id": session_id}
        told = await stream.until("purged")
        assert told[-1].data == {"type": "purged", "session_id": session_id, "list_version": (await version(hermes))}
        assert "reload" in [each.type for each in told]
    assert await trash(hermes) == [other]
    assert mentions(hermes, "heronry") == []
    assert set(mentions(hermes, session_id)) <= {"sessions/_purged.jsonl", "sessions/_usage.jsonl"}
    assert (await hermes.client.get(f"/api/attachments/{note['id']}?name=x")).status_code == 404
    error = (await hermes.get("/api/session", 404, session_id=session_id))["error"]
    assert error == {"code": "not_found", "message": GONE, "purged": True}
    await hermes.restart()
    assert await trash(hermes) == [other]
    assert (await hermes.get("/api/session", 404, session_id=session_id))["error"]["message"] == GONE
    await hermes.post("/api/session/restore", session_id=other)
    assert said(await hermes.session(other)) == ["harbour", "harbour indeed"]


async def test_its_words_go_from_the_search_too(hermes: Hermes):
    hermes.services.searching.wait = 60.0
    session_id = await hermes.new()
    await hermes.exchange(session_id, "heronry", "by the harbour")
    await hermes.exchange(await hermes.new(), "the harbour", "yes")
    assert len((await hermes.get("/api/search", query="harbour"))["hits"]) == 2
    view = hermes.sessions / "_search.db"
    assert view.exists()
    await hermes.post("/api/session/delete", session_id=session_id)
    await hermes.post("/api/session/purge", session_id=session_id)
    assert not list(hermes.sessions.glob("_search.db*"))
    assert mentions(hermes, "heronry") == []
    assert ["".join(hit["snippet"]) for hit in (await hermes.get("/api/search", query="harbour"))["hits"]] == [
        "the harbour"
    ]
    assert (await hermes.get("/api/search", query="heronry"))["hits"] == []


async def version(hermes: Hermes) -> int:
    found: int = (await hermes.get("/api/sessions"))["list_version"]
    return found


async def test_only_what_is_in_the_trash_can_be(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "hello", "hi")
    error = (await hermes.post("/api/session/purge", 409, session_id=session_id))["error"]
    assert "Delete it first" in error["message"]
    assert said(await hermes.session(session_id)) == ["hello", "hi"]
    assert (await hermes.post("/api/session/purge", 404, session_id="00nothing"))["error"]["code"] == "not_found"
    await hermes.post("/api/session/purge", 400, session_id="../x")
    await hermes.post("/api/session/purge", 404, session_id=await purged(hermes))


async def purged(hermes: Hermes) -> str:
    session_id = await deleted(hermes)
    await hermes.post("/api/session/purge", session_id=session_id)
    return session_id


async def test_another_page_cannot_ask_for_it(hermes: Hermes):
    session_id = await deleted(hermes)
    elsewhere = {"origin": "http://elsewhere.example"}
    reply = await hermes.client.post("/api/session/purge", json={"session_id": session_id}, headers=elsewhere)
    assert reply.status_code == 403
    assert await trash(hermes) == [session_id]


async def test_what_a_stale_tab_sends_does_not_bring_it_back(hermes: Hermes):
    session_id = await purged(hermes)
    stale: dict[str, dict[str, object]] = {
        "/api/chat/start": {"message": "from an outbox", "key": "k", "engine": "puppet"},
        "/api/session/draft": {"text": "from a composer"},
        "/api/session/restore": {},
        "/api/session/rename": {"title": "from a list"},
        "/api/session/delete": {},
        "/api/session/fork": {"message_id": "m1-0000"},
        "/api/session/seen": {"message_count": 1},
    }
    for path, body in stale.items():
        assert "message" in (await hermes.post(path, 404, session_id=session_id, **body))["error"], path
    assert await rows(hermes) == []
    assert await trash(hermes) == []
    assert set(mentions(hermes, session_id)) <= {"sessions/_purged.jsonl", "sessions/_usage.jsonl"}


async def test_who_had_begun_before_it_was_finds_nothing_after_it(hermes: Hermes):
    session_id = await deleted(hermes)
    desk = hermes.services.desk

    def rule(_: Head) -> tuple[Change, ...]:
        raise AssertionError("it was decided on")

    async def late() -> str:
        try:
            await desk.execute(session_id, rule)
        except NotFound as error:
            return error.message
        return ""

    going = asyncio.ensure_future(hermes.post("/api/session/purge", session_id=session_id))
    await hermes.settled(lambda: session_id in desk.store.purged)
    assert await late() == GONE
    await going


async def test_it_is_finished_and_told_where_who_asked_goes_away(hermes: Hermes):
    session_id = await deleted(hermes)
    services = hermes.services
    async with hermes.page_stream() as stream:
        asked = asyncio.ensure_future(services.purge(session_id, services.hermes, services.unread))
        await asyncio.sleep(0)
        asked.cancel()
        told = await stream.until("purged")
    assert (told[-1].data or {}).get("session_id") == session_id
    assert await trash(hermes) == []
    assert mentions(hermes, "heronry") == []


async def test_a_derived_id_is_not_used_again(hermes: Hermes):
    session_id = await purged(hermes)
    desk = hermes.services.desk
    with pytest.raises(NotFound, match="deleted for good"):
        await desk.create_as(session_id, {"title": "again"})
    await hermes.get("/api/session", 404, session_id=session_id)


async def test_a_reply_that_goes_on_elsewhere_is_not_hurt(tmp_path: Path):
    async with Hermes(tmp_path / "state", disk=Unsynced()) as hermes:
        session_id = await deleted(hermes)
        other = await hermes.new()
        run = await hermes.send(other, "harbour", engine="puppet")
        async with hermes.run_stream(run["stream_id"]) as stream:
            hermes.puppet.say(TextDelta("the tide "))
            await stream.until("token")
            await hermes.post("/api/session/purge", session_id=session_id)
            assert "heronry" not in "".join(path.read_text() for path in (hermes.sessions / "_runs").glob("*.jsonl"))
            hermes.puppet.say(TextDelta("comes in"), TurnEnded())
            await stream.until("stream_end")
        assert said(await hermes.session(other)) == ["harbour", "the tide comes in"]


class Refusing(Unsynced):
    """Nothing can be removed while `stuck`."""

    stuck = False

    def unlink(self, path: Path) -> None:
        if self.stuck and path.suffix == ".jsonl" and path.parent.name == "_log":
            raise OSError(5, "stuck")
        Disk.unlink(self, path)


async def test_what_the_disk_stops_is_said_and_finished_by_the_next_start(tmp_path: Path):
    disk = Refusing()
    async with Hermes(tmp_path / "state", disk=disk) as hermes:
        session_id = await deleted(hermes)
        disk.stuck = True
        error = (await hermes.post("/api/session/purge", 503, session_id=session_id))["error"]
        assert "the next start goes on" in error["message"]
        assert await trash(hermes) == []
        await hermes.get("/api/session", 404, session_id=session_id)
        assert mentions(hermes, "heronry")
        disk.stuck = False
        await hermes.restart()
        assert mentions(hermes, "heronry") == []
        assert await trash(hermes) == []


async def test_one_of_hermes_own_is_not_shown_any_more_and_stays_there(tmp_path: Path):
    with AgentDb(tmp_path / "home") as db:
        db.session("s-1", TALK, title="The key")
        async with server(tmp_path, db) as hermes:
            (row,) = await rows(hermes)
            session_id = row["session_id"]
            await hermes.post("/api/session/purge", 409, session_id=session_id)
            await hermes.post("/api/session/delete", session_id=session_id)
            assert await trash(hermes) == [session_id]
            await hermes.post("/api/session/purge", session_id=session_id)
            for _ in range(2):
                assert (await rows(hermes), await trash(hermes)) == ([], [])
                await hermes.get("/api/session", 404, session_id=session_id)
                await hermes.post("/api/session/restore", 404, session_id=session_id)
                await hermes.restart()
        assert [found["title"] for found in listed(db)] == ["The key"]


def listed(db: AgentDb) -> list[dict[str, str]]:
    found = db.connection.execute("select title from sessions").fetchall()
    return [{"title": title} for (title,) in found]


async def test_one_that_was_continued_here_does_not_come_back_from_hermes_store(tmp_path: Path):
    with AgentDb(tmp_path / "home") as db:
        db.session("s-1", TALK, title="The key")
        async with server(tmp_path, db) as hermes:
            (row,) = await rows(hermes)
            await hermes.exchange(row["session_id"], "heronry", "yes")
            await hermes.post("/api/session/delete", session_id=row["session_id"])
            await hermes.post("/api/session/purge", session_id=row["session_id"])
            for _ in range(2):
                db.session(f"s-{_ + 2}", ["other"], title=f"Other {_}")
                found = await rows(hermes)
                assert "The key" not in [each["title"] for each in found]
                await hermes.get("/api/session", 404, session_id=row["session_id"])
                await hermes.restart()
            assert mentions(hermes, "heronry") == []


async def test_two_at_once_and_the_same_twice(hermes: Hermes):
    shared = await attached(hermes, b"heronry in a file")
    made = [await deleted(hermes, f"heronry {number}", attachments=[shared]) for number in range(3)]

    async def asked(session_id: str) -> int:
        reply: httpx2.Response = await hermes.client.post("/api/session/purge", json={"session_id": session_id})
        return reply.status_code

    statuses = await asyncio.gather(*(asked(each) for each in (*made, made[0])))
    assert sorted(statuses) == [200, 200, 200, 404]
    assert mentions(hermes, "heronry") == []
