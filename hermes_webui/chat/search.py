"""Words in messages, found whatever their case and accents, and shown with a little of what stands around them."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, islice, pairwise

from msgspec import Struct

from hermes_webui.chat.events import Body
from hermes_webui.chat.messages import text_of

#: Combining marks that make accents; those of other classes (kana voicing, virama) make another letter.
ACCENTS = frozenset({1, *range(10, 36), *range(200, 241)})

#: So many places of a message are counted: nobody looks at more, and each is held in memory.
MOST_PLACES = 1000

#: Characters of a snippet before the first match, and in all.
BEFORE = 40
LENGTH = 240


@lru_cache(1 << 14)
def _folded(code: int) -> str:
    parts = unicodedata.normalize("NFKD", chr(code))
    bare = "".join(part for part in parts if unicodedata.combining(part) not in ACCENTS)
    return unicodedata.normalize("NFC", bare.casefold())


class _Fold:
    """What `str.translate` asks; each character by itself, so that places can be led back."""

    def __getitem__(self, code: int) -> str:
        return _folded(code)


def fold(text: str) -> str:
    """The text without case and accents; it may be longer or shorter than before."""
    return text.lower() if text.isascii() else text.translate(_Fold())


class Match(Struct, frozen=True):
    """How often a text holds the words (counted to `MOST_PLACES`), and the first place in parts: plain, match, plain,
    match, … plain.
    """

    count: int
    snippet: list[str]


class Needle:
    """What is looked for: words one after the other, however the space between them is."""

    def __init__(self, query: str) -> None:
        words = [re.escape(fold(word)) for word in query.split()]
        self._pattern = re.compile(r"\s+".join(word for word in words if word) or r"(?!)")

    def find(self, text: str) -> Match | None:
        """Where the text holds the words; None where it does not."""
        folded = fold(text)
        spans = [found.span() for found in islice(self._pattern.finditer(folded), MOST_PLACES)]
        if not spans:
            return None
        places = list(led_back(text, spans))
        return Match(len(places), snippet(text, places))


def led_back(text: str, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places in the folded text as places in the text itself: whole characters with their accents, each once, also
    where one character folds to several.
    """
    if text.isascii():
        yield from places
        return
    ends = array("I", accumulate(len(_folded(ord(char))) for char in text))
    done = 0
    for start, end in places:
        first, last = bisect_right(ends, start), max(bisect_right(ends, end), bisect_right(ends, end - 1) + 1)
        if first >= done:
            yield first, last
            done = last


def snippet(text: str, places: list[tuple[int, int]]) -> list[str]:
    """A little of the text from the first of these places on, in parts as `Match` has them."""
    first, first_end = places[0]
    start = max(0, first - BEFORE)
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    end = max(start + LENGTH, first_end)
    shown = [place for place in places if place[1] <= end]
    edges = [start, *(edge for place in shown for edge in place), min(end, len(text))]
    parts = [text[one:other] for one, other in pairwise(edges)]
    parts[0] = ("…" if start else "") + parts[0]
    parts[-1] += "…" if end < len(text) else ""
    return parts


def texts_in(body: Body, *, everything: bool) -> Iterator[str]:
    """What of a message is searched: what is read in it; with `everything` also reasoning, and tools' work."""
    if everything or body.get("role") in {"user", "assistant"}:
        yield text_of(body)
    if not everything:
        return
    if isinstance(reasoning := body.get("reasoning"), str):
        yield reasoning
    calls = body.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            yield f"{function.get('name')} {function.get('arguments')}"
