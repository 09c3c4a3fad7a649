"""Commits as Git tells them: lines of a log, and one commit with its files and differences. Only text is read here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from hermes_webui.errors import BadRequest
from hermes_webui.workspace.names import is_plain

#: A commit's whole id, in SHA-1 or SHA-256: anything shorter may be the name of a branch, anything else an option.
ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

LOG_FORM: Final = "--format=%H%x1f%s%x1f%an%x1f%at"

#: The message comes last: it may hold anything, but for a NUL.
FORM: Final = "--format=%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ct%x00%B"
FIELDS: Final = 8

MOST_FILES: Final = 1000

#: So much of one file's difference stands in the commit; a longer one is asked for by itself.
LONGEST_INLINE: Final = 64 << 10

#: Renamed and copied: the letters that are told with two paths.
TWO_PATHS: Final = frozenset("RC")

_CHUNK: Final = re.compile(r"^(?=diff --git )", re.MULTILINE)


class Commit(Struct, frozen=True):
    """One commit; `at` in seconds since 1970."""

    id: str
    subject: str
    author: str
    at: float


class FileChange(Struct, frozen=True):
    """A file in a commit: Git's letter (A, D, M, R, T), its lines added and removed (None: it is no text), and its
    difference; None where that is too long to stand with the others. `old_path` is there where it was renamed.
    """

    path: str
    state: str
    added: int | None = None
    removed: int | None = None
    patch: str | None = None
    old_path: str | None = None


class Record(Struct, frozen=True):
    """A commit with all that is shown of it. Its files are compared with the first of its `parents`, and only those in
    the workspace are there: the first `MOST_FILES`, else `truncated`.
    """

    id: str
    parents: Sequence[str]
    author: str
    email: str
    at: float
    committer: str
    committed_at: float
    message: str
    files: Sequence[FileChange] = ()
    truncated: bool = False


def id_of(commit: str) -> str:
    """The id, if it is one. Raises `BadRequest`."""
    if not ID.fullmatch(commit):
        raise BadRequest("`commit` is a commit's whole id: 40 or 64 hexadecimal digits.")
    return commit


def commits_of(data: bytes) -> Iterator[Commit]:
    """The lines of a log in `LOG_FORM`, parted by NUL."""
    for record in data.decode("utf-8", "replace").split("\0"):
        fields = record.split("\x1f")
        if len(fields) == 4 and fields[3].isdigit():  # noqa: PLR2004 - the four that were asked for
            yield Commit(fields[0], fields[1], fields[2], float(fields[3]))


def record_of(data: bytes, *, whole: bool) -> Record | None:
    """One commit in `FORM`, without its files; None where it is none. What is not `whole` ends in dots."""
    fields = data.decode("utf-8", "replace").split("\0", FIELDS - 1)
    if len(fields) != FIELDS or not ID.fullmatch(fields[0]):
        return None
    of, parents, author, email, at, committer, committed, message = fields
    said = message.strip("\n\0") + ("" if whole else " …")
    return Record(of, parents.split(), author, email, _time(at), committer, _time(committed), said)


def files_of(data: bytes, patch: str, *, whole: bool) -> Iterator[FileChange]:
    """The files of `--raw --numstat -z`, each with its part of the patch; `whole`: the patch is not cut off."""
    states, counts = _listed(data)
    chunks = _CHUNK.split(patch)[1:]
    if not whole:
        chunks = chunks[:-1]
    at = 0
    for raw, (state, old) in states.items():
        many = 2 if state == "T" else 1  # what becomes a link, or was one, is taken out and put in
        parts, at = chunks[at : at + many], at + many
        path = below(raw, "")
        if path:
            text = "".join(parts) if len(parts) == many else None
            short = text if text is not None and len(text) <= LONGEST_INLINE else None
            yield FileChange(path, state, *counts.get(raw, (None, None)), short, below(old, "") or None)


def old_path_of(data: bytes, path: str) -> str:
    """What a file of `--raw -z` was called before; empty where it has its name still."""
    states, _ = _listed(data)
    _, old = states.get(path.encode("utf-8", "surrogateescape"), ("", b""))
    return below(old, "")


def _listed(data: bytes) -> tuple[dict[bytes, tuple[str, bytes]], dict[bytes, tuple[int | None, int | None]]]:
    """Letters with old paths, and counts, by the path: `:modes ids M`, NUL, path, NUL; then `added`, tab, `removed`,
    tab, path, NUL. Of a renamed file it is `:modes ids R100`, NUL, old path, NUL, path, NUL; then `added`, tab,
    `removed`, tab, NUL, old path, NUL, path, NUL.
    """
    states: dict[bytes, tuple[str, bytes]] = {}
    counts: dict[bytes, tuple[int | None, int | None]] = {}
    fields = iter(data.split(b"\0"))
    for field in fields:
        if field.startswith(b":"):
            state = field.rpartition(b" ")[2].decode("ascii", "replace")[:1]
            old = next(fields, b"") if state in TWO_PATHS else b""
            states[next(fields, b"")] = (state, old)
        elif field.count(b"\t") >= 2:  # noqa: PLR2004 - the two before the path, which may hold more
            added, removed, path = field.split(b"\t", 2)
            if not path:
                _, path = next(fields, b""), next(fields, b"")
            counts[path] = (_count(added), _count(removed))
    return states, counts


def below(raw: bytes, prefix: str) -> str:
    """A path of Git's from the workspace down; empty where it is none that can be asked for."""
    path = raw.decode("utf-8", "surrogateescape").rstrip("/")
    if prefix:
        path = path.removeprefix(f"{prefix}/") if path.startswith(f"{prefix}/") else ""
    return path if is_plain(path) else ""


def _count(text: bytes) -> int | None:
    return int(text) if text.isdigit() else None


def _time(text: str) -> float:
    return float(text) if text.lstrip("-").isdigit() else 0.0
