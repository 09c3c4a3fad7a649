"""The calls of one run, one way for all tools: intent on disk, asked about, done, result on disk.

An effect begins only after its intent is in the log and, where it asks, after the user has allowed it. After a restart
what has run is not run again: see `resuming`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from hermes_webui.engines.attached import ALL, Takes
from hermes_webui.engines.base import (
    Answer,
    Ask,
    CallAsked,
    EngineEvent,
    InputRequest,
    StepEnded,
    ToolCallFinished,
    ToolCallStarted,
    ToolCallUpdated,
)
from hermes_webui.engines.channel import Channel
from hermes_webui.engines.context import Said, prompt_of
from hermes_webui.engines.permission import permission
from hermes_webui.engines.repetition import Repetition
from hermes_webui.engines.resuming import MAIN, MAY_HAVE_RUN, NOTHING, Done, arguments_of, sealed
from hermes_webui.engines.tools.base import Intent, Result, Tool, ToolFailure, shortened
from hermes_webui.errors import HermesError

_log = logging.getLogger(__name__)

DENIED: Final = (
    "The user did not allow this call, and it was not run. Do not try to do the same in another way: go on without it, "
    "or say what you need."
)
CIRCLE: Final = (
    "The agent was stopped: it made the same call with the same result three times and was going round in circles. "
    "Say what it should do differently."
)

Delegate = Callable[["Calls", str, str], Awaitable[Result]]
Snapshot = Callable[[], bytes]


class Run(Struct):
    """What all agents of one run share: where they speak, whom they ask, what is done already, where each stands, and
    which files their model `takes`.
    """

    channel: Channel
    ask: Ask
    delegate: Delegate
    done: Done = NOTHING
    snapshots: dict[str, Snapshot] = {}
    takes: Takes = ALL

    async def steered(self) -> list[Said]:
        """A step has ended: what the user has said meanwhile, in the log by now."""
        step = StepEnded()
        await self.channel.tell(step)
        return [prompt_of(each.body, each.files, self.takes) for each in step.taken]

    async def put(self, request: InputRequest) -> Answer:
        """Asks the user; with it goes where every agent of the run stands."""
        checkpoint = sealed({name: snapshot() for name, snapshot in self.snapshots.items()})
        return await self.ask(
            InputRequest(
                *(request.request_id, request.kind, request.title, request.options, request.call, request.schema),
                timeout=request.timeout,
                checkpoint=checkpoint,
            )
        )


class Calls:
    """The calls of one agent: the run's own, or a subagent that works for the call `parent`."""

    def __init__(self, run: Run, tools: Mapping[str, Tool], parent: str = MAIN) -> None:
        self.run = run
        self.tools = tools
        self.parent = parent
        self._repetition = Repetition()
        #: Why no further step is taken.
        self.stopped = ""

    async def call(self, call_id: str, name: str, given: object) -> str:
        """Carries out a call; what the model gets of it. Never raises for what a tool does."""
        done, args = self.run.done, arguments_of(given)
        if call_id in done.results:
            return done.results[call_id]
        made = Made(self, call_id)
        if done.may_have_run(call_id):
            await made.finish(Result(MAY_HAVE_RUN), "unknown", 0.0)
            return MAY_HAVE_RUN
        result = await made.carry_out(self.tools[name], args)
        if self._repetition.note(name, args, result.text):
            self.stopped = CIRCLE
        return shortened(result.text)


class Made:
    """One call on its way. To its tool it is a `tools.base.Call`."""

    def __init__(self, calls: Calls, call_id: str) -> None:
        self.call_id = call_id
        self._calls = calls
        self._run = calls.run

    def output(self, text: str) -> None:
        """Shows more of its output."""
        self._run.channel.put(ToolCallUpdated(self.call_id, text))

    async def tell(self, event: EngineEvent) -> None:
        """Says something else; on disk when this returns."""
        await self._run.channel.tell(event)

    async def ask(self, request: InputRequest) -> Answer:
        """Asks the user."""
        return await self._run.put(request)

    async def delegate(self, task: str) -> Result:
        """Has a subagent work for this call."""
        return await self._run.delegate(self._calls, self.call_id, task)

    async def carry_out(self, tool: Tool, args: dict[str, Any]) -> Result:
        """Intent, question, effect, result."""
        try:
            intent = await tool.prepare(args)
        except (ToolFailure, HermesError) as error:
            await self._begin(tool, args, None)
            result = Result(_sentence(error), "failed")
            await self.finish(result, result.status, 0.0)
            return result
        await self._begin(tool, args, intent)
        if intent.asks and not await self._allowed(tool, intent):
            result = Result(DENIED, "denied")
            await self.finish(result, result.status, 0.0)
            return result
        began = time.monotonic()
        result = await self._work(intent)
        await self.finish(result, result.status, time.monotonic() - began)
        return result

    async def _begin(self, tool: Tool, args: dict[str, Any], intent: Intent | None) -> None:
        """Its intent is on disk when this returns; after a restart it is there already."""
        if self.call_id in self._run.done.begun:
            return
        title, places = (intent.title, intent.locations) if intent else (tool.name, ())
        await self.tell(ToolCallStarted(self.call_id, tool.name, args, title, tool.kind, places, self._calls.parent))

    async def _allowed(self, tool: Tool, intent: Intent) -> bool:
        asked = CallAsked(self.call_id, tool.name, tool.kind, intent.subject, intent.patch, intent.risk, intent.cwd)
        answer = await self.ask(permission(self.call_id, f"{intent.title}?", asked, grant=intent.grant))
        return answer.allowed

    async def _work(self, intent: Intent) -> Result:
        try:
            return await intent.run(self)
        except (ToolFailure, HermesError) as error:
            return Result(_sentence(error), "failed")
        except Exception as error:  # noqa: BLE001 - a tool's error is the model's to read, and the turn goes on
            _log.exception("A tool failed")
            return Result(f"The tool failed with an error of its own: {type(error).__name__}.", "failed")

    async def finish(self, result: Result, status: Any, duration: float) -> None:
        """Its result is on disk when this returns."""
        text = shortened(result.text)
        await self.tell(
            ToolCallFinished(self.call_id, status, text, round(duration, 3), result.diffs, result.locations)
        )


def _sentence(error: ToolFailure | HermesError) -> str:
    return error.message if isinstance(error, HermesError) else str(error)
