"""The HTTP clients that every provider shares: one that may use the environment's proxies, one that never
does.

Two pools for the whole process, made at the first request and closed with the engine. Loopback addresses go
through the second: a proxy in the environment must not get to see, or break, what stays on this machine.
"""

from __future__ import annotations

import httpx2
from msgspec import Struct

from hermes_webui import __version__
from hermes_webui.engines.providers import ProviderConfig


class Timeouts(Struct, frozen=True):
    """Seconds. `first` is generous: a local model may have to be read from disk and to read a long prompt
    first.
    """

    connect: float = 10.0
    first: float = 300.0
    between: float = 120.0
    listing: float = 2.0


class Connections:
    """Gives the client for an address. Use it within one event loop, and close it there."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self._clients: dict[bool, httpx2.AsyncClient] = {}

    def client(self, config: ProviderConfig) -> httpx2.AsyncClient:
        """The shared client for this address; its read time-out is `Timeouts.first`. Follows no redirects."""
        direct = config.is_loopback
        client = self._clients.get(direct)
        if client is None:
            # Two threads may get here at once: one client stays, the other has no connection yet.
            client = self._clients.setdefault(direct, self._open(trust_env=not direct))
        return client

    async def close(self) -> None:
        """Closes every connection; a later `client()` opens new ones."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    def _open(self, *, trust_env: bool) -> httpx2.AsyncClient:
        connect = self.timeouts.connect

        async def keep_connect_short(request: httpx2.Request) -> None:
            # Google's SDK sends one number for all phases, so its read time-out would also be its connect
            # time-out.
            timeout = request.extensions.get("timeout", {})
            for phase in ("connect", "pool"):
                timeout[phase] = min(timeout.get(phase) or connect, connect)

        return httpx2.AsyncClient(
            timeout=httpx2.Timeout(self.timeouts.first, connect=connect, pool=connect),
            headers={"User-Agent": f"hermes-webui/{__version__}"},
            event_hooks={"request": [keep_connect_short]},
            trust_env=trust_env,
        )
