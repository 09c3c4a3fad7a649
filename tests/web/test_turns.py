"""Turns over HTTP: send, queue, stop, answer again, say it differently."""

import asyncio

import pytest

from hermes_webui.chat import decide
from hermes_webui.engines.base import TextDelta, TurnEnded
from hermes_webui.errors import EngineFailure
from tests.peers.hermes import ACCEPTED, Hermes, contents, said


async def test_a_prompt_is_on_disk_when_it_is_accepted(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "remember me")
    log = hermes.sessions / "_log" / f"{session_id}.jsonl"
    assert b"remember me" in log.read_bytes()
    assert run.keys() == ACCEPTED
    assert (run["session_id"], run["queued"]) == (session_id, False)
    session = await hermes.session(session_id)
    assert session["messages"][0]["id"] == run["message_id"]
    assert session["revision"] == run["revision"]
    assert session["active_stream_id"] == run["stream_id"]


async def test_a_runs_state_can_be_asked_for(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "one")
    waiting = await hermes.send(session_id, "two")
    status = await hermes.get("/api/chat/stream/status", stream_id=run["stream_id"])
    assert status == {
        "stream_id": run["stream_id"],
        "session_id": session_id,
        "active": True,
        "state": "running",
    }
    status = await hermes.get("/api/chat/stream/status", stream_id=waiting["stream_id"])
    assert (status["active"], status["state"]) == (True, "queued")
    hermes.puppet.say(TurnEnded(), TurnEnded())
    await hermes.ended(waiting["stream_id"])
    status = await hermes.get("/api/chat/stream/status", stream_id=waiting["stream_id"])
    assert (status["active"], status["state"]) == (False, "done")


