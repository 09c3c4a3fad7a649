"""After a power cut at any moment, what the disk was not told to keep may be gone; what was acknowledged is there."""

import errno

import pytest

from hermes_webui.chat.events import SessionCreated, Unknown
from hermes_webui.errors import Damaged, NotFound, StoreUnavailable
from hermes_webui.store import snapshot
from hermes_webui.store.drafts import Drafts
from hermes_webui.store.verify import verify
from tests.peers.faulty_disk import RecordingDisk
from tests.store.fixtures import SID, document, messages, recover, store_in, turn, write


class CutDisk(RecordingDisk):
    """The power fails before its `at`-th call."""

    def __init__(self, root, at):
        super().__init__(root)
        self.at = at
        self.calls = 0

    def tick(self):
        self.calls += 1
        if self.calls == self.at:
            raise PowerCut

    def open(self, path, flags):
        self.tick()
        return super().open(path, flags)

    def write(self, fd, data):
        self.tick()
        return super().write(fd, data)

    def sync(self, fd):
        self.tick()
        super().sync(fd)

    def rename(self, source, target):
        self.tick()
        super().rename(source, target)

    def unlink(self, path):
        if self.calls < self.at:
            super().unlink(path)

    def sync_folder(self, path):
        self.tick()
        super().sync_folder(path)


class PowerCut(BaseException):
    pass


def appends(store, acknowledged):
    """Appends of one and of several lines, a snapshot in between."""
    session = store.new(SID)
    session.append([SessionCreated(SID)], 1.0)
    acknowledged.append("session.created")
    for number in range(3):
        changes = [Unknown(f"x.{number}.{part}", {}) for part in range(number + 1)]
        session.append(changes, 2.0)
        acknowledged += [change.name for change in changes]
        if number != 1:
            store.write_snapshot(session)


def test_every_acknowledged_append_is_there_after_a_cut_at_any_moment(tmp_path):
    for at in range(1, 80):
        disk = CutDisk(tmp_path / f"{at}", at)
        acknowledged: list[str] = []
        try:
            appends(store_in(disk.root, disk), acknowledged)
            finished = True
        except PowerCut:
            finished = False
        for seed in range(6):
            left = tmp_path / f"{at}-{seed}"
            left.mkdir()
            disk.after_a_cut(left, seed)
            store = store_in(left)
            recover(store)
            read = _types(store)
            assert read[: len(acknowledged)] == acknowledged, f"cut before call {at}, state {seed}"
            assert not list(verify(store, SID)) or not read
        if finished:
            return
    raise AssertionError("the workload is longer than was thought")


def _types(store):
    try:
        session = store.load(SID)
    except (NotFound, Damaged):
        return []
    return [event.type for event in store.events(session, 0, session.log.seq)]


def test_the_first_change_of_a_hermes_webui_session_is_there_whole_or_not_at_all_after_a_cut(tmp_path):
    for at in range(1, 40):
        root = tmp_path / f"{at}"
        source = write(root, document(messages(6)))
        disk = CutDisk(root, at)
        acknowledged = False
        try:
            turn(store_in(root, disk).load(SID), "more", "answer")
            acknowledged = True
        except PowerCut:
            pass
        for seed in range(4):
            left = tmp_path / f"{at}-{seed}"
            left.mkdir()
            (left / source.name).write_bytes(source.read_bytes())
            disk.after_a_cut(left, seed)
            store = store_in(left)
            recover(store)
            session = store.load(SID)
            shown = [message.body["content"] for message in store.path_messages(session, session.head.leaf)]
            assert shown[:6] == [f"text {n}" for n in range(6)]
            assert shown[6:] == ["more", "answer"] or not acknowledged
        if acknowledged:
            return
    raise AssertionError("the workload is longer than was thought")


def states(disk, tmp_path, count=12):
    """Directories that a power cut now may leave."""
    for seed in range(count):
        left = tmp_path / f"left {seed}"
        left.mkdir()
        disk.after_a_cut(left, seed)
        yield left


def test_an_acknowledged_draft_is_there_after_a_cut(tmp_path):
    disk = RecordingDisk(tmp_path / "store")
    drafts = Drafts(disk.root / "_drafts", disk)
    for number in range(3):
        drafts.save(SID, f"draft {number}", number, 1.0)
    for left in states(disk, tmp_path):
        assert Drafts(left / "_drafts", disk).get(SID).text == "draft 2"


def test_what_was_appended_after_a_failed_sync_is_there_after_a_cut(tmp_path):
    class Once(RecordingDisk):
        failing = False

        def sync(self, fd):
            if self.failing:
                self.failing = False
                raise OSError(errno.EIO, "Input/output error")
            super().sync(fd)

    disk = Once(tmp_path / "store")
    acknowledged: list[str] = []
    store = store_in(disk.root, disk)
    appends(store, acknowledged)
    session = store.load(SID)
    disk.failing = True
    with pytest.raises(StoreUnavailable):
        session.append([Unknown("x.refused", {})], 3.0)
    session.append([Unknown("x.taken", {})], 3.0)
    for left in states(disk, tmp_path):
        recover(store_in(left))
        assert _types(store_in(left)) == [*acknowledged, "x.taken"]


def test_the_backup_of_a_longer_snapshot_is_there_after_a_cut(tmp_path):
    disk = RecordingDisk(tmp_path / "store")
    store = store_in(disk.root, disk)
    for count in (8, 3):
        store.save(SID, document(messages(count)))
    for left in states(disk, tmp_path):
        assert snapshot.count(left / f"{SID}.json.bak") == 8


@pytest.mark.parametrize("forgotten", ["sync", "sync_folder"])
def test_the_model_shows_a_store_that_forgets_to_sync(tmp_path, forgotten):
    """The test of the test: without its syncs the store would lose acknowledged appends here."""

    class Careless(RecordingDisk):
        pass

    setattr(Careless, forgotten, lambda *_: None)
    disk = Careless(tmp_path / "store")
    acknowledged: list[str] = []
    appends(store_in(disk.root, disk), acknowledged)
    lost = 0
    for seed in range(12):
        left = tmp_path / f"{seed}"
        left.mkdir()
        disk.after_a_cut(left, seed)
        recover(store_in(left))
        lost += _types(store_in(left))[: len(acknowledged)] != acknowledged
    assert lost
