"""Real agents: Hermes Agent from PyPI and OpenCode from npm, each in a folder of its own, with the tests' model server.

They are installed once, into `.agents/` of the checkout (HERMES_WEBUI_TEST_AGENTS names another folder). Without a
registry the tests that need them are skipped, but not in CI.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
HERMES = "hermes-agent[acp]==0.19.0"
OPENCODE = "opencode-ai@1.18.33"

#: An installation takes a minute or two.
PATIENCE = 600


def place() -> Path:
    return Path(os.environ.get("HERMES_WEBUI_TEST_AGENTS") or CHECKOUT / ".agents")


def _installed(name: str, command: Path, install: Callable[[Path], None]) -> Path:
    """The command, made where it is not there. A half-made folder is never taken for a whole one."""
    folder = place() / name
    if (folder / "whole").exists():
        return folder / command
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        install(folder)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        if os.environ.get("CI"):
            pytest.fail(f"{name} could not be installed: {said[-500:]}")
        pytest.skip(f"{name} could not be installed (no registry?): {said[-200:]}")
    (folder / "whole").touch()
    return folder / command


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)


def hermes() -> Path:
    """The `hermes` command."""

    def install(folder: Path) -> None:
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", HERMES)

    return _installed("hermes", Path("bin/hermes"), install)


def opencode() -> Path:
    """The `opencode` command."""

    def install(folder: Path) -> None:
        _run("npm", "install", "--silent", "--prefix", str(folder), OPENCODE)

    return _installed("opencode", Path("node_modules/.bin/opencode"), install)


def settings_of(agent: str, home: Path, model: str) -> dict[str, str]:
    """The environment of an agent whose model is served at this address, with a home of its own; all is asked first."""
    home.mkdir(parents=True, exist_ok=True)
    if agent == "hermes":
        folder = home / ".hermes"
        folder.mkdir(exist_ok=True)
        lines = [
            "model:",
            "  default: peer-small",
            "  provider: custom",
            f"  base_url: {model}/v1",
            "  api_key: sk-test",
            "  context_length: 128000",
            "  ollama_num_ctx: 128000",
            "approvals:",
            "  mode: manual",
        ]
        (folder / "config.yaml").write_text("\n".join(lines) + "\n")
        return {"HOME": str(home), "HERMES_HOME": str(folder)}
    options = {"baseURL": f"{model}/v1", "apiKey": "sk-test"}
    models = {"peer-small": {"name": "small", "reasoning": True, "tool_call": True}}
    provider = {"npm": "@ai-sdk/openai-compatible", "name": "Peer", "options": options, "models": models}
    chosen = {"model": "peer/peer-small", "small_model": "peer/peer-small", "autoupdate": False, "share": "disabled"}
    config = {**chosen, "permission": {"edit": "ask", "bash": "ask"}, "provider": {"peer": provider}}
    (home / "opencode.json").write_text(json.dumps(config))
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "OPENCODE_CONFIG": str(home / "opencode.json")}
