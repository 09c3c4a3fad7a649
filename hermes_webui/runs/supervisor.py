"""The supervisor: starts, stops and ends runs. A run is a task of its own that no connection owns.

prompt on disk ─▶ answer 202 ─▶ engine started ─▶ deltas (journal, then subscribers) ─▶ messages (log) ─▶ run.finished
(log)
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from msgspec import Struct

from hermes_webui.chat import asking, decide
from hermes_webui.chat.decide import Prompt
from hermes_webui.chat.events import Body, Change, Event, MessageAdded, RunFinished, RunStarted
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message
from hermes_webui.chat.policy import Policy
from hermes_webui.chat.reply import names_of, open_calls
from hermes_webui.chat.run import CANCELLED, DONE, INTERRUPTED, RUNNING, SUSPENDED, Run
from hermes_webui.engines.base import Engine
from hermes_webui.errors import BadRequest, Conflict, HermesError, NotFound
from hermes_webui.runs import views
from hermes_webui.runs.agents import AgentSessions
from hermes_webui.runs.choice import Choice, Choosing
from hermes_webui.runs.desk import Desk, Outcome
from hermes_webui.runs.live import LiveRun
from hermes_webui.runs.provisional import Decide
from hermes_webui.runs.questions import Questions
from hermes_webui.runs.steering import Steering
from hermes_webui.runs.turn import Records, Told, TurnRunner
from hermes_webui.store.session import Session

logger = logging.getLogger(__name__)

#: A stop is answered at the latest then, also where the disk does not take the end of the run for now.
STOP_ANSWERED = 1.0

#: What a stop is answered with whose end is not on disk yet.
STOPPING = "stopping"

#: How long a server that is asked to stop waits for its runs to be written down.
CLOSE_SECONDS = 5.0


#: How far back the open calls of a run are looked for.
TAIL = 50


class Asks(NamedTuple):
    """What may be done without a question, and who is told of a pattern that is allowed for good."""

    policy: Callable[[], Policy]
    grant: Callable[[str], None]


ALWAYS_ASK = Asks(Policy, lambda _pattern: None)


class Started(Struct, frozen=True):
    """What a prompt became: the run that answers it, its message (or place in the queue), if it waits, if it steers."""

    stream_id: str
    session_id: str
    message_id: str
    revision: int
    queued: bool
    steered: bool = False


class Supervisor:
    """The runs of one server."""

    def __init__(
        self,
        desk: Desk,
        engines: Mapping[str, Engine],
        records: Records,
        default: Callable[[], Choice],
        streams: MutableMapping[str, Any],
        lock: threading.Lock,
        asks: Asks = ALWAYS_ASK,
    ) -> None:
        self.desk = desk
        self.engines = engines
        self._journal = records.journal
        self.questions = Questions(desk, records.checkpoints, *asks)
        self.agents = AgentSessions(desk)
        self.steering = Steering(desk, engines)
        self._runner = TurnRunner(desk, engines, records, Told(self.questions, self.agents, self.steering))
        self._default = default
        self._choosing = Choosing(engines, default)
        self._streams = streams
        self._lock = lock
        self._live: dict[str, LiveRun] = {}
        self._by_session: dict[str, LiveRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._warmed = False
        desk.listeners.append(self._on_events)
        desk.offset_of = self._offset

    def live(self, session_id: str) -> LiveRun | None:
        """The session's run while it streams."""
        return self._by_session.get(session_id)

    def _offset(self, session_id: str) -> int:
        live = self._by_session.get(session_id)
        return live.reply.length if live is not None else 0

    async def start(
        self,
        session_id: str,
        body: Body,
        key: str | None,
        choice: Choice,
        expected: int | None = None,
        *,
        steers: bool = False,
    ) -> Started:
        """Puts the prompt on disk and sees to it that it is answered, or (`steers`) given to the open run. The same key
        again: the same answer, nothing added.
        """
        prompt = self._prompt(session_id, body, key)

        def rule(head: Head) -> Sequence[Change]:
            if expected is not None and expected != self._seen(head):
                raise Conflict(
                    "The conversation has changed since you saw it. Nothing was lost; look again and send again."
                )
            begin = self.steering.start if steers else decide.start
            return begin(head, self.desk.clock(), self._choosing(head, prompt, choice))

        outcome = await self._once(session_id, key, rule)
        return _started(outcome.head, prompt, outcome.events)

    async def reopen(self, session_ids: Sequence[str]) -> None:
        """At the start: runs that waited for an answer wait for it again, each where its engine can go on."""
        for session_id in session_ids:
            session = await self.desk.session(session_id)
            run = session.head.run
            if run is None or not asking.survives(session.head):
                continue
            if run.engine not in self.engines:
                self.desk.unclosed[session_id] = None
                continue
            tail = await self.desk.read(self.desk.store.path_messages, session, session.head.leaf, TAIL)
            live = self._open(session_id, run, session.head.revision)
            live.spoke = True
            live.asked = asking.not_run(session.head)
            live.calls.update(names_of(open_calls([each for each in tail if each.run_id == run.id])))
            self._begin(live)

    async def _once(self, session_id: str, key: str | None, rule: Decide, seen: int | None = None) -> Outcome:
        """Carries out a command once a key; with `seen` only where nothing has come since that revision."""

        def once(head: Head) -> Sequence[Change]:
            if key is not None and key in head.keys:
                return ()
            if seen is not None and head.revision != seen:
                raise Conflict("The conversation has just changed. Nothing was lost; look again and repeat.")
            return rule(head)

        return await self.desk.execute(session_id, once)

    def _seen(self, head: Head) -> int:
        """The revision that clients have been told: a session that is nowhere yet is created by its first append."""
        return 0 if self.desk.provisional(head.session_id) is not None else head.revision

    async def edit(self, session_id: str, message_id: str, body: Body, key: str | None, choice: Choice) -> Started:
        """Adds a sibling of a prompt and answers it."""
        session = await self.desk.session(session_id)
        target = await self.desk.read(self.desk.store.message, session, message_id)
        attached = {name: target.body[name] for name in ("attachments",) if name in target.body}
        prompt = self._prompt(session_id, {**attached, **body}, key)

        def rule(head: Head) -> Sequence[Change]:
            return decide.edit(head, self.desk.clock(), target, self._choosing(head, prompt, choice))

        outcome = await self._once(session_id, key, rule)
        return _started(outcome.head, prompt, outcome.events)

    async def retry(self, session_id: str, message_id: str | None, key: str | None, choice: Choice) -> Started:
        """Answers again the prompt that `message_id` (the last message) answers; the old answer becomes a sibling."""
        session = await self.desk.session(session_id)
        seen = session.head.revision
        leaf = message_id or session.head.leaf
        if leaf is None:
            raise BadRequest("There is nothing to answer yet.")
        await self.desk.read(self.desk.store.message, session, leaf)
        user, follower = await self.desk.read(self._answered, session, leaf)
        prompt = self._prompt(session_id, user.body, key)

        def rule(head: Head) -> Sequence[Change]:
            return decide.retry(head, self.desk.clock(), user, follower, self._choosing(head, prompt, choice))

        outcome = await self._once(session_id, key, rule, seen)
        return _started(outcome.head, prompt, outcome.events, user.id)

    def _answered(self, session: Session, message_id: str) -> tuple[Message, str | None]:
        """The prompt above a message, and the message that follows it on the way there."""
        follower: str | None = None
        limit = 64
        path = self.desk.store.path_messages(session, message_id, limit)
        while True:
            for message in reversed(path):
                if message.role == "user":
                    return message, follower
                follower = message.id
            if not path or path[0].parent is None:
                raise BadRequest("No prompt of yours stands before that message.")
            path = self.desk.store.path_messages(session, path[0].parent, limit)

    async def carry_on(self, session_id: str, message_id: str | None, key: str | None, choice: Choice) -> Started:
        """Goes on with a reply that was cut off (None: the last one), from where it ends."""
        session = await self.desk.session(session_id)
        seen = session.head.revision
        target, follower = await self.desk.read(self._cut_off, session, message_id)
        prompt = self._prompt(session_id, target.body, key)

        def rule(head: Head) -> Sequence[Change]:
            return decide.carry_on(head, target, follower, self._choosing(head, prompt, choice))

        outcome = await self._once(session_id, key, rule, seen)
        return _started(outcome.head, prompt, outcome.events, target.id)

    def _cut_off(self, session: Session, message_id: str | None) -> tuple[Message, str | None]:
        """The reply to go on with, and the message that hides behind it; where none is named, the path's last one, in
        front of the error that may have ended it.
        """
        store = self.desk.store
        if message_id is not None:
            target = store.message(session, message_id)
            return target, store.hidden_by(session, target)
        path = store.path_messages(session, session.head.leaf, 2)
        error = path.pop() if path and path[-1].body.get("_error") else None
        if not path:
            raise BadRequest("There is no reply to go on with.")
        return path[-1], error.id if error is not None else None

    def _prompt(self, session_id: str, body: Body, key: str | None) -> Prompt:
        """The run's id names its session, so that it is found again after a restart."""
        return Prompt({**body, "timestamp": self.desk.clock()}, f"{session_id}~{secrets.token_hex(8)}", key)

    def warm(self) -> None:
        """Somebody is about to write: the default's engine imports what its first turn will need."""
        engine = self.engines.get(self._default().engine)
        if engine is not None and not self._warmed:
            self._warmed = True
            task = asyncio.create_task(engine.prepare())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def resume(self, session_id: str) -> Head:
        """Goes on with prompts that wait since a run failed or was stopped."""
        outcome = await self.desk.execute(session_id, lambda head: decide.next_turn(head, self.desk.clock()))
        return outcome.head

    async def requeue(self, session_id: str, rule: Callable[[Head], Sequence[Change]]) -> Head:
        """Carries out a rule about the prompts that wait. Raises `Conflict` where the turn of one has come."""
        return (await self.desk.execute(session_id, rule)).head

    async def cancel(self, run_id: str) -> str:
        """Stops a run, keeping what it has said (the queue is held), or takes a waiting prompt back. Returns the state
        that it ended in.
        """
        live = self._live.get(run_id)
        if live is not None:
            live.stop(CANCELLED)
            with suppress(TimeoutError):
                await asyncio.wait_for(live.ended.wait(), STOP_ANSWERED)
            return live.end_state if live.ended.is_set() else STOPPING
        session = await self.desk.session(session_of(run_id))
        if any(item.run_id == run_id for item in session.head.queue):
            await self.desk.execute(session_of(run_id), lambda head: decide.unqueue(head, run_id))
            return CANCELLED
        last = session.head.last_run
        if last is not None and last.run_id == run_id:
            return last.state
        raise NotFound("That run has ended.")

    async def cancel_all(self, session_id: str) -> None:
        """Before a session is deleted: its run is stopped."""
        live = self._by_session.get(session_id)
        if live is not None:
            await self.cancel(live.run.id)

    def _on_events(self, session_id: str, events: Sequence[Event]) -> None:
        """Starts the runs that the events start; told by the desk once they are on disk."""
        for event in events:
            live = self._by_session.get(session_id)
            if live is not None:
                live.heard(event)
                self._tell_run(session_id, live.run.id, event, live.reply.length)
            if isinstance(event.change, RunFinished):
                if live is None or live.run.id != event.change.run_id:  # it had waited in the queue
                    self._tell_run(session_id, event.change.run_id, event)
                else:  # in the same step: who comes now is told the end from the log, and not to wait for one
                    del self._by_session[session_id]
                self.desk.hub.end(views.run_topic(event.change.run_id))
            if isinstance(event.change, RunStarted):
                self._launch(session_id, event, event.change)

    def _tell_run(self, session_id: str, run_id: str, event: Event, length: int = 0) -> None:
        """Followers of the one run in hermes-webui's names have had the text as deltas (`length` of the open message);
        the rest comes from the event.
        """
        topic = views.run_topic(run_id)
        if not self.desk.hub.follows(topic):
            return
        row = self.desk.index.get(session_id)
        if row is not None:
            for data in views.run_event_frames(run_id, event, row.summary, length, whole=False):
                self.desk.hub.publish(topic, data)

    def _launch(self, session_id: str, event: Event, change: RunStarted) -> None:
        who = (change.engine, change.provider, change.model)
        run = Run(change.run_id, change.epoch, RUNNING, event.at, *who, change.continues)
        self._begin(self._open(session_id, run, event.seq))

    def _open(self, session_id: str, run: Run, revision: int) -> LiveRun:
        live = LiveRun(session_id, run, self._journal, self.desk.hub)
        live.next_message(revision)
        self._live[run.id] = self._by_session[session_id] = live
        with self._lock:
            self._streams[run.id] = live
        return live

    def _begin(self, live: LiveRun) -> None:
        if self._closing:
            live.stop(INTERRUPTED)
        task = asyncio.create_task(self._supervise(live), name=f"run {live.run.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _supervise(self, live: LiveRun) -> None:
        """The whole life of a run, from its start on disk to its end on disk; then the next one in the queue."""
        try:
            await self._runner.run(live)
        finally:
            self._live.pop(live.run.id, None)
            if self._by_session.get(live.session_id) is live:
                del self._by_session[live.session_id]
            with self._lock:
                self._streams.pop(live.run.id, None)
            live.ended.set()
        if not self._closing:
            await self._afterwards(live)

    async def _afterwards(self, live: LiveRun) -> None:
        """The next prompt in the queue, the snapshot, a title. What cannot be done (a deleted session) is left."""
        try:
            await self.desk.execute(live.session_id, lambda head: decide.follow(head, self.desk.clock()))
            self.desk.snapshot_soon(live.session_id)
            if live.end_state == DONE:
                await self._runner.title(live)
        except HermesError as error:
            logger.info("After run %s: %s", live.run.id, error.message)
        except Exception:  # the end of a task: the run itself is over and on disk
            logger.exception("After run %s", live.run.id)

    async def close(self) -> None:
        """The server stops: every run ends as interrupted, what it has said kept; but one that waits for an answer, and
        can go on with it after the restart, waits on.
        """
        self._closing = True
        for live in tuple(self._live.values()):
            session = await self.desk.session(live.session_id)
            live.stop(SUSPENDED if asking.survives(session.head) else INTERRUPTED)
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=CLOSE_SECONDS)


def session_of(run_id: str) -> str:
    """The session that a run belongs to, from its id."""
    return run_id.rpartition("~")[0] or run_id


def _started(head: Head, prompt: Prompt, events: Sequence[Event], answered: str = "") -> Started:
    """What the prompt became, by its key where it had been sent before."""
    if prompt.key is not None and prompt.key in head.keys:
        message_id, run_id = head.keys[prompt.key]
    else:
        run_id = prompt.run_id
        added = (event.change for event in events if isinstance(event.change, MessageAdded))
        waiting = [item.queue_id for item in head.queue if item.run_id == run_id]
        message_id = next((change.id for change in added if change.run_id == run_id), *waiting[:1] or [answered])
    queued = [item for item in head.queue if item.run_id == run_id]
    steered = any(item.steered for item in queued)
    return Started(run_id, head.session_id, message_id, head.revision, bool(queued), steered)
