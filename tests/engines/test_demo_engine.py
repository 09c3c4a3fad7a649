"""The demo answers without a network, the same each time, and shows what the page can do."""

import asyncio
import re

import pytest

from hermes_webui.engines.base import ReasoningDelta, TextDelta, ToolCallFinished, ToolCallStarted, UsageUpdated
from hermes_webui.engines.demo import DemoEngine
from tests.engines.turns import ask_nobody, end_of, events_of, failed_run, reasoning_of, text_of, turn


def demo() -> DemoEngine:
    return DemoEngine(pace=0)


async def test_the_first_reply_says_that_it_is_a_demo_and_how_to_connect_a_model():
    text = text_of(await events_of(demo(), turn("hello")))
    assert "This is a demo" in text
    assert "No model is connected" in text
    for way in ("ollama pull", "OPENAI_API_KEY", "[providers."):
        assert way in text
    for command in ("table", "code", "long", "slow", "error"):
        assert f"**{command}**" in text


async def test_the_first_reply_shows_the_kinds_of_markdown():
    text = text_of(await events_of(demo(), turn("hello")))
    shown = [
        r"^## ",
        r"^### ",
        r"^1\. ",
        r"^- \[ \] ",
        r"^\|.*\|$",
        r"\]\(https://",
        r"\*\*\w",
        r"`\w+`",
        r"[😀-🫿✨👋]",
    ]
    for pattern in shown:
        assert re.search(pattern, text, re.MULTILINE), pattern
    assert len(set(re.findall(r"^```(\w+)$", text, re.MULTILINE))) >= 2
    assert text.count("```") % 2 == 0


async def test_reasoning_comes_first_and_the_end_once():
    events = await events_of(demo(), turn("hello"))
    kinds = [type(event) for event in events]
    assert kinds.index(ReasoningDelta) < kinds.index(ToolCallStarted) < kinds.index(TextDelta)
    assert reasoning_of(events)
    assert end_of(events) == "end_turn"


async def test_its_tool_call_begins_and_ends():
    events = await events_of(demo(), turn("one two three"))
    started = next(event for event in events if isinstance(event, ToolCallStarted))
    finished = next(event for event in events if isinstance(event, ToolCallFinished))
    assert started.args == {"expression": "3 * 1"}
    assert (finished.call_id, finished.status, finished.result) == (started.call_id, "ok", "3")


async def test_a_later_reply_shows_that_the_conversation_was_carried():
    events = await events_of(
        demo(), turn("I like elderberries", {"role": "assistant", "content": "Good."}, "and you, what about you?")
    )
    text = text_of(events)
    assert "all **3 messages**" in text
    assert "I like elderberries" in text
    assert "and you, what about you?" in text


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [("a table", "|:---"), ("Code!", "```javascript"), ("slow please", "🐌"), ("long", "Part 8 of 8")],
)
async def test_a_word_asks_for_what_it_names(prompt, shown):
    assert shown in text_of(await events_of(demo(), turn(prompt)))


async def test_long_is_about_two_thousand_words():
    text = text_of(await events_of(demo(), turn("long")))
    assert 1_700 < len(text.split()) < 2_300


async def test_the_same_conversation_gets_the_same_reply():
    assert await events_of(demo(), turn("hello")) == await events_of(demo(), turn("hello"))


async def test_pieces_are_word_like():
    events = await events_of(demo(), turn("hello"))
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(pieces) > 150
    assert all(len(piece.split()) <= 1 for piece in pieces)


async def test_error_breaks_off_with_a_sentence():
    told, failure = await failed_run(demo(), turn("give me an error"))
    assert failure.code == "provider_error"
    assert "kept" in failure.message
    assert text_of(told)


async def test_usage_counts_words():
    events = await events_of(demo(), turn("one two three"))
    usage = next(event.usage for event in events if isinstance(event, UsageUpdated))
    assert usage.input_tokens == 3
    assert usage.output_tokens == sum(isinstance(event, TextDelta | ReasoningDelta) for event in events)


async def test_every_piece_waits_its_pace_and_slow_is_slower():
    waits: dict[str, set[float]] = {}
    for prompt in ("hello", "slow"):
        seen = waits.setdefault(prompt, set())

        async def pause(seconds, seen=seen):
            seen.add(seconds)

        await events_of(DemoEngine(pause, pace=0.01), turn(prompt))
    assert waits["hello"] == {0.01}
    assert 0.01 < max(waits["slow"]) < 0.2


async def test_a_cancel_ends_it_at_the_next_word():
    cancel = asyncio.Event()
    told = []
    async for event in demo().run(turn("long"), ask_nobody, cancel):
        told.append(event)
        if len(told) == 40:
            cancel.set()
    assert len(told) == 42
    assert end_of(told) == "cancelled"


async def test_it_is_always_ready_and_leaves_titles_to_the_prompt():
    info = (await demo().providers())[0]
    assert (info.id, info.ready, info.models[0].id) == ("demo", True, "demo")
    assert await demo().title(turn("how do bees sleep in winter, tell me?")) is None
