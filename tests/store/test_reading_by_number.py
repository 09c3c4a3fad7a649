"""A line is found by its number, a page by walking up, whatever the lines' lengths: as a scan of the log finds."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hermes_webui.chat import decide
from hermes_webui.chat.decide import Plan
from hermes_webui.chat.events import Unknown
from hermes_webui.chat.head import Head
from hermes_webui.store.files import Disk
from hermes_webui.store.log import Log, event_of, lines, parse
from hermes_webui.store.reader import LogReader
from tests.store.fixtures import SID, begin, conversation, store_in, turn

SIZES = st.sampled_from([100, 700, 5_000, 66_000, 300_000])


def write(path, sizes):
    """A log of lines of these lengths; every fourth is no message."""
    log = Log(path, Disk(), 0, SID, 0)
    plan = Plan(Head(SID), 1.0)
    for number, size in enumerate(sizes):
        if number % 4 == 3:
            plan.add(Unknown("x", {"fill": "z" * size}))
        else:
            role = ("user", "assistant")[number % 2]
            plan.message({"role": role, "content": f"{number} " + "y" * size, "timestamp": 1.0})
    log.write(log.encode(plan.changes, 1.0))
    log.close()
    return plan.head


def scanned(path):
    with path.open("rb") as file:
        return [parse(raw) for _, raw in lines(file.fileno(), 0, path.stat().st_size)]


@settings(max_examples=25)
@given(sizes=st.lists(SIZES, min_size=1, max_size=25), seed=st.integers(0, 1000))
def test_bisecting_agrees_with_a_scan(tmp_path_factory, sizes, seed):
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    head = write(path, sizes)
    expected = scanned(path)
    numbers = list(range(1, len(expected) + 1))
    random.Random(seed).shuffle(numbers)
    for seq in numbers:
        with LogReader(path, path.stat().st_size) as reader:
            assert reader.line(seq) == expected[seq - 1]
    with LogReader(path, path.stat().st_size) as reader:
        assert [reader.line(seq) for seq in numbers] == [expected[seq - 1] for seq in numbers]
        assert reader.line(0) is None
        assert reader.line(len(expected) + 1) is None
        assert list(reader.events(0, len(expected))) == [event_of(line) for line in expected]
        walked = reader.path(head.leaf)
        assert walked == list(reader.whole_path(head.leaf))
        assert len(walked) == head.message_count
        for limit in (1, 3, len(walked)):
            assert reader.path(head.leaf, limit) == walked[-limit:]


def test_many_short_lines_are_found_in_any_order(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, [40 + n % 90 for n in range(4_000)])
    expected = scanned(path)
    with LogReader(path, path.stat().st_size) as reader:
        for seq in (4_000, 1, 2_000, 1_999, 3_333, 2, 3_999):
            assert reader.line(seq) == expected[seq - 1]


def test_a_reader_sees_the_log_as_of_its_size(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, [100] * 6)
    size = sum(len(raw) for raw in path.read_bytes().splitlines(keepends=True)[:4])
    with LogReader(path, size) as reader:
        assert reader.line(4) is not None
        assert reader.line(5) is None


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path)


def test_pages_put_together_are_the_whole_path(store):
    session = conversation(store, 12)
    found: list[str] = []
    before = None
    while True:
        page = store.page(session, session.head.leaf, 5, before)
        found[:0] = [message.body["content"] for message in page.messages]
        assert page.offset == session.head.message_count - len(found)
        if not page.truncated:
            break
        before = page.messages[0].id
    assert found == [text for n in range(12) for text in (f"prompt {n}", f"answer {n}")]


def test_a_page_before_the_first_message_is_empty(store):
    session = conversation(store, 1)
    first = store.path_messages(session, session.head.leaf)[0]
    assert store.page(session, session.head.leaf, 5, first.id).messages == []


def test_an_id_of_another_history_is_not_found(store):
    session = conversation(store, 2)
    real = store.path_messages(session, session.head.leaf)[0].id
    with store.reader(session) as reader:
        assert reader.message(real) is not None
        for other in (real[:-4] + "0000", "m1-abcd", "m999-abcd", "nonsense", ""):
            assert reader.message(other) is None or other == real


def test_a_branch_is_shown_to_its_newest_message(store):
    session = begin(store)
    turn(session, "one", "a")
    turn(session, "two", "b")
    path = store.path_messages(session, session.head.leaf)
    prompt = decide.Prompt({"role": "user", "content": "two again", "timestamp": 9.0}, "r9")
    session.append(decide.edit(session.head, 9.0, path[2], prompt), 9.0)
    assert store.latest_below(session, path[2].id).body["content"] == "b"
    assert store.latest_below(session, path[0].id).body["content"] == "two again"
    assert store.hidden_by(session, path[1]) == session.head.leaf
    assert store.hidden_by(session, path[2]) == path[3].id
