"""What an agent may only do after a question: its own permission requests, and what it asks us to do for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hermes_webui.chat.policy import pattern_for
from hermes_webui.engines.acp.calls import Call
from hermes_webui.engines.acp.risk import risk_of
from hermes_webui.engines.base import Answer, CallAsked, InputRequest, Option

#: Our option where the agent has none for a session: the agent is told "once", and this server asks no more.
OURS: Final = "hermes-webui:session"
#: We deny a little earlier than the agent does by itself, so that both say the same.
EARLIER_SECONDS: Final = 3.0

KINDS: Final = frozenset({"allow_once", "allow_always", "reject_once", "reject_always"})


def permission(request_id: str, call: Call, given: Sequence[Any], cwd: str, patience: float | None) -> InputRequest:
    """The question about a call, with the agent's own answers. `patience`: after so many seconds the agent denies."""
    options = tuple(_option(each, call) for each in given if isinstance(each, Mapping) and each.get("optionId"))
    kinds = {option.kind for option in options}
    if "allow_once" in kinds and "allow_session" not in kinds and _grant(call):
        at = next(at for at, option in enumerate(options) if option.kind == "allow_once") + 1
        options = (*options[:at], _session(call), *options[at:])
    timeout = patience - EARLIER_SECONDS if patience is not None else None
    return InputRequest(request_id, "permission", call.title or call.name, options, about(call, cwd), timeout=timeout)


def own(request_id: str, call: Call, cwd: str) -> InputRequest:
    """The question about something that this server shall do for the agent."""
    session = (_session(call),) if _grant(call) else ()
    options = (Option("allow", "Allow", "allow_once"), *session, Option("deny", "Deny", "reject_once"))
    return InputRequest(request_id, "permission", call.title, options, about(call, cwd))


def about(call: Call, cwd: str) -> CallAsked:
    """What the page shows of the call. What risk there is, an agent has no way to say."""
    patch = "".join(diff.patch for diff in call.diffs)
    return CallAsked(call.id, call.name, call.kind, call.subject, patch, risk_of(call, cwd), cwd)


def outcome(request: InputRequest, answer: Answer) -> dict[str, Any]:
    """What the agent is answered: its own option, never one that allows where the user did not."""
    chosen = answer.choice
    if chosen == OURS:
        chosen = next((option.id for option in request.options if option.kind == "allow_once"), "")
    known = any(option.id == chosen for option in request.options)
    return {"outcome": {"outcome": "selected", "optionId": chosen} if known else {"outcome": "cancelled"}}


def _option(said: Mapping[str, Any], call: Call) -> Option:
    """ACP has no kind for a session: agents (Hermes) say it in the option's id."""
    identity, kind = str(said["optionId"]), said.get("kind")
    label = str(said.get("name") or identity)
    if kind == "allow_always" and "session" in identity:
        return Option(identity, label, "allow_session", _grant(call))
    return Option(identity, label, kind if kind in KINDS else "other")


def _session(call: Call) -> Option:
    return Option(OURS, "Allow in this session", "allow_session", _grant(call))


def _grant(call: Call) -> str:
    """What an answer for the session covers: the tool; but of commands, and where the agent names no tool, no more than
    what this call acts on, and nothing where it does not say what that is.
    """
    exact = call.kind == "execute" or not call.is_named
    return pattern_for(call.name, call.subject) if exact and call.subject else "" if exact else call.name
