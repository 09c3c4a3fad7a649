"""A model names a conversation in a few words, or not at all."""

import pytest

from hermes_webui.engines.model import ModelEngine
from hermes_webui.engines.titles import title_of
from tests.engines.turns import config_for, turn

SPOKEN = ("How do bees sleep?", {"role": "assistant", "content": "Upright."})


async def title(config, asked):
    engine = ModelEngine([config])
    try:
        return await engine.title(asked)
    finally:
        await engine.close()


@pytest.mark.parametrize("kind", ["openai", "anthropic", "google", "ollama"])
async def test_a_title_is_asked_for_with_a_small_request(peer, kind):
    peer.behave('please say: "The Sleep of Honey Bees."')
    asked = turn("x" * 9_000, {"role": "assistant", "content": "y" * 9_000}, "z" * 9_000)
    assert await title(config_for(peer, kind), asked) == "The Sleep of Honey Bees"
    body = str(peer.requests[-1].body)
    assert body.count("x" * 2_000) == body.count("y" * 2_000) == 1
    assert "x" * 2_001 not in body
    assert "zzz" not in body
    # Of a model that is taken to think, with the room that it needs for that.
    assert 0 < _limit(peer.requests[-1].body) < (50 if kind in ("openai", "ollama") else 2_100)


def _limit(body):
    """Where each kind of API takes the limit of output."""
    return body.get("max_tokens") or body.get("generationConfig", {}).get("maxOutputTokens")


@pytest.mark.parametrize("behaviour", ["please fail: 401", "please fail: 500", "please babble", "please be empty"])
async def test_whatever_fails_there_is_no_title(peer, behaviour):
    peer.behave(behaviour)
    assert await title(config_for(peer), turn(*SPOKEN)) is None


async def test_nothing_said_has_no_title(peer):
    assert await title(config_for(peer), turn("")) is None
    assert not peer.requests


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("The Sleep of Bees", "The Sleep of Bees"),
        (' "The Sleep of Bees."\n', "The Sleep of Bees"),
        ("**Title: Sleep**", "Sleep"),
        ("Title: Sleep of Bees", "Sleep of Bees"),
        ("## Sleep\n\nA text follows", "Sleep"),
        ("<think>hm</think>\nSleep", "Sleep"),
        ("one two three four five six seven eight", "one two three four five six seven"),
        ("蜜蜂的睡眠。", "蜜蜂的睡眠"),
        ("", None),
        (' "." ', None),
        ("<think>I must", None),
    ],
)
def test_an_answer_becomes_a_title(answer, expected):
    assert title_of(answer) == expected


@pytest.mark.parametrize(("kind", "model"), [("anthropic", "claude-opus-5-5"), ("google", "gemini-3.8-flash")])
async def test_a_model_that_always_thinks_gives_a_title_too(peer, kind, model):
    peer.behave("please say: The Sleep of Bees")
    assert await title(config_for(peer, kind), turn(*SPOKEN, model=model)) == "The Sleep of Bees"
