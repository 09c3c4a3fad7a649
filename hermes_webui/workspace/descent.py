"""A path walked name by name, by descriptors: the only way to a file of a workspace.

Every step opens one name relative to the folder before it and follows no link (`O_NOFOLLOW`). A link is read and its
target walked in the same manner, from where it stands; `..` goes back to the folder that we came from, which is open,
never to what the system takes for it. So nothing that is swapped meanwhile, by whomever, leads out: there is no moment
between a check and its use.

What cannot be seen from inside: a hard link to a file elsewhere on the same disk, and what is mounted in the workspace.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.workspace.names import outside

#: As many links as the system follows itself, and far more steps than a path has.
MOST_LINKS: Final = 40
MOST_STEPS: Final = 4000

#: A place to walk from needs no right to be read (Linux); elsewhere there is only opening for reading.
STEP: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

NO_FOLDER: Final = frozenset({errno.ENOTDIR, errno.ELOOP})


class Spot:
    """Where a path ends: `name` in the folder that `parent` has open. The workspace itself has no name and stands in
    `parent`. `parts` are the names down to it, without links.
    """

    def __init__(self, parent: int, name: str, parts: tuple[str, ...]) -> None:
        self.parent = parent
        self.name = name
        self.parts = parts

    @property
    def path(self) -> str:
        """The path without links, from the workspace down."""
        return "/".join(self.parts)

    def status(self) -> os.stat_result:
        """What is there; a link is told as one. Raises `OSError`."""
        return os.stat(self.name or ".", dir_fd=self.parent, follow_symlinks=False)

    @contextmanager
    def folder(self) -> Iterator[int]:
        """A descriptor of the folder that this is, for listing and syncing. Raises `OSError`."""
        fd = os.open(self.name or ".", READ_FOLDER, dir_fd=self.parent)
        try:
            yield fd
        finally:
            os.close(fd)

    def names(self) -> list[str]:
        """What is in the folder that this is, in no order. Raises `OSError`."""
        with self.folder() as fd, os.scandir(fd) as found:
            return [entry.name for entry in found]

    @contextmanager
    def beside(self) -> Iterator[int]:
        """A descriptor of the folder that this is in, for locking and syncing. Raises `OSError`."""
        fd = os.open(".", READ_FOLDER, dir_fd=self.parent)
        try:
            yield fd
        finally:
            os.close(fd)


@contextmanager
def descend(
    root: Path, roots: Sequence[str], parts: Sequence[str], *, follow: bool = True, make: bool = False
) -> Iterator[Spot]:
    """Walks `parts` from `root`, an absolute path without links. `follow`: whether a link at the very end is followed;
    `make`: folders on the way that are missing are made. `roots` are the names by which links may call the workspace.

    Raises `Forbidden` where the way leads out, `NotFound` where a folder on it is missing, `OSError` for the rest. What
    the end names need not be there.
    """
    descent = _Descent(roots, "/".join(parts))
    try:
        descent.enter(root)
        yield descent.walk(parts, follow=follow, make=make)
    finally:
        descent.close()


class _Descent:
    """The folders that are open from the workspace down to where the walk stands."""

    def __init__(self, roots: Sequence[str], path: str) -> None:
        self._roots = roots
        self._path = path
        self._open: list[int] = []
        self._names: list[str] = []
        self._rest: deque[str] = deque()
        self._links = 0

    def enter(self, root: Path) -> None:
        """Opens the workspace itself, by the same steps: a folder above it may be somebody's link by now."""
        fd = os.open("/", STEP)
        try:
            for name in root.parts[1:]:
                below = os.open(name, STEP, dir_fd=fd)
                os.close(fd)
                fd = below
        except OSError as error:
            os.close(fd)
            raise NotFound("The workspace's folder is not there any more, or has been moved.") from error
        self._open.append(fd)

    def close(self) -> None:
        """Closes them all."""
        while self._open:
            os.close(self._open.pop())

    def walk(self, parts: Sequence[str], *, follow: bool, make: bool) -> Spot:
        """The end of the way."""
        self._rest.extend(parts)
        for _ in range(MOST_STEPS):
            if not self._rest:
                return self._here()
            name = self._rest.popleft()
            if name == "..":
                self._up()
            elif not self._rest and not follow:
                return self._spot(name)
            elif (spot := self._down(name, make=make)) is not None:
                return spot
        raise BadRequest("That path goes round in circles.")

    def _here(self) -> Spot:
        """The folder that the walk stands in, as a name in the one above it."""
        if not self._names:
            return Spot(self._open[0], "", ())
        return Spot(self._open[-2], self._names[-1], tuple(self._names))

    def _spot(self, name: str) -> Spot:
        return Spot(self._open[-1], name, (*self._names, name))

    def _up(self) -> None:
        if not self._names:
            raise outside(self._path)
        self._names.pop()
        os.close(self._open.pop())

    def _down(self, name: str, *, make: bool) -> Spot | None:
        """One step down, or the spot where the way ends with a name that is no folder."""
        try:
            fd = os.open(name, STEP, dir_fd=self._open[-1])
        except FileNotFoundError as error:
            if not self._rest:
                return self._spot(name)
            if not make:
                raise NotFound(f"There is no folder {'/'.join((*self._names, name))} in the workspace.") from error
            with suppress(FileExistsError):  # somebody else made it: it is opened like any other
                os.mkdir(name, dir_fd=self._open[-1])
            fd = os.open(name, STEP, dir_fd=self._open[-1])
        except OSError as error:
            if error.errno not in NO_FOLDER:
                raise
            return self._through(name)
        self._open.append(fd)
        self._names.append(name)
        return None

    def _through(self, name: str) -> Spot | None:
        """A link is walked; a file ends the way."""
        try:
            target = os.readlink(name, dir_fd=self._open[-1])
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            if not self._rest:
                return self._spot(name)
            raise NotFound(f"{'/'.join((*self._names, name))} is no folder.") from error
        self._links += 1
        if self._links > MOST_LINKS:
            raise BadRequest("That path goes through links in circles.")
        if target.startswith("/"):
            target = self._inside(target)
            self._to_the_top()
        self._rest.extendleft(part for part in reversed(target.split("/")) if part not in {"", "."})
        return None

    def _inside(self, target: str) -> str:
        for root in self._roots:
            if target == root or target.startswith(root.rstrip("/") + "/"):
                return target[len(root) :]
        raise outside(self._path)

    def _to_the_top(self) -> None:
        while self._names:
            self._up()
