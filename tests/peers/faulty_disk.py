"""Disks that fail on purpose, and one that remembers what a power cut may take away."""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

from hermes_webui.store.files import Disk


class FailingDisk(Disk):
    """Its `at`-th primitive fails (and the `more` after it). `short`: a write takes a part of its data first."""

    def __init__(self, at: int = 0, error: int = errno.EIO, *, short: bool = False, more: int = 0) -> None:
        self.at = at
        self.error = error
        self.short = short
        self.more = more
        self.calls = 0
        self.synced: list[int] = []

    def fails(self) -> bool:
        self.calls += 1
        return self.at <= self.calls <= self.at + self.more if self.at else False

    def _check(self) -> None:
        if self.fails():
            raise OSError(self.error, os.strerror(self.error))

    def open(self, path: Path, flags: int) -> int:
        self._check()
        return super().open(path, flags)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.fails():
            if self.short and len(data) > 1:
                os.write(fd, data[: len(data) // 2])
            raise OSError(self.error, os.strerror(self.error))
        return super().write(fd, data[: max(1, len(data) // 2)] if self.short else data)

    def sync(self, fd: int) -> None:
        self._check()
        self.synced.append(os.fstat(fd).st_ino)
        super().sync(fd)

    def rename(self, source: Path, target: Path) -> None:
        self._check()
        super().rename(source, target)

    def truncate(self, fd: int, size: int) -> None:
        self._check()
        super().truncate(fd, size)

    def unlink(self, path: Path) -> None:
        self._check()
        super().unlink(path)

    def sync_folder(self, path: Path) -> None:
        self._check()
        super().sync_folder(path)


class FullDisk(Disk):
    """No room for another byte while `full`."""

    def __init__(self) -> None:
        self.full = False

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(fd, data)


class Node:
    """A file's bytes: those that a sync has made safe, and all that were written."""

    def __init__(self) -> None:
        self.safe = b""
        self.data = b""


class RecordingDisk(Disk):
    """Knows, beside the real files, what of them a power cut may undo.

    The model: bytes that were written and not synced may be missing or end anywhere (a cut of the file too may be
    undone); a new name, a rename or a removal in a folder that was not synced may be undone, each on its own.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._nodes: dict[int, Node] = {}
        self._safe_names: dict[Path, int] = {}
        self._names: dict[Path, int] = {}

    def open(self, path: Path, flags: int) -> int:
        fd = super().open(path, flags)
        inode = os.fstat(fd).st_ino
        if path not in self._names:
            self._nodes[inode] = Node()
            self._names[path] = inode
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        count = super().write(fd, data)
        self._node(fd).data += bytes(data[:count])
        return count

    def truncate(self, fd: int, size: int) -> None:
        super().truncate(fd, size)
        self._node(fd).data = self._node(fd).data[:size]

    def sync(self, fd: int) -> None:
        super().sync(fd)
        self._node(fd).safe = self._node(fd).data

    def _node(self, fd: int) -> Node:
        return self._nodes.setdefault(os.fstat(fd).st_ino, Node())

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self._names[target] = self._names.pop(source)

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        self._names.pop(path, None)

    def sync_folder(self, path: Path) -> None:
        super().sync_folder(path)
        for name in {name for name in (*self._safe_names, *self._names) if name.parent == path}:
            if name in self._names:
                self._safe_names[name] = self._names[name]
            else:
                del self._safe_names[name]

    def after_a_cut(self, target: Path, seed: int) -> None:
        """Builds in `target` one directory that the power cut may have left; `seed` chooses which."""
        chance = random.Random(seed)
        for name in sorted({*self._safe_names, *self._names}):
            old, new = self._safe_names.get(name), self._names.get(name)
            inode = chance.choice([old, new])
            if inode is None:
                continue
            place = target / name.relative_to(self.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(_left(self._nodes[inode], chance))


def _left(node: Node, chance: random.Random) -> bytes:
    """What of a file the cut left: the safe bytes, and of what came after them any beginning (or zeros instead)."""
    if not node.data.startswith(node.safe):
        return chance.choice([node.safe, node.data])
    rest = node.data[len(node.safe) :]
    kept = rest[: chance.randint(0, len(rest))]
    return node.safe + (bytes(len(kept)) if chance.random() < 0.2 else kept)
