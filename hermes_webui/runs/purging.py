"""Deleting a conversation for good while the server runs: nobody works in it any more, then its files go, then
everybody is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from hermes_webui.errors import RunInProgress, StoreUnavailable
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.hermes import HermesSessions
from hermes_webui.runs.unread import Unread
from hermes_webui.store.journal import Journal
from hermes_webui.store.purge import Purging

RUNNING = "The end of a reply is still being written in this conversation. Try again in a moment."


class Purge:
    """What one server does for it. `is_live`: whether a run of the session is open."""

    def __init__(self, desk: Desk, purging: Purging, journal: Journal, is_live: Callable[[str], bool]) -> None:
        self._desk = desk
        self._purging = purging
        self._journal = journal
        self._is_live = is_live
        self._going: set[asyncio.Task[None]] = set()

    async def __call__(self, session_id: str, hermes: HermesSessions, unread: Unread) -> None:
        """Removes a deleted conversation for good. Finished even if its caller goes away meanwhile.

        Raises `NotFound`, `Conflict` where it is not in the trash, `StoreUnavailable`.
        """
        task = asyncio.create_task(self._removed(session_id, hermes, unread), name="purge")
        self._going.add(task)
        task.add_done_callback(self._going.discard)
        await asyncio.shield(task)

    async def _removed(self, session_id: str, hermes: HermesSessions, unread: Unread) -> None:
        """The same, with all who are to be told of it."""
        theirs = hermes.owns(session_id)
        if theirs:
            hermes.check_hidden(session_id)
        elif self._is_live(session_id):
            raise RunInProgress(RUNNING)
        self._journal.compact()
        try:
            await self._desk.part_with(session_id, self._purging.disown if theirs else self._purging.purge)
        finally:
            if session_id in self._desk.store.purged:
                unread.mark(session_id, unread=False)
                self._desk.renew(session_id)
                self._desk.listing.purged(session_id)
        if theirs:
            with suppress(StoreUnavailable):  # an id too many among the hidden ones does no harm
                await hermes.forget(session_id)
