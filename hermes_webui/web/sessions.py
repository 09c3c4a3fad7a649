"""Sessions over HTTP: the list, one conversation, and what can be done to it. GETs change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat import decide
from hermes_webui.chat.document import summary_of, tool_calls_of, with_result
from hermes_webui.chat.events import Change
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message
from hermes_webui.errors import BadRequest
from hermes_webui.runs import views
from hermes_webui.runs.desk import Desk
from hermes_webui.store import places
from hermes_webui.store.drafts import Draft
from hermes_webui.store.path import VisiblePath
from hermes_webui.store.session import Below, Page, Session
from hermes_webui.streams.sse import Cursor
from hermes_webui.web.replies import Json, body_of, flag, number, wanted
from hermes_webui.web.services import Services, services

PAGE = 50
MOST_MESSAGES = 500
TITLE_LIMIT = 500
NAME_LIMIT = 500

#: Pages that lie around or after a message.
PLACES: Final[Mapping[str, Callable[[VisiblePath, str, int], Page]]] = {
    "msg_around": places.around,
    "msg_after": places.after,
}

_WHOLE: Final[Mapping[str, Any]] = {
    "_messages_truncated": False,
    "_messages_offset": 0,
    "_messages_after": 0,
    "_prompts_before": 0,
}


class NewSession(Struct):
    """What a new session may be given."""

    workspace: str | None = None
    model: str | None = None
    model_provider: str | None = None
    engine: str | None = None
    title: str | None = None


class Named(Struct):
    """A session and nothing else."""

    session_id: str


class Rename(Struct):
    """A title by hand; no automatic one replaces it."""

    session_id: str
    title: str


class Pin(Struct):
    """To the top of the list, or not."""

    session_id: str
    pinned: bool = True


class Archive(Struct):
    """Apart from the list, or back in it."""

    session_id: str
    archived: bool = True


class Configure(Struct):
    """Who answers from now on, and where it works."""

    session_id: str
    model: str | None = None
    model_provider: str | None = None
    engine: str | None = None
    workspace: str | None = None


class SaveDraft(Struct):
    """The composer's text. `draft_revision` is the one that the writer saw."""

    session_id: str
    text: str
    draft_revision: int | None = None


class Fork(Struct):
    """A new session with what is said up to and including a message."""

    session_id: str
    message_id: str


class Select(Struct):
    """Shows the path through a message; with `exact` it ends there (null: before the first message)."""

    session_id: str
    message_id: str | None = None
    exact: bool = False


async def new(request: Request) -> Response:
    """A session that nothing has been written of yet."""
    wish = await body_of(request, NewSession)
    given = {name: getattr(wish, name) for name in wish.__struct_fields__ if getattr(wish, name)}
    _check_title(wish.title or "")
    check_names(wish)
    parts = services(request)
    parts.supervisor.warm()
    head = parts.desk.create(given)
    return Json({"session": {**views.summary_json(summary_of(head)), **_empty(Draft())}})


def _empty(draft: Draft) -> dict[str, Any]:
    nothing: dict[str, Any] = {"messages": [], "tool_calls": [], "open": None, "cursor": "0"}
    return {**nothing, "draft": _draft_json(draft), **_WHOLE}


def _draft_json(draft: Draft) -> dict[str, Any]:
    return {"text": draft.text, "revision": draft.revision}


async def get(request: Request) -> Response:
    """A conversation: its row and a page of its messages."""
    parts = services(request)
    session_id = wanted(request, "session_id")
    limit = number(request, "msg_limit", PAGE, MOST_MESSAGES)
    wish = _wish(request)
    session = await parts.desk.session(session_id)
    head = parts.desk.provisional(session_id) or session.head
    decide.alive(head)
    open_message, cursor = _open(parts, session_id, head)
    row = views.summary_json(summary_of(head, damaged=session.damaged), None) | _hidden(head)
    if not flag(request, "messages", default=True):
        draft = await parts.desk.read(parts.desk.drafts.get, session_id)
        return Json({"session": {**row, **_empty(draft), "open": open_message, "cursor": cursor}})
    page, draft = await parts.desk.read(_read, parts.desk, session, head, limit, wish)
    return Json({"session": {**row, **_page_json(page, head), **_draft(draft), "open": open_message, "cursor": cursor}})


