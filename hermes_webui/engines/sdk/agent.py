"""An agent: a model with tools. The loop is pydantic-ai's; this hands it our tools and tells what happens.

Tools are called through `engines.calls`, which logs, asks and carries out; so nothing of pydantic-ai's events about
calls is needed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, Final

from msgspec import Struct
from pydantic_ai import Agent, AgentRun, ModelRequestNode
from pydantic_ai.exceptions import UnexpectedModelBehavior, UsageLimitExceeded
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model
from pydantic_ai.tools import RunContext, ToolDefinition
from pydantic_ai.toolsets.abstract import AbstractToolset, ToolsetTool
from pydantic_ai.usage import UsageLimits
from pydantic_core import SchemaValidator, core_schema

from hermes_webui.engines.base import EngineEvent, Notice, TextDelta, TurnEnded, Usage, UsageUpdated
from hermes_webui.engines.calls import Calls, Made
from hermes_webui.engines.context import Context, Pending, Said
from hermes_webui.engines.instructions import subagent_instructions
from hermes_webui.engines.resuming import MAIN
from hermes_webui.engines.sdk.asked import in_steps
from hermes_webui.engines.sdk.messages import frozen, messages_of, pending_messages, thawed, with_prompts
from hermes_webui.engines.sdk.pieces import Pieces, endings, summed, timely
from hermes_webui.engines.tools.base import Result
from hermes_webui.errors import EngineFailure

#: How often a model may name a tool that is not there, or give arguments that are no JSON, before the turn ends.
_RETRIES: Final = 5

#: Our tools check their arguments themselves, so that a wrong one is a result to read and in the log.
_ANYTHING: Final = SchemaValidator(core_schema.any_schema())

_STEPS: Final = (
    "The agent was stopped after {steps} steps, its limit. What it has done stays done: say “go on” to let it continue."
)
_AT_LIMIT: Final = Notice(
    "The reply stopped at the model's limit of output, in the middle of a call. Nothing was called."
)


class _Stopped(Exception):
    """No further step is taken; the sentence says why."""


class Tools(AbstractToolset[None]):
    """Our tools as pydantic-ai sees them. The agent's own messages begin at `base`."""

    def __init__(self, calls: Calls, base: int, run_id: str) -> None:
        self._calls = calls
        self._base = base
        self._run_id = run_id

    @property
    def id(self) -> str:
        """Its name."""
        return "hermes"

    async def for_run_step(self, ctx: RunContext[None]) -> Tools:
        """Before each step."""
        if self._calls.stopped:
            raise _Stopped(self._calls.stopped)
        return self

    async def get_tools(self, ctx: RunContext[None]) -> dict[str, ToolsetTool[None]]:
        """All of them."""
        return {
            tool.name: ToolsetTool(
                toolset=self,
                tool_def=ToolDefinition(
                    name=tool.name,
                    description=tool.description,
                    parameters_json_schema=dict(tool.parameters),
                ),
                max_retries=_RETRIES,
                args_validator=_ANYTHING,
            )
            for tool in self._calls.tools.values()
        }

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[None], tool: ToolsetTool[None]
    ) -> str:
        """One call."""
        return await self._calls.call(self._id_of(ctx), name, tool_args)

    def _id_of(self, ctx: RunContext[None]) -> str:
        """The call's id in our log: many servers use the same ids in each response. After a restart it is the same; a
        history that was made from the log has the log's own.
        """
        given = ctx.tool_call_id or ""
        if given in self._calls.run.done.begun:
            return given
        step = sum(isinstance(message, ModelResponse) for message in ctx.messages[self._base :])
        told = f"{self._run_id}\0{self._calls.parent}\0{step}\0{given}"
        return f"call-{hashlib.blake2b(told.encode(), digest_size=10).hexdigest()}"


class Delegation(Struct):
    """What agents and subagents of one run are made of. `spent` is what subagents have used."""

    model: Model
    run_id: str
    workspace: str
    steps: int
    between: float
    sub_steps: int
    not_for_subagents: frozenset[str]
    spent: Usage = Usage(cost=0.0)

    async def __call__(self, outer: Calls, call_id: str, task: str) -> Result:
        """Has a subagent do the task, for the call `call_id`; its last message is the result."""
        tools = {name: tool for name, tool in outer.tools.items() if name not in self.not_for_subagents}
        calls = Calls(outer.run, tools, call_id)
        context = Context(subagent_instructions(tools, self.workspace), (Said("user", task),))
        told, last, responses = Made(outer, call_id), [], [Usage()]
        source = converse(self, calls, context, None, steps=self.sub_steps)
        async with aclosing(source) as events:  # type: ignore[type-var]
            async for event in events:
                match event:
                    case TextDelta(text):
                        last.append(text)
                        told.output(text)
                    case UsageUpdated(usage):
                        responses[0] = usage
                    case Notice(text):
                        last.append(f"\n[{text}]")
        self.spent = _with(self.spent, responses[0])
        return Result("".join(last).strip() or "The subagent said nothing.")


