"""Another program writes `<sid>.json` while a server runs: what it says is taken in, and nothing of ours is hidden."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from hermes_webui.engines.base import TextDelta, TurnEnded
from tests.peers.hermes import DEADLINE, Hermes, Unsynced, said
from tests.store.fixtures import document, messages, write

THEIRS = {"role": "user", "content": "theirs", "timestamp": 5.0}


class Meddled(Unsynced):
    """Just before the first write that begins with `at`, `then` is done; a rename to the name `held` waits."""

    def __init__(self) -> None:
        self.at = b""
        self.then: Callable[[], object] = lambda: None
        self.held = ""
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.at and bytes(data).startswith(self.at):
            self.at = b""
            self.then()
        return super().write(fd, data)

    def rename(self, source: Path, target: Path) -> None:
        if target.name == self.held:
            self.reached.set()
            assert self.go_on.wait(DEADLINE)
        super().rename(source, target)


@pytest.fixture
def disk() -> Meddled:
    return Meddled()


@pytest.fixture
async def hermes(tmp_path: Path, disk: Meddled) -> AsyncIterator[Hermes]:
    async with Hermes(tmp_path / "state", disk=disk) as server:
        yield server


def path_of(hermes: Hermes, session_id: str) -> Path:
    return hermes.sessions / f"{session_id}.json"


async def written(hermes: Hermes, session_id: str) -> dict[str, Any]:
    """The session's file, once it holds all that was said."""
    path = path_of(hermes, session_id)
    revision = (await hermes.session(session_id))["revision"]
    await hermes.settled(lambda: path.exists() and json.loads(path.read_bytes())["revision"] == revision)
    return dict(json.loads(path.read_bytes()))


async def talked(hermes: Hermes, *turns: tuple[str, str]) -> tuple[str, dict[str, Any]]:
    """A session of these turns, and its file."""
    session_id = await hermes.new()
    for prompt, reply in turns:
        await hermes.exchange(session_id, prompt, reply)
    return session_id, await written(hermes, session_id)


