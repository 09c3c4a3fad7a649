"""A reply that goes on: what a model is told, and how its new text is joined to the old without a seam.

A chat model begins a message afresh: it leaves out the space that belongs before its first word, and cannot tell
whether the last word was whole. So it is asked to begin by repeating that word, and the repetition is taken out again:
`the ca` + `cat sat` gives `the cat sat`. A model that does not repeat it is taken at its word.
"""

from __future__ import annotations

from typing import Final

#: A script without spaces has no words: of such a line, the end is repeated.
_LONGEST: Final = 24

_GO_ON: Final = (
    "[Your reply was cut off here. Go on with it from exactly where it stops, as if it had not been interrupted: no "
    "greeting, no apology, no summary, no repetition of what stands there.{begin}]"
)
_WITH_WORD: Final = " Begin by repeating its last word, «{word}», which may be unfinished, and finish it if it is."


def last_word(text: str) -> str:
    """What the model is asked to repeat; "" where the text ends in white space, and the next word is a new one."""
    return "" if not text or text[-1].isspace() else text.rsplit(maxsplit=1)[-1][-_LONGEST:]


def request_to_go_on(text: str) -> str:
    """What the model is asked after its reply so far."""
    word = last_word(text)
    return _GO_ON.format(begin=_WITH_WORD.format(word=word) if word else "")


class Seam:
    """Takes the repeated word out of the beginning of a streamed text. Holds back no more than may still be it."""

    def __init__(self, before: str) -> None:
        self._word = last_word(before)
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be told now."""
        if not self._word:
            return text
        self._held += text
        start = self._held.lstrip()
        if len(start) < len(self._word) and self._word.startswith(start):
            return ""
        if not start.startswith(self._word):
            return self.rest()
        more, self._held, self._word = start.removeprefix(self._word), "", ""
        return more

    def rest(self) -> str:
        """What was held back, once it is known to be no repetition, or the text has ended."""
        held, self._held, self._word = self._held, "", ""
        return held
