"""What has changed in a workspace, over HTTP: as Git sees it, and since the last prompt."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat.events import Body
from hermes_webui.chat.messages import Message, timestamp_of
from hermes_webui.errors import HermesError
from hermes_webui.web.replies import Json, flag, number, wanted
from hermes_webui.web.services import Services, services
from hermes_webui.web.workspace import folder, path_of
from hermes_webui.workspace.folder import Folder

COMMITS: Final = 30
MOST_COMMITS: Final = 500

#: So many messages before the end are looked at for the last prompt and for what was done since.
LOOK_BACK: Final = 1000
MOST_TOUCHED: Final = 2000

#: A file's time comes from a clock that ticks every few milliseconds, a message's from one that does not.
TICK: Final = 0.05

#: Calls of these kinds change what they name.
CHANGING: Final = frozenset({"edit", "delete", "move", "write"})

LONGEST_NEW: Final = 256 << 10


async def git(request: Request) -> Response:
    """The state of the files: as Git sees it, and which were changed since the last prompt."""
    here = await folder(request)
    parts = services(request)
    since, bodies = await _turn(parts, wanted(request, "session_id"))
    status, touched = await asyncio.to_thread(_state, parts, here, since, bodies)
    found = msgspec.to_builtins(status)
    for change in found["changes"]:
        change["this_turn"] = change["path"] in touched
    return Json({**found, "touched": sorted(touched)[:MOST_TOUCHED]})


def _state(parts: Services, here: Folder, since: float | None, bodies: Sequence[Body]) -> tuple[Any, set[str]]:
    status = parts.workspaces.git(here).status()
    if since is None:
        return status, set()
    written = {hit.path for hit in here.changed(since - TICK).hits}
    known = parts.workspaces.git(here).files() if status.repository is not None else None
    if known is not None:
        written &= {*known, *(change.path for change in status.changes)}
    return status, written | set(_told(here, bodies))


def _told(here: Folder, bodies: Sequence[Body]) -> Iterator[str]:
    """The files that tools say they changed, as far as they are in the workspace."""
    kinds = {call.get("id"): call.get("kind") for body in bodies for call in _listed(body, "tool_calls")}
    for body in bodies:
        places = _listed(body, "diffs")
        if kinds.get(body.get("tool_call_id")) in CHANGING:
            places = [*places, *_listed(body, "locations")]
        for place in places:
            path = place.get("path")
            if not isinstance(path, str) or not path:
                continue
            try:
                yield here.relative(path)
            except HermesError:
                continue


def _listed(body: Body, name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


async def _turn(parts: Services, session_id: str) -> tuple[float | None, Sequence[Body]]:
    """When the last prompt was sent, and the messages since; None where there is none."""
    if parts.desk.provisional(session_id):
        return None, ()
    session = await parts.desk.session(session_id)
    leaf = session.head.leaf
    tail: list[Message] = await parts.desk.read(parts.desk.store.path_messages, session, leaf, LOOK_BACK)
    began = next((at for at in reversed(range(len(tail))) if _begins(tail, at)), None)
    if began is None:
        return None, ()
    return timestamp_of(tail[began].body), [message.body for message in tail[began + 1 :]]


def _begins(tail: Sequence[Message], at: int) -> bool:
    """Whether it is a prompt, and not one that steered a turn which had begun before."""
    run_id = tail[at].run_id
    steered = at > 0 and run_id is not None and tail[at - 1].run_id == run_id
    return tail[at].role == "user" and not steered


async def diff(request: Request) -> Response:
    """The difference of one file, or of all; of a file that Git does not know, all of its text. With a `commit`: what
    that one changed.
    """
    here, path = await folder(request), path_of(request)
    staged = flag(request, "staged", default=False)
    known = services(request).workspaces.git(here)
    if "commit" in request.query_params:
        return Json({"patch": await asyncio.to_thread(known.patch, request.query_params["commit"], path)})
    patch = await asyncio.to_thread(known.diff, path, staged=staged)
    if not patch and path and not staged:
        patch = await asyncio.to_thread(_new_file, here, path, known.status().changes)
    return Json({"patch": patch})


def _new_file(here: Folder, path: str, changes: Sequence[Any]) -> str:
    """A patch that makes the file; empty where Git knows it, or it is no text of a size that can be shown."""
    if not any(change.path == path and change.state == "?" for change in changes):
        return ""
    try:
        passage = here.text(path)
    except HermesError:
        return ""
    if len(passage.text) > LONGEST_NEW:
        return ""
    lines = difflib.unified_diff([], passage.text.splitlines(), "/dev/null", f"b/{path}", lineterm="")
    return "\n".join(lines) + "\n" if passage.text else ""


async def log(request: Request) -> Response:
    """The newest commits."""
    here = await folder(request)
    limit = number(request, "limit", COMMITS, MOST_COMMITS)
    known = services(request).workspaces.git(here)
    return Json({"commits": await asyncio.to_thread(known.log, limit)})


async def commit(request: Request) -> Response:
    """One commit: what is said of it, its files and their differences."""
    here, named = await folder(request), wanted(request, "commit")
    known = services(request).workspaces.git(here)
    return Json(msgspec.to_builtins(await asyncio.to_thread(known.commit, named)))
