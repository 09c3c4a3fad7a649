"""Rules: what a command makes happen, given what is. Pure functions from a head to the changes to append.

Each raises an error of `errors` where the command is not possible, and then nothing is appended. Times are passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from hermes_webui.chat import run as runs
from hermes_webui.chat.events import (
    Body,
    BranchSelected,
    Change,
    Event,
    MessageAdded,
    RunFinished,
    RunQueued,
    RunRequeued,
    RunStarted,
    SessionAdopted,
    SessionChanged,
    SessionRestored,
    SessionTrashed,
)
from hermes_webui.chat.head import PENDING, TITLE_RANK, Head, apply
from hermes_webui.chat.messages import Message, bare, mint, seq_of, text_of
from hermes_webui.errors import BadRequest, Conflict, NotFound, RunInProgress, StaleEpoch

TITLE_LENGTH = 60

#: So many prompts may wait in a session.
QUEUE_LIMIT = 50


class Prompt(Struct, frozen=True):
    """What the user sent: the message, the id of the run that will answer it, and the client's key for sending it
    once.
    """

    body: Body
    run_id: str
    key: str | None = None
    engine: str = ""
    provider: str = ""
    model: str = ""
    #: The user named who answers: the session keeps to it.
    chosen: bool = False


class Plan:
    """Changes that go into one append, each decided with those before it already folded in."""

    def __init__(self, head: Head, at: float) -> None:
        self.head = head
        self.at = at
        self.changes: list[Change] = []

    def add(self, change: Change) -> None:
        """Adds a change and folds it into the plan's head."""
        self.head = apply(self.head, Event(self.head.revision + 1, self.at, change))
        self.changes.append(change)

    def message(
        self, body: Body, *, run_id: str | None = None, queue_id: str | None = None, key: str | None = None
    ) -> None:
        """Adds a message at the end of the visible path and mints its id. The first of a run that goes on with a reply
        says so.
        """
        run = self.head.run
        if run is not None and run.id == run_id and run.continues == self.head.leaf and _is_reply(body):
            body = {**body, "continues": run.continues}
        turn = self.head.user_message_count + (body.get("role") == "user")
        message_id = mint(self.head.revision + 1, body)
        depth = self.head.message_count + 1
        self.add(MessageAdded(message_id, self.head.leaf, depth, turn, body, run_id, queue_id, key))

    def run(self, prompt: Prompt, key: str | None = None, continues: str | None = None) -> None:
        """Starts a run with the next epoch; who answers, if the user said so, stays the session's choice."""
        who = {"engine": prompt.engine, "model_provider": prompt.provider, "model": prompt.model}
        if prompt.chosen and any(self.head.fields.get(name) != value for name, value in who.items()):
            self.add(SessionChanged(who))
        names = (prompt.engine, prompt.provider, prompt.model)
        self.add(RunStarted(prompt.run_id, self.head.epoch + 1, *names, key, continues))


def _is_reply(body: Body) -> bool:
    return body.get("role") == "assistant" and not body.get("_error")


def start(head: Head, at: float, prompt: Prompt) -> list[Change]:
    """A prompt arrives: it becomes a message and starts a run or, while another run is open or prompts wait, it is
    queued. After a stop it goes before those that wait: it is what the user stopped for.
    """
    alive(head)
    plan = Plan(head, at)
    if head.stopped or (head.run is None and not head.queue):
        _begin(plan, prompt)
        return plan.changes
    if len(head.queue) >= QUEUE_LIMIT:
        raise Conflict(f"{QUEUE_LIMIT} prompts wait already. Wait for an answer, or take one back.")
    options = {"engine": prompt.engine, "provider": prompt.provider, "model": prompt.model}
    plan.add(RunQueued(f"q{head.revision + 1}", prompt.run_id, prompt.body, prompt.key, options))
    if head.run is None:
        plan.changes += next_turn(plan.head, at)
    return plan.changes


def _begin(plan: Plan, prompt: Prompt, queue_id: str | None = None) -> None:
    plan.message(prompt.body, run_id=prompt.run_id, queue_id=queue_id, key=prompt.key)
    title = title_from(text_of(prompt.body)) or title_from(_first_name(prompt.body))
    if plan.head.title_source == "default" and title:
        plan.add(SessionChanged({"title": title}, "prompt"))
    plan.run(prompt)


def _first_name(body: Body) -> str:
    """The name of the first attachment: what a prompt without text is about."""
    attached = body.get("attachments")
    first = attached[0] if isinstance(attached, list) and attached else None
    return str(first.get("name") or "") if isinstance(first, dict) else ""


def follow(head: Head, at: float) -> list[Change]:
    """A run has ended: the next prompt's turn comes by itself, but where the queue is held for the user."""
    held = head.last_run is not None and head.last_run.state in runs.HOLDS_QUEUE
    return [] if held else next_turn(head, at)


def next_turn(head: Head, at: float) -> list[Change]:
    """The first waiting prompt becomes a message and starts its run; nothing where none waits or a run is open."""
    if head.run is not None or not head.queue or head.trashed:
        return []
    item = head.queue[0]
    plan = Plan(head, at)
    options = item.options
    prompt = Prompt(
        {**item.message, "timestamp": at},
        item.run_id,
        item.key,
        options.get("engine", ""),
        options.get("provider", ""),
        options.get("model", ""),
    )
    _begin(plan, prompt, item.queue_id)
    return plan.changes


