"""The head: what of a conversation is needed to list it, to decide about it and to write to it, however long it is.

It is folded from the events, one constant-time step each. The messages themselves stay in the log, addressed by id.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.chat import run as runs
from hermes_webui.chat.events import (
    ApprovalAnswered,
    ApprovalRequested,
    BranchSelected,
    Change,
    ContextCompacted,
    Event,
    MessageAdded,
    PlanChanged,
    RunFinished,
    RunQueued,
    RunRequeued,
    RunStarted,
    SessionAdopted,
    SessionChanged,
    SessionCreated,
    SessionImported,
    SessionRestored,
    SessionTrashed,
)
from hermes_webui.chat.messages import timestamp_of
from hermes_webui.chat.run import Asked, Ended, Plan, Queued, Run

#: The key of the root in `Head.branches`: the parent of first messages.
ROOT = ""

#: How many client-made keys a session remembers. A key that is repeated after that many newer prompts is a new prompt.
KEYS_KEPT = 64

#: hermes-webui's metadata keys that a head holds; other keys of a document stay in the log (`Head.extras_at`).
FIELDS = frozenset((
    "workspace", "model", "model_provider", "engine", "pinned", "archived", "project_id", "profile", "input_tokens",
    "output_tokens", "estimated_cost", "personality", "pending_user_message", "pending_attachments",
    "pending_started_at", "compression_anchor_visible_idx", "compression_anchor_message_key",
    "compression_anchor_summary", "context_length", "threshold_tokens", "last_prompt_tokens", "gateway_routing",
    "gateway_routing_history", "llm_title_generated", "parent_session_id", "is_cli_session", "source_tag",
    "raw_source", "session_source", "source_label", "enabled_toolsets", "composer_draft", "created_at",
    "updated_at", "truncation_watermark", "clear_generation", "intentional_shrink_generation", "share_token",
    "forked_from", "tags", "grants", "agent_session",
))  # fmt: skip

#: What agents may do without asking is never taken from another program's file.
TRUSTED = frozenset({"grants"})

#: Of a cost in US dollars: a token costs a millionth of some, and a sum must not gather the dust of binary fractions.
COST_DIGITS = 10

PENDING = frozenset({"pending_user_message", "pending_attachments", "pending_started_at"})

DEFAULT_TITLES = frozenset({"", "Untitled", "New Chat", "New chat"})

#: Who may replace whose title: a source replaces those of its own rank and below.
TITLE_RANK: Final[Mapping[str, int]] = {"default": 0, "prompt": 1, "model": 2, "imported": 3, "manual": 4}


class Cut(Struct, frozen=True):
    """The visible path was cut and nothing has been said since: its old end, and how many messages led up to there."""

    leaf: str
    depth: int


class Origin(Struct, frozen=True, omit_defaults=True):
    """Where an imported conversation came from. `kept`: it was deleted there, and the user has taken it back."""

    source: str
    source_id: str
    kept: bool = False


class Head(Struct, frozen=True, omit_defaults=True):
    """The bounded part of a conversation. `revision` is the number of the last event folded in."""

    session_id: str
    revision: int = 0
    created_at: float = 0.0
    fields: dict[str, Any] = {}
    title: str = ""
    title_source: str = "default"
    leaf: str | None = None
    cut: Cut | None = None
    message_count: int = 0
    user_message_count: int = 0
    last_message_at: float = 0.0
    branches: dict[str, tuple[str, ...]] = {}
    run: Run | None = None
    last_run: Ended | None = None
    queue: tuple[Queued, ...] = ()
    #: What the open run waits for, oldest first.
    asked: tuple[Asked, ...] = ()
    plan: Plan | None = None
    epoch: int = 0
    keys: dict[str, tuple[str, str]] = {}
    trashed: bool = False
    adopted: bool = False
    #: Of the last file of another program that this log has taken in.
    digest: str | None = None
    extras_at: int | None = None
    compacted: ContextCompacted | None = None
    origin: Origin | None = None
    #: Another program's conversation as it stands there: nothing of it is in our log before its first change.
    unwritten: bool = False

    @property
    def spoken_in(self) -> bool:
        """Whether anything was asked for here: a turn was begun, or a prompt waits."""
        return self.epoch > 0 or bool(self.queue)

    @property
    def active_at(self) -> float:
        """When something was last said here; where no message notes its time, what its writer noted for the whole."""
        return self.last_message_at or number_of(self.fields.get("updated_at")) or self.created_at

    @property
    def queue_held(self) -> bool:
        """Prompts wait and nothing runs: the last run failed or was stopped. The user says when to go on."""
        return bool(self.queue) and self.run is None

    @property
    def stopped(self) -> bool:
        """Nothing runs, because the user stopped what ran last."""
        return self.run is None and self.last_run is not None and self.last_run.state == runs.CANCELLED


def apply(head: Head, event: Event) -> Head:
    """The head after the event. Unknown events only move the revision."""
    step = _STEPS.get(type(event.change))
    changes = {} if step is None else step(head, event.change, event)
    return replace(head, revision=event.seq, **changes)


def _created(head: Head, change: SessionCreated, event: Event) -> dict[str, Any]:
    return {"created_at": event.at, "last_message_at": event.at, **_fields(head, change.fields, "manual")}


def _changed(head: Head, change: SessionChanged, _event: Event) -> dict[str, Any]:
    return _fields(head, change.fields, change.source)


def _fields(head: Head, fields: dict[str, Any], source: str) -> dict[str, Any]:
    known = {key: value for key, value in fields.items() if key in FIELDS}
    changes: dict[str, Any] = {"fields": {**head.fields, **known}} if known else {}
    title = fields.get("title")
    if isinstance(title, str) and title and TITLE_RANK.get(source, 0) >= TITLE_RANK.get(head.title_source, 0):
        changes |= {"title": title, "title_source": source}
    return changes


def _adopted(head: Head, change: SessionAdopted, event: Event) -> dict[str, Any]:
    taken = FIELDS - TRUSTED
    fields = {key: value for key, value in change.fields.items() if key in taken and value is not None}
    fields |= {key: head.fields[key] for key in TRUSTED if key in head.fields}
    title = str(change.fields.get("title") or "")
    stream = change.fields.get("active_stream_id")
    extras = any(key not in FIELDS for key in change.fields if key not in {"title", "active_stream_id"})
    run = Run(stream, head.epoch + 1, runs.RUNNING, event.at) if isinstance(stream, str) and stream else None
    return {
        "fields": fields,
        "title": title,
        "title_source": _source_of(head, title),
        "created_at": number_of(fields.get("created_at")) or head.created_at or event.at,
        "run": run,
        "epoch": run.epoch if run else head.epoch,
        "extras_at": event.seq if extras else None,
        "adopted": True,
        "digest": change.digest or head.digest,
        "cut": None,
        "asked": (),
        "queue": _unsteered(head.queue),
        **_move(head, change),
    }


def _imported(head: Head, change: SessionImported, event: Event) -> dict[str, Any]:
    created = number_of(change.fields.get("created_at")) or head.created_at or event.at
    made = {"created_at": created, "origin": Origin(change.source, change.source_id)}
    return {**made, **_fields(head, change.fields, change.title_source)}


def _source_of(head: Head, title: str) -> str:
    """A title that came back as it was keeps its source; another one is the other program's."""
    if title == head.title:
        return head.title_source
    return "default" if title in DEFAULT_TITLES else "imported"


