"""What an engine is: somebody else's model or agent, behind one protocol.

    Turn ──▶ Engine.run(turn, ask, cancel) ──▶ EngineEvent, EngineEvent, … TurnEnded

An engine streams what it makes and keeps nothing that we need: our log is the truth, its own store a cache.
The supervisor (`runs`) sees to it that exactly one `TurnEnded` closes a turn, also where the engine dies.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, Protocol

from msgspec import Struct

#: One message of the conversation as the engine gets it: hermes-webui's format (role, content, tool_calls,
#: tool_call_id, name, reasoning, `_partial`), oldest first; `_error` messages are left out before.
Body = dict[str, Any]


class EngineCaps(Struct, frozen=True):
    """What an engine can do, for the page to offer and the supervisor to rely on."""

    resumable: bool = False
    approvals_survive_restart: bool = False
    mcp: bool = False
    images: bool = False
    tools: bool = False
    titles: bool = False
    #: Takes prompts in while it answers, between two steps (`StepEnded`).
    steer: bool = False


class ModelInfo(Struct, frozen=True, omit_defaults=True):
    """One model that can be chosen. `id` is what the provider calls it, `context_length` is in tokens."""

    id: str
    provider: str
    name: str = ""
    context_length: int | None = None
    #: Whether it takes images; None where the provider does not say.
    images: bool | None = None


class ProviderInfo(Struct, frozen=True, omit_defaults=True):
    """One place that models come from. `ready` is False where something is missing; `hint` then says what to
    do. `modes` ({id, name, description?}) are what a conversation with it can be in, `mode` the one that it begins in.
    """

    id: str
    name: str
    engine: str
    ready: bool
    models: tuple[ModelInfo, ...] = ()
    hint: str = ""
    modes: tuple[dict[str, str], ...] = ()
    mode: str = ""


class File(Struct, frozen=True):
    """The content of an attachment. `type` is what its bytes say: an image's, `application/pdf` or `text/plain`."""

    type: str
    data: bytes


class Resumption(Struct, frozen=True):
    """A turn that waited for an answer when its server ended goes on. The last `own` messages of the turn are this
    run's: a call in them without a result that is in `asked` has not run and is asked about again, under the id that it
    had; any other one may have run and is not run again. `checkpoint` is what the engine gave with its last question.
    """

    own: int
    asked: frozenset[str] = frozenset()
    checkpoint: bytes = b""


class Turn(Struct, frozen=True):
    """What is to be answered: the visible path, whose last message is the user's prompt or, with `continues`, the
    reply that was cut off and is to go on from exactly there. `files` are the attachments that the messages name, by
    their ids, as far as all of them may be sent at once. `workspace` is as the session names it: it may come from
    another program's file, so an engine that works there first asks `workspace.roots` whether it may be one. `fields`
    are the session's (personality, enabled_toolsets …). `ids` and `runs` are the messages' own, one each ("" for a
    message of no run): what came after a message, and whose it is.
    """

    session_id: str
    run_id: str
    messages: Sequence[Body]
    model: str = ""
    provider: str = ""
    workspace: str = ""
    files: Mapping[str, File] = MappingProxyType({})
    continues: bool = False
    resumes: Resumption | None = None
    fields: Mapping[str, Any] = MappingProxyType({})
    ids: Sequence[str] = ()
    runs: Sequence[str] = ()


class Usage(Struct, frozen=True, omit_defaults=True):
    """Tokens of one turn, over all its requests; `cost` in US dollars where the engine knows it. `context_tokens`: how
    full the model's context of `context_length` is after the last of them, where that is another number.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None
    context_length: int | None = None
    context_tokens: int = 0


class TextDelta(Struct, frozen=True, tag=True):
    """More text of the reply."""

    text: str


class ReasoningDelta(Struct, frozen=True, tag=True):
    """More of what the model thinks before or between its text."""

    text: str


#: What a call does, in the Agent Client Protocol's words; `ask` and `agent` (a subagent's work) are ours.
CallKind = Literal[
    "", "read", "edit", "delete", "move", "search", "execute", "think", "fetch", "switch_mode", "ask", "agent", "other"
]


class Location(Struct, frozen=True, omit_defaults=True):
    """A place that a call reads or changes: a path as the engine says it, and a line from 1 where there is one."""

    path: str
    line: int | None = None


class Diff(Struct, frozen=True):
    """What a call changed in a file, as a unified diff (`--- a`, `+++ b`, `@@`)."""

    path: str
    patch: str


class ToolCallStarted(Struct, frozen=True, tag=True):
    """The engine is about to make this call. It is logged before the engine is asked for its next event. `parent` is
    the call whose subagent makes it.
    """

    call_id: str
    name: str
    args: dict[str, Any]
    title: str = ""
    kind: CallKind = ""
    locations: tuple[Location, ...] = ()
    parent: str = ""


class ToolCallUpdated(Struct, frozen=True, tag=True):
    """More output of a call that is running: `text` follows what came before. Shown live, and kept where the call is
    cut off; the result replaces it.
    """

    call_id: str
    text: str


class ToolCallFinished(Struct, frozen=True, tag=True):
    """What the call gave. `unknown`: it may have run."""

    call_id: str
    status: Literal["ok", "failed", "denied", "cancelled", "unknown"]
    result: str
    duration: float = 0.0
    diffs: tuple[Diff, ...] = ()
    locations: tuple[Location, ...] = ()


class PlanEntry(Struct, frozen=True, omit_defaults=True):
    """One step of a plan."""

    content: str
    status: Literal["pending", "in_progress", "completed"] = "pending"
    priority: Literal["high", "medium", "low"] = "medium"


class PlanUpdated(Struct, frozen=True, tag=True):
    """What the agent means to do, whole: it replaces the plan before."""

    entries: tuple[PlanEntry, ...]


class SessionInfoChanged(Struct, frozen=True, tag=True, omit_defaults=True):
    """What the agent says of the session: a title, the modes that can be chosen ({id, name, description?}), the one
    that is on, the commands that it knows ({name, description, hint?}). What is None stays as it was.
    """

    title: str | None = None
    modes: tuple[dict[str, str], ...] | None = None
    mode: str | None = None
    commands: tuple[dict[str, str], ...] | None = None


class UsageUpdated(Struct, frozen=True, tag=True):
    """The turn's usage so far (replaces an earlier one)."""

    usage: Usage


