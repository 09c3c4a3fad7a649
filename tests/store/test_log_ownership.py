"""A log is written by whoever knows where it ends: what somebody else has appended is not written over nor cut off."""

from __future__ import annotations

import errno
import os

import pytest

from hermes_webui.errors import StoreUnavailable
from hermes_webui.store.files import Disk
from hermes_webui.store.verify import verify
from tests.store.fixtures import SID, contents, conversation, store_in, turn


class Refusing(Disk):
    """The calls in `fails` end with an error; a write gets `part` of its bytes through before."""

    def __init__(self) -> None:
        self.fails: set[str] = set()
        self.part = 0

    def _maybe(self, what: str) -> None:
        if what in self.fails:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def open(self, path, flags):
        self._maybe("open")
        return super().open(path, flags)

    def write(self, fd, data):
        if "write" in self.fails and self.part:
            super().write(fd, data[: self.part])
        self._maybe("write")
        return super().write(fd, data)

    def sync(self, fd):
        self._maybe("sync")
        super().sync(fd)


@pytest.fixture
def disk():
    return Refusing()


@pytest.fixture
def store(tmp_path, disk):
    conversation(store_in(tmp_path / "sessions"), 1)
    return store_in(tmp_path / "sessions", disk)


@pytest.mark.parametrize("warm", [False, True], ids=["closed", "open"])
def test_a_log_that_somebody_else_has_appended_to_is_refused_and_left_as_it_is(store, warm):
    mine, theirs = store.load(SID), store.load(SID)
    if warm:
        turn(mine, "mine", "x")
        theirs = store.load(SID)
    turn(theirs, "theirs", "y")
    before = store.log_path(SID).read_bytes()
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            turn(mine, "late", "z")
        assert store.log_path(SID).read_bytes() == before
    turn(theirs, "more", "y")
    assert contents(store)[-2:] == ["more", "y"]
    assert not list(verify(store, SID))


@pytest.mark.parametrize(("fails", "part"), [("write", 0), ("write", 40), ("sync", 0)])
def test_what_a_refused_append_left_is_cut_off_as_soon_as_the_disk_lets_it(store, disk, fails, part):
    session = store.load(SID)
    turn(session, "one", "a")
    before = store.log_path(SID).read_bytes()
    disk.fails, disk.part = {fails, "open"}, part
    with pytest.raises(StoreUnavailable):
        turn(session, "refused", "x")
    assert session.log.uncertain
    disk.fails = set()
    session.log.settle()
    assert not session.log.uncertain
    assert store.log_path(SID).read_bytes() == before
    turn(session, "two", "b")
    assert contents(store) == ["prompt 0", "answer 0", "one", "a", "two", "b"]
    assert not list(verify(store, SID))


def test_a_refused_append_that_left_nothing_gives_no_right_to_cut_what_others_wrote(store, disk):
    mine = store.load(SID)
    turn(mine, "mine", "x")
    disk.fails = {"write", "open"}
    with pytest.raises(StoreUnavailable):
        turn(mine, "refused", "x")
    disk.fails = set()
    turn(store.load(SID), "theirs", "y")
    before = store.log_path(SID).read_bytes()
    with pytest.raises(StoreUnavailable):
        turn(mine, "late", "z")
    mine.log.settle()
    assert store.log_path(SID).read_bytes() == before
    assert contents(store)[-2:] == ["theirs", "y"]
