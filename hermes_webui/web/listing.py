"""The list over HTTP: its pages, searched and sorted into projects and tags, and what of it has not been looked at."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat.document import Summary
from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.runs import views
from hermes_webui.streams.sse import frame
from hermes_webui.web.replies import Json, body_of, flag, number
from hermes_webui.web.services import Services, services
from hermes_webui.web.sessions import change

PAGE = 50
MOST_SESSIONS = 500
MOST_TAGS = 20
TAG_LENGTH = 40
NAME_LENGTH = 100
#: Every row is asked for every word.
QUERY_LENGTH = 500

#: Names of the page's palette, which has a light and a dark value for each; hermes-webui's `#rrggbb` are kept.
COLOURS = ("teal", "blue", "violet", "pink", "red", "orange", "yellow", "green", "grey")


class Move(Struct):
    """Into a project, or out of all."""

    session_id: str
    project_id: str | None = None


class Tag(Struct):
    """The tags of a session, all of them."""

    session_id: str
    tags: list[str]


class Seen(Struct):
    """So many messages have been looked at; 0 marks it as unread."""

    session_id: str
    message_count: int


class SaveProject(Struct):
    """A new project, or another name or colour of one."""

    name: str
    color: str = COLOURS[0]
    project_id: str | None = None


class RemoveProject(Struct):
    """The project's conversations stay."""

    project_id: str


async def listed(request: Request) -> Response:
    """A page of the list, of the archive, or of the trash."""
    parts = services(request)
    index = parts.desk.index
    limit = number(request, "limit", PAGE, MOST_SESSIONS)
    cursor = request.query_params.get("cursor")
    if cursor is None:
        await parts.hermes.look()
    if flag(request, "trash", default=False):
        rows, following, total = index.bin(limit, cursor, _wanted(request))
    else:
        archived = flag(request, "archived", default=False)
        rows, following, total = index.page(limit, cursor, archived=archived, wanted=_wanted(request))
    found = {"sessions": [views.summary_json(row) for row in rows], "next_cursor": following, "total": total}
    about = {"list_version": index.version, "unread": parts.unread.ids, "hermes": parts.hermes.as_json()}
    return Json({**found, **about})


def _wanted(request: Request) -> Callable[[Summary], bool] | None:
    """What the query asks for: words of the title, in any case, and what `narrowed` knows. None: nothing."""
    query = request.query_params.get("query", "")
    if len(query) > QUERY_LENGTH:
        raise BadRequest(f"At most {QUERY_LENGTH} characters are looked for.")
    scope, words = narrowed(request, query.casefold())
    if not words:
        return scope

    def fits(row: Summary) -> bool:
        title = row.title.casefold()
        return (scope is None or scope(row)) and all(word in title for word in words)

    return fits


def narrowed(request: Request, query: str) -> tuple[Callable[[Summary], bool] | None, list[str]]:
    """To which conversations `#tags` of the query, a project and a source narrow the list (None: to all), and the words
    of the query that are no tags.
    """
    words = query.split()
    tags = {word[1:].casefold() for word in words if word.startswith("#") and len(word) > 1}
    project = request.query_params.get("project")
    source = request.query_params.get("source")

    def fits(row: Summary) -> bool:
        if (project and row.project_id != project) or (source and row.session_source != source):
            return False
        return tags <= {tag.casefold() for tag in row.tags}

    texts = [word for word in words if not word.startswith("#")]
    return fits if tags or project or source else None, texts


async def move(request: Request) -> Response:
    """Puts a conversation into a project."""
    wish = await body_of(request, Move)
    parts = services(request)
    if wish.project_id is not None:
        known = await parts.desk.read(parts.projects.all)
        if all(project["project_id"] != wish.project_id for project in known):
            raise NotFound("There is no such project. It was deleted; the conversation stays where it is.")
    return await change(request, wish.session_id, {"project_id": wish.project_id})


async def tag(request: Request) -> Response:
    """Gives a conversation its tags."""
    wish = await body_of(request, Tag)
    tags = list(dict.fromkeys(clean for each in wish.tags if (clean := _tag(each))))
    if len(tags) > MOST_TAGS:
        raise BadRequest(f"A conversation has at most {MOST_TAGS} tags.")
    return await change(request, wish.session_id, {"tags": tags})


def _tag(text: str) -> str:
    """One word: what follows a `#` when one types it."""
    clean = "-".join(text.strip().lstrip("#").split())
    if len(clean) > TAG_LENGTH:
        raise BadRequest(f"A tag has at most {TAG_LENGTH} characters.")
    return clean


async def seen(request: Request) -> Response:
    """Notes that somebody has looked at a conversation, or takes that back."""
    wish = await body_of(request, Seen)
    if wish.message_count < 0:
        raise BadRequest("message_count is 0 or more.")
    parts = services(request)
    parts.desk.store.path(wish.session_id)  # refuses what is no session id
    return Json({"session_id": wish.session_id, "unread": parts.unread.seen(wish.session_id, wish.message_count)})


async def projects(request: Request) -> Response:
    """All projects, in the order in which they were made."""
    parts = services(request)
    return Json({"projects": await parts.desk.read(parts.projects.all)})


async def save_project(request: Request) -> Response:
    """Makes a project or changes one."""
    wish = await body_of(request, SaveProject)
    name = " ".join(wish.name.split())
    if not name or len(name) > NAME_LENGTH:
        raise BadRequest(f"A project's name has 1 to {NAME_LENGTH} characters.")
    if wish.color not in COLOURS and not _is_hex(wish.color):
        raise BadRequest(f"That is no colour here. There are: {', '.join(COLOURS)}.")
    parts = services(request)
    looks = {"name": name, "color": wish.color}
    if wish.project_id:
        found = await asyncio.to_thread(parts.projects.change, wish.project_id, looks)
        return _told(parts, found, wish.project_id)
    project_id = secrets.token_hex(6)
    made = {"project_id": project_id, **looks, "created_at": parts.desk.clock()}
    return _told(parts, await asyncio.to_thread(parts.projects.add, made), project_id)


def _is_hex(color: str) -> bool:
    digits = color.removeprefix("#")
    return color.startswith("#") and len(digits) in {3, 6} and all(each in "0123456789abcdefABCDEF" for each in digits)


async def remove_project(request: Request) -> Response:
    """Takes a project away; its conversations stay, in none."""
    wish = await body_of(request, RemoveProject)
    parts = services(request)
    return _told(parts, await asyncio.to_thread(parts.projects.remove, wish.project_id), wish.project_id)


def _told(parts: Services, found: list[dict[str, Any]], project_id: str) -> Response:
    index = parts.desk.index
    index.touch()
    parts.hub.publish(views.LIST, frame({"type": "projects", "list_version": index.version, "projects": found}))
    return Json({"project_id": project_id, "projects": found})
