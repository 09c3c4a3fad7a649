"""Which messages hold which words, in all conversations: what the index of words does not know yet is read from the
logs, when somebody searches and never on the path of an append.

Conversations without a log of ours are another program's file, read whole when it has changed, or Hermes Agent's, read
from where it was left.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from hermes_webui.chat import hermes
from hermes_webui.chat.events import MessageAdded
from hermes_webui.chat.messages import Message, message_of, timestamp_of
from hermes_webui.chat.search import texts_in
from hermes_webui.chat.terms import Terms, words_of
from hermes_webui.errors import Conflict, HermesError, SourceUnavailable
from hermes_webui.store.elsewhere import Elsewhere
from hermes_webui.store.files import Stamp
from hermes_webui.store.index import Row
from hermes_webui.store.log import event_of, lines, parse
from hermes_webui.store.sessions import SessionStore
from hermes_webui.store.words import Entry, Mark, Place, Writing

#: One transaction takes so many characters: some tenths of a second.
BATCH = 4 << 20

#: Of one message so many characters are looked through: whoever pastes a book does not look for its last page.
MOST_CHARACTERS = 1 << 20

#: A line's beginning, in which its type stands.
HEADER = 96
ADDED = b'"type":"message.added"'

#: In a mark's stamp in place of a size: an agent's conversation; then `upto` counts messages as its row does, and the
#: stamp's time those that were read.
AGENT = -1
#: What one of its messages counts in bytes.
EACH = 1000


class Behind(Struct, frozen=True):
    """A session of which something has not been read, up to `upto`. `start`: from where in its log, or from which
    message of an agent's; None: what is known of it counts no more.
    """

    session_id: str
    upto: Mark
    start: int | None

    @property
    def size(self) -> int:
        """How much there is to read, in bytes."""
        stamp, done = self.upto.snapshot, self.start or 0
        if stamp is None:
            return self.upto.upto - done
        return max(self.upto.upto - done, 0) * EACH if stamp.size == AGENT else stamp.size


class _Batch:
    """What one transaction takes."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._characters = 0

    @property
    def is_full(self) -> bool:
        """Whether the transaction is to end."""
        return self._characters >= BATCH

    def take(self, message: Message, at: float, session: int) -> None:
        """One message more, if anything is said in it."""
        text = "" if message.body.get("_error") else shown_in(message)[:MOST_CHARACTERS]
        words = words_of(text)
        self._characters += len(words)
        if words and not words.isspace():
            self.entries.append(Entry(at, session, message.id, words))


def shown_in(message: Message) -> str:
    """What of a message is searched: what is read in it."""
    return "\n".join(texts_in(message.body, everything=False))


