"""Drafts: the last one is kept, and two tabs do not overwrite each other."""

import errno

import pytest

from hermes_webui.errors import Conflict, StoreUnavailable
from hermes_webui.store.drafts import Draft, Drafts
from hermes_webui.store.files import Disk
from tests.peers.faulty_disk import FailingDisk


@pytest.fixture
def drafts(tmp_path):
    return Drafts(tmp_path / "_drafts", Disk())


def test_a_draft_is_there_for_the_next_process(drafts, tmp_path):
    drafts.save("s", "half a thought\u2028😀", None, 5.0)
    assert Drafts(tmp_path / "_drafts", Disk()).get("s") == Draft("half a thought\u2028😀", 1, 5.0)
    assert drafts.get("other") == Draft()


def test_a_tab_that_has_not_seen_the_last_draft_is_refused_and_shown_it(drafts):
    drafts.save("s", "first tab", 0, 5.0)
    with pytest.raises(Conflict) as refused:
        drafts.save("s", "second tab", 0, 6.0)
    assert refused.value.details["draft"] == {"text": "first tab", "revision": 1, "updated_at": 5.0}
    assert drafts.get("s").text == "first tab"
    assert drafts.save("s", "second tab", 1, 6.0).revision == 2


def test_the_same_text_again_changes_nothing(drafts):
    assert drafts.save("s", "x", None, 5.0) == drafts.save("s", "x", None, 6.0)


def test_an_emptied_draft_is_a_draft(drafts):
    drafts.save("s", "x", None, 5.0)
    assert drafts.save("s", "", 1, 6.0) == Draft("", 2, 6.0)
    assert drafts.get("s") == Draft("", 2, 6.0)


def test_a_fault_leaves_the_old_draft(tmp_path):
    Drafts(tmp_path, Disk()).save("s", "kept", None, 5.0)
    for at in range(1, 10):
        failing = Drafts(tmp_path, FailingDisk(at, errno.ENOSPC))
        try:
            failing.save("s", f"new {at}", None, 6.0)
        except StoreUnavailable:
            assert Drafts(tmp_path, Disk()).get("s").text in {"kept", *(f"new {n}" for n in range(at + 1))}
        else:
            assert failing.get("s").text == f"new {at}"
            return
    raise AssertionError("saving a draft takes more calls than was thought")


def test_a_draft_file_that_cannot_be_read_does_not_stop_anyone(drafts, tmp_path):
    (tmp_path / "_drafts").mkdir()
    (tmp_path / "_drafts" / "s.json").write_bytes(b"\xff{")
    assert drafts.get("s") == Draft()
    assert drafts.save("s", "new", None, 5.0).text == "new"
