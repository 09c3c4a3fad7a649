"""A reply that was cut off goes on from where it ends, as one reply."""

import pytest

from hermes_webui.chat.run import INTERRUPTED
from hermes_webui.engines.base import ReasoningDelta, TextDelta, TurnEnded
from hermes_webui.errors import EngineFailure
from tests.peers.hermes import ACCEPTED, Hermes, said


async def cut_off(hermes: Hermes, *events, prompt: str = "tell me") -> str:
    """A session whose reply was stopped after these events."""
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, prompt)
    hermes.puppet.say(*events)
    async with hermes.page_stream(session_id, after="0") as stream:
        for _ in events:
            await stream.until("delta")
    await hermes.post("/api/chat/cancel", stream_id=run["stream_id"])
    return session_id


async def go_on(hermes: Hermes, session_id: str, *events, **body):
    run = await hermes.post("/api/session/continue", 202, session_id=session_id, **body)
    hermes.puppet.say(*events)
    await hermes.ended(run["stream_id"])
    return run


async def test_it_goes_on_after_the_partial_reply_and_says_what_it_continues(hermes: Hermes):
    session_id = await cut_off(hermes, TextDelta("Once upon"))
    partial = (await hermes.session(session_id))["messages"][-1]
    run = await go_on(hermes, session_id, TextDelta(" a time."), TurnEnded())
    assert (run.keys(), run["message_id"]) == (ACCEPTED, partial["id"])
    turn = hermes.puppet.turns[1]
    assert turn.continues
    assert [body["content"] for body in turn.messages] == ["tell me", "Once upon"]
    await hermes.restart()
    session = await hermes.session(session_id)
    assert said(session) == ["tell me", "Once upon", " a time."]
    more = session["messages"][-1]
    assert (more["continues"], more["parent"]) == (partial["id"], partial["id"])
    assert "_partial" not in more


async def test_the_file_for_hermes_webui_holds_it_and_nothing_that_the_user_did_not_say(hermes: Hermes):
    session_id = await cut_off(hermes, TextDelta("Once upon"))
    await go_on(hermes, session_id, TextDelta(" a time."), TurnEnded())
    await hermes.stop()
    found = (hermes.sessions / f"{session_id}.json").read_text("utf-8")
    await hermes.start()
    assert '"continues":' in found
    assert [message["role"] for message in (await hermes.session(session_id))["messages"]] == [
        *("user", "assistant", "assistant")
    ]


async def test_a_reply_that_is_cut_off_twice_goes_on_twice(hermes: Hermes):
    session_id = await cut_off(hermes, TextDelta("One,"))
    run = await hermes.post("/api/session/continue", 202, session_id=session_id)
    hermes.puppet.say(TextDelta(" two,"))
    async with hermes.run_stream(run["stream_id"]) as stream:
        await stream.until("token")
        await hermes.post("/api/chat/cancel", stream_id=run["stream_id"])
    await go_on(hermes, session_id, TextDelta(" three."), TurnEnded())
    messages = (await hermes.session(session_id))["messages"]
    assert [message["content"] for message in messages[1:]] == ["One,", " two,", " three."]
    assert [message.get("continues") for message in messages[2:]] == [messages[1]["id"], messages[2]["id"]]


async def test_after_a_failure_it_goes_on_before_the_error_which_stays_in_the_history(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "tell me")
    hermes.puppet.say(TextDelta("Once upon"), EngineFailure("connection_lost", "The line broke."))
    await hermes.ended(run["stream_id"])
    error = (await hermes.session(session_id))["messages"][-1]
    await go_on(hermes, session_id, TextDelta(" a time."), TurnEnded())
    session = await hermes.session(session_id)
    assert said(session) == ["tell me", "Once upon", " a time."]
    assert session["messages"][-1]["siblings"] == [error["id"], session["messages"][-1]["id"]]


@pytest.mark.parametrize("end", ["max_tokens", "unknown"])
async def test_a_reply_that_reached_its_limit_or_never_said_that_it_is_whole_goes_on(hermes: Hermes, end):
    session_id = await hermes.new(engine="puppet")
    hermes.puppet.say(TextDelta("Once upon"), TurnEnded(end))
    session = await hermes.talk(session_id, "tell me")
    assert session["messages"][-1]["finish_reason"] == end
    await go_on(hermes, session_id, TextDelta(" a time."), TurnEnded())
    assert said(await hermes.session(session_id)) == ["tell me", "Once upon", " a time."]


