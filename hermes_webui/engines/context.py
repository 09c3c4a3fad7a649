"""What of a conversation a model gets to read: message bodies made into turns that every provider accepts.

Pure, and total: any list of bodies gives turns, whatever an import or a crash has left in it. The turns begin
with a user's, alternate between user and assistant (a call's results count as the user's), end with a user's,
and are never empty; each call has its result and each result its call. What does not fit those rules is told
as text, not dropped.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.engines.attached import ALL, NO_FILES, Attached, Takes, split
from hermes_webui.engines.base import Body, File
from hermes_webui.engines.seam import request_to_go_on

CUT_OFF: Final = "[This reply was cut off here.]"
_LONGEST_NAME: Final = 64
#: What Anthropic takes, and no longer than OpenAI does.
_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,40}")
#: Where a body holds what of its files is sent beside its text, on its way through here.
_FILES: Final = "\0files"
BEGINS_WITH_REPLY: Final = "[The conversation begins with your reply.]"


class Call(Struct, frozen=True):
    """A tool call and what it gave. `args` is a JSON object as text."""

    id: str
    name: str
    args: str
    result: str


class Said(Struct, frozen=True):
    """One turn. Only an assistant's has calls; their results follow it at once, and so does the assistant's
    next turn.
    """

    role: Literal["user", "assistant"]
    text: str
    calls: tuple[Call, ...] = ()
    files: tuple[Attached, ...] = ()


class Pending(Struct, frozen=True):
    """What a run had said when it stopped to wait: whole turns, then text and calls that have no results yet. `calls`
    holds all that were made at once, also those whose result is there.
    """

    turns: tuple[Said, ...]
    text: str = ""
    calls: tuple[Call, ...] = ()


class Context(Struct, frozen=True):
    """The system's words, "" for none, and the turns. `unfinished`: the reply so far that is to go on, where the
    conversation ends in one.
    """

    system: str
    turns: tuple[Said, ...]
    unfinished: str = ""


def context_of(
    bodies: Sequence[Body],
    *,
    calls_as_text: bool = False,
    files: Mapping[str, File] = NO_FILES,
    takes: Takes = ALL,
) -> Context:
    """The context that these bodies give. `calls_as_text` is for requests in which a provider refuses calls; `files`
    are the contents of attachments by id, of which only what the model `takes` is sent.
    """
    kept = list(_once(_joined(list(_spoken(bodies)))))
    system = "\n\n".join(filter(None, (_text(body) for body in kept if body.get("role") == "system")))
    spoken = [body for body in kept if body.get("role") != "system"]
    last = spoken.pop() if spoken and _goes_on(spoken[-1]) else {}
    unfinished = _text(last)
    if unfinished:  # what is asked after it says that it was cut off; of thoughts alone there is nothing to go on with
        spoken.append({**last, "_partial": False})
    asked = [_with_files(body, files, takes) for body in spoken]
    turns = _framed(_merged(_turns(asked, calls_as_text=calls_as_text)), unfinished)
    return Context(system, tuple(_identified(turns)), unfinished)


def prompt_of(body: Body, files: Mapping[str, File] = NO_FILES, takes: Takes = ALL) -> Said:
    """One prompt by itself, as it stands in a context: what steers a turn that goes on."""
    asked = _with_files(body, files, takes)
    return Said("user", _text(asked), files=asked.get(_FILES, ()))


def pending_of(bodies: Sequence[Body]) -> Pending:
    """What a run's own messages say of it, for a run that goes on without a snapshot of its own. All calls from the
    first one without a result on are taken to have been made at once.
    """
    spoken = list(_spoken(bodies))
    given = {str(body.get("tool_call_id") or ""): _text(body) for body in spoken if body.get("role") == "tool"}
    at = next((at for at, body in enumerate(spoken) if _made(body).keys() - given.keys()), len(spoken))
    turns = tuple(_merged(_turns(spoken[:at], calls_as_text=False)))
    calls = {name: call for body in spoken[at:] for name, call in _made(body).items()}
    made = tuple(Call(name, _named(call), _arguments(call), given.get(name, "")) for name, call in calls.items())
    text = "\n\n".join(filter(None, (_text(body) for body in spoken[at:] if body.get("role") == "assistant")))
    return Pending(turns, text, made)


def _spoken(bodies: Sequence[Body]) -> Iterator[Body]:
    """What is part of the conversation: no errors, none of a subagent's calls, and calls that were made at once as one
    message. The log holds each of them as a message of its own, and all of them before the first result.
    """
    subagents: set[str] = set()
    last: Body | None = None
    for body in bodies:
        made = _made(body)
        inner = [name for name, call in made.items() if call.get("parent")]
        subagents.update(inner)
        if body.get("_error") or str(body.get("tool_call_id") or "") in subagents:
            continue
        if inner:
            body = {**body, "tool_calls": [call for name, call in made.items() if name not in subagents]}  # noqa: PLW2901
            if not body["tool_calls"] and not _text(body):
                continue
        if last is not None and _made(last) and made and not _text(body):
            last = {**last, "tool_calls": [*last["tool_calls"], *body["tool_calls"]]}
            continue
        if last is not None:
            yield last
        last = body
    if last is not None:
        yield last


def _made(body: Body) -> dict[str, dict[str, Any]]:
    """The calls of an assistant's message by their ids."""
    listed = body.get("tool_calls") if body.get("role") == "assistant" else None
    calls = [call for call in listed if isinstance(call, dict)] if isinstance(listed, list) else []
    return {str(call.get("id") or ""): call for call in calls}


