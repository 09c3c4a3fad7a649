"""Deleted for good: nothing of the conversation is left, nothing of another one goes, and nothing brings it back."""

import errno
import hashlib
from contextlib import suppress

import pytest

import api.models
from hermes_webui.chat import decide
from hermes_webui.chat.events import SessionCreated
from hermes_webui.chat.run import DONE, Ended
from hermes_webui.errors import Conflict, NotFound, StoreUnavailable
from hermes_webui.store import index, marks
from hermes_webui.store.agents import AgentNotes
from hermes_webui.store.attachments import Attachments
from hermes_webui.store.checkpoints import Checkpoints
from hermes_webui.store.drafts import Drafts
from hermes_webui.store.files import Disk
from hermes_webui.store.fork import fork
from hermes_webui.store.journal import Journal, partials
from hermes_webui.store.purge import Purging
from hermes_webui.store.usage import Usage
from tests.peers.faulty_disk import FailingDisk, RecordingDisk
from tests.store.fixtures import SID, begin, contents, document, messages, recover, store_in, turn, write
from tests.store.fixtures import tree as files_below

OTHER = "0123456789ab"
SECRET = b"heronry"  # what only the deleted conversation says
MOST = 250


def attached(state, text, disk=None):
    """A file that is kept; what describes it."""
    incoming = Attachments(state / "attachments", disk or store_in(state).disk).receive()
    incoming.add(text)
    return incoming.keep("notes.txt").described()


def said(session, text, *attachments, engine="demo"):
    run_id = f"{session.head.session_id}~{session.head.revision}"
    body = {"role": "user", "content": text, "attachments": list(attachments)}
    session.append(decide.start(session.head, 1.0, decide.Prompt(body, run_id, None, engine)), 1.0)
    used = {"input_tokens": 3, "output_tokens": 4, "cost": 0.5}
    reply = {"role": "assistant", "content": f"{text} indeed"}
    session.append(decide.finish(session.head, 2.0, session.head.epoch, Ended(run_id, DONE), [reply], used), 2.0)
    return run_id


def conversation(state, session_id, text, *attachments, disk=None):
    store = store_in(state / "sessions", disk)
    session = begin(store, session_id, title=text)
    said(session, text, *attachments)
    store.write_snapshot(session)
    return session


def deleted(store, session):
    session.append(decide.trash(session.head), 3.0)
    store.discard(session)
    session.close()


def purging(state, disk=None):
    store = store_in(state / "sessions", disk)
    return Purging(store, Attachments(state / "attachments", store.disk), AgentNotes(state / "agents", store.disk))


def everything(state, disk=None):
    """A deleted conversation with all that one can leave behind, beside another one. The files that each has."""
    own, shared = attached(state, b"heronry in a file", disk), attached(state, b"shared", disk)
    session = conversation(state, SID, "heronry", own, shared, disk=disk)
    run_id = said(session, "heronry again", engine="hermes")
    store = store_in(state / "sessions", disk)
    disk = store.disk
    conversation(state, OTHER, "harbour", shared, disk=disk)
    deleted(store, session)
    Drafts(store.root / "_drafts", disk).save(SID, "heronry draft", None, 1.0)
    for name in (f"{SID}.json", f"{SID}.jsonl.torn-at-9", f"draft-{SID}.json"):
        disk.keep(store.quarantine, name, b"heronry")
    disk.replace(store.trash / f"{SID}.json.bak", [b"heronry"])
    Checkpoints(store.root / "_runs", disk).save(run_id, b"heronry")
    AgentNotes(state / "agents", disk).save("hermes", SID, b'{"agent_session":"theirs"}')
    marks.write(store.root / "_unread.json", [SID, OTHER], disk)
    disk.replace(store.root / "_runs" / "1-1.jsonl", [JOURNAL])
    disk.replace(store.root / "_index.json", [b'[{"session_id":"%b","title":"heronry"}]' % SID.encode()])
    return own["id"], shared["id"]


JOURNAL = b"\n".join(
    (
        b'["run",1,"%b","r1"]' % SID.encode(),
        b'["run",2,"%b","r2"]' % OTHER.encode(),
        b'["msg",1,4]',
        b'["msg",2,4]',
        b'["t",1,"heronry"]',
        b'["t",2,"harbour"]',
        b'["t",1,"her',
    )
)


