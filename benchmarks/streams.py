"""Event streams: how many can be held, and how quickly a reply reaches all who follow it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from benchmarks import data
from benchmarks.bench import Bench
from benchmarks.load import Load, Order
from benchmarks.rounds import percentile
from benchmarks.served import A_SECOND
from benchmarks.servers import Process, paced, program, running
from benchmarks.table import Figure

LAG_MS = 50.0
#: Long enough for one round of heartbeats.
HOLD_SECONDS = 17.0


def measure(bench: Bench) -> Iterator[Figure]:
    """Held, then spoken to."""
    yield from _held(bench, bench.pick(5000, 500), HOLD_SECONDS if not bench.quick else 3.0)
    yield from _told(bench, bench.pick(500, 50), bench.pick(10, 3))


def _held(bench: Bench, count: int, seconds: float) -> Iterator[Figure]:
    sessions = 100
    with bench.place("held") as state:
        data.directory(state / "sessions", sessions, 4, 500)
        with running(program(state), state) as server:
            paths = [f"/api/events?session_id={number % sessions + 1:012x}" for number in range(count)]
            alone = _healths(server, seconds / 6)
            before = server.memory()
            bench.say(f"{count:,} streams")
            began = time.perf_counter()
            load = Load(Order("follow", server.port, paths))
            took = time.perf_counter() - began
            held = _healths(server, seconds)
            each = (server.memory() - before) / count
            lost = load.end().failed
        yield Figure(
            f"{count:,} event streams held at once",
            f"{count - lost:,} held, opened in {took:.1f} s, {each / 1024:.0f} KB of the server each",
            "",
            "",
            f"{count:,}",
            lost == 0,
        )
        p50, bare = median(held) * 1e3, median(alone) * 1e3
        yield Figure(
            "/health meanwhile",
            f"p50 {p50:.2f} ms, p99 {percentile(held, 0.99) * 1e3:.1f} ms, longest {max(held) * 1e3:.0f} ms",
            f"p50 {bare:.2f} ms, p99 {percentile(alone, 0.99) * 1e3:.1f} ms (no stream)",
            f"{p50 / bare:.2f}",
            "answers",
            len(held) > 0,
        )


def _healths(server: Process, seconds: float) -> list[float]:
    """How long /health takes, 50 times a second, on one connection."""
    connection, times = server.connect(), []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        connection.request("GET", "/health")
        if connection.getresponse().read()[:1] != b"{":
            raise RuntimeError("/health did not answer")
        times.append(time.perf_counter() - began)
        time.sleep(0.02)
    connection.close()
    return times


def _told(bench: Bench, count: int, seconds: int) -> Iterator[Figure]:
    with bench.place("told") as state, running(paced(state, seconds), state) as server:
        session_id = server.post("/api/session/new", {})["session"]["session_id"]
        bench.say(f"{count} subscribers of a reply of {A_SECOND} pieces a second, {seconds} s")
        path = f"/api/events?session_id={session_id}"
        load = Load(Order("follow", server.port, [path] * count, seconds + 30.0, '"run.finished"'))
        before = server.cpu()
        server.post("/api/chat/start", {"session_id": session_id, "message": "What time is it?", "engine": "paced"})
        found = load.result()
        cost = server.cpu() - before
    wanted = count * A_SECOND * seconds
    p50 = found.p50 * 1e3
    yield Figure(
        f"{count} subscribers × {A_SECOND} events/s of one reply, {seconds} s: delivered",
        f"{found.once:,} of {wanted:,}, {found.done - found.once} twice; {found.ended} of {count} streams saw the end",
        "",
        f"{found.once / wanted:.4f}",
        "all",
        found.done == found.once == wanted and found.ended == count,
    )
    yield Figure(
        "the same: from the engine to the subscriber",
        f"p50 {p50:.1f} ms, p99 {found.p99 * 1e3:.0f} ms; {cost / found.done * 1e6:.1f} µs of the server a delivery",
        "",
        "",
        f"p50 ≤ {LAG_MS:g} ms",
        p50 <= LAG_MS,
    )
