"""One conversation over HTTP: a page of its messages, and where it stands. Both change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat import decide
from hermes_webui.chat.document import summary_of, tool_calls_of, with_result
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message
from hermes_webui.errors import BadRequest
from hermes_webui.runs import views
from hermes_webui.runs.desk import Desk
from hermes_webui.store import places
from hermes_webui.store.drafts import Draft
from hermes_webui.store.path import VisiblePath
from hermes_webui.store.session import Page, Session
from hermes_webui.streams.sse import Cursor
from hermes_webui.web.agents import agent_of
from hermes_webui.web.replies import Json, flag, number, wanted
from hermes_webui.web.services import Services, services

PAGE = 50
MOST_MESSAGES = 500

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
    row = views.summary_json(summary_of(head, damaged=session.damaged), None) | _hidden(head) | views.asked_json(head)
    row["agent"] = await agent_of(parts, session_id, head)
    if not flag(request, "messages", default=True):
        draft = await parts.desk.read(parts.desk.drafts.get, session_id)
        return Json({"session": {**row, **empty(draft), "open": open_message, "cursor": cursor}})
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
    told = {
        "run_id": live.run.id,
        "engine": live.run.engine,
        "parts": list(reply.parts),
        "offset": reply.length,
        "outputs": live.outputs,
        "notices": live.beside,
    }
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


def empty(draft: Draft) -> dict[str, Any]:
    """What a session is answered with beside its row where no message of it is told."""
    nothing: dict[str, Any] = {"messages": [], "tool_calls": [], "open": None, "cursor": "0"}
    return {**nothing, "draft": _draft_json(draft), **_WHOLE}


def _draft_json(draft: Draft) -> dict[str, Any]:
    return {"text": draft.text, "revision": draft.revision}
