"""Files that people attach, one a content: `attachments/ab/<sha-256>`. None ever changes, none is kept twice.

A file is written beside, synced, and takes its name only when it is whole: what stands under a name is what it says.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from hermes_webui.chat.attachments import HEAD_BYTES, ID, Attachment, Kind, clean_name, kind_of
from hermes_webui.errors import NotFound
from hermes_webui.store.files import TEMPORARY, Beside, Disk, refused

WHAT = "the attached file"


class Attachments:
    """The attachments of one state directory. Blocking: call it in a thread."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        self._guard = threading.Lock()
        #: What was brought and no prompt has named yet; what prompts name that are not on disk yet, and whatever one
        #: has named since the last look for who needs what.
        self._brought: set[str] = set()
        self._held: Counter[str] = Counter()
        self._named: set[str] = set()

    def clear(self) -> None:
        """Removes what a crash left half written. At the start, before anything is received."""
        for path in self._folder.glob(f".*{TEMPORARY}"):
            with contextlib.suppress(OSError):
                self._disk.unlink(path)

    def receive(self) -> Incoming:
        """A file that begins to arrive. Raises `StoreUnavailable` where the disk takes none."""
        try:
            self._disk.make_folder(self._folder)
            return Incoming(self, Beside(self._disk, self._folder / "incoming"))
        except OSError as error:
            raise refused(error, WHAT) from error

    def find(self, identity: str) -> Path | None:
        """The file of this id, or None where there is none (or where it is no id)."""
        if not ID.fullmatch(identity):
            return None
        path = self.path(identity)
        return path if path.is_file() else None

    def describe(self, identity: str, name: str) -> Attachment:
        """The attachment of this id, under this name. Raises `NotFound`."""
        path = self.find(identity)
        if path is None:
            raise NotFound("That attachment is not here. Attach the file again.")
        with path.open("rb") as file:
            return _attachment(identity, name, kind_of(file.read(HEAD_BYTES)), path.stat().st_size)

    def read(self, identity: str, most: int) -> bytes | None:
        """The content, or None where it is not here, cannot be read or is larger than `most` bytes."""
        path = self.find(identity)
        try:
            return path.read_bytes() if path is not None and path.stat().st_size <= most else None
        except OSError:
            return None

    @contextlib.contextmanager
    def held(self, ids: Collection[str]) -> Iterator[None]:
        """A prompt names these: meanwhile none of them is removed. Once it is on disk, its log speaks for them."""
        with self._guard:
            self._held.update(ids)
            self._named.update(ids)
        try:
            yield
            with self._guard:
                self._brought.difference_update(ids)
        finally:
            with self._guard:
                self._held.subtract(ids)

    def remove(self, ids: Collection[str], unneeded: Callable[[Collection[str]], Collection[str]]) -> None:
        """Removes those of them that are `unneeded`, as a look at everything that may name one has shown; one that
        somebody has brought or named meanwhile stays. Durable on return; one caller at a time. Raises `OSError`.
        """
        with self._guard:
            self._named = set(+self._held)
        found = unneeded([each for each in ids if self.find(each) is not None])
        with self._guard:
            gone = [self.path(each) for each in found if each not in self._named | self._brought]
            for path in gone:
                self._disk.unlink(path)
        for folder in {path.parent for path in gone}:
            self._disk.sync_folder(folder)

    def path(self, identity: str) -> Path:
        """Where the content of this id belongs."""
        return self._folder / identity[:2] / identity

    def keep(self, beside: Beside, identity: str) -> None:
        """Gives a whole file its name, durable on return; where it is here already, the new copy goes."""
        path = self.path(identity)
        with self._guard:
            self._brought.add(identity)
        if path.is_file() and path.stat().st_size == beside.size:
            self._disk.sync_folder(path.parent)  # who brings it at the same time may not have come that far
            beside.abandon()
            return
        beside.sync()
        self._disk.make_folder(path.parent)
        beside.rename(path)


class Incoming:
    """A file on its way: `add` its bytes, then `keep` it or `abandon` it. One caller at a time."""

    def __init__(self, attachments: Attachments, beside: Beside) -> None:
        self._attachments = attachments
        self._beside = beside
        self._hash = hashlib.sha256()
        self._head = b""

    @property
    def size(self) -> int:
        """The bytes so far."""
        return self._beside.size

    @property
    def kind(self) -> Kind:
        """What it is, as far as its beginning tells."""
        return kind_of(self._head)

    def add(self, data: bytes) -> None:
        """More of it. Raises `StoreUnavailable`; then nothing of it stays."""
        self._hash.update(data)
        self._head += data[: HEAD_BYTES - len(self._head)]
        try:
            self._beside.add(data)
        except OSError as error:
            self.abandon()
            raise refused(error, WHAT) from error

    def keep(self, name: str) -> Attachment:
        """All of it is here: durable on return. Raises `StoreUnavailable`; then nothing of it stays."""
        identity = self._hash.hexdigest()
        try:
            self._attachments.keep(self._beside, identity)
        except OSError as error:
            self.abandon()
            raise refused(error, WHAT) from error
        return _attachment(identity, name, self.kind, self.size)

    def abandon(self) -> None:
        """It is not wanted after all."""
        with contextlib.suppress(OSError):
            self._beside.abandon()


def _attachment(identity: str, name: str, kind: Kind, size: int) -> Attachment:
    return Attachment(identity, clean_name(name), kind.type, size, kind.width, kind.height)
