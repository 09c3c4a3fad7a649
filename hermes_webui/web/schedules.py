"""Schedules over HTTP: prompts that are sent at a time, and what became of them."""

from __future__ import annotations

import asyncio
import secrets
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat import schedule as due
from hermes_webui.chat.schedule import Rule, When
from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.store.schedules import Fired, Schedule
from hermes_webui.web.chat import KEY_LIMIT
from hermes_webui.web.endpoint import GET, POST, Endpoint
from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.services import Services, services
from hermes_webui.web.sessions import check_names

LONGEST_NAME = 100
LONGEST_PROMPT = 100_000

#: So many of the next times are told of a rule.
SHOWN = 5

UNREADABLE = (
    "schedules.json cannot be read, so nothing is sent. It is left as it is: mend it, or save a schedule here, which "
    "keeps it in _quarantine and begins anew."
)


class SaveSchedule(Struct):
    """A schedule; with `id` another version of one. `timezone` is an IANA name."""

    name: str
    prompt: str
    when: When
    timezone: str
    id: str | None = None
    engine: str = ""
    model_provider: str = ""
    model: str = ""
    workspace: str = ""
    profile: str = ""
    makes_up: bool = False
    enabled: bool = True


class OneSchedule(Struct):
    """A schedule and nothing else."""

    id: str


class RunSchedule(Struct):
    """A schedule whose prompt is to be sent now. The same `key` again sends nothing more."""

    id: str
    key: str | None = None


class AskTimes(Struct):
    """A rule whose next times are asked for."""

    when: When
    timezone: str


async def listed(request: Request) -> Response:
    """All of them, by name, with when they are due next and what became of them."""
    return Json(await _told(services(request)))


async def _told(parts: Services) -> dict[str, Any]:
    schedules = parts.around.timetable.schedules
    found = await asyncio.to_thread(schedules.all)
    readable = await asyncio.to_thread(lambda: schedules.is_readable)
    shown = [_shown(parts, each) for each in found]
    return {"schedules": shown, "problem": "" if readable else UNREADABLE}


def _shown(parts: Services, schedule: Schedule) -> dict[str, Any]:
    built = msgspec.to_builtins(schedule)
    own = ("engine", "model_provider", "model", "workspace", "profile")
    recent = [_result(parts, each) for each in schedule.recent]
    missed = schedule.missed
    last = {**recent[0], "missed": missed.away if missed else 0} if recent else None
    return {
        **{name: built[name] for name in ("id", "name", "prompt", "when", "timezone")},
        **{name: getattr(schedule, name) for name in (*own, "makes_up", "enabled")},
        "next_at": due.next_time(schedule.rule, parts.desk.clock()) if schedule.enabled else None,
        "recent": recent,
        "last": last,
        "missed": {"away": 0, "busy": 0, "more": False, **msgspec.to_builtins(missed)} if missed else None,
    }


def _result(parts: Services, fired: Fired) -> dict[str, Any]:
    """`state`: waiting (for an answer of the user), running, done, failed, cancelled, interrupted, deleted."""
    told = {"at": fired.at, "why": fired.why, "session_id": fired.session_id, "message": fired.message}
    return {**told, "state": _state(parts, fired)}


def _state(parts: Services, fired: Fired) -> str:
    row = parts.desk.index.get(fired.session_id or "")
    if fired.session_id is None:
        return "failed"
    if row is None:
        return "deleted"
    summary = row.summary
    if summary.is_streaming:
        return "waiting" if summary.asks else "running"
    return summary.last_run.state if summary.last_run is not None else "done"


async def save(request: Request) -> Response:
    """Keeps a schedule. What was due before is no concern of a new rule."""
    wish = await body_of(request, SaveSchedule)
    parts = services(request)
    _check(wish)
    now = float(int(parts.desk.clock()))
    given = {name: getattr(wish, name) for name in wish.__struct_fields__ if name != "id"}
    given |= {"name": wish.name.strip(), "prompt": wish.prompt.strip()}
    given["workspace"] = await asyncio.to_thread(parts.workspaces.admit, wish.workspace)
    due.check(Rule(wish.when, wish.timezone, now))
    schedules = parts.around.timetable.schedules
    if wish.id is None:
        made = Schedule(id=secrets.token_hex(8), anchor=now, upto=now, **given)
        _check_future(made, now)
        await asyncio.to_thread(schedules.add, made)
    else:
        made = await asyncio.to_thread(schedules.change, wish.id, lambda known: _anew(known, given, now))
    parts.around.timetable.changed()
    return Json({"id": made.id, **await _told(parts)})


