"""Which conversations have a reply that nobody has looked at: a small file of their ids. A convenience, not history."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from hermes_webui.store.files import Disk

#: More than that many are no help to anybody; the oldest are forgotten.
MOST = 1000


def read(path: Path) -> list[str]:
    """The ids, oldest first; none where the file cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[str])[-MOST:]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []


def remove(path: Path, session_id: str, disk: Disk) -> None:
    """Takes one id out, where it stands there. Raises `OSError`."""
    ids = read(path)
    if session_id in ids:
        write(path, (each for each in ids if each != session_id), disk)


def write(path: Path, ids: Iterable[str], disk: Disk) -> None:
    """Replaces the file. Raises `OSError`."""
    disk.make_folder(path.parent)
    disk.replace(path, [msgspec.json.encode(list(ids)[-MOST:])])
