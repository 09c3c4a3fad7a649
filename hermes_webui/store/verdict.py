"""What the files of a session mean: the design's table of snapshot, log and backup, as a pure function.

Intent on record wins: a conversation that its log says was shortened or deleted stays so. Only where no log speaks does
a backup that holds more come back.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Verdict = Literal["as it is", "rebuild", "adopt", "restore", "replace log", "restore backup", "damaged", "gone"]


class Facts(Struct, frozen=True):
    """What stands on disk of one session. Counts are of messages; -1: unreadable, None: no such file."""

    #: ours: as we wrote it · foreign: readable, written by another program · unreadable · absent
    snapshot: Literal["ours", "foreign", "unreadable", "absent"]
    held: int
    log: int | None
    revision: int
    last_seq: int
    backup: int | None
    intended: bool
    trashed: bool
    tombstone: bool
    #: It was taken over from an agent that has deleted it since, and nothing was asked for here.
    forsaken: bool = False


def judge(facts: Facts) -> Verdict:
    """What the files of a session mean. Pure; `store/README.md` has the table."""
    if facts.trashed:
        return "gone"
    if facts.forsaken:
        return "gone"
    if facts.log is None:
        return _without_log(facts)
    if facts.snapshot == "ours":
        return "replace log" if facts.revision > facts.last_seq else "as it is"
    if facts.snapshot == "foreign":
        return _changed(facts, facts.log)
    if facts.snapshot == "absent" and facts.backup is not None and facts.tombstone:
        return "gone"
    return "rebuild" if facts.log >= 0 else "damaged"


def _without_log(facts: Facts) -> Verdict:
    """hermes-webui's files: its rule, without its three faults."""
    backup = facts.backup if facts.backup is not None else -1
    if facts.snapshot == "absent":
        return "gone" if backup < 0 or facts.tombstone else "restore backup"
    if facts.snapshot == "unreadable":
        return "restore backup" if backup >= 0 else "damaged"
    return "restore backup" if backup > facts.held and not facts.intended else "as it is"


def _changed(facts: Facts, logged: int) -> Verdict:
    """Another program rewrote the snapshot. A loss with a backup to show for it is undone; anything else is taken as
    meant.
    """
    backup = facts.backup if facts.backup is not None else -1
    if backup <= facts.held or facts.intended or max(logged, backup) <= facts.held:
        return "adopt"
    return "restore" if logged >= backup else "restore backup"
