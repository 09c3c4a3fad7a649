"""Pages of the web, read as text. What may be reached, `address` says; the connection goes where that has looked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, urljoin

import httpcore2
import httpx2
from msgspec import Meta, Struct

from hermes_webui.engines.tools import address
from hermes_webui.engines.tools.base import Call, Intent, Result, Tool, ToolFailure, tool
from hermes_webui.engines.tools.readable import readable

#: Seconds for the whole of it, redirects included.
SECONDS: Final = 30.0
CONNECT_SECONDS: Final = 8.0
#: So much is read of a page, in bytes, unpacked; the rest is left.
LARGEST: Final = 3_000_000
REDIRECTS: Final = 5
_PART: Final = 40_000
_REDIRECTED: Final = frozenset({301, 302, 303, 307, 308})
_FAILED: Final = 400

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class FetchUrl(Struct):
    """Reads a page of the web and gives its text; HTML becomes plain text with its links. A long page comes in parts:
    go on with `start`. Nothing on the server's own network can be reached.
    """

    url: Annotated[str, Meta(min_length=1, max_length=address.LONGEST)]
    start: Annotated[int, Meta(ge=0, description="The character to begin at.")] = 0


class Web:
    """Fetches pages. `private` are hosts on this network that the owner has opened; `resolve` asks a name server."""

    def __init__(self, private: Sequence[str] = (), resolve: Resolve | None = None) -> None:
        self._private = tuple(private)
        self._resolve = resolve or _resolved

    def tools(self) -> tuple[Tool, ...]:
        """fetch_url."""
        return (tool("fetch_url", "fetch", FetchUrl, self._prepare),)

    async def _prepare(self, wish: FetchUrl) -> Intent:
        parts = address.parsed(wish.url)
        plain = address.written(parts)

        async def run(_call: Call) -> Result:
            return await self._read(parts, wish.start)

        risk = "What stands in the address is told to its server." if parts.query else ""
        grant = f"fetch_url({parts.scheme}://{parts.netloc}/*)"
        return Intent(f"Fetch {plain[:120]}", run, asks=True, subject=plain, risk=risk, grant=grant)

    async def _read(self, parts: SplitResult, start: int) -> Result:
        try:
            async with asyncio.timeout(SECONDS):
                page = await self._fetched(parts)
        except TimeoutError as error:
            raise ToolFailure(f"{parts.netloc} took longer than {SECONDS:.0f} seconds. Nothing was read.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpcore2.NetworkError) as error:
            raise ToolFailure(f"{parts.netloc} could not be read: {type(error).__name__}. Nothing was read.") from error
        if isinstance(page, str):
            return Result(page)
        text = readable(page.body, page.type, page.url)
        part = text[start : start + _PART]
        more = (
            f"\n[{len(text)} characters in all; go on with start {start + len(part)}]"
            if start + len(part) < len(text)
            else ""
        )
        cut = "\n[The page is longer than what is read of one.]" if page.cut else ""
        told = f"{page.url}\n\n{part}{more}{cut}"
        return Result(told, "ok" if page.status < _FAILED else "failed")

    async def _fetched(self, parts: SplitResult) -> Page | str:
        """The page, or a sentence about where it has moved: another host is the user's to allow."""
        for _ in range(REDIRECTS):
            host, port = address.host_of(parts)
            found = address.checked(host, port, await self._resolve(host, port), self._private)
            page = await _get(address.written(parts), found)
            if page.status not in _REDIRECTED or not page.location:
                return page
            there = address.parsed(urljoin(address.written(parts), page.location))
            if there.hostname != parts.hostname:
                return f"The page has moved to {address.written(there)}. Fetch that address if you need it."
            parts = there
        raise ToolFailure(f"{parts.netloc} leads from one address to the next without an end. Nothing was read.")


class Page(Struct, frozen=True):
    """What came back."""

    url: str
    status: int
    type: str
    location: str
    body: bytes
    cut: bool


async def _get(url: str, addresses: Sequence[str]) -> Page:
    """One request, over a connection to one of these addresses."""
    headers = {"User-Agent": "hermes-webui", "Accept": "text/html,text/*;q=0.9,*/*;q=0.5", "Accept-Encoding": "gzip"}
    async with (
        httpx2.AsyncClient(
            transport=_Direct(addresses), headers=headers, follow_redirects=False, trust_env=False
        ) as client,
        client.stream("GET", url) as reply,
    ):
        body = bytearray()
        async for chunk in reply.aiter_bytes(1 << 16):
            body += chunk
            if len(body) > LARGEST:
                break
        told = reply.headers
        cut = len(body) > LARGEST
        kind, location = told.get("content-type", ""), told.get("location", "")
        return Page(url, reply.status_code, kind, location, bytes(body[:LARGEST]), cut)


class _Direct(httpx2.AsyncHTTPTransport):
    """Connects to addresses that were looked at, whatever the name says by now; no proxy, no second look-up."""

    def __init__(self, addresses: Sequence[str]) -> None:
        super().__init__(trust_env=False)
        self._pool._network_backend = _Connect(addresses)  # noqa: SLF001 - httpx2 hands no backend on


class _Connect(httpcore2.AsyncNetworkBackend):
    """Takes the first of the addresses that answers."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failed: Exception | None = None
        for each in self._addresses:
            try:
                return await self._backend.connect_tcp(each, port, CONNECT_SECONDS, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore2.ConnectError("no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolved(host: str, port: int) -> Sequence[str]:
    """What the system takes the host for."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ToolFailure(f"The name {host} is not known. Check how it is written.") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))
