"""Hermes Agent's `state.db`, as several of its versions make it, and a program of its own that writes to it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

#: Versions of the tables: the first had few columns and no index; the middle ones ordered by time; the newest can take
#: messages back (`active`) and keeps titles.
OLDEST = """
create table sessions (id text primary key, source text not null, model text, started_at real not null,
    message_count integer default 0);
create table messages (id integer primary key autoincrement, session_id text not null, role text not null,
    content text, timestamp real not null);
"""
MIDDLE = """
create table sessions (id text primary key, source text not null, user_id text, model text, system_prompt text,
    parent_session_id text, started_at real not null, ended_at real, end_reason text, message_count integer default 0,
    input_tokens integer default 0, output_tokens integer default 0, title text);
create table messages (id integer primary key autoincrement, session_id text not null references sessions(id),
    role text not null, content text, tool_call_id text, tool_calls text, tool_name text, timestamp real not null,
    token_count integer, finish_reason text, reasoning text);
create index idx_sessions_started on sessions(started_at desc);
create index idx_messages_session on messages(session_id, timestamp);
"""
NEWEST = """
create table schema_version (version integer not null);
insert into schema_version values (22);
create table sessions (id text primary key, source text not null, user_id text, session_key text, model text,
    model_config text, system_prompt text, parent_session_id text, started_at real not null, ended_at real,
    end_reason text, message_count integer default 0, tool_call_count integer default 0,
    input_tokens integer default 0, output_tokens integer default 0, cwd text, title text,
    archived integer not null default 0, foreign key (parent_session_id) references sessions(id));
create table messages (id integer primary key autoincrement, session_id text not null references sessions(id),
    role text not null, content text, tool_call_id text, tool_calls text, tool_name text, effect_disposition text,
    timestamp real not null, token_count integer, finish_reason text, reasoning text, reasoning_content text,
    observed integer default 0, active integer not null default 1, compacted integer not null default 0,
    api_content text);
create index idx_sessions_started on sessions(started_at desc);
create index idx_messages_session on messages(session_id, timestamp);
create index idx_messages_session_active on messages(session_id, active, timestamp);
create index idx_messages_active_null on messages(active) where active is null;
"""
VERSIONS = {"oldest": OLDEST, "middle": MIDDLE, "newest": NEWEST}

#: When the first session of a test begins.
BEGIN = 1_700_000_000.0


class AgentDb:
    """One `state.db`, written to as Hermes Agent does it."""

    def __init__(self, home: Path, version: str = "newest", journal: str = "wal") -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.path = home / "state.db"
        with closing(sqlite3.connect(self.path)) as made:
            made.execute(f"pragma journal_mode={journal}")
            made.executescript(VERSIONS[version])
        self._open()

    @classmethod
    def existing(cls, path: Path) -> Self:
        """One that is there already."""
        found = cls.__new__(cls)
        found.path = path
        found._open()
        return found

    def _open(self) -> None:
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.columns = {
            name: {row[1] for row in self.connection.execute(f"pragma table_info({name})")}
            for name in ("sessions", "messages")
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def _insert(self, table: str, values: dict[str, Any]) -> int:
        known = {name: value for name, value in values.items() if name in self.columns[table]}
        holes = ", ".join("?" * len(known))
        done = self.connection.execute(
            f"insert into {table} ({', '.join(known)}) values ({holes})", tuple(known.values())
        )
        return int(done.lastrowid or 0)

    def session(self, source_id: str, said: Iterable[Any] = (), at: Any = BEGIN, **fields: Any) -> str:
        """A session with what was said in it: texts of user and assistant in turn, or whole messages."""
        self._insert("sessions", {"id": source_id, "source": "cli", "started_at": at, **fields})
        self.say(source_id, said, at if isinstance(at, float) else BEGIN)
        return source_id

    def say(self, source_id: str, said: Iterable[Any], at: float = BEGIN) -> None:
        count = self.connection.execute("select count(*) from messages where session_id = ?", (source_id,)).fetchone()[
            0
        ]
        for number, each in enumerate(said, count):
            message = each if isinstance(each, dict) else {"role": ("user", "assistant")[number % 2], "content": each}
            calls = message.get("tool_calls")
            told = {**message, **({"tool_calls": json.dumps(calls)} if isinstance(calls, list) else {})}
            self._insert("messages", {"session_id": source_id, "timestamp": at + number, **told})
        self.connection.execute(
            "update sessions set message_count = (select count(*) from messages where session_id = ?) where id = ?",
            (source_id, source_id),
        )

    def many(self, source_id: str, count: int, at: float = BEGIN, text: str = "word " * 20) -> str:
        """A long session, made quickly."""
        self._insert("sessions", {"id": source_id, "source": "cli", "started_at": at, "message_count": count})
        roles = ("user", "assistant")
        rows = ((source_id, roles[n % 2], f"{n} {text}", at + n) for n in range(count))
        self.connection.execute("begin")
        self.connection.executemany(
            "insert into messages (session_id, role, content, timestamp) values (?, ?, ?, ?)", rows
        )
        self.connection.execute("commit")
        return source_id

    def delete(self, source_id: str) -> None:
        self.connection.execute("delete from messages where session_id = ?", (source_id,))
        self.connection.execute("delete from sessions where id = ?", (source_id,))


class Holder:
    """A program of its own that runs statements on a store and then holds it as it is until it is let go of."""

    def __init__(self, path: Path, *statements: str) -> None:
        program = (
            "import sqlite3, sys\n"
            "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
            "for s in sys.argv[2:]: c.execute(s)\n"
            "print('held', flush=True)\n"
            "sys.stdin.read()\n"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, str(path), *statements],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "held\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def held(path: Path, locks: Sequence[str] = ("begin exclusive",)) -> Holder:
    """The store, locked by another program."""
    return Holder(path, *locks)
