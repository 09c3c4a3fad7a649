"""Questions of agents over HTTP: answering one, and what may be done without one."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat.document import summary_of
from hermes_webui.errors import BadRequest
from hermes_webui.runs import views
from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.services import services
from hermes_webui.web.settings import owner

LONGEST_ANSWER = 100_000


class GiveAnswer(Struct):
    """The answer to a question: an option's id, or free text where it has none; `values` of a form."""

    session_id: str
    request_id: str
    choice: str = ""
    values: dict[str, Any] = {}


class ChoosePolicy(Struct):
    """When to ask (always, session, never), and the patterns that are allowed for good; null: as it is."""

    mode: str | None = None
    allow: list[str] | None = None


async def answer(request: Request) -> Response:
    """Answers a question; returns when the answer is on disk."""
    wish = await body_of(request, GiveAnswer)
    if len(wish.choice) > LONGEST_ANSWER:
        raise BadRequest("That answer is too long.")
    questions = services(request).supervisor.questions
    head = await questions.answer(wish.session_id, wish.request_id, wish.choice, wish.values)
    row = {**views.summary_json(summary_of(head)), **views.asked_json(head)}
    return Json({"session_id": wish.session_id, "revision": head.revision, "session": row})


async def policy(request: Request) -> Response:
    """When agents ask, and what they may do without."""
    return Json(owner(request).permissions.told())


async def choose(request: Request) -> Response:
    """Changes it, for all sessions, from the next call on."""
    parts = owner(request)
    wish = await body_of(request, ChoosePolicy)
    await parts.permissions.choose(wish.mode, wish.allow)
    return Json(parts.permissions.told())
