"""A prompt as an agent gets it: its text, its files, and what it must be told of the conversation. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from hermes_webui.chat.attachments import PDF
from hermes_webui.chat.messages import text_of
from hermes_webui.engines.attached import Takes, check, split
from hermes_webui.engines.base import Body, Turn
from hermes_webui.engines.seam import request_to_go_on

#: Invisible, and white space to no agent: a prompt that begins with it is no command.
NO_COMMAND: Final = "\u200b"

#: So much of the conversation is given to a session that begins anew, in characters: the end of it.
LONGEST: Final = 200_000
LONGEST_RESULT: Final = 4_000

_BEGIN: Final = (
    "[This conversation goes on in a new session of yours. What was said so far, from the log, oldest first; do not "
    "answer it again, answer what follows it.]"
)
_END: Final = "[End of what was said so far. The user's message:]"
_LEFT_OUT: Final = "[Earlier messages are left out.]"
_CUT: Final = "[Your last reply was cut off. The user has this much of it:]\n{text}\n[The user's message:]"
_UNANSWERED: Final = "[The user's message before this one got no reply:]\n{text}\n[The user's message:]"
_SO_FAR: Final = "[Your last reply was cut off. This is what the user has of it:]\n{text}\n"


def takes_of(name: str, capabilities: Mapping[str, Any]) -> Takes:
    """What the agent reads beside text, from its `promptCapabilities`."""
    found = capabilities.get("promptCapabilities")
    told = found if isinstance(found, Mapping) else {}
    return Takes(name, bool(told.get("image")), bool(told.get("embeddedContext")))


def blocks(turn: Turn, takes: Takes, commands: Sequence[Mapping[str, str]], before: str) -> list[dict[str, Any]]:
    """The content of `session/prompt`. `before` is what the agent must be told first ("" for nothing).

    Raises `EngineFailure` for a file that this agent does not read.
    """
    last = turn.messages[-1]
    if turn.continues:
        return [_text(before + request_to_go_on(text_of(last)))]
    check(last, turn.files, takes)
    notes, sent = split(last, turn.files, takes)
    text = text_of(last)
    if not notes and not before and not sent:
        text = guarded(text, commands)
    parts = [_text("\n\n".join(filter(None, (before, notes, text))))] if before or notes or text else []
    return parts + [_file(each.name, each.type, each.data) for each in sent]


def guarded(text: str, commands: Sequence[Mapping[str, str]]) -> str:
    """A text that begins with a slash is a command only where the user can have meant it: it is one line, names one of
    the agent's commands, and says more than the name only where the command takes more.
    """
    if not text.lstrip().startswith("/"):
        return text
    name, _, rest = text.strip().removeprefix("/").partition(" ")
    known = next((each for each in commands if each.get("name") == name), None)
    meant = known is not None and "\n" not in text.strip() and (not rest or bool(known.get("hint")))
    return text if meant else NO_COMMAND + text


def so_far(messages: Sequence[Body]) -> str:
    """The conversation before the prompt, as text; "" where there is none."""
    told = [line for body in messages if (line := _line(body))]
    if not told:
        return ""
    kept: list[str] = []
    room = LONGEST
    for line in reversed(told):
        room -= len(line)
        if room < 0 and kept:
            kept.append(_LEFT_OUT)
            break
        kept.append(line[-LONGEST:])
    return "\n\n".join((_BEGIN, *reversed(kept), _END))


def cut_off(messages: Sequence[Body]) -> str:
    """What an agent must be told where its last reply did not end: it may have lost what the user has of it."""
    own = _since_prompt(messages)
    if messages and not own:
        return _UNANSWERED.format(text=text_of(messages[-1])[-LONGEST:])
    if not own or not (any(body.get("_partial") for body in own) or own[-1].get("role") == "tool"):
        return ""
    text = "\n\n".join(line for body in own if (line := _line(body)))
    return _CUT.format(text=text[-LONGEST:]) if text else ""


def to_go_on(messages: Sequence[Body]) -> str:
    """What stands before the request to go on with a reply that was cut off."""
    return _SO_FAR.format(text=text_of(messages[-1])[-LONGEST:]) if messages else ""


def _since_prompt(messages: Sequence[Body]) -> Sequence[Body]:
    at = max((at for at, body in enumerate(messages) if body.get("role") == "user"), default=-1)
    return messages[at + 1 :]


def _line(body: Body) -> str:
    text = text_of(body)
    match body.get("role"):
        case "user":
            names = [str(each.get("name")) for each in body.get("attachments") or () if isinstance(each, dict)]
            return "\n".join(filter(None, (f"User: {text}", *(f"[Attached: {name}]" for name in names))))
        case "assistant":
            said = f"Assistant: {text}{' [cut off here]' if body.get('_partial') else ''}" if text else ""
            return "\n".join(filter(None, (said, *(_call(each) for each in body.get("tool_calls") or ()))))
        case "tool":
            status = str(body.get("status") or "ok")
            return f"[Result of {body.get('name') or 'the call'} ({status}): {text[:LONGEST_RESULT]}]"
    return f"[{body.get('role')}: {text}]" if text else ""


def _call(call: Any) -> str:
    named = call.get("function") if isinstance(call, dict) else None
    if not isinstance(named, dict):
        return ""
    return f"[Called {named.get('name')}: {str(named.get('arguments') or '')[:LONGEST_RESULT]}]"


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _file(name: str, kind: str, data: bytes) -> dict[str, Any]:
    encoded = base64.b64encode(data).decode()
    if kind == PDF:
        resource = {"uri": f"attachment:///{name}", "mimeType": kind, "blob": encoded}
        return {"type": "resource", "resource": resource}
    return {"type": "image", "mimeType": kind, "data": encoded}