def left_of_it(state):
    """What still says something of the conversation, but that it was deleted for good."""
    files = files_below(state)
    files.pop("sessions/_purged.jsonl", None)
    files.pop("sessions/_usage.jsonl", None)
    return sorted(name for name, data in files.items() if SID in name or SECRET in data or SID.encode() in data)


def test_nothing_is_left_of_it_and_all_of_the_others(tmp_path):
    own, shared = everything(tmp_path)
    before = {name: data for name, data in files_below(tmp_path).items() if OTHER in name}
    purging(tmp_path).purge(SID)
    assert left_of_it(tmp_path) == []
    after = files_below(tmp_path)
    assert {name: after[name] for name in before} == before
    kept = Attachments(tmp_path / "attachments", store_in(tmp_path).disk)
    assert (kept.find(own), kept.read(shared, 100)) == (None, b"shared")
    assert not list((tmp_path / "agents" / "sessions").iterdir())
    assert marks.read(tmp_path / "sessions" / "_unread.json") == [OTHER]
    (partial,) = partials(tmp_path / "sessions" / "_runs")
    assert (partial.session_id, partial.parts) == (OTHER, [("text", "harbour")])


def test_what_is_not_in_the_trash_is_refused(tmp_path):
    conversation(tmp_path, SID, "heronry")
    write(tmp_path / "sessions", document(messages(2), OTHER))
    before = files_below(tmp_path)
    for session_id in (SID, OTHER):
        with pytest.raises(Conflict, match="not in the trash"):
            purging(tmp_path).purge(session_id)
    with pytest.raises(NotFound):
        purging(tmp_path).purge("00nothing")
    assert files_below(tmp_path) == before


def test_its_id_is_gone_and_is_not_used_again(tmp_path, monkeypatch):
    everything(tmp_path)
    purging(tmp_path).purge(SID)
    store = store_in(tmp_path / "sessions")
    for ask in (store.load, store.new, purging(tmp_path).purge):
        with pytest.raises(NotFound, match="deleted for good"):
            ask(SID)
    monkeypatch.setattr(api.models, "SESSION_DIR", tmp_path / "sessions")
    with pytest.raises(NotFound):
        api.models.Session(SID, messages=messages(2)).save()
    assert not store.exists(SID)
    assert store.session_ids() == {OTHER}


def test_what_comes_back_under_its_id_is_kept_aside_and_not_shown(tmp_path):
    everything(tmp_path)
    store = store_in(tmp_path / "sessions")
    log = store.log_path(SID).read_bytes()
    purging(tmp_path).purge(SID)
    write(store.root, document(messages(4)))
    write(store.root, document(messages(6)), f"{SID}.json.bak")
    store.log_path(SID).write_bytes(log)
    for _ in range(2):
        recovery = recover(store_in(tmp_path / "sessions"))
        assert SID not in recovery.index
        assert SID not in recovery.index.trashed
    assert not (store.root / f"{SID}.json").exists()
    assert log in [path.read_bytes() for path in store.quarantine.iterdir()]
    with pytest.raises(NotFound):
        store_in(tmp_path / "sessions").load(SID)


def test_a_fork_keeps_its_words_and_its_files(tmp_path):
    own = attached(tmp_path, b"heronry in a file")
    session = conversation(tmp_path, SID, "heronry", own)
    store = store_in(tmp_path / "sessions")
    fork(store, session, session.head.leaf, OTHER).close()
    deleted(store, session)
    purging(tmp_path).purge(SID)
    assert contents(store, OTHER) == ["heronry", "heronry indeed"]
    assert Attachments(tmp_path / "attachments", store.disk).find(own["id"])


def test_a_file_goes_with_the_last_that_names_it(tmp_path):
    shared = attached(tmp_path, b"shared")
    store = store_in(tmp_path / "sessions")
    for session_id in (SID, OTHER):
        deleted(store, conversation(tmp_path, session_id, "heronry", shared))
    kept = Attachments(tmp_path / "attachments", store.disk)
    purging(tmp_path).purge(SID)
    assert kept.find(shared["id"])
    purging(tmp_path).purge(OTHER)
    assert not kept.find(shared["id"])


