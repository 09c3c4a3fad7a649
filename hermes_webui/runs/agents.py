"""What agents say of their sessions: the modes and commands that can be chosen now. Of no use after a restart, so it is
kept in memory and told to who looks.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from hermes_webui.chat import decide
from hermes_webui.chat.text import clean, clean_json
from hermes_webui.engines.base import SessionInfoChanged
from hermes_webui.runs import views
from hermes_webui.runs.desk import Desk
from hermes_webui.streams.sse import frame

#: So many sessions are remembered, those used last.
KEPT = 500


class AgentSessions:
    """The last that each session's agent has said of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._said: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def get(self, session_id: str) -> dict[str, Any]:
        """{modes, mode, commands}, as far as they are known."""
        return self._said.get(session_id, {})

    async def change(self, session_id: str, said: SessionInfoChanged) -> None:
        """Takes it in and tells who looks; a title is the session's unless the user has given one."""
        told = {key: value for key, value in clean_json(msgspec.to_builtins(said)).items() if value is not None}
        title = clean(told.pop("title", None) or "").strip()
        told.pop("type", None)
        if title:
            await self._desk.execute(session_id, lambda head: decide.change(head, {"title": title}, "model"))
        if told:
            self._said[session_id] = {**self.get(session_id), **told}
            self._said.move_to_end(session_id)
            while len(self._said) > KEPT:
                self._said.popitem(last=False)
            agent = {"type": "agent", "session_id": session_id, "agent": self._said[session_id]}
            self._desk.hub.publish(views.session_topic(session_id), frame(agent))
