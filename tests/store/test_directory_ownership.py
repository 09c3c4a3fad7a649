"""One process owns a directory, and a directory knows who it is."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hermes_webui.errors import StoreLocked
from hermes_webui.store import identity
from hermes_webui.store.files import Disk, Lock
from hermes_webui.store.identity import elsewhere, identify
from tests.store.fixtures import SID, conversation, document, messages, store_in, write

CHECKOUT = Path(__file__).parents[2]

HOLD = """
import sys
from pathlib import Path
from hermes_webui.store.files import Disk, Lock
Lock.take(Path(sys.argv[1]), Disk(), {})
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the lock of `tmp_path`."""
    path = tmp_path / "_store" / "lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_told_who_has_the_directory_and_since_when(tmp_path, holder):
    with pytest.raises(StoreLocked) as refused:
        Lock.take(tmp_path / "_store" / "lock", Disk(), {})
    sentence = refused.value.message
    assert re.search(
        rf"process {holder.pid} on {re.escape(socket.gethostname())}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d", sentence
    )
    assert str(tmp_path) in sentence


def test_a_killed_process_leaves_the_directory_free(tmp_path, holder):
    holder.kill()
    holder.wait()
    lock = Lock.take(tmp_path / "_store" / "lock", Disk(), {})
    assert f'"pid":{os.getpid()}'.encode() in lock.path.read_bytes()
    lock.release()


def test_a_lock_file_that_says_nothing_still_locks(tmp_path):
    path = tmp_path / "_store" / "lock"
    lock = Lock.take(path, Disk(), {})
    path.write_bytes(b"\xff")
    with pytest.raises(StoreLocked, match="another process"):
        Lock.take(path, Disk(), {})
    lock.release()
    Lock.take(path, Disk(), {}).release()


def test_nobody_writes_beside_the_owner(tmp_path, holder):
    with pytest.raises(StoreLocked):
        store_in(tmp_path).save(SID, document(messages(2)))
    assert not (tmp_path / f"{SID}.json").exists()


def test_a_directory_keeps_its_identity(tmp_path):
    made = identify(tmp_path, Disk())
    again = identify(tmp_path, Disk())
    assert made.is_new
    assert not again.is_new
    assert (again.id, again.secret) == (made.id, made.secret)
    assert made.secret.hex() not in repr(made)
    assert identify(tmp_path / "other", Disk()).id != made.id


def test_an_identity_that_cannot_be_read_is_made_anew(tmp_path):
    identify(tmp_path, Disk())
    (tmp_path / "_store" / "identity.json").write_bytes(b"{}")
    assert identify(tmp_path, Disk()).is_new


def test_other_directories_with_conversations_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(identity, "USUAL", ("~/.hermes/webui", "~/.hermes-webui"))
    here, there = tmp_path / ".hermes/webui/sessions", tmp_path / ".hermes-webui/sessions"
    assert elsewhere(here) == []
    write(there, document(messages(2)))
    (here.parent).mkdir(parents=True)
    assert elsewhere(here) == [there]
    assert elsewhere(there) == []


def test_a_directory_whose_conversations_have_no_snapshot_yet_is_named_too(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(identity, "USUAL", ("~/.hermes-webui",))
    conversation(store_in(tmp_path / ".hermes-webui/sessions"), 1)
    assert elsewhere(tmp_path / "new") == [tmp_path / ".hermes-webui/sessions"]


def test_files_are_nobody_elses_business(tmp_path):
    store = store_in(tmp_path / "sessions")
    store.write_snapshot(conversation(store, 1))
    made = [path for path in store.root.rglob("*") if path.is_file()]
    assert made
    assert {path.stat().st_mode & 0o077 for path in made} == {0}
