"""Rules about questions: what an agent's questions and their answers make happen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hermes_webui.chat.decide import alive, open_run
from hermes_webui.chat.events import ApprovalAnswered, ApprovalRequested, Change, PlanChanged, SessionChanged
from hermes_webui.chat.head import Head
from hermes_webui.chat.run import Asked
from hermes_webui.errors import BadRequest, Conflict

USER = "user"
TIMEOUT = "timeout"
ENGINE = "engine"

#: So many patterns are kept for a session.
GRANTS_KEPT = 200


def ask(head: Head, epoch: int, question: ApprovalRequested) -> list[Change]:
    """The run of `epoch` asks; nothing is appended where the same question waits already (after a restart)."""
    open_run(head, epoch)
    return [] if waiting(head, question.request_id) is not None else [question]


def answer(
    head: Head,
    request_id: str,
    choice: str,
    values: dict[str, Any] | None = None,
    by: str = USER,
    *,
    once_a_session: bool = False,
) -> list[Change]:
    """Somebody answers. What the chosen option grants for the session is granted in the same append; with
    `once_a_session` what is allowed once is, too.

    Raises Conflict where the question does not wait any more: answered elsewhere, or its run has ended.
    """
    alive(head)
    asked = waiting(head, request_id)
    if asked is None:
        raise Conflict("This question is not open any more: it was answered elsewhere, or its run has ended.")
    option = option_of(asked, choice)
    if by == USER and asked.options and option is None and asked.kind == "permission":
        raise BadRequest("That is none of the answers that this question has.")
    changes: list[Change] = [ApprovalAnswered(request_id, choice, values or {}, by)]
    grant = _grant(asked, option, once_a_session=once_a_session)
    if grant:
        kept = [each for each in grants_of(head) if each != grant][-(GRANTS_KEPT - 1) :]
        changes.append(SessionChanged({"grants": [*kept, grant]}, "manual"))
    return changes


def _grant(asked: Asked, option: dict[str, Any] | None, *, once_a_session: bool) -> str:
    """The pattern that is allowed from now on in this session, "" for none."""
    if once_a_session and option is not None and option.get("kind") == "allow_once":
        option = next((each for each in asked.options if each.get("kind") == "allow_session"), None)
    return str(option.get("grant") or "") if option is not None and option.get("kind") == "allow_session" else ""


def waiting(head: Head, request_id: str) -> Asked | None:
    """The question, while it waits."""
    return next((each for each in head.asked if each.request_id == request_id), None)


def option_of(asked: Asked | ApprovalRequested, choice: str) -> dict[str, Any] | None:
    """The option of that id."""
    return next((each for each in asked.options if each.get("id") == choice), None)


def grants_of(head: Head) -> tuple[str, ...]:
    """The patterns that were allowed for this session."""
    found = head.fields.get("grants")
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list | tuple) else ()


def not_run(head: Head) -> frozenset[str]:
    """The calls that wait for an answer: they have not run."""
    return frozenset(each.call_id for each in head.asked if each.call_id)


def survives(head: Head) -> bool:
    """Whether the open run waits, and all that it waits for outlives the server."""
    return head.run is not None and bool(head.asked) and all(each.survives for each in head.asked)


def plan(head: Head, epoch: int, entries: Sequence[dict[str, Any]]) -> list[Change]:
    """The run's agent says what it means to do; the same plan again is nothing new."""
    run = open_run(head, epoch)
    same = head.plan is not None and head.plan.run_id == run.id and head.plan.entries == list(entries)
    return [] if same else [PlanChanged(run.id, list(entries))]
