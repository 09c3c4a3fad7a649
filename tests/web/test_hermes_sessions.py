"""Conversations of Hermes Agent in the list: read where they are, never written, continued here when one replies."""

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from hermes_webui.chat import hermes as theirs
from hermes_webui.chat.events import SessionChanged
from hermes_webui.engines.base import TurnEnded
from hermes_webui.store.agent_store import Limits
from tests.peers.agent_store import BEGIN, VERSIONS, AgentDb, Holder, held
from tests.peers.hermes import Hermes, Puppet, contents, said

TALK = ["where is the key", "under the mat", "thanks", "any time"]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[AgentDb]:
    with AgentDb(tmp_path / "home") as made:
        yield made


@pytest.fixture
async def hermes(tmp_path: Path, db: AgentDb) -> AsyncIterator[Hermes]:
    async with server(tmp_path, db) as running:
        yield running


def server(tmp_path: Path, db: AgentDb, **more: Any) -> Hermes:
    return Looking(tmp_path / "state", agent_dbs=(db.path,), **more)


class Looking(Hermes):
    """A server that looks at Hermes' store at each request for the list, to the end, and never by itself."""

    async def start(self) -> None:
        await super().start()
        own = self.services.hermes
        own.every, own.wait = 0.0, 60.0
        own._watching.cancel()


async def rows(hermes: Hermes, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await hermes.get("/api/sessions", **query))["sessions"]
    return found


async def told(hermes: Hermes) -> tuple[str, str]:
    about = (await hermes.get("/api/sessions"))["hermes"]
    return about["state"], about["message"]


def state_of(db: AgentDb) -> bytes:
    """What Hermes has, whatever SQLite does beside it."""
    return b"".join(line.encode() for line in db.connection.iterdump())


def log_of(hermes: Hermes, session_id: str) -> list[dict[str, Any]]:
    path = hermes.sessions / "_log" / f"{session_id}.jsonl"
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_version_of_its_store_is_listed_read_and_continued(tmp_path: Path, version: str):
    with AgentDb(tmp_path / "home", version) as db:
        db.session("20251126_101500_AB", TALK, source="telegram", title="The key", model="opus")
        before = state_of(db)
        async with server(tmp_path, db) as hermes:
            (row,) = await rows(hermes)
            title = "where is the key" if version == "oldest" else "The key"
            assert (row["title"], row["session_source"], row["source_label"]) == (title, "hermes", "telegram")
            assert (row["read_only"], row["message_count"], row["last_message_at"]) == (True, 4, BEGIN + 3)
            session = await hermes.session(row["session_id"])
            assert said(session) == TALK
            assert (session["read_only"], session["title"], session["created_at"]) == (True, title, BEGIN)
            ids = [message["id"] for message in session["messages"]]
            session = await hermes.exchange(row["session_id"], "one more thing", "go on")
            assert said(session) == [*TALK, "one more thing", "go on"]
            assert [message["id"] for message in session["messages"]][:4] == ids, "what was shown keeps its ids"
            assert (session["read_only"], session["title"]) == (False, title)
            agent = {"engine": "hermes", "id": "20251126_101500_AB", "upto": ids[-1]}
            assert session["agent_session"] == agent
            assert [each["session_id"] for each in await rows(hermes)] == [row["session_id"]], "once, as ours"
            await hermes.restart()
            hermes.services.hermes.every = 0.0
            assert said(await hermes.session(row["session_id"])) == [*TALK, "one more thing", "go on"]
        assert state_of(db) == before


async def test_our_log_of_it_says_where_it_came_from(hermes: Hermes, db: AgentDb):
    source_id = db.session("s-1", TALK, title="The key")
    session_id = theirs.session_id_of(source_id)
    seen = await hermes.session(session_id)
    await hermes.exchange(session_id, "more", "yes")
    first, *rest = log_of(hermes, session_id)
    assert (first["type"], first["data"]["source"], first["data"]["source_id"]) == ("session.imported", "hermes", "s-1")
    assert len(first["data"]["sha256"]) == 64
    assert [event["type"] for event in rest[:5]] == ["message.added"] * 5
    assert [event["data"]["message"]["content"] for event in rest[:5]] == [*TALK, "more"]
    assert seen["cursor"] == "5", "a page that follows from there gets the prompt next"
    assert rest[4]["seq"] == 6


