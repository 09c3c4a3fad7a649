"""Tools that are for the user and for the agent itself: a question, a plan, a subagent."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from hermes_webui.engines.base import CallAsked, InputRequest, Option, PlanEntry, PlanUpdated
from hermes_webui.engines.tools.base import Call, Intent, Result, Tool, ToolFailure, tool

_MOST_FIELDS: Final = 20
_TITLE: Final = 100


class Field(Struct):
    """One field of a form."""

    name: Annotated[str, Meta(pattern="^[A-Za-z][A-Za-z0-9_]{0,39}$")]
    label: str = ""
    kind: Literal["text", "number", "yes_no", "choice"] = "text"
    choices: Annotated[list[str], Meta(max_length=50)] = []
    required: bool = False


class AskUser(Struct):
    """Asks the user something that only they can decide, and waits for the answer. Give `choices` to be picked from, or
    `fields` for a form, or neither for an answer in their own words. Do not ask what you can find out yourself, and
    do not ask for permission: each call that needs it asks by itself.
    """

    question: Annotated[str, Meta(min_length=1, max_length=4000)]
    choices: Annotated[list[str], Meta(max_length=20)] = []
    fields: Annotated[list[Field], Meta(max_length=_MOST_FIELDS)] = []


class Step(Struct):
    """One step of a plan."""

    content: Annotated[str, Meta(min_length=1, max_length=500)]
    status: Literal["pending", "in_progress", "completed"] = "pending"
    priority: Literal["high", "medium", "low"] = "medium"


class UpdatePlan(Struct):
    """Shows the user your plan as a checklist. Give all steps each time; the new plan replaces the one before. Use it
    for work of three steps or more, and again whenever a step is begun or done.
    """

    steps: Annotated[list[Step], Meta(min_length=1, max_length=100)]


class Delegate(Struct):
    """Has a subagent do a part of the work that needs many steps but whose way there does not matter, such as searching
    many files. It sees nothing of this conversation, so say all that it must know, and what it shall report.
    """

    task: Annotated[str, Meta(min_length=1, max_length=20_000)]


def ask_user() -> Tool:
    """A question, with choices or as a form."""

    async def prepare(wish: AskUser) -> Intent:
        if wish.choices and wish.fields:
            raise ToolFailure("Give `choices` or `fields`, not both. Nothing was asked.")

        async def run(call: Call) -> Result:
            return await _asked(call, wish)

        return Intent(_line(wish.question), run)

    return tool("ask_user", "ask", AskUser, prepare)


async def _asked(call: Call, wish: AskUser) -> Result:
    options = tuple(Option(f"choice-{number}", label) for number, label in enumerate(wish.choices, 1))
    schema = _schema(wish.fields) if wish.fields else None
    about = CallAsked(call.call_id, "ask_user", "ask")
    kind: Literal["form", "question"] = "form" if schema else "question"
    answer = await call.ask(InputRequest(call.call_id, kind, wish.question, options, about, schema))
    chosen = next((option.label for option in options if option.id == answer.choice), answer.choice)
    if answer.values:
        return Result(msgspec.json.encode(dict(answer.values)).decode())
    return Result(chosen) if chosen else Result("The user gave no answer. Go on without it, or stop.", "cancelled")


def _schema(fields: list[Field]) -> dict[str, Any]:
    """A form's JSON Schema: an object with flat properties."""
    kinds = {"text": {"type": "string"}, "number": {"type": "number"}, "yes_no": {"type": "boolean"}}
    properties = {
        field.name: {
            **kinds.get(field.kind, {"type": "string", "enum": field.choices}),
            "title": field.label or field.name,
        }
        for field in fields
    }
    return {"type": "object", "properties": properties, "required": [each.name for each in fields if each.required]}


def update_plan() -> Tool:
    """The plan as a checklist."""

    async def prepare(wish: UpdatePlan) -> Intent:
        async def run(call: Call) -> Result:
            await call.tell(
                PlanUpdated(tuple(PlanEntry(each.content, each.status, each.priority) for each in wish.steps))
            )
            return Result("The plan is shown.")

        done = sum(step.status == "completed" for step in wish.steps)
        return Intent(f"Plan: {done} of {len(wish.steps)} steps done", run)

    return tool("update_plan", "think", UpdatePlan, prepare)


def delegate() -> Tool:
    """A subagent."""

    async def prepare(wish: Delegate) -> Intent:
        async def run(call: Call) -> Result:
            return await call.delegate(wish.task)

        return Intent(_line(wish.task), run)

    return tool("delegate", "agent", Delegate, prepare)


def _line(text: str) -> str:
    first = text.strip().splitlines()[0]
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1]}…"