@pytest.mark.parametrize("where", ["_trash/x.json", "_quarantine/x", "_drafts/x.json", "../prompts.json", "x.json.bak"])
def test_a_file_that_anything_else_names_stays(tmp_path, where):
    own = attached(tmp_path, b"heronry in a file")
    store = store_in(tmp_path / "sessions")
    deleted(store, conversation(tmp_path, SID, "heronry", own))
    (store.root / where).parent.mkdir(exist_ok=True)
    (store.root / where).write_bytes(b"x" * (4 << 20) + own["id"].encode())
    purging(tmp_path).purge(SID)
    assert Attachments(tmp_path / "attachments", store.disk).find(own["id"])


def test_a_file_that_somebody_has_just_brought_or_names_stays(tmp_path):
    store = store_in(tmp_path / "sessions")
    kept = Attachments(tmp_path / "attachments", store.disk)
    works = Purging(store, kept, AgentNotes(tmp_path / "agents", store.disk))
    texts = (b"heronry one", b"heronry two", b"heronry three")
    ids = [hashlib.sha256(text).hexdigest() for text in texts]
    deleted(store, conversation(tmp_path, SID, "heronry", *(attached(tmp_path, text) for text in texts)))
    again = kept.receive()
    again.add(texts[0])
    again.keep("again.txt")
    with kept.held([ids[1]]):
        works.purge(SID)
    assert [kept.find(each) is not None for each in ids] == [True, True, False]


def test_what_was_spent_on_it_was_spent(tmp_path):
    everything(tmp_path)
    store = store_in(tmp_path / "sessions")

    def spent():
        usage = Usage(store_in(tmp_path / "sessions"))
        for session_id, size in usage.behind():
            usage.count(session_id, size)
        return sum(total.cost for total in usage.sums(0).values())

    assert spent() == 1.5
    purging(tmp_path).purge(SID)
    assert spent() == 1.5
    Usage(store_in(tmp_path / "sessions")).forget()
    assert spent() == 1.5
    assert SECRET not in (store.root / "_usage.jsonl").read_bytes()


def test_a_running_journal_keeps_only_what_open_runs_have_said(tmp_path):
    disk = store_in(tmp_path).disk
    journal = Journal(tmp_path, disk, "7")
    for number, (session_id, text) in enumerate([(SID, "heronry"), (OTHER, "harbour")]):
        journal.begin(session_id, f"r{number}")
        journal.message(f"r{number}", 4)
        journal.delta(f"r{number}", "text", text)
    journal.end("r0")
    journal.compact()
    assert SECRET not in b"".join(files_below(tmp_path).values())
    journal.delta("r1", "text", " wall")
    (partial,) = partials(tmp_path)
    assert partial.parts == [("text", "harbour wall")]
    journal.end("r1")
    journal.compact()
    assert files_below(tmp_path) == {}
    journal.begin(OTHER, "r2")
    journal.close()


