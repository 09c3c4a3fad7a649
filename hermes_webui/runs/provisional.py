"""Sessions that are nowhere yet: they exist in memory until a first message or draft puts them on disk."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from hermes_webui.chat.events import Change, Event, SessionChanged, SessionCreated
from hermes_webui.chat.head import Head, apply
from hermes_webui.errors import NotFound

#: A rule: what a command makes happen, given what is.
Decide = Callable[[Head], Sequence[Change]]

#: So many are kept; the oldest are forgotten.
MOST = 1000


class Provisional:
    """The sessions of one desk of which nothing is written."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._created: OrderedDict[str, SessionCreated] = OrderedDict()

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._created

    def create(self, fields: dict[str, Any], session_id: str | None = None) -> Head:
        """A new session, under an id of its own, or one that its maker derives (and that is nowhere yet)."""
        session_id = session_id or secrets.token_hex(6)
        self._created[session_id] = SessionCreated(session_id, fields)
        while len(self._created) > MOST:
            self._created.popitem(last=False)
        return self._head(session_id, 0)

    def head(self, session_id: str) -> Head | None:
        """What is known of it; None where it is none of these."""
        return self._head(session_id, 0) if session_id in self._created else None

    def _head(self, session_id: str, seq: int) -> Head:
        return apply(Head(session_id), Event(seq, self._clock(), self._created[session_id]))

    def written(self, session_id: str) -> None:
        """It is on disk: no more of it is held here."""
        self._created.pop(session_id, None)

    def changes(self, head: Head, decide: Decide, *, create: bool) -> list[Change]:
        """What to append, whether the session is on disk (`head`) or one of these: such a one is created with it, or
        where nothing but `create` asks for that; what only describes it stays in memory.

        Raises what `decide` raises, and `NotFound`.
        """
        created = self._created.get(head.session_id)
        if created is None and not head.revision:
            raise NotFound("There is no such conversation here.")
        if created is None:
            return list(decide(head))
        changes = list(decide(self._head(head.session_id, 1)))
        described = [change.fields for change in changes if isinstance(change, SessionChanged)]
        if create or len(described) < len(changes):
            return [created, *changes]
        for fields in described:
            created = SessionCreated(head.session_id, {**created.fields, **fields})
        self._created[head.session_id] = created
        return []
