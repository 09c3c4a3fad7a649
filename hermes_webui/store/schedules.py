"""The schedules of one state directory: a prompt each, when it is due, and what became of it lately. `schedules.json`.

What was sent is known by its conversation, whose id follows from schedule and time; what stands here of it is for
people to read. So nothing is sent twice where a crash came between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.chat.schedule import Rule, When
from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.store.files import Disk
from hermes_webui.store.listed import Listed

MOST = 200

#: So many of the last results are kept beside a schedule; all are conversations in the list.
RECENT = 10


class Fired(Struct, frozen=True, omit_defaults=True):
    """What was sent for the time `at` (seconds since 1970): in its time (due), later for what was missed (late), or
    because somebody wished it (hand); or what could not be sent (failed, with a sentence).
    """

    at: float
    why: Literal["due", "late", "hand", "failed"]
    session_id: str | None = None
    message: str = ""


class Missed(Struct, frozen=True, omit_defaults=True):
    """Times from `first` to `last` that nothing was sent for: the server was `away`, or an earlier run `busy`. `more`
    than those that were counted. It stands until somebody has seen it.
    """

    first: float
    last: float
    away: int = 0
    busy: int = 0
    more: bool = False


class Schedule(Struct, frozen=True, omit_defaults=True):
    """A prompt and when it is sent. Times up to `upto` have been looked at. With `makes_up` what was missed is made up
    for by one run. `profile` is the id of one; what is named here goes before it.
    """

    id: str
    name: str
    prompt: str
    when: When
    timezone: str
    anchor: float
    upto: float
    engine: str = ""
    model_provider: str = ""
    model: str = ""
    workspace: str = ""
    profile: str = ""
    makes_up: bool = False
    enabled: bool = True
    recent: tuple[Fired, ...] = ()
    missed: Missed | None = None

    @property
    def rule(self) -> Rule:
        """When it is due."""
        return Rule(self.when, self.timezone, self.anchor)

    def noted(self, fired: Fired) -> Schedule:
        """With one more result, the last one first."""
        rest = (each for each in self.recent if (each.at, each.why) != (fired.at, fired.why))
        return replace(self, recent=(fired, *rest)[:RECENT])

    def lacking(self, missed: Missed) -> Schedule:
        """With more that was missed."""
        known = self.missed
        if known is None:
            return replace(self, missed=missed)
        counts = {"away": known.away + missed.away, "busy": known.busy + missed.busy}
        return replace(self, missed=replace(known, last=missed.last, more=known.more or missed.more, **counts))


class Schedules:
    """The file. Blocking: call it in a thread."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._kept = Listed(path, disk, "schedules", tuple[Schedule, ...])

    def all(self) -> tuple[Schedule, ...]:
        """All of them, by name; none where the file cannot be read."""
        return tuple(sorted(self._kept.read(), key=lambda each: (each.name.casefold(), each.id)))

    @property
    def is_readable(self) -> bool:
        """False where there is a file and it cannot be read: then nothing is due."""
        return self._kept.is_readable

    def add(self, schedule: Schedule) -> None:
        """Keeps a new one; durable on return. Raises `BadRequest`, `StoreUnavailable`."""
        with self._kept.changing:
            kept = self._kept.read()
            if len(kept) >= MOST:
                raise BadRequest(f"There are {MOST} schedules already. Delete one first.")
            self._kept.write((*kept, schedule), "the schedule")

    def change(self, schedule_id: str, step: Callable[[Schedule], Schedule]) -> Schedule:
        """One of them becomes what `step` makes of it as it stands now. Raises `NotFound`, `StoreUnavailable`."""
        with self._kept.changing:
            kept = self._kept.read()
            found = next((each for each in kept if each.id == schedule_id), None)
            if found is None:
                raise NotFound("There is no such schedule any more.")
            changed = step(found)
            if changed != found:
                self._kept.write([changed if each.id == schedule_id else each for each in kept], "the schedule")
        return changed

    def delete(self, schedule_id: str) -> None:
        """Takes one away; its conversations stay. Nothing happens where there is none."""
        with self._kept.changing:
            kept = self._kept.read()
            rest = tuple(each for each in kept if each.id != schedule_id)
            if len(rest) < len(kept):
                self._kept.write(rest, "the schedule")
