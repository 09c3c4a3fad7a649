"""An acknowledged append against one bare write and fdatasync of the same bytes, at any length of the conversation."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import msgspec
import uvloop
from msgspec import Struct

from benchmarks import data
from benchmarks.bench import Bench
from benchmarks.rounds import Pair, percentile
from benchmarks.table import Figure
from hermes_webui.chat.decide import Plan
from hermes_webui.chat.events import Change
from hermes_webui.chat.head import Head
from hermes_webui.runs import views
from hermes_webui.runs.desk import Desk
from hermes_webui.store.commit import THREADS, Committer
from hermes_webui.store.index import Index
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore
from hermes_webui.streams.hub import Hub, Subscription

SESSION = "0123456789ab"
ONE = 1.3
MANY = 0.8
WRITERS = 64


def measure(bench: Bench) -> Iterator[Figure]:
    """All lengths, both ways; then many sessions at once."""
    for length in (10, 1000) if bench.quick else (10, 1000, 10_000, 100_000):
        with bench.place("appends") as folder:
            bench.say(f"a conversation of {length:,} messages")
            data.conversation(folder, SESSION, length)
            yield _one(f"append, {length:,} messages: command to acknowledgement", _through_desk(bench, folder))
            yield _one(f"append, {length:,} messages: the store alone", _store_alone(bench, folder))
    with bench.place("writers") as folder:
        bench.say(f"{WRITERS} sessions at once")
        pair = _many(bench, folder)
        yield Figure(
            f"{WRITERS} sessions appending at once",
            f"{median(pair.ours):,.0f} appends/s",
            f"{median(pair.bare):,.0f} writes and syncs/s, {THREADS} threads",
            pair.spread,
            f"≥ {MANY}",
            pair.ratio >= MANY,
        )


class Measured(Struct):
    """Seconds of each append: ours, bare, and bare in a thread that is waited for."""

    pair: Pair = msgspec.field(default_factory=Pair)
    ours: list[float] = []
    bare: list[float] = []
    handed: list[float] = []

    def round(self, ours: list[float], bare: list[float]) -> None:
        """One round is over."""
        self.pair.add(median(ours), median(bare))
        self.ours += ours
        self.bare += bare


def _one(name: str, found: Measured) -> Figure:
    beside = _spread(found.bare) + (f"; in a thread p50 {median(found.handed) * 1e3:.2f} ms" if found.handed else "")
    pair = found.pair
    return Figure(name, _spread(found.ours), beside, pair.spread, f"≤ {ONE}", pair.ratio <= ONE)


def _spread(seconds: Sequence[float]) -> str:
    return f"p50 {median(seconds) * 1e3:.2f} ms, p99 {percentile(seconds, 0.99) * 1e3:.1f} ms"


class _Bare:
    """The same bytes, written and synced at the end of a file as long as the log."""

    def __init__(self, like: Path, path: Path) -> None:
        shutil.copyfile(like, path)
        data.settle(path)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND)

    def append(self, line: bytes) -> float:
        began = time.perf_counter()
        os.write(self._fd, line)
        os.fdatasync(self._fd)
        return time.perf_counter() - began

    def close(self) -> None:
        os.close(self._fd)


def rule(head: Head) -> Sequence[Change]:
    """A command: one more message of 1 KB."""
    plan = Plan(head, data.AT)
    plan.message(data.body(head.message_count))
    return plan.changes


def _through_desk(bench: Bench, folder: Path) -> Measured:
    return uvloop.run(_desk_rounds(bench, folder))


async def _desk_rounds(bench: Bench, folder: Path) -> Measured:
    desk, committer, store = open_desk(folder)
    reading = asyncio.create_task(_read(desk.hub.subscribe(views.session_topic(SESSION), views.LIST)))
    session = await desk.session(SESSION)
    await desk.execute(SESSION, rule)
    bare = _Bare(store.log_path(SESSION), folder / "bare")
    handed = _Bare(store.log_path(SESSION), folder / "handed")
    line, found = _line(session), Measured()
    for number in range(bench.pick(7, 3)):
        ours, others = [], []
        for turn in range(bench.pick(150, 40)):
            if (turn + number) % 2:
                others.append(bare.append(line))
            began = time.perf_counter()
            await desk.execute(SESSION, rule)
            ours.append(time.perf_counter() - began)
            await asyncio.sleep(0)
            if not (turn + number) % 2:
                others.append(bare.append(line))
            began = time.perf_counter()
            await committer.run(handed.append, line)
            found.handed.append(time.perf_counter() - began)
        found.round(ours, others)
    reading.cancel()
    for each in (bare, handed, session):
        each.close()
    committer.close()
    return found


def _line(session: Session) -> bytes:
    """The bytes that one more message appends."""
    return session.log.encode(rule(session.head), data.AT).data


def open_desk(folder: Path) -> tuple[Desk, Committer, SessionStore]:
    """A desk as the server has it."""
    store, committer = data.store_in(folder), Committer()
    return Desk(store, Index(), committer, Hub(), lambda: data.AT), committer, store


async def _read(subscription: Subscription) -> None:
    """One open page."""
    while await subscription.next() is not None:
        pass


def _store_alone(bench: Bench, folder: Path) -> Measured:
    store = data.store_in(folder)
    session = store.load(SESSION)
    session.append(rule(session.head), data.AT)
    bare = _Bare(store.log_path(SESSION), folder / "bare")
    line, found = _line(session), Measured()
    for number in range(bench.pick(7, 3)):
        ours, others = [], []
        for turn in range(bench.pick(150, 40)):
            changes = rule(session.head)
            if (turn + number) % 2:
                others.append(bare.append(line))
            began = time.perf_counter()
            session.append(changes, data.AT)
            ours.append(time.perf_counter() - began)
            if not (turn + number) % 2:
                others.append(bare.append(line))
        found.round(ours, others)
    bare.close()
    session.close()
    return found


def _many(bench: Bench, folder: Path) -> Pair:
    return uvloop.run(_many_rounds(bench, folder))


async def _many_rounds(bench: Bench, folder: Path) -> Pair:
    desk, committer, store = open_desk(folder / "sessions")
    names = list(data.session_ids(WRITERS))
    for name in names:
        data.conversation(store.root, name, 10)
    reading = asyncio.create_task(_read(desk.hub.subscribe(views.session_topic(names[0]), views.LIST)))
    sessions = [await desk.session(name) for name in names]
    line = _line(sessions[0])
    files = [os.open(folder / f"bare-{name}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) for name in names]
    await asyncio.gather(*(desk.execute(name, rule) for name in names))
    _write_all(files, line, 1)
    pair, each = Pair(), bench.pick(60, 15)
    for number in range(bench.pick(9, 3)):
        if number % 2:
            bare = _write_all(files, line, each)
            ours = await _append_all(desk, names, each)
        else:
            ours = await _append_all(desk, names, each)
            bare = _write_all(files, line, each)
        pair.add(ours, bare)
    reading.cancel()
    for fd in files:
        os.close(fd)
    for session in sessions:
        session.close()
    committer.close()
    return pair


async def _append_all(desk: Desk, names: Sequence[str], each: int) -> float:
    """Appends a second: each session has a writer that waits for its acknowledgement before its next."""

    async def writer(name: str) -> None:
        for _ in range(each):
            await desk.execute(name, rule)

    began = time.perf_counter()
    await asyncio.gather(*map(writer, names))
    return len(names) * each / (time.perf_counter() - began)


def _write_all(files: Sequence[int], line: bytes, each: int) -> float:
    """The same number of writes and syncs to as many files, by as many threads, and nothing else."""

    def work(mine: Sequence[int]) -> None:
        for _ in range(each):
            for fd in mine:
                os.write(fd, line)
                os.fdatasync(fd)

    threads = [threading.Thread(target=work, args=(files[number::THREADS],)) for number in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(files) * each / (time.perf_counter() - began)
