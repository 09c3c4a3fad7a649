"""A disk that fails at any one call: what was acknowledged is there after reopening, what was refused is not."""

import errno
from contextlib import suppress

import pytest

from hermes_webui.chat.events import SessionCreated, Unknown
from hermes_webui.errors import DiskFull, StoreUnavailable
from hermes_webui.store.files import Disk
from hermes_webui.store.journal import Journal, partials
from hermes_webui.store.verify import verify
from tests.peers.faulty_disk import FailingDisk, FullDisk
from tests.store.fixtures import SID, begin, contents, conversation, document, messages, recover, store_in, turn, write

FAULTS = [(errno.EIO, False), (errno.ENOSPC, False), (errno.EIO, True), (errno.ENOSPC, True)]
#: More primitives than the longest workload here makes; beyond them nothing fails.
MOST = 250


def attempt(work, *args):
    """True: acknowledged; False: refused, with an error of ours."""
    try:
        work(*args)
    except StoreUnavailable:
        return False
    return True


@pytest.mark.parametrize(("error", "short"), FAULTS)
def test_a_fault_at_any_call_of_appends_loses_nothing_acknowledged_and_keeps_nothing_refused(tmp_path, error, short):
    for at in range(1, MOST):
        disk = FailingDisk(at, error, short=short)
        store = store_in(tmp_path / f"{at}", disk)
        session = store.new(SID)
        expected = []
        if attempt(session.append, [SessionCreated(SID)], 1.0):
            expected.append("session.created")
        for number in range(4):
            changes = [Unknown(f"x.{number}.{part}", {}) for part in range(3)]
            if attempt(session.append, changes, 2.0):
                expected += [change.name for change in changes]
        session.close()
        reopened = store_in(tmp_path / f"{at}")
        if not expected:
            continue
        fresh = reopened.load(SID)
        assert [event.type for event in reopened.events(fresh, 0, fresh.log.seq)] == expected, f"fault at call {at}"
        assert not list(verify(reopened, SID)), f"fault at call {at}"
        if disk.calls < at:
            return
    raise AssertionError("the workload is longer than was thought")


@pytest.mark.parametrize(("error", "short"), FAULTS)
def test_a_fault_at_any_call_of_a_snapshot_leaves_the_old_one_or_the_new_one(tmp_path, error, short):
    for at in range(1, MOST):
        root = tmp_path / f"{at}"
        session = conversation(store_in(root), 2)
        store_in(root).write_snapshot(session)
        turn(session, "later", "x")
        disk = FailingDisk(at, error, short=short)
        failing = store_in(root, disk)
        loaded = failing.load(SID)
        with suppress(OSError, StoreUnavailable):
            failing.write_snapshot(loaded)
        assert contents(store_in(root))[-2:] == ["later", "x"]
        assert not [finding for finding in verify(store_in(root), SID) if finding.serious]
        recover(store_in(root))
        assert not list(root.rglob(".*.tmp"))
        if disk.calls < at:
            return
    raise AssertionError("the workload is longer than was thought")


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_fault_at_any_call_of_the_recovery_loses_nothing_and_the_next_one_completes_it(tmp_path, error):
    for at in range(1, MOST):
        root = tmp_path / f"{at}"
        store = store_in(root)
        session = conversation(store, 1)
        store.write_snapshot(session)
        store.log_path(SID).write_bytes(store.log_path(SID).read_bytes() + b'{"torn')
        write(root, document(messages(4), "feed00000001"))
        write(root, document(messages(2), "feed00000002"))
        write(root, document(messages(6), "feed00000002"), "feed00000002.json.bak")
        store.path("feed00000003").write_text("{ unreadable")
        disk = FailingDisk(at, error)
        with suppress(OSError):
            recover(store_in(root, disk))
        recovery = recover(store_in(root))
        assert contents(store) == ["prompt 0", "answer 0"], f"fault at call {at}"
        assert contents(store, "feed00000001") == [f"text {n}" for n in range(4)]
        assert contents(store, "feed00000002") == [f"text {n}" for n in range(6)]
        assert recovery.report.damaged == ["feed00000003"]
        assert any(kept.read_bytes() == b"{ unreadable" for kept in store.quarantine.iterdir())
        if disk.calls < at:
            return
    raise AssertionError("the workload is longer than was thought")


