"""A model that goes round in circles is stopped. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

#: The same call with the same result, so many times with nothing new in between.
LIMIT: Final = 3


class Repetition:
    """Counts calls that were made before and gave the same. One that is new, or gives something new, begins the count
    afresh: running the tests after each edit is no circle.
    """

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}

    def note(self, name: str, args: Mapping[str, Any], result: str) -> bool:
        """Takes a call with its result; whether that is one time too many."""
        key = msgspec.json.encode([name, dict(sorted(args.items())), result])
        if key not in self._counts:
            self._counts = dict.fromkeys(self._counts, 0)
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key] >= LIMIT
