"""Questions that runs wait for. Each is on disk before it is asked and its answer before the engine goes on, so that it
can be answered from any tab, after a reload and, where the engine can, after a restart.

The policy is looked at here and nowhere else: an engine asks about each call that has effects.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from hermes_webui.chat import asking
from hermes_webui.chat.events import ApprovalAnswered, ApprovalRequested, Change, Event
from hermes_webui.chat.head import Head
from hermes_webui.chat.policy import Policy, allows
from hermes_webui.chat.text import clean, clean_json
from hermes_webui.engines.base import Answer, InputRequest, Option
from hermes_webui.errors import HermesError
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.live import LiveRun
from hermes_webui.store.checkpoints import Checkpoints

logger = logging.getLogger(__name__)

ALLOWING: Final = frozenset({"allow_once", "allow_session", "allow_always"})

#: Kinds of calls whose subject is a command line.
SHELLS: Final = frozenset({"execute"})

Key = tuple[str, str]
#: Grants a pattern for good; told by `allow_always`.
Grant = Callable[[str], None]


class Questions:
    """What the runs of one server wait for."""

    def __init__(self, desk: Desk, checkpoints: Checkpoints, policy: Callable[[], Policy], grant: Grant) -> None:
        self._desk = desk
        self._checkpoints = checkpoints
        self._policy = policy
        self._grant = grant
        self._open: dict[Key, asyncio.Future[ApprovalAnswered]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        desk.listeners.append(self._heard)

    async def ask(self, live: LiveRun, request: InputRequest, *, survives: bool) -> Answer:
        """Returns the answer, once it is on disk. What the policy allows is not asked. A question that cannot be put on
        disk is denied.
        """
        head = (await self._desk.session(live.session_id)).head
        allowed = self._allowed(head, request)
        if allowed is not None:
            return Answer(request.request_id, allowed.id, allowed=True)
        question = _question(live, request, self._desk.clock(), survives=survives)
        answered = live.answers.get(question.request_id)
        if answered is None:
            try:
                answered = await self._wait(live, request, question)
            except HermesError as error:
                logger.warning("A question of run %s could not be asked: %s", live.run.id, error.message)
                return Answer(request.request_id, _refusal(request))
        return self._answer(request, question, answered)

    def _allowed(self, head: Head, request: InputRequest) -> Option | None:
        """The option that the policy takes by itself."""
        call = request.call
        if request.kind != "permission" or call is None:
            return None
        shell = call.kind in SHELLS
        free = allows(self._policy(), asking.grants_of(head), call.name, call.subject, shell=shell)
        once = next((option for option in request.options if option.kind == "allow_once"), None)
        return once if free else None

    async def _wait(self, live: LiveRun, request: InputRequest, question: ApprovalRequested) -> ApprovalAnswered:
        key = (live.session_id, question.request_id)
        future = self._open[key] = asyncio.get_running_loop().create_future()

        def rule(head: Head) -> Sequence[Change]:
            # After a restart the answer may come while the engine is still getting ready to ask.
            answered = question.request_id in live.answers
            return [] if answered else asking.ask(head, live.run.epoch, question)

        try:
            if request.checkpoint:
                await self._desk.read(self._checkpoints.save, live.run.id, request.checkpoint)
            await self._desk.execute(live.session_id, rule)
            if question.request_id in live.answers:
                return live.answers[question.request_id]
            return await asyncio.wait_for(future, request.timeout)
        except TimeoutError:
            return await self._overdue(live, request, question)
        except asyncio.CancelledError:
            if not live.stopped.is_set():  # the engine does not ask any more, and goes on
                self._withdraw(live, question)
            raise
        finally:
            self._open.pop(key, None)

    async def _overdue(self, live: LiveRun, request: InputRequest, question: ApprovalRequested) -> ApprovalAnswered:
        """Nobody has answered in time: denied, unless an answer has just come."""
        refusal = _refusal(request)

        def rule(head: Head) -> Sequence[Change]:
            open_still = asking.waiting(head, question.request_id) is not None
            return asking.answer(head, question.request_id, refusal, by=asking.TIMEOUT) if open_still else ()

        await self._desk.execute(live.session_id, rule)
        return live.answers.get(question.request_id) or ApprovalAnswered(question.request_id, refusal)

    def _withdraw(self, live: LiveRun, question: ApprovalRequested) -> None:
        async def withdraw() -> None:
            def rule(head: Head) -> Sequence[Change]:
                open_still = asking.waiting(head, question.request_id) is not None
                return asking.answer(head, question.request_id, "", by=asking.ENGINE) if open_still else ()

            try:
                await self._desk.execute(live.session_id, rule)
            except HermesError as error:
                logger.info("A question of run %s stays open: %s", live.run.id, error.message)

        task = asyncio.create_task(withdraw())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _answer(self, request: InputRequest, question: ApprovalRequested, answered: ApprovalAnswered) -> Answer:
        option = asking.option_of(question, answered.choice) or {}
        allowed = option.get("kind") in ALLOWING
        if option.get("kind") == "allow_always" and option.get("grant"):
            self._grant(str(option["grant"]))
        return Answer(request.request_id, answered.choice, allowed, answered.values)

    async def answer(self, session_id: str, request_id: str, choice: str, values: dict[str, Any]) -> Head:
        """The user answers; returns when it is on disk. Raises Conflict where the question does not wait any more."""
        once = self._policy().mode == "session"

        def rule(head: Head) -> Sequence[Change]:
            return asking.answer(head, request_id, choice, values, once_a_session=once)

        return (await self._desk.execute(session_id, rule)).head

    def _heard(self, session_id: str, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event.change, ApprovalAnswered):
                future = self._open.get((session_id, event.change.request_id))
                if future is not None and not future.done():
                    future.set_result(event.change)


def _question(live: LiveRun, request: InputRequest, at: float, *, survives: bool) -> ApprovalRequested:
    digest = hashlib.blake2b(f"{live.run.id}\0{request.request_id}".encode(), digest_size=8).hexdigest()
    call = clean_json(msgspec.to_builtins(request.call)) if request.call is not None else None
    options = [clean_json(msgspec.to_builtins(option)) for option in request.options]
    schema = clean_json(dict(request.schema)) if request.schema is not None else None
    deadline = at + request.timeout if request.timeout is not None else None
    title = clean(request.title)
    return ApprovalRequested(f"q-{digest}", live.run.id, title, request.kind, options, call, schema, deadline, survives)


def _refusal(request: InputRequest) -> str:
    return next((option.id for option in request.options if option.kind == "reject_once"), "")
