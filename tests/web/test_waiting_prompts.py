"""Prompts that wait can be reworded, moved and taken back until their turn comes; every tab sees it."""

from typing import Any

import pytest

from hermes_webui.engines.base import TextDelta, TurnEnded
from hermes_webui.errors import EngineFailure
from tests.peers.hermes import Hermes, Stream, said


async def waiting(hermes: Hermes, *prompts: str):
    """A session that answers, with these prompts waiting: its id, the open run, and their queue ids."""
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "runs")
    ids = [(await hermes.send(session_id, each))["message_id"] for each in prompts]
    return session_id, run, ids


async def change(hermes: Hermes, session_id: str, queue_id: str, action: str, status: int = 200, **more):
    body = {"session_id": session_id, "queue_id": queue_id, "action": action, **more}
    return await hermes.post("/api/session/queue", status, **body)


async def requeued(tab: Stream) -> Any:
    """The next change of the queue that a tab is told of."""
    told = (await tab.until("run.requeued"))[-1].data
    assert told is not None
    return told["data"]


def texts(answer):
    return [item["content"] for item in answer["queue"]]


async def test_a_waiting_prompt_is_reworded_and_answered_as_it_says_then(hermes: Hermes):
    session_id, _, (two,) = await waiting(hermes, "two")
    answer = await change(hermes, session_id, two, "edit", message="zwei")
    assert texts(answer) == ["zwei"]
    hermes.puppet.say(TurnEnded(), TextDelta("2"), TurnEnded())
    await hermes.ended((await hermes.session(session_id))["queue"][0]["run_id"])
    assert said(await hermes.session(session_id)) == ["runs", "zwei", "2"]


async def test_prompts_are_put_in_another_order_that_a_restart_keeps(hermes: Hermes):
    session_id, _, (one, two, three) = await waiting(hermes, "one", "two", "three")
    assert texts(await change(hermes, session_id, three, "move", before=one)) == ["three", "one", "two"]
    assert texts(await change(hermes, session_id, one, "move")) == ["three", "two", "one"]
    await hermes.restart()
    session = await hermes.session(session_id)
    assert (texts(session), session["queue_held"]) == (["three", "two", "one"], True)
    assert texts(await change(hermes, session_id, two, "remove")) == ["three", "one"]


async def test_what_changes_nothing_adds_nothing(hermes: Hermes):
    session_id, _, (one, two) = await waiting(hermes, "one", "two")
    before = (await hermes.session(session_id))["revision"]
    await change(hermes, session_id, one, "edit", message="one")
    await change(hermes, session_id, one, "move", before=two)
    await change(hermes, session_id, one, "move", before=one)
    await change(hermes, session_id, two, "move")
    assert (await hermes.session(session_id))["revision"] == before


@pytest.mark.parametrize("action", ["edit", "move", "remove"])
async def test_where_its_turn_has_come_a_sentence_says_so(hermes: Hermes, action):
    session_id, run, (two,) = await waiting(hermes, "two")
    hermes.puppet.say(TurnEnded())
    await hermes.ended(run["stream_id"])
    await hermes.settled(lambda: len(hermes.puppet.turns) == 2)
    before = await hermes.session(session_id)
    refused = await change(hermes, session_id, two, action, 409, message="late")
    assert "its turn has come" in refused["error"]["message"]
    assert (await hermes.session(session_id))["messages"] == before["messages"]


async def test_nothing_else_can_stand_in_for_it(hermes: Hermes):
    session_id, _, (two, three) = await waiting(hermes, "two", "three")
    await change(hermes, session_id, two, "move", 409, before="q99")
    await change(hermes, session_id, two, "edit", 400, message="  ")
    await change(hermes, session_id, two, "steer", 400)
    await change(hermes, session_id, three, "remove")
    await change(hermes, session_id, three, "remove", 409)
    assert texts(await hermes.session(session_id)) == ["two"]


async def test_another_tab_is_told(hermes: Hermes):
    session_id, _, (one, two) = await waiting(hermes, "one", "two")
    async with hermes.page_stream(session_id, after=(await hermes.session(session_id))["cursor"]) as tab:
        await change(hermes, session_id, one, "edit", message="uno")
        told = await requeued(tab)
        assert (told["queue_id"], told["message"]["content"]) == (one, "uno")
        await change(hermes, session_id, two, "move", before=one)
        assert (await requeued(tab))["order"] == [two, one]


async def test_attachments_stay_with_a_prompt_that_is_reworded(hermes: Hermes):
    session_id, _, _ = await waiting(hermes)
    attachments = [{"name": "a.txt"}]
    queued = await hermes.send(session_id, "look", attachments=attachments)
    await change(hermes, session_id, queued["message_id"], "edit", message="look here")
    hermes.puppet.say(TurnEnded(), TurnEnded())
    await hermes.ended(queued["stream_id"])
    message = (await hermes.session(session_id))["messages"][-1]
    assert (message["content"], message["attachments"]) == ("look here", attachments)


async def test_a_held_queue_can_be_changed_before_it_goes_on(hermes: Hermes):
    session_id, run, (one, two) = await waiting(hermes, "one", "two")
    hermes.puppet.say(EngineFailure("auth", "No key."))
    await hermes.ended(run["stream_id"])
    await change(hermes, session_id, two, "move", before=one)
    hermes.puppet.say(TextDelta("2"), TurnEnded(), TextDelta("1"), TurnEnded())
    runs = [item["run_id"] for item in (await hermes.session(session_id))["queue"]]
    await hermes.post("/api/chat/resume", 202, session_id=session_id)
    await hermes.ended(runs[1])
    assert said(await hermes.session(session_id)) == ["runs", "No key.", "two", "2", "one", "1"]


async def test_the_session_tells_the_whole_of_a_waiting_prompt_and_the_list_its_beginning(hermes: Hermes):
    session_id, _, _ = await waiting(hermes, "x" * 5000)
    assert len(texts(await hermes.session(session_id))[0]) == 5000
    assert len((await hermes.get("/api/sessions"))["sessions"][0]["queue"][0]["content"]) == 2000
