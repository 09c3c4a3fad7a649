"""What a command may do that its reader should know before allowing it. Pure: a hint for people, no fence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: Where a word of a command line begins a command of its own.
_AT: Final = r"(?:^|[\s;&|(`/])"

_RISKS: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (re.compile(_AT + r"(sudo|doas|su|pkexec)\b"), "runs as an administrator"),
    (
        re.compile(
            _AT + r"(rm|rmdir|shred|unlink|wipe|truncate)\s|\s-delete\b|git\s+(clean|reset\s+--hard|checkout\s+--)"
            r"|git\s+push\s+.*(--force|-f\b)|\bdrop\s+(table|database)\b",
            re.IGNORECASE,
        ),
        "deletes or overwrites what cannot be brought back",
    ),
    (re.compile(_AT + r"(mkfs\S*|fdisk|parted|dd)\s|>\s*/dev/(?!null|std)"), "writes to a disk directly"),
    (re.compile(r"\|\s*(sudo\s+)?(ba|z|da|k)?sh\b|\b(eval|source)\s|<\(\s*(curl|wget)"), "runs text as a program"),
    (
        re.compile(
            _AT + r"(curl|wget|ssh|scp|sftp|rsync|nc|ncat|telnet|ftp)\s|git\s+(push|pull|fetch|clone)"
            r"|(pip3?|uv|npm|pnpm|yarn|cargo|apt|apt-get|brew|gem|go)\s+(\S+\s+)?(install|add|get|i|sync|publish)\b"
        ),
        "uses the network",
    ),
    (re.compile(_AT + r"(chmod|chown|chgrp)\s+(-R|--recursive)|chmod\s+[0-7]*777"), "changes who may use files"),
    (re.compile(_AT + r"(kill|pkill|killall|shutdown|reboot|systemctl|service)\s"), "ends or changes running programs"),
    (re.compile(r"(~|\$HOME|/etc|/root|/usr|/var)(/|\b)"), "reaches files outside the workspace"),
)


def risk_of(command: str) -> str:
    """A sentence about this command line, "" where nothing in it stands out."""
    found = [risk for pattern, risk in _RISKS if pattern.search(command)]
    if not found:
        return ""
    last = found.pop()
    return f"This {', '.join(found)}{' and ' if found else ''}{last}."
