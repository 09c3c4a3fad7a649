"""The first page of the list, and the status of a session, over HTTP, beside an application that does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks import data
from benchmarks.bench import Bench
from benchmarks.load import Found, Load, Order
from benchmarks.rounds import Pair
from benchmarks.servers import Process, bare, program, running
from benchmarks.table import Figure

LIST_MS = 3.0
STATUS = 3000
CONNECTIONS = 32


def measure(bench: Bench) -> Iterator[Figure]:
    """Both on one directory of 10,000 sessions."""
    sessions = bench.pick(10_000, 500)
    with bench.place("listing") as state:
        bench.say(f"{sessions:,} sessions")
        data.directory(state / "sessions", sessions, 2, 200)
        with running(program(state), state) as server:
            for path, one in (("/api/sessions", True), (f"/api/session/status?session_id={1:012x}", False)):
                size = len(server.get(path))
                with running(bare(size), state) as other:
                    if one:
                        yield _page(bench, server, other, path, size, sessions)
                    else:
                        yield from _rate(bench, server, other, path, size)


def _page(bench: Bench, server: Process, other: Process, path: str, size: int, sessions: int) -> Figure:
    pair = Pair()
    worst = []
    for _ in range(bench.pick(5, 2)):
        ours = _load(server, [path], bench.pick(2, 1))
        pair.add(ours.p50 * 1e3, _load(other, [path], bench.pick(2, 1)).p50 * 1e3)
        worst.append(ours.p99 * 1e3)
    value = median(pair.ours)
    return Figure(
        f"first page of {sessions:,} sessions, one client ({size >> 10} KB)",
        f"p50 {value:.2f} ms, p99 {median(worst):.1f} ms",
        f"p50 {median(pair.bare):.2f} ms (as many bytes)",
        pair.spread,
        f"≤ {LIST_MS:g} ms",
        value <= LIST_MS,
    )


def _rate(bench: Bench, server: Process, other: Process, path: str, size: int) -> Iterator[Figure]:
    pair, cost, lag = Pair(), Pair(), []
    for _ in range(bench.pick(5, 2)):
        rates, costs = [], []
        for each in (server, other):
            before = each.cpu()
            found = _load(each, [path] * CONNECTIONS, bench.pick(4, 1))
            rates.append(found.done / found.seconds)
            costs.append((each.cpu() - before) / found.done * 1e6)
            lag.append(found.p99 * 1e3) if each is server else None
        pair.add(*rates)
        cost.add(*costs)
    value = median(pair.ours)
    yield Figure(
        f"/api/session/status over {CONNECTIONS} connections ({size} bytes)",
        f"{value:,.0f} requests/s, p99 {median(lag):.0f} ms",
        f"{median(pair.bare):,.0f} requests/s",
        pair.spread,
        f"≥ {STATUS:,}/s",
        value >= STATUS,
    )
    yield Figure(
        "the same: processor time of the server a request",
        f"{median(cost.ours):.0f} µs",
        f"{median(cost.bare):.0f} µs",
        cost.spread,
    )


def _load(server: Process, paths: list[str], seconds: float) -> Found:
    found = Load(Order("rate", server.port, paths, seconds)).result()
    if found.failed or not found.done:
        raise RuntimeError(f"{found.failed} of {found.done} requests failed")
    return found
