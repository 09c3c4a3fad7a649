"""Words are found whatever their case, accents and script, and shown as they stand in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.chat.search import BEFORE, LENGTH, MOST_PLACES, Needle, texts_in

FOUND = [
    ("hello", "Say HELLO there", ["Say ", "HELLO", " there"]),
    ("strasse", "Die Straße hier", ["Die ", "Straße", " hier"]),
    ("STRASSE", "Die Straße hier", ["Die ", "Straße", " hier"]),
    ("ss", "ß", ["", "ß", ""]),
    ("s", "ß", ["", "ß", ""]),
    ("cafe", "Un Café noir", ["Un ", "Café", " noir"]),
    ("café", "un cafe noir", ["un ", "cafe", " noir"]),
    ("cafe", "Un Cafe\u0301 noir", ["Un ", "Cafe\u0301", " noir"]),
    ("istanbul", "İstanbul", ["", "İstanbul", ""]),
    ("σοφος", "ὁ ΣΟΦΌΣ λέγει", ["ὁ ", "ΣΟΦΌΣ", " λέγει"]),
    ("ﬁn", "final", ["", "fin", "al"]),
    ("日本", "これは日本語です", ["これは", "日本", "語です"]),
    ("🦉", "an 🦉 looks", ["an ", "🦉", " looks"]),
    ("two words", "two\n   words", ["", "two\n   words", ""]),
    ("a.b", "axb a.b", ["axb ", "a.b", ""]),
]


@pytest.mark.parametrize(("query", "text", "snippet"), FOUND)
def test_what_is_found_stands_between_what_is_around_it(query, text, snippet):
    match = Needle(query).find(text)
    assert match is not None
    assert match.snippet == snippet


@pytest.mark.parametrize(("query", "text"), [("か", "が"), ("x", "abc"), (" ", "a b"), ("\u0301", "é")])
def test_what_is_another_letter_or_nothing_is_not_found(query, text):
    assert Needle(query).find(text) is None


@given(text=st.text(max_size=400), data=st.data())
def test_any_piece_of_a_text_is_found_in_it_and_the_snippet_is_part_of_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    piece = text[start : data.draw(st.integers(start, len(text)))]
    match = Needle(piece).find(text)
    if match is not None:
        shown = match.snippet.copy()
        shown[0], shown[-1] = shown[0].removeprefix("…"), shown[-1].removesuffix("…")
        assert "".join(shown) in text or text.startswith("…") or text.endswith("…")
        assert len(shown) % 2 == 1


def test_a_snippet_of_a_long_text_is_short_and_begins_at_a_word():
    text = "word " * 1000 + "needle " + "more " * 1000
    match = Needle("NEEDLE").find(text)
    assert match is not None
    assert match.snippet[0].startswith("…word")
    assert match.snippet[-1].endswith("…")
    assert len("".join(match.snippet)) <= LENGTH + BEFORE


def test_tools_and_reasoning_are_searched_where_everything_is_wanted():
    call = {"id": "t", "function": {"name": "look", "arguments": '{"at": "harbour"}'}}
    body = {"role": "assistant", "content": "text", "reasoning": "because", "tool_calls": [call, 7]}
    assert list(texts_in(body, everything=False)) == ["text"]
    assert list(texts_in(body, everything=True)) == ["text", "because", 'look {"at": "harbour"}']
    assert list(texts_in({"role": "tool", "content": "seen"}, everything=False)) == []


def test_places_are_counted_as_far_as_anybody_looks():
    for text in ("a " * 50_000, "ä " * 50_000):
        found = Needle("a").find(text)
        assert found is not None
        assert found.count == MOST_PLACES
