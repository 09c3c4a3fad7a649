"""A whole conversation: the fold of its events into a head and the tree of its messages.

The server never needs it whole (it works on heads and reads messages by id), so a conversation of 100,000 messages
costs it no more than one of ten. Checks, tests and the adoption of another program's file do.
"""

from __future__ import annotations

from collections.abc import Iterable

from hermes_webui.chat.events import Event, MessageAdded
from hermes_webui.chat.head import ROOT, Head, apply
from hermes_webui.chat.messages import Message, message_of


class Conversation:
    """Head and messages of one session. `apply` is the only way to change it."""

    def __init__(self, session_id: str, events: Iterable[Event] = ()) -> None:
        self.head = Head(session_id)
        self.messages: dict[str, Message] = {}
        for event in events:
            self.apply(event)

    def apply(self, event: Event) -> None:
        """Folds one event in."""
        self.head = apply(self.head, event)
        if isinstance(event.change, MessageAdded):
            self.messages[event.change.id] = message_of(event.change)

    def path(self) -> list[Message]:
        """The visible messages, first to last. It stops where a message is missing (its line is damaged)."""
        return path_to(self.head.leaf, self.messages)

    def siblings(self, message: Message) -> tuple[str, ...]:
        """The ids of all messages that follow the same one, oldest first; the message itself alone where there is no
        other.
        """
        return self.head.branches.get(message.parent or ROOT, (message.id,))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Conversation) and (self.head, self.messages) == (other.head, other.messages)

    __hash__ = None  # type: ignore[assignment]


def path_to(leaf: str | None, messages: dict[str, Message]) -> list[Message]:
    """The messages from the root to `leaf`, in this order."""
    path: list[Message] = []
    while leaf is not None and leaf in messages:
        path.append(messages[leaf])
        leaf = path[-1].parent
    return path[::-1]
