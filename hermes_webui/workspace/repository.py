"""Where Git keeps a workspace's history, and whether it may be read: a repository is data of somebody else.

A clone cannot bring a `.git` of its own, an archive or an agent can. So nothing in it may lead to what lies outside of
the folders that may be workspaces: no link, no `gitdir:`, no `commondir`, no alternate store of objects.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from hermes_webui.errors import Forbidden
from hermes_webui.workspace.names import GIT

LONGEST_POINTER: Final = 4096
MOST_CHECKED: Final = 20_000

LEADS_OUT: Final = (
    "This repository's own files lead outside of the folders that may be workspaces. Nothing of its history is read."
)


class Repository(Struct, frozen=True):
    """A working tree: its top folder, and the workspace's way from there (empty: the same)."""

    top: Path
    prefix: str


def repository_of(root: Path, ceiling: Path) -> Repository | None:
    """The repository that a workspace is in, looked for up to `ceiling`. Raises `Forbidden` where it leads out."""
    for folder in (root, *root.parents):
        if not folder.is_relative_to(ceiling):
            return None
        if os.path.lexists(folder / GIT):
            _check(folder, ceiling)
            prefix = root.relative_to(folder).as_posix()
            return Repository(folder, "" if prefix == "." else prefix)
    return None


def _check(top: Path, ceiling: Path) -> None:
    try:
        ways = list(itertools.islice(_ways(top), MOST_CHECKED + 1))
    except (OSError, ValueError, RuntimeError) as error:
        raise Forbidden("This repository's own files cannot be read.") from error
    if len(ways) > MOST_CHECKED or not all(way.is_relative_to(ceiling) for way in ways):
        raise Forbidden(LEADS_OUT)


def _ways(top: Path) -> Iterator[Path]:
    """Every place that the repository's files are at or point to."""
    store = _pointed(top / GIT, "gitdir:") if (top / GIT).is_file() else (top / GIT).resolve()
    yield store
    common = _pointed(store / "commondir", "") if (store / "commondir").is_file() else store
    yield common
    for folder in dict.fromkeys((store, common)):
        yield from _links(folder, deep=False)
    for name, deep in (("refs", True), ("objects", False), ("info", False), ("objects/info", False)):
        yield from _links(common / name, deep=deep)
    yield from _alternates(common / "objects" / "info" / "alternates")


def _links(folder: Path, *, deep: bool) -> Iterator[Path]:
    """Where the links in a folder lead."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_symlink():
                yield Path(entry.path).resolve()
            elif deep and entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
                yield from _links(Path(entry.path), deep=True)


def _alternates(path: Path) -> Iterator[Path]:
    if path.is_file():
        for line in _first(path).splitlines():
            if line and not line.startswith("#"):
                yield (path.parent.parent / line.strip('"')).resolve()


def _pointed(path: Path, mark: str) -> Path:
    """The folder that a small file names, relative to where the file is."""
    return (path.parent / _first(path).removeprefix(mark).strip()).resolve()


def _first(path: Path) -> str:
    with path.open("rb") as file:
        return os.fsdecode(file.read(LONGEST_POINTER))
