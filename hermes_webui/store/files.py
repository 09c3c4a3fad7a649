"""The only place that opens state files for writing: append, replace, keep aside, lock.

`Disk` is the file system as an interface: each primitive (write, sync, rename, truncate …) is a method of its own, so
that a test can make any one of them fail. What a caller may rely on is in this folder's README.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hermes_webui.errors import DiskFull, StoreLocked, StoreUnavailable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

#: How the names of files end that are being written and not yet in their place.
TEMPORARY = ".tmp"

#: Private by default: conversations are nobody else's business.
FILE_MODE = 0o600
FOLDER_MODE = 0o700


class Stamp(Struct, frozen=True):
    """What a file looked like: another size or time means that somebody wrote it since."""

    size: int
    mtime_ns: int


#: What a file of others' is known by: (inode, size in bytes, time of the last write in ns). The system's clock ticks
#: every few milliseconds: two writes in one tick look the same.
Version = tuple[int, int, int]

#: After so many nanoseconds without a write, the next one has a time of its own (FAT counts in two seconds).
SETTLED = 2_500_000_000


def version_of(status: os.stat_result) -> Version:
    """What is remembered of a file under its version must be so only where it `is_settled`."""
    return status.st_ino, status.st_size, status.st_mtime_ns


def is_settled(version: Version, now: int) -> bool:
    """Whether whatever is written from `now` on (ns since 1970, before the file was read) is seen in the version."""
    return abs(now - version[2]) > SETTLED


def refused(error: OSError, what: str) -> StoreUnavailable:
    """The error for the user when the disk did not take a write."""
    if error.errno in FULL:
        return DiskFull(
            f"The disk is full: {what} was not saved. Everything saved before is kept. Make room and try again."
        )
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StoreUnavailable(
        f"The disk does not take writes ({reason}): {what} was not saved. Everything saved before is kept."
    )


class Disk:
    """The real file system."""

    def open(self, path: Path, flags: int) -> int:
        """Opens with the store's mode, never inherited by a child process."""
        return os.open(path, flags | os.O_CLOEXEC, FILE_MODE)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """May write less than all, as `os.write`."""
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        """Returns once what was written to `fd` is on the disk itself."""
        if sys.platform == "darwin":  # fsync stops at the drive's cache there
            try:
                fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
            except OSError as error:
                if error.errno not in {errno.ENOTSUP, errno.EINVAL, errno.ENOTTY}:
                    raise
                os.fsync(fd)  # a file system that does not know it (SMB, FAT)
        else:
            os.fdatasync(fd)

    def rename(self, source: Path, target: Path) -> None:
        """Atomic within a file system."""
        os.replace(source, target)

    def truncate(self, fd: int, size: int) -> None:
        """Cuts the file."""
        os.ftruncate(fd, size)

    def unlink(self, path: Path) -> None:
        """Removes the name; nothing happens where there is none."""
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> None:
        """Creates the folder and its parents, and makes their names durable."""
        if path.is_dir():
            return
        self.make_folder(path.parent)
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
        self.sync_folder(path.parent)

    def sync_folder(self, path: Path) -> None:
        """Makes names created, changed or removed in the folder durable."""
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def cut(self, path: Path, size: int) -> None:
        """Cuts a file to `size`, durable on return."""
        fd = self.open(path, os.O_RDWR)
        try:
            self.truncate(fd, size)
            self.sync(fd)
        finally:
            os.close(fd)

    def append(self, fd: int, data: bytes) -> None:
        """Writes all of `data` at the end, however often the system takes only a part."""
        rest = memoryview(data)
        while rest:
            rest = rest[self.write(fd, rest) :]

    def replace(self, path: Path, chunks: Iterable[bytes]) -> Stamp:
        """Writes a whole file beside `path`, syncs it, renames it over `path`, syncs the folder.

        At every moment `path` is the old file or the new one, whole. Left-overs are cleared at the next start.
        """
        stamp = self.replace_if(path, chunks, lambda: True)
        if stamp is None:
            raise OSError(errno.EIO, "a file that should have been written was not")
        return stamp

    def replace_if(self, path: Path, chunks: Iterable[bytes], still: Callable[[], bool]) -> Stamp | None:
        """As `replace`, but only if `still()` holds once the new file is ready; else None, and nothing has changed."""
        temporary = temporary_name(path)
        fd = self.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            for chunk in chunks:
                self.append(fd, chunk)
            self.sync(fd)
            status = os.fstat(fd)
        except BaseException:
            os.close(fd)
            self.unlink(temporary)
            raise
        os.close(fd)
        if not still():
            self.unlink(temporary)
            return None
        self.rename(temporary, path)
        self.sync_folder(path.parent)
        return Stamp(status.st_size, status.st_mtime_ns)

    def keep(self, folder: Path, name: str, data: bytes) -> Path:
        """Keeps bytes under a new name in `folder` (the quarantine) and returns it; the same bytes are kept once."""
        self.make_folder(folder)
        named = (path for path in folder.glob(f"{name}*") if path.stat().st_size == len(data))
        kept = next((path for path in named if path.read_bytes() == data), None)
        if kept is None:
            kept = free_name(folder / name)
            self.replace(kept, [data])
        return kept

    def move(self, source: Path, target: Path) -> None:
        """Moves a file and makes both folders durable, the new name first."""
        self.make_folder(target.parent)
        self.rename(source, target)
        self.sync_folder(target.parent)
        self.sync_folder(source.parent)


