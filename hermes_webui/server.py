"""uvicorn, told what this server needs: open streams must not hold up a stop, and the address is said once it is
known.
"""

from __future__ import annotations

import contextlib
import errno
import resource
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from hermes_webui.errors import SettingsError

#: What connections may still take after runs and streams have ended.
GRACE_SECONDS = 3

#: What every system in use allows a process.
LEAST = 10240


class Server(uvicorn.Server):
    """Says where it listens; on a stop it first ends runs and streams, in this order, then connections."""

    def __init__(self, app: Any, host: str, port: int, log_level: str, said: Callable[[int], None]) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level=log_level,
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="on",
            backlog=4096,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        super().__init__(config)
        self._app = app
        self._said = said

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then tells the port."""
        await super().startup(sockets)
        for server in getattr(self, "servers", ()):
            self._said(server.sockets[0].getsockname()[1])
            break

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends what would keep connections open, then the connections."""
        end = getattr(self._app.state, "end", None)
        if end is not None:
            await end()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises `SettingsError` with a sentence where that cannot be."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise SettingsError(f"{host} is no address of this machine.") from error
    listening = socket.socket(family, kind)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} is in use, perhaps by another hermes-webui. Stop that, or choose another by --port."
        else:
            message = f"The server cannot listen on {host}, port {port}: {error.strerror}."
        raise SettingsError(message) from error
    return listening


def raise_descriptor_limit() -> None:
    """Each open page holds a descriptor; systems start processes with few and allow many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    for limit in (wanted, LEAST):
        if soft >= limit:
            return
        with contextlib.suppress(ValueError, OSError):  # macOS: the kernel's own limit may be lower than "unlimited"
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            return
