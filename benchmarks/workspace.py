"""A folder of 100,000 files: its first page, its last, a search by name; and what the walk to a deep file costs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.rounds import Pair
from benchmarks.table import Figure
from hermes_webui.workspace.folder import Folder
from hermes_webui.workspace.listing import Orders

FIRST_MS = 500.0
PAGE_MS = 10.0
PAGE = 500
DEEP = 12


def measure(bench: Bench) -> Iterator[Figure]:
    """All on one folder."""
    many = bench.pick(100_000, 2_000)
    with bench.place("workspace") as place:
        bench.say(f"{many:,} files")
        root = place / "work"
        _fill(root, many)
        os.utime(root, (time.time() - 60, time.time() - 60))
        folder = Folder(root)
        yield _first(bench, root, many)
        yield _again(bench, folder, root, many)
        yield _names(bench, folder, root, many)
        yield _deep(bench, folder, root)


def _fill(root: Path, many: int) -> None:
    below = root
    for number in range(DEEP):
        below /= f"folder-{number}"
    below.mkdir(parents=True)
    (below / "file.txt").write_bytes(b"x" * 1024)
    for number in range(many):
        os.close(os.open(root / f"file-{number:06}.txt", os.O_WRONLY | os.O_CREAT))


def _in_turn(bench: Bench, ours: Callable[[], object], bare: Callable[[], object], rounds: int) -> Pair:
    pair = Pair()
    for _ in range(bench.pick(rounds, 3)):
        times = []
        for each in (ours, bare):
            begun = time.perf_counter()
            each()
            times.append((time.perf_counter() - begun) * 1e3)
        pair.add(*times)
    return pair


def _listed(root: Path) -> list[str]:
    with os.scandir(root) as found:
        return sorted(entry.name for entry in found)


def _first(bench: Bench, root: Path, many: int) -> Figure:
    pair = _in_turn(bench, lambda: Folder(root, orders=Orders()).entries("", 0, PAGE), lambda: _listed(root), 7)
    value = median(pair.ours)
    return Figure(
        f"first page of a folder of {many:,} files ({PAGE} rows), never listed before",
        f"{value:.0f} ms",
        f"{median(pair.bare):.0f} ms (`scandir`, names sorted)",
        pair.spread,
        f"≤ {FIRST_MS:g} ms",
        value <= FIRST_MS,
    )


def _again(bench: Bench, folder: Folder, root: Path, many: int) -> Figure:
    folder.entries("", 0, PAGE)
    names = _listed(root)[-PAGE:]

    def bare() -> None:
        for name in names:
            os.lstat(root / name)

    pair = _in_turn(bench, lambda: folder.entries("", many - PAGE, PAGE), bare, 50)
    value = median(pair.ours)
    return Figure(
        "any other page of it",
        f"{value:.1f} ms",
        f"{median(pair.bare):.1f} ms (`lstat` of as many names)",
        pair.spread,
        f"≤ {PAGE_MS:g} ms",
        value <= PAGE_MS,
    )


def _names(bench: Bench, folder: Folder, root: Path, many: int) -> Figure:
    def bare() -> None:
        [name for name in _listed(root) if "99" in name]

    pair = _in_turn(bench, lambda: folder.names("99"), bare, 7)
    return Figure(
        f"a search among {many:,} names",
        f"{median(pair.ours):.0f} ms",
        f"{median(pair.bare):.0f} ms (`scandir`, one test a name)",
        pair.spread,
    )


def _deep(bench: Bench, folder: Folder, root: Path) -> Figure:
    path = "/".join([*(f"folder-{number}" for number in range(DEEP)), "file.txt"])
    pair = _in_turn(bench, lambda: folder.beginning(path, 4096), (root / path).read_bytes, 500)
    return Figure(
        f"reading 1 KB, {DEEP} folders deep",
        f"{median(pair.ours) * 1e3:.0f} µs",
        f"{median(pair.bare) * 1e3:.0f} µs (`open` by its path, `read`)",
        pair.spread,
    )
