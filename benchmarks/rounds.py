"""Ours and bare, in turn: on a busy machine only what was measured at the same moment can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from msgspec import Struct


class Pair(Struct):
    """What several rounds gave, ours and bare; each entry is one round's figure."""

    ours: list[float] = []
    bare: list[float] = []

    def add(self, ours: float, bare: float) -> None:
        """One round."""
        self.ours.append(ours)
        self.bare.append(bare)

    @property
    def ratios(self) -> list[float]:
        """Ours ÷ bare of each round."""
        return [ours / bare for ours, bare in zip(self.ours, self.bare, strict=True)]

    @property
    def ratio(self) -> float:
        """The median round's."""
        return median(self.ratios)

    @property
    def spread(self) -> str:
        """The median ratio with the lowest and the highest."""
        return f"{self.ratio:.2f} ({min(self.ratios):.2f}–{max(self.ratios):.2f})"


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
