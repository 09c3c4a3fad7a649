"""A real server process on a state directory of its own, and clients of it over loopback."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from tests.peers.alone import alone
from tests.peers.sse import Reader, Sent

CHECKOUT = Path(__file__).parents[2]
#: A busy machine may take half a minute to start a server and its first turn.
PATIENCE = 120


class Served:
    """`python -m hermes_webui serve` until the block ends; `kill` is kill -9, `start` starts it again. It is the demo
    that answers, or who `config` (a whole `config.toml`) says.
    """

    def __init__(self, state: Path, pace: float = 0.0, config: str = "") -> None:
        self.state = state
        self.port = 0
        #: What it wrote to its error output.
        self.said = state.parent / "said.txt"
        self.first_line = ""
        self.process: subprocess.Popen[str] | None = None
        self._environment = alone(
            state.parent,
            PYTHONPATH=str(CHECKOUT),
            HERMES_WEBUI_STATE_DIR=str(state),
            HERMES_WEBUI_DEMO_PACE=str(pace),
            PYTHONDONTWRITEBYTECODE="1",
        )
        if config:
            state.mkdir(parents=True, exist_ok=True)
            (state / "config.toml").write_text(config)
        else:
            self._environment["HERMES_WEBUI_ENGINE"] = "demo"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.kill()

    def start(self, pace: float | None = None) -> None:
        if pace is not None:
            self._environment["HERMES_WEBUI_DEMO_PACE"] = str(pace)
        command = [sys.executable, "-m", "hermes_webui", "serve", "--port", "0"]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                command,
                cwd=self.state.parent,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.first_line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, f"the server did not start: {line!r}, {self.said.read_text()}"
        self.port = int(found[1])

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def terminate(self) -> int:
        """SIGTERM; the exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        process, self.process = self.process, None
        assert process is not None
        assert process.stdout is not None
        process.send_signal(number)
        status = process.wait(PATIENCE)
        process.stdout.close()
        return status

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a command line on the same directory."""
        command = [sys.executable, "-m", "hermes_webui", *arguments]
        return subprocess.run(
            command,
            cwd=self.state.parent,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", f"{path}?{urlencode(query)}", None)

    def post(self, path: str, **body: Any) -> Any:
        return self._call("POST", path, json.dumps(body).encode())

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            found = json.loads(reply.read())
        finally:
            connection.close()
        assert reply.status < 300, found
        return found

    def new(self) -> str:
        return str(self.post("/api/session/new")["session"]["session_id"])

    def start_run(self, session_id: str, message: str, **more: Any) -> dict[str, Any]:
        return dict(self.post("/api/chat/start", session_id=session_id, message=message, **more))

    def session(self, session_id: str) -> dict[str, Any]:
        return dict(self.get("/api/session", session_id=session_id, msg_limit=500)["session"])

    def stream(self, path: str, last_id: str = "", **query: Any) -> Iterator[Sent]:
        """The events of a stream until either side ends it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            headers = {"Last-Event-ID": last_id} if last_id else {}
            connection.request("GET", f"{path}?{urlencode(query)}", None, headers)
            reply = connection.getresponse()
            assert reply.status == 200, reply.read()
            reader, patient_until = Reader(), time.monotonic() + PATIENCE
            while chunk := reply.read1(1 << 16):
                assert time.monotonic() < patient_until, "the stream has no end"
                yield from reader.feed(chunk)
        except (ConnectionError, http.client.HTTPException):
            return  # the server was killed
        finally:
            connection.close()

    def ended(self, stream_id: str) -> list[Sent]:
        """Follows a run to its end."""
        found = []
        for event in self.stream("/api/chat/stream", stream_id=stream_id):
            found.append(event)
            if event.name == "stream_end":
                break
        return found


class Subscriber:
    """Follows a stream in a thread; `received` is what it got, `seen(count)` waits until it got that many events."""

    def __init__(self, server: Served, path: str, last_id: str = "", **query: Any) -> None:
        self.received: list[Sent] = []
        self._after = str(query.get("after", ""))
        self._arrived = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._follow, args=(server.stream(path, last_id, **query),), daemon=True)
        self._thread.start()

    def _follow(self, events: Iterator[Sent]) -> None:
        for event in events:
            with self._arrived:
                self.received.append(event)
                self._arrived.notify_all()
        with self._arrived:
            self._over = True
            self._arrived.notify_all()

    def seen(self, count: int) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.received) >= count or self._over, PATIENCE)

    def over(self) -> list[Sent]:
        """Everything it got, once the stream has ended."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self.received

    @property
    def last_id(self) -> str:
        return next((event.id for event in reversed(self.received) if event.id), self._after)
