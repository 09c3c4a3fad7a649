"""A disk that takes no writes: nothing is called saved that is not, reading goes on, and it works again by itself."""

import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hermes_webui.engines.base import TextDelta, ToolCallStarted, TurnEnded
from tests.peers.hermes import Hermes, Unsynced


class Failing(Unsynced):
    """Fails on demand: `fails` names the calls and the error they end with. Writes may get a part through first."""

    def __init__(self) -> None:
        self.fails: dict[str, int] = {}
        self.part = 0

    def full(self) -> None:
        self.fails = {"write": errno.ENOSPC}

    def _maybe(self, what: str) -> None:
        if what in self.fails:
            raise OSError(self.fails[what], os.strerror(self.fails[what]))

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if "write" in self.fails and self.part and len(data) > self.part:
            super().write(fd, data[: self.part])
        self._maybe("write")
        return super().write(fd, data)

    def sync(self, fd: int) -> None:
        self._maybe("sync")
        super().sync(fd)

    def rename(self, source: Path, target: Path) -> None:
        self._maybe("rename")
        super().rename(source, target)


@pytest.fixture
def disk() -> Failing:
    return Failing()


@pytest.fixture
async def hermes(tmp_path: Path, disk: Failing) -> AsyncIterator[Hermes]:
    async with Hermes(tmp_path / "state", disk=disk) as server:
        yield server
        disk.fails = {}


CASES = (
    ({"write": errno.ENOSPC}, 0, "disk_full"),
    ({"write": errno.ENOSPC}, 20, "disk_full"),
    ({"write": errno.EDQUOT}, 0, "disk_full"),
    ({"write": errno.EIO}, 7, "store_unavailable"),
    ({"sync": errno.EIO}, 0, "store_unavailable"),
    ({"sync": errno.ENOSPC}, 0, "disk_full"),
)


@pytest.mark.parametrize(("fails", "part", "code"), CASES)
async def test_a_prompt_that_was_not_saved_is_not_acknowledged_and_not_there_later(
    hermes: Hermes, disk: Failing, fails, part, code
):
    session_id = await hermes.new()
    before = await hermes.exchange(session_id, "hello", "hi")
    async with hermes.page_stream(session_id) as page:
        disk.fails, disk.part = fails, part
        found = await hermes.post("/api/chat/start", 503, session_id=session_id, message="lost?", key="k")
        assert found["error"]["code"] == code
        assert "not saved" in found["error"]["message"]
        assert str(hermes.settings.state) not in str(found)
        told = (await page.until("store"))[-1].data
        assert told is not None
        assert (told["writable"], bool(told["message"])) == (False, True)
        health = await hermes.get("/health")
        assert (health["status"], health["store"]["writable"]) == ("read-only", False)
        session = await hermes.session(session_id)
        assert (session["messages"], session["revision"]) == (before["messages"], before["revision"])
        assert (await hermes.get("/api/sessions"))["total"] == 1
        disk.fails = {}
        await hermes.post("/api/session/pin", session_id=session_id)
        told = (await page.until("store"))[-1].data
        assert told is not None
        assert told["writable"] is True
    health = await hermes.get("/health")
    assert (health["status"], health["store"]["writable"]) == ("ok", True)
    await hermes.restart()
    session = await hermes.session(session_id)
    assert [message["content"] for message in session["messages"]] == ["hello", "hi"]
    assert not session["damaged"]
    await hermes.exchange(session_id, "lost?", "found", key="k")
    assert (await hermes.session(session_id))["messages"][2]["content"] == "lost?"


async def test_the_same_send_again_is_taken_once_there_is_room(hermes: Hermes, disk: Failing):
    session_id = await hermes.new()
    disk.full()
    for _ in range(3):
        await hermes.post("/api/chat/start", 503, session_id=session_id, message="hello", key="k", engine="puppet")
    disk.fails = {}
    first = await hermes.send(session_id, "hello", key="k", engine="puppet")
    again = await hermes.send(session_id, "hello", key="k", engine="puppet")
    assert again["stream_id"] == first["stream_id"]
    session = await hermes.session(session_id)
    assert [message["content"] for message in session["messages"]] == ["hello"]


async def test_no_change_is_said_to_be_made(hermes: Hermes, disk: Failing):
    session_id = await hermes.new()
    before = await hermes.exchange(session_id, "hello", "hi")
    first = before["messages"][0]["id"]
    disk.full()
    for path, body in (
        ("rename", {"title": "x"}),
        ("pin", {}),
        ("archive", {}),
        ("configure", {"model": "x"}),
        ("delete", {}),
        ("draft", {"text": "x"}),
        ("select", {"message_id": first, "exact": True}),
        ("edit", {"message_id": first, "message": "x"}),
        ("retry", {}),
    ):
        found = await hermes.post(f"/api/session/{path}", 503, session_id=session_id, **body)
        assert found["error"]["code"] == "disk_full", path
    assert await hermes.session(session_id) == before
    assert len(hermes.puppet.turns) == 1


