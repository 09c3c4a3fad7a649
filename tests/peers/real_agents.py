"""Real agents: Hermes Agent from PyPI, the others from npm, each in a folder of its own, with the tests' model server.

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
from typing import NamedTuple

import pytest

CHECKOUT = Path(__file__).parents[2]
HERMES = "hermes-agent[acp]==0.19.0"
#: From npm: the package, and its command.
PACKAGES = {
    "opencode": ("opencode-ai@1.18.33", "opencode"),
    "claude": ("@agentclientprotocol/claude-agent-acp@0.101.0", "claude-agent-acp"),
    "codex": ("@agentclientprotocol/codex-acp@2.6.0", "codex-acp"),
    "gemini": ("@google/gemini-cli@0.61.0", "gemini"),
    "qwen": ("@qwen-code/qwen-code@0.24.4", "qwen"),
}


class Ways(NamedTuple):
    """An agent's tool for commands, what it calls the command, what else it wants, and its answers for yes and no."""

    tool: str
    yes: str
    no: str
    subject: str = "command"
    more: dict[str, str | bool] = {}


WAYS = {
    "hermes": Ways("terminal", "allow_once", "deny"),
    "opencode": Ways("bash", "once", "reject", more={"description": "a test"}),
    "claude": Ways("Bash", "allow-once", "reject", more={"description": "a test"}),
    "codex": Ways("exec_command", "allow_once", "cancel", "cmd"),
    "gemini": Ways("run_shell_command", "proceed_once", "cancel", more={"description": "a test"}),
    "qwen": Ways("run_shell_command", "proceed_once", "cancel", more={"description": "a", "is_background": False}),
}

#: An installation takes a minute or two.
PATIENCE = 600


def place() -> Path:
    return Path(os.environ.get("HERMES_WEBUI_TEST_AGENTS") or CHECKOUT / ".agents")


def _installed(name: str, command: Path, install: Callable[[Path], None]) -> Path:
    """The command, made where it is not there. A half-made folder is never taken for a whole one."""
    folder = place() / name
    if (folder / "whole").exists():
        return folder / command
    try:
        _fetched(folder, install)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        if os.environ.get("CI"):
            pytest.fail(f"{name} could not be installed: {said[-500:]}")
        pytest.skip(f"{name} could not be installed (no registry?): {said[-200:]}")
    (folder / "whole").touch()
    return folder / command


def _fetched(folder: Path, install: Callable[[Path], None]) -> None:
    """Installs from nothing; hundreds of packages come over a network, and in CI they are asked for once more."""
    for last in (not os.environ.get("CI"), True):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            return install(folder)
        except (OSError, subprocess.SubprocessError):
            if last:
                raise
    return None


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)


def hermes() -> Path:
    """The `hermes` command."""

    def install(folder: Path) -> None:
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", HERMES)

    return _installed("hermes", Path("bin/hermes"), install)


def from_npm(agent: str) -> Path:
    """Its command."""
    package, command = PACKAGES[agent]

    def install(folder: Path) -> None:
        _run("npm", "install", "--silent", "--prefix", str(folder), package)

    return _installed(agent, Path("node_modules/.bin") / command, install)


def command_of(agent: str) -> Path:
    """Its command, which is installed where it is not there."""
    return hermes() if agent == "hermes" else from_npm(agent)


def settings_of(agent: str, home: Path, model: str) -> dict[str, str]:
    """The environment of an agent whose model is served at this address, with a home of its own; all is asked first."""
    home.mkdir(parents=True, exist_ok=True)
    return {"HOME": str(home), **_SETTINGS[agent](home, model)}


def _hermes(home: Path, model: str) -> dict[str, str]:
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
    return {"HERMES_HOME": str(folder)}


def _opencode(home: Path, model: str) -> dict[str, str]:
    options = {"baseURL": f"{model}/v1", "apiKey": "sk-test"}
    models = {"peer-small": {"name": "small", "reasoning": True, "tool_call": True}}
    provider = {"npm": "@ai-sdk/openai-compatible", "name": "Peer", "options": options, "models": models}
    chosen = {"model": "peer/peer-small", "small_model": "peer/peer-small", "autoupdate": False, "share": "disabled"}
    config = {**chosen, "permission": {"edit": "ask", "bash": "ask"}, "provider": {"peer": provider}}
    (home / "opencode.json").write_text(json.dumps(config))
    return {"XDG_CONFIG_HOME": str(home), "OPENCODE_CONFIG": str(home / "opencode.json")}


def _claude(home: Path, model: str) -> dict[str, str]:
    _written(home / ".claude" / "settings.json", json.dumps({"permissions": {"defaultMode": "default"}}))
    return {"ANTHROPIC_BASE_URL": model, "ANTHROPIC_API_KEY": "sk-test", "DISABLE_AUTOUPDATER": "1"}


def _codex(home: Path, model: str) -> dict[str, str]:
    provider = f'name = "Peer"\nbase_url = "{model}/v1"\nenv_key = "PEER_KEY"\nwire_api = "responses"\n'
    chosen = 'model = "peer-small"\nmodel_provider = "peer"\n[model_providers.peer]\n'
    _written(home / ".codex" / "config.toml", chosen + provider)
    return {"PEER_KEY": "sk-test", "INITIAL_AGENT_MODE": "read-only"}


def _gemini(home: Path, model: str) -> dict[str, str]:
    _written(home / ".gemini" / "settings.json", json.dumps({"general": {"disableAutoUpdate": True}}))
    return {"GOOGLE_GEMINI_BASE_URL": model, "GEMINI_API_KEY": "sk-test", "GEMINI_MODEL": "gemini-2.5-pro"}


def _qwen(home: Path, model: str) -> dict[str, str]:
    _written(home / ".qwen" / "settings.json", json.dumps({"tools": {"approvalMode": "default"}}))
    return {"OPENAI_BASE_URL": f"{model}/v1", "OPENAI_API_KEY": "sk-test", "OPENAI_MODEL": "peer-small"}


_SETTINGS: dict[str, Callable[[Path, str], dict[str, str]]] = {
    "hermes": _hermes,
    "opencode": _opencode,
    "claude": _claude,
    "codex": _codex,
    "gemini": _gemini,
    "qwen": _qwen,
}


def _written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
