"""Steering: a prompt that waits is given to the run that is open, when a step of it has ended.

Until then it is a prompt that waits like any other, on disk and first in the queue. It becomes a message of the run in
one append with its leaving the queue: so it is in one of the two, and never in both. Pure functions, as in `decide`.
"""

from __future__ import annotations

from collections.abc import Sequence

from hermes_webui.chat import decide
from hermes_webui.chat.decide import Plan, Prompt, open_run, waiting
from hermes_webui.chat.events import Body, Change, RunFinished, RunQueued, RunRequeued
from hermes_webui.chat.head import Head
from hermes_webui.chat.run import STEERED
from hermes_webui.errors import Conflict


def start(head: Head, at: float, prompt: Prompt) -> list[Change]:
    """A prompt arrives that is to steer the open run. Where none is open it is answered as any other."""
    plan = Plan(head, at)
    for change in decide.start(head, at, prompt):
        plan.add(change)
    queued = next((change.queue_id for change in plan.changes if isinstance(change, RunQueued)), None)
    if head.run is not None and queued is not None:
        plan.changes += steer(plan.head, queued)
    return plan.changes


def steer(head: Head, queue_id: str, *, on: bool = True) -> list[Change]:
    """A waiting prompt is to be given to the open run at its next step, or (`on` is False) to wait for its turn after
    all. Those that steer stand before those that do not, in the order in which they were sent or put.
    """
    item = waiting(head, queue_id)
    if on and head.run is None:
        raise Conflict("No reply is being written that this message could steer. It waits for its turn.")
    if item.steered == on:
        return []
    before = [each.queue_id for each in head.queue]
    steering = [each.queue_id for each in head.queue if each.steered and each is not item]
    if on:
        steering.append(queue_id)
    order = [*steering, *(each for each in before if each not in steering)]
    return [RunRequeued(queue_id, item.run_id, order=order if order != before else None, steered=on)]


def take_in(head: Head, at: float, epoch: int, bodies: Sequence[Body] = ()) -> list[Change]:
    """A step of the run of `epoch` has ended: what is to steer it becomes its messages, in the queue's order, after
    `bodies`, what it has said and the log does not hold yet. Nothing where no prompt is to.
    """
    run = open_run(head, epoch)
    items = [item for item in head.queue if item.steered]
    if not items or head.trashed:
        return []
    plan = Plan(head, at)
    for body in bodies:
        plan.message(body, run_id=run.id)
    for item in items:
        plan.message({**item.message, "timestamp": at}, run_id=run.id, queue_id=item.queue_id, key=item.key)
        plan.add(RunFinished(item.run_id, STEERED, into=run.id))
    return plan.changes
