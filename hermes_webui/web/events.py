"""The streams: one for a page, one for a run in hermes-webui's names. Both begin where their client left off.

Subscribing and reading where the session stands happen in one step of the event loop; what came before is read from
the log, what comes after is in the subscription. So nothing is missed and nothing comes twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from starlette.requests import Request

from hermes_webui.chat.document import Summary, summary_of
from hermes_webui.chat.events import Event, MessageAdded, RunStarted
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import text_of
from hermes_webui.chat.reply import Part, rest_after
from hermes_webui.errors import BadRequest, HermesError, NotFound
from hermes_webui.runs import views
from hermes_webui.runs.supervisor import session_of
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore
from hermes_webui.streams.hub import Subscription
from hermes_webui.streams.sse import Cursor, EventStream, cursor_from, frame
from hermes_webui.web.replies import wanted
from hermes_webui.web.services import Services, services

#: A client further behind than this gets the session afresh instead of event by event.
REPLAY = 2000
REPLAY_CHARACTERS = 8 << 20

#: So many sessions on one stream: tabs that are looked at, or were a moment ago.
FOLLOWED = 100

#: How far back the start of a run is looked for when its client names no place.
LOOK_BACK = 5000


class Standing:
    """Where a session stands at the moment of a subscription: the last event told, and the open message."""

    def __init__(self, parts: Services, session: Session) -> None:
        self.session = session
        self.head: Head = session.head
        self.revision = parts.desk.told(session.head.session_id)
        live = parts.supervisor.live(session.head.session_id)
        self.run_id = live.run.id if live else ""
        self.open: Sequence[Part] = tuple(live.reply.parts) if live else ()
        self.length = live.reply.length if live else 0
        self.beside = live.beside if live else []


async def page_stream(request: Request) -> EventStream:
    """`GET /api/events`: the list's changes and those of one session, or of all that are named with `follow`."""
    parts = services(request)
    if request.query_params.getlist("follow"):
        return await _shared_stream(request, parts)
    session_id = request.query_params.get("session_id", "")
    after = _after(request)
    if not session_id:
        subscription = parts.hub.subscribe(views.LIST)
        return EventStream(subscription, _hello(parts, 0))
    session = await parts.desk.session(session_id)
    subscription = parts.hub.subscribe(views.session_topic(session_id), views.LIST)
    standing = Standing(parts, session)
    return EventStream(subscription, _page_replay(parts, [(standing, after)], standing.revision))


async def _shared_stream(request: Request, parts: Services) -> EventStream:
    """Several sessions on one stream, each from its own place. One that is not there is told as `reload`: the others
    must not suffer from it, and who asks for it hears why.
    """
    places = _places(request.query_params.getlist("follow"))
    sessions: dict[str, Session] = {}
    for session_id in places:
        try:
            sessions[session_id] = await parts.desk.session(session_id)
        except HermesError:
            continue
    subscription = parts.hub.subscribe(*map(views.session_topic, sessions), views.LIST)
    standings = [(Standing(parts, session), places[name]) for name, session in sessions.items()]
    missing = [name for name in places if name not in sessions]
    return EventStream(subscription, _page_replay(parts, standings, 0, missing))


def _places(given: Sequence[str]) -> dict[str, Cursor | None]:
    """`<session id>@<cursor>` each; without a cursor from now on."""
    found: dict[str, Cursor | None] = {}
    for each in given:
        session_id, _, cursor = each.partition("@")
        if session_id in found:
            raise BadRequest("A session can be followed once on a stream.")
        found[session_id] = cursor_from(cursor) if cursor else None
    if len(found) > FOLLOWED:
        raise BadRequest(f"At most {FOLLOWED} sessions can be followed on one stream.")
    return found


def _after(request: Request) -> Cursor | None:
    given = request.headers.get("last-event-id") or request.query_params.get("after")
    return cursor_from(given) if given else None


async def _hello(parts: Services, revision: int) -> AsyncIterator[bytes]:
    desk = parts.desk
    about = {"boot": parts.boot, "list_version": desk.index.version, "version": parts.version, "ui": parts.ui}
    yield b"retry: 1000\n\n" + frame({"type": "hello", **about, "writable": desk.writable, "revision": revision})


async def _page_replay(
    parts: Services, standings: Sequence[tuple[Standing, Cursor | None]], revision: int, missing: Sequence[str] = ()
) -> AsyncIterator[bytes]:
    async for chunk in _hello(parts, revision):
        yield chunk
    for session_id in missing:
        yield frame({"type": "reload", "session_id": session_id})
    for standing, after in standings:
        yield await _caught_up(parts, standing, after or Cursor(standing.revision, standing.length))


