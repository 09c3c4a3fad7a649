"""A fork is a new conversation with the beginning of another one, which stays as it was."""

import asyncio

import msgspec

from hermes_webui.engines.base import TextDelta, TurnEnded
from tests.peers.hermes import Hermes, said


async def forked(hermes: Hermes, session_id: str, message_id: str):
    found = await hermes.post("/api/session/fork", session_id=session_id, message_id=message_id)
    return found["session"]


async def test_a_fork_holds_what_was_said_up_to_the_message(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "one", "1")
    before = await hermes.exchange(session_id, "two", "2")
    await hermes.post("/api/session/rename", session_id=session_id, title="Counting")
    answer = before["messages"][1]
    row = await forked(hermes, session_id, answer["id"])
    assert row["title"] == "Counting (fork)"
    assert (row["model"], row["engine"]) == (before["model"], before["engine"])
    fork = await hermes.session(row["session_id"])
    assert said(fork) == ["one", "1"]
    assert (fork["message_count"], fork["user_message_count"]) == (2, 1)
    assert not {message["id"] for message in fork["messages"]} & {message["id"] for message in before["messages"]} - {
        fork["messages"][0]["id"]
    }
    assert said(await hermes.session(session_id)) == ["one", "1", "two", "2"]


async def test_it_goes_on_by_itself_and_is_there_after_a_restart(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    row = await forked(hermes, session_id, session["messages"][-1]["id"])
    await hermes.exchange(row["session_id"], "zwei", "2")
    await hermes.restart()
    assert said(await hermes.session(row["session_id"])) == ["one", "1", "zwei", "2"]
    assert said(await hermes.session(session_id)) == ["one", "1"]
    listed = (await hermes.get("/api/sessions"))["sessions"]
    assert {each["session_id"] for each in listed} == {session_id, row["session_id"]}


async def test_the_file_says_where_it_comes_from(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    row = await forked(hermes, session_id, session["messages"][-1]["id"])
    await hermes.stop()
    document = msgspec.json.decode((hermes.sessions / f"{row['session_id']}.json").read_bytes())
    await hermes.start()
    assert document["forked_from"] == {"session_id": session_id, "message_id": session["messages"][-1]["id"]}
    assert document["parent_session_id"] == session_id
    assert [message["content"] for message in document["messages"]] == ["one", "1"]


async def test_the_original_is_not_touched(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    path = hermes.sessions / "_log" / f"{session_id}.jsonl"
    before = path.read_bytes()
    await forked(hermes, session_id, session["messages"][0]["id"])
    assert path.read_bytes() == before


async def test_a_fork_of_a_fork_is_counted(hermes: Hermes):
    session_id = await hermes.new(title="Owls")
    session = await hermes.exchange(session_id, "one", "1")
    first = await forked(hermes, session_id, session["messages"][-1]["id"])
    last = (await hermes.session(first["session_id"]))["messages"][-1]["id"]
    assert (await forked(hermes, first["session_id"], last))["title"] == "Owls (fork 2)"


async def test_a_continued_reply_is_still_one_in_the_fork(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    hermes.puppet.say(TextDelta("Once upon"), TurnEnded("max_tokens"))
    await hermes.talk(session_id, "tell me")
    run = await hermes.post("/api/session/continue", 202, session_id=session_id)
    hermes.puppet.say(TextDelta(" a time."), TurnEnded())
    await hermes.ended(run["stream_id"])
    session = await hermes.session(session_id)
    row = await forked(hermes, session_id, session["messages"][-1]["id"])
    messages = (await hermes.session(row["session_id"]))["messages"]
    assert messages[2]["continues"] == messages[1]["id"]


async def test_it_can_be_made_while_the_original_is_answering_and_of_another_branch(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    run = await hermes.post("/api/session/retry", 202, session_id=session_id)
    row = await forked(hermes, session_id, session["messages"][-1]["id"])
    assert said(await hermes.session(row["session_id"])) == ["one", "1"]
    hermes.puppet.say(TextDelta("uno"), TurnEnded())
    await hermes.ended(run["stream_id"])


async def test_of_nothing_no_fork_is_made(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "one", "1")
    before = list((hermes.sessions / "_log").iterdir())
    await hermes.post("/api/session/fork", 404, session_id=session_id, message_id="m99-0000")
    await hermes.post("/api/session/fork", 404, session_id="c0ffee", message_id="m2-0000")
    await hermes.post("/api/session/fork", 400, session_id="../x", message_id="m2-0000")
    assert list((hermes.sessions / "_log").iterdir()) == before


async def test_another_programs_conversation_can_be_forked(hermes: Hermes):
    await hermes.stop()
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    document = {"session_id": "abc123", "title": "Theirs", "messages": messages, "tool_calls": []}
    hermes.sessions.mkdir(parents=True, exist_ok=True)
    (hermes.sessions / "abc123.json").write_bytes(msgspec.json.encode(document))
    await hermes.start()
    session = await hermes.session("abc123")
    row = await forked(hermes, "abc123", session["messages"][0]["id"])
    assert (row["title"], said(await hermes.session(row["session_id"]))) == ("Theirs (fork)", ["hi"])


async def test_a_fork_whose_caller_has_gone_is_finished_and_listed(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    asked = asyncio.create_task(hermes.services.desk.fork(session_id, session["messages"][-1]["id"]))
    await asyncio.sleep(0)
    asked.cancel()
    await hermes.settled(lambda: len(hermes.services.desk.index) == 2)
