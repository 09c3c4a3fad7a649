"""Words that are looked for in all conversations: all of them, in any order, each from its beginning on.

An index of words finds them without reading a text, so both sides are cut into words alike: runs of letters and digits
without case and accents. Scripts that are written without spaces have no such runs: there each letter is a word, and a
word of theirs is a few of them one after the other.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, pairwise

from hermes_webui.chat.search import LENGTH, MOST_PLACES, Match, fold, led_back, snippet

#: Thai, Lao, Burmese, Khmer, and what Chinese and Japanese are written with.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_TERMS = re.compile(r'"([^"]*)"?|([^\s"]+)')

#: The categories of characters that words are made of, by their first letter: letters, marks, numbers.
WORD_CATEGORIES = "LMN"

#: A single letter is a word: as a beginning it would be that of half of all words.
SHORTEST_BEGINNING = 2

#: So many places of a message are tried as the beginning of a snippet.
MOST_TRIED = 64

#: Words that stand within so many characters are shown in one piece; else so much around each of a few.
TOGETHER = 90
AROUND = 24
MOST_WINDOWS = 4


def words_of(text: str) -> str:
    """The text as it is given to an index of words."""
    folded = _BEYOND_ASCII.sub(lambda found: fold(found[0]), text).lower()
    return folded if folded.isascii() else _UNSPACED.sub(r" \g<0> ", folded)


class Term:
    """One of them: a word as the person typed it (`foo.bar` is two, which follow one another), or what stands between
    quotation marks, which is meant as it is and not as a beginning.
    """

    def __init__(self, text: str, *, exact: bool) -> None:
        self.words = _split(words_of(text))
        self._begins = not exact and bool(self.words) and len(self.words[-1]) >= SHORTEST_BEGINNING

    @property
    def expression(self) -> str:
        """What SQLite's FTS5 is asked."""
        return f'"{" ".join(self.words)}"{" *" if self._begins else ""}'

    @property
    def pattern(self) -> str:
        """A regular expression that finds it in a folded text."""
        found = "" if _UNSPACED.match(self.words[0]) else r"(?<![^\W_])"
        for word, after in pairwise([*self.words, ""]):
            joined = r"[\W_]*" if _UNSPACED.match(word) or _UNSPACED.match(after) else r"[\W_]+"
            found += re.escape(word) + (joined if after else "")
        return found if self._begins or _UNSPACED.match(self.words[-1]) else found + r"(?![^\W_])"


def _split(text: str) -> list[str]:
    spaced = "".join(char if unicodedata.category(char)[0] in WORD_CATEGORIES else " " for char in text)
    return spaced.split()


class Terms:
    """What somebody looks for. Without a letter or a digit in it there is nothing to be found: it is `empty`."""

    def __init__(self, query: str) -> None:
        parts = (Term(quoted or plain, exact=not plain) for quoted, plain in _TERMS.findall(query))
        self._terms = [term for term in parts if term.words]
        patterns = [f"({term.pattern})" for term in self._terms]
        self._pattern = re.compile("|".join(patterns) or r"(?!)")

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self._terms

    @property
    def expression(self) -> str:
        """What SQLite's FTS5 is asked."""
        return " ".join(term.expression for term in self._terms)

    def find(self, text: str) -> Match:
        """Where the text, which an index has found, holds them; its snippet is of where most of them stand together.
        Without a place where text and index do not see it alike: then it is how the text begins.
        """
        found = list(islice(self._pattern.finditer(fold(text)), MOST_PLACES))
        places = list(led_back(text, [each.span() for each in found]))
        if not places:
            return Match(0, [text[:LENGTH] + ("…" if len(text) > LENGTH else "")])
        firsts = _one_of_each(places, [each.lastindex or 0 for each in found])
        if firsts[-1][1] - firsts[0][0] <= TOGETHER:
            return Match(len(places), snippet(text, [place for place in places if place >= firsts[0]]))
        return Match(len(places), _excerpt(text, firsts))


def _one_of_each(places: list[tuple[int, int]], terms: list[int]) -> list[tuple[int, int]]:
    """A place of each term, those that stand nearest to one another as far as one looks."""
    best: list[tuple[int, int]] = []
    most, least = 0, 0
    for at in range(min(len(places), MOST_TRIED)):
        firsts: dict[int, tuple[int, int]] = {}
        for place, term in zip(places[at:], terms[at:], strict=False):
            firsts.setdefault(term, place)
            if len(firsts) == len(set(terms)):
                break
        length = max(end for _, end in firsts.values()) - places[at][0]
        if len(firsts) > most or (len(firsts) == most and length < least):
            best, most, least = sorted(firsts.values()), len(firsts), length
    return best


def _excerpt(text: str, places: list[tuple[int, int]]) -> list[str]:
    """A little of the text around each of the first few places, in parts as `Match` has them."""
    windows: list[tuple[int, list[tuple[int, int]]]] = []
    for place in places[:MOST_WINDOWS]:
        start = max(0, place[0] - AROUND)
        if start and (space := text.find(" ", start, place[0])) >= 0:
            start = space + 1
        if windows and start <= windows[-1][1][-1][1] + AROUND:
            windows[-1][1].append(place)
        else:
            windows.append((start, [place]))
    parts, plain, end = [], "", 0
    for start, its in windows:
        plain += " … " if end else "…" if start else ""
        for first, last in its:
            parts += [plain + text[start:first], text[first:last]]
            plain, start = "", last  # noqa: PLW2901 - what follows the place begins there
        end = min(len(text), start + AROUND)
        plain = text[start:end]
    return [*parts, plain + ("…" if end < len(text) else "")]
