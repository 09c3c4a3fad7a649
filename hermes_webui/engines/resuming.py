"""What a run that waited for an answer when its server ended has done already, and where it stood. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from hermes_webui.engines.base import Body, Resumption

MAY_HAVE_RUN: Final = (
    "The server was stopped during this call. It may have run; it was not run again. Look before you repeat it."
)

#: The key of the agent itself among the snapshots; a subagent's is the call that it works for.
MAIN: Final = ""


class Done(Struct, frozen=True):
    """What the log holds of the run: the calls that were begun, the results that are there, the calls whose question
    waits; and where the agent and its subagents stood (`snapshots`, by the call that a subagent works for).
    """

    begun: frozenset[str] = frozenset()
    results: Mapping[str, str] = {}
    asked: frozenset[str] = frozenset()
    snapshots: Mapping[str, bytes] = {}

    def may_have_run(self, call_id: str) -> bool:
        """Whether the call was begun and what became of it is not known: it is not run again."""
        waits = call_id in self.asked or call_id in self.snapshots
        return call_id in self.begun and call_id not in self.results and not waits


NOTHING: Final = Done()


def done_of(bodies: Sequence[Body], resumes: Resumption) -> Done:
    """What the run's own messages say."""
    calls = [call for body in bodies if body.get("role") == "assistant" for call in body.get("tool_calls") or ()]
    results = {
        str(body.get("tool_call_id")): str(body.get("content") or "") for body in bodies if body.get("role") == "tool"
    }
    begun = frozenset(str(call.get("id")) for call in calls if isinstance(call, dict))
    return Done(begun, results, resumes.asked, opened(resumes.checkpoint))


def sealed(snapshots: Mapping[str, bytes]) -> bytes:
    """The snapshots as one checkpoint."""
    return msgspec.msgpack.encode(dict(snapshots))


def opened(checkpoint: bytes) -> dict[str, bytes]:
    """The snapshots in a checkpoint; none where it cannot be read, and the log alone is what the run goes on from."""
    try:
        found: dict[str, bytes] = msgspec.msgpack.decode(checkpoint, type=dict[str, bytes]) if checkpoint else {}
    except msgspec.DecodeError:
        return {}
    return found


def arguments_of(args: Any) -> dict[str, Any]:
    """A call's arguments as a dictionary, whatever the model made of them."""
    return args if isinstance(args, dict) else {"arguments": args}
