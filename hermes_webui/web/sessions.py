"""Sessions over HTTP: making one, and what can be done to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat import decide
from hermes_webui.chat.document import Summary, summary_of
from hermes_webui.chat.events import Change
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message
from hermes_webui.errors import BadRequest
from hermes_webui.runs import views
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.provisional import Decide
from hermes_webui.store.drafts import Draft
from hermes_webui.store.profiles import Profile
from hermes_webui.store.session import Below, Session
from hermes_webui.web.conversation import empty
from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.services import services

TITLE_LIMIT = 500
NAME_LIMIT = 500
MOST_SETS = 100


class NewSession(Struct):
    """What a new session may be given."""

    workspace: str | None = None
    model: str | None = None
    model_provider: str | None = None
    engine: str | None = None
    title: str | None = None
    #: The id of one; without it the default one, where there is one; "" for none. What is named above goes before it.
    profile: str | None = None


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
    """Who answers from now on, where it works, as whom and with which tool sets (null: the usual ones)."""

    session_id: str
    model: str | None = None
    model_provider: str | None = None
    engine: str | None = None
    workspace: str | None = None
    personality: str | None = None
    enabled_toolsets: list[str] | UnsetType | None = UNSET


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
    named = {name: getattr(wish, name) for name in wish.__struct_fields__ if name != "profile" and getattr(wish, name)}
    _check_title(wish.title or "")
    check_names(wish)
    parts = services(request)
    profile = await asyncio.to_thread(parts.around.profiles.find, wish.profile)
    if wish.workspace:
        named["workspace"] = await asyncio.to_thread(parts.workspaces.admit, wish.workspace)
    parts.supervisor.warm()
    head = parts.desk.create({**_of_profile(profile, named), **named})
    return Json({"session": {**views.summary_json(summary_of(head)), **empty(Draft())}})


def _of_profile(profile: Profile | None, named: dict[str, Any]) -> dict[str, Any]:
    """What a profile says; a model that is named by hand comes with an engine and a provider of its own."""
    fields = profile.fields() if profile is not None else {}
    who = {"engine", "model_provider", "model"}
    return {name: value for name, value in fields.items() if name not in who or who.isdisjoint(named)}


async def rename(request: Request) -> Response:
    """Gives a title by hand."""
    wish = await body_of(request, Rename)
    title = wish.title.strip()
    if not title:
        raise BadRequest("A title needs at least one character.")
    _check_title(title)
    return await change(request, wish.session_id, {"title": title})


def _check_title(title: str) -> None:
    if len(title) > TITLE_LIMIT:
        raise BadRequest(f"A title has at most {TITLE_LIMIT} characters.")


def check_names(wish: Struct) -> None:
    """Names of engines and models are short; what is not is a mistake."""
    for name in ("model", "model_provider", "engine", "personality"):
        if len(getattr(wish, name, None) or "") > NAME_LIMIT:
            raise BadRequest(f"{name} has at most {NAME_LIMIT} characters.")


async def pin(request: Request) -> Response:
    """Pins or unpins."""
    wish = await body_of(request, Pin)
    return await change(request, wish.session_id, {"pinned": wish.pinned})


async def archive(request: Request) -> Response:
    """Archives or takes back."""
    wish = await body_of(request, Archive)
    return await change(request, wish.session_id, {"archived": wish.archived})


async def configure(request: Request) -> Response:
    """Chooses who answers."""
    wish = await body_of(request, Configure)
    check_names(wish)
    names = ("model", "model_provider", "engine", "workspace", "personality")
    fields = {name: getattr(wish, name) for name in names if getattr(wish, name) is not None}
    if wish.enabled_toolsets is not UNSET:
        _check_sets(wish.enabled_toolsets or [])
        fields["enabled_toolsets"] = wish.enabled_toolsets
    if wish.workspace:
        fields["workspace"] = await asyncio.to_thread(services(request).workspaces.admit, wish.workspace)
    return await change(request, wish.session_id, fields)


def _check_sets(ids: list[str]) -> None:
    if len(ids) > MOST_SETS or any(not each or len(each) > NAME_LIMIT for each in ids):
        raise BadRequest(f"enabled_toolsets is a list of at most {MOST_SETS} ids.")


async def change(request: Request, session_id: str, fields: dict[str, Any]) -> Response:
    """Sets fields of a session; the answer is its row after that."""
    return await _execute(request, session_id, lambda head: decide.change(head, fields))


async def _execute(request: Request, session_id: str, rule: Decide, seen: int | None = None) -> Response:
    parts = services(request)
    parts.hermes.check(session_id)
    outcome = await parts.desk.execute(session_id, rule, seen)
    row = {**views.summary_json(summary_of(outcome.head)), **views.equipment_json(outcome.head)}
    return Json({"session_id": session_id, "revision": outcome.head.revision, "session": row})


async def delete(request: Request) -> Response:
    """Moves a session to the trash; its run is stopped first. `restore` takes it back."""
    wish = await body_of(request, Named)
    parts = services(request)
    if parts.hermes.owns(wish.session_id):
        return _moved(await parts.hermes.hide(wish.session_id))
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
    if services(request).hermes.owns(wish.session_id):
        return _moved(await services(request).hermes.show(wish.session_id))
    reply = await _execute(request, wish.session_id, decide.restore)
    services(request).desk.snapshot_soon(wish.session_id)
    return reply


async def purge(request: Request) -> Response:
    """Removes a session that is in the trash for good, with all there is of it here."""
    wish = await body_of(request, Named)
    parts = services(request)
    await parts.purge(wish.session_id, parts.hermes, parts.unread)
    return Json({"session_id": wish.session_id})


def _moved(row: Summary) -> Response:
    """One of Hermes Agent's own went into the trash here, or came back: Hermes has it all the same."""
    told = views.summary_json(row)
    return Json({"session_id": row.session_id, "revision": row.revision, "session": told})


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
