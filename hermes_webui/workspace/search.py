"""Searches in a workspace, by name and by text. Both have limits, and say so where one was met."""

from __future__ import annotations

import itertools
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from hermes_webui.errors import BadRequest, HermesError
from hermes_webui.workspace import writing
from hermes_webui.workspace.descent import Spot, descend
from hermes_webui.workspace.names import TEMPORARY, is_plain, parts_of

#: Folders of other programs' files, left out where no repository says what is ignored.
PASSED_OVER: Final = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox", ".mypy_cache", ".ruff_cache", ".cache"}
)

SECONDS: Final = 3.0
MOST_FILES: Final = 200_000
DEEPEST: Final = 40

#: The clock is looked at once in so many files.
OFTEN: Final = 64

#: Larger files are not searched: they are data, not text.
LARGEST: Final = 4 << 20
BINARY_WITHIN: Final = 8192
LONGEST_QUERY: Final = 500
LONGEST_LINE: Final = 300
PER_FILE: Final = 50


class Hit(Struct, frozen=True, omit_defaults=True):
    """A file, and the line (from 1) with its text where text was searched."""

    path: str
    line: int | None = None
    text: str | None = None


class Found(Struct, frozen=True):
    """`truncated`: there may be more than these, because of a limit."""

    hits: list[Hit]
    truncated: bool


class Limits:
    """How much a search may still do. Once a limit is met it stays met."""

    def __init__(self, seconds: float = SECONDS, files: int = MOST_FILES) -> None:
        self._until = time.monotonic() + seconds
        self._files = files
        self.met = False

    def take(self) -> bool:
        """Whether one more file may be looked at."""
        self._files -= 1
        if self._files < 0 or (not self._files % OFTEN and time.monotonic() > self._until):
            self.met = True
        return not self.met


def names(files: Iterable[str], query: str, limit: int, limits: Limits) -> Found:
    """Paths that hold all words of the query in any case: those whose last name does first, then the shortest."""
    words = _checked(query).casefold().split()
    ranked = []
    for path in files:
        if not limits.take():
            break
        folded = path.casefold()
        if all(word in folded for word in words):
            name = folded.rpartition("/")[2]
            away = sum(word not in name for word in words)
            ranked.append((away, not name.startswith(words[0]) if words else False, len(path), path))
    ranked.sort()
    return Found([Hit(path) for *_, path in ranked[:limit]], limits.met or len(ranked) > limit)


def lines(root: Path, roots: Sequence[str], files: Iterable[str], query: str, limit: int, limits: Limits) -> Found:
    """Lines that hold the query in any case. Binary files, large ones and links are passed over."""
    match = _Match(_checked(query))
    hits: list[Hit] = []
    for folder, group in itertools.groupby(files, key=lambda path: path.rpartition("/")[0]):
        try:
            with descend(root, roots, parts_of(folder)) as spot, spot.folder() as fd:
                for path in group:
                    if not limits.take():
                        return Found(hits, truncated=True)
                    hits += match.lines(fd, path)
                    if len(hits) > limit:
                        return Found(hits[:limit], truncated=True)
        except (HermesError, OSError):  # it went away, or nobody may read it
            continue
    return Found(hits, limits.met)


def walk(root: Path, roots: Sequence[str], limits: Limits) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files below a folder, each folder's together, each with its entry while that is open; no link is followed.
    What cannot be read is passed over.
    """
    with descend(root, roots, ()) as spot, spot.folder() as fd:
        yield from _below(fd, "", 0, limits)


def _below(fd: int, path: str, depth: int, limits: Limits) -> Iterator[tuple[str, os.DirEntry[str]]]:
    folders = []
    with os.scandir(fd) as found:
        for entry in found:
            if not is_plain(entry.name) or entry.name.startswith(TEMPORARY):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif entry.is_file(follow_symlinks=False):
                yield f"{path}{entry.name}", entry
    if depth >= DEEPEST:
        limits.met = limits.met or bool(folders)
        return
    for name in sorted(folders):
        if name in PASSED_OVER:
            continue
        try:
            with Spot(fd, name, (name,)).folder() as below:
                yield from _below(below, f"{path}{name}/", depth + 1, limits)
        except OSError:
            continue


def changed(root: Path, roots: Sequence[str], since: float, limits: Limits) -> Found:
    """Files that were written since a time (seconds since 1970), in no order."""
    hits = []
    for path, entry in walk(root, roots, limits):
        if not limits.take():
            break
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if status.st_mtime >= since:
            hits.append(Hit(path))
    return Found(hits, limits.met)


class _Match:
    """A query as a pattern over bytes, as far as that is possible: most files need not be decoded then."""

    def __init__(self, query: str) -> None:
        self._text = re.compile(re.escape(query), re.IGNORECASE)
        self._bytes = re.compile(re.escape(query.encode()), re.IGNORECASE) if query.isascii() else None

    def lines(self, fd: int, path: str) -> Iterator[Hit]:
        """The lines of a file in an open folder."""
        try:
            data = _text_in(fd, path.rpartition("/")[2])
        except (HermesError, OSError):
            return
        if self._bytes is not None and not self._bytes.search(data):
            return
        text = data.decode("utf-8", "replace")
        found = ((number, line) for number, line in enumerate(text.split("\n"), 1) if self._text.search(line))
        for number, line in itertools.islice(found, PER_FILE):
            yield Hit(path, number, self._shown(line))

    def _shown(self, line: str) -> str:
        """The line, or of a long one the part around the match."""
        match = self._text.search(line)
        start = max(0, match.start() - LONGEST_LINE // 3) if match and len(line) > LONGEST_LINE else 0
        return line[start : start + LONGEST_LINE].rstrip("\r")


def _text_in(fd: int, name: str) -> bytes:
    with writing.opened(Spot(fd, name, (name,))) as (file, status):
        if stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST:
            data = writing.content(file, LARGEST)
            return b"" if b"\0" in data[:BINARY_WITHIN] else data
    return b""


def _checked(query: str) -> str:
    if not query.strip() or len(query) > LONGEST_QUERY:
        raise BadRequest(f"A search has 1 to {LONGEST_QUERY} characters.")
    return query
