"""Conversations and directories to measure on, made quickly: nothing is synced while they are set up."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from hermes_webui.chat.decide import Plan
from hermes_webui.chat.events import Body, SessionCreated
from hermes_webui.store import index as index_file
from hermes_webui.store.files import Disk
from hermes_webui.store.index import Index
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore

#: When all of it was written.
AT = 1_763_800_000.0

BATCH = 1000

SENTENCE = "the log is what counts and every view of it can be made again from what it says about each turn of a talk"


class Unsynced(Disk):
    """For setting up only."""

    def sync(self, fd: int) -> None:
        pass

    def sync_folder(self, path: Path) -> None:
        pass


@cache
def text(size: int, seed: int = 0) -> str:
    """Words, `size` bytes of them. Kept: making them must not be on anybody's account."""
    chance, words = random.Random(seed), SENTENCE.split()
    return " ".join(chance.choice(words) for _ in range(size // 3 + 2))[:size]


def body(place: int, size: int = 1000) -> Body:
    """The message at this place of a conversation: prompts and replies in turn."""
    return {"role": "assistant" if place % 2 else "user", "content": text(size, place % 97), "timestamp": AT + place}


def store_in(root: Path, disk: Disk | None = None) -> SessionStore:
    """A store that dates what it writes like the rest of the data."""
    return SessionStore(root, disk or Disk(), lambda: AT)


def fill(session: Session, messages: int, size: int = 1000) -> None:
    """Makes the conversation `messages` messages long."""
    while (begin := session.head.message_count) < messages:
        plan = Plan(session.head, AT + begin)
        if not session.head.revision:
            plan.add(SessionCreated(session.head.session_id, {"title": f"About {session.head.session_id}"}))
        for place in range(begin, min(begin + BATCH, messages)):
            plan.message(body(place, size))
        session.append(plan.changes, AT + begin)


def conversation(root: Path, session_id: str, messages: int, unwritten: int = 0) -> None:
    """A session on disk; its snapshot lacks the last `unwritten` messages."""
    store = store_in(root, Unsynced())
    session = store.new(session_id)
    fill(session, messages - unwritten)
    store.write_snapshot(session)
    fill(session, messages)
    session.close()
    settle(store.log_path(session_id), store.path(session_id))


def settle(*paths: Path) -> None:
    """Brings files to the disk, so that what is measured next does not wait for them."""
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)


def forget(*paths: Path) -> None:
    """Takes files out of the system's cache, so that the next read comes from the disk."""
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def directory(root: Path, sessions: int, messages: int, size: int) -> Index:
    """A session directory as a server leaves it: logs, snapshots, index."""
    store = store_in(root, Unsynced())
    index = Index()
    index.fill([_row(store, session_id, messages, size) for session_id in session_ids(sessions)])
    index_file.write(index, root / "_index.json", store.disk)
    os.sync()
    return index


def _row(store: SessionStore, session_id: str, messages: int, size: int) -> index_file.Row:
    session = store.new(session_id)
    fill(session, messages, size)
    store.write_snapshot(session)
    session.close()
    return session.row()


def session_ids(count: int) -> Iterator[str]:
    """Ids in the server's form."""
    return (f"{number:012x}" for number in range(1, count + 1))
