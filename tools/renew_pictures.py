"""Renew the pictures of the README: `python tools/renew_pictures.py` (needs Chromium).

A server is started on a directory of its own, filled with a few conversations that somebody might have had, and looked
at in Chromium.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
DAY = 86_400
PINNED = 5

PROJECTS = (("lab", "Lab notes", "#14b8a6"), ("house", "House", "#f59e0b"))
#: Title, project, tags, days ago.
OTHERS: tuple[tuple[str, str | None, tuple[str, ...], float], ...] = (
    ("Why the buffer was flushed twice", "lab", ("python",), 0.1),
    ("Letter to the landlord", "house", (), 0.3),
    ("A name for the second robot", None, (), 1.1),
    ("SQL: the last reading of each sensor", "lab", ("sql",), 1.4),
    ("Bread with half the salt", None, ("kitchen",), 3.2),
    ("Reading list on crash consistency", "lab", (), 4.0),
    ("Insulating the north wall", "house", (), 6.3),
    ("Trip to the coast, three days", None, (), 16.0),
    ("Interview questions for Thursday", None, (), 19.5),
)
QUESTION = "How sure can I be that a damaged line of an append-only log is noticed? Show me the check in Python."
ANSWER = r"""Very sure. Each line carries a checksum over **its own bytes and the checksum of the line before**, so
a line
that was changed, dropped or moved breaks the chain at that place.

With 64 bits and $n$ lines, the chance that some damage goes unnoticed is at most

$$
P \le n \cdot 2^{-64} \approx \frac{n}{1.8 \times 10^{19}}
$$

```python
def holds(previous: str, line: bytes, told: str) -> bool:
    '''Whether the line is the one that was written after `previous`.'''
    digest = blake2b(previous.encode() + line, digest_size=8)
    return digest.hexdigest() == told
```

| What happened | What the check says |
|:--|:--|
| a bit flipped | this line does not hold |
| a line is missing | the next one does not hold |
| the last line is torn | it is cut off, and kept aside |
"""


def main() -> None:
    """Starts the server, takes the pictures, stops the server."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seed(Path(folder))
        own = {"HERMES_WEBUI_STATE_DIR": folder, "HERMES_HOME": folder, "HERMES_WEBUI_DEMO_PACE": "0.002"}
        env = {**os.environ, **own}
        command = [sys.executable, "-m", "hermes_webui", "serve", "--port", "0"]
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        try:
            look(address(server))
        finally:
            server.terminate()
            server.wait()


def seed(state: Path) -> None:
    """Conversations and projects, as hermes-webui would have left them."""
    now = time.time()
    (state / "sessions").mkdir()
    listed = [{"project_id": key, "name": name, "color": color, "created_at": now} for key, name, color in PROJECTS]
    (state / "projects.json").write_text(json.dumps(listed), "utf-8")
    for number, (title, project, tags, days) in enumerate(OTHERS, 2):
        write(state, number, title, now - days * DAY, [("user", title), ("assistant", "Gladly.")], project, tags)
    write(state, 1, "How a damaged line is noticed", now - 300, [("user", QUESTION), ("assistant", ANSWER)], "lab", ())


def write(
    state: Path,
    number: int,
    title: str,
    at: float,
    said: list[tuple[str, str]],
    project: str | None,
    tags: tuple[str, ...],
) -> None:
    """One conversation."""
    bodies = [{"role": role, "content": text, "timestamp": at + place} for place, (role, text) in enumerate(said)]
    head: dict[str, Any] = {"session_id": f"{number:012x}", "title": title, "workspace": "", "model": "demo"}
    stamps = {
        "model_provider": "demo",
        "created_at": at,
        "updated_at": at,
        "pinned": number == PINNED,
        "archived": False,
    }
    document = {**head, **stamps, "project_id": project, "tags": list(tags), "messages": bodies, "tool_calls": []}
    (state / "sessions" / f"{number:012x}.json").write_text(json.dumps(document), "utf-8")


def address(server: subprocess.Popen[str]) -> str:
    """What the server prints when it listens."""
    for line in server.stdout or ():
        if found := re.search(r"http://[\w.]+:\d+", line):
            return found[0]
    raise SystemExit("the server ended before it said where it listens")


def look(url: str) -> None:
    """The pictures."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = opened(browser, f"{url}/c/{1:012x}", DESK, "light")
        page.locator(".katex").first.wait_for()
        page.locator("code [class^=hljs]").first.wait_for()
        keep(page, "conversation")
        page = opened(browser, f"{url}/settings/appearance", DESK, "dark")
        page.locator(".settings-scroll .setting").first.wait_for()
        keep(page, "settings")
        page = opened(browser, f"{url}/c/{1:012x}", DESK, "dark")
        page.locator(".katex").first.wait_for()
        page.keyboard.press("Control+k")
        page.get_by_role("combobox").fill("log")
        page.get_by_role("option").first.wait_for()
        keep(page, "palette")
        page = opened(browser, f"{url}/c/{1:012x}", PHONE, "light")
        page.locator(".katex").first.wait_for()
        keep(page, "phone")
        page = opened(browser, url, DESK, "light")
        page.get_by_role("textbox", name="Message", exact=True).fill("Please patch my notes on bees")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_role("button", name="Deny").wait_for()
        keep(page, "agents")
        browser.close()


def opened(browser: Browser, url: str, size: ViewportSize, scheme: Any) -> Page:
    """A page in a browser of its own."""
    phone = size == PHONE
    context = browser.new_context(
        viewport=size, color_scheme=scheme, has_touch=phone, is_mobile=phone, reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    page.goto(url)
    return page


def keep(page: Page, name: str) -> None:
    """Writes the picture, when all is still."""
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
