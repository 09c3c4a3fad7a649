"""An attachment is there whole, or it is not there: whichever call the disk refuses."""

import errno
import hashlib

import pytest

from hermes_webui.errors import StoreUnavailable
from hermes_webui.store.attachments import Attachments
from hermes_webui.store.files import Disk
from tests.peers.faulty_disk import FailingDisk

FIRST, SECOND = b"the first half, ", b"and the second"
WHOLE = hashlib.sha256(FIRST + SECOND).hexdigest()
MOST = 60


@pytest.mark.parametrize(("error", "short"), [(errno.EIO, False), (errno.ENOSPC, True)])
def test_a_fault_at_any_call_keeps_nothing_half(tmp_path, error, short):
    for at in range(1, MOST):
        folder = tmp_path / f"{at}"
        disk = FailingDisk(at, error, short=short)
        try:
            incoming = Attachments(folder, disk).receive()
            incoming.add(FIRST)
            incoming.add(SECOND)
            acknowledged = incoming.keep("a.txt").id == WHOLE
        except StoreUnavailable:
            acknowledged = False
        fresh = Attachments(folder, Disk())
        fresh.clear()
        kept = [path for path in folder.rglob("*") if path.is_file()]
        assert all(path.read_bytes() == FIRST + SECOND for path in kept), f"fault at call {at}"
        assert not acknowledged or fresh.read(WHOLE, MOST) == FIRST + SECOND, f"fault at call {at}"
        if disk.calls < at:
            assert acknowledged
            return
    raise AssertionError("the workload is longer than was thought")


def test_what_is_larger_than_wanted_or_no_id_is_not_read(tmp_path):
    kept = Attachments(tmp_path, Disk())
    incoming = kept.receive()
    incoming.add(FIRST)
    found = incoming.keep("../up.txt")
    assert found.name == "up.txt"
    assert kept.read(found.id, len(FIRST)) == FIRST
    assert kept.read(found.id, len(FIRST) - 1) is None
    for identity in ("", "..", "../up.txt", found.id[:-1], found.id + "\n", found.id.upper()):
        assert kept.find(identity) is None


def test_a_file_that_is_here_already_is_acknowledged_when_its_name_is_on_disk(tmp_path):
    """Whoever brings the same file at the same time may have renamed it, and not synced the folder yet."""

    class Watched(Disk):
        def __init__(self) -> None:
            self.folders: list[str] = []

        def sync_folder(self, path) -> None:
            self.folders.append(path.name)
            super().sync_folder(path)

    disk = Watched()
    for _ in range(2):
        disk.folders.clear()
        incoming = Attachments(tmp_path, disk).receive()
        incoming.add(FIRST)
        assert incoming.keep("a.txt").id[:2] in disk.folders