async def test_attachments_stay_with_their_prompt(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    attachments = [{"name": "a.txt", "size": 3, "more": {"deep": [1, None, True]}}]
    await hermes.send(session_id, "look", attachments=attachments)
    await hermes.restart()
    assert (await hermes.session(session_id))["messages"][0]["attachments"] == attachments


async def test_any_text_comes_back_as_it_was_sent(hermes: Hermes):
    text = "a\u2028b\u2029c\u0085d\r\n\t\u200b😀 \ufeff\uffff\U0010ffff </script> \x01\x1b[0m\x7f  "
    session_id = await hermes.new()
    await hermes.exchange(session_id, text, text)
    await hermes.restart()
    assert said(await hermes.session(session_id)) == [text, text]


# -- one prompt, however often it is sent


async def test_the_same_key_is_one_prompt_also_after_a_restart(hermes: Hermes):
    session_id = await hermes.new()
    first = await hermes.send(session_id, "hello", key="k1", engine="puppet")
    again = await hermes.send(session_id, "hello", key="k1", engine="puppet")
    assert again == first
    hermes.puppet.say(TextDelta("hi"), TurnEnded())
    await hermes.ended(first["stream_id"])
    await hermes.restart()
    later = await hermes.send(session_id, "hello", key="k1", engine="puppet")
    assert {**later, "revision": 0} == {**first, "revision": 0}
    assert said(await hermes.session(session_id)) == ["hello", "hi"]


async def test_twenty_sends_of_one_key_at_once_are_one_prompt_and_one_run(hermes: Hermes):
    session_id = await hermes.new()
    sends = (hermes.send(session_id, "hello", key="k1", engine="puppet") for _ in range(20))
    answers = await asyncio.gather(*sends)
    assert len({(each["stream_id"], each["message_id"], each["queued"]) for each in answers}) == 1
    session = await hermes.session(session_id)
    assert (said(session), session["queue"]) == (["hello"], [])
    await hermes.settled(lambda: hermes.puppet.turns)
    assert len(hermes.puppet.turns) == 1


async def test_the_same_key_is_one_prompt_while_it_waits(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    await hermes.send(session_id, "one")
    answers = [await hermes.send(session_id, "two", key="k2") for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert answers[0]["queued"]
    session = await hermes.session(session_id)
    assert [item["content"] for item in session["queue"]] == ["two"]
    await hermes.restart()
    later = await hermes.send(session_id, "two", key="k2")
    assert later["stream_id"] == answers[0]["stream_id"]
    assert [item["content"] for item in (await hermes.session(session_id))["queue"]] == ["two"]


async def test_a_key_belongs_to_its_session(hermes: Hermes):
    one, two = await hermes.new(engine="puppet"), await hermes.new(engine="puppet")
    assert (await hermes.send(one, "hello", key="k"))["stream_id"] != (await hermes.send(two, "hello", key="k"))[
        "stream_id"
    ]
    assert said(await hermes.session(two)) == ["hello"]


async def test_an_edit_and_a_retry_with_the_same_key_happen_once(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "hi")
    prompt = session["messages"][0]["id"]
    for path, body in (
        ("edit", {"message_id": prompt, "message": "hello you", "key": "e"}),
        ("retry", {"key": "r"}),
    ):
        first = await hermes.post(f"/api/session/{path}", 202, session_id=session_id, **body)
        hermes.puppet.say(TextDelta(path), TurnEnded())
        await hermes.ended(first["stream_id"])
        again = await hermes.post(f"/api/session/{path}", 202, session_id=session_id, **body)
        assert {**again, "revision": 0} == {**first, "revision": 0}
    assert said(await hermes.session(session_id)) == ["hello you", "retry"]
    assert len(hermes.puppet.turns) == 3


# -- revisions


async def test_a_send_that_expects_another_revision_is_refused_and_leaves_nothing(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "hi")
    before = contents(hermes.sessions / "_log")
    found = await hermes.post(
        "/api/chat/start", 409, session_id=session_id, message="x", expected_revision=session["revision"] - 1
    )
    assert found["error"]["code"] == "conflict"
    assert contents(hermes.sessions / "_log") == before
    run = await hermes.send(session_id, "x", expected_revision=session["revision"])
    assert run["revision"] > session["revision"]


async def test_a_new_session_is_at_the_revision_that_it_says(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    revision = (await hermes.session(session_id))["revision"]
    await hermes.send(session_id, "hello", expected_revision=revision)


async def test_a_key_that_was_taken_is_answered_whatever_revision_is_expected(hermes: Hermes):
    session_id = await hermes.new()
    first = await hermes.send(session_id, "hello", engine="puppet", key="k", expected_revision=0)
    again = await hermes.send(session_id, "hello", engine="puppet", key="k", expected_revision=0)
    assert again["stream_id"] == first["stream_id"]


async def test_revisions_grow_with_everything_that_happens(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    seen = [0]

    async def grown(answer):
        assert answer["revision"] > seen[-1]
        seen.append(answer["revision"])

    run = await hermes.send(session_id, "one")
    await grown(run)
    await grown(await hermes.send(session_id, "two"))
    await grown(await hermes.post("/api/session/rename", session_id=session_id, title="x"))
    hermes.puppet.say(TextDelta("1"), TurnEnded(), TextDelta("2"), TurnEnded())
    await hermes.ended(run["stream_id"])
    await hermes.settled(lambda: len(hermes.puppet.turns) == 2)
    await hermes.ended(hermes.puppet.turns[1].run_id)
    session = await hermes.session(session_id)
    await grown(session)
    message_id = session["messages"][1]["id"]
    body = {"session_id": session_id, "message_id": message_id, "exact": True}
    await grown(await hermes.post("/api/session/select", **body))
    await grown(await hermes.post("/api/session/delete", session_id=session_id))
    await grown(await hermes.post("/api/session/restore", session_id=session_id))


# -- the queue


async def test_prompts_wait_for_their_turn_in_order(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    runs = [await hermes.send(session_id, each) for each in ("one", "two", "three")]
    assert [run["queued"] for run in runs] == [False, True, True]
    session = await hermes.session(session_id)
    assert [(item["queue_id"], item["content"]) for item in session["queue"]] == [
        (runs[1]["message_id"], "two"),
        (runs[2]["message_id"], "three"),
    ]
    hermes.puppet.say(*(event for text in "123" for event in (TextDelta(text), TurnEnded())))
    await hermes.ended(runs[2]["stream_id"])
    session = await hermes.session(session_id)
    assert said(session) == ["one", "1", "two", "2", "three", "3"]
    assert (session["queue"], session["queue_held"]) == ([], False)


async def test_a_waiting_prompt_can_be_taken_back(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "one")
    waiting = await hermes.send(session_id, "two")
    cancelled = await hermes.post("/api/chat/cancel", stream_id=waiting["stream_id"])
    assert cancelled == {"stream_id": waiting["stream_id"], "state": "cancelled"}
    assert (await hermes.session(session_id))["queue"] == []
    hermes.puppet.say(TextDelta("1"), TurnEnded())
    await hermes.ended(run["stream_id"])
    assert said(await hermes.session(session_id)) == ["one", "1"]


async def test_after_a_failure_the_queue_waits_until_it_is_resumed(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "one")
    await hermes.send(session_id, "two")
    hermes.puppet.say(EngineFailure("auth", "No key."))
    await hermes.ended(run["stream_id"])
    await hermes.restart()
    session = await hermes.session(session_id)
    assert (session["queue_held"], session["is_streaming"]) == (True, False)
    hermes.puppet.say(TextDelta("2"), TurnEnded())
    resumed = await hermes.post("/api/chat/resume", 202, session_id=session_id)
    assert resumed.keys() == {"session_id", "stream_id", "revision"}
    await hermes.ended(resumed["stream_id"])
    session = await hermes.session(session_id)
    assert said(session) == ["one", "No key.", "two", "2"]
    assert (session["queue"], session["queue_held"]) == ([], False)


async def test_resuming_where_nothing_waits_changes_nothing(hermes: Hermes):
    session_id = await hermes.new()
    before = await hermes.exchange(session_id, "hello", "hi")
    resumed = await hermes.post("/api/chat/resume", 202, session_id=session_id)
    assert resumed == {"session_id": session_id, "stream_id": None, "revision": before["revision"]}


# -- stop


async def test_a_stop_keeps_what_was_said(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    hermes.puppet.say(TextDelta("so far"))
    async with hermes.run_stream(run["stream_id"]) as stream:
        await stream.until("token")
        found = await hermes.post("/api/chat/cancel", stream_id=run["stream_id"])
        assert found == {"stream_id": run["stream_id"], "state": "cancelled"}
        told = await stream.until("stream_end")
    assert [each.name for each in told] == ["cancel", "stream_end"]
    session = await hermes.session(session_id)
    partial = session["messages"][-1]
    assert (partial["content"], partial["_partial"], partial["finish_reason"]) == ("so far", True, "cancelled")
    again = await hermes.post("/api/chat/cancel", stream_id=run["stream_id"])
    assert again["state"] == "cancelled"
    assert (await hermes.session(session_id))["revision"] == session["revision"]


async def stopped(hermes: Hermes, *waiting: str):
    """A session whose reply was stopped while these prompts waited, and what their sending was answered with."""
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "one")
    sent = [await hermes.send(session_id, each) for each in waiting]
    await hermes.settled(lambda: hermes.puppet.turns)
    await hermes.post("/api/chat/cancel", stream_id=run["stream_id"])
    return session_id, run, sent


async def test_a_stop_holds_the_prompts_that_wait_until_they_are_sent(hermes: Hermes):
    session_id, run, sent = await stopped(hermes, "two", "three")
    again = await hermes.post("/api/chat/cancel", stream_id=run["stream_id"])  # once more: nothing is left to stop
    await hermes.restart()
    session = await hermes.session(session_id)
    assert (again["state"], session["queue_held"], session["is_streaming"]) == ("cancelled", True, False)
    assert ([item["content"] for item in session["queue"]], said(session)) == (["two", "three"], ["one"])
    hermes.puppet.say(TextDelta("2"), TurnEnded(), TextDelta("3"), TurnEnded())
    await hermes.post("/api/chat/resume", 202, session_id=session_id)
    await hermes.ended(sent[1]["stream_id"])
    assert said(await hermes.session(session_id)) == ["one", "two", "2", "three", "3"]


async def test_what_is_said_after_a_stop_is_answered_before_what_waits(hermes: Hermes):
    session_id, _, (waiting,) = await stopped(hermes, "two")
    hermes.puppet.say(TextDelta("yes"), TurnEnded(), TextDelta("2"), TurnEnded())
    assert (await hermes.send(session_id, "rather this"))["queued"] is False
    await hermes.ended(waiting["stream_id"])
    assert said(await hermes.session(session_id)) == ["one", "rather this", "yes", "two", "2"]


async def test_a_prompt_is_edited_after_a_stop_though_others_wait(hermes: Hermes):
    session_id, _, (waiting,) = await stopped(hermes, "two")
    first = (await hermes.session(session_id))["messages"][0]["id"]
    hermes.puppet.say(TextDelta("1"), TurnEnded(), TextDelta("2"), TurnEnded())
    await hermes.post("/api/session/edit", 202, session_id=session_id, message_id=first, message="uno")
    await hermes.ended(waiting["stream_id"])
    assert said(await hermes.session(session_id)) == ["uno", "1", "two", "2"]


async def test_a_stop_of_a_prompt_that_waits_leaves_the_others_their_turn(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    await hermes.send(session_id, "one")
    waiting = [await hermes.send(session_id, each) for each in ("two", "three")]
    await hermes.post("/api/chat/cancel", stream_id=waiting[0]["stream_id"])
    hermes.puppet.say(TurnEnded(), TextDelta("3"), TurnEnded())
    await hermes.ended(waiting[1]["stream_id"])
    assert said(await hermes.session(session_id)) == ["one", "three", "3"]


async def test_so_many_prompts_may_wait_and_no_more(hermes: Hermes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decide, "QUEUE_LIMIT", 2)
    session_id = await hermes.new(engine="puppet")
    await hermes.send(session_id, "runs")
    waiting = [await hermes.send(session_id, f"waits {number}", key=f"{number}") for number in range(2)]
    before = (hermes.sessions / "_log" / f"{session_id}.jsonl").read_bytes()
    refused = await hermes.post("/api/chat/start", 409, session_id=session_id, message="too many")
    assert refused["error"]["code"] == "conflict"
    assert (hermes.sessions / "_log" / f"{session_id}.jsonl").read_bytes() == before
    again = await hermes.send(session_id, "waits 1", key="1")
    assert again["stream_id"] == waiting[1]["stream_id"]
    await hermes.post("/api/chat/cancel", stream_id=waiting[0]["stream_id"])
    assert (await hermes.send(session_id, "now there is room"))["queued"]
    queue = (await hermes.session(session_id))["queue"]
    assert [item["content"] for item in queue] == ["waits 1", "now there is room"]
