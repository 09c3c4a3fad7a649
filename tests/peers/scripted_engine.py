"""An engine that says what the test tells it to, when the test tells it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from hermes_webui.engines.base import (
    Answer,
    Ask,
    EngineCaps,
    EngineEvent,
    InputRequest,
    ProviderInfo,
    TextDelta,
    Turn,
    TurnEnded,
)

#: A question is asked, and its answer kept.
Step = EngineEvent | InputRequest | Exception


class ScriptedEngine:
    """Each turn says what stands in its own script; an exception in it is raised. `deaf`: it does not hear a stop.

    `say` writes for the turn that is being scripted, from the first; what ends a turn goes on to the next one.
    """

    name = "scripted"
    caps = EngineCaps(titles=True)
    #: What its questions were answered with.
    answers: list[Answer]

    def __init__(self, *, deaf: bool = False, survives: bool = False, steers: bool = False) -> None:
        self.caps = EngineCaps(titles=True, approvals_survive_restart=survives, steer=steers)
        self.answers = []
        self.turns: list[Turn] = []
        self.made_title: str | None = None
        self.deaf = deaf
        self._writing = 0
        self._scripts: defaultdict[int, asyncio.Queue[Step]] = defaultdict(asyncio.Queue)

    def say(self, *events: Step | str) -> None:
        """What the turn says next; a string is text."""
        for event in events:
            self._scripts[self._writing].put_nowait(TextDelta(event) if isinstance(event, str) else event)
            if isinstance(event, TurnEnded | Exception):
                self._writing += 1

    def answer(self, text: str) -> None:
        """A whole reply."""
        self.say(text, TurnEnded())

    def leave(self) -> None:
        """The turn that is being scripted was stopped: `say` writes for the next one."""
        self._writing += 1

    async def say_late(self, turn: int, *events: EngineEvent) -> None:
        """What an earlier turn, which did not hear that it was stopped, still says; returns once it has been heard."""
        self.hear_later(turn, *events)
        await self._scripts[turn].join()

    def hear_later(self, turn: int, *events: EngineEvent) -> None:
        """The same without waiting: for what such a turn will never get to the end of."""
        for event in events:
            self._scripts[turn].put_nowait(event)

    async def run(self, turn: Turn, ask: Ask, cancel: asyncio.Event) -> AsyncIterator[EngineEvent]:
        script = self._scripts[len(self.turns)]
        self.turns.append(turn)
        while True:
            event = await self._next(script)
            if isinstance(event, Exception):
                raise event
            if isinstance(event, InputRequest):
                self.answers.append(await ask(event))
                script.task_done()
                continue
            try:
                yield event
            finally:
                script.task_done()
            if isinstance(event, TurnEnded):
                return

    async def _next(self, script: asyncio.Queue[Step]) -> Step:
        while True:
            try:
                return await script.get()
            except asyncio.CancelledError:
                if not self.deaf:
                    raise

    async def providers(self) -> list[ProviderInfo]:
        return []

    async def prepare(self) -> None:
        pass

    async def title(self, turn: Turn) -> str | None:
        return self.made_title

    async def close(self) -> None:
        pass


def said(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Role and text of each message."""
    return [(message["role"], message["content"]) for message in messages]
