"""Turns over HTTP: send, edit, answer again, stop. Each answers once its change is on disk; the reply comes by the
streams.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat import decide
from hermes_webui.chat.document import summary_of
from hermes_webui.chat.events import Body, Change
from hermes_webui.chat.head import Head
from hermes_webui.errors import BadRequest
from hermes_webui.runs import views
from hermes_webui.runs.choice import Choice
from hermes_webui.runs.supervisor import Started, session_of
from hermes_webui.web.attachments import checked
from hermes_webui.web.replies import Json, body_of, wanted
from hermes_webui.web.services import services
from hermes_webui.web.sessions import check_names

KEY_LIMIT = 200
ACCEPTED = 202


class Start(Struct):
    """A prompt. `key` is made by the client: the same key is one prompt, however often it is sent. `steer`: where a run
    is open, it is given to that run at its next step.
    """

    session_id: str
    message: str
    attachments: list[dict[str, Any]] = []
    model: str | None = None
    model_provider: str | None = None
    engine: str | None = None
    key: str | None = None
    expected_revision: int | None = None
    steer: bool = False


class Edit(Struct):
    """Another wording of a prompt, with its attachments unless others are named."""

    session_id: str
    message_id: str
    message: str
    attachments: list[dict[str, Any]] | None = None
    model: str | None = None
    model_provider: str | None = None
    engine: str | None = None
    key: str | None = None


class Retry(Struct):
    """Another answer to the prompt above `message_id` (null: the last message)."""

    session_id: str
    message_id: str | None = None
    model: str | None = None
    model_provider: str | None = None
    engine: str | None = None
    key: str | None = None


class Continue(Retry):
    """A reply that was cut off is to go on: `message_id`, or the last one (null)."""


class Cancel(Struct):
    """A run to stop."""

    stream_id: str


class Resume(Struct):
    """A session whose waiting prompts shall be answered now."""

    session_id: str


class Requeue(Struct):
    """A waiting prompt is to say something else (`edit`, with `message`), to be answered before another one (`move`,
    with `before`; null: last), or taken back (`remove`).
    """

    session_id: str
    queue_id: str
    action: Literal["edit", "move", "remove"]
    message: str = ""
    before: str | None = None


class Steer(Struct):
    """A waiting prompt is to be given to the open run at its next step, or (false) to wait for its turn after all."""

    session_id: str
    queue_id: str
    steer: bool = True


def _choice(wish: Start | Edit | Retry) -> Choice:
    check_names(wish)
    return Choice(wish.engine or "", wish.model_provider or "", wish.model or "")


async def _prompt(request: Request, wish: Start | Edit) -> Body:
    if not wish.message.strip() and not wish.attachments:
        raise BadRequest("There is nothing in the message.")
    _check_key(wish.key)
    attachments = await checked(services(request).attachments, wish.attachments or [])
    named = wish.attachments is not None if isinstance(wish, Edit) else bool(attachments)
    return {"role": "user", "content": wish.message, **({"attachments": attachments} if named else {})}


def _ids(wish: Start | Edit) -> list[str]:
    """The files that it names: none of them may go before its log says so."""
    return [str(each["id"]) for each in wish.attachments or [] if "id" in each]


def _check_key(key: str | None) -> None:
    if key is not None and not 0 < len(key) <= KEY_LIMIT:
        raise BadRequest(f"A key has 1 to {KEY_LIMIT} characters.")


def _accepted(started: Started) -> Response:
    return Json(msgspec.to_builtins(started), ACCEPTED)


async def start(request: Request) -> Response:
    """Puts a prompt on disk, then answers, then starts the engine."""
    wish = await body_of(request, Start)
    with services(request).attachments.held(_ids(wish)):
        body = await _prompt(request, wish)
        begun = services(request).supervisor.start(
            wish.session_id, body, wish.key, _choice(wish), wish.expected_revision, steers=wish.steer
        )
        return _accepted(await begun)


async def edit(request: Request) -> Response:
    """Adds a sibling of a prompt and answers it."""
    wish = await body_of(request, Edit)
    supervisor = services(request).supervisor
    with services(request).attachments.held(_ids(wish)):
        body = await _prompt(request, wish)
        return _accepted(await supervisor.edit(wish.session_id, wish.message_id, body, wish.key, _choice(wish)))


async def retry(request: Request) -> Response:
    """Answers a prompt again."""
    wish = await body_of(request, Retry)
    _check_key(wish.key)
    supervisor = services(request).supervisor
    return _accepted(await supervisor.retry(wish.session_id, wish.message_id, wish.key, _choice(wish)))


async def carry_on(request: Request) -> Response:
    """Goes on with a reply that was cut off."""
    wish = await body_of(request, Continue)
    _check_key(wish.key)
    supervisor = services(request).supervisor
    return _accepted(await supervisor.carry_on(wish.session_id, wish.message_id, wish.key, _choice(wish)))


async def cancel(request: Request) -> Response:
    """Stops a run; what it has said is kept, and what waits behind it waits on."""
    wish = await body_of(request, Cancel)
    return Json({"stream_id": wish.stream_id, "state": await services(request).supervisor.cancel(wish.stream_id)})


async def requeue(request: Request) -> Response:
    """Rewords, moves or takes back a prompt that waits."""
    wish = await body_of(request, Requeue)
    if wish.action == "edit" and not wish.message.strip():
        raise BadRequest("There is nothing in the message. To take it back, remove it.")

    def rule(head: Head) -> Sequence[Change]:
        if wish.action == "edit":
            return decide.reword(head, wish.queue_id, wish.message)
        if wish.action == "move":
            return decide.reorder(head, wish.queue_id, wish.before)
        return decide.take_back(head, wish.queue_id)

    return _queue(await services(request).supervisor.requeue(wish.session_id, rule))


async def steer(request: Request) -> Response:
    """Gives a prompt that waits to the open run at its next step."""
    wish = await body_of(request, Steer)
    steering = services(request).supervisor.steering
    return _queue(await steering.mark(wish.session_id, wish.queue_id, on=wish.steer))


def _queue(head: Head) -> Response:
    row = views.summary_json(summary_of(head))
    return Json({"session_id": head.session_id, "revision": head.revision, "queue": row["queue"]})


async def resume(request: Request) -> Response:
    """Goes on with the prompts that wait."""
    wish = await body_of(request, Resume)
    head = await services(request).supervisor.resume(wish.session_id)
    stream = head.run.id if head.run else None
    return Json({"session_id": wish.session_id, "stream_id": stream, "revision": head.revision}, ACCEPTED)


async def stream_status(request: Request) -> Response:
    """Whether a run is open, and how it ended where it was the session's last."""
    run_id = wanted(request, "stream_id")
    session_id = session_of(run_id)
    head = (await services(request).desk.session(session_id)).head
    waiting = any(item.run_id == run_id for item in head.queue)
    active = head.run is not None and head.run.id == run_id
    ended = head.last_run.state if head.last_run is not None and head.last_run.run_id == run_id else "ended"
    state = head.run.state if active and head.run else "queued" if waiting else ended
    return Json({"stream_id": run_id, "session_id": session_id, "active": active or waiting, "state": state})
