"""The same conversation in hermes-webui's file format: metadata first, then the visible messages, then the rest.

`shared/formats.md` of the project's plan describes the format. Ours adds keys before `messages` (`OWN`), which
hermes-webui keeps as unknown ones, and an `id` to each message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from hermes_webui.chat.events import Body
from hermes_webui.chat.head import FIELDS, Head, number_of
from hermes_webui.chat.messages import text_of
from hermes_webui.chat.run import Ended, Queued

#: hermes-webui's metadata keys in its order; they stand before `messages`.
ORDER = (
    "session_id", "title", "workspace", "model", "model_provider", "created_at", "updated_at", "pinned", "archived",
    "project_id", "profile", "input_tokens", "output_tokens", "estimated_cost", "personality", "active_stream_id",
    "pending_user_message", "pending_attachments", "pending_started_at", "compression_anchor_visible_idx",
    "compression_anchor_message_key", "compression_anchor_summary", "context_length", "threshold_tokens",
    "last_prompt_tokens", "gateway_routing", "gateway_routing_history", "llm_title_generated", "parent_session_id",
    "is_cli_session", "source_tag", "raw_source", "session_source", "source_label", "enabled_toolsets",
    "composer_draft",
)  # fmt: skip

DEFAULTS: Final[Mapping[str, Any]] = {
    "workspace": "",
    "model": "",
    "pinned": False,
    "archived": False,
    "input_tokens": 0,
    "output_tokens": 0,
    "pending_attachments": [],
    "gateway_routing_history": [],
    "llm_title_generated": False,
    "is_cli_session": False,
    "composer_draft": {},
}

#: Keys that we add. `revision`: the last event folded in; `log_offset`, `log_sum`: where the log goes on from there
#: and the check to continue with; `generation`: how often this file has been written; `head`: the fold, whole.
OWN = frozenset({"message_count", "revision", "log_offset", "log_sum", "generation", "head", "digest"})

SNIPPET = 400


class Place(Struct, frozen=True):
    """Where in its log a snapshot stands."""

    offset: int
    sum: str
    generation: int = 0


class Summary(Struct, frozen=True):
    """One row of the list. A partial view has no save: there is no way from here back to a file."""

    session_id: str
    title: str
    title_source: str
    engine: str
    model: str
    model_provider: str | None
    workspace: str
    created_at: float
    updated_at: float
    last_message_at: float
    message_count: int
    user_message_count: int
    pinned: bool
    archived: bool
    is_streaming: bool
    active_stream_id: str | None
    revision: int
    epoch: int
    damaged: bool
    last_run: Ended | None
    queue: tuple[Queued, ...]
    queue_held: bool
    parent_session_id: str | None = None
    project_id: str | None = None
    tags: tuple[str, ...] = ()
    #: How many questions wait for an answer.
    asks: int = 0
    #: Where it comes from where that is not here (`hermes`), and by which of that program's ways (cli, telegram …).
    session_source: str | None = None
    source_label: str | None = None
    #: The agent's own session of this conversation: {engine, id}.
    agent_session: dict[str, str] | None = None
    #: Another program's: nothing of it is changed here until it is replied to, which makes it ours.
    read_only: bool = False
    #: What its runs have used so far; the cost in US dollars, None where no engine knew it.
    input_tokens: int = 0
    output_tokens: int = 0
    estimated_cost: float | None = None
    #: The name of the profile that it was begun with.
    profile: str | None = None


def summary_of(head: Head, *, damaged: bool = False) -> Summary:
    """The row that stands for this head."""
    fields = head.fields
    return Summary(
        session_id=head.session_id,
        title=head.title or "Untitled",
        title_source=head.title_source,
        engine=str(fields.get("engine") or ""),
        model=str(fields.get("model") or ""),
        model_provider=_text(fields.get("model_provider")),
        workspace=str(fields.get("workspace") or ""),
        created_at=head.created_at,
        updated_at=head.active_at,
        last_message_at=head.active_at,
        message_count=head.message_count,
        user_message_count=head.user_message_count,
        pinned=bool(fields.get("pinned")),
        archived=bool(fields.get("archived")),
        is_streaming=head.run is not None,
        active_stream_id=head.run.id if head.run else None,
        revision=head.revision,
        epoch=head.epoch,
        damaged=damaged,
        last_run=head.last_run,
        queue=head.queue,
        queue_held=head.queue_held,
        parent_session_id=_text(fields.get("parent_session_id")),
        project_id=_text(fields.get("project_id")),
        tags=_texts(fields.get("tags")),
        asks=len(head.asked),
        session_source=_text(fields.get("session_source")),
        source_label=_text(fields.get("source_label")),
        agent_session=_pair(fields.get("agent_session")),
        read_only=head.unwritten,
        input_tokens=int(number_of(fields.get("input_tokens"))),
        output_tokens=int(number_of(fields.get("output_tokens"))),
        estimated_cost=number_of(fields["estimated_cost"]) if fields.get("estimated_cost") else None,
        profile=_text(fields.get("profile")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()


def _pair(value: object) -> dict[str, str] | None:
    return {str(key): str(each) for key, each in value.items()} if isinstance(value, dict) else None


def header(head: Head, place: Place) -> dict[str, Any]:
    """The keys of the document before `messages`, in order."""
    derived = {
        "session_id": head.session_id,
        "title": head.title or "Untitled",
        "created_at": head.created_at,
        "updated_at": head.active_at,
        "active_stream_id": head.run.id if head.run else None,
    }
    found = {**DEFAULTS, **head.fields, **derived}
    ordered = {key: found.get(key) for key in ORDER}
    rest = {key: value for key, value in head.fields.items() if key not in ordered}
    return {
        **ordered,
        **rest,
        "message_count": head.message_count,
        "revision": head.revision,
        "log_offset": place.offset,
        "log_sum": place.sum,
        "generation": place.generation,
        "head": msgspec.to_builtins(head),
    }


def head_from(header: dict[str, Any]) -> tuple[Head, Place] | None:
    """The head and place that a header of ours holds; None for another program's document."""
    try:
        head = msgspec.convert(header["head"], Head)
        place = Place(header["log_offset"], header["log_sum"], header["generation"])
    except (KeyError, TypeError, msgspec.ValidationError):
        return None
    same = head.session_id == header.get("session_id") and head.revision == header.get("revision")
    return (head, place) if same else None


