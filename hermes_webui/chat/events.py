"""The events of a conversation's log: each type's data, and the envelope that numbers and dates it.

An event says what happened and is never changed. A reader keeps data keys and event types that it does not know (a
newer version wrote them) by leaving the line alone; folding passes over them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

#: A message in hermes-webui's format: role, content, timestamp, and whatever else its writer put there.
Body = dict[str, Any]


class Change(Struct, frozen=True, omit_defaults=True):
    """What happened, before it has a number and a date."""

    type: ClassVar[str] = ""


class SessionCreated(Change, frozen=True, omit_defaults=True):
    """The conversation begins. `fields` are hermes-webui's metadata keys."""

    type: ClassVar[str] = "session.created"
    session_id: str
    fields: dict[str, Any] = {}


class SessionChanged(Change, frozen=True, omit_defaults=True):
    """Metadata changed. `source` says who did it: a title of a weaker source does not replace one of a stronger."""

    type: ClassVar[str] = "session.changed"
    fields: dict[str, Any]
    source: str = "manual"


class SessionAdopted(Change, frozen=True, omit_defaults=True):
    """Another program's `<sid>.json` became part of this log; the messages that follow in the same append are its.

    The visible path is cut back to `leaf` first (the last message that both have), which hides `hides`. `reason` is
    found (there was no log), changed (it was rewritten since), saved (through `api.models`) or restored (a backup).
    `digest` is of the file's bytes, where there was a file: the same file is not taken in twice.
    """

    type: ClassVar[str] = "session.adopted"
    session_id: str
    reason: str
    fields: dict[str, Any]
    leaf: str | None = None
    depth: int = 0
    turn: int = 0
    hides: str | None = None
    digest: str | None = None


class MessageAdded(Change, frozen=True, omit_defaults=True):
    """A message is appended to the visible path: its parent is always the path's last message.

    `depth` is its place in that path and `turn` the number of user messages up to it, both from 1: with them a path is
    counted without being read.
    """

    type: ClassVar[str] = "message.added"
    id: str
    parent: str | None
    depth: int
    turn: int
    message: Body
    run_id: str | None = None
    queue_id: str | None = None
    key: str | None = None


class BranchSelected(Change, frozen=True, omit_defaults=True):
    """Another path is shown: the one that ends in `leaf`. `hides` is the message of the old path where the two part,
    if the new one ends above it, so that the way back is known. Where it was only cut, `cut` is its old end and
    `cut_depth` the number of messages up to there.
    """

    type: ClassVar[str] = "branch.selected"
    leaf: str | None
    depth: int
    turn: int
    hides: str | None = None
    reason: str = "select"
    cut: str | None = None
    cut_depth: int = 0


class RunQueued(Change, frozen=True, omit_defaults=True):
    """A prompt came while a run was open. It becomes a message when its turn comes."""

    type: ClassVar[str] = "run.queued"
    queue_id: str
    run_id: str
    message: Body
    key: str | None = None
    options: dict[str, str] = {}


class RunRequeued(Change, frozen=True, omit_defaults=True):
    """A prompt that waits was reworded (`message`), or the queue was put in another order (`order`, queue ids).
    `steered`: it is to be given to the open run at its next step, or not any more.
    """

    type: ClassVar[str] = "run.requeued"
    queue_id: str
    run_id: str
    message: Body | None = None
    order: list[str] | None = None
    steered: bool | None = None


class RunStarted(Change, frozen=True, omit_defaults=True):
    """A turn begins. Appends of an older epoch are refused from here on. `key` is the client's where it answers a
    prompt again; a new prompt's stands in its message. `continues` is the reply that was cut off and goes on.
    """

    type: ClassVar[str] = "run.started"
    run_id: str
    epoch: int
    engine: str = ""
    provider: str = ""
    model: str = ""
    key: str | None = None
    continues: str | None = None


class RunFinished(Change, frozen=True, omit_defaults=True):
    """A turn, or a queued prompt, has ended. `error` is {code, message, retryable, hint}. `into`: the run that a queued
    prompt was given to instead of one of its own; the prompt is the message before, of that run.
    """

    type: ClassVar[str] = "run.finished"
    run_id: str
    state: str
    error: dict[str, Any] | None = None
    usage: dict[str, Any] | None = None
    into: str | None = None