def number_of(value: object) -> float:
    """A number of another program's document; 0 for what is none."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _move(head: Head, change: SessionAdopted | BranchSelected) -> dict[str, Any]:
    moved: dict[str, Any] = {"leaf": change.leaf, "message_count": change.depth, "user_message_count": change.turn}
    parent = change.leaf or ROOT
    if change.hides is not None and change.hides not in head.branches.get(parent, ()):
        moved["branches"] = {**head.branches, parent: (*head.branches.get(parent, ()), change.hides)}
    return moved


def _added(head: Head, change: MessageAdded, _event: Event) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "leaf": change.id,
        "cut": None,
        "message_count": change.depth,
        "user_message_count": change.turn,
    }
    parent = change.parent or ROOT
    if parent in head.branches:
        changes["branches"] = {**head.branches, parent: (*head.branches[parent], change.id)}
    if change.message.get("role") in {"user", "assistant"}:
        changes["last_message_at"] = max(head.last_message_at, timestamp_of(change.message) or 0.0)
    if change.key is not None and change.run_id is not None:
        changes["keys"] = _remember(head.keys, change.key, (change.id, change.run_id))
    return changes


def _remember(keys: dict[str, tuple[str, str]], key: str, made: tuple[str, str]) -> dict[str, tuple[str, str]]:
    kept = [(old, value) for old, value in keys.items() if old != key][-(KEYS_KEPT - 1) :]
    return {**dict(kept), key: made}


def _selected(head: Head, change: BranchSelected, _event: Event) -> dict[str, Any]:
    cut = Cut(change.cut, change.cut_depth) if change.cut is not None else None
    return {"cut": cut, **_move(head, change)}


def _queued(head: Head, change: RunQueued, _event: Event) -> dict[str, Any]:
    item = Queued(change.queue_id, change.run_id, change.message, change.key, change.options)
    changes: dict[str, Any] = {"queue": (*head.queue, item)}
    if change.key is not None:
        changes["keys"] = _remember(head.keys, change.key, (change.queue_id, change.run_id))
    return changes


def _requeued(head: Head, change: RunRequeued, _event: Event) -> dict[str, Any]:
    queue = head.queue
    if change.message is not None:
        queue = tuple(
            replace(item, message=change.message) if item.queue_id == change.queue_id else item for item in queue
        )
    if change.order is not None:
        place = {queue_id: at for at, queue_id in enumerate(change.order)}
        queue = tuple(sorted(queue, key=lambda item: place.get(item.queue_id, len(place))))
    if change.steered is not None:
        queue = tuple(
            replace(item, steered=change.steered) if item.queue_id == change.queue_id else item for item in queue
        )
    return {"queue": queue}


def _unsteered(queue: tuple[Queued, ...]) -> tuple[Queued, ...]:
    """There is no run any more that they could be given to."""
    return tuple(replace(item, steered=False) if item.steered else item for item in queue)


def _started(head: Head, change: RunStarted, event: Event) -> dict[str, Any]:
    who = (change.engine, change.provider, change.model)
    run = Run(change.run_id, change.epoch, runs.RUNNING, event.at, *who, change.continues)
    changes = {"run": run, "epoch": change.epoch, "queue": _without(head.queue, change.run_id)}
    if change.key is not None:
        changes["keys"] = _remember(head.keys, change.key, (head.leaf or ROOT, change.run_id))
    return changes


def _without(queue: tuple[Queued, ...], run_id: str) -> tuple[Queued, ...]:
    return tuple(item for item in queue if item.run_id != run_id)


def _finished(head: Head, change: RunFinished, _event: Event) -> dict[str, Any]:
    if head.run is None or head.run.id != change.run_id:
        return {"queue": _without(head.queue, change.run_id)}
    fields = {key: value for key, value in head.fields.items() if key not in PENDING}
    usage = change.usage or {}
    for key in ("input_tokens", "output_tokens"):
        spent = usage.get(key, 0)
        if spent:
            fields[key] = int(number_of(fields.get(key))) + spent
    if usage.get("cost"):
        fields["estimated_cost"] = round(number_of(fields.get("estimated_cost")) + usage["cost"], COST_DIGITS)
    ended = Ended(change.run_id, change.state, change.error)
    return {"run": None, "last_run": ended, "fields": fields, "asked": (), "queue": _unsteered(head.queue)}


def _asked(head: Head, change: ApprovalRequested, event: Event) -> dict[str, Any]:
    if head.run is None or head.run.id != change.run_id:
        return {}
    told = (change.title, change.kind, change.options, change.call, change.schema)
    asked = Asked(change.request_id, change.run_id, *told, event.at, change.deadline, change.survives)
    others = _others(head, change.request_id)
    return {"run": replace(head.run, state=runs.WAITING), "asked": (*others, asked)}


def _answered(head: Head, change: ApprovalAnswered, _event: Event) -> dict[str, Any]:
    left = _others(head, change.request_id)
    if head.run is None or left:
        return {"asked": left}
    return {"run": replace(head.run, state=runs.RUNNING), "asked": ()}


def _others(head: Head, request_id: str) -> tuple[Asked, ...]:
    return tuple(each for each in head.asked if each.request_id != request_id)


def _planned(_head: Head, change: PlanChanged, _event: Event) -> dict[str, Any]:
    return {"plan": Plan(change.run_id, change.entries)}


def _compacted(_head: Head, change: ContextCompacted, _event: Event) -> dict[str, Any]:
    return {"compacted": change}


def _trashed(_head: Head, _change: SessionTrashed, _event: Event) -> dict[str, Any]:
    return {"trashed": True}


def _restored(head: Head, _change: SessionRestored, _event: Event) -> dict[str, Any]:
    origin = replace(head.origin, kept=True) if head.origin is not None else None
    return {"trashed": False, "origin": origin}


_STEPS: Final[Mapping[type[Change], Any]] = {
    SessionCreated: _created,
    SessionChanged: _changed,
    SessionImported: _imported,
    SessionAdopted: _adopted,
    MessageAdded: _added,
    BranchSelected: _selected,
    RunQueued: _queued,
    RunRequeued: _requeued,
    RunStarted: _started,
    RunFinished: _finished,
    ApprovalRequested: _asked,
    ApprovalAnswered: _answered,
    PlanChanged: _planned,
    ContextCompacted: _compacted,
    SessionTrashed: _trashed,
    SessionRestored: _restored,
}
