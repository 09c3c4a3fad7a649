"""The demo as an agent: it asks, waits, does as it was told, and goes on from the log after a restart."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from hermes_webui.engines.base import (
    Answer,
    InputRequest,
    PlanUpdated,
    Resumption,
    ToolCallFinished,
    ToolCallStarted,
    ToolCallUpdated,
)
from hermes_webui.engines.demo import DemoEngine
from tests.engines.turns import text_of, turn


async def played(prompt: str, choice: str = "", values: dict[str, Any] | None = None, **more: Any):
    """What the demo says to this prompt, and what it asks on the way; each question gets the same answer."""
    asked: list[InputRequest] = []

    async def ask(request: InputRequest) -> Answer:
        asked.append(request)
        return Answer(request.request_id, choice, allowed=choice == "allow", values=values or {})

    async def at_once(_seconds: float) -> None:
        pass

    told = replace(turn(prompt), **more)
    events = [event async for event in DemoEngine(at_once, pace=0).run(told, ask, asyncio.Event())]
    return events, asked


def finished(events):
    return {event.call_id: event.status for event in events if isinstance(event, ToolCallFinished)}


@pytest.mark.parametrize(("choice", "status"), [("allow", "ok"), ("deny", "denied")])
@pytest.mark.parametrize("prompt", ["approve", "patch"])
async def test_a_call_is_asked_about_and_made_only_where_it_was_allowed(prompt, choice, status):
    events, (question,) = await played(prompt, choice)
    started = next(event for event in events if isinstance(event, ToolCallStarted))
    assert question.call is not None
    assert (question.kind, question.call.call_id) == ("permission", started.call_id)
    assert finished(events) == {started.call_id: status}
    assert any(isinstance(event, ToolCallUpdated) for event in events) == (prompt == "approve" and choice == "allow")


@pytest.mark.parametrize("prompt", ["approve", "patch", "form", "choose", "inquire"])
async def test_after_a_restart_it_asks_the_same_again_and_goes_on_from_there(prompt):
    whole, before = await played(prompt, "allow", {"name": "Maja"})
    call = before[0].call.call_id
    rest, after = await played(prompt, "allow", {"name": "Maja"}, resumes=Resumption(1, frozenset({call})))
    assert after == before
    assert [type(event) for event in rest] == [type(event) for event in whole[-len(rest) :]]
    assert not any(isinstance(event, ToolCallStarted) for event in rest)
    assert finished(rest) == {call: "ok"}


async def test_who_is_in_a_hurry_gets_a_question_with_an_end():
    _, (question,) = await played("approve, hurry", "allow")
    assert question.timeout == 60


async def test_a_form_has_a_schema_and_its_values_come_back():
    events, (question,) = await played("form", "send", {"name": "Maja", "kind": "honey bees"})
    assert question.schema is not None
    assert set(question.schema["required"]) == {"name", "kind"}
    assert "name: Maja" in text_of(events)


async def test_free_text_and_a_choice_come_back():
    assert "**rose**" in text_of((await played("inquire", "rose"))[0])
    assert "**Honey**" in text_of((await played("choose", "honey"))[0])


async def test_a_plan_is_told_step_by_step():
    events, asked = await played("plan")
    plans = [event for event in events if isinstance(event, PlanUpdated)]
    done = [sum(entry.status == "completed" for entry in plan.entries) for plan in plans]
    assert done == list(range(len(plans[0].entries) + 1))
    assert asked == []


async def test_what_subagents_do_stands_below_them():
    events, _ = await played("subagents")
    started = [event for event in events if isinstance(event, ToolCallStarted)]
    helpers = [event.call_id for event in started if event.kind == "agent"]
    assert {event.parent for event in started} == {"", *helpers}
    assert set(finished(events)) == {event.call_id for event in started}
