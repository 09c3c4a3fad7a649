"""The engine that needs nothing: it shows what the page does before any model is connected, and says that it
is a demo.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from hermes_webui.engines.base import (
    Ask,
    Body,
    EngineCaps,
    EngineEvent,
    InputRequest,
    ModelInfo,
    ProviderInfo,
    ReasoningDelta,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    Turn,
    TurnEnded,
    Usage,
    UsageUpdated,
)
from hermes_webui.engines.demo_agent import Scene, heard, scene_for
from hermes_webui.engines.demo_replies import demo_reply, demo_thoughts, pieces_of, prompt_of, words_of
from hermes_webui.errors import EngineFailure

#: Seconds a piece, and how many times longer for "slow": no wait is longer than the 200 ms in which a cancel
#: must end.
_PACE: Final = 0.012
_SLOWER: Final = 10
_BREAKS_OFF: Final = "You asked for an error, so this reply breaks off in the"
_GOES_ON: Final = " middle. You let it go on, so here is its end: nothing of what stood before it was lost."


class DemoEngine:
    """Replies from a file, the same to the same conversation, as a stream of words.

    `pace` is in seconds a word, `pause` waits that long; a test passes a pace of 0.
    """

    name = "demo"
    caps = EngineCaps(tools=True, approvals_survive_restart=True, steer=True)

    def __init__(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep, pace: float = _PACE) -> None:
        self._pause = pause
        self._pace = pace

    async def run(self, turn: Turn, ask: Ask, cancel: asyncio.Event) -> AsyncIterator[EngineEvent]:
        """Streams a reply; ends with TurnEnded("cancelled") at the first word after `cancel`. It asks where the prompt
        wants to see how (`demo_agent`), and goes on after a restart from the log alone.
        """
        turn = _from_its_prompt(turn)
        asked = words_of(prompt_of(turn.messages))
        pace = self._pace * (_SLOWER if "slow" in asked else 1)
        usage = Usage(input_tokens=sum(len(str(body.get("content") or "").split()) for body in turn.messages), cost=0.0)
        fails = "error" in asked and not turn.continues
        async for event in _played(heard(_script(turn, fails=fails)), ask):
            await self._pause(pace)
            if cancel.is_set():
                yield UsageUpdated(usage)
                yield TurnEnded("cancelled")
                return
            usage = _counted(usage, event)
            yield event
        if fails:
            raise EngineFailure(
                "provider_error",
                "This failure is the demo's, made because your message has the word “error” in it. Your "
                "message and the reply so far are kept: retry, or write something else.",
            )
        yield UsageUpdated(usage)
        yield TurnEnded("end_turn")

    async def providers(self) -> list[ProviderInfo]:
        """The demo itself, always ready."""
        model = ModelInfo("demo", "demo", "Demo")
        return [ProviderInfo("demo", "Demo (no model)", self.name, ready=True, models=(model,))]

    async def prepare(self) -> None:
        """Nothing to import."""

    async def title(self, _turn: Turn) -> str | None:
        """None: the prompt's first line is as good a title as a demo could make."""
        return None

    async def close(self) -> None:
        """Nothing to end."""


def _from_its_prompt(turn: Turn) -> Turn:
    """A turn that goes on after a restart is played again from its prompt, whatever was said in it since."""
    own = turn.resumes.own if turn.resumes is not None else 0
    return replace(turn, messages=turn.messages[: max(1, len(turn.messages) - own)])


async def _played(scene: Scene, ask: Ask) -> AsyncIterator[EngineEvent]:
    """What the scene says; what it asks is answered."""
    step = next(scene, None)
    while step is not None:
        try:
            if isinstance(step, InputRequest):
                step = scene.send(await ask(step))
            else:
                yield step
                step = next(scene)
        except StopIteration:
            return


def _script(turn: Turn, *, fails: bool) -> Scene:
    """Everything but the end: thoughts, perhaps calls and questions, and the text."""
    scene = None if turn.continues or fails else scene_for(frozenset(words_of(prompt_of(turn.messages))), turn)
    if scene is not None:
        yield from _thinking(turn)
        yield from scene
        return
    asked, thought, written = _so_far(turn.messages) if turn.continues else (turn.messages, "", "")
    thoughts = demo_thoughts(asked)
    for piece in pieces_of("" if written else _rest(thoughts, thought)):
        yield ReasoningDelta(piece)
    if fails:
        yield from map(TextDelta, pieces_of(_BREAKS_OFF))
        return
    if not turn.continues:
        yield from _calculation(turn)
    reply = _BREAKS_OFF + _GOES_ON if written and _BREAKS_OFF.startswith(written) else demo_reply(asked)
    yield from map(TextDelta, pieces_of(_rest(reply, written)))


def _thinking(turn: Turn) -> Iterator[EngineEvent]:
    """Thoughts before a scene; one that goes on has had them."""
    if turn.resumes is None:
        yield from map(ReasoningDelta, pieces_of(demo_thoughts(turn.messages)))


def _so_far(bodies: Sequence[Body]) -> tuple[Sequence[Body], str, str]:
    """The conversation up to its last prompt, and what has been thought and written of the reply that goes on."""
    prompt = max((at for at, body in enumerate(bodies) if body.get("role") == "user"), default=-1)
    reply = bodies[prompt + 1 :]
    said = [body for body in reply if body.get("role") == "assistant"]
    thought, written = ("".join(str(body.get(key) or "") for body in said) for key in ("reasoning", "content"))
    return bodies[: prompt + 1], thought, written


def _rest(text: str, so_far: str) -> str:
    """What follows; all of it where somebody else has written the beginning."""
    return text.removeprefix(so_far)


def _calculation(turn: Turn) -> Iterator[EngineEvent]:
    """A harmless tool call, to show one: the words of the prompt times the messages so far, in every other
    reply.
    """
    words, messages = len(prompt_of(turn.messages).split()), len(turn.messages)
    if sum(body.get("role") == "user" for body in turn.messages) % 2 == 0:
        return
    call = f"demo-{turn.run_id}"
    title = "Multiply the words of your message by the number of messages"
    yield ToolCallStarted(call, "calculator", {"expression": f"{words} * {messages}"}, title)
    yield ToolCallFinished(call, "ok", str(words * messages))


def _counted(usage: Usage, event: EngineEvent) -> Usage:
    """The usage with this event in it: one token a piece, which is about a word."""
    if not isinstance(event, TextDelta | ReasoningDelta):
        return usage
    thought = isinstance(event, ReasoningDelta)
    return Usage(usage.input_tokens, usage.output_tokens + 1, usage.reasoning_tokens + thought, usage.cost)
