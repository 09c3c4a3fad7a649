"""The load generator, a process of its own: its work must not be on the server's account.

`Load` starts it; it says one line of JSON when it is ready, another with what it found when it is told to end.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
import uvloop
from msgspec import Struct

from benchmarks.rounds import percentile
from benchmarks.servers import ROOT
from hermes_webui.server import raise_descriptor_limit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SAID = re.compile(rb"@(\d+\.\d{6}) ")
#: How many connections are opened at once.
AT_ONCE = 100


class Order(Struct):
    """What to do. `rate`: requests in a row on each connection for some seconds. `follow`: event streams, until the
    text `until` came on each, else until told to end.
    """

    kind: str
    port: int
    paths: list[str]
    seconds: float = 0.0
    until: str = ""


class Found(Struct):
    """What came of it. `done`: replies, streams, or pieces; `once`: the pieces that differ, stream by stream. Times are
    in seconds.
    """

    done: int = 0
    seconds: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    failed: int = 0
    once: int = 0
    ended: int = 0


class Load:
    """A running load generator; it is connected when it is made."""

    def __init__(self, order: Order) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        self._process.stdin.flush()
        self._line()

    def _line(self) -> Found:
        assert self._process.stdout is not None
        return msgspec.json.decode(self._process.stdout.readline(), type=Found)

    def end(self) -> Found:
        """Tells it to end (streams) or waits for its end (requests); what it found."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self.result()

    def result(self) -> Found:
        """Waits until it ends by itself."""
        found = self._line()
        self._process.wait(60)
        return found


class Asking(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes, times: list[float]) -> None:
        self._request = request
        self._times = times
        self._received = b""
        self._began = 0.0
        self._transport: Any = None
        self.failed = 0
        self.on = True

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        length = LENGTH.search(self._received, 0, end + 2) if end >= 0 else None
        if length is None or len(self._received) < end + 4 + int(length[1]):
            return
        self._times.append(time.perf_counter() - self._began)
        self.failed += not self._received.startswith(b"HTTP/1.1 200")
        self._received = b""
        if self.on:
            self.ask()


class Following(asyncio.Protocol):
    """One event stream; what arrives is kept with its time and read at the end."""

    def __init__(self, request: bytes, until: bytes) -> None:
        self._request = request
        self._until = until
        self.begun = asyncio.get_running_loop().create_future()
        self.ended = asyncio.get_running_loop().create_future()
        self.received: list[tuple[float, bytes]] = []
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.begun.done():
            if b"hello" in data:
                self.begun.set_result(None)
            return
        if self._until:
            self.received.append((time.time(), data))
            if self._until in data and not self.ended.done():
                self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        for each in (self.begun, self.ended):
            if not each.done():
                each.set_exception(ConnectionError("the stream was cut"))
                each.exception()


def request(path: str, port: int) -> bytes:
    """A request as a browser's keep-alive connection sends it, without the rest of a browser's headers."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n\r\n".encode()


async def rate(order: Order) -> Found:
    """Requests in a row on all connections."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    asking = []
    for path in order.paths:
        made = partial(Asking, request(path, order.port), times)
        _, one = await loop.create_connection(made, "127.0.0.1", order.port)
        asking.append(one)
    tell(Found())
    began = time.perf_counter()
    for each in asking:
        each.ask()
    await asyncio.sleep(order.seconds)
    took, done = time.perf_counter() - began, len(times)
    for each in asking:
        each.on = False
    failed = sum(each.failed for each in asking)
    return Found(done, took, percentile(times, 0.5), percentile(times, 0.99), failed)


async def follow(order: Order) -> Found:
    """Holds streams until the text `until` has come on each, or standard input ends."""
    loop = asyncio.get_running_loop()
    until = order.until.encode()
    streams: list[Following] = []
    for start in range(0, len(order.paths), AT_ONCE):
        made = [
            loop.create_connection(partial(Following, request(path, order.port), until), "127.0.0.1", order.port)
            for path in order.paths[start : start + AT_ONCE]
        ]
        opened = [stream for _, stream in await asyncio.gather(*made)]
        await asyncio.gather(*(stream.begun for stream in opened))
        streams += opened
    tell(Found(len(streams)))
    if until:
        await asyncio.wait([stream.ended for stream in streams], timeout=order.seconds)
    else:
        await loop.run_in_executor(None, sys.stdin.read)
    held = sum(not stream.transport.is_closing() for stream in streams)
    heard = [list(told(stream.received)) for stream in streams]
    lags = [lag for each in heard for lag, _ in each]
    once = sum(len({said for _, said in each}) for each in heard)
    ended = sum(stream.ended.done() and stream.ended.exception() is None for stream in streams)
    p50, p99 = (percentile(lags, 0.5), percentile(lags, 0.99)) if lags else (0.0, 0.0)
    return Found(len(lags), 0.0, p50, p99, len(streams) - held, once, ended)


def told(received: Sequence[tuple[float, bytes]]) -> Iterator[tuple[float, bytes]]:
    """What the deltas say, each piece with how old it was when the end of its frame arrived."""
    rest = b""
    for at, chunk in received:
        whole, end, rest = (rest + chunk).rpartition(b"\n\n")
        for frame in (whole + end).split(b"\n\n"):
            if b'"type":"delta"' in frame:
                for said in SAID.finditer(frame):
                    yield at - float(said[1]), said[1]


def tell(found: Found) -> None:
    """One line for `Load`."""
    print(msgspec.json.encode(found).decode(), flush=True)


def main() -> None:
    """Carries out the order in the first line of standard input."""
    raise_descriptor_limit()
    order = msgspec.json.decode(sys.stdin.readline(), type=Order)
    tell(uvloop.run({"rate": rate, "follow": follow}[order.kind](order)))


if __name__ == "__main__":
    main()
