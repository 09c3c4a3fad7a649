"""What there is to say against a call of an agent, from the little that it tells: its kind, its command, its places.

Pure: a hint for people, no fence. Where the agent leaves out what one would have to know, that is said.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final

from hermes_webui.engines.acp.calls import Call
from hermes_webui.engines.tools.risk import risk_of as risk_of_command

#: Kinds that act on files, which an agent should name.
FILES: Final = frozenset({"read", "edit", "delete", "move"})

#: Kinds whose name says all that is known of them.
SAID: Final[Mapping[str, str]] = {
    "delete": "This deletes, and nothing here can bring it back.",
    "move": "What stands at the new place may be overwritten.",
    "fetch": "This uses the network.",
    "agent": "This starts another agent.",
    "": "The agent does not say what kind of action this is.",
    "other": "The agent does not say what kind of action this is.",
}


def risk_of(call: Call, cwd: str) -> str:
    """What the card of a question about this call warns of, "" where nothing stands out. `cwd`: the conversation's
    folder.
    """
    if call.kind == "execute":
        return risk_of_command(call.subject) if call.subject else "The agent does not say which command this is."
    return " ".join(each for each in (SAID.get(call.kind, ""), _change(call), _places(call, cwd)) if each)


def _change(call: Call) -> str:
    return "The agent does not show what it would change." if call.kind == "edit" and not call.diffs else ""


def _places(call: Call, cwd: str) -> str:
    """As they are written: where links lead is the agent's secret."""
    if not call.paths:
        return "The agent does not say which files." if call.kind in FILES else ""
    outside = sorted(path for path in call.paths if not _is_inside(path, cwd))
    more = f" and {len(outside) - 1} more" if len(outside) > 1 else ""
    return f"This lies outside the workspace: {outside[0]}{more}." if outside else ""


def _is_inside(path: str, cwd: str) -> bool:
    root = posixpath.normpath(cwd)
    place = posixpath.normpath(posixpath.join(root, path))
    return not path.startswith("~") and (place == root or place.startswith(posixpath.join(root, "")))