def _goes_on(body: Body) -> bool:
    return body.get("role") == "assistant" and not body.get("tool_calls")


def _joined(bodies: Sequence[Body]) -> Iterator[Body]:
    """Replies that continue the one before them as one with it: the model sees no seam."""
    last: Body | None = None
    for body in bodies:
        if last is not None and body.get("continues") and _goes_on(last) and body.get("role") == "assistant":
            last = {**body, "content": _text(last) + _text(body)}
            continue
        if last is not None:
            yield last
        last = body
    if last is not None:
        yield last


def _once(bodies: Iterator[Body]) -> Iterator[Body]:
    """Without a prompt that only repeats the one before it: it was sent again because no reply had come."""
    last: Body | None = None
    for body in bodies:
        again = last is not None and body.get("role") == last.get("role") == "user"
        same = last is not None and all(body.get(key) == last.get(key) for key in ("content", "attachments"))
        if not (again and same):
            yield body
        last = body


def _turns(bodies: Sequence[Body], *, calls_as_text: bool) -> Iterator[Said]:
    at = 0
    while at < len(bodies):
        body, at = bodies[at], at + 1
        role = body.get("role")
        if role == "assistant":
            end = at
            while end < len(bodies) and bodies[end].get("role") == "tool":
                end += 1
            yield from _replied(body, bodies[at:end], calls_as_text=calls_as_text)
            at = end
        elif role == "tool":
            yield Said("user", _told_result(body))
        else:
            yield Said("user", _text(body), files=body.get(_FILES, ()))


def _with_files(body: Body, files: Mapping[str, File], takes: Takes) -> Body:
    """A prompt with the text of its files before its own, as models read them best."""
    if not body.get("attachments") or body.get("role") in ("assistant", "tool"):
        return {key: value for key, value in body.items() if key != _FILES}
    notes, sent = split(body, files, takes)
    return {**body, "content": "\n\n".join(filter(None, (notes, _text(body)))), _FILES: sent}


def _replied(body: Body, results: Sequence[Body], *, calls_as_text: bool) -> Iterator[Said]:
    """An assistant's message with the results that follow it: as calls where all of them pair up, else as
    text.
    """
    text = _text(body)
    if body.get("_partial"):
        text = f"{text}\n\n{CUT_OFF}" if text else CUT_OFF
    listed = body.get("tool_calls")
    raw = [call for call in listed if isinstance(call, dict)] if isinstance(listed, list) else []
    calls = None if calls_as_text else _paired(raw, results)
    if calls is not None:
        yield Said("assistant", text, calls)
        return
    yield Said("assistant", text)
    # As the user's words: a model that finds such notes in its own turns begins to write them itself.
    yield Said("user", "\n\n".join([_told_call(call) for call in raw] + [_told_result(each) for each in results]))


