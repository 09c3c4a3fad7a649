"""How an agent's session goes on: with what it knows, or anew from our log. Pure.

Our log is the truth, the agent's own store a cache. What is remembered of a session is the last message that its agent
was given and the run that it answered with: where the conversation went another way since (edited, answered again or
by somebody else), the agent's session is of no use.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from hermes_webui.engines.base import Turn

LOST: Final = (
    "{name} has lost its session of this conversation. It was given what was said so far again, from the log; what it "
    "only kept in mind is gone."
)
PARTED: Final = (
    "{name} begins a new session here: the conversation has gone another way since its last reply. It was given what "
    "was said so far, from the log."
)
MOVED: Final = (
    "{name} begins a new session here: the conversation's folder is another one. It was given what was said so far, "
    "from the log."
)
JOINS: Final = "{name} was given what was said so far, from the log."


class Known(Struct, frozen=True, omit_defaults=True):
    """What is remembered of a session: the agent's own id of it, the last message it was given and the run that
    answered, the folder it works in, and the mode that was chosen.
    """

    agent_session: str = ""
    leaf: str = ""
    run_id: str = ""
    cwd: str = ""
    mode: str = ""

    def encoded(self) -> bytes:
        """As it is kept."""
        return msgspec.json.encode(self)


def known_of(data: bytes) -> Known:
    """What was kept; nothing where it cannot be read: it is a cache."""
    try:
        return msgspec.json.decode(data, type=Known) if data else Known()
    except msgspec.MsgspecError:
        return Known()


class Offer(Struct, frozen=True, omit_defaults=True):
    """What an agent offered when its last session was opened, so that it can be shown before the next one is: models,
    modes and commands as `told.Session` has them, and the mode that a session begins with.
    """

    models: tuple[dict[str, str], ...] = ()
    modes: tuple[dict[str, str], ...] = ()
    mode: str = ""
    commands: tuple[dict[str, str], ...] = ()

    def encoded(self) -> bytes:
        """As it is kept."""
        return msgspec.json.encode(self)


def offer_of(data: bytes) -> Offer:
    """What was kept; nothing where it cannot be read: it is a cache."""
    try:
        return msgspec.json.decode(data, type=Offer) if data else Offer()
    except msgspec.MsgspecError:
        return Offer()


class Opening(Struct, frozen=True):
    """`goes_on`: in the agent's session. Else a new one is begun, seeded where something was said before; `notice` says
    why.
    """

    goes_on: bool
    notice: str = ""


def opening(known: Known, turn: Turn, cwd: str) -> Opening:
    """What to do for this turn."""
    before = turn.messages if turn.continues else turn.messages[:-1]
    if not known.agent_session:
        return Opening(goes_on=False, notice=JOINS if before else "")
    if known.cwd != cwd:
        return Opening(goes_on=False, notice=MOVED)
    return Opening(goes_on=True) if _follows(known, turn) else Opening(goes_on=False, notice=PARTED)


def taken_over(known: Known, turn: Turn, agent: str, cwd: str) -> Known:
    """What is known of it, or, where nothing is and the conversation was taken over from this agent's own store, that
    session: it holds everything up to the message `upto`.
    """
    given = turn.fields.get("agent_session")
    if known.agent_session or not isinstance(given, dict) or given.get("engine") != agent:
        return known
    names = {name: str(given.get(name) or "") for name in ("id", "upto")}
    return Known(names["id"], leaf=names["upto"], cwd=cwd, mode=known.mode)


def _follows(known: Known, turn: Turn) -> bool:
    """Whether all that came after what the agent was given is its own answer, and then the prompt."""
    if known.leaf == ADOPTED:
        return True
    if known.leaf not in turn.ids:
        return False
    at = turn.ids.index(known.leaf) + 1
    since = turn.runs[at:] if turn.continues else turn.runs[at:-1]
    new = bool(since) or turn.ids[-1] != known.leaf
    return new and all(run == known.run_id for run in since)


#: The leaf of an agent's session that was taken over whole: all of it is in the agent's own store.
ADOPTED: Final = "*"

State = Literal["idle", "running", "failed", "missing"]


def said_of(notice: str, name: str) -> str:
    """The notice with the agent's name."""
    return notice.format(name=name)


def session_in(listed: Any, session_id: str) -> bool:
    """Whether a page of `session/list` names this session."""
    sessions = listed.get("sessions") if isinstance(listed, dict) else None
    found = sessions if isinstance(sessions, list) else []
    return any(isinstance(each, dict) and each.get("sessionId") == session_id for each in found)
