"""Drafts: what stands in a composer, one small file a session. Not history: only the last one is kept.

A draft has a revision of its own, so that two tabs do not overwrite each other.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from hermes_webui.errors import Conflict
from hermes_webui.store.files import Disk, refused


class Draft(Struct, frozen=True):
    """The text and how often it was saved (0: never)."""

    text: str = ""
    revision: int = 0
    updated_at: float = 0.0


class Drafts:
    """The drafts of one session directory."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def get(self, session_id: str) -> Draft:
        """The draft as last saved; an empty one where there is none."""
        path = self._folder / f"{session_id}.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=Draft)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return Draft()

    def save(self, session_id: str, text: str, expected: int | None, at: float) -> Draft:
        """Saves it, durable on return. Raises `Conflict` with the stored one where that is not revision `expected`."""
        stored = self.get(session_id)
        if expected is not None and expected != stored.revision:
            raise Conflict("The draft was changed in another tab.", draft=msgspec.to_builtins(stored))
        if text == stored.text:
            return stored
        path = self._folder / f"{session_id}.json"
        if not stored.revision and path.exists():  # there is one, and it cannot be read
            self._disk.keep(self._folder.parent / "_quarantine", f"draft-{path.name}", path.read_bytes())
        draft = Draft(text, stored.revision + 1, at)
        try:
            self._disk.make_folder(self._folder)
            self._disk.replace(path, [msgspec.json.encode(draft)])
        except OSError as error:
            raise refused(error, "the draft") from error
        return draft