class Search:
    """The words of one session directory. Blocking; one caller reads logs at a time, while any number look."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._words = store.words

    @property
    def is_there(self) -> bool:
        """Whether anything was read yet."""
        return self._words.is_there

    def behind(self, rows: Iterable[Row], deleted: Collection[str]) -> list[Behind]:
        """What has not been read of these sessions, those first in which something was said last. What is known of
        sessions that are neither among them nor `deleted` counts no more; Hermes' own come and go with its store.
        """
        wanted = {row.summary.session_id: row for row in rows}
        with self._words.writing() as writing:
            known = writing.marks()
            for name in known:
                if name not in wanted and name not in deleted and not name.startswith(hermes.PREFIX):
                    writing.drop(name)
        newest = sorted(wanted.values(), key=lambda row: -row.summary.last_message_at)
        return [found for row in newest if (found := _behind(row, known)) is not None]

    def read(self, behind: Sequence[Behind]) -> list[Behind]:
        """Reads some of what is behind, in one transaction, and gives the rest. Raises `OSError`, `sqlite3.Error`: then
        nothing of it was kept.
        """
        batch = _Batch()
        rest: list[Behind] = []
        with self._words.writing() as writing:
            for done, each in enumerate(behind, 1):
                end = self._read(writing, each, batch)
                if batch.is_full:
                    left = [] if end is None else [Behind(each.session_id, each.upto, end)]
                    rest = [*left, *behind[done:]]
                    break
            writing.put(batch.entries)
        return rest

    def _read(self, writing: Writing, behind: Behind, batch: _Batch) -> int | None:
        """Takes a session's messages until the batch is full; tells where in its log to go on (None: it is done)."""
        if behind.session_id in self._store.purged:
            return None
        if behind.start and not _goes_on(behind, writing.mark(behind.session_id)):
            behind = Behind(behind.session_id, behind.upto, None)  # the file was made anew meanwhile
        if behind.start is None:
            writing.drop(behind.session_id)
        session = writing.session(behind.session_id)
        if behind.upto.snapshot is not None:
            mark = self._found(behind, batch, session)
            if mark is not None:
                writing.note(session, mark)
            return None
        end = behind.start or 0
        for message, at, after in self._logged(behind):
            batch.take(message, at, session)
            end = after
            if batch.is_full:
                break
        going_on = batch.is_full and end < behind.upto.upto
        writing.note(session, Mark(end) if going_on else behind.upto)
        return end if going_on else None

    def _logged(self, behind: Behind) -> Iterator[tuple[Message, float, int]]:
        """The messages of a log, each with its time, and where the next line begins."""
        try:
            fd = os.open(self._store.log_path(behind.session_id), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            for offset, raw in lines(fd, behind.start or 0, behind.upto.upto):
                line = parse(raw) if ADDED in raw[:HEADER] else None
                change = event_of(line).change if line is not None else None
                if line is not None and isinstance(change, MessageAdded):
                    yield message_of(change), timestamp_of(change.message) or line.at, offset + len(raw)
        finally:
            os.close(fd)

    def _found(self, behind: Behind, batch: _Batch, session: int) -> Mark | None:
        """Takes the messages of a conversation that has no log here; tells how far it was read, None: it was not."""
        try:
            loaded = self._store.load(behind.session_id)
            if loaded.found is None:
                return None  # it has got a log meanwhile
            head = loaded.head
            messages = list(_from(loaded.found, behind.start or 0))
        except (SourceUnavailable, Conflict):
            return None  # away, or just changed there: it is read the next time
        except HermesError:
            return behind.upto  # it is gone, or damaged: the list says so
        for message in messages:
            batch.take(message, timestamp_of(message.body) or head.created_at, session)
        stamp = behind.upto.snapshot
        agents = stamp is not None and stamp.size == AGENT
        return Mark(behind.upto.upto, Stamp(AGENT, head.message_count)) if agents else behind.upto

    def find(self, terms: Terms, before: int) -> Iterator[Place]:
        """Messages that hold all the terms, the newest first, as far as was read. Raises `SourceUnavailable`."""
        return self._words.find(terms, before)


def _from(found: Elsewhere, start: int) -> Iterator[Message]:
    """The visible messages of a conversation but the first `start` ones."""
    head = found.head
    if head.leaf is None or start >= head.message_count:
        return iter(())
    return iter(found.path(head.leaf, head.message_count - start)) if start else found.whole(head.leaf)


def _goes_on(behind: Behind, mark: Mark | None) -> bool:
    """Whether the session was read exactly up to where this begins."""
    if mark is None:
        return False
    agents = mark.snapshot is not None and mark.snapshot.size == AGENT
    return behind.start == (mark.snapshot.mtime_ns if agents and mark.snapshot else mark.upto)


def _behind(row: Row, known: Mapping[str, Mark]) -> Behind | None:
    name, agents = row.summary.session_id, row.summary.read_only
    upto = Mark(row.log) if row.log else Mark(0, row.snapshot)
    if agents:
        upto = Mark(row.summary.message_count, Stamp(AGENT, 0))
    mark = known.get(name)
    if upto == Mark(0):
        return None
    if mark is None:
        return Behind(name, upto, 0)
    kept = mark.snapshot
    if agents and kept is not None and kept.size == AGENT:
        start = kept.mtime_ns if mark.upto <= upto.upto else None
        return None if mark.upto == upto.upto else Behind(name, upto, start)
    if mark == upto:
        return None
    return Behind(name, upto, mark.upto if kept is None and upto.snapshot is None and mark.upto < upto.upto else None)
