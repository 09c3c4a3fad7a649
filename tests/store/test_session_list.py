"""The list: every session once, in order, whatever moves meanwhile; its copy on disk is a view."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.chat.document import summary_of
from hermes_webui.chat.head import Head
from hermes_webui.errors import BadRequest
from hermes_webui.store import index as index_file
from hermes_webui.store.files import Disk, Stamp
from hermes_webui.store.index import Index, Row


def row(number, *, at=0.0, pinned=False, archived=False, session_id=""):
    fields = {"pinned": pinned, "archived": archived}
    return Row(summary_of(Head(session_id or f"s{number:04}", fields=fields, last_message_at=at)), 10, Stamp(5, 6))


ROWS = st.lists(st.tuples(st.floats(0, 1e10), st.booleans(), st.booleans()), max_size=40).map(
    lambda drawn: [row(n, at=at, pinned=pinned, archived=archived) for n, (at, pinned, archived) in enumerate(drawn)]
)


def pages(index, limit, *, archived=False, between=lambda: None):
    found, cursor = [], None
    while True:
        page, cursor, _ = index.page(limit, cursor, archived=archived)
        found += [summary.session_id for summary in page]
        if cursor is None:
            return found
        between()


@given(ROWS, st.integers(1, 7))
def test_the_pages_hold_every_session_exactly_once_pinned_first_then_newest_first(rows, limit):
    index = Index()
    for each in rows:
        index.put(each)
    filled = Index()
    filled.fill(rows)
    for archived in (False, True):
        wanted = [each.summary for each in rows if each.summary.archived is archived]
        wanted.sort(key=lambda summary: (not summary.pinned, -summary.last_message_at, summary.session_id))
        expected = [summary.session_id for summary in wanted]
        assert pages(index, limit, archived=archived) == pages(filled, limit, archived=archived) == expected
        assert index.page(limit, None, archived=archived)[2] == len(expected)


@given(ROWS, st.integers(1, 5), st.lists(st.tuples(st.integers(0, 39), st.floats(0, 1e10)), max_size=20))
def test_a_session_that_stays_where_it_is_is_listed_exactly_once_while_others_move_come_and_go(rows, limit, moves):
    index = Index()
    index.fill([each for each in rows if not each.summary.archived])
    moved, pending = set(), list(moves)

    def move():
        if pending:
            number, at = pending.pop()
            moved.add(f"s{number:04}")
            if number % 3:
                index.put(row(number, at=at))
            else:
                index.remove(f"s{number:04}")

    found = pages(index, limit, between=move)
    for each in rows:
        if not each.summary.archived and each.summary.session_id not in moved:
            assert found.count(each.summary.session_id) == 1


def test_ten_thousand_sessions_are_all_listed():
    index = Index()
    index.fill([row(number, at=float(number % 7)) for number in range(10_000)])
    assert len(set(pages(index, 500))) == 10_000


def test_a_row_that_is_put_again_replaces_the_old_one():
    index = Index()
    index.put(row(1, at=1.0))
    version = index.version
    index.put(row(1, at=2.0, archived=True))
    assert pages(index, 10) == []
    assert pages(index, 10, archived=True) == ["s0001"]
    assert index.version > version
    index.remove("s0001")
    index.remove("s0001")
    assert len(index) == 0
    assert "s0001" not in index


@pytest.mark.parametrize("cursor", ["x", "1~x~s", "2", "~~", "1~", "a~1.0~s"])
def test_a_cursor_of_someone_else_is_refused(cursor):
    with pytest.raises(BadRequest):
        Index().page(5, cursor, archived=False)


@given(ROWS)
def test_the_copy_on_disk_read_back_is_the_list(rows):
    index = Index()
    index.fill(rows)
    data = b"".join(index_file.encode(index))
    assert [each["session_id"] for each in msgspec.json.decode(data)] == [
        each.summary.session_id for each in sorted(index, key=lambda each: -each.summary.updated_at)
    ]


def test_the_copy_on_disk_has_hermes_webuis_keys(tmp_path):
    index = Index()
    index.fill([row(1, at=3.0)])
    index_file.write(index, tmp_path / "_index.json", Disk())
    (entry,) = msgspec.json.decode((tmp_path / "_index.json").read_bytes())
    wanted = (
        "session_id title workspace model model_provider message_count created_at updated_at last_message_at pinned"
    )
    wanted += " archived project_id user_message_count active_stream_id pending_user_message has_pending_user_message"
    wanted += " is_streaming"
    assert set(wanted.split()) <= set(entry)
    assert "parent_session_id" not in entry
    assert index_file.read(tmp_path / "_index.json") == {"s0001": row(1, at=3.0)}