class ApprovalRequested(Change, frozen=True, omit_defaults=True):
    """The run waits for an answer that only the user can give.

    `options` are {id, label, kind, grant?}; `call` is the call that is asked about ({call_id, name, kind, subject, …});
    `schema` describes a form. At `deadline` (seconds since 1970) it is denied. `survives`: the run goes on after a
    restart of the server, and the question with it.
    """

    type: ClassVar[str] = "approval.requested"
    request_id: str
    run_id: str
    title: str
    kind: str = "permission"
    options: list[dict[str, Any]] = []
    call: dict[str, Any] | None = None
    schema: dict[str, Any] | None = None
    deadline: float | None = None
    survives: bool = False


class ApprovalAnswered(Change, frozen=True, omit_defaults=True):
    """The run goes on. `by` is user, timeout (nobody answered in time) or engine (it does not ask any more)."""

    type: ClassVar[str] = "approval.answered"
    request_id: str
    choice: str
    values: dict[str, Any] = {}
    by: str = "user"


class PlanChanged(Change, frozen=True, omit_defaults=True):
    """What the agent of the run means to do: `entries` are {content, status, priority}, all of them."""

    type: ClassVar[str] = "plan.changed"
    run_id: str
    entries: list[dict[str, Any]]


class ContextCompacted(Change, frozen=True, omit_defaults=True):
    """The model's context now begins with `summary` in place of everything up to `upto`. The history is untouched."""

    type: ClassVar[str] = "context.compacted"
    upto: str
    summary: str


class SessionImported(Change, frozen=True, omit_defaults=True):
    """Where an imported conversation came from, and the digest of what was read there; its messages follow, and the log
    is whole when it gets its name. `fields` are hermes-webui's metadata keys, `title_source` says whose the title is.
    """

    type: ClassVar[str] = "session.imported"
    source: str
    source_id: str
    sha256: str
    session_id: str = ""
    fields: dict[str, Any] = {}
    title_source: str = "imported"


class SessionTrashed(Change, frozen=True, omit_defaults=True):
    """The user deleted the conversation. It stays restorable until the trash is emptied on purpose."""

    type: ClassVar[str] = "session.trashed"
    reason: str = "deleted"


class SessionRestored(Change, frozen=True, omit_defaults=True):
    """The user took it back out of the trash."""

    type: ClassVar[str] = "session.restored"


class Unknown(Change, frozen=True):
    """An event of a type that this version does not know."""

    name: str
    data: dict[str, Any]


CHANGES: MappingProxyType[str, type[Change]] = MappingProxyType(
    {
        change.type: change
        for change in (
            SessionCreated,
            SessionChanged,
            SessionAdopted,
            MessageAdded,
            BranchSelected,
            RunQueued,
            RunRequeued,
            RunStarted,
            RunFinished,
            ApprovalRequested,
            ApprovalAnswered,
            PlanChanged,
            ContextCompacted,
            SessionImported,
            SessionTrashed,
            SessionRestored,
        )
    }
)


class Event(Struct, frozen=True):
    """A change with its number in the log (from 1, without a gap) and its time (seconds since 1970)."""

    seq: int
    at: float
    change: Change

    @property
    def type(self) -> str:
        """The event's name in the log."""
        return self.change.name if isinstance(self.change, Unknown) else self.change.type


def change_from(name: str, data: bytes | msgspec.Raw) -> Change:
    """Decodes one event's data. Raises `msgspec.DecodeError` where it is not what its type says."""
    kind = CHANGES.get(name)
    if kind is None:
        return Unknown(name, msgspec.json.decode(data, type=dict[str, Any]))
    return msgspec.json.decode(data, type=kind)


def data_of(change: Change) -> dict[str, Any]:
    """The change's data as JSON values: what stands under `data` in the log and in the page's stream."""
    if isinstance(change, Unknown):
        return change.data
    built: dict[str, Any] = msgspec.to_builtins(change)
    return built
