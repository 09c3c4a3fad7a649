"""Finding one's way: words in all conversations; in one its prompts, words in it, and the whole of it as a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hermes_webui.chat import decide
from hermes_webui.chat.document import Summary
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message, timestamp_of
from hermes_webui.chat.prose import markdown
from hermes_webui.chat.search import Match, Needle
from hermes_webui.chat.terms import Terms
from hermes_webui.errors import BadRequest
from hermes_webui.runs.desk import Desk
from hermes_webui.store import places
from hermes_webui.store.path import VisiblePath
from hermes_webui.store.places import Hit, Hits, Prompts
from hermes_webui.store.session import Session
from hermes_webui.web.listing import narrowed
from hermes_webui.web.replies import Json, flag, number, refuse_nul, wanted
from hermes_webui.web.services import services

PAGE = 50
MOST = 200
LAST = 999_999_999
#: Numbers of the search are times in microseconds, which JavaScript still counts exactly.
LARGEST = 2**53
QUERY_LIMIT = 500
LINE = 160
#: Seconds of a date that a person may mean (the year 9999).
LATEST = 253_402_300_799.0
#: So many bytes of a file are made at a time, off the event loop.
AT_ONCE = 1 << 18


async def outline(request: Request) -> Response:
    """Prompts by number (the last ones where none is given), or those around a time."""
    desk, session, head = await _shown(request)
    limit = number(request, "limit", PAGE, MOST)
    at = request.query_params.get("at")
    first = number(request, "first", max(1, head.user_message_count - limit + 1), LAST)
    seconds = None if at is None else _seconds(at)
    found: Prompts = await desk.read(_outline, desk, session, head, seconds, first, limit)
    told = [_prompt_json(message) for message in found.prompts]
    place = found.place.id if found.place else None
    beginning = found.prompts[0].turn if found.prompts else first
    return Json({"prompts": told, "total": head.user_message_count, "first": beginning, "message_id": place})


def _outline(desk: Desk, session: Session, head: Head, at: float | None, first: int, limit: int) -> Prompts:
    with desk.store.visible(session, head.leaf) as path:
        return places.prompts(path, first, limit) if at is None else places.at_time(path, at, limit)


def _prompt_json(message: Message) -> dict[str, Any]:
    text = places.first_line(message, LINE)
    return {"id": message.id, "turn": message.turn, "text": text, "timestamp": timestamp_of(message.body)}


async def find(request: Request) -> Response:
    """Messages that hold the words, newest first; `next` is where to go on."""
    query = _query(request)
    desk, session, head = await _shown(request)
    limit = number(request, "limit", PAGE, MOST)
    everything = flag(request, "everything", default=False)
    before = request.query_params.get("before")

    def look(path: VisiblePath) -> Hits:
        return places.search(path, Needle(query), before, limit, everything=everything)

    found: Hits = await desk.read(_on_path, desk, session, head, look)
    return Json({"hits": [_hit_json(hit) for hit in found.hits], "next": found.next, "searched": found.searched})


async def search(request: Request) -> Response:
    """Messages that hold the words, in all conversations or in part of the list, newest first; `next` is where to go
    on.
    """
    scope, words = narrowed(request, _query(request))
    terms = Terms(" ".join(words))
    if terms.empty:
        raise BadRequest("There is no letter and no digit in that to look for.")
    limit = number(request, "limit", PAGE, MOST)
    before = number(request, "before", LARGEST, LARGEST)
    found = await services(request).searching.look(terms, before, limit, _within(request, scope))
    hits = [{**_place_json(hit.message), **_match_json(hit.match), **_of(hit.summary)} for hit in found.hits]
    return Json({"hits": hits, "next": found.next, "progress": found.progress, "trouble": found.trouble})


def _within(request: Request, scope: Callable[[Summary], bool] | None) -> Callable[[Summary], bool]:
    only_archived = flag(request, "archived", default=False)
    return lambda row: (row.archived or not only_archived) and (scope is None or scope(row))


def _of(summary: Summary) -> dict[str, Any]:
    return {"session_id": summary.session_id, "title": summary.title, "archived": summary.archived}


def _query(request: Request) -> str:
    query = wanted(request, "query")
    if len(query) > QUERY_LIMIT:
        raise BadRequest(f"At most {QUERY_LIMIT} characters are looked for.")
    return query


def _on_path(desk: Desk, session: Session, head: Head, look: Callable[[VisiblePath], Hits]) -> Hits:
    with desk.store.visible(session, head.leaf) as path:
        return look(path)


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {**_place_json(hit.message), **_match_json(hit.match)}


def _place_json(message: Message) -> dict[str, Any]:
    return {"id": message.id, "role": message.role, "timestamp": timestamp_of(message.body), "turn": message.turn}


def _match_json(match: Match) -> dict[str, Any]:
    return {"count": match.count, "snippet": match.snippet}


async def export(request: Request) -> Response:
    """The whole conversation as a file, streamed."""
    kind = request.query_params.get("format", "markdown")
    if kind not in {"markdown", "json"}:
        raise BadRequest("format must be markdown or json.")
    desk, session, head = await _shown(request)
    standing = session.standing()
    title = head.title or "Untitled"
    if kind == "json":
        pieces = desk.store.document(session, standing)
    else:
        pieces = (text.encode("utf-8", "replace") for text in markdown(title, desk.store.whole(session, standing)))
    ending, media = ("json", "application/json") if kind == "json" else ("md", "text/markdown; charset=utf-8")
    name = quote("".join(char for char in title if char.isprintable() and char not in '/\\:*?"<>|')[:80].strip(". "))
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name or 'conversation'}.{ending}"}
    return StreamingResponse(_streamed(desk, pieces), media_type=media, headers=headers)


async def _streamed(desk: Desk, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while chunk := await desk.read(_some, pieces):
        yield chunk
        await asyncio.sleep(0)


def _some(pieces: Iterator[bytes]) -> bytes:
    """The next pieces; empty at the end."""
    gathered = bytearray()
    for piece in pieces:
        gathered += piece
        if len(gathered) >= AT_ONCE:
            break
    return bytes(gathered)


async def _shown(request: Request) -> tuple[Desk, Session, Head]:
    """The session that is asked for, with its head of this moment."""
    desk = services(request).desk
    session_id = wanted(request, "session_id")
    session = await desk.session(session_id)
    head = desk.provisional(session_id) or session.head
    decide.alive(head)
    return desk, session, head


def _seconds(text: str) -> float:
    refuse_nul("at", text)
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LATEST:
        raise BadRequest("at must be a time in seconds since 1970.")
    return seconds
