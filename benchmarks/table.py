"""Figures and the table that they make in README.md."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from hermes_webui.store.files import file_system_of

README = Path(__file__).parent / "README.md"
BEGIN = "<!-- figures: begin -->"
END = "<!-- figures: end -->"


class Figure(Struct, frozen=True):
    """One line. `beside` is the bare thing of the same run, `ratio` compares the two. No goal: it is only told."""

    name: str
    measured: str
    beside: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None

    def line(self) -> str:
        """For the terminal."""
        parts = [self.measured]
        parts += [f"beside {self.beside}"] if self.beside else []
        parts += [f"ratio {self.ratio}"] if self.ratio else []
        parts += [f"goal {self.goal}: {self.verdict}"] if self.goal else []
        return f"{self.name}: {'; '.join(parts)}"

    @property
    def verdict(self) -> str:
        """Whether the goal is met."""
        return {None: "", True: "yes", False: "**no**"}[self.met]


def render(found: Iterable[tuple[str, Figure]], folder: Path, seconds: float) -> str:
    """The table of (subject, figure) pairs, with where and when it was made."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    about = (
        f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores ({platform.machine()}), {memory} GB, "
        f"Python {platform.python_version()} on {sys.platform}, {file_system_of(folder)}; {seconds / 60:.0f} minutes, "
        f"load average at the end {os.getloadavg()[1]:.1f}."
    )
    lines = [
        about,
        "",
        "| | figure | measured | beside it, bare | ratio | goal | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for subject, each in found:
        cells = (subject, each.name, each.measured, each.beside, each.ratio, each.goal, each.verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write(table: str) -> None:
    """Puts the table between the README's marker lines."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def at_most(name: str, value: float, limit: float, unit: str, beside: str = "", ratio: str = "") -> Figure:
    """A figure whose goal is a most."""
    return Figure(name, shown(value, unit), beside, ratio, f"≤ {limit:g} {unit}", value <= limit)


def shown(value: float, unit: str) -> str:
    """Three digits that matter, and the unit."""
    digits = max(0, 2 - len(f"{value:.0f}") + (value < 1) + (value < 0.1) + (value < 0.01))
    return f"{value:,.{digits}f} {unit}".rstrip()