def _hidden(head: Head) -> dict[str, Any]:
    """Where the path was cut and nothing has been said since: how much lies behind the cut, and its end."""
    if head.cut is None:
        return {"hidden": None}
    return {"hidden": {"message_id": head.cut.leaf, "count": head.cut.depth - head.message_count}}


def _draft(draft: Draft) -> dict[str, Any]:
    return {"draft": _draft_json(draft)}


def _wish(request: Request) -> tuple[str, str | None]:
    """Which page is asked for: `msg_before`, `msg_around` or `msg_after` a message, else the last one."""
    asked = [(name, value) for name in ("msg_before", *PLACES) if (value := request.query_params.get(name)) is not None]
    if len(asked) > 1:
        raise BadRequest("Ask for a page before, around or after one message, not several at once.")
    return asked[0] if asked else ("msg_before", None)


def _read(desk: Desk, session: Session, head: Head, limit: int, wish: tuple[str, str | None]) -> tuple[Page, Draft]:
    how, message_id = wish
    if message_id is None or how == "msg_before":
        page = desk.store.page(session, head.leaf, limit, message_id)
    else:
        with desk.store.visible(session, head.leaf) as path:
            page = PLACES[how](path, message_id, limit)
    return page, desk.drafts.get(head.session_id)


def _open(parts: Services, session_id: str, head: Head) -> tuple[dict[str, Any] | None, str]:
    """The message that is being streamed, and the cursor after what this reply holds. Both of one moment."""
    live = parts.supervisor.live(session_id)
    if live is None:
        return None, str(Cursor(head.revision))
    reply = live.reply
    told = {"run_id": live.run.id, "parts": list(reply.parts), "offset": reply.length}
    if live.run.continues is not None:
        told["continues"] = live.run.continues
    return told, str(Cursor(head.revision, reply.length))


def _page_json(page: Page, head: Head) -> dict[str, Any]:
    return {
        "messages": [views.message_json(message, head) for message in page.messages],
        "tool_calls": _tool_calls(page.messages, page.offset),
        "_messages_truncated": page.truncated,
        "_messages_offset": page.offset,
        "_messages_after": max(0, head.message_count - page.offset - len(page.messages)),
        "_prompts_before": _prompts_before(page.messages, head),
    }


def _prompts_before(messages: Sequence[Message], head: Head) -> int:
    first = messages[0] if messages else None
    return first.turn - (first.role == "user") if first else head.user_message_count


def _tool_calls(messages: Sequence[Message], offset: int) -> list[dict[str, Any]]:
    """hermes-webui's list of the page's tool calls."""
    entries: list[dict[str, Any]] = []
    for position, message in enumerate(messages, offset):
        entries += tool_calls_of(message.body, position)
        if message.role == "tool":
            tid = message.body.get("tool_call_id")
            entries = [with_result(each, message.body) if each["tid"] == tid else each for each in entries]
    return entries


async def status(request: Request) -> Response:
    """What changes while a reply is written; from memory."""
    parts = services(request)
    session_id = wanted(request, "session_id")
    session = await parts.desk.session(session_id)
    decide.alive(session.head)
    row = views.summary_json(session.summary())
    names = (
        "session_id",
        "revision",
        "is_streaming",
        "active_stream_id",
        "message_count",
        "last_run",
        "queue",
        "queue_held",
    )
    return Json({name: row[name] for name in names})


async def rename(request: Request) -> Response:
    """Gives a title by hand."""
    wish = await body_of(request, Rename)
    title = wish.title.strip()
    if not title:
        raise BadRequest("A title needs at least one character.")
    _check_title(title)
    return await _change(request, wish.session_id, {"title": title})


def _check_title(title: str) -> None:
    if len(title) > TITLE_LIMIT:
        raise BadRequest(f"A title has at most {TITLE_LIMIT} characters.")


