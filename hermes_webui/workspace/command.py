"""A command with limits: of time, of output, and of what it leaves behind. Its whole process group ends with it."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

PIECE: Final = 1 << 16
ERROR_LIMIT: Final = 1 << 13

#: What a descriptor of a folder is called as a path, so that a command starts in that very folder (Linux).
DESCRIPTORS: Final = Path("/proc/self/fd")


class Output(Struct, frozen=True):
    """What a command said. `truncated`: it was ended at a limit, of `time` or else of output."""

    code: int
    data: bytes
    error: str
    truncated: bool = False
    out_of_time: bool = False


def run(
    arguments: Sequence[str], folder: int, named: Path, environment: Mapping[str, str], seconds: float, most: int
) -> Output:
    """Runs a command in an open folder (`named` where the system has no path for a descriptor) until it ends or has
    said `most` bytes. Raises `OSError` where it cannot be started.
    """
    where = str(DESCRIPTORS / str(folder)) if DESCRIPTORS.is_dir() else str(named)
    with subprocess.Popen(
        arguments,
        cwd=where,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            return _heard(process, time.monotonic() + seconds, most)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _heard(process: subprocess.Popen[bytes], until: float, most: int) -> Output:
    out, error = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for stream, into in ((process.stdout, out), (process.stderr, error)):
            if stream is not None:
                selector.register(stream.fileno(), selectors.EVENT_READ, into)
        while selector.get_map():
            ready = selector.select(max(0.0, until - time.monotonic()))
            if not ready or len(out) > most:
                return Output(-1, bytes(out[:most]), _text(error), truncated=True, out_of_time=not ready)
            for key, _ in ready:
                data = os.read(key.fd, PIECE)
                key.data.extend(data)
                if not data:
                    selector.unregister(key.fd)
    try:
        code = process.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        return Output(-1, bytes(out), _text(error), truncated=True, out_of_time=True)
    return Output(code, bytes(out[:most]), _text(error), truncated=len(out) > most)


def _text(error: bytearray) -> str:
    return bytes(error[:ERROR_LIMIT]).decode("utf-8", "replace")
