"""Text from outside: what cannot be written as UTF-8 is mended before it goes anywhere."""

from __future__ import annotations

from typing import Any

FIRST_HIGH, LAST_HIGH, LAST = "\ud800", "\udbff", "\udfff"


def clean(text: str) -> str:
    """The text with halves of surrogate pairs joined where both are there, and replaced by U+FFFD where one is alone.

    Providers' JSON can hold them: an emoji that was split between two deltas, or a broken one.
    """
    if text.isascii() or not any(FIRST_HIGH <= character <= LAST for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def split_pair(text: str) -> tuple[str, str]:
    """The text without a first half of a pair at its end, and that half, which the next delta may complete."""
    if text and FIRST_HIGH <= text[-1] <= LAST_HIGH:
        return text[:-1], text[-1]
    return text, ""


def clean_json(value: Any) -> Any:
    """JSON values with all their text cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean_json(key): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value
