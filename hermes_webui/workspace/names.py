"""Which texts are paths of a workspace, and what they name: pure rules, before anything is opened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from hermes_webui.errors import BadRequest, Forbidden

#: What Linux and macOS take at most, in bytes; and far deeper than any project.
LONGEST_PATH: Final = 4096
LONGEST_NAME: Final = 255
DEEPEST: Final = 200

#: A folder whose files are programs' own: what stands in there can be a command that Git runs.
GIT: Final = ".git"

#: What we put beside a file while it is written; never listed, never opened by name.
TEMPORARY: Final = ".hermes-part-"

#: The names of files that are being written, and of nothing else.
PART: Final = re.compile(re.escape(TEMPORARY) + r"[0-9a-f]{16}\.new")

#: NUL among them.
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")

#: Characters that some file systems leave out when they compare names (HFS+; Git guards `.git` against the same).
IGNORED: Final = frozenset(
    "\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u206a\u206b\u206c\u206d\u206e\u206f\ufeff"
)


def outside(path: str) -> Forbidden:
    """The error for a path that leads out."""
    return Forbidden(f"{shown(path)} is outside of this conversation's workspace. Nothing was read or changed.")


def parts_of(path: str, roots: Sequence[str] = ()) -> tuple[str, ...]:
    """The names along a path, from the workspace down; `..` stays one of them, for the walk to judge.

    An absolute path must lie in one of `roots`. Raises `Forbidden` where it does not and `BadRequest` where it is no
    path. Names are taken byte for byte: no form of Unicode becomes another, so none becomes `..` or `/`.
    """
    check_text(path)
    if path.startswith("/"):
        path = _below(path, roots)
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    if len(parts) > DEEPEST:
        raise BadRequest(f"A path has at most {DEEPEST} folders.")
    if len(path) > LONGEST_NAME // 4 and any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise BadRequest(f"A name has at most {LONGEST_NAME} bytes.")
    if TEMPORARY in path and any(part.startswith(TEMPORARY) for part in parts):
        raise BadRequest(f"Names that begin with {TEMPORARY} are of files that are being written.")
    return parts


def check_text(path: str) -> None:
    """Raises `BadRequest` where a text cannot be a path whatever it names: NUL, control characters, lone surrogates."""
    try:
        size = len(path.encode())
    except UnicodeEncodeError as error:
        raise BadRequest("That path is no valid Unicode text.") from error
    if size > LONGEST_PATH:
        raise BadRequest(f"A path has at most {LONGEST_PATH} bytes.")
    if CONTROL.search(path):
        raise BadRequest("That path holds a control character.")


def is_plain(name: str) -> bool:
    """Whether a name on the disk can be asked for: valid UTF-8 without control characters."""
    if name.isascii() and name.isprintable():
        return True
    try:
        check_text(name)
    except BadRequest:
        return False
    return True


def refuse_reserved(parts: Sequence[str]) -> None:
    """Raises `Forbidden` for what is inside `.git`, also under names that a file system takes for it."""
    if any(is_git(part) for part in parts):
        raise Forbidden("Files inside .git are Git's own and are not changed from here. Use Git itself.")


def is_git(name: str) -> bool:
    """Whether a file system may take this name for `.git`."""
    kept = "".join(char for char in unicodedata.normalize("NFKC", name) if char not in IGNORED)
    return kept.casefold() == GIT


def shown(path: str) -> str:
    """A path as a sentence may hold it: nothing that is not text, and not endless."""
    text = "".join(char if char.isprintable() else "\ufffd" for char in path.encode("utf-8", "replace").decode("utf-8"))
    return text if len(text) <= 120 else f"{text[:117]}…"  # noqa: PLR2004 - about a line


def _below(path: str, roots: Sequence[str]) -> str:
    for root in roots:
        if path == root or path.startswith(root.rstrip("/") + "/"):
            return path[len(root) :]
    raise outside(path)
