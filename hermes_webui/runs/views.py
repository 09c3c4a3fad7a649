"""What subscribers and requests get to see of a conversation: pure renderings of events, replies and rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from hermes_webui.chat.document import Summary
from hermes_webui.chat.events import Event, MessageAdded, RunFinished, data_of
from hermes_webui.chat.head import ROOT, Head
from hermes_webui.chat.messages import Message, text_of
from hermes_webui.chat.reply import REASONING, parts_of, rest_after
from hermes_webui.chat.run import STEERED, Queued
from hermes_webui.streams.sse import Cursor, frame

PREVIEW = 400

#: How much of a waiting prompt a row shows.
SHOWN = 2000


def session_topic(session_id: str) -> str:
    """The topic of a session's events and deltas."""
    return f"session:{session_id}"


def run_topic(run_id: str) -> str:
    """The topic of one run in hermes-webui's event names."""
    return f"run:{run_id}"


#: The topic of the list's changes, and of what concerns everybody.
LIST = "list"


def event_frame(head: Head, event: Event, offset: int = 0) -> bytes:
    """A log event for the page. `offset`: how much of the open message has been told by then."""
    data = data_of(event.change)
    if isinstance(event.change, MessageAdded):
        siblings = head.branches.get(event.change.parent or ROOT, ())
        data = {**data, "siblings": list(siblings)} if len(siblings) > 1 else data
    body = {"type": event.type, "session_id": head.session_id, "seq": event.seq, "at": event.at, "data": data}
    return frame(body, Cursor(event.seq, offset))


def closes_reply(event: Event) -> bool:
    """Whether the event is a completed reply: what was open until then stands in it, whole."""
    return isinstance(event.change, MessageAdded) and event.change.message.get("role") == "assistant"


def delta_frame(session_id: str, run_id: str, seq: int, offset: int, kind: str, text: str) -> bytes:
    """A stretch of the open message for the page; its cursor is where it ends."""
    body = {"type": "delta", "session_id": session_id, "run_id": run_id, "kind": kind, "offset": offset, "text": text}
    return frame(body, Cursor(seq, offset + len(text)))


def output_frame(session_id: str, run_id: str, call_id: str, offset: int, text: str) -> bytes:
    """More output of a running call; `offset` is where `text` begins."""
    where = {"type": "output", "session_id": session_id, "run_id": run_id, "call_id": call_id}
    return frame({**where, "offset": offset, "text": text})


def notice_frame(session_id: str, run_id: str, text: str, *, kept: bool) -> bytes:
    """What the engine says beside its reply; what is `kept` will stand in its message."""
    return frame({"type": "notice", "session_id": session_id, "run_id": run_id, "text": text, "kept": kept})


def asked_json(head: Head) -> dict[str, Any]:
    """What waits for an answer, and the agent's last plan, as clients get it."""
    plan = msgspec.to_builtins(head.plan) if head.plan is not None else None
    return {"asked": [msgspec.to_builtins(each) for each in head.asked], "plan": plan, **equipment_json(head)}


def equipment_json(head: Head) -> dict[str, Any]:
    """As whom the session's models speak, and with which tool sets (null: the usual ones)."""
    sets, personality = head.fields.get("enabled_toolsets"), head.fields.get("personality")
    return {
        "personality": personality if isinstance(personality, str) else "",
        "enabled_toolsets": list(sets) if isinstance(sets, list | tuple) else None,
    }


def list_frame(version: int, summary: Summary | None, session_id: str) -> bytes:
    """A row of the list is new or changed, or gone."""
    change: dict[str, Any] = {"removed": session_id} if summary is None else {"session": summary_json(summary)}
    return frame({"type": "list", "list_version": version, **change})


def summary_json(summary: Summary, shown: int | None = SHOWN) -> dict[str, Any]:
    """A row as clients get it; of waiting prompts only what is shown (None: all)."""
    built: dict[str, Any] = msgspec.to_builtins(summary)
    built["queue"] = [_waiting(item, shown) for item in summary.queue]
    if built["last_run"] is not None:
        built["last_run"].setdefault("error", None)
    return built


def _waiting(item: Queued, shown: int | None) -> dict[str, Any]:
    """A prompt that waits, with the names of its files where it has some, and whether it is to steer the open run."""
    row = {"queue_id": item.queue_id, "run_id": item.run_id, "key": item.key}
    listed = item.message.get("attachments")
    names = [each.get("name", "") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    more = {**({"files": names} if names else {}), **({"steered": True} if item.steered else {})}
    return {**row, "content": text_of(item.message)[:shown], **more}


def message_json(message: Message, head: Head) -> dict[str, Any]:
    """A message as clients get it; with all siblings where it has some."""
    siblings = head.branches.get(message.parent or ROOT, ())
    built = message.as_json()
    return {**built, "siblings": list(siblings)} if len(siblings) > 1 and message.id in siblings else built


def run_delta_frame(seq: int, offset: int, kind: str, text: str) -> bytes:
    """A stretch of a reply in hermes-webui's names."""
    return frame({"text": text}, Cursor(seq, offset + len(text)), "reasoning" if kind == REASONING else "token")


def run_event_frames(run_id: str, event: Event, summary: Summary, known: int, *, whole: bool) -> Iterator[bytes]:
    """What a log event means to a client that follows one run in hermes-webui's names.

    `known`: how many characters of the open message this client has. `whole`: the rest of a completed one comes now
    (else it has come as deltas).
    """
    change = event.change
    if isinstance(change, MessageAdded) and change.run_id == run_id:
        yield from _message_frames(event, change, known, whole=whole)
    elif isinstance(change, RunFinished) and change.run_id == run_id:
        yield from _end_frames(event, change, summary)


def _message_frames(event: Event, change: MessageAdded, known: int, *, whole: bool) -> Iterator[bytes]:
    body = change.message
    if body.get("role") == "assistant" and not body.get("_error"):
        rest = rest_after(parts_of(body), known) if whole else []
        for offset, kind, text in rest:
            yield run_delta_frame(event.seq - 1, offset, kind, text)
        for call in body.get("tool_calls") or ():
            function = call.get("function", {})
            tool = {"tid": call.get("id"), "name": function.get("name"), "args": function.get("arguments")}
            yield frame({**tool, "preview": str(function.get("arguments"))[:PREVIEW]}, Cursor(event.seq), "tool")
    elif body.get("role") == "tool":
        status = body.get("status", "ok")
        done = {"tid": body.get("tool_call_id"), "name": body.get("name"), "status": status, "is_error": status != "ok"}
        told = {**done, "duration": body.get("duration", 0.0), "preview": text_of(body)[:PREVIEW]}
        yield frame(told, Cursor(event.seq, known), "tool_complete")


def _end_frames(event: Event, change: RunFinished, summary: Summary) -> Iterator[bytes]:
    cursor = Cursor(event.seq)
    if change.state == "done":
        yield frame({"session": summary_json(summary), "usage": change.usage}, cursor, "done")
    elif change.state == STEERED:
        yield frame({"stream_id": change.into}, cursor, "steered")
    elif change.state == "cancelled":
        yield frame({"message": "Stopped. What had arrived is kept."}, cursor, "cancel")
    else:
        yield frame(change.error or {"code": change.state, "message": "The run has ended."}, cursor, "apperror")
    yield frame({"session_id": summary.session_id}, cursor, "stream_end")


def ended(events: Iterable[Event], run_id: str) -> RunFinished | None:
    """How the run ended, where one of the events says so."""
    changes = (event.change for event in events)
    return next((each for each in changes if isinstance(each, RunFinished) and each.run_id == run_id), None)
