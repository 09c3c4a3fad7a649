"""When the prompt of a schedule is due: rules over times that are passed in. Times are seconds since 1970.

The wall clock of a zone is read as cron on Debian reads it, which `cronsim` does: what falls into the hour that summer
time skips is due at its end, what stands in the hour that comes twice is due once, and `every hour` keeps to hours that
have passed. An interval knows no wall clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from msgspec import Struct

from hermes_webui.errors import BadRequest

Kind = Literal["once", "daily", "weekly", "interval", "cron"]

MINUTE = 60
LONGEST_INTERVAL = 366 * 24 * 60
CRON_FIELDS = 5
LONGEST_CRON = 200
SUNDAY = 7

#: A prompt that is looked at so much later than it was due (seconds) has been missed: the server was away or asleep.
GRACE = 120.0

#: So many missed times are counted one by one; of more it is said that there are more.
MOST_COUNTED = 1000

CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class When(Struct, frozen=True, omit_defaults=True):
    """A rule. `once` has `at` (2026-11-27T09:00, of the zone's wall clock), `daily` and `weekly` have `at` (09:00), the
    latter `days` too (1 Monday … 7 Sunday); `interval` has `minutes`, `cron` an expression of five fields.
    """

    kind: Kind
    at: str = ""
    days: tuple[int, ...] = ()
    minutes: int = 0
    cron: str = ""


class Rule(Struct, frozen=True):
    """A rule and where it holds: `timezone` is an IANA name, `anchor` what an interval is counted from."""

    when: When
    timezone: str
    anchor: float


class Look(Struct, frozen=True):
    """What is due of a schedule: `fire` is the time whose prompt is to be sent now (None: nothing), `late` that it
    makes up for what was missed. `missed` times were, from `first` to `last`, and `more` than those that were counted.
    `fired` were sent already and not noted. `upto` is what has been looked at now.
    """

    upto: float
    fire: float | None = None
    late: bool = False
    missed: int = 0
    first: float = 0.0
    last: float = 0.0
    more: bool = False
    fired: tuple[float, ...] = ()


def check(rule: Rule) -> None:
    """Raises `BadRequest` with a sentence for a rule that says no time."""
    _zone(rule.timezone)
    checks = {"once": _check_once, "interval": _check_interval, "cron": _check_cron}
    checks.get(rule.when.kind, _check_clock)(rule.when)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown; no name at all; the name of a folder
        raise BadRequest(f"There is no time zone {name!r}. One is Europe/Berlin or UTC.") from error


def _check_once(when: When) -> None:
    try:
        given = datetime.fromisoformat(when.at)
    except ValueError as error:
        raise BadRequest("A schedule for once needs a date and a time, as 2026-11-27T09:00.") from error
    if given.tzinfo is not None:
        raise BadRequest("The time is that of the time zone which stands beside it; leave its own offset out.")


def _check_clock(when: When) -> None:
    if not CLOCK.fullmatch(when.at):
        raise BadRequest("A time is written as 09:00.")
    if when.kind == "weekly" and not (when.days and all(1 <= day <= SUNDAY for day in when.days)):
        raise BadRequest("Choose at least one day of the week, 1 (Monday) to 7 (Sunday).")


def _check_interval(when: When) -> None:
    if not 1 <= when.minutes <= LONGEST_INTERVAL:
        raise BadRequest(f"An interval is 1 to {LONGEST_INTERVAL:,} minutes.")


def _check_cron(when: When) -> None:
    if len(when.cron) > LONGEST_CRON or len(when.cron.split()) != CRON_FIELDS:
        raise BadRequest("A cron expression has five fields: minute, hour, day, month and day of the week.")
    try:
        CronSim(when.cron, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise BadRequest(f"That cron expression says no time: {error}.") from error


def times(rule: Rule, after: float) -> Iterator[float]:
    """The times after `after`, in their order."""
    when = rule.when
    if when.kind == "once":
        at = datetime.fromisoformat(when.at).replace(tzinfo=ZoneInfo(rule.timezone)).timestamp()
        yield from (at,) if at > after else ()
    elif when.kind == "interval":
        step = when.minutes * MINUTE
        count = max(1, int((after - rule.anchor) // step) + 1)
        while True:
            yield rule.anchor + count * step
            count += 1
    else:
        for found in _cron(rule, after):
            at = found.timestamp()
            if at > after:  # in the hour that comes twice the library may begin with its first pass
                after = at
                yield at


def next_time(rule: Rule, after: float) -> float | None:
    """The first time after `after`, None where there is none."""
    return next(times(rule, after), None)


def _last_time(rule: Rule, now: float, after: float) -> float:
    """The last time up to `now`, where there is one after `after`."""
    if rule.when.kind == "interval":
        step = rule.when.minutes * MINUTE
        return rule.anchor + (now - rule.anchor) // step * step
    back = (each.timestamp() for each in _cron(rule, now + MINUTE, reverse=True))
    return next((at for at in back if at <= now), after)


def _cron(rule: Rule, at: float, *, reverse: bool = False) -> CronSim:
    local = datetime.fromtimestamp(at, ZoneInfo(rule.timezone))
    return CronSim(_expression(rule.when), local, reverse=reverse)


def _expression(when: When) -> str:
    if when.kind == "cron":
        return when.cron
    hour, minute = when.at.split(":")
    days = ",".join(map(str, sorted(set(when.days)))) if when.kind == "weekly" else "*"
    return f"{int(minute)} {int(hour)} * * {days}"


def look(rule: Rule, upto: float, now: float, *, makes_up: bool, was_fired: Callable[[float], bool]) -> Look:
    """What is due of the times after `upto`, up to `now`.

    The last of them is sent if it is due just now, or, with `makes_up`, for all that were missed. What `was_fired`
    already is not sent again, and not missed: a crash came before it was noted.
    """
    counted = [at for at in islice(times(rule, upto), MOST_COUNTED + 1) if at <= now]
    if not counted:
        return Look(upto)
    more = len(counted) > MOST_COUNTED
    last = _last_time(rule, now, counted[-1]) if more else counted[-1]
    due = [*counted[: MOST_COUNTED - 1], last] if more else counted
    fired = tuple(at for at in due if was_fired(at))
    on_time = now - last <= GRACE
    fire = last if last not in fired and (on_time or makes_up) else None
    missed = [at for at in due if at not in fired and not (on_time and at == fire)]
    span = (missed[0], missed[-1]) if missed else (0.0, 0.0)
    return Look(last, fire, fire is not None and not on_time, len(missed), *span, more and bool(missed), fired)
