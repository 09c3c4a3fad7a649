"""The page in a browser: what the first visit weighs, how soon a long conversation is there, what a token costs.

With `HERMES_WEBUI_PEER` set to a checkout of hermes-webui (and `HERMES_WEBUI_PEER_PYTHON` to a Python that has its
requirements), its page opens the same conversation in turn with ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks import data, lighthouse
from benchmarks.bench import Bench
from benchmarks.browser import SESSION, VIEW, Visit, Wire, chromium, frames, plain_frames, visit
from benchmarks.rounds import Pair
from benchmarks.served import A_SECOND
from benchmarks.servers import Process, program, running, spoken
from benchmarks.table import Figure

OURS, PEERS = ".row .markdown", ".msg-row"
FIRST_MESSAGE_MS, VISIT_BYTES, SHIFT, TOKEN_MS, SCRIPT_MS, FRAME_MS = 500.0, 200_000, 0.02, 2.5, 0.5, 16.7


def measure(bench: Bench) -> Iterator[Figure]:
    """A first visit, a long conversation, the list, a streamed reply."""
    with chromium() as browser, bench.place("page") as state:
        yield from _first_visit(bench, browser, state / "empty")
        messages = bench.pick(5000, 500)
        (state / "long").mkdir()
        document = mixed(messages)
        sessions = state / "long" / "sessions"
        sessions.mkdir()
        (sessions / f"{SESSION}.json").write_text(json.dumps(document), "utf-8")
        yield from _opened(bench, browser, state / "long", document)
        yield from _far(bench, browser, state / "far")
        yield from _tokens(bench, browser, state / "long", messages)
        yield from _list(bench, browser, state / "list")
        yield from lighthouse.scores(bench, state / "empty", state / "long")


def mixed(messages: int) -> dict[str, Any]:
    """A conversation in hermes-webui's format: prompts, prose, code, lists, tables."""
    shapes = (
        "Some words that fill a line or two of the column. " * 6,
        "Look:\n\n```python\n" + "value = compute(1, 2)\n" * 12 + "```\n\nThat is all.",
        "\n".join(f"- point {number}, with *some* `code` and [a link](https://example.org/)" for number in range(6)),
        "| a | b |\n|---|---|\n" + "| one | two |\n" * 5,
    )
    bodies = [
        {
            "role": "assistant" if at % 2 else "user",
            "content": f"Answer {at}. {shapes[at // 2 % 4]}" if at % 2 else f"Question {at}: what about it?",
            "timestamp": data.AT + at,
        }
        for at in range(messages)
    ]
    head = {"session_id": SESSION, "title": "A long one", "workspace": "", "model": "demo", "model_provider": "demo"}
    stamps = {"created_at": data.AT, "updated_at": data.AT, "pinned": False, "archived": False}
    return {**head, **stamps, "messages": bodies, "tool_calls": []}


def _first_visit(bench: Bench, browser: Browser, state: Path) -> Iterator[Figure]:
    with running(program(state), state.parent) as server:
        found = _visits(browser, f"http://127.0.0.1:{server.port}/", ".empty", bench.pick(5, 1))
        one = found[0]
        yield Figure(
            "first visit: bytes on the wire, headers included",
            f"{one.transferred / 1e3:.0f} KB in {one.requests} requests",
            goal=f"≤ {VISIT_BYTES // 1000} KB",
            met=one.transferred <= VISIT_BYTES,
        )
        page = browser.new_page(viewport=VIEW)
        page.goto(f"http://127.0.0.1:{server.port}/")
        page.wait_for_load_state("load")
        wire = Wire(page)
        page.reload()
        page.wait_for_load_state("load")
        yield Figure("the second visit", f"{wire.transferred / 1e3:.0f} KB")
        page.context.close()


def _visits(browser: Browser, url: str, selector: str, count: int) -> list[Visit]:
    found = []
    for _ in range(count):
        page = browser.new_page(viewport=VIEW)
        found.append(visit(page, url, selector))
        page.context.close()
    return found


