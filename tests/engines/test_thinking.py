"""Inline <think> tags are told from the reply, however the text is cut into pieces."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hermes_webui.engines.base import ReasoningDelta, TextDelta
from hermes_webui.engines.thinking import ThinkTags


def split(pieces):
    tags = ThinkTags()
    told: list[TextDelta | ReasoningDelta] = []
    for piece in pieces:
        told += tags.feed(piece)
    told += tags.rest()
    thoughts = "".join(event.text for event in told if isinstance(event, ReasoningDelta))
    return thoughts, "".join(event.text for event in told if not isinstance(event, ReasoningDelta))


@settings(deadline=None)
@given(st.text("<think>/ ab\n", max_size=60), st.lists(st.integers(1, 5), max_size=40))
def test_the_pieces_do_not_matter(text, sizes):
    pieces, rest = [], text
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    cut, whole = split([*pieces, rest]), split([text])
    assert (cut[0].strip(), cut[1]) == (whole[0].strip(), whole[1])


@pytest.mark.parametrize(
    ("text", "thoughts", "reply"),
    [
        ("<think>hm</think>yes", "hm", "yes"),
        ("\n<think>\nhm\n</think>\n\nyes", "hm", "yes"),
        ("<think>never closed", "never closed", ""),
        ("<think></think>yes", "", "yes"),
        ("yes <think>no</think>", "", "yes <think>no</think>"),
        ("<thi", "", "<thi"),
        ("<think>a </thin b</think>c </think>", "a </thin b", "c </think>"),
        ("", "", ""),
    ],
)
def test_only_tags_at_the_start_count(text, thoughts, reply):
    assert split([text]) == (thoughts, reply)


def test_text_is_not_held_back():
    assert list(ThinkTags().feed("yes"))