class HalfWritten(Disk):
    """The next write takes a half, and fails."""

    fails = False

    def write(self, fd, data):
        if not self.fails:
            return super().write(fd, data)
        self.fails = False
        super().write(fd, data[: len(data) // 2])
        raise OSError(errno.EIO, "gone")


def test_a_running_journal_that_the_disk_has_failed_loses_nothing_of_an_open_run(tmp_path):
    disk = HalfWritten()
    journal = Journal(tmp_path, disk, "7")
    for run_id, session_id in (("r0", SID), ("r1", OTHER)):
        journal.begin(session_id, run_id)
        journal.message(run_id, 4)
    journal.delta("r0", "text", "heronry")
    journal.delta("r1", "text", "harbour")
    disk.fails = True
    with pytest.raises(StoreUnavailable):
        journal.delta("r1", "text", " half")
    journal.delta("r1", "text", " wall")
    journal.end("r0")
    journal.compact()
    assert SECRET not in b"".join(files_below(tmp_path).values())
    (partial,) = partials(tmp_path)
    assert partial.parts == [("text", "harbour wall")]
    journal.close()


class Crash(BaseException):
    """The process or the machine ends."""


class CrashDisk(RecordingDisk):
    """It ends before the `at`-th call that changes something."""

    def __init__(self, root):
        super().__init__(root)
        self.at = self.calls = 0

    def tick(self):
        self.calls += 1
        if self.at and self.calls >= self.at:
            raise Crash

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
        self.tick()
        super().unlink(path)

    def sync_folder(self, path):
        self.tick()
        super().sync_folder(path)


def started(state):
    """A start of the server, as far as the store is concerned."""
    purging(state).finish()
    return recover(store_in(state / "sessions"))


def whole_or_gone(state, where):
    """Restorable with every word and file; or nowhere, for good. Which of them."""
    recovery = started(state)
    store = store_in(state / "sessions")
    assert contents(store, OTHER) == ["harbour", "harbour indeed"], where
    kept = Attachments(state / "attachments", store.disk)
    assert kept.find(hashlib.sha256(b"shared").hexdigest()), where
    if SID in recovery.index.trashed:
        assert store.restore(SID), where
        assert contents(store) == ["heronry", "heronry indeed", "heronry again", "heronry again indeed"], where
        assert kept.find(hashlib.sha256(b"heronry in a file").hexdigest()), where
        started(state)
        assert store_in(state / "sessions").load(SID).head.message_count == 4, where
        return "whole"
    assert SID not in recovery.index, where
    assert left_of_it(state) == [], where
    with pytest.raises(NotFound):
        store.load(SID)
    return "gone"


def test_a_crash_at_any_moment_leaves_it_in_the_trash_or_gone(tmp_path):
    seen = set()
    for at in range(1, MOST):
        root = tmp_path / f"{at}"
        disk = CrashDisk(root)
        everything(root, disk)
        disk.at = disk.calls + at
        try:
            purging(root, disk).purge(SID)
            finished = True
        except Crash:
            finished = False
        for seed in range(3):
            left = tmp_path / f"{at}-{seed}"
            left.mkdir()
            disk.after_a_cut(left, seed)
            outcome = whole_or_gone(left, f"power cut before call {at}, state {seed}")
            assert outcome == "gone" or not finished
            seen.add(outcome)
        seen.add(whole_or_gone(root, f"killed before call {at}"))
        if finished:
            assert seen == {"whole", "gone"}
            return
    raise AssertionError("the workload is longer than was thought")


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_fault_at_any_call_leaves_it_in_the_trash_or_gone(tmp_path, error):
    for at in range(1, MOST):
        root = tmp_path / f"{at}"
        everything(root)
        disk = FailingDisk(at, error)
        with suppress(StoreUnavailable):
            purging(root, disk).purge(SID)
        whole_or_gone(root, f"fault at call {at}")
        if disk.calls < at:
            return
    raise AssertionError("the workload is longer than was thought")


class Stuck(Disk):
    """Nothing can be removed."""

    stuck = True

    def unlink(self, path):
        if self.stuck:
            raise OSError(errno.EIO, "stuck")
        super().unlink(path)


def test_it_can_be_done_again_where_the_disk_has_stopped_it(tmp_path):
    everything(tmp_path)
    disk = Stuck()
    works = purging(tmp_path, disk)
    with pytest.raises(StoreUnavailable, match="did not let go of all"):
        works.purge(SID)
    assert left_of_it(tmp_path)
    with pytest.raises(NotFound):
        store_in(tmp_path / "sessions").load(SID)
    disk.stuck = False
    works.purge(SID)
    assert left_of_it(tmp_path) == []


def test_what_was_refused_and_taken_back_since_is_not_removed_by_the_next_start(tmp_path):
    everything(tmp_path)
    store = store_in(tmp_path / "sessions")
    line = b'{"session_id":"%b","at":1.0}\n' % SID.encode()
    assert store.restore(SID)
    (store.root / "_purged.jsonl").write_bytes(line)  # what a disk that said no has kept all the same
    recovery = started(tmp_path)
    assert SID in recovery.index
    assert store_in(tmp_path / "sessions").load(SID).head.message_count == 4


def test_a_session_whose_name_another_file_begins_with_is_not_touched(tmp_path):
    """`draft-x.json` in the quarantine is the draft of `x`, or the file of a session of that name."""
    everything(tmp_path)
    store = store_in(tmp_path / "sessions")
    named = f"draft-{SID}"
    store.new(named).append([SessionCreated(named)], 1.0)
    longer = begin(store, f"{SID}0")
    turn(longer, "one", "two")
    store.write_snapshot(longer)
    purging(tmp_path).purge(SID)
    assert store.log_path(named).exists()
    assert (store.quarantine / f"draft-{SID}.json").exists()
    assert contents(store, f"{SID}0") == ["one", "two"]


def test_an_index_that_cannot_be_read_is_left(tmp_path):
    path = tmp_path / "_index.json"
    path.write_bytes(b"{ broken")
    index.forget(path, SID, store_in(tmp_path).disk)
    assert path.read_bytes() == b"{ broken"
