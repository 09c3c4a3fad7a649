"""Thoughts that a model writes into its text, between `<think>` tags, told from the reply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hermes_webui.engines.base import ReasoningDelta, TextDelta

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"


class ThinkTags:
    """Splits a streamed text: a `<think>…</think>` at its very start is reasoning, everything else is text.

    Only there: further on, a reply may well speak about the tag. The pieces add up to what was fed, less the
    two tags and the white space before and after them. Holds back no more than may still become a tag.
    """

    def __init__(self) -> None:
        self._held = ""
        self._state = "start"

    def feed(self, text: str) -> Iterator[TextDelta | ReasoningDelta]:
        """What can be told now of the text so far."""
        self._held += text
        if self._state == "start":
            self._begin()
        if self._state == "thoughts":
            yield from self._think()
        if self._state == "gap":
            self._held = self._held.lstrip()
            self._state = "text" if self._held else "gap"
        if self._state == "text" and self._held:
            held, self._held = self._held, ""
            yield TextDelta(held)

    def rest(self) -> Iterator[TextDelta | ReasoningDelta]:
        """What was held back, once the text has ended."""
        held, self._held = self._held, ""
        if held and self._state != "gap":
            yield ReasoningDelta(held) if self._state == "thoughts" else TextDelta(held)

    def _begin(self) -> None:
        start = self._held.lstrip()
        if start.startswith(_OPEN):
            self._held, self._state = start[len(_OPEN) :].lstrip(), "thoughts"
        elif not _OPEN.startswith(start):
            self._state = "text"

    def _think(self) -> Iterator[ReasoningDelta]:
        thought, closed, after = self._held.partition(_CLOSE)
        if closed:
            self._held, self._state = after, "gap"
            thought = thought.rstrip()
        else:
            kept = _overlap(thought)
            thought, self._held = thought[: len(thought) - kept], thought[len(thought) - kept :]
        if thought:
            yield ReasoningDelta(thought)


def _overlap(text: str) -> int:
    """How many characters at the end of the text may be the beginning of the closing tag."""
    return next((n for n in range(min(len(text), len(_CLOSE) - 1), 0, -1) if text.endswith(_CLOSE[:n])), 0)
