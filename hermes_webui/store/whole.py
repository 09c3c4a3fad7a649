"""Writes the log of a session as a whole new file: there at once or not at all, one message in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hermes_webui.chat.decide import Plan
from hermes_webui.chat.events import Change
from hermes_webui.chat.head import Head
from hermes_webui.store.log import Log, encode

#: So much is written at a time.
BLOCK = 1 << 20


class Writing:
    """A new log as far as it has been made."""

    def __init__(self, session_id: str, at: float) -> None:
        self.plan = Plan(Head(session_id), at)
        self.seq, self.sum, self.size = 0, session_id, 0

    def blocks(self, changes: Iterable[Change]) -> Iterator[bytes]:
        """The lines, each an append of its own: the file is whole when it gets its name."""
        block = bytearray()
        for change in changes:
            batch = encode([change], self.plan.at, self.seq, self.sum)
            self.seq, self.sum, self.size = self.seq + 1, batch.sum, self.size + len(batch.data)
            block += batch.data
            if len(block) >= BLOCK:
                yield bytes(block)
                block.clear()
        yield bytes(block)

    def stands_in(self, log: Log) -> None:
        """The file has its name: `log` goes on after it."""
        log.seq, log.sum, log.size = self.seq, self.sum, self.size