async def test_a_reply_with_reasoning_calls_and_pictures_is_shown_as_one_of_ours(hermes: Hermes, db: AgentDb):
    call = {"id": "call_1", "type": "function", "function": {"name": "terminal", "arguments": '{"cmd": "ls"}'}}
    parts = theirs.STRUCTURED + json.dumps([{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {}}])
    source_id = db.session(
        "s-1",
        [
            {"role": "user", "content": parts},
            {
                "role": "assistant",
                "content": "",
                "reasoning": "hm",
                "tool_calls": [call],
                "finish_reason": "tool_calls",
            },
            {"role": "tool", "content": "a.txt", "tool_call_id": "call_1", "tool_name": "terminal"},
            {"role": "assistant", "content": b"cut \xff off", "finish_reason": "length"},
            {"role": "assistant", "content": None, "tool_calls": "not json"},
        ],
    )
    session = await hermes.session(theirs.session_id_of(source_id))
    user, asks, tool, cut, odd = session["messages"]
    assert user["content"][0] == {"type": "text", "text": "look"}
    assert (asks["reasoning"], asks["tool_calls"]) == ("hm", [call])
    assert "finish_reason" not in asks
    assert (tool["role"], tool["name"], tool["tool_call_id"], tool["content"]) == (
        "tool",
        "terminal",
        "call_1",
        "a.txt",
    )
    assert (cut["content"], cut["finish_reason"]) == ("cut � off", "max_tokens")
    assert (odd["content"], "tool_calls" in odd) == ("", False)
    assert [(each["tid"], each["done"], each["snippet"]) for each in session["tool_calls"]] == [
        ("call_1", True, "a.txt")
    ]


async def test_pages_places_and_words_of_a_long_one_are_found(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.many("long", 1001))
    last = await hermes.session(session_id, msg_limit=10)
    assert [message["content"].split()[0] for message in last["messages"]] == [str(n) for n in range(991, 1001)]
    assert (last["_messages_offset"], last["_prompts_before"], last["message_count"]) == (991, 496, 1001)
    before = await hermes.session(session_id, msg_limit=10, msg_before=last["messages"][0]["id"])
    assert before["messages"][-1]["content"].startswith("990 ")
    assert before["messages"][-1]["id"] == last["messages"][0]["parent"]
    around = await hermes.session(session_id, msg_limit=5, msg_around=before["messages"][4]["id"])
    assert [message["content"].split()[0] for message in around["messages"]] == ["983", "984", "985", "986", "987"]
    after = await hermes.session(session_id, msg_limit=2, msg_after=around["messages"][-1]["id"])
    assert [message["content"].split()[0] for message in after["messages"]] == ["988", "989"]
    outline = await hermes.get("/api/session/outline", session_id=session_id, first=100, limit=2)
    assert [(each["turn"], each["text"].split()[0]) for each in outline["prompts"]] == [(100, "198"), (101, "200")]
    at = await hermes.get("/api/session/outline", session_id=session_id, at=BEGIN + 500, limit=1)
    assert (
        at["message_id"]
        == (await hermes.session(session_id, msg_limit=1, msg_around=at["message_id"]))["messages"][0]["id"]
    )
    assert (await hermes.session(session_id, msg_limit=1, msg_around=at["message_id"]))["messages"][0]["content"][
        :4
    ] == "500 "
    found = await hermes.get("/api/session/find", session_id=session_id, query="977 word")
    assert [hit["turn"] for hit in found["hits"]] == [489]
    export = await hermes.client.get("/api/session/export", params={"session_id": session_id})
    assert export.text.count("word word") >= 1001
    await hermes.get("/api/session", 404, session_id=session_id, msg_around="m5-0000")


