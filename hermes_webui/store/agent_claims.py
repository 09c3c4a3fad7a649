"""Which of an agent's own sessions are of conversations of ours: the notes that the agents' engines keep (`agents/`).

Such a session stands in the agent's store too, but is shown once, as ours. Read only, and again only where a note is
another than before.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from hermes_webui.store.files import Version, is_settled, version_of


class _Note(Struct):
    agent_session: str = ""


class AgentClaims:
    """The notes of one state directory. Used from one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "sessions"
        self._known: dict[str, tuple[Version, str]] = {}

    def ids(self) -> frozenset[str]:
        """The agents' ids of their sessions; a note that cannot be read claims nothing. Blocking."""
        now = time.time_ns()
        notes: dict[str, tuple[Version, str]] = {}
        with (
            suppress(OSError),
            os.scandir(self._folder) as entries,
        ):  # no agent has answered yet, or a note has just gone
            for entry in entries:
                known = self._known.get(entry.name)
                changed = version_of(entry.stat())
                notes[entry.name] = known if known and known[0] == changed else (changed, _claimed(Path(entry.path)))
        self._known = {name: note for name, note in notes.items() if is_settled(note[0], now)}
        return frozenset(claimed for _, claimed in notes.values() if claimed)


def _claimed(path: Path) -> str:
    try:
        return claimed_in(path.read_bytes())
    except OSError:
        return ""


def claimed_in(note: bytes) -> str:
    """The agent's id of its session, as a note says it; "" where it says none."""
    try:
        return msgspec.json.decode(note, type=_Note).agent_session
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
