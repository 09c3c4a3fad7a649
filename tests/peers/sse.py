"""A reader of server-sent events, as a browser reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass
class Sent:
    """One event: its id ("" where it has none), its name ("message" where it has none), its data."""

    id: str
    name: str
    data: dict[str, Any]


class Reader:
    """Takes bytes as they come, gives whole events. `last_id` is what a browser would come back with."""

    def __init__(self) -> None:
        self.last_id = ""
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[Sent]:
        *blocks, self._rest = (self._rest + chunk).split(b"\n\n")
        for block in blocks:
            event = self._event(block.decode())
            if event is not None:
                yield event

    def _event(self, block: str) -> Sent | None:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "id" in fields:
            self.last_id = fields["id"]
        if "data" not in fields:
            return None
        return Sent(fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"]))


class OpenMessage:
    """The text of one reply as a page builds it from deltas. A gap or a repetition shows in `faults`."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        self.text: dict[str, str] = {"text": "", "reasoning": ""}
        self.faults: list[str] = []

    def delta(self, offset: int, kind: str, text: str) -> None:
        if offset != self.offset:
            self.faults.append(f"delta at {offset}, expected {self.offset}")
        self.offset = offset + len(text)
        self.text[kind] += text