async def test_looking_changes_nothing_on_disk(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    ours, before = contents(hermes.sessions), state_of(db)
    size = db.path.stat().st_size
    for _ in range(2):
        await rows(hermes)
        await hermes.session(session_id)
        await hermes.get("/api/session/status", session_id=session_id)
        await hermes.get("/api/session/find", session_id=session_id, query="mat")
    assert contents(hermes.sessions) == ours
    assert (state_of(db), db.path.stat().st_size) == (before, size)


async def test_the_list_holds_both_in_the_order_of_what_was_last_said(hermes: Hermes, db: AgentDb):
    for number in range(150):
        db.session(f"s-{number}", ["hello", "hi"], at=BEGIN + 10 * number, title=f"theirs {number}")
    ours = []
    for number in range(10):
        session_id = await hermes.new()
        await hermes.exchange(session_id, f"prompt {number}", "answer")
        ours.append(session_id)
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await hermes.get("/api/sessions", limit=7, **cursor)
        assert page["total"] == 160
        found += [row["session_id"] for row in page["sessions"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == [*reversed(ours), *(theirs.session_id_of(f"s-{n}") for n in reversed(range(150)))]
    assert [row["title"] for row in await rows(hermes, query="THEIRS 14")][:2] == ["theirs 149", "theirs 148"]
    assert len(await rows(hermes, source="hermes", limit=500)) == 150


async def test_what_its_terminal_says_is_told_to_the_list_and_to_who_reads_it(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK[:2]))
    await rows(hermes)
    session = await hermes.session(session_id)
    async with hermes.page_stream(session_id, after=session["cursor"]) as stream:
        db.say("s-1", TALK[2:])
        db.session("s-2", ["another"], title="New")
        await hermes.services.hermes.look()
        heard = await stream.until(lambda each: each.type == "list" and "New" in str(each.data))
        assert {each.type for each in heard} == {"reload", "list"}
    assert said(await hermes.session(session_id)) == TALK
    async with hermes.page_stream(session_id, after=session["cursor"]) as stream:
        heard = await stream.until("reload")
        assert len(heard) == 1, "a page that slept meanwhile gets it afresh"


async def test_two_tabs_that_reply_at_once_make_one_conversation(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    hermes.puppet.say(*[TurnEnded()] * 2)
    one, other, again = await asyncio.gather(
        hermes.send(session_id, "first", engine="puppet", key="a"),
        hermes.send(session_id, "second", engine="puppet", key="b"),
        hermes.send(session_id, "first", engine="puppet", key="a"),
    )
    assert again["stream_id"] == one["stream_id"]
    await hermes.ended(other["stream_id"])
    events = log_of(hermes, session_id)
    assert [event["type"] for event in events].count("session.imported") == 1
    texts = [event["data"]["message"]["content"] for event in events if event["type"] == "message.added"]
    assert texts[:4] == TALK
    assert sorted(text for text in texts[4:] if text in {"first", "second"}) == ["first", "second"]
    assert len(await rows(hermes)) == 1


async def test_what_came_between_looking_and_replying_is_there_too(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK[:2]))
    await hermes.session(session_id)
    db.say("s-1", TALK[2:])
    session = await hermes.exchange(session_id, "and?", "so")
    assert said(session) == [*TALK, "and?", "so"]


async def test_the_agents_own_engine_goes_on_with_it_where_it_is_there(tmp_path: Path, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    agent = Puppet()
    async with server(tmp_path, db, engines={"demo": Puppet(), "hermes": agent}) as hermes:
        agent.say(TurnEnded())
        await hermes.talk(session_id, "go on")
        (turn,) = agent.turns
        assert turn.fields["agent_session"] == {"engine": "hermes", "id": "s-1", "upto": turn.ids[-2]}
        assert [body["content"] for body in turn.messages] == [*TALK, "go on"]


async def test_it_is_not_changed_here_before_it_is_replied_to(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    await rows(hermes)
    changes: list[tuple[str, dict[str, Any]]] = [
        ("rename", {"title": "Mine"}),
        ("pin", {"pinned": True}),
        ("archive", {"archived": True}),
        ("tag", {"tags": ["a"]}),
    ]
    for path, fields in changes:
        error = await hermes.post(f"/api/session/{path}", 409, session_id=session_id, **fields)
        assert "Write in it" in error["error"]["message"]
    assert not (hermes.sessions / "_log" / f"{session_id}.jsonl").exists()
    await hermes.post("/api/session/draft", session_id=session_id, text="half a thought")
    assert (await hermes.session(session_id))["draft"]["text"] == "half a thought"
    assert not (hermes.sessions / "_log" / f"{session_id}.jsonl").exists()
    await hermes.exchange(session_id, "mine now", "yes")
    await hermes.post("/api/session/rename", session_id=session_id, title="Mine")
    assert [row["title"] for row in await rows(hermes)] == ["Mine"]


async def test_deleting_hides_it_here_alone_and_can_be_undone(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK, title="The key"))
    before = state_of(db)
    await rows(hermes)
    await hermes.session(session_id)
    await hermes.post("/api/session/delete", session_id=session_id)
    for _ in range(2):
        assert await rows(hermes) == []
        assert [row["session_id"] for row in await rows(hermes, trash=1)] == [session_id]
        await hermes.get("/api/session", 404, session_id=session_id)
        await hermes.post("/api/chat/start", 404, session_id=session_id, message="hello?")
        await hermes.restart()
    await rows(hermes)
    restored = await hermes.post("/api/session/restore", session_id=session_id)
    assert restored["session"]["title"] == "The key"
    assert [row["session_id"] for row in await rows(hermes)] == [session_id]
    assert await rows(hermes, trash=1) == []
    assert said(await hermes.session(session_id)) == TALK
    assert state_of(db) == before


async def test_one_that_nobody_has_looked_for_yet_is_hidden_and_refused_all_the_same(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    await hermes.post("/api/session/rename", 409, session_id=session_id, title="Mine")
    await hermes.post("/api/session/delete", session_id=session_id)
    assert await rows(hermes) == []
    await hermes.post("/api/session/delete", 404, session_id=theirs.session_id_of("nothing"))
    assert not (hermes.sessions / "_log").exists()


async def test_what_hermes_deletes_goes_from_the_list(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    db.session("s-2", ["stays"])
    assert len(await rows(hermes)) == 2
    await hermes.session(session_id)
    db.delete("s-1")
    error = await hermes.get("/api/session", 404, session_id=session_id)
    assert "deleted" in error["error"]["message"]
    await hermes.post("/api/chat/start", 404, session_id=session_id, message="are you there?")
    assert [row["agent_session"]["id"] for row in await rows(hermes)] == ["s-2"]


async def test_a_change_in_the_same_tick_of_the_clock_is_seen(tmp_path: Path):
    with AgentDb(tmp_path / "home", journal="delete") as db:
        db.session("s-1", TALK, title="Before")
        async with server(tmp_path, db) as hermes:
            before = db.path.stat()
            assert [row["title"] for row in await rows(hermes)] == ["Before"]
            db.connection.execute("update sessions set title = 'Behind'")
            os.utime(db.path, ns=(before.st_atime_ns, before.st_mtime_ns))
            assert [row["title"] for row in await rows(hermes)] == ["Behind"]


async def test_who_does_not_want_them_does_not_see_them(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    assert len(await rows(hermes)) == 1
    settings = await hermes.post("/api/settings/hermes", on=False)
    assert settings["hermes_sessions"] is False
    for _ in range(2):
        assert await rows(hermes) == []
        assert (await told(hermes))[0] == "off"
        await hermes.get("/api/session", 404, session_id=session_id)
    await hermes.post("/api/settings/hermes", on=True)
    assert len(await rows(hermes)) == 1


async def test_conversations_of_ours_that_run_on_its_sessions_are_shown_once(hermes: Hermes, db: AgentDb):
    db.session("native", ["from hermes-webui"])
    db.session("acp-1", ["made by our engine"], source="acp")
    document = {"session_id": "native", "title": "Native", "messages": [{"role": "user", "content": "hello"}]}
    (hermes.sessions / "native.json").write_text(json.dumps(document))
    await hermes.restart()
    session_id = await hermes.new()
    await hermes.exchange(session_id, "hello", "hi")
    agent = {"agent_session": {"engine": "hermes", "id": "acp-1"}}
    await hermes.services.desk.execute(session_id, lambda _head: [SessionChanged(agent)])
    assert sorted(row["session_id"] for row in await rows(hermes)) == sorted(["native", session_id])
    db.session("acp-2", ["made by an engine that keeps notes"], source="acp")
    assert len(await rows(hermes)) == 3
    note = hermes.settings.state / "agents" / "sessions" / "0123.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"agent_session": "acp-2", "leaf": "m2-0000"}))
    (note.parent / "broken.json").write_text("{")
    assert sorted(row["session_id"] for row in await rows(hermes)) == sorted(["native", session_id])


@pytest.mark.parametrize("journal", ["delete", "wal"])
async def test_a_store_that_is_locked_holds_nothing_up_and_is_looked_for_again(tmp_path: Path, journal: str):
    locks = ("begin exclusive",) if journal == "delete" else ("pragma locking_mode=exclusive", "begin exclusive")
    with AgentDb(tmp_path / "home", journal=journal) as db:
        session_id = theirs.session_id_of(db.session("s-1", TALK))
        db.close()
        with held(db.path, locks):
            begun = time.monotonic()
            async with server(tmp_path, db) as hermes:
                own = await hermes.new()
                await hermes.exchange(own, "hello", "hi")
                assert [row["session_id"] for row in await rows(hermes)] == [own]
                state, message = await told(hermes)
                assert state == "unreadable"
                assert "locked" in message
                error = await hermes.get("/api/session", 503, session_id=session_id)
                assert "cannot be read now" in error["error"]["message"]
                assert time.monotonic() - begun < 10
        async with server(tmp_path, db) as hermes:
            assert [row["session_id"] for row in await rows(hermes)] == [own, session_id]


async def test_a_program_that_writes_to_it_all_the_time_is_not_in_the_way(tmp_path: Path, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    write = "insert into messages (session_id, role, content, timestamp) values ('s-1', 'user', 'unfinished', 1e10)"
    with Holder(db.path, "begin immediate", write):
        async with server(tmp_path, db) as hermes:
            assert [row["session_id"] for row in await rows(hermes)] == [session_id]
            assert said(await hermes.session(session_id)) == TALK, "what is not committed is not said"


async def test_a_store_in_a_folder_that_takes_no_files_is_read_while_nobody_has_it_open(tmp_path: Path):
    """SQLite's shared memory cannot be made: as on a read-only mount, for every user."""
    with AgentDb(tmp_path / "home") as db:
        session_id = theirs.session_id_of(db.session("s-1", TALK))
    (tmp_path / "home" / "state.db-shm").symlink_to(tmp_path / "nowhere" / "shm")
    async with server(tmp_path, db) as hermes:
        assert [row["session_id"] for row in await rows(hermes)] == [session_id]
        assert said(await hermes.exchange(session_id, "more", "yes")) == [*TALK, "more", "yes"]
        db.path.with_name("state.db-wal").write_bytes(b"somebody writes")
        state, message = await told(hermes)
        assert state == "unreadable"
        assert "cannot be opened" in message
        await hermes.get("/api/session", 503, session_id=theirs.session_id_of("s-2"))


@pytest.mark.parametrize("content", [b"", b"no database at all " * 400])
async def test_what_is_no_store_of_hermes_harms_nothing(tmp_path: Path, content: bytes):
    (tmp_path / "state.db").write_bytes(content)
    async with Looking(tmp_path / "state", agent_dbs=(tmp_path / "state.db", tmp_path / "none" / "state.db")) as hermes:
        own = await hermes.new()
        await hermes.exchange(own, "hello", "hi")
        assert [row["session_id"] for row in await rows(hermes)] == [own]
        assert (await told(hermes))[0] == ("unreadable" if content else "absent")
        await hermes.get("/api/session", 503 if content else 404, session_id=theirs.session_id_of("s-1"))


async def test_messages_that_were_taken_back_there_are_not_shown(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    db.connection.execute("update messages set active = 0 where content in ('thanks', 'any time')")
    assert said(await hermes.session(session_id)) == TALK[:2]


async def test_a_clock_that_went_back_does_not_turn_a_newer_conversation_round(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", [{"role": "user", "content": "a", "timestamp": BEGIN + 9}]))
    db.say("s-1", [{"role": "assistant", "content": "b", "timestamp": BEGIN}])
    assert said(await hermes.session(session_id)) == ["a", "b"]


async def test_times_in_other_units_are_read(hermes: Hermes, db: AgentDb):
    db.session("ms", [{"role": "user", "content": "hello", "timestamp": BEGIN * 1000}], at=BEGIN * 1000)
    db.session(
        "iso", [{"role": "user", "content": "hi", "timestamp": "2023-11-14T22:13:20"}], at="2023-11-14T22:13:20Z"
    )
    found = {row["agent_session"]["id"]: row for row in await rows(hermes)}
    assert {row["created_at"] for row in found.values()} == {BEGIN}
    assert {row["last_message_at"] for row in found.values()} == {BEGIN}


async def test_a_message_that_hermes_rewrites_while_it_is_taken_over_refuses_the_prompt_and_leaves_nothing(
    hermes: Hermes, db: AgentDb, monkeypatch: pytest.MonkeyPatch
):
    session_id = theirs.session_id_of(db.session("s-1", TALK))
    session = await hermes.services.desk.session(session_id)
    assert session.found is not None
    monkeypatch.setattr(type(session.found), "is_outdated", lambda _self: False)
    db.connection.execute("update messages set content = 'changed' where content = 'any time'")
    error = await hermes.post("/api/chat/start", 409, session_id=session_id, message="so?")
    assert "look again" in error["error"]["message"]
    assert not list((hermes.sessions / "_log").glob("*"))
    monkeypatch.undo()
    assert said(await hermes.exchange(session_id, "so?", "yes"))[3:] == ["changed", "so?", "yes"]


async def test_a_copy_of_one_is_ours(hermes: Hermes, db: AgentDb):
    session_id = theirs.session_id_of(db.session("s-1", TALK, title="The key"))
    shown = await hermes.session(session_id)
    fork = await hermes.post("/api/session/fork", session_id=session_id, message_id=shown["messages"][1]["id"])
    session = await hermes.session(fork["session"]["session_id"])
    assert (said(session), session["title"], session["read_only"]) == (TALK[:2], "The key (fork)", False)
    assert len(await rows(hermes)) == 2


def test_limits_are_short():
    assert Limits().busy < 1
    assert sqlite3.sqlite_version_info >= (3, 22), "older ones cannot read a log of changes without writing"