async def test_of_thoughts_alone_it_goes_on_too(hermes: Hermes):
    session_id = await cut_off(hermes, ReasoningDelta("Let me see"))
    await go_on(hermes, session_id, TextDelta("Yes."), TurnEnded())
    messages = (await hermes.session(session_id))["messages"]
    assert (messages[1]["reasoning"], messages[2]["content"]) == ("Let me see", "Yes.")
    assert messages[2]["continues"] == messages[1]["id"]


async def test_the_demo_really_goes_on(hermes: Hermes):
    session_id = await hermes.new(engine="demo")
    whole = (await hermes.talk(session_id, "please a table"))["messages"][-1]["content"]
    other = await hermes.new(engine="demo")
    failed = await hermes.talk(other, "error")
    assert failed["last_run"]["state"] == "failed"
    run = await hermes.post("/api/session/continue", 202, session_id=other)
    await hermes.ended(run["stream_id"])
    told = said(await hermes.session(other))
    assert told[-2].endswith("breaks off in the")
    assert told[-1].startswith(" middle.")
    assert "nothing else knows" in whole


async def test_the_same_key_goes_on_once(hermes: Hermes):
    session_id = await cut_off(hermes, TextDelta("Once upon"))
    first = await hermes.post("/api/session/continue", 202, session_id=session_id, key="k")
    again = await hermes.post("/api/session/continue", 202, session_id=session_id, key="k")
    assert again["stream_id"] == first["stream_id"]
    hermes.puppet.say(TextDelta(" a time."), TurnEnded())
    await hermes.ended(first["stream_id"])
    later = await hermes.post("/api/session/continue", 202, session_id=session_id, key="k")
    assert later["stream_id"] == first["stream_id"]
    assert len((await hermes.session(session_id))["messages"]) == 3


async def test_what_is_whole_or_was_not_said_by_a_model_cannot_be_continued(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "hi")
    for message in session["messages"]:
        body = {"session_id": session_id, "message_id": message["id"]}
        refused = await hermes.post("/api/session/continue", 400, **body)
        assert "cut off" in refused["error"]["message"]
    await hermes.post("/api/session/continue", 404, session_id=session_id, message_id="m99-0000")
    await hermes.post("/api/session/continue", 400, session_id=await hermes.new())
    assert (await hermes.session(session_id))["revision"] == session["revision"]


async def test_while_it_answers_nothing_else_is_continued(hermes: Hermes):
    session_id = await cut_off(hermes, TextDelta("Once upon"))
    run = await hermes.post("/api/session/continue", 202, session_id=session_id)
    refused = await hermes.post("/api/session/continue", 409, session_id=session_id)
    assert refused["error"]["code"] == "run_in_progress"
    hermes.puppet.say(TurnEnded())
    await hermes.ended(run["stream_id"])


async def test_a_page_that_comes_in_the_middle_is_told_what_goes_on(hermes: Hermes):
    session_id = await cut_off(hermes, TextDelta("Once upon"))
    partial = (await hermes.session(session_id))["messages"][-1]
    run = await hermes.post("/api/session/continue", 202, session_id=session_id)
    hermes.puppet.say(TextDelta(" a"))
    async with hermes.run_stream(run["stream_id"]) as stream:
        await stream.until("token")
        session = await hermes.session(session_id)
        assert (session["open"]["continues"], session["open"]["parts"]) == (partial["id"], [["text", " a"]])
        hermes.puppet.say(TextDelta(" time."), TurnEnded())
        await stream.until("stream_end")


async def test_a_continuation_that_the_server_interrupts_is_kept_as_one(hermes: Hermes):
    session_id = await cut_off(hermes, TextDelta("Once upon"))
    run = await hermes.post("/api/session/continue", 202, session_id=session_id)
    hermes.puppet.say(TextDelta(" a"))
    async with hermes.run_stream(run["stream_id"]) as stream:
        await stream.until("token")
    await hermes.restart()
    messages = (await hermes.session(session_id))["messages"]
    assert (messages[-1]["content"], messages[-1]["finish_reason"]) == (" a", INTERRUPTED)
    assert messages[-1]["continues"] == messages[-2]["id"]
