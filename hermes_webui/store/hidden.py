"""Which of an agent's own conversations the user does not want to see here: a small file of their ids. The agent's
store is not touched.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from hermes_webui.store.files import Disk, refused


class Hidden:
    """The file, and what it says. One change at a time is the caller's affair."""

    def __init__(self, path: Path, disk: Disk, quarantine: Path) -> None:
        self._path = path
        self._disk = disk
        self._quarantine = quarantine
        self.ids: tuple[str, ...] = self._read()

    def _read(self) -> tuple[str, ...]:
        try:
            return tuple(msgspec.json.decode(self._path.read_bytes(), type=list[str]))
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return ()

    def save(self, ids: tuple[str, ...]) -> None:
        """These and no others, the last hidden at the end; on disk when it returns. What could not be read before goes
        to the quarantine. Raises `StoreUnavailable`.
        """
        try:
            if not self.ids and self._path.exists():
                self._disk.keep(self._quarantine, self._path.name, self._path.read_bytes())
            self._disk.make_folder(self._path.parent)
            self._disk.replace(self._path, [msgspec.json.encode(ids)])
        except OSError as error:
            raise refused(error, "the change") from error
        self.ids = ids
