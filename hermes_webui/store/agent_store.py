"""Hermes Agent's `state.db`: opened for reading only, for a bounded time, and never kept open.

Versions differ: tables, columns and indexes are looked up each time. Messages are only ever asked for by an index or by
their numbers, so that a store of any size costs what is shown of it. A store that is locked, takes too long or is none
raises `SourceUnavailable` with a sentence, soon; nothing of ours depends on it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from hermes_webui.chat import hermes
from hermes_webui.chat.messages import text_of
from hermes_webui.errors import Conflict, SourceUnavailable
from hermes_webui.store.files import Version, version_of

#: Columns of `sessions` and of `messages` that are of use here, as far as a version has them.
SESSION: Final = (
    "id", "source", "title", "model", "started_at", "ended_at", "message_count", "parent_session_id", "archived",
    "input_tokens", "output_tokens",
)  # fmt: skip
MESSAGE: Final = (
    "id", "role", "content", "timestamp", "tool_call_id", "tool_calls", "tool_name", "reasoning", "reasoning_content",
    "finish_reason",
)  # fmt: skip

#: So many messages are asked for at a time; SQLite takes 999 values in any version.
AT_ONCE = 500

#: So few messages are looked through without an index.
FEW = 2000

#: The engine looks at its deadline after so many of its steps: some tenths of a millisecond.
STEPS = 4000

#: How much of a first prompt a title is made of.
PROMPT = 400


class Limits(Struct, frozen=True):
    """Seconds: how long a lock is waited for, and how long one request, or one look at the whole list, may read."""

    busy: float = 0.25
    request: float = 10.0
    listing: float = 20.0
    prompts: float = 1.0


class Layout(Struct, frozen=True):
    """What this version's tables look like. `indexed` and `timed`: messages are found by their session, and in it by
    their time, without reading others.
    """

    session: tuple[str, ...]
    message: tuple[str, ...]
    rewinds: bool
    indexed: bool
    timed: bool


class AgentStore:
    """One `state.db`. It need not be there."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.path = path
        self.limits = limits or Limits()
        self._wal = path.with_name(f"{path.name}-wal")

    def stamp(self) -> tuple[Version, ...]:
        """Another one: something was written since. Empty where there is no store."""
        stamps = tuple(found for path in (self.path, self._wal) if (found := _stamp(path)) is not None)
        return stamps if _stamp(self.path) is not None else ()

    @contextmanager
    def reading(self, seconds: float | None = None) -> Iterator[Reading]:
        """The store as it stands now, for so many seconds. Raises `SourceUnavailable`."""
        try:
            with closing(self._connect()) as connection:
                deadline = time.monotonic() + (seconds or self.limits.request)
                connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
                yield from self._read(connection)
        except sqlite3.Error as error:
            raise SourceUnavailable(_sentence(error)) from error

    def _read(self, connection: sqlite3.Connection) -> Iterator[Reading]:
        try:
            connection.execute("begin")
            layout = _layout(connection)
        except sqlite3.OperationalError as error:
            if "unable to open" not in str(error) or self._is_live():
                raise
            yield from self._still()
            return
        yield Reading(connection, layout, self.limits)

    def _is_live(self) -> bool:
        """Whether a program has it open: then there is a log of its changes beside it."""
        stamp = _stamp(self._wal)
        return stamp is not None and stamp[1] > 0

    def _still(self) -> Iterator[Reading]:
        """A folder that cannot be written to (a read-only mount) has no room for SQLite's shared memory. A store that
        nobody has open is read as a plain file then, and what was read counts only if it is the same file afterwards.
        """
        before = self.stamp()
        with closing(self._connect("&immutable=1")) as connection:
            deadline = time.monotonic() + self.limits.request
            connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
            yield Reading(connection, _layout(connection), self.limits)
        if self.stamp() != before or self._is_live():
            raise SourceUnavailable("Hermes Agent has just written to its store. Look again.")

    def _connect(self, more: str = "") -> sqlite3.Connection:
        address = f"file:{quote(str(self.path))}?mode=ro{more}"
        connection = sqlite3.connect(address, uri=True, timeout=self.limits.busy, isolation_level=None)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        return connection

    def ids(self) -> frozenset[str] | None:
        """The ids of all its sessions; None where it cannot be read or says nothing."""
        if not self.stamp():
            return None
        try:
            with self.reading() as reading:
                return reading.ids()
        except SourceUnavailable:
            return None


