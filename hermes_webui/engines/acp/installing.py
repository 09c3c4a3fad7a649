"""Hermes Agent in a virtual environment of its own, below the state directory: its pins clash with this program's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from typing import Final

from hermes_webui.engines.acp.profiles import own_environment
from hermes_webui.errors import EngineFailure

#: What `hermes acp` needs; the protocol's part is an extra of it.
HERMES: Final = "hermes-agent[acp]>=0.19,<0.20"


def install_hermes(state: Path, what: str = HERMES) -> Iterator[str]:
    """Makes the environment, or brings it up to date; what is being done, a line each.

    Raises `EngineFailure` with a sentence where that fails; what was there before can be installed again.
    """
    place = own_environment(state)
    yield f"Making {place} …"
    yield from _done([sys.executable, "-m", "venv", str(place)], "no virtual environment could be made")
    yield f"Installing {what} there (about 220 MB) …"
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", what]
    yield from _done(pip, f"{what} could not be installed")
    if not (place / "bin" / "hermes").is_file():
        raise EngineFailure(
            "provider_error", f"{what} was installed, but brought no `hermes`. Nothing else was changed."
        )
    yield f"Hermes Agent is here: {place / 'bin' / 'hermes'}"


def _done(command: list[str], failed: str) -> Iterator[str]:
    last = ""
    with Popen(command, stdout=PIPE, stderr=STDOUT, text=True, errors="replace") as process:
        for line in process.stdout or ():
            last = line.strip() or last
            if line.startswith(("Collecting", "Downloading", "Installing", "Building")):
                yield f"  {line.strip()[:100]}"
    if process.returncode:
        raise EngineFailure("provider_error", f"{failed}: {last[:300]}. Try again; what was there before is kept.")