def _opened(bench: Bench, browser: Browser, state: Path, document: dict[str, Any]) -> Iterator[Figure]:
    count = len(document["messages"])
    with running(program(state), state) as server, _peer(bench, document) as peer:
        ours, theirs, pair = [], [], Pair()
        for _ in range(bench.pick(5, 1)):
            ours += _visits(browser, f"http://127.0.0.1:{server.port}/c/{SESSION}", OURS, 1)
            if peer:
                theirs += _visits(browser, f"{peer}/session/{SESSION}", PEERS, 1)
                pair.add(ours[-1].first_message, theirs[-1].first_message)
        yield from _opened_figures(count, ours, theirs, pair)
        page = browser.new_page(viewport=VIEW)
        visit(page, f"http://127.0.0.1:{server.port}/c/{SESSION}", OURS)
        yield _scrolling("scrolling the conversation", frames(page, ".scroller"), plain_frames(browser))
        page.context.close()


def _far(bench: Bench, browser: Browser, state: Path) -> Iterator[Figure]:
    """A conversation twenty times as long: its end, a link into its middle, and what paging upward costs."""
    count = bench.pick(100_000, 2000)
    data.conversation(state / "sessions", SESSION, count)
    with running(program(state), state) as server:
        address = f"http://127.0.0.1:{server.port}"
        outline = f"{address}/api/session/outline?session_id={SESSION}&first={count // 5}&limit=1"
        with urllib.request.urlopen(outline) as reply:
            link = json.load(reply)["prompts"][0]["id"]
        for name, place in (("first message visible", ""), ("a link into it: the message visible", f"#{link}")):
            first = median(
                v.first_message for v in _visits(browser, f"{address}/c/{SESSION}{place}", OURS, bench.pick(5, 1))
            )
            told = f"a conversation of {count:,} messages: {name}"
            yield Figure(
                told, f"{first / 1e3:.2f} s", goal=f"≤ {FIRST_MESSAGE_MS / 1e3:g} s", met=first <= FIRST_MESSAGE_MS
            )
        page = browser.new_page(viewport=VIEW)
        visit(page, f"{address}/c/{SESSION}", OURS)
        yield _scrolling("paging upward in it", frames(page, ".scroller"), plain_frames(browser))
        page.context.close()


def _opened_figures(count: int, ours: list[Visit], theirs: list[Visit], pair: Pair) -> Iterator[Figure]:
    first = median(each.first_message for each in ours)
    shift = max(each.shift for each in ours)
    beside = f"hermes-webui {median(pair.bare) / 1e3:.2f} s" if theirs else ""
    spread = pair.spread if theirs else ""
    met = first <= FIRST_MESSAGE_MS
    name = f"a conversation of {count:,} messages: first message visible"
    yield Figure(name, f"{first / 1e3:.2f} s", beside, spread, f"≤ {FIRST_MESSAGE_MS / 1e3:g} s", met)
    one, other = ours[0], theirs[0] if theirs else None
    yield Figure("the same: on the wire, requests, event streams", _weight(one), _weight(other) if other else "")
    moved = f"{max(each.shift for each in theirs):.3f}" if theirs else ""
    yield Figure("the same: layout shift (CLS)", f"{shift:.4f}", moved, "", f"< {SHIFT}", shift < SHIFT)
    held = f"{other.elements:,}; {other.heap / 1e6:.1f} MB" if other else ""
    yield Figure("the same: DOM elements; script heap", f"{one.elements:,}; {one.heap / 1e6:.1f} MB", held)


def _weight(one: Visit) -> str:
    return f"{one.transferred / 1e3:.0f} KB, {one.requests}, {one.streams}"


