"""Prompts that steer a run: which of them wait for its next step, and how it gets them there.

on disk in the queue ─▶ marked ─▶ the engine says that a step has ended ─▶ messages of the run, on disk ─▶ the engine
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hermes_webui.chat import steering
from hermes_webui.chat.decide import Prompt
from hermes_webui.chat.events import Body, Change, MessageAdded
from hermes_webui.chat.head import Head
from hermes_webui.chat.reply import body_of
from hermes_webui.engines.base import Engine, Steered
from hermes_webui.errors import Conflict
from hermes_webui.runs.attached import Content, files_of
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.live import LiveRun


class Steering:
    """The steering of one server's runs."""

    def __init__(self, desk: Desk, engines: Mapping[str, Engine]) -> None:
        self._desk = desk
        self._engines = engines

    def start(self, head: Head, at: float, prompt: Prompt) -> list[Change]:
        """The rule for a prompt that arrives to steer the open run."""
        self._check(head)
        return steering.start(head, at, prompt)

    async def mark(self, session_id: str, queue_id: str, *, on: bool) -> Head:
        """A prompt that waits is to steer the open run, or not any more. Raises `Conflict` where it cannot."""

        def rule(head: Head) -> Sequence[Change]:
            changes = steering.steer(head, queue_id, on=on)
            if changes and on:
                self._check(head)
            return changes

        return (await self._desk.execute(session_id, rule)).head

    def _check(self, head: Head) -> None:
        engine = self._engines.get(head.run.engine) if head.run is not None else None
        if head.run is not None and (engine is None or not engine.caps.steer):
            raise Conflict(
                "What answers here takes no message before its reply has ended. Send it without steering: it is "
                "answered next."
            )

    async def take_in(self, live: LiveRun, content: Content) -> list[Steered]:
        """A step of the run has ended: the prompts that are to steer it, each in the log by now. A run that is being
        stopped takes none: they are answered next.
        """
        head = (await self._desk.session(live.session_id)).head
        if not any(item.steered for item in head.queue):
            return []
        parts = live.complete()  # of a step whose calls were none that the log knows

        def rule(head: Head) -> Sequence[Change]:
            if live.stopped.is_set():
                return ()
            at = self._desk.clock()
            said = [body_of(parts, at, model=live.run.model, thought=live.thought)] if parts else []
            return steering.take_in(head, at, live.run.epoch, said)

        events = (await self._desk.execute(live.session_id, rule)).events
        added = [event.change for event in events if isinstance(event.change, MessageAdded)]
        return [await self._given(change.message, content) for change in added if change.queue_id is not None]

    async def _given(self, body: Body, content: Content) -> Steered:
        return Steered(body, await self._desk.read(files_of, [body], content))
