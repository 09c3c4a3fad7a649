"""The states of a turn, as a table: what may follow what."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from msgspec import Struct

QUEUED = "queued"
RUNNING = "running"
WAITING = "waiting"
DONE = "done"
FAILED = "failed"
CANCELLED = "cancelled"
INTERRUPTED = "interrupted"

#: A prompt that waited was given to the run that was open: the end of the run that it would have had.
STEERED = "steered"

#: The server stops while a run waits for an answer that outlives it: no state of the log, there it goes on waiting.
SUSPENDED = "suspended"

#: States that end a run. Only after a whole reply the queue goes on; after the others it is held for the user.
ENDS = frozenset({DONE, FAILED, CANCELLED, INTERRUPTED})
HOLDS_QUEUE = ENDS - {DONE}

TABLE: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        QUEUED: frozenset({RUNNING, CANCELLED, STEERED}),
        RUNNING: frozenset({WAITING, *ENDS}),
        WAITING: frozenset({RUNNING, *ENDS}),
        DONE: frozenset(),
        FAILED: frozenset(),
        CANCELLED: frozenset(),
        INTERRUPTED: frozenset(),
        STEERED: frozenset(),
    }
)


def may(state: str, after: str) -> bool:
    """Whether a run in `state` may go to `after`."""
    return after in TABLE.get(state, frozenset())


class Run(Struct, frozen=True, omit_defaults=True):
    """The open run of a session. `epoch` grows by one with each run of the session."""

    id: str
    epoch: int
    state: str = RUNNING
    started_at: float = 0.0
    engine: str = ""
    provider: str = ""
    model: str = ""
    #: The message that was cut off and that this run goes on with.
    continues: str | None = None


class Ended(Struct, frozen=True, omit_defaults=True):
    """How the last run of a session ended."""

    run_id: str
    state: str
    error: dict[str, Any] | None = None


class Queued(Struct, frozen=True, omit_defaults=True):
    """A prompt on disk that waits for its turn."""

    queue_id: str
    run_id: str
    message: dict[str, Any]
    key: str | None = None
    options: dict[str, str] = {}
    #: It is to be given to the open run at its next step; where that run ends before, it waits for its turn.
    steered: bool = False


class Asked(Struct, frozen=True, omit_defaults=True):
    """A question that waits for the user; what it holds stands at `ApprovalRequested`."""

    request_id: str
    run_id: str
    title: str
    kind: str = "permission"
    options: list[dict[str, Any]] = []
    call: dict[str, Any] | None = None
    schema: dict[str, Any] | None = None
    asked_at: float = 0.0
    deadline: float | None = None
    survives: bool = False

    @property
    def call_id(self) -> str:
        """The call that is asked about, "" for none: it has not run."""
        return str((self.call or {}).get("call_id") or "")


class Plan(Struct, frozen=True, omit_defaults=True):
    """The last plan of an agent in this session: {content, status, priority} each."""

    run_id: str
    entries: list[dict[str, Any]] = []
