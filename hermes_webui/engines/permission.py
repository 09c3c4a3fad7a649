"""The question that an engine of ours asks about a call."""

from __future__ import annotations

from hermes_webui.chat.policy import pattern_for
from hermes_webui.engines.base import CallAsked, InputRequest, Option


def permission(
    request_id: str, title: str, call: CallAsked, *, grant: str = "", checkpoint: bytes = b""
) -> InputRequest:
    """Once, for this session, for good, or not. `grant` is the pattern that the two in the middle allow; by default the
    command itself, and of any other tool all that it does.
    """
    grant = grant or pattern_for(call.name, call.subject if call.kind == "execute" else "")
    options = (
        Option("allow", "Allow", "allow_once"),
        Option("session", "Allow in this session", "allow_session", grant),
        Option("always", "Always allow", "allow_always", grant),
        Option("deny", "Deny", "reject_once"),
    )
    return InputRequest(request_id, "permission", title, options, call, checkpoint=checkpoint)
