"""What a tool is: a name, what it takes, and what a call of it would do. Nothing here has effects.

arguments ─▶ Tool.prepare ─▶ Intent (what, where, diff, risk) ─▶ logged, asked about ─▶ Intent.run ─▶ Result
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal, Protocol, TypeVar

import msgspec
from msgspec import Struct

from hermes_webui.engines.base import Answer, CallKind, Diff, EngineEvent, InputRequest, Location

#: So much of a result goes to the model, in characters; what is in the middle of a longer one is left out.
LONGEST_RESULT: Final = 48_000

A = TypeVar("A", bound=Struct)


class ToolFailure(Exception):
    """A call that could not be done; its text is for the model, and says what to do instead."""


class Result(Struct, frozen=True):
    """What a call gave."""

    text: str
    status: Literal["ok", "failed", "denied", "cancelled"] = "ok"
    diffs: tuple[Diff, ...] = ()
    locations: tuple[Location, ...] = ()


class Call(Protocol):
    """What a running call can do beside its work."""

    call_id: str

    def output(self, text: str) -> None:
        """Shows more of its output while it runs."""
        ...

    async def tell(self, event: EngineEvent) -> None:
        """Says something to the page; returns when it is on disk."""
        ...

    async def ask(self, request: InputRequest) -> Answer:
        """Asks the user. The answer outlives a restart of the server."""
        ...

    async def delegate(self, task: str) -> Result:
        """Has a subagent do it; its calls belong to this one."""
        ...


Run = Callable[[Call], Awaitable[Result]]


class Intent(Struct, frozen=True):
    """What a call is about to do, and `run`, which does it. With `asks` the user is asked first; `grant` is then the
    pattern that can be allowed from now on.
    """

    title: str
    run: Run
    asks: bool = False
    subject: str = ""
    locations: tuple[Location, ...] = ()
    patch: str = ""
    risk: str = ""
    cwd: str = ""
    grant: str = ""


class Tool(Struct, frozen=True):
    """`parameters` is the JSON Schema of its arguments; `prepare` looks, and changes nothing. It raises `ToolFailure`
    for arguments that make no sense.
    """

    name: str
    description: str
    kind: CallKind
    parameters: Mapping[str, Any]
    prepare: Callable[[dict[str, Any]], Awaitable[Intent]]


class Toolset(Struct, frozen=True):
    """Tools that are switched on and off together."""

    id: str
    name: str
    description: str
    tools: tuple[Tool, ...] = ()


def tool(name: str, kind: CallKind, takes: type[A], prepare: Callable[[A], Awaitable[Intent]]) -> Tool:
    """A tool whose arguments are this struct; its docstring is what the model reads."""

    async def checked(args: dict[str, Any]) -> Intent:
        return await prepare(decoded(takes, args))

    return Tool(name, " ".join((takes.__doc__ or "").split()), kind, schema_of(takes), checked)


def decoded(takes: type[A], args: dict[str, Any]) -> A:
    """The arguments as the struct. Raises `ToolFailure` with a sentence for the model."""
    try:
        return msgspec.convert(args, takes, strict=False)
    except msgspec.ValidationError as error:
        raise ToolFailure(
            f"The arguments are wrong: {error}. Nothing was done. Call it again with right ones."
        ) from error


def schema_of(takes: type[Struct]) -> dict[str, Any]:
    """The JSON Schema of a struct, its own definition at the top."""
    schema = msgspec.json.schema(takes)
    definitions = dict(schema.pop("$defs", {}))
    own: dict[str, Any] = definitions.pop(takes.__name__)
    own.pop("title", None)
    own.pop("description", None)
    return {**own, **({"$defs": definitions} if definitions else {})}


def shortened(text: str, limit: int = LONGEST_RESULT) -> str:
    """The text, without its middle where it is longer than the limit."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 3, limit // 3
    return f"{text[:head]}\n[… {len(text) - head - tail} characters left out …]\n{text[-tail:]}"
