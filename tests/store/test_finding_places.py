"""Any place of the visible path is found as a walk along the whole path finds it: across branches, damage and sizes."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hermes_webui.chat import decide
from hermes_webui.chat.events import SessionChanged
from hermes_webui.chat.run import DONE, Ended
from hermes_webui.chat.search import Needle
from hermes_webui.errors import Conflict, NotFound
from hermes_webui.store import places
from hermes_webui.store.path import depth_of, time_of, turn_of
from tests.store.fixtures import SID, begin, conversation, document, messages, store_in, turn, write

STEPS = st.sampled_from(["turn", "turn", "turn", "edit", "select", "cut", "rename"])


def branching(store, steps, seed):
    """A conversation with edits, other paths shown, and ends taken back."""
    chance = random.Random(seed)
    session = begin(store)
    for number, step in enumerate(["turn", "turn", *steps]):
        known = store.path_messages(session, session.head.leaf)
        at = 2_000.0 + 10 * number
        some = chance.choice(known) if known else None
        if step == "edit" and some is not None and some.role == "user":
            prompt = decide.Prompt({"role": "user", "content": f"other {number}", "timestamp": at}, f"r{number}")
            session.append(decide.edit(session.head, at, some, prompt), at)
            ended = Ended(f"r{number}", DONE)
            reply = {"role": "assistant", "content": f"so {number}", "timestamp": at + 1}
            session.append(decide.finish(session.head, at + 1, session.head.epoch, ended, [reply]), at + 1)
        elif step in {"select", "cut"} and some is not None:
            children = [child for all_of in session.head.branches.values() for child in all_of]
            wanted = chance.choice(children or [some.id])
            leaf = store.message(session, wanted) if step == "cut" else store.latest_below(session, wanted)
            session.append(decide.select(session.head, leaf, store.hidden_by(session, leaf)), at)
        elif step == "rename":
            session.append([SessionChanged({"title": f"t{number}"})], at)
        else:
            turn(session, f"prompt {number}", f"answer {number}", at=at)
    return session


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=30), seed=st.integers(0, 10_000))
def test_places_of_a_path_are_those_of_a_walk(tmp_path_factory, steps, seed):
    store = store_in(tmp_path_factory.mktemp("sessions"))
    session = branching(store, steps, seed)
    whole = store.path_messages(session, session.head.leaf)
    hidden = [each for each in session.head.branches.values() for each in each if each not in {m.id for m in whole}]
    with store.visible(session, session.head.leaf) as path:
        for message in whole:
            assert path.holds(message)
            assert path.first(depth_of, message.depth) == message
            assert path.first(turn_of, message.turn) == next(m for m in whole if m.turn == message.turn)
            assert path.first(time_of, time_of(message)) == next(m for m in whole if time_of(m) >= time_of(message))
        assert path.first(depth_of, len(whole) + 1) is None
        for other in hidden:
            with pytest.raises(Conflict):
                places.around(path, other, 5)


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(STEPS, max_size=20), seed=st.integers(0, 10_000), limit=st.integers(1, 7))
def test_pages_after_and_before_a_message_put_together_are_the_whole_path(tmp_path_factory, steps, seed, limit):
    store = store_in(tmp_path_factory.mktemp("sessions"))
    session = branching(store, steps, seed)
    leaf = session.head.leaf
    whole = [message.id for message in store.path_messages(session, leaf)]
    if not whole:
        return
    middle = random.Random(seed).choice(whole)
    with store.visible(session, leaf) as path:
        page = places.around(path, middle, limit)
        found = [message.id for message in page.messages]
        assert middle in found
        assert len(found) <= limit
        assert page.offset == whole.index(found[0])
        while more := places.after(path, found[-1], limit).messages:
            found += [message.id for message in more]
    while more := store.page(session, leaf, limit, found[0]).messages:
        found[:0] = [message.id for message in more]
    assert found == whole


@pytest.mark.parametrize("count", [1, 7, 400])
def test_prompts_by_number_and_by_time(tmp_path, count):
    store = store_in(tmp_path)
    session = conversation(store, count)
    with store.visible(session, session.head.leaf) as path:
        told: list[str] = []
        for first in range(1, count + 1, 30):
            told += [message.body["content"] for message in places.prompts(path, first, 30).prompts]
        assert told == [f"prompt {number}" for number in range(count)]
        for number in (0, count // 2, count - 1):
            found = places.at_time(path, 2_000.0 + 10 * number, 5)
            assert found.place is not None
            assert found.place.body["content"] == f"prompt {number}"
            assert found.place.id in [message.id for message in found.prompts]
        last = places.at_time(path, 9e9, 5)
        assert last.place is not None
        assert last.place.body["content"] == f"answer {count - 1}"


def test_an_empty_conversation_has_no_places(tmp_path):
    store = store_in(tmp_path)
    session = begin(store)
    with store.visible(session, session.head.leaf) as path:
        assert places.prompts(path, 1, 5).prompts == []
        assert places.at_time(path, 0, 5).prompts == []
        assert places.search(path, Needle("x"), None, 5, everything=True).hits == []
        with pytest.raises(NotFound):
            places.around(path, "m1-abcd", 5)


def test_places_of_another_programs_conversation_before_it_has_a_log(tmp_path):
    store = store_in(tmp_path)
    write(tmp_path, document(messages(30)))
    session = store.load(SID)
    whole = store.path_messages(session, session.head.leaf)
    with store.visible(session, session.head.leaf) as path:
        assert places.around(path, whole[10].id, 5).messages == whole[8:13]
        assert places.after(path, whole[10].id, 5).messages == whole[11:16]
        assert places.prompts(path, 3, 2).prompts == [whole[4], whole[6]]
        assert [hit.message for hit in places.search(path, Needle("TEXT 7"), None, 5, everything=False).hits] == [
            whole[7]
        ]


def test_every_damaged_line_still_leaves_pages_that_join(tmp_path):
    store = store_in(tmp_path)
    session = branching(store, ["turn", "edit", "turn", "turn", "edit", "turn"], 3)
    path_of = store.log_path(SID)
    intact = path_of.read_bytes().splitlines(keepends=True)
    for place in range(1, len(intact) - 1):
        path_of.write_bytes(b"".join([*intact[:place], b"#" + intact[place][1:], *intact[place + 1 :]]))
        session = store.load(SID)
        whole = store.path_messages(session, session.head.leaf)
        good = [message for message in whole if not message.body.get("_error")]
        with store.visible(session, session.head.leaf) as path:
            for message in good:
                page = places.around(path, message.id, 3).messages
                at = next((at for at, each in enumerate(page) if each.id == message.id), None)
                assert at is not None, place
                assert all(one.id == other.parent for one, other in pairwise(page)), place


def test_a_search_joined_from_its_parts_is_the_whole_search(tmp_path, monkeypatch):
    store = store_in(tmp_path)
    session = conversation(store, 60)
    monkeypatch.setattr(places, "MOST_READ", 17)
    for limit in (1, 3, 50):
        found, before = [], None
        with store.visible(session, session.head.leaf) as path:
            while True:
                part = places.search(path, Needle("answer 1"), before, limit, everything=False)
                assert len(part.hits) <= limit
                assert part.searched <= 17
                found += [hit.message.body["content"] for hit in part.hits]
                if part.next is None:
                    break
                before = part.next
        assert found == [f"answer {number}" for number in range(59, -1, -1) if str(number).startswith("1")]
