"""A real server in a directory of the test's own, and a real browser in front of it."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.peers.alone import alone

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
ADDRESS = re.compile(r"http://[\w.]+:(\d+)")
PATIENCE_MS = 60_000
#: What a browser writes to its console when the server is away or has answered with an error that the page handles.
EXPECTED_NOISE = ("Failed to load resource", "net::ERR_")


class Server:
    """`python -m hermes_webui serve` as a process: it can be killed, and started again on the same port."""

    def __init__(self, folder: Path, pace: float) -> None:
        self.folder = folder
        self.pace = pace
        self.port = 0
        self.settings: dict[str, str] = {}
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "hermes_webui", "serve", "--port", str(self.port)]
        own = {"HERMES_WEBUI_STATE_DIR": str(self.folder), "HERMES_WEBUI_DEMO_PACE": str(self.pace)}
        home = {"HERMES_HOME": str(self.folder / "agent")}  # and not that of who runs the tests
        env = alone(self.folder, **{**own, **home, **self.settings})
        self._process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        heard = []
        for line in self._process.stdout:
            heard.append(line)
            if found := ADDRESS.search(line):
                self.port = int(found[1])
                return
        pytest.fail("the server ended before it said where it listens:\n" + "".join(heard))

    def kill(self) -> None:
        """As a power cut ends it: no shutdown, no last write."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    def seed(self, session_id: str, title: str, messages: list[dict[str, Any]], **fields: Any) -> None:
        """A conversation in hermes-webui's format, there before the server starts."""
        sessions = self.folder / "sessions"
        sessions.mkdir(parents=True, exist_ok=True)
        at = 1_790_000_000.0
        head = {
            "session_id": session_id,
            "title": title,
            "workspace": "",
            "model": "demo",
            "model_provider": "demo",
            **fields,
        }
        body = {**head, "created_at": at, "updated_at": at, "pinned": False, "archived": False, "messages": messages}
        (sessions / f"{session_id}.json").write_text(json.dumps({**body, "tool_calls": []}), "utf-8")


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers that are not started yet; all that were are ended."""
    made: list[Server] = []

    def make(pace: float = 0.005) -> Server:
        made.append(Server(tmp_path / f"state{len(made)}", pace))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Server:
    started = make_server()
    started.start()
    return started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages; none may end with an error of its own or a breach of its policy."""
    contexts, faults = [], []

    def listen(page: Page) -> None:
        def heard(message: ConsoleMessage) -> None:
            if message.type == "error" and not any(noise in message.text for noise in EXPECTED_NOISE):
                faults.append(message.text)

        page.on("console", heard)

        page.on("pageerror", lambda error: faults.append(str(error)))

    def make(url: str, *, beside: Page | None = None, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        # A test that holds requests back could not hold those that pass through a service worker.
        options.setdefault("service_workers", "block")
        context = beside.context if beside else browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        listen(page)
        page.goto(url)
        return page

    expect.set_options(timeout=PATIENCE_MS)
    yield make
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