def _paired(raw: Sequence[dict[str, Any]], results: Sequence[Body]) -> tuple[Call, ...] | None:
    """The calls with their results, or None where an id, a name, the arguments or the pairing is not as it
    must be.
    """
    given = {str(body.get("tool_call_id") or ""): _text(body) for body in results}
    calls = []
    for call in raw:
        identity = str(call.get("id") or "")
        name, args = _named(call), _arguments(call)
        if not identity or identity not in given or not _is_tool_name(name) or not _is_object(args):
            return None
        calls.append(Call(identity, name, args, given[identity]))
    unique = len({call.id for call in calls}) == len(calls) == len(results)
    return tuple(calls) if unique else None


def _merged(turns: Iterator[Said]) -> Iterator[Said]:
    """Neighbours of one role as one turn, and no empty one. Results count as the user's, so a call may end a
    turn only.
    """
    last: Said | None = None
    for turn in turns:
        if not turn.text.strip() and not turn.calls and not turn.files:
            continue
        if last is not None and last.role == turn.role and not last.calls:
            text = "\n\n".join(filter(None, (last.text, turn.text)))
            last = Said(turn.role, text, turn.calls, last.files + turn.files)
            continue
        if last is not None:
            yield last
        last = turn
    if last is not None:
        yield last


def _identified(turns: Sequence[Said]) -> Iterator[Said]:
    """Each call with an id that every provider takes and no other call has: other programs' have any characters and
    length, and some servers begin anew in each response.
    """
    seen: set[str] = set()
    for turn in turns:
        calls = []
        for call in turn.calls:
            known = call.id in seen or not _ID.fullmatch(call.id)
            calls.append(replace(call, id=_of_our_own(call.id, len(seen))) if known else call)
            seen.add(calls[-1].id)
        yield replace(turn, calls=tuple(calls))


def _of_our_own(identity: str, number: int) -> str:
    told = f"{number}\0{identity}".encode()
    return f"call-{hashlib.blake2b(told, digest_size=10).hexdigest()}"


def _framed(turns: Iterator[Said], unfinished: str) -> list[Said]:
    framed = list(turns)
    if not framed:
        return [Said("user", "[The message is empty.]")]
    if framed[0].role != "user":
        framed.insert(0, Said("user", BEGINS_WITH_REPLY))
    if framed[-1].role != "user":
        framed.append(Said("user", request_to_go_on(unfinished)))
    return framed


def _text(body: Body) -> str:
    """The content as text; a part that is none is named in brackets."""
    content = body.get("content")
    if isinstance(content, str):
        return _clean(content)
    if not isinstance(content, list):
        return "" if content is None else _clean(_json(content))
    return "\n\n".join(filter(None, (_part(part) for part in content)))


def _part(part: object) -> str:
    if isinstance(part, str):
        return _clean(part)
    if not isinstance(part, dict):
        return ""
    for key in ("text", "input_text", "output_text"):
        if isinstance(part.get(key), str):
            return _clean(part[key])
    kind = str(part.get("type") or "part").replace("_url", "").replace("input_", "")
    return f"[Attached here, but not sent: {_clean(kind)[:40]}]"


def _told_call(call: dict[str, Any]) -> str:
    return f"[You called the tool {_named(call) or 'without a name'} with: {_arguments(call)}]"


def _told_result(body: Body) -> str:
    name = str(body.get("name") or "").strip()
    return f"[The tool {name + ' ' if name else ''}answered: {_text(body)}]"


def _named(call: dict[str, Any]) -> str:
    function = call.get("function")
    name = function.get("name") if isinstance(function, dict) else call.get("name")
    return _clean(name) if isinstance(name, str) else ""


def _arguments(call: dict[str, Any]) -> str:
    function = call.get("function")
    given = function.get("arguments") if isinstance(function, dict) else call.get("arguments", call.get("args"))
    return _clean(given) if isinstance(given, str) else _json({} if given is None else given)


def _is_object(args: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(args), dict)
    except ValueError:
        return False


def _is_tool_name(name: str) -> bool:
    """What OpenAI takes: letters, digits, underscores and hyphens."""
    return 0 < len(name) <= _LONGEST_NAME and name.isascii() and name.replace("_", "").replace("-", "").isalnum()


def _json(value: object) -> str:
    try:
        return _clean(msgspec.json.encode(value).decode())
    except (TypeError, ValueError):
        return _clean(str(value))


def _clean(text: str) -> str:
    """Without lone surrogates, which JSON files can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()
