"""One loaded session: its head, the end of its log, and what is known of its snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.chat.document import Place, Summary, summary_of
from hermes_webui.chat.events import Change, Event
from hermes_webui.chat.head import Head, apply
from hermes_webui.chat.messages import Message
from hermes_webui.store.elsewhere import Elsewhere
from hermes_webui.store.files import Stamp
from hermes_webui.store.index import Row
from hermes_webui.store.log import Batch, Found, Log, event_of, standing
from hermes_webui.store.path import Bends


class Session:
    """One loaded session: its head, the end of its log, and what is known of its snapshot."""

    def __init__(self, head: Head, log: Log, stamp: Stamp | None, generation: int) -> None:
        self.head = head
        self.log = log
        self.stamp = stamp
        self.generation = generation
        self.damaged = False
        #: Whether the snapshot's content has been looked at since it was loaded: another program may have written it.
        self.checked = False
        #: Bytes after the last whole append: an append that a crash cut off.
        self.torn = 0
        self.snapshot_revision = 0
        self.snapshot_bytes = 0
        #: Where the log turned to another branch, as far as that was looked for.
        self.bends = Bends()
        #: What another program keeps and our log does not hold yet; of its files, the lines to begin our log with.
        self.found: Elsewhere | None = None
        self.first: Batch | None = None

    def append(self, changes: Sequence[Change], at: float) -> tuple[Event, ...]:
        """`write` and `take` in one, for callers without an event loop."""
        events = self.write(changes, at)
        self.take(events)
        return events

    def write(self, changes: Sequence[Change], at: float) -> tuple[Event, ...]:
        """Puts changes on disk; the head does not know of them yet. Blocking; one caller at a time.

        Raises `StoreUnavailable`: then nothing was appended.
        """
        if self.found is not None:
            self.found.begin(self.log)
            self.first = self.found = None
            self.head = replace(self.head, unwritten=False)
        if not changes:
            return ()
        batch = self.log.encode(changes, at)
        self.log.write(batch)
        return batch.events

    def take(self, events: Iterable[Event]) -> None:
        """Folds events that are on disk into the head."""
        for event in events:
            self.head = apply(self.head, event)

    def standing(self) -> Standing:
        """Where the session stands now, for a snapshot of it."""
        return Standing(self.head, Place(self.log.size, self.log.sum, self.generation + 1))

    @property
    def is_behind(self) -> bool:
        """Whether the snapshot does not hold all that the log does, and should."""
        return self.snapshot_revision < self.head.revision and self.log.size > 0 and not self.head.trashed

    def summary(self) -> Summary:
        """The session's row."""
        return summary_of(self.head, damaged=self.damaged)

    def row(self) -> Row:
        """The session's row with the files it stands for."""
        return Row(self.summary(), self.log.size, self.stamp)

    def close(self) -> None:
        """Gives its descriptor back."""
        self.log.close()


class Below(Struct, frozen=True):
    """What follows a message on the visible path or, where the message is not on it, on its own branch: the first
    message after it, the last one, and the number of messages that lead up to the last. None: nothing does.
    """

    first: str | None = None
    last: str | None = None
    depth: int = 0


class Standing(Struct, frozen=True):
    """A head and the place in the log that it is of."""

    head: Head
    place: Place


class Page(Struct, frozen=True):
    """Some messages of the visible path; `offset` of them come before, `truncated` says if any do."""

    messages: list[Message]
    offset: int

    @property
    def truncated(self) -> bool:
        """Whether earlier messages exist."""
        return self.offset > 0


class Tail(Struct):
    """What folding the lines of a log gave: the head, the last line's number and sum, where it ends, and if any line
    was damaged.
    """

    head: Head
    seq: int
    sum: str
    end: int
    damaged: bool = False


def fold(head: Head, place: Place, found: Iterable[Found]) -> Tail:
    """Folds lines into a head as far as they can be read; a torn append at the end is left out.

    A line whose check fails is taken only where its number fits (with room for the lines before it that were not
    taken): one flipped digit must not hide what follows.
    """
    tail = Tail(head, head.revision, place.sum, place.offset)
    passed = 0
    for each in standing(found):
        line = each.line
        tail.damaged = tail.damaged or not each.good
        tail.end = each.end
        passed += 1
        if line is not None and line.seq > tail.seq and (each.good or line.seq <= tail.seq + passed):
            tail.head = apply(tail.head, event_of(line))
            tail.seq, tail.sum = line.seq, line.sum
            passed = 0
    return tail