class Notice(Struct, frozen=True, tag=True):
    """Something to tell the user that is no part of the reply; a `kept` one stays with the message that follows."""

    text: str
    kept: bool = False


class Steered(Struct, frozen=True):
    """A prompt that came while the turn went on: its message, and the contents of its files by their ids."""

    body: Body
    files: Mapping[str, File] = MappingProxyType({})


class StepEnded(Struct, tag=True):
    """Every call of a step has its result, and another step is about to begin: the turn can be steered. Whoever reads
    the events puts the prompts that came meanwhile into `taken` before it asks for the next event. They are in the log
    by then, and the engine gives them to its model behind the results, as what it reads last.
    """

    taken: list[Steered] = []


class TurnEnded(Struct, frozen=True, tag=True):
    """The last event. A failure is raised as `EngineFailure` instead; the supervisor turns it into an end."""

    #: unknown: the stream ended without saying that the reply is whole.
    reason: Literal["end_turn", "max_tokens", "refusal", "cancelled", "unknown"] = "end_turn"


EngineEvent = (
    TextDelta
    | ReasoningDelta
    | ToolCallStarted
    | ToolCallUpdated
    | ToolCallFinished
    | PlanUpdated
    | SessionInfoChanged
    | UsageUpdated
    | Notice
    | StepEnded
    | TurnEnded
)


class Option(Struct, frozen=True, omit_defaults=True):
    """An answer that can be chosen. `kind` says what it means; `grant` is the pattern that it allows from now on
    (`chat.policy`), for this session or, with `allow_always`, for good.
    """

    id: str
    label: str
    kind: Literal["allow_once", "allow_session", "allow_always", "reject_once", "reject_always", "other"] = "other"
    grant: str = ""


class CallAsked(Struct, frozen=True, omit_defaults=True):
    """The call that a permission is asked for. `subject` is what it acts on, in a line: the command, path or address.
    `patch`: the change that it would make, as a unified diff. `risk`: a sentence where there is more to say than what
    its kind says.
    """

    call_id: str
    name: str
    kind: CallKind = ""
    subject: str = ""
    patch: str = ""
    risk: str = ""
    cwd: str = ""


class InputRequest(Struct, frozen=True):
    """A question that only the user can answer. `request_id` is the engine's and unique within its run: asked again
    under the same id after a restart it is the same question. `schema` (of a form) is a JSON Schema of an object with
    flat properties. `timeout` in seconds: the engine denies by itself then, so the page counts down. Nothing is run
    when a question cannot be asked: the answer is then the option of kind `reject_once`, or "".
    """

    request_id: str
    kind: Literal["permission", "question", "form"]
    title: str
    options: tuple[Option, ...] = ()
    call: CallAsked | None = None
    schema: Mapping[str, Any] | None = None
    timeout: float | None = None
    checkpoint: bytes = b""


class Answer(Struct, frozen=True):
    """The user's answer: the id of an option or, of a question, free text; a form's values. `allowed`: whether the
    option is one that allows.
    """

    request_id: str
    choice: str
    allowed: bool = False
    values: Mapping[str, Any] = MappingProxyType({})


Ask = Callable[[InputRequest], Awaitable[Answer]]


class Engine(Protocol):
    """A source of replies. Engines raise `EngineFailure` with a sentence for the user, and nothing else on
    purpose.
    """

    name: str
    caps: EngineCaps

    def run(self, turn: Turn, ask: Ask, cancel: asyncio.Event) -> AsyncIterator[EngineEvent]:
        """Streams the events of one turn; ends within 200 ms of `cancel` being set, or of its task being
        cancelled.
        """
        ...

    async def providers(self) -> list[ProviderInfo]:
        """What can be chosen now. Bounded to a second or so; never raises for a provider that is away."""
        ...

    async def prepare(self) -> None:
        """Imports what the first turn will need, off the event loop, so that the turn need not wait for
        it.
        """
        ...

    async def title(self, turn: Turn) -> str | None:
        """A short title for the conversation, or None where the engine makes none."""
        ...

    async def close(self) -> None:
        """Ends connections and processes."""
        ...
