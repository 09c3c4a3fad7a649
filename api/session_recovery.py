"""The start's recovery, under hermes-webui's names for it."""

from __future__ import annotations

from pathlib import Path

from api import models
from hermes_webui.store.directory import opened, recover_directory, rows
from hermes_webui.store.snapshot import count as _msg_count

__all__ = ["_msg_count", "recover_all_sessions_on_startup"]


def recover_all_sessions_on_startup(
    session_dir: Path, rebuild_index: bool = False, state_db_path: Path | None = None
) -> dict[str, int]:
    """Puts right what an earlier end left; the counts of what was looked at and restored."""
    store = opened(Path(session_dir))
    report = recover_directory(store, models.index_file(session_dir), state_db_path)
    if rebuild_index:
        rows(store, models.index_file(session_dir))
    return {"scanned": report.scanned, "restored": report.restored, "orphaned_backups": report.orphaned_backups}
