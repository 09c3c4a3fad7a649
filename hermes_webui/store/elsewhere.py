"""Conversations that other programs keep and our log does not hold yet: read as they stand there, and written down here
with their first change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from hermes_webui.chat.conversation import Conversation, path_to
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message
from hermes_webui.store.log import Batch, Log
from hermes_webui.store.path import Listed, VisiblePath


class Elsewhere(Protocol):
    """One of them. Its messages have the ids that they will keep in our log; `head` is what folding that log gives."""

    head: Head

    def message(self, message_id: str) -> Message | None:
        """The message with this id."""
        ...

    def path(self, leaf: str, limit: int | None) -> list[Message]:
        """The last `limit` messages (None: all) up to `leaf`."""
        ...

    def visible(self, leaf: str | None) -> AbstractContextManager[VisiblePath]:
        """The path that ends in `leaf`, to find places on."""
        ...

    def whole(self, leaf: str | None) -> Iterator[Message]:
        """All messages up to `leaf`, first to last."""
        ...

    def begin(self, log: Log) -> None:
        """Our log begins with it; on disk when it returns. Raises `StoreUnavailable`, `SourceUnavailable`, `Conflict`:
        then nothing was written.
        """
        ...

    def is_outdated(self) -> bool:
        """Whether it may be another there by now."""
        ...


class FoundDocument:
    """Another program's `<sid>.json`: the whole conversation is in memory, and the lines that our log begins with."""

    def __init__(self, session_id: str, first: Batch) -> None:
        self._conversation = Conversation(session_id, first.events)
        self._first = first
        self.head = self._conversation.head

    def message(self, message_id: str) -> Message | None:
        """The message with this id."""
        return self._conversation.messages.get(message_id)

    def path(self, leaf: str, limit: int | None) -> list[Message]:
        """The last `limit` messages up to `leaf`, a message of the visible path."""
        path = self._conversation.path()
        ids = [message.id for message in path]
        end = ids.index(leaf) + 1 if leaf in ids else 0
        return path[max(0, end - limit) if limit is not None else 0 : end]

    def visible(self, leaf: str | None) -> AbstractContextManager[VisiblePath]:
        """The path that ends in `leaf`."""
        messages = self._conversation.messages
        return nullcontext(Listed(path_to(leaf, messages), messages))

    def whole(self, leaf: str | None) -> Iterator[Message]:
        """All messages up to `leaf`."""
        yield from path_to(leaf, self._conversation.messages)

    def begin(self, log: Log) -> None:
        """Appends the lines that were made when it was read."""
        log.write(self._first)

    def is_outdated(self) -> bool:
        """The file is looked at before each command (`SessionStore.is_touched`)."""
        return False
