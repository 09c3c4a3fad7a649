"""The tool calls of one turn: what an agent says of them becomes starts, outputs and ends, each once. Pure.

A call is told when what it does is known: an agent that announces it first and fills in its input later (OpenCode,
Claude Code) is waited for until it runs, is asked about, or ends. Calls that never end are closed with the turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast, get_args

from hermes_webui.engines.acp.diffs import diff_of
from hermes_webui.engines.base import (
    CallKind,
    Diff,
    EngineEvent,
    Location,
    ToolCallFinished,
    ToolCallStarted,
    ToolCallUpdated,
)

KINDS: Final = frozenset(get_args(CallKind))
PATHS: Final = ("path", "file_path", "filePath", "filepath", "abs_path")
PARENTS: Final = ("parentToolUseId", "parentToolCallId", "parent_tool_use_id", "parent_tool_call_id")
NAMES: Final = ("toolName", "tool_name")
#: Codex tells a command's output beside the call, a piece at a time: `_meta.terminal_output_delta.data`.
OUTPUTS: Final = ("terminal_output_delta", "terminal_output")

#: So much of a result is kept, in characters.
LONGEST: Final = 400_000

UNTOLD: Final = "{who} did not say how this call ended."
DENIED: Final = "It was not run: you did not allow it."


class Call:
    """One call, as far as it is known."""

    def __init__(self, call_id: str) -> None:
        self.id = call_id
        self.kind: CallKind = ""
        self.name = ""
        self.title = ""
        self.args: dict[str, Any] = {}
        self.parent = ""
        self.locations: tuple[Location, ...] = ()
        self.status = "pending"
        self.text = ""
        self.raw: Any = None
        self.diffs: tuple[Diff, ...] = ()
        #: What a terminal has put out for it: one of ours, or the agent's.
        self.printed = ""
        #: Ours: the agent says nothing of it.
        self.own = False
        #: Told as started, told as ended.
        self.told = self.over = False
        #: What was answered where it was asked about; None: it was not.
        self.allowed: bool | None = None

    @property
    def subject(self) -> str:
        """What it acts on, in a line: the command, path or address."""
        for key in ("command", "cmd", "path", "file_path", "filePath", "abs_path", "url", "query", "pattern"):
            found = self.args.get(key)
            if isinstance(found, str) and found:
                return found
            if isinstance(found, list) and found:
                return " ".join(str(each) for each in found)
        if self.locations:
            return self.locations[0].path
        return self.title if self.kind == "execute" else ""  # Gemini CLI says a command there and nowhere else

    @property
    def is_named(self) -> bool:
        """Whether the agent says which tool it is, and not only of what kind."""
        return self.name not in {*KINDS, "tool"}

    @property
    def paths(self) -> frozenset[str]:
        """The files that it names."""
        given = (self.args.get(key) for key in PATHS)
        named = [each for each in given if isinstance(each, str) and each]
        return frozenset([*named, *(place.path for place in self.locations), *(diff.path for diff in self.diffs)])

    def take(self, said: Mapping[str, Any]) -> None:
        """What the agent says of it now; what it leaves out stays."""
        kind = said.get("kind")
        if isinstance(kind, str):
            self.kind = cast("CallKind", kind if kind in KINDS else "other")
        self.title = str(said.get("title") or self.title)
        self.status = str(said.get("status") or self.status)
        raw = said.get("rawInput")
        if raw not in (None, {}, ""):
            self.args = raw if isinstance(raw, dict) else {"input": raw}
        self.raw = said.get("rawOutput", self.raw)
        named = said.get("name")
        self.name = meta(said, NAMES) or (named if isinstance(named, str) else "") or self.name or self.kind or "tool"
        if isinstance(said.get("locations"), list):
            self.locations = tuple(_locations(said["locations"]))
        if isinstance(said.get("content"), list):
            self._content([each for each in said["content"] if isinstance(each, dict)])

    def _content(self, parts: Sequence[Mapping[str, Any]]) -> None:
        diffs = tuple(_diffs(parts))
        self.diffs = diffs or self.diffs
        text = "\n".join(text for each in parts if each.get("type") == "content" and (text := text_in(each)))
        self.text = text or self.text

    @property
    def result(self) -> str:
        """What it gave, as text."""
        return (self.text or self.printed or _readable(self.raw))[:LONGEST]

    def started(self) -> ToolCallStarted:
        """Its announcement."""
        self.told = True
        return ToolCallStarted(self.id, self.name, self.args, self.title, self.kind, self.locations, self.parent)


class Calls:
    """The calls of one turn, by the agent's ids; ours begin with `mark`, since some models number their calls anew in
    each turn. `who` is the agent's name in a sentence.
    """

    def __init__(self, who: str, mark: str) -> None:
        self._who = who
        self._mark = mark
        self._calls: dict[str, Call] = {}

    @property
    def open(self) -> list[Call]:
        """Those that have not ended, the oldest first."""
        return [call for call in self._calls.values() if not call.over]

    def take(self, said: Mapping[str, Any]) -> Iterator[EngineEvent]:
        """What a `tool_call` or `tool_call_update` means."""
        call_id = str(said.get("toolCallId") or "")
        if not call_id:
            return
        call = self._calls.setdefault(call_id, self.new(call_id))
        if call.over:
            return  # its end is in the log, which nothing changes
        before, printed = call.text, _put_out(said)
        call.take(said)
        call.printed += printed
        parent = meta(said, PARENTS)
        call.parent = f"{self._mark}-{parent}" if parent else call.parent
        if call.told or call.status != "pending" or call.args.keys() - {"cwd"}:
            yield from self._begun(call)
        if call.status in {"completed", "failed"}:
            yield self._ended(call, "ok" if call.status == "completed" else "failed")
        elif call.told and printed:
            yield ToolCallUpdated(call.id, printed)
        elif call.told and call.text != before:
            more = call.text.removeprefix(before) if call.text.startswith(before) else f"\n{call.text}"
            yield ToolCallUpdated(call.id, more)

    def new(self, call_id: str) -> Call:
        """A call that is not among them yet."""
        return Call(f"{self._mark}-{call_id}")

    def begin(self, call: Call) -> Iterator[EngineEvent]:
        """It is asked about, or is one of ours: told now, whatever is missing."""
        if call not in self._calls.values():
            self._calls[call.id] = call
        yield from self._begun(call)

    def _begun(self, call: Call) -> Iterator[EngineEvent]:
        if not call.told:
            yield call.started()

    def end(self, call: Call, status: str, result: str) -> Iterator[EngineEvent]:
        """One of ours has ended."""
        if not call.over:
            call.text = result
            yield self._ended(call, status)

    def _ended(self, call: Call, status: str) -> ToolCallFinished:
        call.over = True
        result = call.result
        if call.allowed is False:
            status, result = "denied", result or DENIED
        found = cast("Any", status)
        done = call.diffs if status in {"ok", "unknown"} else ()
        return ToolCallFinished(call.id, found, result, diffs=done, locations=call.locations)

    def close(self) -> Iterator[EngineEvent]:
        """The turn has ended well: calls that the agent never said the end of are closed for what they are."""
        for call in self.open:
            yield from self._begun(call)
            call.text = "\n".join(filter(None, (call.text, UNTOLD.format(who=self._who))))
            yield self._ended(call, "denied" if call.allowed is False else "unknown")

    def asked(self, said: Mapping[str, Any]) -> Call:
        """The call that a permission is asked for: the one of its id, else the open one that it describes, else the
        last open one of its kind; where there is none, a call of its own.
        """
        call_id = str(said.get("toolCallId") or "")
        probe = self.new(call_id)
        probe.take(said)
        if call_id in self._calls:
            return _told_more(self._calls[call_id], probe)
        free = [call for call in self.open if call.allowed is None]
        same = [call for call in free if call.kind == probe.kind]
        exact = [call for call in same if call.subject and call.subject == probe.subject]
        by_path = [call for call in same if call.paths & probe.paths]
        found = next(iter(reversed(exact or by_path or same)), None)
        if found is None:
            found = self._calls[call_id] = probe
        return _told_more(found, probe)

    def covering(self, kinds: frozenset[str], subject: str, paths: frozenset[str] = frozenset()) -> Call | None:
        """The open call of the agent that this request of it belongs to."""
        for call in reversed(self.open):
            if call.kind in kinds and (call.paths & paths or (subject and subject == call.subject)):
                return call
        return None


def _told_more(call: Call, probe: Call) -> Call:
    """The call, with what only its question says of it."""
    call.diffs = call.diffs or probe.diffs
    call.args = call.args if call.args.keys() - {"cwd"} else probe.args or call.args
    return call


def meta(said: Mapping[str, Any], names: Sequence[str]) -> str:
    """A value of `_meta`, at its top or one level down (`claudeCode`)."""
    found = said.get("_meta")
    if not isinstance(found, Mapping):
        return ""
    for level in (found, *(each for each in found.values() if isinstance(each, Mapping))):
        for name in names:
            if isinstance(level.get(name), str):
                return str(level[name])
    return ""


def _put_out(said: Mapping[str, Any]) -> str:
    found = said.get("_meta")
    parts = (found.get(name) for name in OUTPUTS) if isinstance(found, Mapping) else ()
    return "".join(str(each.get("data") or "") for each in parts if isinstance(each, Mapping))


def text_in(part: Mapping[str, Any]) -> str:
    """The text of a content part; a word in brackets for what is none."""
    content = part.get("content", part)
    if not isinstance(content, Mapping):
        return str(content)
    if content.get("type") == "text":
        return str(content.get("text") or "")
    resource = content.get("resource")
    if isinstance(resource, Mapping) and isinstance(resource.get("text"), str):
        return str(resource["text"])
    if content.get("type") == "resource_link":
        return str(content.get("uri") or "")
    return f"[{content.get('type') or 'something that is no text'}]"


def _locations(found: Sequence[Any]) -> Iterator[Location]:
    for each in found:
        if isinstance(each, Mapping) and isinstance(each.get("path"), str):
            line = each.get("line")
            yield Location(each["path"], line if type(line) is int and line > 0 else None)


def _diffs(parts: Sequence[Mapping[str, Any]]) -> Iterator[Diff]:
    for each in parts:
        if each.get("type") == "diff" and isinstance(each.get("newText"), str):
            old = each.get("oldText")
            yield diff_of(str(each.get("path") or ""), old if isinstance(old, str) else None, each["newText"])


def _readable(raw: Any) -> str:
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, Mapping):
        for key in ("output", "stdout", "text", "content", "error", "result"):
            if isinstance(raw.get(key), str):
                return str(raw[key])
    return json.dumps(raw, ensure_ascii=False, indent=1)
