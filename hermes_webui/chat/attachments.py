"""Files that go with a prompt: what they are, by their bytes and never by what a client says, and how a message
describes them.

A description is `{id, name, type, size, width?, height?}`; `mime` and `is_image` say it again in hermes-webui's words.
"""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec import Struct

from hermes_webui.chat.text import clean

#: The SHA-256 of the content, in hex.
ID: Final = re.compile(r"[0-9a-f]{64}")

#: So much of a file's beginning says what it is: a photo's size stands behind its preview and its colour profile.
HEAD_BYTES: Final = 512 << 10

PER_PROMPT: Final = 20
LONGEST_NAME: Final = 200

TEXT: Final = "text/plain"
PDF: Final = "application/pdf"
UNKNOWN: Final = "application/octet-stream"

#: Images that a browser may show in the page: pixels only. SVG is a document with scripts and counts as text.
IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
#: JPEG's markers: what begins each, EXIF, the frames (but for three of their row, which are tables).
_MARKER: Final = 0xFF
_EXIF: Final = 0xE1
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ORIENTATION: Final = 0x0112
_LYING: Final = (5, 6, 7, 8)


class Kind(Struct, frozen=True):
    """A type, and the size in pixels of an image where its head tells."""

    type: str
    width: int = 0
    height: int = 0


class Attachment(Struct, frozen=True, omit_defaults=True):
    """A file that is kept: `size` is in bytes."""

    id: str
    name: str
    type: str
    size: int
    width: int = 0
    height: int = 0

    def described(self) -> dict[str, Any]:
        """As a message holds it."""
        pixels = {"width": self.width, "height": self.height} if self.width and self.height else {}
        own = {"id": self.id, "name": self.name, "type": self.type, "size": self.size, **pixels}
        return {**own, "mime": self.type, "is_image": self.type in IMAGES}


def clean_name(name: str) -> str:
    """A name to show and to download under: the last part of a path, without what could deceive, never empty."""
    last = re.split(r"[/\\]", clean(name))[-1]
    shown = _CONTROL.sub("", last).strip(" .") or "file"
    if len(shown) <= LONGEST_NAME:
        return shown
    stem, dot, ending = shown.rpartition(".")
    keeps = bool(dot) and len(ending) < LONGEST_NAME // 4
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending if keeps else shown[:LONGEST_NAME]


def kind_of(head: bytes) -> Kind:
    """What begins with these bytes (the first `HEAD_BYTES`, or all)."""
    for begins, read in _READERS:
        if begins.match(head):
            try:
                return read(head)
            except (IndexError, ValueError):
                return Kind(UNKNOWN)
    return Kind(TEXT if head and not _BINARY.search(head) else UNKNOWN)


def text_of(data: bytes) -> str:
    """The text of a file of the type `TEXT`: UTF-8, else what old Windows programs write."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _number(data: bytes, at: int, size: int, order: str = "big") -> int:
    part = data[at : at + size]
    if len(part) < size:
        raise ValueError("the head ends before its numbers do")
    return int.from_bytes(part, "little" if order == "little" else "big")


def _png(head: bytes) -> Kind:
    return Kind("image/png", _number(head, 16, 4), _number(head, 20, 4))


def _gif(head: bytes) -> Kind:
    return Kind("image/gif", _number(head, 6, 2, "little"), _number(head, 8, 2, "little"))


def _webp(head: bytes) -> Kind:
    """RFC 9649: the extended, the lossless and the lossy header."""
    form = head[12:16]
    if form == b"VP8X":
        return Kind("image/webp", _number(head, 24, 3, "little") + 1, _number(head, 27, 3, "little") + 1)
    if form == b"VP8L":
        bits = _number(head, 21, 4, "little")
        return Kind("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return Kind("image/webp", _number(head, 26, 2, "little") & 0x3FFF, _number(head, 28, 2, "little") & 0x3FFF)


def _avif(head: bytes) -> Kind:
    """The first `ispe` property, which every AVIF has."""
    at = head.find(b"ispe")
    return Kind("image/avif", _number(head, at + 8, 4), _number(head, at + 12, 4)) if at > 0 else Kind("image/avif")


def _jpeg(head: bytes) -> Kind:
    """The frame's size, turned where the camera was. Segments are `FF marker length …`."""
    at, lying = 2, False
    while at + 4 <= len(head) and head[at] == _MARKER:
        marker, length = head[at + 1], _number(head, at + 2, 2)
        if marker == _EXIF and head[at + 4 : at + 10] == b"Exif\0\0":
            lying = lying or _lies(head[at + 10 : at + 2 + length])
        if marker in _FRAMES:
            height, width = _number(head, at + 5, 2), _number(head, at + 7, 2)
            return Kind("image/jpeg", height, width) if lying else Kind("image/jpeg", width, height)
        at += 2 + length
    return Kind("image/jpeg")


def _lies(tiff: bytes) -> bool:
    """Whether the EXIF orientation swaps width and height."""
    order = "little" if tiff[:2] == b"II" else "big"
    try:
        first = _number(tiff, 4, 4, order)
        entries = (first + 2 + 12 * each for each in range(_number(tiff, first, 2, order)))
        return any(
            _number(tiff, at, 2, order) == _ORIENTATION and _number(tiff, at + 8, 2, order) in _LYING for at in entries
        )
    except ValueError:
        return False


_READERS: Final = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    (re.compile(rb"\xff\xd8\xff"), _jpeg),
    (re.compile(rb"GIF8[79]a"), _gif),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _webp),
    (re.compile(rb"....ftyp(avif|avis)", re.DOTALL), _avif),
    (re.compile(rb"%PDF-\d"), lambda _: Kind(PDF)),
)
