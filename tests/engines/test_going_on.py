"""A reply that was cut off goes on without a seam, whatever the model makes of the request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.engines.context import context_of
from hermes_webui.engines.demo import DemoEngine
from hermes_webui.engines.seam import Seam, last_word, request_to_go_on
from tests.engines.turns import config_for, events_of, reasoning_of, run_once, text_of, turn

KINDS = ["openai", "anthropic", "google", "ollama"]


def partial(text, **more):
    return {"role": "assistant", "content": text, "_partial": True, **more}


def going_on(*bodies):
    asked = turn(*bodies)
    return type(asked)(asked.session_id, asked.run_id, asked.messages, asked.model, asked.provider, continues=True)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_model_repeats_to_find_its_place_is_taken_out(peer, kind):
    peer.behave("please say: cat sat on the mat.")
    events = await run_once(config_for(peer, kind), going_on("tell me", partial("There the ca")))
    assert text_of(events) == "t sat on the mat."


@pytest.mark.parametrize("kind", KINDS)
async def test_a_model_that_repeats_nothing_is_taken_at_its_word(peer, kind):
    peer.behave("please say: , it sat.")
    assert text_of(await run_once(config_for(peer, kind), going_on("tell me", partial("There the cat")))) == ", it sat."


async def test_it_reads_its_reply_as_it_stands_and_is_asked_to_go_on(peer):
    await run_once(config_for(peer), going_on("tell me", partial("One, "), partial("two", continues="m2-0000")))
    assert peer.requests[-1].messages == [
        {"role": "user", "content": "tell me"},
        {"role": "assistant", "content": "One, two"},
        {"role": "user", "content": request_to_go_on("One, two")},
    ]


async def test_of_thoughts_alone_the_prompt_is_simply_answered(peer):
    events = await run_once(config_for(peer), going_on("hello", partial("", reasoning="Hm")))
    assert peer.requests[-1].messages == [{"role": "user", "content": "hello"}]
    assert text_of(events) == "You said: hello"


def test_a_continued_reply_is_one_for_the_model_ever_after():
    bodies = [
        {"role": "user", "content": "tell me"},
        partial("Once upon"),
        {"role": "assistant", "content": " a time.", "continues": "m2-0000"},
        {"role": "user", "content": "thanks"},
    ]
    assert [said.text for said in context_of(bodies).turns] == ["tell me", "Once upon a time.", "thanks"]


def test_a_prompt_that_was_sent_again_for_want_of_an_answer_is_sent_once():
    bodies = [{"role": "user", "content": text} for text in ("hello", "hello", "are you there?", "hello")]
    assert [said.text for said in context_of(bodies).turns] == ["hello\n\nare you there?\n\nhello"]


def fed(seam, pieces):
    return "".join([*map(seam.feed, pieces), seam.rest()])


@given(st.text(), st.text(), st.lists(st.integers(1, 5), max_size=20))
def test_however_the_text_is_cut_into_pieces_only_the_repeated_word_is_missing(before, more, cuts):
    told = last_word(before) + more
    pieces, rest = [], told
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    assert fed(Seam(before), [*pieces, rest]) == more


@given(st.text(), st.text())
def test_text_that_repeats_nothing_is_told_whole(before, more):
    word = last_word(before)
    if word and more.lstrip().startswith(word):
        return
    assert fed(Seam(before), list(more)) == more


@pytest.mark.parametrize("prompt", ["hello", "a table", "long"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
async def test_the_demo_goes_on_with_the_rest_of_its_text(prompt, share):
    whole = await events_of(DemoEngine(pace=0), turn(prompt))
    text, thoughts = text_of(whole), reasoning_of(whole)
    so_far = text[: int(len(text) * share)]
    rest = await events_of(DemoEngine(pace=0), going_on(prompt, partial(so_far, reasoning=thoughts)))
    assert so_far + text_of(rest) == text
    assert reasoning_of(rest) == ""
    thought = thoughts[: int(len(thoughts) * share)]
    rest = await events_of(DemoEngine(pace=0), going_on(prompt, partial("", reasoning=thought)))
    assert (thought + reasoning_of(rest), text_of(rest)) == (thoughts, text)
