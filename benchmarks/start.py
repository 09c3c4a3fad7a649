"""The start of a server on a directory of 5,000 sessions, with its index and without."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks import data
from benchmarks.bench import Bench
from benchmarks.rounds import Pair
from benchmarks.servers import Process, program
from benchmarks.table import Figure
from hermes_webui.store.recovery import Recovery

CLEAN = 0.1
NO_INDEX = 1.5
MESSAGES = 10


def measure(bench: Bench) -> Iterator[Figure]:
    """Recovery alone, then the whole process."""
    sessions = bench.pick(5000, 300)
    with bench.place("start") as state:
        root = state / "sessions"
        bench.say(f"{sessions:,} sessions of {MESSAGES} messages")
        data.directory(root, sessions, MESSAGES, 1000)
        saved = (root / "_index.json").read_bytes()
        yield _figure(
            f"recovery of {sessions:,} sessions, index there",
            _rounds(bench, lambda: _recover(root, sessions), lambda: _stat_all(root), lambda: None),
            "the same files' names, sizes and times, and the index's bytes",
            CLEAN,
        )
        yield _figure(
            f"recovery of {sessions:,} sessions, no index",
            _rounds(
                bench,
                lambda: _recover(root, sessions),
                lambda: _read_all(root),
                (root / "_index.json").unlink,
                saved,
                root,
            ),
            "all snapshots read whole, and the last KB of all logs",
            NO_INDEX,
        )
        for index in (True, False):
            yield _process(bench, state, saved if index else None, sessions)


def _figure(name: str, pair: Pair, what: str, goal: float) -> Figure:
    ours = median(pair.ours)
    return Figure(
        name, f"{ours:.3f} s", f"{median(pair.bare):.3f} s ({what})", pair.spread, f"≤ {goal:g} s", ours <= goal
    )


def _rounds(
    bench: Bench,
    ours: Callable[[], None],
    bare: Callable[[], None],
    before: Callable[[], None],
    saved: bytes = b"",
    root: Path = Path(),
) -> Pair:
    pair = Pair()
    for _ in range(bench.pick(7, 3)):
        before()
        pair.add(_seconds(ours), _seconds(bare))
        if saved:
            (root / "_index.json").write_bytes(saved)
    return pair


def _seconds(function: Callable[[], None]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def _recover(root: Path, sessions: int) -> None:
    index = Recovery(data.store_in(root), close_runs=True).run(root / "_index.json")
    assert len(index) == sessions


def _stat_all(root: Path) -> None:
    for folder in (root, root / "_log"):
        for entry in os.scandir(folder):
            entry.stat()
    (root / "_index.json").read_bytes()


def _read_all(root: Path) -> None:
    for entry in os.scandir(root):
        if entry.name.endswith(".json"):
            fd = os.open(entry.path, os.O_RDONLY)
            while os.read(fd, 1 << 20):
                pass
            os.close(fd)
    for entry in os.scandir(root / "_log"):
        fd = os.open(entry.path, os.O_RDONLY)
        os.pread(fd, 1024, max(0, os.fstat(fd).st_size - 1024))
        os.close(fd)


def _process(bench: Bench, state: Path, saved: bytes | None, sessions: int) -> Figure:
    times = []
    for _ in range(bench.pick(5, 2)):
        index = state / "sessions" / "_index.json"
        index.unlink(missing_ok=True)
        if saved is not None:
            index.write_bytes(saved)
        server = Process(program(state), state)
        server.stop()
        times.append(server.seconds)
    name = f"start to /health with {sessions:,} sessions, {'index there' if saved else 'no index'}"
    return Figure(name, f"{median(times):.2f} s ({min(times):.2f}–{max(times):.2f})")
