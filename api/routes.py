"""The closing of runs that nobody runs, under hermes-webui's name for it."""

from __future__ import annotations

from api import config, models
from hermes_webui.store.directory import close_stale_run


def _clear_stale_stream_state(session: models.Session) -> bool:
    """Ends the session's run if it is open on disk and not live in this process. True where something was ended."""
    with config.STREAMS_LOCK:
        live = frozenset(config.STREAMS)
    closed = close_stale_run(models.store(), session.session_id, live)
    if closed:
        session.active_stream_id = None
        session.pending_user_message = None
    return closed