def title_from(text: str) -> str:
    """A title made of a prompt: its first line with something in it, cut at a word."""
    line = next((line.strip(" \t#>*-`") for line in text.splitlines() if line.strip(" \t#>*-`")), "")
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def say(head: Head, at: float, epoch: int, body: Body) -> list[Change]:
    """The run of `epoch` has completed a message."""
    plan = Plan(head, at)
    plan.message(body, run_id=open_run(head, epoch).id)
    return plan.changes


def open_run(head: Head, epoch: int) -> runs.Run:
    """The open run, if it is that of `epoch`. Raises `StaleEpoch`."""
    if head.run is None or head.run.epoch != epoch:
        raise StaleEpoch("This run has ended or was replaced by a newer one; what it wrote late was not taken in.")
    return head.run


def finish(
    head: Head,
    at: float,
    epoch: int,
    ended: runs.Ended,
    bodies: Sequence[Body] = (),
    usage: dict[str, Any] | None = None,
) -> list[Change]:
    """The run of `epoch` ends in `ended.state`; `bodies` are its last messages (a partial reply, an error)."""
    run = open_run(head, epoch)
    if not runs.may(run.state, ended.state):
        raise Conflict(f"A run that is {run.state} cannot become {ended.state}.")
    plan = Plan(head, at)
    for body in bodies:
        plan.message(body, run_id=run.id)
    plan.add(RunFinished(run.id, ended.state, ended.error, usage))
    return plan.changes


def close_stale(head: Head, at: float, bodies: Sequence[Body]) -> list[Change]:
    """The server starts (or hermes-webui's files come in) and finds a run that nobody runs: it ends as interrupted.

    A prompt that hermes-webui holds only in `pending_user_message` becomes a message first.
    """
    if head.run is None:
        return []
    plan = Plan(head, at)
    pending = head.fields.get("pending_user_message")
    if isinstance(pending, str) and pending:
        stamp = head.fields.get("pending_started_at") or at
        plan.message({"role": "user", "content": pending, "timestamp": stamp, "_recovered": True}, run_id=head.run.id)
    for body in bodies:
        plan.message(body, run_id=head.run.id)
    error = {"code": "interrupted", "message": "The server was stopped during this reply.", "retryable": True}
    plan.add(RunFinished(head.run.id, runs.INTERRUPTED, error))
    return plan.changes


def unqueue(head: Head, run_id: str) -> list[Change]:
    """A waiting prompt is taken back."""
    if all(item.run_id != run_id for item in head.queue):
        raise NotFound("That prompt is not waiting any more.")
    return [RunFinished(run_id, runs.CANCELLED)]


def waiting(head: Head, queue_id: str) -> runs.Queued:
    """The prompt that waits under this id. Raises `Conflict`."""
    alive(head)
    found = next((item for item in head.queue if item.queue_id == queue_id), None)
    if found is None:
        raise Conflict("That prompt is not waiting any more: its turn has come, or it was taken back.")
    return found


def reword(head: Head, queue_id: str, text: str) -> list[Change]:
    """A waiting prompt is to say something else; what is attached to it stays."""
    item = waiting(head, queue_id)
    if text_of(item.message) == text:
        return []
    return [RunRequeued(queue_id, item.run_id, {**item.message, "content": text})]


def reorder(head: Head, queue_id: str, before: str | None) -> list[Change]:
    """A waiting prompt is to be answered before the prompt `before`, or last (None)."""
    item = waiting(head, queue_id)
    if before is not None:
        waiting(head, before)
    now = [each.queue_id for each in head.queue]
    order = [each for each in now if each != queue_id]
    if before != queue_id:
        order.insert(len(order) if before is None else order.index(before), queue_id)
    return [RunRequeued(queue_id, item.run_id, order=order)] if before != queue_id and order != now else []


def take_back(head: Head, queue_id: str) -> list[Change]:
    """As `unqueue`, by the prompt's place in the queue."""
    return unqueue(head, waiting(head, queue_id).run_id)


def change(head: Head, fields: dict[str, Any], source: str = "manual") -> list[Change]:
    """Metadata changes; nothing is appended where all is as it was, or where a title of a stronger source stands."""
    alive(head)
    title = fields.get("title")
    if title is not None and TITLE_RANK.get(source, 0) < TITLE_RANK.get(head.title_source, 0):
        title, fields = None, {key: value for key, value in fields.items() if key != "title"}
    current = {**head.fields, "title": head.title}
    new = {key: value for key, value in fields.items() if current.get(key) != value}
    renamed = title is not None and source != head.title_source
    return [SessionChanged({**new, **({"title": title} if renamed else {})}, source)] if new or renamed else []


def trash(head: Head) -> list[Change]:
    """The session is deleted (and can be restored)."""
    return [] if head.trashed else [SessionTrashed()]


