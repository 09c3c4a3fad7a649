"""What a kill left of files that were being written: found when the next one is written in the same folder.

Only regular files under the very names that `writing.Part` gives, and only ones that nobody has written to for an hour:
an upload that is going on, of this server or of another one, writes all the time. What is deleted over file systems has
names of another form, and is the trash's to put back.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from typing import Final

from hermes_webui.workspace import writing
from hermes_webui.workspace.names import PART

#: Seconds without a write.
OLD: Final = 3600.0

#: So many folders are remembered as looked through: a kill ends the memory too.
REMEMBERED: Final = 10_000


class Leftovers:
    """The folders of one server that have been looked through since it started. Shared by threads."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._clean: OrderedDict[tuple[int, int], None] = OrderedDict()
        self._lock = threading.Lock()

    def sweep(self, fd: int) -> None:
        """Removes what is left over in an open folder. Does nothing where the disk does not let it."""
        with suppress(OSError):
            status = os.fstat(fd)
            key = (status.st_dev, status.st_ino)
            with self._lock:
                if key in self._clean:
                    return
            if _swept(fd, time.time() - OLD):
                self._remember(key)

    def _remember(self, key: tuple[int, int]) -> None:
        with self._lock:
            self._clean[key] = None
            while len(self._clean) > self._most:
                self._clean.popitem(last=False)


def _swept(fd: int, before: float) -> bool:
    """Whether none is left that has to be looked at again later."""
    with os.scandir(fd) as found:
        names = [entry.name for entry in found if PART.fullmatch(entry.name)]
    settled = [writing.discard(fd, name, before) for name in names]
    return all(settled)
