"""Web pages as text that a model reads: HTML without its tags, with its headings, lists and links. Pure, and total."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

_SKIPPED: Final = frozenset({"script", "style", "noscript", "template", "svg", "head", "iframe", "select", "canvas"})
_BLOCKS: Final = frozenset(
    {
        *("p", "div", "section", "article", "header", "footer", "main", "nav", "aside", "ul", "ol", "table", "tr"),
        *(
            "blockquote",
            "pre",
            "form",
            "figure",
            "dl",
            "dt",
            "dd",
            "hr",
            "br",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "li",
        ),
    }
)
_HEADING: Final = re.compile(r"h[1-6]")
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def readable(body: bytes, kind: str, url: str) -> str:
    """The page's text. What is no text is named, and not shown."""
    named = _CHARSET.search(kind)
    sort = kind.partition(";")[0].strip().lower()
    if b"\0" in body[:4096] or sort.startswith(("image/", "audio/", "video/", "font/")) or sort == "application/pdf":
        return f"[{sort or 'Binary data'}, {len(body)} bytes: no text]"
    try:
        text = body.decode(named[1] if named else "utf-8", "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    if "html" not in sort and not text.lstrip()[:200].lower().startswith(("<!doctype html", "<html")):
        return text
    parser = _Text(url)
    parser.feed(text)
    parser.close()
    return parser.text


class _Text(HTMLParser):
    """Takes the text out of HTML, however broken it is."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._url = url
        self._found: list[str] = []
        self._skipping = 0
        self._link = ""
        self._as_it_is = 0

    @property
    def text(self) -> str:
        """What was found, without empty stretches."""
        lines = (line.rstrip() for line in "".join(self._found).splitlines())
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping += 1
        if tag in _BLOCKS:
            self._found.append("\n")
        if _HEADING.fullmatch(tag):
            self._found.append("\n" + "#" * int(tag[1]) + " ")
        if tag == "li":
            self._found.append("- ")
        if tag in {"td", "th"}:
            self._found.append(" | ")
        self._as_it_is += tag == "pre"
        if tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        self._as_it_is = max(0, self._as_it_is - (tag == "pre"))
        if tag in _BLOCKS:
            self._found.append("\n")
        if tag == "a" and self._link and not self._skipping:
            self._found.append(self._led())

    def _led(self) -> str:
        link, self._link = self._link, ""
        if link.startswith(("#", "javascript:", "data:")):
            return ""
        try:
            return f" ({urljoin(self._url, link)})"
        except ValueError:
            return ""

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._found.append(data if self._as_it_is else re.sub(r"\s+", " ", data))
