"""The store for callers without an event loop: the command line, and `api/`, which binds hermes-webui's names to this.

Each call takes the directory's lock for as long as it lasts, so that it cannot write beside a running server.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hermes_webui.chat import decide
from hermes_webui.chat.document import Place, extras, header
from hermes_webui.errors import Damaged, NotFound
from hermes_webui.store import index as index_file
from hermes_webui.store.files import Disk, Lock
from hermes_webui.store.index import Index
from hermes_webui.store.recovery import Progress, Recovery, Report, close_run
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore
from hermes_webui.store.usage import Usage


class DirectoryStore(SessionStore):
    """A session store that can be written to without a server."""

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Holds the directory's lock. Raises `StoreLocked` while a server has it."""
        lock = Lock.take(self.lock_path, self.disk, {})
        try:
            yield
        finally:
            lock.release()

    def save(self, session_id: str, document: dict[str, Any]) -> None:
        """A whole document becomes the conversation: adopted as an event, then written as its snapshot."""
        with self.owned():
            try:
                session = self.load(session_id)
            except (NotFound, Damaged):  # what cannot be read is kept aside by `adopt_change`
                session = self.new(session_id)
            self.cut_torn(session)
            self.adopt_change(session)
            self.adopt(session, document, "saved")
            self.write_snapshot(session)
            session.close()

    def restore(self, session_id: str) -> bool:
        """Takes a deleted session back. False where it is not deleted; raises `NotFound` where there is none."""
        with self.owned():
            session = self.load(session_id)
            restored = session.append(decide.restore(session.head), self.clock())
            if restored:
                self.write_snapshot(session)
            session.close()
        return bool(restored)


def opened(root: Path) -> DirectoryStore:
    """The store of a directory; nothing is created before something is written."""
    return DirectoryStore(root, Disk(), time.time)


def index_path(root: Path, named: Path, bound: tuple[Path, Path]) -> Path:
    """Which index belongs to `root`, where names may have been rebound from `bound` = (directory, index)."""
    return root / "_index.json" if named == bound[1] and root != bound[0] else named


def summary_document(store: SessionStore, session_id: str) -> dict[str, Any]:
    """The metadata of a session as keyword arguments; it says nothing of messages."""
    session = store.load(session_id)
    fields = header(session.head, Place(0, ""))
    return {key: value for key, value in fields.items() if key not in {"head", "log_offset", "log_sum", "generation"}}


def whole_document(store: SessionStore, session_id: str) -> dict[str, Any]:
    """The whole session as keyword arguments, its unknown keys included."""
    session = store.load(session_id)
    messages = [message.as_json() for message in store.path_messages(session, session.head.leaf)]
    return {**summary_document(store, session_id), **extras(store.adopted_fields(session)), "messages": messages}


def close_stale_run(store: DirectoryStore, session_id: str, live: frozenset[str]) -> bool:
    """Ends the session's run as interrupted unless it is one of the `live` ones; then its snapshot says so too."""
    run = store.load(session_id).head.run
    if run is None or run.id in live:
        return False
    with store.owned():
        session: Session = store.load(session_id)
        store.cut_torn(session)
        closed = close_run(store, session)
        store.write_snapshot(session)
        session.close()
    return closed


def recover_directory(
    store: DirectoryStore,
    index: Path,
    state_db: Path | None = None,
    progress: Progress | None = None,
    *,
    close_runs: bool = False,
) -> Report:
    """The start's recovery on a directory that no server has open."""
    with store.owned():
        recovery = Recovery(store, state_db, close_runs=close_runs)
        recovery.run(index, progress)
    return recovery.report


def rows(store: DirectoryStore, path: Path) -> Index:
    """Makes the list of all sessions anew and writes it to `path`."""
    with store.owned():
        index = Recovery(store).run(path)
        index_file.write(index, path, store.disk)
    return index


def recount(store: DirectoryStore) -> None:
    """Counts anew what all runs have used, from the logs."""
    with store.owned():
        usage = Usage(store)
        usage.forget()
        for session_id, size in usage.behind():
            usage.count(session_id, size)
