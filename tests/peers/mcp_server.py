"""A small MCP server for tests, over its standard streams (`python -m tests.peers.mcp_server`) or over HTTP in a
thread.

`MCP_PEER` in its environment makes it odd: `refuse` ends at once with a reason, `hang` never answers. Each start
adds its process number to the file that `MCP_PEER_PIDS` names.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from mcp.server import MCPServer
from mcp.types import ToolAnnotations


def server() -> MCPServer:
    """Its tools."""
    made = MCPServer("peer")

    @made.tool(annotations=ToolAnnotations(read_only_hint=True))
    def add(a: int, b: int) -> str:
        """Adds two numbers."""
        return f"{a} + {b} = {a + b}"

    @made.tool(annotations=ToolAnnotations(destructive_hint=True))
    def write(path: str, text: str) -> str:
        """Appends a line to a file."""
        with Path(path).open("a") as file:
            file.write(f"{text}\n")
        return "written"

    @made.tool()
    def fail() -> str:
        """Fails."""
        raise ValueError("it is broken")

    @made.tool()
    def die() -> str:
        """Ends the server."""
        os._exit(1)

    @made.tool()
    def environment(name: str) -> str:
        """What the server's environment says."""
        return os.environ.get(name, "nothing")

    return made


@contextmanager
def over_http() -> Iterator[str]:
    """Its address, while the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    config = uvicorn.Config(server().streamable_http_app(), log_level="critical", timeout_graceful_shutdown=1)
    served = uvicorn.Server(config)
    thread = threading.Thread(target=served.run, args=([listener],), daemon=True)
    thread.start()
    while not served.started:
        thread.join(0.005)
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        served.should_exit = True
        thread.join(10)


def main() -> None:
    """Serves until its input ends."""
    if pids := os.environ.get("MCP_PEER_PIDS"):
        with Path(pids).open("a") as file:
            file.write(f"{os.getpid()}\n")
    how = os.environ.get("MCP_PEER", "")
    if how == "refuse":
        sys.exit("no licence was found")
    if how == "hang":
        time.sleep(3600)
    server().run("stdio")


if __name__ == "__main__":
    main()
