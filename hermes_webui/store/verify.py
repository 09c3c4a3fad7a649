"""Checks a session's files and says what it finds. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

from msgspec import Struct

from hermes_webui.chat.conversation import Conversation
from hermes_webui.chat.document import Place
from hermes_webui.chat.head import Head
from hermes_webui.errors import Damaged
from hermes_webui.store import snapshot
from hermes_webui.store.log import event_of, read
from hermes_webui.store.session import fold
from hermes_webui.store.sessions import SessionStore


class Finding(Struct, frozen=True):
    """One thing that is not as it should be. `serious`: something was lost or changed."""

    session_id: str
    text: str
    serious: bool


def verify(store: SessionStore, session_id: str) -> Iterator[Finding]:
    """Everything that is wrong with the session: each line's check and number, the tree, and the snapshot against the
    log.
    """
    log = store.log_path(session_id)
    if log.exists():
        yield from _log(store, session_id)
    path = store.path(session_id)
    if not path.exists():
        return
    try:
        document = snapshot.read_document(path)
    except Damaged as error:
        yield Finding(session_id, f"the snapshot cannot be read: {error.message}", serious=not log.exists())
        return
    if not log.exists():
        return
    if snapshot.is_taken_in(path, store.load(session_id).head.digest):
        return
    if not snapshot.is_intact(path):
        yield Finding(
            session_id, "the snapshot was changed by another program; the next start adopts it", serious=False
        )
    elif document.get("revision", 0) > store.load(session_id).head.revision:
        yield Finding(session_id, "the snapshot is newer than the log: the log has lost its end", serious=True)


def _log(store: SessionStore, session_id: str) -> Iterator[Finding]:
    conversation = Conversation(session_id)
    seq = end = 0
    fd = os.open(store.log_path(session_id), os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(fd).st_size
        for found in read(fd, 0, size, session_id):
            line = found.line
            if line is None:
                if found.end < size or found.raw.endswith(b"\n"):
                    yield Finding(session_id, f"the line at byte {found.offset} cannot be read", serious=True)
                continue
            if not found.good:
                yield Finding(session_id, f"line {line.seq} (byte {found.offset}) fails its check", serious=True)
            if line.seq != seq + 1:
                yield Finding(session_id, f"line {seq + 1} is missing before line {line.seq}", serious=True)
            seq = max(seq, line.seq)
            conversation.apply(event_of(line))
        end = fold(Head(session_id), Place(0, session_id), read(fd, 0, size, session_id)).end
    finally:
        os.close(fd)
    if end < size:
        yield Finding(
            session_id,
            f"{size - end} bytes of an unfinished append at the end (the next start cuts them)",
            serious=False,
        )
    if len(conversation.path()) != conversation.head.message_count:
        yield Finding(session_id, "a message of the visible path is missing", serious=True)