def with_more(content: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    return {**content, "messages": [*content["messages"], *more]}


async def test_an_edit_of_the_newest_state_is_seen_before_the_next_prompt_is_answered(hermes: Hermes):
    session_id, newest = await talked(hermes, ("one", "a"))
    write(hermes.sessions, with_more({**newest, "title": "Theirs"}, THEIRS))
    session = await hermes.exchange(session_id, "two", "b")
    assert [message["content"] for message in hermes.puppet.turns[-1].messages] == ["one", "a", "theirs", "two"]
    assert (said(session), session["title"]) == (["one", "a", "theirs", "two", "b"], "Theirs")


@pytest.mark.parametrize("more", [(), (THEIRS,)], ids=["title only", "a message too"])
async def test_an_edit_of_an_older_state_hides_nothing_that_has_been_said_since(hermes: Hermes, more):
    session_id, older = await talked(hermes, ("one", "a"))
    await hermes.exchange(session_id, "two", "b")
    await written(hermes, session_id)
    write(hermes.sessions, with_more({**older, "title": "Theirs"}, *more))
    await hermes.exchange(session_id, "three", "c")
    session = await hermes.session(session_id)
    for _ in range(2):
        assert said(session) == ["one", "a", "two", "b", "three", "c"]
        assert session["title"] == "Theirs"
        await hermes.restart()
        session = await hermes.session(session_id)
    siblings = session["messages"][2].get("siblings", [])
    assert len(siblings) == (2 if more else 0)
    for other in set(siblings) - {session["messages"][2]["id"]}:
        await hermes.post("/api/session/select", session_id=session_id, message_id=other)
        assert said(await hermes.session(session_id)) == ["one", "a", "theirs"]


async def test_an_edit_of_an_older_state_undoes_nothing_that_was_set_since(hermes: Hermes):
    session_id, older = await talked(hermes, ("one", "a"))
    await hermes.post("/api/session/pin", session_id=session_id)
    await hermes.post("/api/session/rename", session_id=session_id, title="Ours")
    write(hermes.sessions, with_more({**older, "title": "Theirs", "model": "their-model"}, THEIRS))
    await hermes.post("/api/session/archive", session_id=session_id)
    session = await hermes.session(session_id)
    assert said(session) == ["one", "a", "theirs"]
    assert (session["pinned"], session["archived"], session["title"]) == (True, True, "Ours")
    assert session["model"] == "their-model", "what only they set is theirs"


async def test_an_edit_during_a_run_does_not_disturb_it_nor_the_one_that_waits(hermes: Hermes):
    session_id, older = await talked(hermes, ("one", "a"))
    first = await hermes.send(session_id, "two", engine="puppet")
    second = await hermes.send(session_id, "three", engine="puppet")
    assert second["queued"]
    write(hermes.sessions, with_more({**older, "title": "Theirs"}, THEIRS))
    await hermes.post("/api/session/pin", session_id=session_id)
    assert (await hermes.session(session_id))["active_stream_id"] == first["stream_id"]
    hermes.puppet.say(TextDelta("b"), TurnEnded(), TextDelta("c"), TurnEnded())
    for run in (first, second):
        await hermes.ended(run["stream_id"])
    session = await hermes.session(session_id)
    assert said(session) == ["one", "a", "two", "b", "three", "c"]
    assert (session["last_run"]["state"], session["title"]) == ("done", "Theirs")


async def test_an_edit_between_a_run_and_the_one_that_follows_disturbs_neither(hermes: Hermes, disk: Meddled):
    session_id, older = await talked(hermes, ("one", "a"))
    first = await hermes.send(session_id, "two", engine="puppet")
    second = await hermes.send(session_id, "three", engine="puppet")
    disk.at, disk.then = b'["run",3,', lambda: write(hermes.sessions, with_more(older, THEIRS))
    hermes.puppet.say(TextDelta("b"), TurnEnded())
    await hermes.ended(first["stream_id"])
    await hermes.settled(lambda: len(hermes.puppet.turns) == 3)
    for _ in range(20):
        assert (await hermes.session(session_id))["active_stream_id"] == second["stream_id"]
    assert not disk.at
    hermes.puppet.say(TextDelta("c"), TurnEnded())
    await hermes.ended(second["stream_id"])
    session = await hermes.exchange(session_id, "four", "d")
    assert said(session) == ["one", "a", "two", "b", "three", "c", "four", "d"]


async def test_a_file_that_says_a_run_is_open_makes_nobody_wait_for_it(hermes: Hermes):
    known, newest = await talked(hermes, ("one", "a"))
    write(hermes.sessions, {**newest, "active_stream_id": "a" * 32})
    unknown = "feed00000001"
    write(hermes.sessions, document(messages(2), unknown, active_stream_id="b" * 32))
    assert len((await hermes.session(unknown))["messages"]) == 2
    for session_id in (known, unknown):
        hermes.puppet.say(TextDelta("b"), TurnEnded())
        run = await hermes.send(session_id, "two", engine="puppet")
        assert not run["queued"]
        await hermes.ended(run["stream_id"])
        session = await hermes.session(session_id)
        assert (said(session)[-2:], session["is_streaming"]) == (["two", "b"], False)


async def test_a_loss_that_a_backup_shows_is_not_taken_in(hermes: Hermes):
    session_id, newest = await talked(hermes, ("one", "a"), ("two", "b"))
    path = path_of(hermes, session_id)
    path.with_name(path.name + ".bak").write_bytes(path.read_bytes())
    write(hermes.sessions, {**newest, "messages": newest["messages"][:1]})
    lost = path.read_bytes()
    session = await hermes.exchange(session_id, "three", "c")
    assert said(session) == ["one", "a", "two", "b", "three", "c"]
    assert lost in [kept.read_bytes() for kept in (hermes.sessions / "_quarantine").iterdir()]
    await hermes.restart()
    assert said(await hermes.session(session_id)) == ["one", "a", "two", "b", "three", "c"]


async def test_a_shrink_that_was_meant_is_taken_in_with_a_backup_beside_it(hermes: Hermes):
    session_id, newest = await talked(hermes, ("one", "a"), ("two", "b"))
    path = path_of(hermes, session_id)
    path.with_name(path.name + ".bak").write_bytes(path.read_bytes())
    write(hermes.sessions, {**newest, "messages": newest["messages"][:2], "clear_generation": 1})
    assert said(await hermes.exchange(session_id, "three", "c")) == ["one", "a", "three", "c"]


async def test_a_path_that_was_chosen_on_an_older_state_is_refused_and_hides_nothing(hermes: Hermes):
    session_id, _ = await talked(hermes, ("one", "a"))
    hermes.puppet.say(TextDelta("b"), TurnEnded())
    run = await hermes.post("/api/session/retry", 202, session_id=session_id, engine="puppet")
    await hermes.ended(run["stream_id"])
    newest = await written(hermes, session_id)
    answers = (await hermes.session(session_id))["messages"][1]["siblings"]
    write(hermes.sessions, with_more(newest, THEIRS))
    choice = {"session_id": session_id, "message_id": newest["messages"][0]["id"], "exact": True}
    refused = await hermes.post("/api/session/select", 409, **choice)
    assert refused["error"]["code"] == "conflict"
    session = await hermes.session(session_id)
    assert said(session) == ["one", "b", "theirs"]
    await hermes.post("/api/session/select", session_id=session_id, message_id=answers[0])
    assert said(await hermes.session(session_id)) == ["one", "a"]
    await hermes.post("/api/session/select", session_id=session_id, message_id=session["messages"][2]["id"])
    assert said(await hermes.session(session_id)) == ["one", "b", "theirs"]


async def test_an_answer_that_is_wanted_again_on_an_older_state_is_refused_and_hides_nothing(hermes: Hermes):
    session_id, newest = await talked(hermes, ("one", "a"))
    write(hermes.sessions, with_more(newest, THEIRS))
    assert len(hermes.puppet.turns) == 1
    refused = await hermes.post("/api/session/retry", 409, session_id=session_id, engine="puppet")
    assert refused["error"]["code"] == "conflict"
    session = await hermes.session(session_id)
    assert (said(session), session["is_streaming"]) == (["one", "a", "theirs"], False)
    hermes.puppet.say(TextDelta("b"), TurnEnded())
    run = await hermes.post("/api/session/retry", 202, session_id=session_id, engine="puppet")
    await hermes.ended(run["stream_id"])
    assert said(await hermes.session(session_id)) == ["one", "a", "theirs", "b"]


async def test_a_conversation_that_is_deleted_while_its_file_is_being_written_leaves_none(
    hermes: Hermes, disk: Meddled
):
    session_id = await hermes.new()
    disk.held = f"{session_id}.json"
    await hermes.exchange(session_id, "one", "a")
    await hermes.settled(disk.reached.is_set)
    await hermes.post("/api/session/delete", session_id=session_id)
    disk.go_on.set()
    await hermes.stop()
    assert not path_of(hermes, session_id).exists()
    await hermes.start()
    await hermes.get("/api/session", 404, session_id=session_id)
    await hermes.post("/api/session/restore", session_id=session_id)
    assert said(await hermes.session(session_id)) == ["one", "a"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_file_beside_a_deleted_conversation_does_not_bring_it_back(hermes: Hermes, when):
    session_id, newest = await talked(hermes, ("one", "a"))
    log = hermes.sessions / "_log" / f"{session_id}.jsonl"
    theirs = with_more({**newest, "title": "Theirs"}, THEIRS)
    if when == "before":
        write(hermes.sessions, theirs)
    await hermes.post("/api/session/delete", session_id=session_id)
    assert not path_of(hermes, session_id).exists()
    if when == "after":
        write(hermes.sessions, theirs)
    before = log.read_bytes()
    for _ in range(2):
        await hermes.get("/api/session", 404, session_id=session_id)
        await hermes.post("/api/chat/start", 404, session_id=session_id, message="two")
        await hermes.post("/api/session/rename", 404, session_id=session_id, title="x")
        assert (await hermes.get("/api/sessions"))["total"] == 0
        assert log.read_bytes() == before
        await hermes.restart()
    assert not path_of(hermes, session_id).exists()
    assert any(b"theirs" in kept.read_bytes() for kept in (hermes.sessions / "_trash").iterdir())
    await hermes.post("/api/session/restore", session_id=session_id)
    assert said(await hermes.session(session_id))[:2] == ["one", "a"]
