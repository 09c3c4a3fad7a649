"""One damaged place in a log costs at most its own line, and a page that shows it says so."""

from __future__ import annotations

import re

import pytest

from hermes_webui.chat.messages import Message
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore
from tests.store.fixtures import SID, begin, contents, conversation, recover, store_in, turn

TURNS = 60


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path / "sessions")


def shown(store: SessionStore) -> list[Message]:
    session = store.load(SID)
    return store.page(session, session.head.leaf, 500).messages


def renumbered(raw: bytes, place: int = 0, digit: int = 9) -> bytes:
    """The line with a digit of its number changed."""
    return re.sub(rb'^(\{"seq":\d{%d})\d' % place, rb"\g<1>%d" % digit, raw)


def texts_in(raw: bytes, texts: list[str]) -> set[str]:
    """Those of the texts that the line holds: what damage to it may cost."""
    return {text for text in texts if f'"{text}"'.encode() in raw}


def test_a_digit_of_a_lines_number_hides_at_most_that_line_wherever_it_is(store):
    conversation(store, 7)
    path = store.log_path(SID)
    lines = path.read_bytes().splitlines(keepends=True)
    right = contents(store)
    head = store.load(SID).head
    for place, raw in enumerate(lines):
        path.write_bytes(b"".join([*lines[:place], renumbered(raw), *lines[place + 1 :]]))
        session = store.load(SID)
        is_last = place == len(lines) - 1
        assert session.damaged or raw.startswith(b'{"seq":9')
        assert session.head.revision == head.revision - is_last
        assert (session.head.run is None) == (not is_last)
        assert set(right) - set(contents(store)) <= texts_in(raw, right)
        if not raw.startswith(b'{"seq":9'):
            turn(session, "after", "the damage") if session.head.run is None else recover(store)
            assert len(set(right) - set(contents(store))) <= 1
        path.write_bytes(b"".join(lines))


def long_conversation(store: SessionStore) -> Session:
    """One that no single read takes in."""
    session = begin(store)
    for number in range(TURNS):
        turn(session, f"{number} " + "x" * 3000, f"{number} " + "y" * 3000)
    return session


@pytest.mark.parametrize(("place", "digit"), [(0, 9), (1, 0)], ids=["up", "down"])
def test_a_digit_of_a_lines_number_leads_no_search_for_another_line_astray(store, place, digit):
    """The lines that a bisection meets first are those after the half, the quarters, the eighths of the file."""
    session = long_conversation(store)
    path = store.log_path(SID)
    whole = path.read_bytes()
    right = {message.id: message.body for message in shown(store)}
    for eighth in range(1, 8):
        begins = whole.index(b"\n", len(whole) * eighth // 8) + 1
        raw = whole[begins : whole.index(b"\n", begins) + 1]
        path.write_bytes(whole[:begins] + renumbered(raw, place, digit) + whole[begins + len(raw) :])
        session = store.load(SID)
        for message_id, body in right.items():
            if f'"{message_id}"'.encode() not in raw:
                assert store.message(session, message_id).body["content"] == body["content"], f"{eighth}: {message_id}"
        missing = {str(body["content"]) for body in right.values()} - set(map(str, contents(store)))
        assert len(missing) <= 1


@pytest.mark.parametrize(("numbers", "digit"), [(range(100, 180, 7), 9), (range(110, 120), 0)], ids=["up", "down"])
def test_a_line_whose_number_became_anothers_does_not_take_its_place(store, numbers, digit):
    session = long_conversation(store)
    path = store.log_path(SID)
    lines = path.read_bytes().splitlines(keepends=True)
    right = {event.seq: event for event in store.events(session, 0, session.log.seq)}
    texts = contents(store)
    assert len(right) > 200
    for number in numbers:
        raw = renumbered(lines[number - 1], 1, digit)
        path.write_bytes(b"".join([*lines[: number - 1], raw, *lines[number:]]))
        session = store.load(SID)
        found = {event.seq: event for event in store.events(session, 0, session.log.seq)}
        assert found == {seq: event for seq, event in right.items() if seq != number}, f"line {number}"
        missing = set(texts) - {str(message.body["content"]) for message in shown(store)}
        assert missing <= texts_in(raw, texts), f"line {number}"


@pytest.mark.parametrize("with_snapshot", [False, True])
def test_a_letter_that_changed_in_an_early_message_is_said_when_its_page_is_read(store, with_snapshot):
    session = long_conversation(store)
    if with_snapshot:
        store.write_snapshot(session)
    path = store.log_path(SID)
    lines = path.read_bytes().splitlines(keepends=True)
    assert not any(message.body.get("_damaged") for message in shown(store))
    for place, raw in enumerate(lines):
        changed = raw.replace(b"xx", b"zx", 1).replace(b"yy", b"zy", 1)
        if changed == raw or b'"message.added"' not in raw:
            continue
        path.write_bytes(b"".join([*lines[:place], changed, *lines[place + 1 :]]))
        wrong = [message for message in shown(store) if "zx" in str(message.body) or "zy" in str(message.body)]
        assert [message.body.get("_damaged") for message in wrong] == [True], f"line {place + 1}"
