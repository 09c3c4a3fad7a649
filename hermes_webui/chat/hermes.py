"""Hermes Agent's sessions and messages in this program's form: pure mappings of rows of its `state.db`.

The columns are those of shared/formats.md; versions differ, so every value may be missing or of another type.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from hermes_webui.chat.decide import title_from
from hermes_webui.chat.document import Summary
from hermes_webui.chat.events import Body, SessionImported
from hermes_webui.chat.messages import MILLISECONDS

SOURCE = "hermes"

#: Ids of conversations that are Hermes Agent's: told from all others without a look into its store.
PREFIX = "hermes-"
_DIGITS = 24

#: No time in seconds or milliseconds is as late.
_NEVER = 1e15

#: Content that is no plain text stands as JSON after these characters.
STRUCTURED = "\0json:"

#: What its ends are called here; others need no word.
_ENDS: Final[Mapping[str, str]] = {"length": "max_tokens", "content_filter": "refusal"}


class Row(Struct, frozen=True):
    """One session as Hermes' list has it. Times are seconds since 1970; `prompt` is the beginning of its first prompt,
    where it has no title; `last` when something was last said.
    """

    source_id: str
    source: str = ""
    title: str = ""
    prompt: str = ""
    model: str = ""
    started: float = 0.0
    last: float = 0.0
    message_count: int = 0
    parent: str = ""
    archived: bool = False
    input_tokens: int = 0
    output_tokens: int = 0


def session_id_of(source_id: str) -> str:
    """The id here of one of Hermes' sessions: the same each time, so that none is taken in twice."""
    digest = hashlib.blake2b(f"{SOURCE}\0{source_id}".encode("utf-8", "surrogatepass"), digest_size=_DIGITS // 2)
    return PREFIX + digest.hexdigest()


def named(row: Row) -> tuple[str, str]:
    """The title that the session is shown with, and whose it is (`decide.TITLE_RANK`)."""
    if row.title:
        return row.title, "imported"
    made = title_from(row.prompt)
    return made, "prompt" if made else "default"


def imported(row: Row, leaf: str | None, sha256: str = "", engine: str = "") -> SessionImported:
    """The first event of our log of it, whose last message will be `leaf`: what the agent's own session holds up to
    there. `engine` is the one that can go on with that session, if one can.
    """
    title, source = named(row)
    fields: dict[str, Any] = {
        "created_at": row.started,
        "session_source": SOURCE,
        "source_label": row.source or SOURCE,
        "agent_session": {"engine": SOURCE, "id": row.source_id, **({"upto": leaf} if leaf else {})},
    }
    optional = {
        "title": title,
        "engine": engine,
        "archived": row.archived,
        "parent_session_id": session_id_of(row.parent) if row.parent else "",
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
    }
    told = {**fields, **{name: value for name, value in optional.items() if value}}
    return SessionImported(SOURCE, row.source_id, sha256, session_id_of(row.source_id), told, source)


def summary_of(row: Row) -> Summary:
    """Its row in the list."""
    title, source = named(row)
    last = row.last or row.started
    return Summary(
        session_id=session_id_of(row.source_id),
        title=title or "Untitled",
        title_source=source,
        engine="",
        model=row.model,
        model_provider=None,
        workspace="",
        created_at=row.started,
        updated_at=last,
        last_message_at=last,
        message_count=row.message_count,
        user_message_count=0,
        pinned=False,
        archived=row.archived,
        is_streaming=False,
        active_stream_id=None,
        revision=row.message_count + 1,
        epoch=0,
        damaged=False,
        last_run=None,
        queue=(),
        queue_held=False,
        parent_session_id=session_id_of(row.parent) if row.parent else None,
        session_source=SOURCE,
        source_label=row.source or SOURCE,
        agent_session={"engine": SOURCE, "id": row.source_id},
        read_only=True,
    )


def body_of(row: Mapping[str, Any]) -> Body:
    """A message of ours from a row of `messages`. `source_id` is its number there."""
    body: Body = {"role": text(row.get("role")) or "unknown", "content": content_of(row.get("content"))}
    at = seconds(row.get("timestamp"))
    if at:
        body["timestamp"] = at
    named_ = {"tool_call_id": row.get("tool_call_id"), "name": row.get("tool_name")}
    thought = text(row.get("reasoning")) or text(row.get("reasoning_content"))
    named_ |= {"reasoning": thought, "finish_reason": _ENDS.get(text(row.get("finish_reason")))}
    body.update({name: value for name, each in named_.items() if (value := text(each))})
    calls = calls_of(row.get("tool_calls"))
    if calls:
        body["tool_calls"] = calls
    body["source_id"] = str(row.get("id"))
    return body


def content_of(value: object) -> str | list[Any]:
    """The text of a message, or the list of its parts."""
    found = text(value)
    if not found.startswith(STRUCTURED):
        return found.replace("\0", "�")
    try:
        parts = json.loads(found[len(STRUCTURED) :])
    except (ValueError, RecursionError):
        return found.replace("\0", "�")
    if isinstance(parts, list):
        return [part if isinstance(part, dict) else {"type": "text", "text": str(part)} for part in parts]
    return json.dumps(parts, ensure_ascii=False)


def calls_of(value: object) -> list[dict[str, Any]]:
    """The tool calls of a reply: {id, type, function {name, arguments}}; what is none is left out."""
    try:
        found = json.loads(text(value) or "[]")
    except (ValueError, RecursionError):
        return []
    return [call for each in found if (call := _call(each)) is not None] if isinstance(found, list) else []


def _call(value: object) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    function = value.get("function")
    inner = function if isinstance(function, dict) else value
    name = inner.get("name")
    if not isinstance(name, str):
        return None
    given = inner.get("arguments", "{}")
    arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    call_id = str(value.get("id") or value.get("call_id") or "")
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def text(value: object) -> str:
    """A value of the store as text; nothing where there is none. What is no UTF-8 is replaced."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if value is None:
        return ""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def seconds(value: object) -> float:
    """A time in seconds since 1970, from seconds, milliseconds or ISO text; 0 where it is none."""
    if isinstance(value, str):
        return _seconds_in(value)
    if not isinstance(value, int | float) or not 0 <= value < _NEVER:  # NaN fails too
        return 0.0
    return float(value) / 1000 if value > MILLISECONDS else float(value)


def _seconds_in(value: str) -> float:
    try:
        return seconds(float(value))
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return 0.0
    return max(0.0, (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def count(value: object) -> int:
    """A count; 0 where it is none."""
    return value if isinstance(value, int) and value > 0 else 0
