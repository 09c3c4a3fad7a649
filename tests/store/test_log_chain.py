"""The log: each line is checked against the one before; what is torn, changed, moved or foreign shows."""

import json
import os

import pytest

from hermes_webui.chat.events import SessionChanged, Unknown
from hermes_webui.errors import StoreUnavailable
from hermes_webui.store.log import Log, check, encode, event_of, parse, read, standing
from hermes_webui.store.verify import verify
from tests.store.fixtures import SID, begin, contents, conversation, recover, store_in, turn

TEXT = 'a\u2028b\u2029c\x85d\x00e\x1f\x7f\ufffd😀\r\n\t"\\'


def found(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        return list(read(fd, 0, os.fstat(fd).st_size, SID))
    finally:
        os.close(fd)


def serious(store):
    return [finding for finding in verify(store, SID) if finding.serious]


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path / "sessions")


def test_lines_are_numbered_dated_and_chained_as_documented(store):
    conversation(store, 1)
    previous = SID
    for number, raw in enumerate(store.log_path(SID).read_bytes().splitlines(keepends=True), 1):
        line = json.loads(raw)
        assert line["seq"] == number
        assert list(line)[:4] == ["seq", "at", "type", "data"]
        assert list(line)[-1] == "sum"
        body = raw[: raw.rindex(b',"sum"')] + b"}"
        assert line["sum"] == check(previous, body)
        previous = line["sum"]


def test_a_log_begins_with_its_sessions_id_so_that_a_foreign_one_shows(store):
    conversation(store, 1)
    store.log_path("0ther").write_bytes(store.log_path(SID).read_bytes())
    assert any(finding.serious for finding in verify(store, "0ther"))


@pytest.mark.parametrize("change", ["remove", "swap", "repeat"])
def test_a_line_that_is_missing_moved_or_repeated_shows(store, change):
    conversation(store, 2)
    path = store.log_path(SID)
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "remove":
        del lines[3]
    elif change == "swap":
        lines[3], lines[4] = lines[4], lines[3]
    else:
        lines.insert(3, lines[3])
    path.write_bytes(b"".join(lines))
    assert serious(store)
    assert store.load(SID).damaged


def test_an_append_torn_at_any_byte_is_there_whole_or_not_at_all(store):
    session = begin(store)
    turn(session, "first", "answer")
    before = session.log.size
    session.append(
        [SessionChanged({"title": "one"}), Unknown("x.two", {"n": 2}), SessionChanged({"pinned": True})], 5.0
    )
    whole = store.log_path(SID).read_bytes()
    for end in range(before, len(whole)):
        store.log_path(SID).write_bytes(whole[:end])
        loaded = store.load(SID)
        assert loaded.head.title == "first", f"cut at {end}"
        assert (loaded.log.seq, loaded.log.size, loaded.torn) == (session.log.seq - 3, before, end - before)
        assert not loaded.damaged
        assert not serious(store)


def test_a_torn_append_is_cut_off_at_the_start_and_its_bytes_are_kept(store):
    conversation(store, 1)
    path = store.log_path(SID)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"seq":7,"at":1,"type":"mess')
    assert recover(store).report.torn == 1
    assert path.read_bytes() == whole
    assert [kept.read_bytes() for kept in store.quarantine.iterdir()] == [b'{"seq":7,"at":1,"type":"mess']
    turn(store.load(SID), "next", "answer")
    assert not list(verify(store, SID))


def test_a_torn_log_takes_no_append_before_the_recovery_has_kept_and_cut_what_is_torn(store):
    conversation(store, 1)
    path = store.log_path(SID)
    torn = path.read_bytes() + b'{"seq":7'
    path.write_bytes(torn)
    with pytest.raises(StoreUnavailable):
        turn(store.load(SID), "next", "answer")
    assert path.read_bytes() == torn
    recover(store)
    turn(store.load(SID), "next", "answer")
    assert contents(store) == ["prompt 0", "answer 0", "next", "answer"]
    assert not list(verify(store, SID))


