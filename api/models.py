"""hermes-webui's `Session`, bound to the server's own store: `save` adopts a whole document, as the server does with
a file that another program has written, and writes the snapshot by the server's rules.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

from hermes_webui.chat.document import DEFAULTS, ORDER
from hermes_webui.errors import NotFound, PartialView
from hermes_webui.settings import state_directory
from hermes_webui.store.directory import DirectoryStore, index_path, opened, rows, summary_document, whole_document

SESSION_DIR: Path = state_directory() / "sessions"
SESSION_INDEX_FILE: Path = SESSION_DIR / "_index.json"
SESSIONS: OrderedDict[str, Session] = OrderedDict()

_BOUND = (SESSION_DIR, SESSION_INDEX_FILE)


def store() -> DirectoryStore:
    """The store of the directory that `SESSION_DIR` names now."""
    return opened(Path(SESSION_DIR))


def index_file(directory: Path | None = None) -> Path:
    """`SESSION_INDEX_FILE`, unless only `SESSION_DIR` was rebound: then the index belongs to that directory."""
    return index_path(Path(directory or SESSION_DIR), Path(SESSION_INDEX_FILE), _BOUND)


class Session:
    """A conversation as hermes-webui's callers handle it. One that was loaded without its messages cannot be saved."""

    def __init__(self, session_id: str, messages: list[dict[str, Any]] | None = None, **fields: Any) -> None:
        self.session_id = session_id
        self._loaded_metadata_only = False
        times = {name: fields.pop(name, None) or time.time() for name in ("created_at", "updated_at")}
        for key in ORDER[1:]:
            setattr(self, key, times.get(key, fields.pop(key, DEFAULTS.get(key))))
        self.active_stream_id: str | None = self.active_stream_id
        self.pending_user_message: str | None = self.pending_user_message
        self.messages = messages or []
        self.tool_calls = fields.pop("tool_calls", [])
        self._more = fields

    @property
    def path(self) -> Path:
        """Where the snapshot stands."""
        return store().path(self.session_id)

    def document(self) -> dict[str, Any]:
        """The session in hermes-webui's file format."""
        known = {key: getattr(self, key) for key in ORDER}
        return {**known, "messages": self.messages, "tool_calls": self.tool_calls, **self._more}

    def save(self, *, skip_index: bool = False, **_: Any) -> None:
        """Adopts this document. Raises `PartialView` (a RuntimeError), before any write, where it is not the whole."""
        if self._loaded_metadata_only:
            raise PartialView(f"{self.session_id} was loaded metadata-only: saving it would drop its messages.")
        store().save(self.session_id, self.document())
        SESSIONS[self.session_id] = self
        if not skip_index:
            rows(store(), index_file())


def get_session(session_id: str, metadata_only: bool = False) -> Session:
    """The session, or a summary of it that cannot be saved. Raises KeyError where there is none."""
    try:
        document = (summary_document if metadata_only else whole_document)(store(), session_id)
    except NotFound as error:
        raise KeyError(session_id) from error
    session = Session(**document)
    session._loaded_metadata_only = metadata_only
    return session
