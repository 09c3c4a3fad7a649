"""One run while it streams: deltas are gathered for a moment, put into the journal, then told to subscribers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from hermes_webui.chat.events import ApprovalAnswered, Event, MessageAdded
from hermes_webui.chat.reply import REASONING, Part, Reply
from hermes_webui.chat.run import INTERRUPTED, WAITING, Run
from hermes_webui.chat.text import clean, split_pair
from hermes_webui.engines.base import Usage
from hermes_webui.errors import StoreUnavailable
from hermes_webui.runs import views
from hermes_webui.store.journal import Journal
from hermes_webui.streams.hub import Hub

#: Deltas that come within this time are one record and one frame. The first of a burst goes out at once; pages draw
#: every 50 ms.
GATHER_SECONDS = 0.03

#: So much of a running call's output is kept and told before its result.
OUTPUT_CHARACTERS = 100_000


class LiveRun:
    """The open message of a run, and who must hear of it. Nothing is published before it is in the journal."""

    def __init__(self, session_id: str, run: Run, journal: Journal, hub: Hub) -> None:
        self.session_id = session_id
        self.run = run
        self.reply = Reply()
        self.revision = 0
        self.usage: Usage | None = None
        self.stopped = asyncio.Event()
        self.ended = asyncio.Event()
        self.interrupted = asyncio.Event()
        self.end_state = ""
        self.end_reason = ""
        #: Tool calls that have no result yet: id and name.
        self.calls: dict[str, str] = {}
        #: What running calls have put out.
        self.outputs: dict[str, str] = {}
        #: Answers to this run's questions, by the questions' ids.
        self.answers: dict[str, ApprovalAnswered] = {}
        #: What the engine has said beside its reply and belongs to the next message.
        self.notices: list[str] = []
        #: All that it has said so, whether it is kept, and whether the reply had begun by then.
        self._beside: list[tuple[str, bool, bool]] = []
        #: It waited for an answer when the server before this one ended.
        self.resumes = run.state == WAITING
        #: The calls that it asked about then: an answer may come before the engine is there again.
        self.asked: frozenset[str] = frozenset()
        #: Whether the log holds a message of this run.
        self.spoke = False
        #: cancelled or interrupted, once somebody has stopped it.
        self.stop_state = ""
        #: Set when the journal does not take it any more.
        self.failure: StoreUnavailable | None = None
        self._journal = journal
        self._hub = hub
        self._pending: list[Part] = []
        self._halves: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._flushed = 0.0
        self._closed = False
        self._thinking: float | None = None
        self._thought = 0.0

    @property
    def thought(self) -> float:
        """Seconds that the open message spent on reasoning, until its text or its end."""
        going_on = 0.0 if self._thinking is None else asyncio.get_running_loop().time() - self._thinking
        return round(self._thought + going_on, 1)

    def begin(self) -> None:
        """Opens the run in the journal. Raises `StoreUnavailable`."""
        self._journal.begin(self.session_id, self.run.id)

    def stop(self, state: str) -> None:
        """Asks the run to end in `state`. The first to ask decides."""
        self.stop_state = self.stop_state or state
        self.stopped.set()
        if state == INTERRUPTED:
            self.interrupted.set()

    def add(self, kind: str, text: str) -> None:
        """Takes a delta. One of a run that has been closed is dropped: its turn is over."""
        whole, half = split_pair(self._halves.pop(kind, "") + text)
        if half:
            self._halves[kind] = half
        if self._closed or not whole:
            return
        self._pending.append((kind, clean(whole)))
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._flushed + GATHER_SECONDS - loop.time()
        if wait <= 0:
            self.flush()
        else:
            self._timer = loop.call_later(wait, self.flush)

    @property
    def beside(self) -> list[dict[str, Any]]:
        """What was said beside the reply and holds: not that it waits, once it has begun, nor what stands in a message
        by now.
        """
        began = self._began
        return [
            {"text": text, "kept": kept}
            for text, kept, late in self._beside
            if (text in self.notices if kept else late or not began)
        ]

    @property
    def _began(self) -> bool:
        return self.spoke or self.reply.length > 0

    def note(self, text: str, *, kept: bool) -> None:
        """The engine says something beside its reply: told, and kept with the next message where that is wanted."""
        self.notices += [text] if kept else []
        self._beside.append((text, kept, self._began))
        told = views.notice_frame(self.session_id, self.run.id, text, kept=kept)
        self._hub.publish(views.session_topic(self.session_id), told)

    def add_output(self, call_id: str, text: str) -> None:
        """More output of a call that is running: in the journal, then told. What is more than a reader would look at is
        left to the result.
        """
        before = self.outputs.get(call_id, "")
        text = text[: max(0, OUTPUT_CHARACTERS - len(before))]
        if self._closed or self.failure is not None or not text or call_id not in self.calls:
            return
        try:
            self._journal.output(self.run.id, call_id, text)
        except StoreUnavailable as error:
            self.failure = error
            self.stopped.set()
            return
        self.outputs[call_id] = before + text
        topic = views.session_topic(self.session_id)
        if self._hub.follows(topic):
            self._hub.publish(topic, views.output_frame(self.session_id, self.run.id, call_id, len(before), text))

    def flush(self) -> None:
        """Journal, then reply, then subscribers."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pending, self._pending = self._pending, []
        if not pending:
            return
        self._flushed = asyncio.get_running_loop().time()
        for kind, text in _merged(pending):
            self._clock_thought(kind)
            self._record(kind, text)
            self._publish(self.reply.add(kind, text), kind, text)

    def complete(self) -> Sequence[Part]:
        """The open message gets no more: half a pair that still waits stays alone. What has been streamed of it."""
        self._pending += [(kind, clean(half)) for kind, half in self._halves.items()]
        self._halves.clear()
        self.flush()
        return tuple(self.reply.parts)

    def _clock_thought(self, kind: str) -> None:
        if kind == REASONING and self._thinking is None:
            self._thinking = self._flushed
        elif kind != REASONING and self._thinking is not None:
            self._thought += self._flushed - self._thinking
            self._thinking = None

    def _record(self, kind: str, text: str) -> None:
        if self.failure is not None:
            return
        try:
            if not self.reply.length:
                self._journal.message(self.run.id, self.revision)
            self._journal.delta(self.run.id, kind, text)
        except StoreUnavailable as error:
            self.failure = error
            self.stopped.set()

    def _publish(self, offset: int, kind: str, text: str) -> None:
        if self.failure is not None:  # not in the journal: the end of the run tells it, once it is on disk
            return
        topic = views.session_topic(self.session_id)
        if self._hub.follows(topic):
            data = views.delta_frame(self.session_id, self.run.id, self.revision, offset, kind, text)
            self._hub.publish(topic, data)
        topic = views.run_topic(self.run.id)
        if self._hub.follows(topic):
            self._hub.publish(topic, views.run_delta_frame(self.revision, offset, kind, text))

    def heard(self, event: Event) -> None:
        """An event of the session is on disk. A message of this run closes the open one and the calls that it
        answers.
        """
        self.revision = event.seq
        change = event.change
        if isinstance(change, ApprovalAnswered):
            self.answers[change.request_id] = change
        if not isinstance(change, MessageAdded) or change.run_id != self.run.id or change.message.get("role") == "user":
            return
        self.spoke = True
        self.calls.pop(str(change.message.get("tool_call_id")), None)
        self.outputs.pop(str(change.message.get("tool_call_id")), None)
        for call in change.message.get("tool_calls") or ():
            self.calls[call["id"]] = call["function"]["name"]
        if change.message.get("role") == "assistant":
            self.next_message(event.seq)

    def next_message(self, revision: int) -> None:
        """The open message is complete and in the log, up to event `revision`; another may begin."""
        self.reply = Reply()
        self.revision = revision
        self._thinking, self._thought = None, 0.0

    def close(self) -> Sequence[Part]:
        """No more deltas; what has been streamed of the open message."""
        parts = self.complete()
        self._closed = True
        return parts


def _merged(parts: Sequence[Part]) -> list[Part]:
    merged: list[Part] = []
    for kind, text in parts:
        if merged and merged[-1][0] == kind:
            merged[-1] = (kind, merged[-1][1] + text)
        else:
            merged.append((kind, text))
    return merged
