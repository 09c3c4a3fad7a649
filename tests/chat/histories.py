"""Random histories of one conversation: commands drawn by hypothesis, decided and folded as the server does it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hermes_webui.chat import decide, steering
from hermes_webui.chat.conversation import Conversation, path_to
from hermes_webui.chat.decide import Prompt
from hermes_webui.chat.events import Change, Event, SessionCreated
from hermes_webui.chat.messages import Message
from hermes_webui.chat.run import CANCELLED, DONE, FAILED, INTERRUPTED, Ended
from hermes_webui.errors import HermesError

SID = "c0ffee000001"
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
#: (what, a number that picks its object, a text)
COMMANDS = st.tuples(
    st.sampled_from(
        # What moves the conversation on comes more often, so that the rest meets conversations of some size.
        ["start"] * 6
        + ["finish"] * 5
        + ["say"] * 2
        + ["edit", "retry", "select", "exact", "continue"] * 2
        + ["queue", "steer", "unsteer", "step"] * 2
        + ["next", "cancel", "reword", "reorder", "rename", "pin", "trash", "restore", "adopt", "stale"]
    ),
    st.integers(0, 50),
    TEXTS,
)
HISTORIES = st.lists(COMMANDS, max_size=25)


class History:
    """Carries commands out one by one; `events` is the log that they make, `appends` where each append ends in it."""

    def __init__(self) -> None:
        self.conversation = Conversation(SID)
        self.events: list[Event] = []
        self.appends: list[int] = []
        self.refused: list[str] = []
        self.now = 1_000.0
        self._runs = 0
        self.take([SessionCreated(SID)])

    @property
    def head(self):
        return self.conversation.head

    def take(self, changes: list[Change]) -> None:
        for change in changes:
            event = Event(self.head.revision + 1, self.now, change)
            self.events.append(event)
            self.conversation.apply(event)
        self.appends.append(len(self.events))

    def carry_out(self, command: tuple[str, int, str]) -> None:
        """One command; one that is not possible changes nothing."""
        what, number, text = command
        self.now += 1
        try:
            changes = getattr(self, f"_{what}")(number, text)
        except HermesError as error:
            self.refused.append(error.code)
        else:
            self.take(changes)

    def prompt(self, text: str) -> Prompt:
        self._runs += 1
        return Prompt({"role": "user", "content": text, "timestamp": self.now}, f"r{self._runs}", f"k{self._runs}")

    def chosen(self, number: int) -> Message | None:
        messages = list(self.conversation.messages.values())
        return messages[number % len(messages)] if messages else None

    def path(self, leaf: str | None) -> list[Message]:
        return path_to(leaf, self.conversation.messages)

    def child_of(self, message: Message | None) -> str | None:
        """What selecting `message` hides: the next message of the visible path, else the last child it has."""
        parent = message.id if message else None
        visible = [each.id for each in self.conversation.path() if each.parent == parent]
        children = [each.id for each in self.conversation.messages.values() if each.parent == parent]
        return (visible or children)[-1] if visible or children else None

    def _start(self, _: int, text: str) -> list[Change]:
        return decide.start(self.head, self.now, self.prompt(text))

    def _queue(self, _: int, text: str) -> list[Change]:
        return self._start(0, text) if self.head.run is not None else []

    def _next(self, *_: Any) -> list[Change]:
        return decide.next_turn(self.head, self.now)

    def _say(self, number: int, text: str) -> list[Change]:
        role = "assistant" if number % 3 else "tool"
        body = {"role": role, "content": text, "timestamp": self.now}
        return decide.say(self.head, self.now, self.head.epoch, body)

    def _finish(self, number: int, text: str) -> list[Change]:
        state = (DONE, FAILED, CANCELLED, INTERRUPTED)[number % 4]
        ended = Ended(self.head.run.id if self.head.run else "", state)
        cut = {"_partial": True} if number % 8 > 3 else {}
        bodies = [{"role": "assistant", "content": text, "timestamp": self.now, **cut}] if number % 2 else []
        return decide.finish(self.head, self.now, self.head.epoch, ended, bodies, {"input_tokens": 3})

    def _cancel(self, number: int, _: str) -> list[Change]:
        queue = self.head.queue
        return decide.unqueue(self.head, queue[number % len(queue)].run_id if queue else "none")

    def _waiting(self, number: int) -> str:
        queue = self.head.queue
        return queue[number % len(queue)].queue_id if queue else "none"

    def _reword(self, number: int, text: str) -> list[Change]:
        return decide.reword(self.head, self._waiting(number), text)

    def _reorder(self, number: int, _: str) -> list[Change]:
        return decide.reorder(self.head, self._waiting(number), self._waiting(number // 7) if number % 3 else None)

    def _steer(self, number: int, text: str) -> list[Change]:
        if number % 2:
            return steering.start(self.head, self.now, self.prompt(text))
        return steering.steer(self.head, self._waiting(number))

    def _unsteer(self, number: int, _: str) -> list[Change]:
        return steering.steer(self.head, self._waiting(number), on=False)

    def _step(self, number: int, text: str) -> list[Change]:
        said = [{"role": "assistant", "content": text, "timestamp": self.now}] if number % 2 else []
        return steering.take_in(self.head, self.now, self.head.epoch, said)

    def _continue(self, number: int, text: str) -> list[Change]:
        target = self.chosen(number)
        return decide.carry_on(self.head, target, self.child_of(target), self.prompt(text)) if target else []

    def _edit(self, number: int, text: str) -> list[Change]:
        target = self.chosen(number)
        return decide.edit(self.head, self.now, target, self.prompt(text)) if target else []

    def _retry(self, number: int, text: str) -> list[Change]:
        message = self.chosen(number)
        path = self.path(message.id) if message else []
        users = [each for each in path if each.role == "user"]
        if not users:
            return []
        follower = path[path.index(users[-1]) + 1].id if path[-1] is not users[-1] else self.child_of(users[-1])
        return decide.retry(self.head, self.now, users[-1], follower, self.prompt(text))

    def _select(self, number: int, _: str) -> list[Change]:
        leaf = self.chosen(number)
        while leaf is not None and (child := self.child_of(leaf)) is not None:
            leaf = self.conversation.messages[child]
        return decide.select(self.head, leaf, self.child_of(leaf)) if leaf else []

    def _exact(self, number: int, _: str) -> list[Change]:
        leaf = self.chosen(number) if number % 5 else None
        return decide.select(self.head, leaf, self.child_of(leaf))

    def _rename(self, number: int, text: str) -> list[Change]:
        source = ("prompt", "model", "imported", "manual")[number % 4]
        return decide.change(self.head, {"title": text}, source)

    def _pin(self, number: int, text: str) -> list[Change]:
        return decide.change(self.head, {"pinned": bool(number % 2), "workspace": text})

    def _trash(self, *_: Any) -> list[Change]:
        return decide.trash(self.head)

    def _restore(self, *_: Any) -> list[Change]:
        return decide.restore(self.head)

    def _adopt(self, number: int, text: str) -> list[Change]:
        path = self.conversation.path()
        kept = path[: number % (len(path) + 1)]
        bodies = [message.as_json() for message in kept] + [{"role": "user", "content": text, "timestamp": 5.0}] * (
            number % 3
        )
        return decide.adopt(self.head, self.now, ({"title": text, "x_own": number}, bodies), path, "changed")

    def _stale(self, _: int, text: str) -> list[Change]:
        return decide.close_stale(self.head, self.now, [{"role": "assistant", "content": text, "timestamp": self.now}])


def play(commands: list[tuple[str, int, str]]) -> History:
    history = History()
    for command in commands:
        history.carry_out(command)
    return history
