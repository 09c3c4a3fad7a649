"""Reading of a conversation of any length: its row, and a page of its last messages."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks import data
from benchmarks.bench import Bench
from benchmarks.load import Load, Order
from benchmarks.rounds import Pair
from benchmarks.servers import program, running
from benchmarks.table import Figure
from hermes_webui.store.sessions import SessionStore
from hermes_webui.store.snapshot import PREFIX

SESSION = "0123456789ab"
GOAL_MS = 0.1
PAGE = 50


def measure(bench: Bench) -> Iterator[Figure]:
    """Rows at all lengths, then pages of the longest."""
    lengths = (10, 1000) if bench.quick else (10, 1000, 10_000, 100_000)
    for length in lengths:
        with bench.place("reads") as state:
            bench.say(f"a conversation of {length:,} messages")
            data.conversation(state / "sessions", SESSION, length)
            yield from _rows(bench, state / "sessions", length)
            if length == lengths[-1]:
                yield from _pages(bench, state / "sessions", length)
                yield from _http(bench, state, length)
    with bench.place("tail") as folder:
        bench.say("a snapshot that is as far behind as it may be")
        data.conversation(folder, SESSION, lengths[-1], unwritten=lengths[-1] * 3 // 4)
        yield _summary(
            bench, folder, f"summary, {lengths[-1]:,} messages, three quarters of them after the snapshot", goal=False
        )


def _rows(bench: Bench, folder: Path, length: int) -> Iterator[Figure]:
    yield _summary(bench, folder, f"summary, {length:,} messages", goal=True)
    yield _summary(bench, folder, f"summary, {length:,} messages, nothing in the system's cache", goal=False, cold=True)


def _summary(bench: Bench, folder: Path, name: str, *, goal: bool, cold: bool = False) -> Figure:
    store = data.store_in(folder)
    files = (store.path(SESSION), store.log_path(SESSION))
    pair = _in_turn(
        bench,
        lambda: store.load(SESSION).summary(),
        lambda: _prefix(store),
        (lambda: data.forget(*files)) if cold else None,
    )
    ours, bare = median(pair.ours) * 1e3, median(pair.bare) * 1e3
    wanted = (f"≤ {GOAL_MS} ms", ours <= GOAL_MS) if goal else ("", None)
    return Figure(name, f"{ours:.3f} ms", f"{bare:.3f} ms (its first {PREFIX >> 10} KB)", pair.spread, *wanted)


def _prefix(store: SessionStore) -> None:
    fd = os.open(store.path(SESSION), os.O_RDONLY)
    os.pread(fd, PREFIX, 0)
    os.close(fd)


def _in_turn(
    bench: Bench, ours: Callable[[], object], bare: Callable[[], object], before: Callable[[], None] | None = None
) -> Pair:
    """Both, some hundred times; a round's figure is its median."""
    pair = Pair()
    for _ in range(bench.pick(7, 3)):
        took: tuple[list[float], list[float]] = ([], [])
        for _ in range(30):
            for function, times in zip((ours, bare), took, strict=True):
                if before is not None:
                    before()
                times.append(_seconds(function))
            if sum(took[0]) > 1.0:
                break
        pair.add(median(took[0]), median(took[1]))
    return pair


def _seconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def _pages(bench: Bench, folder: Path, length: int) -> Iterator[Figure]:
    store = data.store_in(folder)
    files = (store.path(SESSION), store.log_path(SESSION))

    def opened() -> object:
        session = store.load(SESSION)
        return store.page(session, session.head.leaf, PAGE)

    def tail() -> None:
        fd = os.open(store.log_path(SESSION), os.O_RDONLY)
        os.pread(fd, PAGE * 1300, max(0, os.fstat(fd).st_size - PAGE * 1300))
        os.close(fd)

    for name, before in ((", nothing in the system's cache", lambda: data.forget(*files)), ("", None)):
        pair = _in_turn(bench, opened, tail, before)
        yield Figure(
            f"loading {length:,} messages and reading the last {PAGE}{name}",
            f"{median(pair.ours) * 1e3:.2f} ms",
            f"{median(pair.bare) * 1e3:.3f} ms (as many bytes from the log's end)",
            pair.spread,
        )
    session = store.load(SESSION)
    middle = store.page(session, session.head.leaf, 1).messages[0]
    pair = _in_turn(bench, lambda: store.page(session, middle.id, PAGE), tail)
    yield Figure(
        f"reading the last {PAGE} of {length:,} again",
        f"{median(pair.ours) * 1e3:.2f} ms",
        f"{median(pair.bare) * 1e3:.3f} ms",
        pair.spread,
    )


def _http(bench: Bench, state: Path, length: int) -> Iterator[Figure]:
    path = f"/api/session?session_id={SESSION}&msg_limit={PAGE}"
    with running(program(state), state) as server:
        connection = server.connect()
        connection.request("GET", "/health")
        connection.getresponse().read()
        began = time.perf_counter()
        connection.request("GET", path)
        size = len(connection.getresponse().read())
        first = time.perf_counter() - began
        found = Load(Order("rate", server.port, [path], bench.pick(4, 1))).result()
        connection.close()
    yield Figure(
        f"opening a session of {length:,} messages over HTTP, the last {PAGE} ({size >> 10} KB)",
        f"first {first * 1e3:.1f} ms, then p50 {found.p50 * 1e3:.2f} ms, p99 {found.p99 * 1e3:.1f} ms",
    )
