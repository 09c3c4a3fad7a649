"""What has been answered and not yet looked at, for all browsers alike. Marked when a run ends, cleared by who looks.

The marks are in memory and written a moment later: a crash in between costs a mark, never a word.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from hermes_webui.chat.events import Event, RunFinished
from hermes_webui.chat.run import CANCELLED, STEERED
from hermes_webui.errors import NotFound
from hermes_webui.runs import views
from hermes_webui.runs.desk import Desk
from hermes_webui.store import marks
from hermes_webui.streams.sse import frame

logger = logging.getLogger(__name__)

#: Most marks are cleared at once by the tab that shows the conversation: those are never written.
WRITE_AFTER = 3.0


class Unread:
    """The conversations that hold news."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._path = desk.store.root / "_unread.json"
        known = marks.read(self._path)
        self._ids = dict.fromkeys(each for each in known if each in desk.index)
        self._written = list(self._ids)
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Future[None]] = set()
        desk.listeners.append(self._heard)

    @property
    def ids(self) -> list[str]:
        """Those that are in the list, oldest mark first."""
        return [each for each in self._ids if each in self._desk.index]

    def _heard(self, session_id: str, events: Sequence[Event]) -> None:
        ends = (event.change for event in events if isinstance(event.change, RunFinished))
        if any(end.state not in {CANCELLED, STEERED} for end in ends):
            self.mark(session_id, unread=True)

    def seen(self, session_id: str, message_count: int) -> bool:
        """Somebody has seen so many messages of it. Whether there are more: then it is marked. Raises `NotFound`."""
        row = self._desk.index.get(session_id)
        if row is None:
            raise NotFound("There is no such conversation in the list.")
        unread = message_count < row.summary.message_count
        self.mark(session_id, unread=unread)
        return unread

    def mark(self, session_id: str, *, unread: bool) -> None:
        """Marks it or takes the mark away, and tells everybody where that changes something."""
        if unread is (session_id in self._ids):
            return
        if unread:
            self._ids[session_id] = None
            while len(self._ids) > marks.MOST:
                del self._ids[next(iter(self._ids))]
        else:
            del self._ids[session_id]
        index = self._desk.index
        index.touch()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WRITE_AFTER, self._soon)
        if not self._desk.hub.follows(views.LIST):
            return
        told = {"type": "seen", "list_version": index.version, "session_id": session_id, "unread": unread}
        self._desk.hub.publish(views.LIST, frame(told))

    def _soon(self) -> None:
        self._timer = None
        writing = asyncio.ensure_future(asyncio.to_thread(self._write, list(self._ids)))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    def _write(self, ids: list[str]) -> None:
        if ids == self._written:
            return
        try:
            marks.write(self._path, ids, self._desk.store.disk)
            self._written = ids
        except OSError as error:
            logger.warning("What is unread was not written (%s); the next change tries again.", error)

    async def close(self) -> None:
        """Writes what has not been written."""
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*self._writing, return_exceptions=True)
        self._write(list(self._ids))
