"""Titles made from prompts, and the times and ids that other programs wrote."""

import pytest

from hermes_webui.chat import decide
from hermes_webui.chat.events import Event, SessionChanged
from hermes_webui.chat.head import Head, apply
from hermes_webui.chat.messages import bare, mint, seq_of, text_of, timestamp_of


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Tell me", "Tell me"),
        ("\n\n  # Heading \nmore", "Heading"),
        ("***", ""),
        ("word " * 30, "word " * 11 + "word…"),
        ("x" * 100, "x" * 60 + "…"),
    ],
)
def test_a_title_is_the_prompts_first_line_cut_at_a_word(prompt, title):
    assert decide.title_from(prompt).rstrip() == title.rstrip()
    assert len(decide.title_from(prompt)) <= 61


def test_the_same_title_by_hand_makes_an_automatic_one_manual():
    head = apply(Head("s"), Event(1, 1.0, SessionChanged({"title": "Sea"}, "model")))
    changes = decide.change(head, {"title": "Sea"})
    assert changes == [SessionChanged({"title": "Sea"}, "manual")]
    head = apply(head, Event(2, 2.0, changes[0]))
    assert decide.change(head, {"title": "Lake"}, "model") == []


def test_a_title_of_a_source_that_a_newer_version_has_does_not_stop_a_rename():
    head = apply(Head("s"), Event(1, 1.0, SessionChanged({"title": "Sea"}, "oracle")))
    assert decide.change(head, {"title": "Lake"}) == [SessionChanged({"title": "Lake"}, "manual")]


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"timestamp": 1.5}, 1.5),
        ({"_ts": 2}, 2.0),
        ({"timestamp": 1_700_000_000_000}, 1_700_000_000.0),
        ({"timestamp": "soon"}, None),
        ({"timestamp": True}, None),
        ({}, None),
    ],
)
def test_times_are_read_in_seconds_and_milliseconds(body, seconds):
    assert timestamp_of(body) == seconds


def test_an_id_names_its_event_and_other_ids_do_not():
    assert seq_of(mint(17, {"role": "user"})) == 17
    assert [seq_of(other) for other in ("m17", "x17-abcd", "m-abcd", "m１７-abcd", "", f"m{'9' * 20}-abcd")] == [
        None
    ] * 6


def test_a_message_is_compared_without_the_keys_that_we_add_and_a_foreign_id_is_kept():
    body = {"role": "user", "content": "a"}
    assert bare({"id": mint(3, body), "parent": None, "run_id": "r", "key": "k", **body}) == body
    assert bare({"id": "uuid-1", **body}) == {"source_id": "uuid-1", **body}


def test_text_is_read_from_a_string_or_a_list_of_parts():
    assert text_of({"content": [{"type": "text", "text": "a"}, {"type": "image"}, "x", {"text": "b"}]}) == "a\nb"
    assert text_of({"content": None}) == ""
