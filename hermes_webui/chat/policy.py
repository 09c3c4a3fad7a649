"""What an agent may do without being asked about it. Pure.

A pattern is `name` or `name(subject)` with `*` and `?`: `write_file(docs/*)`, `run_command(git status*)`. The subject
is the command, path or address that the call acts on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final, Literal

from msgspec import Struct

Mode = Literal["always", "session", "never"]

#: What makes one command of a shell into several, or into another one: a pattern with a `*` does not cover it.
_SEVERAL: Final = re.compile(r"[;&|<>`$(){}\\\n\r\0]")
_PATTERN: Final = re.compile(r"(?s)([^()]+)(?:\((.*)\))?")


class Policy(Struct, frozen=True):
    """`always`: asked each time, unless it was allowed for the session or for good. `session`: what was allowed once is
    allowed for the rest of the session. `never`: nothing is asked. `allow`: patterns that are allowed for good.
    """

    mode: Mode = "always"
    allow: tuple[str, ...] = ()


def allows(policy: Policy, grants: Iterable[str], name: str, subject: str, *, shell: bool = False) -> bool:
    """Whether the call may be made without a question. `shell`: the subject is a command line."""
    if policy.mode == "never":
        return True
    return any(matches(pattern, name, subject, shell=shell) for pattern in (*policy.allow, *grants))


def matches(pattern: str, name: str, subject: str, *, shell: bool = False) -> bool:
    """Whether the pattern covers this call. A command line of several commands only where the pattern says it whole."""
    found = _PATTERN.fullmatch(pattern)
    if found is None or not fnmatchcase(name, found[1]):
        return False
    if found[2] is None or found[2] == subject:
        return True
    return not (shell and _SEVERAL.search(subject)) and fnmatchcase(subject, found[2])


def is_pattern(text: str) -> bool:
    """Whether this is one: a name, perhaps with a subject in brackets."""
    return _PATTERN.fullmatch(text) is not None


def pattern_for(name: str, subject: str = "") -> str:
    """The pattern that covers exactly this call, or, without a subject, every call of the tool."""
    quoted = re.sub(r"([*?\[])", r"[\1]", subject)
    return f"{name}({quoted})" if subject else name