def _anew(known: Schedule, given: dict[str, Any], now: float) -> Schedule:
    """Another version. Another rule, or one that was switched on again, counts from now."""
    changed = replace(known, **given)
    same = (known.when, known.timezone) == (changed.when, changed.timezone)
    if not same:
        changed = replace(changed, anchor=now, upto=now)
        _check_future(changed, now)
    elif changed.enabled and not known.enabled:
        changed = replace(changed, upto=now)
    return changed


def _check_future(schedule: Schedule, now: float) -> None:
    if schedule.enabled and due.next_time(schedule.rule, now) is None:
        raise BadRequest("That time has passed. Choose a later one.")


def _check(wish: SaveSchedule) -> None:
    check_names(wish)
    if not wish.name.strip() or not wish.prompt.strip():
        raise BadRequest("A schedule needs a name and a prompt.")
    if len(wish.name) > LONGEST_NAME or len(wish.prompt) > LONGEST_PROMPT:
        raise BadRequest(f"A schedule's name has at most {LONGEST_NAME} characters, its prompt {LONGEST_PROMPT:,}.")


async def delete(request: Request) -> Response:
    """Takes a schedule away; its conversations stay."""
    wish = await body_of(request, OneSchedule)
    parts = services(request)
    await asyncio.to_thread(parts.around.timetable.schedules.delete, wish.id)
    return Json(await _told(parts))


async def run(request: Request) -> Response:
    """Sends a schedule's prompt now."""
    wish = await body_of(request, RunSchedule)
    if wish.key is not None and not 0 < len(wish.key) <= KEY_LIMIT:
        raise BadRequest(f"A key has 1 to {KEY_LIMIT} characters.")
    parts = services(request)
    fired = await parts.around.timetable.fire_now(wish.id, wish.key or secrets.token_hex(8))
    return Json({"session_id": fired.session_id, **await _told(parts)})


async def seen(request: Request) -> Response:
    """What was missed has been seen."""
    wish = await body_of(request, OneSchedule)
    parts = services(request)
    await asyncio.to_thread(parts.around.timetable.schedules.change, wish.id, lambda known: replace(known, missed=None))
    return Json(await _told(parts))


async def times(request: Request) -> Response:
    """The next times of a rule, so that one sees what it means before it is saved."""
    wish = await body_of(request, AskTimes)
    now = services(request).desk.clock()
    rule = Rule(wish.when, wish.timezone, float(int(now)))
    due.check(rule)
    found = list(islice(due.times(rule, now), SHOWN))
    if not found:
        raise NotFound("That time has passed. Choose a later one.")
    return Json({"times": found})


SCHEDULES = "schedules, problem"
ENDPOINTS = (
    Endpoint(GET, "/api/schedules", listed, "Prompts that are sent at a time", gives=SCHEDULES),
    Endpoint(
        POST,
        "/api/schedules/save",
        save,
        "Keep a schedule",
        body=SaveSchedule,
        gives=f"id, {SCHEDULES}",
    ),
    Endpoint(
        POST,
        "/api/schedules/delete",
        delete,
        "Take a schedule away; its conversations stay",
        body=OneSchedule,
        gives=SCHEDULES,
    ),
    Endpoint(
        POST,
        "/api/schedules/run",
        run,
        "Send a schedule's prompt now",
        body=RunSchedule,
        gives=f"session_id, {SCHEDULES}",
    ),
    Endpoint(
        POST,
        "/api/schedules/seen",
        seen,
        "What was missed has been seen",
        body=OneSchedule,
        gives=SCHEDULES,
    ),
    Endpoint(
        POST,
        "/api/schedules/times",
        times,
        "The next times of a rule",
        body=AskTimes,
        gives="times",
    ),
)
