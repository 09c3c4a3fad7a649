"""A start on an empty directory, and the memory of a server that nobody uses."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.bench import Bench
from benchmarks.rounds import Pair
from benchmarks.servers import ROOT, Process, program, running
from benchmarks.table import Figure, at_most

START_SECONDS = 1.0
IDLE_MB = 70.0
BARE = "import asyncio, uvicorn, uvloop, httptools, starlette.applications, msgspec"


def measure(bench: Bench) -> Iterator[Figure]:
    """Time, then memory."""
    pair = Pair()
    with bench.place("start") as state:
        bench.say("starts")
        running_once(state)
        for _ in range(bench.pick(9, 3)):
            ours = running_once(state)
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", BARE], check=True, cwd=ROOT)
            pair.add(ours, time.perf_counter() - began)
    beside = f"{median(pair.bare):.2f} s (Python importing Starlette, uvicorn, uvloop, msgspec)"
    yield at_most("start to /health, empty directory", median(pair.ours), START_SECONDS, "s", beside, pair.spread)
    with bench.place("idle") as state, running(program(state), state) as server:
        bench.say("idle")
        time.sleep(1.0)
        idle = server.memory() / 1e6
        load_page(server)
        time.sleep(1.0)
        used = server.memory() / 1e6
    yield at_most(f"resident memory, one page loaded (before it: {idle:.0f} MB)", used, IDLE_MB, "MB")


def running_once(state) -> float:
    """Seconds until /health answers."""
    server = Process(program(state), state)
    server.stop()
    return server.seconds


def load_page(server: Process) -> None:
    """What a browser fetches: the page, what it names, and the data that it begins with."""
    page = server.get("/").decode()
    for path in sorted(set(re.findall(r'(?:src|href)="(/[^"]+)"', page))):
        server.get(path)
    for path in ("/api/sessions", "/api/models", "/api/engines"):
        server.get(path)
