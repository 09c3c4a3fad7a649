"""What steered a turn is part of the context of later ones, in every dialect, where it stood."""

import asyncio
import json
from itertools import pairwise

import pytest

from hermes_webui.engines.base import Steered, StepEnded, ToolCallFinished
from hermes_webui.engines.context import pending_of, prompt_of
from hermes_webui.engines.demo import DemoEngine
from hermes_webui.engines.sdk.messages import pending_messages
from tests.engines.turns import ask_nobody, config_for, events_of, run_once, text_of, turn


def called(identity):
    return {
        "role": "assistant",
        "content": f"I look at {identity}.",
        "tool_calls": [{"id": identity, "type": "function", "function": {"name": "look", "arguments": "{}"}}],
    }


def result(identity):
    return {"role": "tool", "tool_call_id": identity, "name": "look", "content": f"seen {identity}"}


STEERED = [called("one"), result("one"), {"role": "user", "content": "rather like this"}]


@pytest.mark.parametrize("kind", ["openai", "anthropic", "google", "ollama"])
@pytest.mark.parametrize("more", [(), ({"role": "user", "content": "and like that"},)])
async def test_later_turns_read_it_behind_the_results(peer, kind, more):
    said = [*STEERED, *more, called("two"), result("two"), {"role": "assistant", "content": "As you wish."}]
    await run_once(config_for(peer, kind), turn("go", *said, "please say: next"))
    sent = peer.requests[-1].messages
    told = json.dumps(sent)
    places = ["go", "I look at one.", "seen one", "rather like this", *(each["content"] for each in more)]
    places += ["I look at two.", "seen two", "As you wish.", "please say: next"]
    assert [told.index(each) for each in places] == sorted(told.index(each) for each in places)
    assert all(told.count(each) == 1 for each in places[1:])
    roles = [each["role"] for each in sent if each["role"] != "system"]
    if kind in ("anthropic", "google"):  # they take no two of one role in a row
        assert all(one != other for one, other in pairwise(roles))
    else:
        assert roles == ["user", *["assistant", "tool", "user"], *["assistant", "tool", "assistant", "user"]]


def test_a_run_that_goes_on_from_the_log_alone_has_it_behind_the_results():
    own = [called("one"), result("one"), {"role": "user", "content": "rather like this"}, called("two")]
    messages = pending_messages(pending_of(own))
    kinds = [[type(part).__name__ for part in message.parts] for message in messages]
    assert kinds == [
        ["TextPart", "ToolCallPart"],
        ["ToolReturnPart", "UserPromptPart"],
        ["TextPart", "ToolCallPart"],
    ]


def test_a_prompt_by_itself_says_which_of_its_files_is_not_sent():
    said = prompt_of({"role": "user", "content": "look", "attachments": [{"id": "x", "name": "a.png"}]})
    assert said.text == "[Attached here, but not sent: a.png]\n\nlook"


async def test_the_demo_hears_what_is_said_between_its_steps():
    async def at_once(_seconds: float) -> None:
        pass

    events = []
    async for event in DemoEngine(at_once, pace=0).run(turn("plan"), ask_nobody, asyncio.Event()):
        events.append(event)
        if isinstance(event, StepEnded) and sum(isinstance(each, StepEnded) for each in events) == 2:
            event.taken.append(Steered({"role": "user", "content": "  the\nbees   first " + "x" * 100}))
    assert f"You say meanwhile: “the bees first {'x' * 65}…”" in text_of(events)
    ended = [at for at, event in enumerate(events) if isinstance(event, ToolCallFinished)]
    assert [type(events[at + 1]) for at in ended] == [StepEnded] * len(ended)


async def test_the_demo_is_not_heard_inside_of_a_subagent():
    events = await events_of(DemoEngine(pace=0), turn("subagents"))
    steps = [at for at, event in enumerate(events) if isinstance(event, StepEnded)]
    before = [events[at - 1] for at in steps]
    assert [each.call_id for each in before if isinstance(each, ToolCallFinished)] == ["demo-r1-0", "demo-r1-1"]
    assert len(before) == 2
