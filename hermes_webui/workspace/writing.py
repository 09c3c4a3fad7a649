"""Files of a workspace are written beside their place and renamed into it: whole, or as they were.

Everything is relative to a folder's descriptor. One writer at a time works in a folder (a lock on the folder that the
system drops with its holder), so that of two saves of the same version one is told of the other.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from hermes_webui.errors import BadRequest, Conflict, Forbidden, NotFound, TooLarge
from hermes_webui.workspace.descent import Spot
from hermes_webui.workspace.names import TEMPORARY, shown

READ_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
WRITE_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

PERMISSIONS: Final = 0o777
PIECE: Final = 1 << 20

#: How long another writer in the same folder is waited for, in seconds, and how often it is looked at.
PATIENCE: Final = 5.0
PAUSE: Final = 0.02

NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EACCES})


class Disk:
    """The calls that a disk can refuse, each a method, so that a test can make it."""

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """May write less than all."""
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        """What was written is on the disk on return."""
        os.fsync(fd)

    def rename(self, source: Spot, target: Spot) -> None:
        """Atomic within a file system; `OSError` with EXDEV between two."""
        os.rename(source.name, target.name, src_dir_fd=source.parent, dst_dir_fd=target.parent)


@contextmanager
def opened(spot: Spot) -> Iterator[tuple[int, os.stat_result]]:
    """A regular file for reading, and its status. Nothing else is ever opened: a FIFO would wait, a device may act."""
    status = spot.status()
    refuse_special(status, spot.path)
    fd = os.open(spot.name, READ_FILE, dir_fd=spot.parent)
    try:
        status = os.fstat(fd)
        refuse_special(status, spot.path)
        yield fd, status
    finally:
        os.close(fd)


def refuse_special(status: os.stat_result, path: str) -> None:
    """Raises where it is no regular file."""
    if stat.S_ISDIR(status.st_mode):
        raise BadRequest(f"{shown(path) or 'The workspace'} is a folder.")
    if not stat.S_ISREG(status.st_mode):
        raise Forbidden(f"{shown(path)} is no ordinary file (a device, a socket, a pipe or a link) and is not opened.")


def content(fd: int, most: int) -> bytes:
    """Up to `most` bytes from where the descriptor stands."""
    parts = []
    while most > 0 and (part := os.read(fd, min(most, PIECE))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def version_of(data: bytes) -> str:
    """The version of a file: its content's SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def alone(spot: Spot) -> Iterator[int]:
    """The folder that the spot is in, open, with no other writer of ours in it. Raises `Conflict` after a while."""
    with spot.beside() as fd:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise Conflict(
                        "Something else is writing in that folder. Nothing was changed; try again."
                    ) from error
                time.sleep(PAUSE)
            except OSError:  # a file system without locks: then the version is all that guards
                break
        yield fd


class Part:
    """A file that grows beside its place. `keep` puts it there; `abandon` takes it away, after `keep` nothing."""

    def __init__(self, disk: Disk, spot: Spot) -> None:
        self._disk = disk
        self._spot = spot
        self._temporary = Spot(spot.parent, part_name(), ())
        self._fd = os.open(self._temporary.name, WRITE_NEW, 0o666, dir_fd=spot.parent)
        self._is_here = True
        self.size = 0

    def add(self, data: bytes) -> None:
        """More bytes, at the end."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._disk.write(self._fd, rest) :]
        self.size += len(data)

    def like(self, old: os.stat_result) -> None:
        """Takes the mode of the file that it replaces, and its owner where that is allowed."""
        own = os.fstat(self._fd)
        if (own.st_uid, own.st_gid) != (old.st_uid, old.st_gid):
            with suppress(PermissionError):
                os.fchown(self._fd, old.st_uid, old.st_gid)
        os.fchmod(self._fd, old.st_mode & PERMISSIONS)

    def sync(self) -> None:
        """What was added is on the disk."""
        self._disk.sync(self._fd)

    def replace(self) -> None:
        """It takes the place of what is there."""
        self._disk.rename(self._temporary, self._spot)
        self._is_here = False

    def create(self) -> None:
        """It takes its place where nothing is. Raises `FileExistsError`."""
        appear(self._disk, self._temporary, self._spot)
        self._is_here = False

    def close(self) -> None:
        """Closes it, and removes it if it has no place."""
        os.close(self._fd)
        if self._is_here:
            with suppress(FileNotFoundError):
                os.unlink(self._temporary.name, dir_fd=self._temporary.parent)


def part_name() -> str:
    """A new name of the form `names.PART`."""
    return f"{TEMPORARY}{secrets.token_hex(8)}.new"


def discard(folder: int, name: str, before: float) -> bool:
    """Removes a regular file of an open folder that was last written before then; whether that is settled: it is gone,
    or no file at all. Raises `OSError`.
    """
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            return True
        if status.st_mtime >= before:
            return False
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    return True


def appear(disk: Disk, source: Spot, target: Spot) -> None:
    """Renames, but never over something. Raises `FileExistsError`.

    A file is linked and then loses its old name, which is one step for whoever looks for the new one; a folder, or a
    file system without links, leaves a moment between looking and renaming.
    """
    is_file = not stat.S_ISDIR(source.status().st_mode)
    if is_file:
        try:
            os.link(source.name, target.name, src_dir_fd=source.parent, dst_dir_fd=target.parent, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
        else:
            os.unlink(source.name, dir_fd=source.parent)
            return
    if exists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    disk.rename(source, target)


def exists(spot: Spot) -> bool:
    """Whether there is something by that name, a link to nothing too."""
    try:
        spot.status()
    except FileNotFoundError:
        return False
    return True


def current(spot: Spot, most: int) -> tuple[bytes, os.stat_result] | None:
    """The whole file that is there and its status, or None. Raises `TooLarge`."""
    try:
        with opened(spot) as (fd, status):
            data = content(fd, most + 1)
    except FileNotFoundError:
        return None
    if len(data) > most:
        raise TooLarge(f"{shown(spot.path)} is larger than {most >> 20} MB, the most that is read at once.")
    return data, status


def same(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether a file has not been written between the two."""
    names = ("st_dev", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def gone(spot: Spot) -> NotFound:
    """The error where there is nothing."""
    return NotFound(f"{shown(spot.path) or 'The workspace'} is not there.")
