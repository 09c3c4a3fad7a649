"""The sessions of one directory: loading, reading, appending, and the views that follow.

A session is loaded as its snapshot's head and the log's lines after it, so that neither its length nor its age costs
anything. Every write is `Session.append`: events with a number, on disk before anyone is told.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hermes_webui.chat import decide
from hermes_webui.chat.document import Place, foreign
from hermes_webui.chat.events import Event, SessionAdopted, SessionChanged
from hermes_webui.chat.head import ROOT, Head
from hermes_webui.chat.messages import Message, seq_of
from hermes_webui.errors import BadRequest, Damaged, NotFound
from hermes_webui.store import snapshot
from hermes_webui.store.elsewhere import Elsewhere, FoundDocument
from hermes_webui.store.files import Disk, free_name, refused, stamp_of
from hermes_webui.store.log import Log, encode, read
from hermes_webui.store.path import Bends, Course, Listed, VisiblePath
from hermes_webui.store.purged import NAME as PURGED
from hermes_webui.store.purged import Purged
from hermes_webui.store.reader import LogReader
from hermes_webui.store.session import Below, Page, Session, Standing, fold
from hermes_webui.store.words import Words

#: Session ids are file names: nothing that could leave the folder, nothing that begins like a folder of our own, and no
#: capitals, since some file systems take them for the same name (hermes-webui has none either).
SESSION_ID = re.compile(r"[0-9a-z][0-9a-z_-]{0,127}")

#: A snapshot is due when all before it, and one more like the last, cost at most half the log's bytes and this much.
FREE = 1 << 16


class SessionStore:
    """The files of a session directory. Reads never write."""

    def __init__(self, root: Path, disk: Disk, clock: Callable[[], float]) -> None:
        self.root, self._root = root, str(root)
        self.disk = disk
        self.clock = clock
        self.quarantine, self.trash = root / "_quarantine", root / "_trash"
        self.words = Words(root / "_search.db", disk)
        self.lock_path = root / "_store" / "lock"
        self.purged = Purged(root / PURGED, disk)
        #: Conversations that an agent keeps in a store of its own, by our ids.
        self.elsewhere: Callable[[str], Elsewhere | None] = lambda _session_id: None

    def path(self, session_id: str) -> Path:
        """The session's snapshot. Raises `BadRequest` for what is no session id, whatever it looks like as a path."""
        if not SESSION_ID.fullmatch(session_id):
            raise BadRequest("That is not a session id.")
        return self.root / f"{session_id}.json"

    def log_path(self, session_id: str) -> Path:
        """The session's log."""
        return self.root / "_log" / f"{self.path(session_id).stem}.jsonl"

    def exists(self, session_id: str) -> bool:
        """Whether there is anything of this session: a log, or another program's file."""
        there = self.log_path(session_id).exists() or self.path(session_id).exists()
        return there and session_id not in self.purged

    def new(self, session_id: str) -> Session:
        """A session that is nowhere yet; its first append creates it. Raises `NotFound` for an id that is used up."""
        self.purged.check(session_id)
        log = Log(self.log_path(session_id), self.disk, 0, session_id, 0)
        return Session(Head(session_id), log, None, 0)

    def load(self, session_id: str) -> Session:
        """Loads a session: a log with its snapshot's head, or another program's file. Raises `NotFound`, `Damaged`."""
        self.purged.check(session_id)
        path = self.log_path(session_id)
        if path.exists() and path.stat().st_size:  # an empty one: a first append that was cut off before its first byte
            return self._logged(session_id, path)
        if self.path(session_id).exists():
            return self._foreign(session_id)
        found = self.elsewhere(session_id)
        if found is None:
            raise NotFound("There is no such conversation here.")
        session = self.new(session_id)
        session.found, session.head = found, found.head
        return session

    def _logged(self, session_id: str, path: Path) -> Session:
        stamp = stamp_of(self.path(session_id))
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            size = os.fstat(fd).st_size
            start, place = self._start(session_id, fd, size)
            tail = fold(start, place, read(fd, place.offset, size, place.sum))
        finally:
            os.close(fd)
        log = Log(path, self.disk, tail.seq, tail.sum, tail.end)
        session = Session(tail.head, log, stamp, place.generation)
        session.damaged = tail.damaged
        session.torn = size - tail.end
        session.snapshot_revision = start.revision
        return session

    def _start(self, session_id: str, fd: int, size: int) -> tuple[Head, Place]:
        """The snapshot's head where the log really continues it, else an empty one at the log's beginning."""
        found = snapshot.read_head(self.path(session_id))
        if found is not None:
            head, place = found
            mark = b'"sum":"%b"}\n' % place.sum.encode()
            begins = place.offset - len(mark)
            if head.session_id == session_id and 0 <= begins < size and os.pread(fd, len(mark), begins) == mark:
                return head, place
        return Head(session_id), Place(0, session_id)

    def _foreign(self, session_id: str) -> Session:
        path = self.path(session_id)
        stamp = stamp_of(path)
        data = path.read_bytes()
        document = foreign(snapshot.document_in(data))
        fields, _ = document
        at = _number(fields.get("updated_at")) or _number(fields.get("created_at")) or self.clock()
        changes = decide.adopt(Head(session_id), at, document, (), "found", snapshot.digest_of(data))
        session = self.new(session_id)
        session.first = encode(changes, at, 0, session_id)
        session.found = found = FoundDocument(session_id, session.first)
        session.head = found.head
        session.stamp = stamp
        return session

    def reader(self, session: Session) -> LogReader:
        """A reader of the session's log as it stands."""
        return LogReader(session.log.path, session.log.size)

    def message(self, session: Session, message_id: str) -> Message:
        """One message by its id. Raises `NotFound`."""
        if session.found is not None:
            message = session.found.message(message_id)
        elif session.log.size:
            with self.reader(session) as reader:
                message = reader.message(message_id)
        else:
            message = None
        if message is None:
            raise NotFound("There is no such message in this conversation.")
        return message

    def path_messages(self, session: Session, leaf: str | None, limit: int | None = None) -> list[Message]:
        """The last `limit` messages of the path that ends in `leaf`."""
        if leaf is None:
            return []
        if session.found is not None:
            return session.found.path(leaf, limit)
        with self.reader(session) as reader:
            return list(reader.whole_path(leaf)) if limit is None else reader.path(leaf, limit)

    def page(self, session: Session, leaf: str | None, limit: int, before: str | None = None) -> Page:
        """The last `limit` messages of the path that ends in `leaf`, or those before the message `before`."""
        end = self.message(session, before).parent if before is not None else leaf
        messages = self.path_messages(session, end, limit)
        return Page(messages, messages[0].depth - 1 if messages else 0)

    @contextmanager
    def visible(self, session: Session, leaf: str | None) -> Iterator[VisiblePath]:
        """The path that ends in `leaf`, to find places on."""
        if session.found is not None:
            with session.found.visible(leaf) as path:
                yield path
        elif not session.log.size:
            yield Listed((), {})
        else:
            with self.reader(session) as reader:
                yield Course(reader, leaf, self._bends(session, reader).seqs)

    def _bends(self, session: Session, reader: LogReader) -> Bends:
        """Where the log turned to another branch. What was found is kept, so that only what is new is looked at."""
        known, size = session.bends, session.log.size
        if not session.head.branches or known.upto == size:
            return known
        firsts = (seq_of(child) for children in session.head.branches.values() for child in children)
        since = min((seq for seq in firsts if seq is not None), default=1)
        session.bends = Bends((*known.seqs, *reader.moves(since, known.upto)), size)
        return session.bends

    def latest_below(self, session: Session, message_id: str) -> Message:
        """Where the path ends when `message_id` is selected: the newest message that follows it. Raises `NotFound`."""
        if session.found is not None:
            return self.message(session, message_id)
        self.message(session, message_id)
        with self.reader(session) as reader:
            found = reader.latest_below(message_id)
        if found is None:
            raise NotFound("There is no such message in this conversation.")
        return found

    def hidden_by(self, session: Session, leaf: Message | None) -> str | None:
        """The message that follows `leaf`, on the visible path or on its own branch: what selecting `leaf` hides."""
        return self.below(session, leaf).first

    def below(self, session: Session, leaf: Message | None) -> Below:
        """What ending the path in `leaf` hides (None: before the first message). What an earlier cut has hidden since
        nothing was said belongs to it.
        """
        head = session.head
        parent, depth = (leaf.id, leaf.depth) if leaf else (None, 0)
        path = self.path_messages(session, head.leaf, head.message_count - depth) if head.message_count > depth else []
        end = (head.cut.leaf, head.cut.depth) if head.cut else (head.leaf, head.message_count)
        if leaf is not None and leaf.id != head.leaf and (not path or path[0].parent != parent):
            last = self.latest_below(session, leaf.id)
            path = self.path_messages(session, last.id, last.depth - depth) if last.depth > depth else []
            end = (last.id, last.depth)
        return Below(path[0].id, *end) if path and path[0].parent == parent else Below()

    def events(self, session: Session, after: int, upto: int) -> Iterator[Event]:
        """Events of the log by number, as far as they can be read."""
        if session.log.size:
            with self.reader(session) as reader:
                yield from reader.events(after, upto)

    def siblings(self, session: Session, message: Message) -> tuple[str, ...]:
        """All messages that follow the same one, oldest first."""
        return session.head.branches.get(message.parent or ROOT, (message.id,))

    def adopted_fields(self, session: Session) -> dict[str, Any]:
        """The fields of the last adopted document, with the keys that only it knows."""
        return self._fields_of(session, session.head)

    def _fields_of(self, session: Session, head: Head) -> dict[str, Any]:
        seq = head.extras_at
        if seq is None:
            return {}
        events = session.first.events if session.first is not None else tuple(self.events(session, seq - 1, seq))
        change = next((event.change for event in events if event.seq == seq), None)
        return change.fields if isinstance(change, SessionAdopted) else {}

    def wants_snapshot(self, session: Session) -> bool:
        """Whether the snapshot may be written again: together they cost a constant multiple of the log's bytes."""
        stale = session.snapshot_revision < session.head.revision and not session.head.trashed
        size = session.stamp.size if session.stamp else 0
        return stale and session.snapshot_bytes + size <= session.log.size // 2 + FREE

    def write_snapshot(self, session: Session) -> None:
        """Writes `<sid>.json` as of now; what another program wrote there since we last looked goes into the log
        first.
        """
        self.adopt_if_changed(session)
        self.put_snapshot(session, session.standing())

    def put_snapshot(self, session: Session, standing: Standing) -> None:
        """Writes `<sid>.json` as of `standing`. Blocking, and as long as the conversation: off the event loop, and
        beside appends, which it does not see.
        """
        head, place = standing.head, standing.place
        path = self.path(head.session_id)
        snapshot.back_up(path, head.message_count, self.disk, self.quarantine)
        with LogReader(session.log.path, place.offset) as reader:
            messages = reader.whole_path(head.leaf)
            pieces = snapshot.chunks(head, place, messages, self._fields_of(session, head))
            stamp = self.disk.replace_if(path, pieces, lambda: stamp_of(path) == session.stamp)
        if stamp is None:  # another program has just written it: taken in before the next snapshot
            session.checked = False
            return
        session.stamp = stamp
        session.checked = True
        session.generation = place.generation
        session.snapshot_revision = head.revision
        session.snapshot_bytes += session.stamp.size

    def document(self, session: Session, standing: Standing) -> Iterator[bytes]:
        """`<sid>.json` as of `standing`, piece by piece, for a copy of it elsewhere."""
        head, place = standing.head, standing.place
        yield from snapshot.chunks(head, place, self.whole(session, standing), self._fields_of(session, head))

    def whole(self, session: Session, standing: Standing) -> Iterator[Message]:
        """All messages of the visible path as of `standing`, one in memory at a time."""
        if session.found is not None:
            yield from session.found.whole(standing.head.leaf)
        elif standing.place.offset:
            with LogReader(session.log.path, standing.place.offset) as reader:
                yield from reader.whole_path(standing.head.leaf)

    def is_touched(self, session: Session) -> bool:
        """Whether the snapshot may be another than the one that we last looked at."""
        return not session.checked or stamp_of(f"{self._root}/{session.head.session_id}.json") != session.stamp

    def adopt_if_changed(self, session: Session) -> bool:
        """`adopt_change`, where the file may be another than the one that we last looked at. Blocking."""
        return self.is_touched(session) and self.adopt_change(session)

    def adopt_change(self, session: Session) -> bool:
        """If another program has rewritten the snapshot since it was last taken in, its conversation becomes the
        visible one, as an event.
        """
        path = self.path(session.head.session_id)
        stamp = stamp_of(path)
        session.checked = True
        if stamp is None or session.first is not None or snapshot.is_intact(path):
            session.stamp = stamp
            return False
        data = path.read_bytes()
        digest = snapshot.digest_of(data)
        session.stamp = stamp
        if digest == session.head.digest:
            return False
        try:
            document = snapshot.document_in(data)
        except Damaged:
            self.disk.keep(self.quarantine, path.name, data)
            return False
        if self._is_loss(session, path, document):
            self.disk.keep(self.quarantine, path.name, data)
            return False
        self.adopt(session, document, "changed", digest)
        return True

    def _is_loss(self, session: Session, path: Path, document: dict[str, Any]) -> bool:
        """Whether the document is shorter than what we have, and a backup beside it shows that nobody meant it."""
        held = len(foreign(document)[1])
        backup = snapshot.backup_of(path)
        if held >= session.head.message_count or not backup.exists() or snapshot.count(backup) <= held:
            return False
        return not snapshot.intended(document, snapshot.read_document(backup))

    def adopt(
        self, session: Session, document: dict[str, Any], reason: str, digest: str | None = None
    ) -> tuple[Event, ...]:
        """A whole document becomes the visible conversation; what it replaces stays in the tree. Blocking."""
        at = self.clock()
        path = self.path_messages(session, session.head.leaf)
        seen = document.get("revision") if reason == "changed" else None
        if reason != "saved":  # a run of another program is not ours to wait for
            document = {**document, "active_stream_id": None}
        since = seen if isinstance(seen, int) else None
        if since is not None:
            document = {**document, **self._changed_since(session, since)}
        changes = decide.adopt(session.head, at, foreign(document), path, reason, digest, since)
        return session.append(changes, at)

    def _changed_since(self, session: Session, seq: int) -> dict[str, Any]:
        """The metadata that was changed here after `seq`, as it is now: who wrote from that state did not know."""
        head = session.head
        with self.reader(session) as reader:
            changes = [event.change for event in reader.events(max(seq, 0), head.revision)]
        names = {name for change in changes if isinstance(change, SessionChanged) for name in change.fields}
        return {name: head.title if name == "title" else head.fields.get(name) for name in names}

    def cut_torn(self, session: Session) -> None:
        """An append that a crash cut off was never acknowledged. Its bytes are kept, then the log ends before them."""
        log = session.log
        if not session.torn:
            return
        with LogReader(log.path, log.size + session.torn) as reader:
            data = reader.bytes_at(log.size, session.torn)
        if data:
            self.disk.keep(self.quarantine, f"{log.path.name}.torn-at-{log.size}", data)
            self.disk.cut(log.path, log.size)
        session.torn = 0

    def set_aside(self, path: Path) -> None:
        """Moves a file that is not to be used any more into the quarantine, under a name that is free."""
        self.disk.move(path, free_name(self.quarantine / path.name))

    def discard(self, session: Session) -> None:
        """After `session.trashed` is on disk: the views of a deleted session go to `_trash/`."""
        path = self.path(session.head.session_id)
        for view in (path, snapshot.backup_of(path)):
            if view.exists():
                self.disk.keep(self.trash, view.name, view.read_bytes())
                self.disk.unlink(view)
        session.stamp = None
        session.snapshot_revision = 0

    def probe(self) -> None:
        """Tries a small durable write. Raises `StoreUnavailable` where the disk does not take it."""
        try:
            self.disk.replace(self.lock_path.with_name("probe"), [b"written to see whether the disk takes writes\n"])
        except OSError as error:
            raise refused(error, "a trial write") from error

    def session_ids(self) -> set[str]:
        """All sessions that have a log or a snapshot here."""
        found = {path.stem for path in self._files(self.root, ".json")} | {
            path.stem for path in self._files(self.root / "_log", ".jsonl")
        }
        return {each for each in found if SESSION_ID.fullmatch(each) and each not in self.purged}

    @staticmethod
    def _files(folder: Path, suffix: str) -> list[Path]:
        try:
            with os.scandir(folder) as entries:
                return [Path(entry.path) for entry in entries if entry.name.endswith(suffix)]
        except FileNotFoundError:
            return []


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
