"""One turn: the engine's events become deltas and messages, and whatever happens, the run ends on disk, once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from itertools import takewhile
from typing import Any, Final, NamedTuple

import msgspec

from hermes_webui.chat import asking, decide
from hermes_webui.chat.events import Body, Change
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message, text_of
from hermes_webui.chat.reply import NO_REPLY, Cutting, Part, body_of, call_result, error_body
from hermes_webui.chat.run import CANCELLED, DONE, FAILED, INTERRUPTED, SUSPENDED, Ended
from hermes_webui.chat.text import clean, clean_json
from hermes_webui.engines.base import (
    Answer,
    Engine,
    EngineEvent,
    InputRequest,
    Notice,
    PlanUpdated,
    ReasoningDelta,
    Resumption,
    SessionInfoChanged,
    StepEnded,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolCallUpdated,
    Turn,
    TurnEnded,
    UsageUpdated,
)
from hermes_webui.errors import EngineFailure, HermesError, StoreUnavailable
from hermes_webui.runs.agents import AgentSessions
from hermes_webui.runs.attached import Content, files_of, no_content
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.live import LiveRun
from hermes_webui.runs.questions import Questions
from hermes_webui.runs.steering import Steering
from hermes_webui.store.checkpoints import Checkpoints
from hermes_webui.store.journal import Journal
from hermes_webui.store.session import Session

logger = logging.getLogger(__name__)

#: A stop takes at most 200 ms: an engine that has not ended by then is left behind; what it still says is dropped.
STOP_SECONDS = 0.12

#: How long the end of a run waits before it tries again a disk that did not take it.
RETRY_SECONDS = 1.0

#: No model reads more; the rest of a longer conversation is not even loaded.
CONTEXT_CHARACTERS = 8_000_000
CONTEXT_PAGE = 200

#: The error of a run whose last words could not be written.
UNSAYABLE: Final[Mapping[str, Any]] = {
    "code": "internal",
    "message": "The end of this reply could not be written; the server's log has the details.",
    "retryable": True,
}

#: How a reply can end that its message says.
SAID_ENDS = frozenset({"max_tokens", "refusal", "unknown"})

CLOSED_CALL: Final[Mapping[str, tuple[str, str]]] = {
    CANCELLED: ("cancelled", "Stopped. The call may have had effects."),
    INTERRUPTED: ("unknown", "The server was stopped during this call. It may have run; it was not run again."),
    FAILED: ("unknown", "The turn ended during this call. It may have run; it was not run again."),
}


class Records(NamedTuple):
    """Where a run is written down beside the log, and where the content of its attachments is read."""

    journal: Journal
    checkpoints: Checkpoints
    content: Content = no_content


class Told(NamedTuple):
    """Who hears of what an engine asks and says of its session, and who tells it what steers its turn."""

    questions: Questions
    sessions: AgentSessions
    steering: Steering


class TurnRunner:
    """Runs turns on engines. What a turn says goes through the desk, so that it is on disk before it is told."""

    def __init__(self, desk: Desk, engines: Mapping[str, Engine], records: Records, told: Told) -> None:
        self._desk = desk
        self._engines = engines
        self._journal = records.journal
        self._checkpoints = records.checkpoints
        self._content = records.content
        self._questions = told.questions
        self._sessions_told = told.sessions
        self._steering = told.steering

    async def run(self, live: LiveRun) -> None:
        """Returns when the run's end is on disk (or the disk takes nothing any more and the server stops)."""
        try:
            live.begin()
            ended = await self._drive(live, await self._turn(live, self._content))
        except EngineFailure as error:
            ended = _failed(live, clean_json({"code": error.code, "message": error.message, **error.details}))
        except HermesError as error:
            ended = _failed(live, {"code": error.code, "message": error.message, "retryable": True})
        except Exception:  # the end of a task: whatever it was, the run ends and says so
            logger.exception("The run %s failed", live.run.id)
            message = "Something went wrong in this program; its log has the details. Your prompt is kept."
            ended = _failed(live, {"code": "internal", "message": message, "retryable": True})
        if ended.state != SUSPENDED:
            await self._settle(live, ended)

    async def _turn(self, live: LiveRun, content: Content = no_content) -> Turn:
        session = await self._desk.session(live.session_id)
        path = await self._desk.read(self._context, session)
        bodies = [message.body for message in path]
        files = await self._desk.read(files_of, bodies, content)
        fields = session.head.fields
        workspace = str(fields.get("workspace") or "")
        goes_on = live.run.continues is not None
        resumes = await self._resumption(live, path) if live.resumes else None
        return Turn(
            live.session_id,
            live.run.id,
            bodies,
            live.run.model,
            live.run.provider,
            workspace,
            files,
            goes_on,
            resumes,
            fields,
            [message.id for message in path],
            [message.run_id or "" for message in path],
        )

    async def _resumption(self, live: LiveRun, path: Sequence[Message]) -> Resumption:
        """The run's own messages are those from its first one on, but for the prompt that began it."""
        mine = list(takewhile(lambda message: message.run_id == live.run.id, reversed(path)))
        own = len(mine) - bool(mine and mine[-1].role == "user")
        checkpoint = await self._desk.read(self._checkpoints.get, live.run.id)
        return Resumption(own, live.asked, checkpoint)

    def _context(self, session: Session) -> list[Message]:
        """The visible path for the engine, without what is not for it; from the end, as far as any model could read."""
        found: list[Message] = []
        leaf, length = session.head.leaf, 0
        while leaf is not None and length < CONTEXT_CHARACTERS:
            page = self._desk.store.path_messages(session, leaf, CONTEXT_PAGE)
            found[:0] = page
            length += sum(len(text_of(message.body)) for message in page)
            leaf = page[0].parent if page else None
        return [message for message in found if not message.body.get("_error")]

    async def _drive(self, live: LiveRun, turn: Turn) -> Ended:
        engine = self._engines[live.run.engine]
        pump = asyncio.create_task(self._pump(live, engine, turn))
        pump.add_done_callback(_retrieve)
        stopped = asyncio.create_task(live.stopped.wait())
        await asyncio.wait({pump, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not pump.done():
            pump.cancel()
            await asyncio.wait({pump}, timeout=STOP_SECONDS)
        if live.failure is not None:
            raise live.failure
        if live.stop_state:
            return Ended(live.run.id, live.stop_state)
        await pump
        return Ended(live.run.id, DONE)

    async def _pump(self, live: LiveRun, engine: Engine, turn: Turn) -> None:
        async def ask(request: InputRequest) -> Answer:
            return await self._questions.ask(live, request, survives=engine.caps.approvals_survive_restart)

        async with aclosing(engine.run(turn, ask, live.stopped)) as events:  # type: ignore[type-var]
            async for event in events:
                await self._take(live, event)
                if isinstance(event, TurnEnded):
                    return
        if not live.stopped.is_set():
            raise EngineFailure(
                "engine_died", "The engine ended before the reply did. What had arrived is kept; try again."
            )

    async def _take(self, live: LiveRun, event: EngineEvent) -> None:
        match event:
            case TextDelta(text):
                live.add("text", text)
            case ReasoningDelta(text):
                live.add("reasoning", text)
            case ToolCallStarted() | ToolCallUpdated() | ToolCallFinished():
                await self._take_call(live, event)
            case PlanUpdated(entries):
                await self._plan(live, clean_json(msgspec.to_builtins(entries)))
            case SessionInfoChanged():
                await self._sessions_told.change(live.session_id, event)
            case UsageUpdated(usage):
                live.usage = usage
            case Notice(text, kept):
                live.note(clean(text), kept=kept)
            case StepEnded():
                event.taken += await self._steering.take_in(live, self._content)
            case TurnEnded(reason):
                live.end_reason = reason

    async def _take_call(self, live: LiveRun, event: ToolCallStarted | ToolCallUpdated | ToolCallFinished) -> None:
        match event:
            case ToolCallStarted():
                await self._say(live, clean_json(_call_body(live, event, self._desk.clock())))
            case ToolCallUpdated(call_id, text):
                live.add_output(clean(call_id), clean(text))
            case ToolCallFinished(call_id, status, result, duration):
                call_id = clean(call_id)
                name = live.calls.get(call_id, "")
                shown = _shown(event)
                body = call_result(self._desk.clock(), call_id, name, status, clean(result), duration, **shown)
                await self._say(live, body)

    async def _say(self, live: LiveRun, body: Body) -> None:
        """A message of the run is complete: on disk before the engine goes on. So a call's intent is logged before it
        is made.
        """

        def rule(head: Head) -> Sequence[Change]:
            return decide.say(head, self._desk.clock(), live.run.epoch, body)

        await self._desk.execute(live.session_id, rule)

    async def _plan(self, live: LiveRun, entries: list[dict[str, Any]]) -> None:
        await self._desk.execute(live.session_id, lambda head: asking.plan(head, live.run.epoch, entries))

    async def _settle(self, live: LiveRun, ended: Ended) -> None:
        """Writes the end down. While the disk takes no writes the text waits in memory (and as far as it came, in the
        journal).
        """
        while True:
            live.end_state = ended.state
            try:
                await self._end(live, ended)
            except StoreUnavailable as error:
                if live.interrupted.is_set():
                    logger.warning("The end of run %s was not written: %s", live.run.id, error.message)
                    return
                with suppress(TimeoutError):
                    await asyncio.wait_for(live.interrupted.wait(), RETRY_SECONDS)
            except HermesError as error:
                logger.warning("The end of run %s was refused: %s", live.run.id, error.message)
                break
            except Exception:  # a run must end, whatever it has to say: once more, with nothing that could be at fault
                logger.exception("The end of run %s could not be written", live.run.id)
                if ended.error == UNSAYABLE:
                    break
                ended = Ended(live.run.id, FAILED, dict(UNSAYABLE))
            else:
                break
        self._journal.end(live.run.id)
        if live.answers or live.resumes:
            await self._desk.read(self._checkpoints.drop, live.run.id)

    async def _end(self, live: LiveRun, ended: Ended) -> None:
        def rule(head: Head) -> Sequence[Change]:
            at = self._desk.clock()
            parts = live.close()
            bodies = [] if ended.error == UNSAYABLE else _last_bodies(live, ended, parts, at, asking.not_run(head))
            usage = msgspec.to_builtins(live.usage) if live.usage is not None else None
            return decide.finish(head, at, live.run.epoch, ended, bodies, usage)

        await self._desk.execute(live.session_id, rule)

    async def title(self, live: LiveRun) -> None:
        """After the first reply: a better title than the prompt's first line, where the engine makes one."""
        engine = self._engines[live.run.engine]
        session = await self._desk.session(live.session_id)
        if not engine.caps.titles or session.head.title_source not in {"default", "prompt"}:
            return
        title = clean(await engine.title(await self._turn(live)) or "")
        if title:
            await self._desk.execute(live.session_id, lambda head: decide.change(head, {"title": title}, "model"))


def _retrieve(task: asyncio.Task[Any]) -> None:
    """An engine that was left behind may still fail; nobody waits for it."""
    if not task.cancelled() and task.exception() is not None:
        logger.debug("An engine ended with an error", exc_info=task.exception())


def _failed(live: LiveRun, error: dict[str, Any]) -> Ended:
    if live.stop_state:
        return Ended(live.run.id, live.stop_state)
    return Ended(live.run.id, FAILED, error)


def _call_body(live: LiveRun, event: ToolCallStarted, at: float) -> Body:
    """The message so far with the call that it ends in."""
    parts = live.complete()
    arguments = msgspec.json.encode(clean_json(event.args)).decode()
    call = {"id": event.call_id, "type": "function", "function": {"name": event.name, "arguments": arguments}}
    shown = {name: getattr(event, name) for name in ("title", "kind", "parent") if getattr(event, name)}
    places = {"locations": msgspec.to_builtins(event.locations)} if event.locations else {}
    facts = {"model": live.run.model, "thought": live.thought, "notices": _notices(live)}
    return body_of(parts, at, **facts, tool_calls=[{**call, **shown, **places}])


def _shown(event: ToolCallFinished) -> dict[str, Any]:
    """What a call's card shows beside its result."""
    built = {"diffs": msgspec.to_builtins(event.diffs), "locations": msgspec.to_builtins(event.locations)}
    cleaned: dict[str, Any] = clean_json(built)
    return cleaned


def _notices(live: LiveRun) -> list[str]:
    told, live.notices = live.notices, []
    return told


def _last_bodies(live: LiveRun, ended: Ended, parts: Sequence[Part], at: float, not_run: frozenset[str]) -> list[Body]:
    """The messages that a run ends with: results for open calls, its last text, and why there is no more of it."""
    if ended.state == DONE:
        return [_final(live, parts, at)] if parts or live.notices else []
    cutting = Cutting(*CLOSED_CALL[ended.state], not_run, live.outputs)
    bodies = [cutting.result(at, call_id, name) for call_id, name in live.calls.items()]
    if parts:
        bodies.append(body_of(parts, at, **_facts(live, at), _partial=True, finish_reason=ended.state))
    if ended.error is not None:
        bodies.append(error_body(at, ended.error))
    elif ended.state == INTERRUPTED and not parts and not live.spoke:
        bodies.append(error_body(at, {"code": "interrupted", "message": NO_REPLY, "retryable": True, "hint": ""}))
    return bodies


def _final(live: LiveRun, parts: Sequence[Part], at: float) -> Body:
    cut = {"_partial": True} if live.end_reason == "max_tokens" else {}
    reason = {"finish_reason": live.end_reason} if live.end_reason in SAID_ENDS else {}
    return body_of(parts, at, **_facts(live, at), **cut, **reason)


def _facts(live: LiveRun, at: float) -> dict[str, Any]:
    """What is known of how a reply came about."""
    usage = msgspec.to_builtins(live.usage) if live.usage is not None else None
    duration = round(max(0.0, at - live.run.started_at), 3)
    said = {"thought": live.thought, "notices": _notices(live)}
    return {"model": live.run.model, **said, "usage": usage, "duration": duration}