def test_after_a_failed_sync_the_next_append_goes_to_a_renewed_file(tmp_path):
    disk = FailingDisk()
    store = store_in(tmp_path, disk)
    session = conversation(store, 1)
    before = store.log_path(SID).stat().st_ino
    disk.at = disk.calls + 2  # the write, then its sync
    assert not attempt(turn, session, "refused", "x")
    turn(session, "taken", "y")
    after = store.log_path(SID).stat().st_ino
    assert after != before
    assert disk.synced[-1] == after
    assert contents(store) == ["prompt 0", "answer 0", "taken", "y"]
    assert not list(verify(store, SID))


def test_a_failed_sync_is_not_tried_again_on_the_same_file(tmp_path):
    disk = FailingDisk(more=3)
    store = store_in(tmp_path, disk)
    session = conversation(store, 1)
    inode = store.log_path(SID).stat().st_ino
    disk.at, disk.synced = disk.calls + 2, []
    assert not attempt(turn, session, "refused", "x")
    while not attempt(turn, session, "taken", "y"):
        assert inode not in disk.synced
    assert inode not in disk.synced
    assert contents(store) == ["prompt 0", "answer 0", "taken", "y"]


def test_a_full_disk_refuses_with_its_own_error_keeps_what_is_there_readable_and_recovers_when_there_is_room(tmp_path):
    disk = FullDisk()
    store = store_in(tmp_path, disk)
    session = conversation(store, 2)
    disk.full = True
    for _ in range(3):
        with pytest.raises(DiskFull, match="The disk is full"):
            turn(session, "refused", "x")
    assert len(contents(store)) == 4
    disk.full = False
    turn(session, "taken", "y")
    assert contents(store)[-2:] == ["taken", "y"]
    assert not list(verify(store, SID))


class HalfFullDisk(Disk):
    """While `full` there is room for half of what is written."""

    full = False

    def write(self, fd, data):
        if not self.full:
            return super().write(fd, data)
        super().write(fd, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")


def test_another_runs_deltas_survive_an_append_to_the_journal_that_failed_half_way(tmp_path):
    disk = HalfFullDisk()
    journal = Journal(tmp_path, disk, "1")
    for run in ("a", "b"):
        journal.begin(SID, run)
        journal.message(run, 3)
        journal.delta(run, "text", f"{run} one ")
    disk.full = True
    with pytest.raises(DiskFull):
        journal.delta("a", "text", "this one is cut in half")
    disk.full = False
    journal.delta("b", "text", "two ")
    journal.delta("b", "text", "three")
    assert {each.run_id: each.parts for each in partials(tmp_path)} == {
        "a": [("text", "a one ")],
        "b": [("text", "b one two three")],
    }
    journal.close()


def test_a_journal_whose_sync_failed_goes_on_in_another_file(tmp_path):
    class Unsynced(FailingDisk):
        broken = True

        def sync(self, fd):
            if self.broken:
                self.broken = False
                raise OSError(errno.EIO, "Input/output error")

    journal = Journal(tmp_path, Unsynced(), "1")
    journal.begin(SID, "a")
    journal.message("a", 3)
    text = ""
    while len(list(tmp_path.iterdir())) < 2:
        text += "x"
        journal.delta("a", "text", "x")
    journal.delta("a", "text", "y")
    assert [each.parts for each in partials(tmp_path)] == [[("text", text + "y")]]
    journal.close()
    assert begin(store_in(tmp_path / "other")).log.seq == 1


def test_after_a_failed_sync_the_new_journal_file_alone_holds_what_open_runs_have_said(tmp_path):
    class Unsynced(FailingDisk):
        broken = True

        def sync(self, fd):
            if self.broken:
                self.broken = False
                raise OSError(errno.EIO, "Input/output error")

    journal = Journal(tmp_path, Unsynced(), "1")
    texts = {"a": "", "b": ""}
    for run in texts:
        journal.begin(SID, run)
        journal.message(run, 3)
    while len(list(tmp_path.iterdir())) < 2:
        for run in texts:
            texts[run] += run
            journal.delta(run, "text", run)
    first, second = sorted(tmp_path.iterdir())
    first.unlink()  # what the disk took of it is not known
    journal.delta("b", "text", "!")
    found = {each.run_id: "".join(text for _, text in each.parts) for each in partials(tmp_path)}
    assert found == {"a": texts["a"], "b": texts["b"] + "!"}
    assert list(tmp_path.iterdir()) == [second]
    journal.close()
