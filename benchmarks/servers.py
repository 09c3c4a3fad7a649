"""Server processes to measure: how long they take to answer, what they use, and a clean end."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[1]
TICK = os.sysconf("SC_CLK_TCK")

#: Nothing of the machine's own set-up reaches a measured server.
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


class Process:
    """A running server. `seconds`: from its start until /health answered."""

    def __init__(self, arguments: Sequence[str], home: Path) -> None:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**environment, "HOME": str(home)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        self.port = self._port()
        self.get("/health")
        self.seconds = time.perf_counter() - began

    def _port(self) -> int:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                return int(found[1])
        raise RuntimeError("the server ended before it said its address")

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept open."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str) -> bytes:
        """One request on a connection of its own."""
        return self._request("GET", path)

    def post(self, path: str, content: Any) -> Any:
        """One request with a JSON body; the decoded reply."""
        return msgspec.json.decode(self._request("POST", path, msgspec.json.encode(content)))

    def _request(self, method: str, path: str, content: bytes | None = None) -> bytes:
        connection = self.connect()
        connection.request(method, path, content, {"content-type": "application/json"} if content else {})
        reply = connection.getresponse()
        found = reply.read()
        connection.close()
        if reply.status >= 300:
            raise RuntimeError(f"{path} answered {reply.status}: {found[:300]!r}")
        return found

    def memory(self) -> int:
        """Resident bytes of the process itself."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def stop(self) -> None:
        """A clean stop, as SIGTERM makes it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)


@contextmanager
def running(arguments: Sequence[str], home: Path) -> Iterator[Process]:
    """A process of `python -m …` that is stopped at the end."""
    server = Process(arguments, home)
    try:
        yield server
    finally:
        server.stop()


def program(state: Path) -> list[str]:
    """The arguments of the real program on a state directory."""
    return ["hermes_webui", "--state", str(state), "serve", "--port", "0"]


def bare(size: int) -> list[str]:
    """The arguments of an ASGI application that answers everything with `size` bytes, on the same server settings."""
    return ["benchmarks.served", "bare", str(size)]


def paced(state: Path, seconds: int) -> list[str]:
    """The arguments of the real server with an engine that speaks 50 times a second."""
    return ["benchmarks.served", "paced", str(state), str(seconds)]


def spoken(state: Path, seconds: int) -> list[str]:
    """The same with an engine that speaks Markdown, as a model does."""
    return ["benchmarks.served", "spoken", str(state), str(seconds)]
