"""Which sessions a directory holds, by the names and sizes of its files alone."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from hermes_webui.store.files import Stamp
from hermes_webui.store.sessions import SESSION_ID


class Files(Struct):
    """What the directory holds of one session, by name and size alone."""

    log: int = 0
    snapshot: Stamp | None = None
    backup: bool = False


def survey(root: Path) -> dict[str, Files]:
    """All sessions of a directory by their files, in two scans."""
    found: dict[str, Files] = {}
    for entry in _entries(root):
        name = entry.name
        stem = name.removesuffix(".bak").removesuffix(".json")
        if stem == name or not SESSION_ID.fullmatch(stem):
            continue
        files = found.setdefault(stem, Files())
        if name.endswith(".json"):
            status = entry.stat()
            files.snapshot = Stamp(status.st_size, status.st_mtime_ns)
        else:
            files.backup = name.endswith(".json.bak")
    for entry in _entries(root / "_log"):
        stem = entry.name.removesuffix(".jsonl")
        if stem != entry.name and SESSION_ID.fullmatch(stem):
            found.setdefault(stem, Files()).log = entry.stat().st_size
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
