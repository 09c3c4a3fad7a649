"""What a server with tools, MCP servers, personalities and agents answers, for tests of the page alone."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from playwright.sync_api import Page, Route

WANTS = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
LOOK = {"name": "read_file", "description": "Reads a file of the folder.", "enabled": True, "parameters": WANTS}
WRITE = {"name": "write_file", "description": "Writes a file, after asking.", "enabled": False}
MCP = [
    {
        "name": "files",
        "transport": "stdio",
        "command": "npx",
        "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/you/notes"],
        "url": "",
        "from": "page",
        "enabled": True,
        "state": "ok",
        "message": "",
        "tools": [LOOK, WRITE],
    },
    {
        "name": "weather",
        "transport": "http",
        "command": "",
        "args": [],
        "url": "http://127.0.0.1:8000/mcp",
        "from": "config.toml",
        "enabled": True,
        "state": "failed",
        "message": "Nothing answers at http://127.0.0.1:8000/mcp. Is it running?",
        "tools": [],
    },
]
AGENTS = [
    {
        "id": "hermes",
        "name": "Hermes Agent",
        "command": "hermes acp",
        "found": True,
        "from": "path",
        "version": "0.19.2",
        "state": "idle",
        "message": "",
        "install": "",
    },
    {
        "id": "opencode",
        "name": "OpenCode",
        "command": "opencode acp",
        "found": True,
        "from": "path",
        "version": "1.18.0",
        "state": "failed",
        "message": "It ended before it answered; its log has the details.",
        "install": "",
    },
    {
        "id": "gemini",
        "name": "Gemini CLI",
        "command": "gemini",
        "found": False,
        "from": "",
        "version": "",
        "state": "missing",
        "message": "",
        "install": "Run `npm install -g @google/gemini-cli`, then test it here.",
    },
]
PERSONALITIES = [{"id": "p1", "name": "Terse", "prompt": "Answer in one sentence."}]
TOOLSETS = [
    {"id": "files", "name": "Files", "description": "Reads and writes files of the workspace.", "tools": [LOOK, WRITE]},
    {"id": "shell", "name": "Shell", "description": "Runs commands.", "tools": [LOOK]},
]
ANSWERS: Mapping[str, Any] = MappingProxyType(
    {
        "/api/mcp": {"servers": MCP},
        "/api/agents": {"agents": AGENTS},
        "/api/personalities": {"personalities": PERSONALITIES},
        "/api/tools": {"toolsets": TOOLSETS, "default": ["files"]},
        "/api/mcp/test": {"ok": True, "message": "", "tools": [LOOK, WRITE]},
        "/api/mcp/try": {"ok": True, "result": "three notes"},
        "/api/agents/test": {"ok": True, "message": "", "version": "0.19.2", "seconds": 1.24},
    }
)


def serve_tools(page: Page) -> list[tuple[str, Any]]:
    """Answers in the server's place; what was posted is in the list, as (path, body)."""
    wishes: list[tuple[str, Any]] = []

    def answer(route: Route) -> None:
        path = route.request.url.split("?")[0].removeprefix("http://").partition("/")[2]
        if route.request.method == "POST":
            wishes.append((f"/{path}", json.loads(route.request.post_data or "{}")))
        route.fulfill(json=ANSWERS.get(f"/{path}", {}))

    for path in ("mcp", "mcp/*", "agents", "agents/*", "personalities", "personalities/*", "tools"):
        page.route(f"**/api/{path}", answer)
    return wishes