def restore(head: Head) -> list[Change]:
    """The session comes back out of the trash."""
    return [SessionRestored()] if head.trashed else []


def alive(head: Head) -> None:
    """Raises NotFound for a session in the trash."""
    if head.trashed:
        raise NotFound("This conversation was deleted. Restore it to go on.", trashed=True)


def _idle(head: Head) -> None:
    alive(head)
    if head.run is not None:
        raise RunInProgress("A reply is being written. Stop it, or wait for its end.")


def edit(head: Head, at: float, target: Message, prompt: Prompt) -> list[Change]:
    """The user says it differently: a sibling of `target`, selected, and a run that answers it."""
    _idle(head)
    if target.role != "user":
        raise BadRequest("Only a message of yours can be edited.")
    plan = Plan(head, at)
    plan.add(BranchSelected(target.parent, target.depth - 1, target.turn - 1, target.id, "edit"))
    _begin(plan, prompt)
    return plan.changes


def retry(head: Head, at: float, user: Message, follower: str | None, prompt: Prompt) -> list[Change]:
    """`user` is answered again: the run's messages become siblings of `follower`, the old answer's first message."""
    _idle(head)
    plan = Plan(head, at)
    if head.leaf != user.id:
        plan.add(BranchSelected(user.id, user.depth, user.turn, follower, "retry"))
    plan.run(prompt, prompt.key)
    return plan.changes


def carry_on(head: Head, target: Message, follower: str | None, prompt: Prompt) -> list[Change]:
    """The reply `target`, which was cut off, goes on: what the run says first is its child and continues it. What
    followed it so far (`follower`: the error that ended it) stays in the history.
    """
    _idle(head)
    if not is_cut_off(target.body):
        raise BadRequest("Only a reply that was cut off can be continued. Ask for more in a message, or answer again.")
    plan = Plan(head, 0.0)
    if head.leaf != target.id:
        plan.add(BranchSelected(target.id, target.depth, target.turn, follower, "continue"))
    plan.run(prompt, prompt.key, target.id)
    return plan.changes


def is_cut_off(body: Body) -> bool:
    """Whether this is a reply that is not known to be whole."""
    unfinished = body.get("_partial") or body.get("finish_reason") == "unknown"
    return _is_reply(body) and bool(unfinished) and not body.get("tool_calls")


def select(
    head: Head,
    leaf: Message | None,
    hides: str | None = None,
    reason: str = "select",
    cut: tuple[str, int] | None = None,
) -> list[Change]:
    """The path to `leaf` is shown (None: the empty one). `cut`: the end and depth of the longer path that it begins."""
    _idle(head)
    if (leaf.id if leaf else None) == head.leaf:
        return []
    end, end_depth = cut or (None, 0)
    if leaf is None:
        return [BranchSelected(None, 0, 0, hides, reason, end, end_depth)]
    return [BranchSelected(leaf.id, leaf.depth, leaf.turn, hides, reason, end, end_depth)]


def adopt(
    head: Head,
    at: float,
    document: tuple[dict[str, Any], Sequence[Body]],
    path: Sequence[Message],
    reason: str,
    digest: str | None = None,
    seen: int | None = None,
) -> list[Change]:
    """Another program's document becomes the visible conversation; `path` is the visible one so far.

    What both begin with is shared; the rest of the document is appended, and what it replaces stays in the tree. Where
    its writer started from an older state (`seen`, the revision in its file) and more has been said since, the visible
    path stays: the document's fields are taken over, and what it says otherwise becomes a branch beside it.
    """
    fields, bodies = _with_pending(*document, at)
    shared = next(
        (n for n, (body, message) in enumerate(zip(bodies, path, strict=False)) if bare(body) != message.body), -1
    )
    shared = min(len(bodies), len(path)) if shared < 0 else shared
    last = path[shared - 1] if shared else None
    behind = seen is not None and bool(path) and (seq_of(path[-1].id) or 0) > seen
    if behind and shared == len(bodies):
        last = path[-1]
        shared = len(path)
    plan = Plan(head, at)
    leaf, depth, turn = (last.id, last.depth, last.turn) if last else (None, 0, 0)
    hides = path[shared].id if shared < len(path) else None
    plan.add(SessionAdopted(head.session_id, reason, fields, leaf, depth, turn, hides, digest))
    for body in bodies[shared:]:
        plan.message(bare(body))
    if behind and plan.head.leaf != path[-1].id:
        plan.add(BranchSelected(path[-1].id, path[-1].depth, path[-1].turn, None, "adopt"))
    return plan.changes


def _with_pending(fields: dict[str, Any], bodies: Sequence[Body], at: float) -> tuple[dict[str, Any], Sequence[Body]]:
    """A prompt that hermes-webui holds only in a field, with no run that would still take it up, becomes a message."""
    pending = fields.get("pending_user_message")
    if fields.get("active_stream_id") or not isinstance(pending, str) or not pending:
        return fields, bodies
    stamp = fields.get("pending_started_at") or fields.get("updated_at") or at
    recovered = {"role": "user", "content": pending, "timestamp": stamp, "_recovered": True}
    return {key: value for key, value in fields.items() if key not in PENDING}, [*bodies, recovered]
