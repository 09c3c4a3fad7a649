"""A store of Hermes Agent of any size costs what is shown of it."""

import time
import tracemalloc
from pathlib import Path

import pytest

from hermes_webui.chat import hermes
from hermes_webui.store.agent_conversation import AgentConversation, Into
from hermes_webui.store.agent_store import AgentStore
from hermes_webui.store.files import Disk
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore
from tests.peers.agent_store import BEGIN, AgentDb

LONG = 200_000
GIGABYTES = 3 << 30


def opened(db: AgentDb, source_id: str) -> AgentConversation:
    return AgentConversation(AgentStore(db.path), source_id, Disk(), Into(BEGIN, "", lambda: True))


def spent(begun: float) -> float:
    return time.process_time() - begun


def test_a_page_of_a_long_conversation_reads_that_page(tmp_path: Path):
    """Counted in steps of SQLite, so that a busy machine says the same."""
    with AgentDb(tmp_path) as db:
        found = opened(db, db.many("long", 20_000))
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        with AgentStore(db.path).reading() as reading:
            reading._connection.set_progress_handler(step, 100)
            some = list(reading.messages("long", range(10_000, 10_050)))
        assert len(some) == 50
        assert steps < 100, "a page is found by its numbers"
        assert found.head.message_count == 20_000


def test_the_list_reads_no_messages_but_the_last_times(tmp_path: Path):
    with AgentDb(tmp_path) as db:
        for number in range(20):
            db.many(f"s-{number}", 1000, at=BEGIN + number)
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        with AgentStore(db.path).reading() as reading:
            reading._connection.set_progress_handler(step, 10)
            rows = reading.rows({})
        assert [row.last for row in rows] == [BEGIN + number + 999 for number in range(20)]
        assert steps < 1000, "20,000 messages are not looked at"


@pytest.mark.heavy
def test_200_000_messages_are_opened_paged_and_taken_over_in_bounded_time_and_memory(tmp_path: Path):
    with AgentDb(tmp_path) as db:
        source_id = db.many("long", LONG)
        tracemalloc.start()
        begun = time.process_time()
        found = opened(db, source_id)
        assert spent(begun) < 6
        begun = time.process_time()
        page = found.path(found.head.leaf or "", 80)
        assert (page[-1].turn, page[-1].depth, len(page)) == (LONG // 2, LONG, 80)
        with found.visible(found.head.leaf) as path:
            middle = path.first(lambda message: message.turn, 50_000)
        assert middle is not None
        assert middle.body["content"].startswith("99998 ")
        assert spent(begun) < 1
        store = SessionStore(tmp_path / "sessions", Disk(), lambda: BEGIN)
        session = Session(found.head, store.new(hermes.session_id_of(source_id)).log, None, 0)
        session.found = found
        begun = time.process_time()
        session.append((), BEGIN)
        assert spent(begun) < 60
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
        tracemalloc.stop()
        loaded = store.load(session.head.session_id)
        assert loaded.head == session.head
        assert store.path_messages(loaded, loaded.head.leaf, 1) == page[-1:]


@pytest.mark.heavy
def test_a_store_of_three_gigabytes_is_listed_and_read_like_a_small_one(tmp_path: Path):
    """Its first 3 GB are pages that nobody uses, so that the disk need not hold them; what is read lies behind them."""
    path = tmp_path / "state.db"
    with AgentDb(tmp_path, journal="delete") as db:
        db.close()
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    data[28:32] = (GIGABYTES // size).to_bytes(4, "big")
    path.write_bytes(data)
    with path.open("r+b") as file:
        file.truncate(GIGABYTES)
    with AgentDb.existing(path) as db:
        db.many("long", 50_000)
        for number in range(300):
            db.session(f"s-{number}", ["hello", "hi"], at=BEGIN + number, system_prompt="p" * 20_000)
        assert path.stat().st_size > GIGABYTES
        begun = time.process_time()
        with AgentStore(path).reading() as reading:
            assert len(reading.rows({})) == 301
        found = opened(db, "long")
        assert [message.depth for message in found.path(found.head.leaf or "", 2)] == [49_999, 50_000]
        assert spent(begun) < 5