def _scrolling(name: str, ours: tuple[float, float], plain: tuple[float, float]) -> Figure:
    """Beside it, what this browser makes of a page of plain paragraphs."""
    told, beside = (f"{rate:.0f} frames/s, longest {worst:.0f} ms" for rate, worst in (ours, plain))
    return Figure(name, told, f"{beside} (plain text)", f"{ours[0] / plain[0]:.2f}", "60 frames/s", ours[0] >= 58)


def _tokens(bench: Bench, browser: Browser, state: Path, messages: int) -> Iterator[Figure]:
    seconds = bench.pick(10, 2)
    with running(spoken(state, seconds), state) as server:
        page = browser.new_page(viewport=VIEW)
        visit(page, f"http://127.0.0.1:{server.port}/c/{SESSION}", OURS)
        wire = Wire(page)
        before = _spent(wire)
        _ask(server, page)
        spent = [(after - earlier) * 1e3 for after, earlier in zip(_spent(wire), before, strict=True)]
        page.context.close()
    tokens = seconds * A_SECOND
    whole, script, layout = (each / tokens for each in spent)
    name = f"a streamed token at message {messages:,}: main thread"
    yield Figure(name, f"{whole:.2f} ms, layout and style {layout:.2f}", goal=f"≤ {TOKEN_MS} ms", met=whole <= TOKEN_MS)
    yield Figure("the same: script", f"{script:.2f} ms", goal=f"≤ {SCRIPT_MS} ms", met=script <= SCRIPT_MS)


def _ask(server: Process, page: Page) -> None:
    server.post("/api/chat/start", {"session_id": SESSION, "message": "Speak", "engine": "spoken"})
    page.wait_for_selector(".reply.live", timeout=20_000)
    while json.loads(server.get(f"/api/session/status?session_id={SESSION}"))["is_streaming"]:
        time.sleep(0.2)  # asking the page itself, frame by frame, would be a tenth of what is measured
    page.wait_for_selector(".reply.live", state="detached", timeout=60_000)


def _spent(wire: Wire) -> tuple[float, float, float]:
    layout = wire.metric("LayoutDuration") + wire.metric("RecalcStyleDuration")
    return wire.metric("TaskDuration"), wire.metric("ScriptDuration"), layout


def _list(bench: Bench, browser: Browser, state: Path) -> Iterator[Figure]:
    sessions = bench.pick(10_000, 500)
    state.mkdir()
    data.directory(state / "sessions", sessions, 2, 200)
    with running(program(state), state) as server:
        page = browser.new_page(viewport=VIEW)
        one = visit(page, f"http://127.0.0.1:{server.port}/", ".session")
        yield Figure(
            f"a list of {sessions:,}: first row visible; DOM elements",
            f"{one.first_message / 1e3:.2f} s; {one.elements:,}",
        )
        yield _scrolling("scrolling the list", frames(page, "nav.sessions"), plain_frames(browser))
        page.context.close()


@contextmanager
def _peer(bench: Bench, document: dict[str, Any]) -> Iterator[str]:
    """The address of a hermes-webui with the same conversation; empty where there is none to run."""
    checkout = os.environ.get("HERMES_WEBUI_PEER")
    if not checkout:
        yield ""
        return
    with bench.place("peer") as home:
        (home / "state" / "sessions").mkdir(parents=True)
        (home / "state" / "sessions" / f"{SESSION}.json").write_text(json.dumps(document), "utf-8")
        port = 18_763
        own = {
            "HOME": str(home),
            "HERMES_HOME": str(home / "hermes"),
            "HERMES_WEBUI_STATE_DIR": str(home / "state"),
            "HERMES_WEBUI_PORT": str(port),
            "HERMES_WEBUI_HOST": "127.0.0.1",
            "HERMES_WEBUI_SKIP_ONBOARDING": "1",
        }
        command = [os.environ.get("HERMES_WEBUI_PEER_PYTHON", sys.executable), "server.py"]
        process = subprocess.Popen(
            command, cwd=checkout, env={"PATH": os.environ["PATH"], **own}, stdout=subprocess.DEVNULL
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(url: str) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"{url} does not answer")
