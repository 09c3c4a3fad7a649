"""Copying and removing whole trees by descriptors, for what cannot be renamed from one file system to another.

No link is followed: it is copied, or removed, as the link that it is. A pipe, a device or a socket is not copied: then
the whole is not, and stays where it was.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from hermes_webui.errors import TooLarge
from hermes_webui.workspace import writing
from hermes_webui.workspace.descent import Spot
from hermes_webui.workspace.names import DEEPEST
from hermes_webui.workspace.writing import PERMISSIONS, PIECE, WRITE_NEW, Disk


def copy(disk: Disk, source: Spot, target: Spot, depth: int = 0) -> None:
    """Copies a file, a link or a tree; synced on return. Raises `OSError`, `Forbidden`, `TooLarge`."""
    if depth > DEEPEST:
        raise TooLarge(f"{source.path} has more than {DEEPEST} folders in one another.")
    status = source.status()
    if stat.S_ISLNK(status.st_mode):
        os.symlink(os.readlink(source.name, dir_fd=source.parent), target.name, dir_fd=target.parent)
    elif stat.S_ISDIR(status.st_mode):
        _copy_folder(disk, source, target, depth, status)
    else:
        _copy_file(disk, source, target)


def _copy_folder(disk: Disk, source: Spot, target: Spot, depth: int, status: os.stat_result) -> None:
    os.mkdir(target.name, 0o700, dir_fd=target.parent)
    with source.folder() as here, target.folder() as there:
        for name in source.names():
            copy(disk, Spot(here, name, (*source.parts, name)), Spot(there, name, (*target.parts, name)), depth + 1)
        os.fchmod(there, status.st_mode & PERMISSIONS)
        os.utime(there, ns=(status.st_atime_ns, status.st_mtime_ns))
        disk.sync(there)


def _copy_file(disk: Disk, source: Spot, target: Spot) -> None:
    with writing.opened(source) as (here, status):
        there = os.open(target.name, WRITE_NEW, 0o600, dir_fd=target.parent)
        try:
            while data := os.read(here, PIECE):
                rest = memoryview(data)
                while rest:
                    rest = rest[disk.write(there, rest) :]
            os.fchmod(there, status.st_mode & PERMISSIONS)
            os.utime(there, ns=(status.st_atime_ns, status.st_mtime_ns))
            disk.sync(there)
        finally:
            os.close(there)


def remove(spot: Spot) -> None:
    """Removes a file, a link or a tree for good; nothing happens where there is none. Raises `OSError`."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(spot.status().st_mode):
            with spot.folder() as fd:
                with suppress(PermissionError):  # a folder that forbids writing forbids removing what is in it
                    os.fchmod(fd, 0o700)
                for name in spot.names():
                    remove(Spot(fd, name, ()))
            os.rmdir(spot.name, dir_fd=spot.parent)
        else:
            os.unlink(spot.name, dir_fd=spot.parent)


def size(spot: Spot, depth: int = 0) -> int:
    """The bytes of a file, a link or of all files in a tree. Raises `OSError`."""
    status = spot.status()
    if not stat.S_ISDIR(status.st_mode) or depth > DEEPEST:
        return status.st_size
    with spot.folder() as fd:
        return sum(size(Spot(fd, name, ()), depth + 1) for name in spot.names())
