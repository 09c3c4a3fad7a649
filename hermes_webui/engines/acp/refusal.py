"""An agent's refusal as a sentence for the user: what it said, what was kept, what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hermes_webui.engines.acp.link import Lost, Refused
from hermes_webui.engines.acp.profiles import Profile
from hermes_webui.errors import EngineFailure, HermesError

KEPT: Final = "Your message is kept."

#: ACP's code for an agent that wants a login first.
AUTH_REQUIRED: Final = -32000
LONGEST_DETAIL: Final = 600


def failure_of(error: Refused, profile: Profile, about: Mapping[str, Any]) -> EngineFailure:
    """What ends the turn. `about` is what the agent said of itself at its start."""
    if error.code == AUTH_REQUIRED:
        return EngineFailure("auth", f"{login_wanted(error, profile, about)} {KEPT}")
    return EngineFailure("provider_error", f"{profile.name} could not answer: {_sentence(error)} {KEPT}")


def reason_of(error: Exception, profile: Profile, about: Mapping[str, Any]) -> str:
    """Why it could not be tried out, in a sentence."""
    match error:
        case Refused(code=code) if code == AUTH_REQUIRED:
            return login_wanted(error, profile, about)
        case Refused():
            return f"{profile.name} opens no session: {_sentence(error)}"
        case HermesError():
            return f"{profile.name}: {error.message}."
    how = "it ended" if isinstance(error, Lost) else "it was silent"
    return f"{profile.name} starts, but {how} when a session was opened."


def login_wanted(error: Refused, profile: Profile, about: Mapping[str, Any]) -> str:
    """That it wants an account or a key first, and how it gets one."""
    what = profile.login or "start `{command}` in a terminal once"
    ways = "" if profile.login else _ways(about)
    said = _said(error).rstrip(".")
    says = f" It says: {said}." if said and said.lower() != "authentication required" else ""
    return f"{profile.name} wants you to log in first: {what.format(command=profile.named[0])}{ways}.{says}"


def _sentence(error: Refused) -> str:
    return f"{_said(error).rstrip('.')}."


def _said(error: Refused) -> str:
    data = error.data
    detail = data.get("details") or data.get("message") if isinstance(data, Mapping) else data
    return ": ".join(str(each) for each in (error.message, detail) if each)[:LONGEST_DETAIL]


def _ways(about: Mapping[str, Any]) -> str:
    """The ways to log in that an agent of which nothing is known offers."""
    methods = about.get("authMethods")
    named = [str(each["name"]) for each in methods or () if isinstance(each, Mapping) and each.get("name")]
    return f" (it offers: {', '.join(named[:8])})" if named else ""
