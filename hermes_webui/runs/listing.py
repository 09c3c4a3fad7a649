"""The list of conversations and who is told of it: a row comes, changes or goes, in one step of the event loop."""

from __future__ import annotations

from hermes_webui.chat.document import Summary
from hermes_webui.runs import views
from hermes_webui.store.index import Index
from hermes_webui.store.session import Session
from hermes_webui.streams.hub import Hub
from hermes_webui.streams.sse import frame


class Listing:
    """The list of one desk, as its subscribers see it."""

    def __init__(self, index: Index, hub: Hub) -> None:
        self._index = index
        self._hub = hub

    def changed(self, session: Session) -> None:
        """Puts the session's row in the list, or takes it out, and tells."""
        index, session_id = self._index, session.head.session_id
        summary: Summary | None = None
        if session.head.trashed:
            index.remove(session_id)
            index.trashed[session_id] = session.summary()
        else:
            index.trashed.pop(session_id, None)
            row = session.row()
            summary = row.summary
            index.put(row)
        if self._hub.follows(views.LIST):
            self._hub.publish(views.LIST, views.list_frame(index.version, summary, session_id))

    def purged(self, session_id: str) -> None:
        """It is in no list any more, the trash neither."""
        self._index.remove(session_id)
        self._index.trashed.pop(session_id, None)
        self._index.touch()
        told = {"type": "purged", "list_version": self._index.version, "session_id": session_id}
        self._hub.publish(views.LIST, frame(told))