def test_a_flipped_byte_anywhere_is_reported_and_never_stops_reading(store):
    conversation(store, 2)
    path = store.log_path(SID)
    whole = path.read_bytes()
    right = contents(store)
    last = whole.rindex(b"\n", 0, -1) + 1
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 0x01
        path.write_bytes(flipped)
        session = store.load(SID)
        read = contents(store)
        assert read == right or session.damaged or session.torn, f"silently wrong with byte {place} flipped"
        if place < last:
            assert serious(store), f"byte {place} flipped and nothing reported"
        else:
            assert list(verify(store, SID)), f"byte {place} flipped and nothing reported"
        if place % 5 == 0:
            assert recover(store).report.problems == []
        path.write_bytes(whole)
        for made in (store.path(SID), *store.quarantine.glob("*")):
            made.unlink(missing_ok=True)


def test_a_message_whose_line_was_changed_says_so_also_where_a_snapshot_stands_for_it(store):
    session = conversation(store, 2)
    store.write_snapshot(session)
    path = store.log_path(SID)
    whole = path.read_bytes()
    right = contents(store)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :])
        loaded = store.load(SID)
        shown = [message.body for message in store.path_messages(loaded, loaded.head.leaf)]
        flagged = any(body.get("_damaged") or body.get("_error") for body in shown)
        same = [body.get("content") for body in shown] == right
        assert same or flagged or loaded.damaged or loaded.torn, f"silently wrong with byte {place} flipped"


def test_damage_in_the_middle_leaves_the_rest_readable_and_deletes_nothing(store):
    conversation(store, 4)
    path = store.log_path(SID)
    whole = path.read_bytes()
    place = whole.index(b"answer 1")
    damaged = whole[:place] + b"\xff\x00{{" + whole[place + 4 :]
    path.write_bytes(damaged)
    assert recover(store).report.damaged == []
    shown = contents(store)
    assert len(shown) == 8
    assert [text for number, text in enumerate(shown) if number != 3] == [
        *("prompt 0", "answer 0", "prompt 1", "prompt 2", "answer 2", "prompt 3", "answer 3")
    ]
    assert path.read_bytes() == damaged
    turn(store.load(SID), "after", "the damage")
    assert contents(store)[-2:] == ["after", "the damage"]


def test_text_with_any_separators_survives(store):
    session = begin(store)
    turn(session, TEXT, TEXT[::-1])
    assert contents(store) == [TEXT, TEXT[::-1]]
    store.write_snapshot(session)
    assert contents(store) == [TEXT, TEXT[::-1]]
    assert not list(verify(store, SID))


def test_events_and_keys_of_a_newer_version_are_kept_and_passed_over(store, tmp_path):
    path = tmp_path / "log.jsonl"
    batch = encode(
        [Unknown("message.reacted", {"emoji": "😀"}), SessionChanged({"title": "Sea", "mood": 3})], 1.0, 0, SID
    )
    path.write_bytes(batch.data)
    events = [event_of(each.line) for each in found(path)]
    assert events[0].change == Unknown("message.reacted", {"emoji": "😀"})
    session = begin(store)
    session.append([Unknown("message.reacted", {"emoji": "😀"})], 2.0)
    turn(session, "hi", "ho")
    store.write_snapshot(session)
    assert store.load(SID).head == session.head
    assert b'"message.reacted"' in store.log_path(SID).read_bytes()


def test_a_line_with_unknown_envelope_keys_is_read(tmp_path):
    body = b'{"seq":1,"at":1.0,"node":"b","type":"session.changed","data":{"fields":{}}}'
    raw = body[:-1] + b',"sum":"' + check(SID, body).encode() + b'"}\n'
    line = parse(raw)
    assert line is not None
    assert line.seq == 1
    (tmp_path / "log").write_bytes(raw)
    assert [each.good for each in found(tmp_path / "log")] == [True]


def test_lines_that_are_none_of_ours_are_unreadable_and_nothing_else():
    for raw in (
        b"",
        b"\n",
        b"{}\n",
        b"null\n",
        b'{"seq":1}\n',
        b"\xff\xfe\n",
        b'{"seq":"x","sum":"0123456789abcdef"}\n',
    ):
        assert parse(raw) is None
    assert list(standing([])) == []


def test_a_log_shorter_than_what_was_written_takes_no_append(store):
    session = conversation(store, 1)
    session.close()
    path = store.log_path(SID)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(Exception, match="does not take writes"):
        turn(session, "more", "x")


def test_an_empty_append_is_not_written(store, tmp_path):
    session = begin(store)
    size = session.log.size
    assert session.append([], 1.0) == ()
    assert session.log.size == size
    assert Log(tmp_path / "new", store.disk, 0, SID, 0).encode([], 1.0).data == b""