async def _caught_up(parts: Services, standing: Standing, after: Cursor) -> bytes:
    """What a reader at `after` has missed of the session, or that it should get it afresh."""
    behind = standing.revision - after.seq
    known = 0 <= behind <= REPLAY and (behind > 0 or after.offset <= standing.length)
    events = await _missed(parts, standing, after.seq) if known else None
    if events is None:
        return frame({"type": "reload", "session_id": standing.head.session_id})
    return b"".join(_page_frames(standing, after, events))


async def _missed(parts: Services, standing: Standing, after: int) -> list[Event] | None:
    """The events after `after` as far as the session had been told; None where that is more than a replay should be."""
    if after >= standing.revision:
        return []
    if standing.session.found is not None:  # another program has said more; our log holds nothing of it
        return None
    found: list[Event] | None = await parts.desk.read(
        _events, parts.desk.store, standing.session, after, standing.revision
    )
    return found


def _events(store: SessionStore, session: Session, after: int, upto: int) -> list[Event] | None:
    found: list[Event] = []
    length = 0
    for event in store.events(session, after, upto):
        found.append(event)
        length += len(text_of(event.change.message)) if isinstance(event.change, MessageAdded) else 0
        if length > REPLAY_CHARACTERS:
            return None
    return found


def _page_frames(standing: Standing, after: Cursor, events: Sequence[Event]) -> Iterator[bytes]:
    """`after.offset` is of the message that was open then: the next message to be added, else the one that is open
    now.
    """
    known = after.offset
    for event in events:
        known = 0 if views.closes_reply(event) else known
        yield views.event_frame(standing.head, event, known)
    for offset, kind, text in rest_after(standing.open, known):
        session_id = standing.head.session_id
        yield views.delta_frame(session_id, standing.run_id, standing.revision, offset, kind, text)
    for each in standing.beside:  # they have no place in the order: a reader passes over what it has
        yield views.notice_frame(standing.head.session_id, standing.run_id, each["text"], kept=each["kept"])


async def run_stream(request: Request) -> EventStream:
    """`GET /api/chat/stream`: one run, in hermes-webui's names. A run that has ended is told from the log, then the
    stream ends.
    """
    parts = services(request)
    run_id = wanted(request, "stream_id")
    session = await parts.desk.session(session_of(run_id))
    now = Standing(parts, session)
    start = _after(request) or await _start_of(parts, run_id, now)
    if now.revision - start.seq > LOOK_BACK:
        raise NotFound("That is too long ago to be told again. Get the conversation instead.")
    subscription = parts.hub.subscribe(views.run_topic(run_id))
    return EventStream(subscription, _run_replay(parts, run_id, Standing(parts, session), start, subscription))


async def _run_replay(
    parts: Services, run_id: str, standing: Standing, start: Cursor, subscription: Subscription
) -> AsyncIterator[bytes]:
    events = await _missed(parts, standing, start.seq) or []
    summary = summary_of(standing.head)
    yield b"".join(_run_frames(run_id, start, events, summary))
    spoken = any(map(views.closes_reply, events))
    if standing.run_id == run_id:
        rest = rest_after(standing.open, 0 if spoken else start.offset)
        yield b"".join(views.run_delta_frame(standing.revision, *each) for each in rest)
    elif all(item.run_id != run_id for item in standing.head.queue):
        if views.ended(events, run_id) is None:  # told before; without this its client would come back for ever
            yield frame({"session_id": standing.head.session_id}, start, "stream_end")
        subscription.close()


def _run_frames(run_id: str, start: Cursor, events: Sequence[Event], summary: Summary) -> Iterator[bytes]:
    skip = start.offset
    for event in events:
        yield from views.run_event_frames(run_id, event, summary, skip, whole=True)
        skip = 0 if views.closes_reply(event) else skip


async def _start_of(parts: Services, run_id: str, standing: Standing) -> Cursor:
    """Just before the run's first event; where it waits in the queue, where the session stands."""
    if any(item.run_id == run_id for item in standing.head.queue):
        return Cursor(standing.revision)
    first = max(0, standing.revision - LOOK_BACK)
    events = await _missed(parts, standing, first) or []
    for event in reversed(events):
        if isinstance(event.change, RunStarted) and event.change.run_id == run_id:
            return Cursor(event.seq)
    raise NotFound("There is no such run here, or it ended long ago.")
