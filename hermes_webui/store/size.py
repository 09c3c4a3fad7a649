"""How much a state directory holds."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct


class Size(Struct, frozen=True):
    """Bytes and files of a directory; `quarantined` of them were set aside because they did not verify."""

    bytes: int
    files: int
    quarantined: int


def measure(root: Path) -> Size:
    """Walks the directory: for a thread, and not often. What goes away meanwhile is not counted."""
    total = files = quarantined = 0
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                total += os.stat(os.path.join(folder, name)).st_size
            except OSError:
                continue
            files += 1
            quarantined += os.path.basename(folder) == "_quarantine"
    return Size(total, files, quarantined)
