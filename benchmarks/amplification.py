"""All bytes that 1,000 turns cost the disk, against what remains of them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from benchmarks import data
from benchmarks.bench import Bench
from benchmarks.table import Figure
from hermes_webui.engines.base import EngineCaps, EngineEvent, ProviderInfo, TextDelta, Turn, TurnEnded
from hermes_webui.runs.choice import Choice
from hermes_webui.runs.desk import Desk
from hermes_webui.runs.live import GATHER_SECONDS
from hermes_webui.runs.supervisor import Supervisor
from hermes_webui.runs.turn import Records
from hermes_webui.store.checkpoints import Checkpoints
from hermes_webui.store.commit import Committer
from hermes_webui.store.files import Disk
from hermes_webui.store.index import Index
from hermes_webui.store.journal import Journal
from hermes_webui.store.sessions import SessionStore
from hermes_webui.streams.hub import Hub

GOAL = 4.0
PIECE = 12
SIZE = 1000


class Counting(Disk):
    """Counts what is written, by kind of file."""

    def __init__(self) -> None:
        self.written: dict[str, int] = {}
        self._kinds: dict[int, str] = {}
        self._lock = threading.Lock()

    def open(self, path: Path, flags: int) -> int:
        fd = super().open(path, flags)
        self._kinds[fd] = _kind(path)
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        done = super().write(fd, data)
        with self._lock:
            kind = self._kinds[fd]
            self.written[kind] = self.written.get(kind, 0) + done
        return done


def _kind(path: Path) -> str:
    if path.parent.name in {"_log", "_runs"}:
        return {"_log": "log", "_runs": "journal"}[path.parent.name]
    return "index" if "_index" in path.name else "snapshots"


class HurriedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock the engine can move: pieces that come slower than they are gathered, without the wait."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def time(self) -> float:
        return super().time() + self.skipped


class Chatty:
    """Replies of 1 KB in pieces of a dozen characters; with `apart` each comes too late to join the last."""

    name = "chatty"
    caps = EngineCaps()

    def __init__(self, *, apart: bool) -> None:
        self._apart = apart

    async def run(self, turn: Turn, ask: object, cancel: object) -> AsyncIterator[EngineEvent]:
        reply = data.text(SIZE, len(turn.messages) % 89)
        for start in range(0, len(reply), PIECE):
            await asyncio.sleep(0)
            loop = asyncio.get_running_loop()
            if self._apart and isinstance(loop, HurriedLoop):
                loop.skipped += GATHER_SECONDS * 1.01
            yield TextDelta(reply[start : start + PIECE])
        yield TurnEnded()

    async def providers(self) -> list[ProviderInfo]:
        return []

    async def prepare(self) -> None: ...

    async def title(self, turn: Turn) -> str | None: ...

    async def close(self) -> None: ...


def measure(bench: Bench) -> Iterator[Figure]:
    """Both ways of pieces."""
    turns = bench.pick(1000, 100)
    for apart in (True, False):
        bench.say(f"{turns:,} turns, {'a journal record for each piece' if apart else 'all pieces of a reply at once'}")
        with bench.place("turns") as folder, asyncio.Runner(loop_factory=HurriedLoop) as runner:
            disk = Counting()
            runner.run(_talk(folder / "sessions", disk, turns, apart=apart))
            yield from _figures(folder / "sessions", disk, turns, apart=apart)


async def _talk(root: Path, disk: Disk, turns: int, *, apart: bool) -> None:
    """The turns, one after another, as the server carries them out, and a clean stop."""
    store = SessionStore(root, disk, time.time)
    committer, journal = Committer(), Journal(root / "_runs", disk, "bench")
    desk = Desk(store, Index(), committer, Hub(), time.time)
    records = Records(journal, Checkpoints(root / "_runs", disk))
    engine = Chatty(apart=apart)
    choice = Choice("chatty", "chatty", "chatty")
    supervisor = Supervisor(desk, {"chatty": engine}, records, lambda: choice, {}, threading.Lock())
    session_id = desk.create({}).session_id
    for turn in range(turns):
        prompt = {"role": "user", "content": data.text(SIZE, turn % 97)}
        await supervisor.start(session_id, prompt, f"key-{turn}", Choice())
        while supervisor._tasks:
            await asyncio.wait(set(supervisor._tasks))
    await supervisor.close()
    await desk.close()
    journal.close()
    committer.close()


def _figures(root: Path, disk: Counting, turns: int, *, apart: bool) -> Iterator[Figure]:
    written = sum(disk.written.values())
    document = sum(path.stat().st_size for path in root.glob("*.json") if not path.name.startswith("_"))
    remains = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    parts = ", ".join(f"{kind} {size / 1e6:.1f}" for kind, size in sorted(disk.written.items()))
    how = "each piece a journal record" if apart else "each reply one journal record"
    name = f"{turns:,} turns, {how}: bytes written ÷ "
    measured = f"{written / 1e6:.1f} MB ({parts})"
    ratio = written / document
    goal = (f"≤ {GOAL:g}", ratio <= GOAL) if apart else ("", None)
    yield Figure(name + "the final `<sid>.json`", measured, f"{document / 1e6:.2f} MB", f"{ratio:.2f}", *goal)
    ratio = written / remains
    yield Figure(name + "all that remains", measured, f"{remains / 1e6:.2f} MB", f"{ratio:.2f}")
