"""An index of words in one file, `_search.db`: which messages hold them, and how far each session was read.

SQLite's FTS5 keeps it without the text itself. A message's number in it is when it was said, so that what was said last
is found first without anything being ranked. What is known of a session is noted in the transaction of its messages. A
file that is damaged, or another version's, is made anew: it is a view.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct

from hermes_webui.chat.terms import Terms
from hermes_webui.errors import SourceUnavailable
from hermes_webui.store.files import Disk, Stamp

VERSION = 1

#: How long a query may take (seconds), looked at after so many of SQLite's steps; and how long a lock is waited for.
QUERY = 2.0
STEPS = 4000
BUSY = 5.0

#: So many messages that are there no more are left in it; then it is made anew.
LEFT = 50_000

#: Numbers are microseconds since 1970; a time later than this (the year 2255, the last that JavaScript counts) is none.
MICRO = 1_000_000
LATEST = 9e9

SCHEMA = f"""
pragma journal_mode = wal;
create table sessions (id integer primary key, name text unique not null, upto int not null, size int, mtime int);
create table messages (number integer primary key, session int, message text);
create index of_session on messages (session);
create virtual table words using fts5 (
    text, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);
pragma user_version = {VERSION};
"""

TAKES_LONG = "That was looked for too long. More letters, or another word beside it, find it quickly."
UNREADABLE = "The search's own file cannot be read now. Conversations are not concerned; search again."


class Mark(Struct, frozen=True):
    """How far a session was read: up to an offset of its log, or all of a file of another program."""

    upto: int
    snapshot: Stamp | None = None


class Place(Struct, frozen=True):
    """A message that holds the words; `number` orders all of them by their time."""

    number: int
    session_id: str
    message_id: str


class Entry(Struct, frozen=True, order=True):
    """A message to be found: when it was said (seconds since 1970), the number of its session, its id and its words."""

    at: float
    session: int
    message_id: str
    words: str


class Writing:
    """One transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def marks(self) -> dict[str, Mark]:
        """How far each session was read."""
        rows = self._db.execute("select name, upto, size, mtime from sessions")
        return {name: _mark(*mark) for name, *mark in rows}

    def mark(self, name: str) -> Mark | None:
        """How far a session was read; None where it is not known."""
        asked = "select upto, size, mtime from sessions where name = ?"
        found = self._db.execute(asked, (name,)).fetchone()
        return None if found is None else _mark(*found)

    def session(self, name: str) -> int:
        """The number of a session."""
        self._db.execute("insert or ignore into sessions (name, upto) values (?, 0)", (name,))
        return int(self._db.execute("select id from sessions where name = ?", (name,)).fetchone()[0])

    def note(self, session: int, mark: Mark) -> None:
        """So far it will have been read when this transaction ends."""
        stamp = mark.snapshot
        values = (mark.upto, stamp.size if stamp else None, stamp.mtime_ns if stamp else None, session)
        self._db.execute("update sessions set upto = ?, size = ?, mtime = ? where id = ?", values)

    def drop(self, name: str) -> None:
        """The messages of a session count no more. Their numbers stay taken: words cannot be taken out of an index that
        has no text.
        """
        its = "(select id from sessions where name = ?)"
        self._db.execute(f"update messages set session = null, message = null where session = {its}", (name,))  # noqa: S608 - ours
        self._db.execute("delete from sessions where name = ?", (name,))

    def put(self, entries: Iterable[Entry]) -> None:
        """Messages in the order of their numbers, as FTS5 likes it; where one is taken, the next that is free."""
        taken = 0
        for each in sorted(entries):
            taken = self._free(max(int(min(max(each.at, 0.0), LATEST) * MICRO), taken + 1))
            self._db.execute("insert into messages values (?, ?, ?)", (taken, each.session, each.message_id))
            self._db.execute("insert into words (rowid, text) values (?, ?)", (taken, each.words))

    def _free(self, number: int) -> int:
        while self._db.execute("select 1 from messages where number = ?", (number,)).fetchone() is not None:
            number += 1
        return number


class Words:
    """The file. Blocking; who writes or removes it waits for the other, while any number look."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk
        self._writing = threading.RLock()

    @property
    def is_there(self) -> bool:
        """Whether there is a file."""
        return self._path.exists()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction: all of it or, after an exception, nothing. The file is made where there is none to write to.
        Raises `OSError`, `sqlite3.Error`: of a damaged one nothing is left, so that the next is a new one.
        """
        try:
            with self._writing, closing(self._made()) as db, db:
                yield Writing(db)
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):
                self.forget()
            raise

    def find(self, terms: Terms, before: int) -> Iterator[Place]:
        """Messages that hold all the terms, the newest first, as far as was read. Raises `SourceUnavailable`."""
        if terms.empty or not self.is_there:
            return
        asked = (
            "select m.number, s.name, m.message from words w join messages m on m.number = w.rowid "
            "join sessions s on s.id = m.session where w.words match ? and w.rowid < ? order by w.rowid desc"
        )
        try:
            with closing(self._open()) as db:
                deadline = time.monotonic() + QUERY
                db.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
                for row in db.execute(asked, (terms.expression, before)):
                    yield Place(*row)
        except sqlite3.OperationalError as error:
            raise SourceUnavailable(TAKES_LONG if "interrupt" in str(error) else UNREADABLE) from error
        except sqlite3.DatabaseError as error:
            self.forget()
            raise SourceUnavailable(UNREADABLE) from error

    def forget_with(self, name: str) -> None:
        """Removes the file if words of this session may stand in it: they cannot be taken out alone."""
        with self._writing:
            if not self.is_there:
                return
            try:
                with closing(self._open()) as db:
                    known = db.execute("select 1 from sessions where name = ?", (name,)).fetchone() is not None
                    left = db.execute("select 1 from messages where session is null limit 1").fetchone() is not None
            except sqlite3.Error:
                known = left = True
            if known or left:
                self.forget()

    def forget(self) -> None:
        """Removes the file, and with it every word."""
        with self._writing:
            for path in (self._path, *(self._path.with_name(self._path.name + more) for more in ("-wal", "-shm"))):
                self._disk.unlink(path)

    def _made(self) -> sqlite3.Connection:
        if self.is_there:
            db = self._open()
            try:
                if _is_ours(db):
                    return db
            except sqlite3.OperationalError:
                db.close()
                raise
            except sqlite3.DatabaseError:
                pass  # it is damaged: made anew
            db.close()
        return self._new()

    def _new(self) -> sqlite3.Connection:
        self.forget()  # also what a crash has left of one
        self._disk.make_folder(self._path.parent)
        os.close(self._disk.open(self._path, os.O_WRONLY | os.O_CREAT))  # with the rights of all our files
        db = self._open()
        db.executescript(SCHEMA)
        return db

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=BUSY)


def _mark(upto: int, size: int | None, mtime: int | None) -> Mark:
    return Mark(upto, None if size is None else Stamp(size, mtime or 0))


def _is_ours(db: sqlite3.Connection) -> bool:
    db.execute("pragma synchronous = normal")  # a power cut may take the last of it, which is then read again
    if db.execute("pragma user_version").fetchone()[0] != VERSION:
        return False
    left = db.execute("select count(*) from messages where session is null").fetchone()[0]
    return bool(left <= LEFT)