class Beside:
    """A file that grows beside its place and takes its name when it is whole. Left-overs are cleared at the start."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._path = temporary_name(path)
        self._fd: int | None = disk.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        self.size = 0

    def add(self, data: bytes) -> None:
        """More bytes, at the end."""
        if self._fd is None:
            raise OSError(errno.EBADF, "the file is closed")
        self._disk.append(self._fd, data)
        self.size += len(data)

    def sync(self) -> None:
        """What was added is on the disk itself on return; nothing more may be added."""
        if self._fd is not None:
            self._disk.sync(self._fd)
            self._close()

    def rename(self, path: Path) -> None:
        """It takes its place, durable on return."""
        self._disk.rename(self._path, path)
        self._disk.sync_folder(path.parent)

    def abandon(self) -> None:
        """It goes away, as if it had never been; nothing happens where it has its place."""
        self._close()
        self._disk.unlink(self._path)

    def _close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def temporary_name(path: Path) -> Path:
    """A name beside `path` that says that the file is not whole yet."""
    return path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}{TEMPORARY}")


def free_name(path: Path) -> Path:
    """This name, or the first with a number after it that no file has."""
    names = itertools.chain([path], (path.with_name(f"{path.name}.{number}") for number in itertools.count(1)))
    return next(name for name in names if not name.exists())


def stamp_of(path: Path | str) -> Stamp | None:
    """The file's stamp, or None where there is no file."""
    try:
        status = os.stat(path)  # a Path's own costs more, and this stands on the way of every append
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns)


def read_range(fd: int, offset: int, size: int) -> bytes:
    """Up to `size` bytes from `offset`; fewer only at the end of the file."""
    parts = []
    while size > 0 and (part := os.pread(fd, size, offset)):
        parts.append(part)
        offset += len(part)
        size -= len(part)
    return b"".join(parts)


class Lock:
    """One process owns a state directory: flock on a file that names its holder. The system releases it with the
    process.
    """

    def __init__(self, fd: int, path: Path) -> None:
        self._fd = fd
        self.path = path

    @classmethod
    def take(cls, path: Path, disk: Disk, about: dict[str, Any]) -> Lock:
        """Takes the lock or raises `StoreLocked` with a sentence that names who has it."""
        disk.make_folder(path.parent)
        fd = disk.open(path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = read_range(fd, 0, 4096)
            os.close(fd)
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                raise refused(error, "the lock") from error
            raise StoreLocked(_held_by(holder, path.parent.parent)) from error
        note = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time(), **about}
        with contextlib.suppress(OSError):  # the lock holds without its note, and a full disk must not stop the start
            disk.truncate(fd, 0)
            disk.append(fd, msgspec.json.encode(note))
        return cls(fd, path)

    def release(self) -> None:
        """Gives the directory free; closing the descriptor unlocks it."""
        os.close(self._fd)


def _held_by(holder: bytes, root: Path) -> str:
    try:
        found = msgspec.json.decode(holder, type=dict[str, Any])
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(float(found["since"])))
        who = f"process {found['pid']} on {found['host']}, since {since}"
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        who = "another process"
    return f"{root} is in use by {who}. Stop that server first, or set HERMES_WEBUI_STATE_DIR to another directory."


def file_system_of(path: Path) -> str | None:
    """The type of the file system that holds `path` (ext4, nfs4, overlay …), or None where the system does not tell."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best, kind = "", None
    target = str(path.resolve())
    for line in mounts:
        left, _, right = line.partition(" - ")
        point = left.split(" ")[4].replace("\\040", " ")
        if len(point) >= len(best) and (target == point or target.startswith(point.rstrip("/") + "/")):
            best, kind = point, right.split(" ")[0]
    return kind


#: File systems whose locks or syncs do not promise what the store builds on, with what to know about each.
RISKY = (
    ("nfs", "NFS: locks and syncs depend on its server and mount options; use one server only, and a hard, sync mount"),
    ("cifs", "SMB: a sync may stop in the server's cache, and the lock may not be seen by other machines"),
    ("smb", "SMB: a sync may stop in the server's cache, and the lock may not be seen by other machines"),
    ("9p", "9p: a sync may stop at the host's cache"),
    ("fuse.sshfs", "SSHFS: a sync stops at the other machine's cache"),
    ("overlay", "an overlay file system: a container's own layer is lost with the container; mount a volume there"),
    ("tmpfs", "tmpfs: it is in memory and is lost when the machine stops"),
)


def risk_of(path: Path) -> str | None:
    """A sentence part about the file system under `path` where it weakens the promise, else None."""
    kind = file_system_of(path) or ""
    return next((text for prefix, text in RISKY if kind.startswith(prefix)), None)
