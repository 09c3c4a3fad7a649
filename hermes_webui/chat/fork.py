"""A new conversation that begins with the beginning of another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from hermes_webui.chat.decide import Plan
from hermes_webui.chat.events import Change, SessionCreated
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message

#: What the new one takes over besides its messages: who answers, and where it belongs.
KEPT: Final = (
    "workspace", "model", "model_provider", "engine", "project_id", "tags", "profile", "personality",
    "enabled_toolsets",
)  # fmt: skip

_FORK: Final = re.compile(r" \(fork(?: (\d+))?\)$")


def fork_title(title: str) -> str:
    """`Owls` gives `Owls (fork)`, that gives `Owls (fork 2)`, and so on."""
    found = _FORK.search(title)
    if found is None:
        return f"{title or 'Untitled'} (fork)"
    return f"{title[: found.start()]} (fork {int(found[1] or 1) + 1})"


def beginning(source: Head, message_id: str, session_id: str) -> SessionCreated:
    """The first event of the new conversation, which says where it comes from. hermes-webui's name for that is
    `parent_session_id`.
    """
    origin = {"session_id": source.session_id, "message_id": message_id}
    kept = {name: source.fields[name] for name in KEPT if source.fields.get(name)}
    named = {"title": fork_title(source.title), "parent_session_id": source.session_id, "session_source": "fork"}
    return SessionCreated(session_id, {**kept, **named, "forked_from": origin})


def copied(plan: Plan, messages: Iterable[Message]) -> Iterator[Change]:
    """The messages as those of another conversation: with ids of their own, and of no run. One at a time: the plan
    holds no more than the last.
    """
    for message in messages:
        body = message.body
        if "continues" in body:
            body = {**body, "continues": plan.head.leaf}
        plan.message(body)
        yield plan.changes.pop()
