"""What a page costs, asked of a headless Chromium: the same questions to ours and to another program's page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--enable-precise-memory-info"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
#: The conversation that is opened.
SESSION = f"{1:012x}"
VIEW: ViewportSize = {"width": 1280, "height": 800}

#: Notes when `selector` first stands in the page with some text, and every shift of the layout.
WATCH = """(selector) => {
  window.seen = null;
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  const look = () => {
    const found = document.querySelector(selector);
    if (found?.textContent.trim() && found.getBoundingClientRect().height) window.seen = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""

#: Scrolls up for three seconds, a quarter of the view a frame; the length of each frame in ms.
SCROLL = """async (selector) => {
  const scroller = document.querySelector(selector);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const frames = [];
  let [last, until, step] = [await frame(), performance.now() + 3000, scroller.clientHeight / 4];
  if (scroller.scrollTop < step) step = -step;
  while (performance.now() < until) {
    scroller.scrollTop -= step;
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  return frames;
}"""


class Visit(Struct):
    """One page load. Times in ms, sizes in bytes."""

    first_message: float
    transferred: int
    requests: int
    streams: int
    shift: float
    elements: int
    heap: int


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, or Playwright's own."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


class Wire:
    """Counts what a page fetches."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.transferred = 0
        self.requests = 0
        self.streams = 0
        self.session.send("Network.enable")
        self.session.send("Performance.enable")
        self.session.on("Network.requestWillBeSent", self._asked)
        self.session.on("Network.loadingFinished", self._finished)

    def _asked(self, event: dict[str, Any]) -> None:
        self.requests += 1
        self.streams += event.get("type") == "EventSource"

    def _finished(self, event: dict[str, Any]) -> None:
        self.transferred += int(event["encodedDataLength"])

    def metric(self, name: str) -> float:
        """One of Chromium's own counters; durations in seconds."""
        found = {each["name"]: each["value"] for each in self.session.send("Performance.getMetrics")["metrics"]}
        return float(found[name])


def visit(page: Page, url: str, selector: str) -> Visit:
    """Loads the page in a fresh context and waits until a message stands in it, and all is quiet."""
    wire = Wire(page)
    page.add_init_script(f"({WATCH})({selector!r})")
    page.goto(url)
    page.wait_for_function("() => window.seen !== null", timeout=60_000)
    page.wait_for_load_state("load")
    page.evaluate("() => new Promise((done) => setTimeout(done, 1500))")
    seen, shift = page.evaluate("[window.seen, window.shifts]")
    elements = page.evaluate("document.querySelectorAll('*').length")
    wire.session.send("HeapProfiler.collectGarbage")
    heap = int(wire.metric("JSHeapUsedSize"))
    return Visit(seen, wire.transferred, wire.requests, wire.streams, shift, elements, heap)


def frames(page: Page, selector: str) -> tuple[float, float]:
    """Frames a second while scrolling, and the longest frame in ms."""
    lengths = [each for each in page.evaluate(SCROLL, selector) if each > 0]
    return 1000 * len(lengths) / sum(lengths), max(lengths)


def plain_frames(browser: Browser) -> tuple[float, float]:
    """`frames` of plain paragraphs in a box that scrolls, and no program: what this machine can draw."""
    page = browser.new_page(viewport=VIEW)
    lines = "".join(f"<p>{number}: {'Some words that fill a line or two. ' * 6}</p>" for number in range(2000))
    page.set_content(f'<div style="height: 100vh; overflow: auto">{lines}</div>')
    page.evaluate("document.querySelector('div').scrollTop = 1e9")
    found = frames(page, "div")
    page.context.close()
    return found