def foreign(document: dict[str, Any]) -> tuple[dict[str, Any], list[Body]]:
    """Splits another program's document into its fields (unknown ones are kept) and its messages.

    Values that are not messages are kept as messages of role `unknown`, so that nothing is dropped.
    """
    fields = {key: value for key, value in document.items() if key not in OWN and key not in {"messages", "session_id"}}
    found = document.get("messages")
    listed = found if isinstance(found, list) else []
    return fields, [item if isinstance(item, dict) else {"role": "unknown", "content": str(item)} for item in listed]


def extras(fields: dict[str, Any]) -> dict[str, Any]:
    """The unknown keys of an adopted document, which stand after `messages`; `tool_calls` first."""
    return {
        key: value for key, value in fields.items() if key not in FIELDS and key not in {"title", "active_stream_id"}
    }


def tool_calls_of(body: Body, position: int) -> list[dict[str, Any]]:
    """The entries of hermes-webui's session-level `tool_calls` for the assistant message at `position` (from 0) of
    the path.
    """
    entries: list[dict[str, Any]] = []
    calls = body.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            name = str(function.get("name") or "")
            args = function.get("arguments")
            entries.append(
                {"name": name, "preview": name, "snippet": "", "tid": call.get("id"), "assistant_msg_idx": position}
                | {"args": args, "done": False, "is_error": False, "duration": 0.0}
            )
    return entries


def with_result(entry: dict[str, Any], body: Body) -> dict[str, Any]:
    """The same entry after the tool message that answers it."""
    status = body.get("status", "ok")
    result = {"snippet": text_of(body)[:SNIPPET], "done": True, "is_error": status != "ok"}
    return {**entry, **result, "duration": body.get("duration", 0.0)}
