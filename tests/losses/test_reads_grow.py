"""Loss 16: opening, listing or polling costs as much as the history is long, until it times out.

Here the work of a request is bounded: a page is read from the end of the log, a summary from a snapshot's beginning.
"""

import sys
from pathlib import Path

import pytest

from hermes_webui.chat.decide import Plan
from hermes_webui.chat.events import SessionCreated
from tests.peers.inprocess import running
from tests.store.fixtures import SID, store_in

pytestmark = pytest.mark.skipif(not Path("/proc/self/io").exists(), reason=f"not on this platform: {sys.platform}")

MESSAGES = 12_000


def bytes_read():
    return int(Path("/proc/self/io").read_text().split("rchar: ")[1].split()[0])


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A conversation of 12,000 messages of 1 KB."""
    state = tmp_path_factory.mktemp("state")
    store = store_in(state / "sessions")
    session = store.new(SID)
    session.append([SessionCreated(SID)], 1.0)
    plan = Plan(session.head, 1.0)
    for number in range(MESSAGES):
        plan.message(
            {"role": ("user", "assistant")[number % 2], "content": f"{number} " + "x" * 1_000, "timestamp": 1.0}
        )
    session.append(plan.changes, 1.0)
    store.write_snapshot(session)
    session.close()
    return state


async def test_opening_paging_listing_and_polling_read_no_more_of_a_long_conversation_than_they_show(state):
    async with running(state) as app:
        assert app.opened.store.log_path(SID).stat().st_size > 12_000_000
        before = bytes_read()
        opened = await app.session(SID, msg_limit=30)
        assert (opened["message_count"], len(opened["messages"])) == (MESSAGES, 30)
        earlier = await app.session(SID, msg_limit=30, msg_before=opened["messages"][0]["id"])
        assert earlier["messages"][-1]["content"].startswith(f"{MESSAGES - 31} ")
        await app.get("/api/session/status", session_id=SID)
        await app.listed()
        assert bytes_read() - before < 5_000_000  # two bisections of the log, and two pages


async def test_a_prompt_reads_and_writes_its_own_lines_and_what_the_model_gets(state):
    async with running(state) as app:
        size = len(app.log(SID))
        await app.start(SID, "more")
        assert len(app.log(SID)) - size < 2_000


async def test_a_start_reads_no_history_that_its_snapshot_stands_for(state):
    async with running(state):
        pass
    before = bytes_read()
    async with running(state) as app:
        assert (await app.listed())[0]["message_count"] >= MESSAGES
        assert bytes_read() - before < 2_000_000  # the page's own files are more than half of it; the log is 12 MB


def test_loading_a_session_whose_snapshot_is_there_reads_only_what_came_after_it(state):
    store = store_in(state / "sessions")
    store.load(SID)
    before = bytes_read()
    assert store.load(SID).head.message_count >= MESSAGES
    assert bytes_read() - before < 500_000
