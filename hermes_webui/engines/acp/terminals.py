"""A command that an agent runs through us: its output kept and told, its processes ended with the turn."""

from __future__ import annotations

import asyncio
import codecs
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hermes_webui.engines.acp.calls import Call
from hermes_webui.engines.acp.process import Process

#: So much output is kept, in bytes, the end of it.
MOST_OUTPUT: Final = 1_000_000
SIGNALLED: Final = 128


class Terminal:
    """One command. `told` hears of its output, and of its end with ""."""

    def __init__(self, call: Call, told: Callable[[Terminal, str], None], limit: int | None) -> None:
        self.call = call
        self.truncated = False
        self.status: dict[str, Any] | None = None
        self._told = told
        self._limit = min(limit or MOST_OUTPUT, MOST_OUTPUT)
        self._kept = ""
        self._process: Process | None = None
        self._running: asyncio.Task[None] | None = None
        self._decoders = [codecs.getincrementaldecoder("utf-8")("replace") for _ in range(2)]

    @property
    def output(self) -> str:
        """What it has put out, or the end of it."""
        return self._kept

    async def start(self, command: str, args: Sequence[str], env: Mapping[str, str], cwd: str) -> None:
        """Starts it. A command that is a whole line is one for the shell."""
        words = [command, *args]
        if not args and shutil.which(command, path=env.get("PATH")) is None and " " in command.strip():
            words = ["/bin/sh", "-c", command]
        process = self._process = await Process.start(words, env, cwd, self._errors)
        process.writer.close()
        self._running = asyncio.create_task(self._run(process))

    async def wait(self) -> dict[str, Any]:
        """Its exit status, as ACP says it."""
        if self._running is not None:
            await asyncio.wait({self._running})
        return self.status or {}

    async def end(self) -> None:
        """Ends it and all that it has started."""
        if self._process is not None and self.status is None:
            await self._process.end(at_once=True)
        await self.wait()

    async def _run(self, process: Process) -> None:
        while data := await process.reader.read(1 << 16):
            self._take(0, data)
        code = await process.code()
        self.status = {"exitCode": code} if code <= SIGNALLED else {"signal": str(code - SIGNALLED)}
        await process.end()
        self._told(self, "")

    async def _errors(self, data: bytes) -> None:
        self._take(1, data)

    def _take(self, stream: int, data: bytes) -> None:
        text = self._decoders[stream].decode(data)
        if not text:
            return
        kept = self._kept + text
        self.truncated = self.truncated or len(kept) > self._limit
        self._kept = kept[-self._limit :]
        self._told(self, text)


def shown(command: str, args: Sequence[str]) -> str:
    """The command as a line of a shell."""
    return shlex.join([command, *args]) if args else command