def check_names(wish: Struct) -> None:
    """Names of engines, models and folders are short; what is not is a mistake."""
    for name in ("model", "model_provider", "engine", "workspace"):
        if len(getattr(wish, name, None) or "") > NAME_LIMIT:
            raise BadRequest(f"{name} has at most {NAME_LIMIT} characters.")


async def pin(request: Request) -> Response:
    """Pins or unpins."""
    wish = await body_of(request, Pin)
    return await _change(request, wish.session_id, {"pinned": wish.pinned})


async def archive(request: Request) -> Response:
    """Archives or takes back."""
    wish = await body_of(request, Archive)
    return await _change(request, wish.session_id, {"archived": wish.archived})


async def configure(request: Request) -> Response:
    """Chooses who answers."""
    wish = await body_of(request, Configure)
    check_names(wish)
    names = ("model", "model_provider", "engine", "workspace")
    fields = {name: getattr(wish, name) for name in names if getattr(wish, name) is not None}
    return await _change(request, wish.session_id, fields)


async def _change(request: Request, session_id: str, fields: dict[str, Any]) -> Response:
    return await _execute(request, session_id, lambda head: decide.change(head, fields))


async def _execute(request: Request, session_id: str, rule: Any, seen: int | None = None) -> Response:
    outcome = await services(request).desk.execute(session_id, rule, seen)
    row = views.summary_json(summary_of(outcome.head))
    return Json({"session_id": session_id, "revision": outcome.head.revision, "session": row})


async def delete(request: Request) -> Response:
    """Moves a session to the trash; its run is stopped first. `restore` takes it back."""
    wish = await body_of(request, Named)
    parts = services(request)
    await parts.supervisor.cancel_all(wish.session_id)
    await parts.desk.execute(wish.session_id, decide.trash)
    # A prompt that waited may have started its run in between; now that its session is in the trash no other can.
    await parts.supervisor.cancel_all(wish.session_id)
    reply = await _execute(request, wish.session_id, decide.trash)
    await parts.desk.discard(wish.session_id)
    return reply


async def restore(request: Request) -> Response:
    """Takes a session out of the trash."""
    wish = await body_of(request, Named)
    reply = await _execute(request, wish.session_id, decide.restore)
    services(request).desk.snapshot_soon(wish.session_id)
    return reply


async def draft(request: Request) -> Response:
    """Saves what stands in the composer; a session that is nowhere yet is put on disk with it."""
    wish = await body_of(request, SaveDraft)
    services(request).supervisor.warm()
    desk = services(request).desk
    outcome = await desk.execute(wish.session_id, _only_alive, create=bool(wish.text))
    args = (wish.session_id, wish.text, wish.draft_revision, desk.clock())
    saved = await desk.save_draft(*args)
    return Json({"session_id": wish.session_id, "revision": outcome.head.revision, "draft_revision": saved.revision})


def _only_alive(head: Head) -> Sequence[Change]:
    decide.alive(head)
    return ()


async def select(request: Request) -> Response:
    """Shows another path of the tree."""
    wish = await body_of(request, Select)
    desk = services(request).desk
    if wish.message_id is None and not wish.exact:
        raise BadRequest("Name a message to show; only with `exact` the path may end before the first one.")
    session = await desk.session(wish.session_id)
    seen = session.head.revision
    leaf, below = await desk.read(_target, desk, session, wish)
    cut = (below.last, below.depth) if wish.exact and below.last is not None else None

    def rule(head: Head) -> Sequence[Change]:
        return decide.select(head, leaf, below.first, cut=cut)

    return await _execute(request, wish.session_id, rule, seen)


def _target(desk: Desk, session: Session, wish: Select) -> tuple[Message | None, Below]:
    if wish.message_id is None:
        leaf = None
    elif wish.exact:
        leaf = desk.store.message(session, wish.message_id)
    else:
        leaf = desk.store.latest_below(session, wish.message_id)
    return leaf, desk.store.below(session, leaf)


async def fork(request: Request) -> Response:
    """Begins a new session with the beginning of another one."""
    wish = await body_of(request, Fork)
    head = await services(request).desk.fork(wish.session_id, wish.message_id)
    return Json({"session": views.summary_json(summary_of(head))})
