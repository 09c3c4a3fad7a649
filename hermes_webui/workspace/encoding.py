"""Which encoding a file's text is in, by its bytes, and the way back into it.

UTF-8 is tried first; UTF-16 where a byte order mark says so; then what old programs of western Europe write. A guess
of the last kind may be wrong (it is told which it was), but never loses anything: each of its bytes is one character,
there and back. What looks like none of these is no text.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from hermes_webui.errors import BadRequest

UTF_8: Final = "utf-8"
LATIN_1: Final = "iso-8859-1"
WINDOWS: Final = "windows-1252"

#: By their byte order marks. UTF-32 begins as the first of them does, and is told apart by its zeros.
MARKED: Final[Mapping[bytes, str]] = MappingProxyType(
    {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
)
MARK: Final = "\ufeff"

#: What people call them.
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        UTF_8: "UTF-8",
        "utf-16-le": "UTF-16 LE",
        "utf-16-be": "UTF-16 BE",
        WINDOWS: "Windows-1252",
        LATIN_1: "ISO 8859-1 (Latin-1)",
    }
)

#: Control characters that no text has, but for those of a terminal's colours.
CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1a]")
#: C1 controls in the one encoding, and the five bytes that the other does not know.
C1: Final = re.compile(rb"[\x80-\x9f]")

#: In western text, letters with accents stand alone or in pairs, and are few. Cyrillic, Greek and Asian encodings are
#: made of them, and old line drawings come in rows: none of these is guessed at.
ROW: Final = re.compile(rb"[\x80-\xff]{4}")
FEW: Final = 4
MOST_IN_A_HUNDRED: Final = 30

#: So much of a UTF-16 text is looked at for characters that nobody has defined.
LOOKED_AT: Final = 4096
UNDEFINED: Final = frozenset({"Cn", "Co", "Cs"})


class Decoded(Struct, frozen=True):
    """A text, with its byte order mark where it has one, and the encoding that it was in (a key of `NAMES`)."""

    text: str
    encoding: str


def decode(data: bytes, *, whole: bool = True) -> Decoded | None:
    """The text of these bytes, or None. Where they are not the whole file the end may fall within a character."""
    marked = MARKED.get(data[:2])
    if marked is not None:
        return _utf_16(data, marked, whole=whole)
    if any(each < 9 or 14 <= each < 27 for each in set(data)):  # noqa: PLR2004 - CONTROL, as bytes
        return None
    text = _strictly(data, UTF_8, whole=whole)
    return Decoded(text, UTF_8) if text is not None else _western(data)


def encode(text: str, encoding: str) -> bytes:
    """The text as bytes of that encoding, which `decode` knows again. Raises `BadRequest` where that cannot be."""
    if encoding in MARKED.values() and not text.startswith(MARK):
        text = MARK + text  # without it nobody would know the file again
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError as error:
        if encoding == UTF_8:
            raise BadRequest("That text is no valid Unicode. Nothing was saved.") from error
        raise BadRequest(
            f"This file is in {NAMES[encoding]}, which has no “{text[error.start]}”. Nothing was saved, and what you "
            "typed is kept: replace that character, or save the text under another name, as UTF-8."
        ) from error
    again = decode(data)
    if encoding != UTF_8 and (again is None or again.text != text):
        raise BadRequest(
            f"This file is in {NAMES[encoding]}, and with this text in it nobody could tell that any more. Nothing was "
            "saved, and what you typed is kept: save the text under another name, as UTF-8."
        )
    return data


def _strictly(data: bytes, encoding: str, *, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data, whole)
    except UnicodeDecodeError:
        return None


def _utf_16(data: bytes, encoding: str, *, whole: bool) -> Decoded | None:
    text = _strictly(data, encoding, whole=whole)
    if text is None or CONTROL.search(text):
        return None
    undefined = any(unicodedata.category(each) in UNDEFINED for each in text[:LOOKED_AT])
    return None if undefined else Decoded(text, encoding)


def _western(data: bytes) -> Decoded | None:
    high = sum(each >= 0x80 for each in data)  # noqa: PLR2004 - beyond ASCII
    if ROW.search(data) or (high > FEW and high * 100 > len(data) * MOST_IN_A_HUNDRED):
        return None
    encoding = WINDOWS if C1.search(data) else LATIN_1
    text = _strictly(data, encoding, whole=True)
    return Decoded(text, encoding) if text is not None else None