async def converse(
    about: Delegation, calls: Calls, context: Context, pending: Pending | None, *, steps: int = 0
) -> AsyncIterator[EngineEvent]:
    """The agent's turn, ending in TurnEnded. With a snapshot among what is done, or `pending`, it goes on from there:
    calls that were made are carried out as `calls` knows them. Raises what pydantic-ai raises, TimeoutError where the
    model falls silent, and EngineFailure.
    """
    before = messages_of(context)
    history = [*before, *_own(calls, pending)]
    tools = Tools(calls, len(before), about.run_id)
    agent = Agent(about.model, toolsets=[tools], retries=_RETRIES, model_settings=in_steps(about.model))
    most = steps or about.steps
    try:
        async with agent.iter(message_history=history, usage_limits=UsageLimits(request_limit=most)) as run:
            said = _Said(about, calls, run, len(before), most)
            calls.run.snapshots[calls.parent] = said.frozen
            async for node in run:
                if Agent.is_model_request_node(node):
                    await said.steered(node)
                    async for event in said.response(node):
                        yield event
                if said.ended:
                    return
    except _Stopped as stop:
        yield Notice(str(stop), kept=True)
        yield TurnEnded()
    except UsageLimitExceeded:
        yield Notice(_STEPS.format(steps=most), kept=True)
        yield TurnEnded()
    finally:
        calls.run.snapshots.pop(calls.parent, None)


class _Said:
    """What an agent says, response by response, `most` of them; its own messages begin at `base`."""

    def __init__(self, about: Delegation, calls: Calls, run: AgentRun[None, str], base: int, most: int) -> None:
        self.ended = False
        self._most = most
        self._about = about
        self._calls = calls
        self._run = run
        self._base = base

    @property
    def _own(self) -> list[ModelMessage]:
        return self._run.ctx.state.message_history[self._base :]

    def frozen(self) -> bytes:
        """Where it stands, for a restart."""
        return frozen(self._own)

    async def steered(self, node: ModelRequestNode[None, str]) -> None:
        """Between two steps of the run's own agent, what the user has said meanwhile goes into the next request, behind
        the results. Where no further request is made it stays what waits for the next turn.
        """
        made = bool(self._own) and isinstance(self._own[-1], ModelResponse)
        over = self._calls.stopped or self._run.usage.requests >= self._most
        if self._calls.parent == MAIN and made and not over and (told := await self._calls.run.steered()):
            node.request = with_prompts(node.request, told)

    async def response(self, node: ModelRequestNode[None, str]) -> AsyncIterator[EngineEvent]:
        """One response while it streams, what was used so far, and the turn's end where this is it."""
        pieces = Pieces()
        async with node.stream(self._run.ctx) as stream:
            async for event in timely(stream, self._about.between):
                for piece in pieces.feed(event):
                    yield piece
        for piece in pieces.rest():
            yield piece
        responses = [each for each in self._own if isinstance(each, ModelResponse)]
        beside = None if self._calls.parent else self._about.spent
        yield UsageUpdated(summed(responses, self._about.model, beside=beside))
        for last in _ends(responses[-1], pieces):
            self.ended = self.ended or isinstance(last, TurnEnded)
            yield last


def _own(calls: Calls, pending: Pending | None) -> list[ModelMessage]:
    """What the agent had said before its server was stopped."""
    kept = calls.run.done.snapshots.get(calls.parent)
    try:
        found = thawed(kept) if kept else []
    except ValueError:  # another version's: the log has what matters
        found = []
    return found or (pending_messages(pending) if pending is not None and calls.parent == MAIN else [])


def _ends(response: ModelResponse, pieces: Pieces) -> Sequence[EngineEvent]:
    """How the turn ends with this response; nothing where it goes on with calls."""
    if not response.tool_calls:
        return endings(response, pieces)
    return [_AT_LIMIT, TurnEnded("max_tokens")] if response.finish_reason == "length" else []


def _with(spent: Usage, more: Usage) -> Usage:
    return Usage(
        spent.input_tokens + more.input_tokens,
        spent.output_tokens + more.output_tokens,
        spent.reasoning_tokens + more.reasoning_tokens,
        None if spent.cost is None or more.cost is None else spent.cost + more.cost,
    )


def wrongly_called(error: BaseException) -> EngineFailure | None:
    """The failure of a model that cannot call tools rightly; None where the error is another one."""
    if not isinstance(error, UnexpectedModelBehavior) or "max retries" not in str(error):
        return None
    return EngineFailure(
        "provider_error",
        "The model called tools wrongly, again and again, and the turn was ended. What it did is kept: retry, or "
        "choose another model.",
    )
