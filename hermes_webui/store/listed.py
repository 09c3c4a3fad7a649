"""A small file of what a person keeps (prompts, schedules, profiles): one list, read whole and replaced whole."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from hermes_webui.store.files import Disk, refused

T = TypeVar("T", bound=msgspec.Struct)


class Listed(Generic[T]):
    """`{name: [...]}` in a file. Blocking: call it in a thread. Whoever changes it holds `changing` from the reading to
    the writing.
    """

    def __init__(self, path: Path, disk: Disk, name: str, kind: type[tuple[T, ...]]) -> None:
        self.changing = threading.Lock()
        self._path = path
        self._disk = disk
        self._name = name
        self._decoder = msgspec.json.Decoder(kind)

    def read(self) -> tuple[T, ...]:
        """What is kept; nothing where there is no file, or one that cannot be read (`is_readable`)."""
        return self._found() or ()

    @property
    def is_readable(self) -> bool:
        """False where there is a file and it cannot be read."""
        return self._found() is not None

    def _found(self) -> tuple[T, ...] | None:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError:
            return None
        try:
            raw = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get(self._name, b"[]")
            return self._decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def write(self, items: Sequence[T], what: str) -> None:
        """Replaces the list, durable on return; a file that cannot be read is kept first. Raises `StoreUnavailable`,
        whose sentence names `what` was not saved.
        """
        try:
            self._disk.make_folder(self._path.parent)
            if self._found() is None:
                self._disk.keep(self._path.parent / "_quarantine", self._path.name, self._path.read_bytes())
            encoded = msgspec.json.encode({self._name: items})
            self._disk.replace(self._path, [msgspec.json.format(encoded)])
        except OSError as error:
            raise refused(error, what) from error