async def test_a_draft_that_was_not_saved_is_not_the_draft(hermes: Hermes, disk: Failing):
    session_id = await hermes.new()
    await hermes.post("/api/session/draft", session_id=session_id, text="one")
    for fails in ({"write": errno.ENOSPC}, {"rename": errno.EIO}, {"sync": errno.EIO}):
        disk.fails = fails
        await hermes.post("/api/session/draft", 503, session_id=session_id, text="two")
    disk.fails = {}
    assert (await hermes.session(session_id))["draft"] == {"text": "one", "revision": 1}
    await hermes.restart()
    assert not [path for path in (hermes.sessions / "_drafts").iterdir() if path.name.startswith(".")]


async def test_a_reply_that_the_disk_does_not_take_ends_as_failed_and_is_kept_once_there_is_room(
    hermes: Hermes, disk: Failing
):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    async with hermes.page_stream(session_id, after="0") as page, hermes.run_stream(run["stream_id"]) as stream:
        hermes.puppet.say(TextDelta("this was saved, "))
        await stream.until("token")
        disk.full()
        hermes.puppet.say(TextDelta("this not yet"))
        told = (await page.until("store"))[-1].data
        assert told is not None
        assert told["writable"] is False
        assert (await hermes.session(session_id))["is_streaming"]
        disk.fails = {}
        end = (await page.until("run.finished"))[-1].data
        assert end is not None
        assert (end["data"]["state"], end["data"]["error"]["code"]) == ("failed", "disk_full")
        names = [each.name for each in await stream.all()]
        assert names[-2:] == ["apperror", "stream_end"]
    assert (await hermes.get("/health"))["status"] == "ok"
    await hermes.restart()
    session = await hermes.session(session_id)
    partial, error = session["messages"][1:]
    assert (partial["content"], partial["_partial"]) == ("this was saved, this not yet", True)
    assert partial["finish_reason"] == "failed"
    assert error["_error"] is True
    assert error["error"]["code"] == "disk_full"
    assert session["last_run"]["error"]["retryable"] is True
    retried = await hermes.post("/api/session/retry", 202, session_id=session_id)
    hermes.puppet.say(TextDelta("now it works"), TurnEnded())
    await hermes.ended(retried["stream_id"])
    assert (await hermes.session(session_id))["messages"][-1]["content"] == "now it works"


async def test_a_tool_is_not_called_before_its_call_is_on_disk(hermes: Hermes, disk: Failing):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    await hermes.settled(lambda: hermes.puppet.turns)
    async with hermes.page_stream(session_id) as page:
        disk.full()
        hermes.puppet.say(ToolCallStarted("c1", "rm", {}), TextDelta("it ran"), TurnEnded())
        await page.until("store")
        disk.fails = {}
        await hermes.ended(run["stream_id"])
    session = await hermes.session(session_id)
    assert session["last_run"]["state"] == "failed"
    assert "it ran" not in str(session["messages"])
    assert session["tool_calls"] == []


async def test_a_server_that_stops_while_the_disk_is_full_closes_the_run_at_its_next_start(
    hermes: Hermes, disk: Failing
):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    async with hermes.run_stream(run["stream_id"]) as stream:
        hermes.puppet.say(TextDelta("so far"))
        await stream.until("token")
    disk.full()
    await hermes.stop()
    disk.fails = {}
    await hermes.start()
    session = await hermes.session(session_id)
    assert (session["is_streaming"], session["last_run"]["state"]) == (False, "interrupted")
    assert [message["content"] for message in session["messages"]] == ["hello", "so far"]
    assert (await hermes.get("/health"))["store"]["recovered"] == 1


async def test_nobody_is_told_a_delta_that_the_journal_refused(hermes: Hermes, disk: Failing):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    async with hermes.page_stream(session_id) as page, hermes.run_stream(run["stream_id"]) as stream:
        hermes.puppet.say(TextDelta("taken"))
        await page.until("delta")
        disk.full()
        hermes.puppet.say(TextDelta("refused"))
        told = await page.until("store")
        disk.fails = {}
        told += await page.until("run.finished")
        tokens = [each.data["text"] for each in await stream.all() if each.data and each.name == "token"]
    assert [each.data["text"] for each in told if each.data and each.type == "delta"] == []
    assert tokens == ["taken"]
    added = [each.data["data"]["message"] for each in told if each.data and each.type == "message.added"]
    assert (added[0]["content"], added[0]["_partial"]) == ("takenrefused", True)
