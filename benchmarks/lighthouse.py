"""What Lighthouse gives the page, where there is one to ask.

`HERMES_WEBUI_LIGHTHOUSE` names its command (npm's `lighthouse`); it starts a Chromium of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.browser import FLAGS, SESSION
from benchmarks.servers import program, running
from benchmarks.table import Figure

CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
SECONDS = 240


def scores(bench: Bench, empty: Path, long: Path) -> Iterator[Figure]:
    """Of a first visit, and of a long conversation; none without the command."""
    command = os.environ.get("HERMES_WEBUI_LIGHTHOUSE")
    if not command:
        return
    for name, state, path in (("a first visit", empty, "/"), ("a long conversation", long, f"/c/{SESSION}")):
        with running(program(state), state) as server:
            rounds = [_asked(command, f"http://127.0.0.1:{server.port}{path}") for _ in range(bench.pick(3, 1))]
        found = {category: median(each[category] for each in rounds) for category in CATEGORIES}
        told = ", ".join(f"{category} {score:.0f}" for category, score in found.items())
        met = min(found["performance"], found["accessibility"]) >= LEAST
        yield Figure(f"{name}: Lighthouse, a desktop's network and screen", told, goal=f"≥ {LEAST}", met=met)


def _asked(command: str, url: str) -> dict[str, float]:
    """Scores from 0 to 100 of one load."""
    flags = " ".join(("--headless=new", *FLAGS))
    asked = (command, url, "--quiet", "--output=json", "--preset=desktop", f"--only-categories={','.join(CATEGORIES)}")
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or shutil.which("google-chrome") or ""}
    call = _run(asked, flags, environment)
    if call.returncode:  # it misses the beginning of its own trace now and then, and asks to be run again
        call = _run(asked, flags, environment)
    if call.returncode:
        raise RuntimeError(f"Lighthouse says: {call.stderr.decode('utf-8', 'replace')[-500:]}")
    categories = json.loads(call.stdout)["categories"]
    return {category: 100 * (categories[category]["score"] or 0) for category in CATEGORIES}


def _run(asked: Sequence[str], flags: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    command = [*asked, f"--chrome-flags={flags}"]
    return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=SECONDS)
