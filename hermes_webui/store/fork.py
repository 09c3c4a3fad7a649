"""Writes the log of a fork: a whole new file, there at once or not at all, one message in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_webui.chat.decide import alive
from hermes_webui.chat.events import Change
from hermes_webui.chat.fork import beginning, copied
from hermes_webui.chat.messages import Message
from hermes_webui.store.files import refused
from hermes_webui.store.log import Log
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore
from hermes_webui.store.whole import Writing


def fork(store: SessionStore, session: Session, message_id: str, session_id: str) -> Session:
    """A new session `session_id` with the path of `session` that ends in this message. Blocking, and as long as that
    path. Raises `NotFound`, `StoreUnavailable`: then there is no new session.
    """
    alive(session.head)
    last = store.message(session, message_id)
    writing = Writing(session_id, store.clock())

    def changes() -> Iterator[Change]:
        created = beginning(session.head, last.id, session_id)
        writing.plan.add(created)
        yield writing.plan.changes.pop()
        yield from copied(writing.plan, _path(store, session, last))

    path = store.log_path(session_id)
    try:
        store.disk.make_folder(path.parent)
        store.disk.replace(path, writing.blocks(changes()))
    except OSError as error:
        raise refused(error, "the new conversation") from error
    log = Log(path, store.disk, writing.seq, writing.sum, writing.size)
    return Session(writing.plan.head, log, None, 0)


def _path(store: SessionStore, session: Session, last: Message) -> Iterator[Message]:
    if session.found is not None:
        yield from session.found.whole(last.id)
        return
    with store.reader(session) as reader:
        yield from reader.whole_path(last.id)