class Reading:
    """One look at the store: everything it gives is of the same moment."""

    def __init__(self, connection: sqlite3.Connection, layout: Layout, limits: Limits) -> None:
        self._connection = connection
        self.layout = layout
        self._limits = limits

    @property
    def is_empty(self) -> bool:
        """Whether this is a store at all: one that has sessions and messages."""
        return not (self.layout.session and self.layout.message)

    def ids(self) -> frozenset[str] | None:
        """The ids of all sessions; None where there is no table of them."""
        if not self.layout.session:
            return None
        return frozenset(hermes.text(row[0]) for row in self._connection.execute("select id from sessions"))

    def rows(self, prompts: dict[str, str]) -> list[hermes.Row]:
        """All sessions in which something was said. `prompts`: how those without a title begin, as far as known; it is
        added to for a bounded time, so that a large store is listed soon and named by and by.
        """
        if self.is_empty:
            return []
        found = [dict(zip(self._names(), row, strict=True)) for row in self._connection.execute(self._sql(""))]
        deadline = time.monotonic() + self._limits.prompts
        for row in found:
            source_id = hermes.text(row["id"])
            if not row.get("title") and source_id not in prompts and time.monotonic() < deadline:
                prompts[source_id] = self._prompt(source_id)
        rows = [self._row(row, prompts.get(hermes.text(row["id"]), "")) for row in found]
        return [row for row in rows if (row.last if self.layout.indexed else row.message_count)]

    def row(self, source_id: str) -> hermes.Row | None:
        """One session, without its first prompt; None where there is none."""
        if self.is_empty:
            return None
        found = self._connection.execute(self._sql("where s.id = ?"), (source_id,)).fetchone()
        if found is None:
            return None
        return self._row(dict(zip(self._names(), found, strict=True)), "")

    def _names(self) -> tuple[str, ...]:
        return (*self.layout.session, "last")

    def _sql(self, which: str) -> str:
        last = "null"
        if self.layout.timed:
            last = "(select max(m.timestamp) from messages m where m.session_id = s.id)"
        elif self.layout.indexed:
            last = "(select m.timestamp from messages m where m.session_id = s.id order by m.rowid desc limit 1)"
        columns = ", ".join([*(f"s.{name}" for name in self.layout.session), last])
        return f"select {columns} from sessions s {which}"  # noqa: S608 - names of columns that are ours

    def _row(self, found: Mapping[str, Any], prompt: str) -> hermes.Row:
        started = hermes.seconds(found.get("started_at"))
        ended = hermes.seconds(found.get("ended_at"))
        return hermes.Row(
            source_id=hermes.text(found["id"]),
            source=hermes.text(found.get("source")),
            title=" ".join(hermes.text(found.get("title")).split()),
            prompt=prompt,
            model=hermes.text(found.get("model")),
            started=started,
            last=hermes.seconds(found["last"]) if self.layout.indexed else ended or started,
            message_count=hermes.count(found.get("message_count")),
            parent=hermes.text(found.get("parent_session_id")),
            archived=bool(found.get("archived")),
            input_tokens=hermes.count(found.get("input_tokens")),
            output_tokens=hermes.count(found.get("output_tokens")),
        )

    def _prompt(self, source_id: str) -> str:
        """How its first prompt begins; nothing where finding it would mean reading all messages of the store."""
        if not self.layout.indexed:
            return ""
        order = "timestamp, rowid" if self.layout.timed else "rowid"
        asked = f"where session_id = ? and role = 'user' {self._shown} order by {order} limit 1"
        found = self._connection.execute(f"select content from messages {asked}", (source_id,)).fetchone()  # noqa: S608 - no value of others
        return text_of({"content": hermes.content_of(found[0])})[:PROMPT] if found is not None else ""

    @property
    def _shown(self) -> str:
        """Messages that were taken back there, or that a summary has replaced, are kept by newer versions but not
        shown.
        """
        return "and active is not 0" if self.layout.rewinds else ""

    def places(self, source_id: str) -> Iterator[tuple[int, int, object]]:
        """Number, whose it is (2: a person's, 1: the agent's, 0: neither) and time of each message of a session, in the
        order in which that version itself reads them: as they were written where it can take messages back, by their
        time in older ones. No text is read.
        """
        order = "rowid" if self.layout.rewinds else "timestamp, rowid"
        whose = "(role = 'user') * 2 + (role = 'assistant')"
        asked = f"where session_id = ? {self._shown} order by {order}"
        yield from self._connection.execute(
            f"select rowid, {whose}, timestamp from messages {asked}",  # noqa: S608 - no value of others
            (source_id,),
        )

    def messages(self, source_id: str, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Messages by their numbers, in this order. Raises `Conflict` where one of them is there no more."""
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            columns = ", ".join(("rowid", *self.layout.message))
            holes = ", ".join("?" * len(some))
            # The plus keeps SQLite from looking through the whole session for these few.
            sql = f"select {columns} from messages where rowid in ({holes}) and +session_id = ?"  # noqa: S608 - holes
            found = {row[0]: row[1:] for row in self._connection.execute(sql, (*some, source_id))}
            for number in some:
                if number not in found:
                    raise Conflict("Hermes Agent has just changed this conversation. Look again.")
                yield dict(zip(self.layout.message, found[number], strict=True))


def _stamp(path: Path) -> Version | None:
    try:
        return version_of(path.stat())
    except OSError:
        return None


def _layout(connection: sqlite3.Connection) -> Layout:
    session = [row[1] for row in connection.execute("pragma table_info(sessions)")]
    message = [row[1] for row in connection.execute("pragma table_info(messages)")]
    indexes = [row[1] for row in connection.execute("pragma index_list(messages)") if not row[4]]  # none of a part
    led = [[row[2] for row in connection.execute("select * from pragma_index_info(?)", (name,))] for name in indexes]
    most = connection.execute("select max(rowid) from messages").fetchone()[0] if message else None
    few = (most or 0) <= FEW
    timed = few or any(columns[:2] == ["session_id", "timestamp"] for columns in led)
    return Layout(
        session=tuple(name for name in SESSION if name in session) if "id" in session else (),
        message=tuple(name for name in MESSAGE if name in message)
        if {"session_id", "role", "content", "timestamp"} <= {*message}
        else (),
        rewinds="active" in message,
        indexed=timed or ["session_id"] in led,
        timed=timed,
    )


def _sentence(error: sqlite3.Error) -> str:
    said = str(error)
    if "locked" in said or "busy" in said:
        why = "another program holds it locked"
    elif "interrupted" in said:
        why = "reading it takes too long"
    elif "unable to open" in said:
        why = "it cannot be opened"
    else:
        why = "it is damaged, or no store of Hermes Agent"
    return f"Hermes Agent's sessions cannot be read now: {why}. Nothing was changed; they are looked for again."


def known_to_agent(stores: Sequence[AgentStore]) -> frozenset[str] | None:
    """The session ids in Hermes Agent's stores, read only and soon; None where one of them cannot be read, or none is
    there to say anything.
    """
    there = [store.ids() for store in stores if store.stamp()]
    known = [ids for ids in there if ids is not None]
    return frozenset().union(*known) if known and len(known) == len(there) else None
