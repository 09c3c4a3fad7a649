"""Words in 100,000 messages: reading all of them for the first search, and what a search takes then."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from statistics import median
from urllib.parse import quote

from benchmarks import data
from benchmarks.bench import Bench
from benchmarks.rounds import percentile
from benchmarks.servers import Process, program, running
from benchmarks.table import Figure
from hermes_webui.chat.decide import Plan
from hermes_webui.chat.events import SessionCreated
from hermes_webui.store.sessions import SessionStore

EACH = 100
WORDS = 150
VOCABULARY = 20_000

#: How often the words are used that are looked for: places in the vocabulary, the most used first.
OFTEN, SELDOM = 20, 15_000


def measure(bench: Bench) -> Iterator[Figure]:
    """All on one directory."""
    sessions = bench.pick(1_000, 20)
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=2 + place % 9)) for place in range(VOCABULARY)]
    with bench.place("search") as state:
        bench.say(f"{sessions * EACH:,} messages")
        _fill(state / "sessions", sessions, vocabulary, chance)
        with running(program(state), state) as server:
            yield _first(server, state / "sessions", sessions)
            often, seldom = vocabulary[OFTEN], vocabulary[SELDOM]
            for name, query in (
                ("a word that most messages hold", often),
                ("a word of one message in 1,000", seldom),
                ("two words", f"{often} {seldom}"),
                ("two letters, of all words that begin so", vocabulary[0][:2]),
            ):
                yield _query(bench, server, name, query)
            yield _bare(bench, state / "sessions", seldom)


def _fill(root: Path, sessions: int, vocabulary: Sequence[str], chance: random.Random) -> None:
    """Words as languages have them: the n-th is used 1/n as often as the first."""
    weights = list(accumulate(1 / (place + 1) for place in range(len(vocabulary))))
    store = SessionStore(root, data.Unsynced(), lambda: data.AT)
    for number, session_id in enumerate(data.session_ids(sessions)):
        session = store.new(session_id)
        plan = Plan(session.head, data.AT + number * EACH)
        plan.add(SessionCreated(session_id, {"title": f"About {session_id}"}))
        for place in range(EACH):
            said = " ".join(chance.choices(vocabulary, cum_weights=weights, k=WORDS))
            plan.message({**data.body(place, 1), "content": said, "timestamp": data.AT + number * EACH + place})
        session.append(plan.changes, data.AT + number * EACH)
        session.close()


def _first(server: Process, root: Path, sessions: int) -> Figure:
    began, longest = time.perf_counter(), 0.0
    while json.loads(server.get("/api/search?query=zz"))["progress"] < 1:
        asked = time.perf_counter()
        server.get("/health")
        longest = max(longest, time.perf_counter() - asked)
    seconds = time.perf_counter() - began
    logs = sum(path.stat().st_size for path in (root / "_log").iterdir())
    size = sum(path.stat().st_size for path in root.glob("_search.db*"))
    return Figure(
        f"reading {sessions * EACH:,} messages ({logs / 1e6:.0f} MB of logs) for the first search",
        f"{seconds:.1f} s, beside everything else: /health at most {longest * 1e3:.0f} ms; {size / 1e6:.0f} MB on disk",
    )


def _query(bench: Bench, server: Process, name: str, query: str) -> Figure:
    times = []
    hits = 0
    for _ in range(bench.pick(60, 5)):
        asked = time.perf_counter()
        hits = len(json.loads(server.get(f"/api/search?limit=20&query={quote(query)}"))["hits"])
        times.append((time.perf_counter() - asked) * 1e3)
    return Figure(f"search: {name} ({hits} shown)", f"p50 {median(times):.1f} ms, p99 {percentile(times, 0.99):.0f} ms")


def _bare(bench: Bench, root: Path, word: str) -> Figure:
    times = []
    for _ in range(bench.pick(5, 2)):
        began = time.perf_counter()
        sum(word.encode() in path.read_bytes() for path in (root / "_log").iterdir())
        times.append((time.perf_counter() - began) * 1e3)
    return Figure(
        "the same without an index: all logs read from the cache and looked through", f"{median(times):.0f} ms"
    )
