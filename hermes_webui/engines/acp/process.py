"""One agent's process: started behind its keeper, its error output in a log, ended with all that it has started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from hermes_webui.errors import EngineFailure

#: The longest message, in bytes: a file or a picture in it.
LONGEST_MESSAGE: Final = 32 * 1024 * 1024

#: How long an agent has to end by itself once it is asked to.
GRACE_SECONDS: Final = 2.0
#: Then its keeper kills it; a keeper that does not even do that is killed itself.
LAST_SECONDS: Final = 5.0

KEEPER: Final = Path(__file__).with_name("keeper.py")

#: Takes an agent's error output as it comes.
Sink = Callable[[bytes], Awaitable[None]]


class Process:
    """A running agent. `reader` and `writer` are its output and input."""

    def __init__(self, process: subprocess.Process, lifeline: socket.socket, sink: Sink) -> None:
        self._process = process
        self._lifeline = lifeline
        self._draining = asyncio.create_task(self._drain(sink))

    @classmethod
    async def start(cls, command: Sequence[str], env: Mapping[str, str], cwd: str, sink: Sink) -> Process:
        """Starts it. Raises `EngineFailure` where the system does not."""
        theirs, ours = socket.socketpair()
        words = (sys.executable, "-I", str(KEEPER), str(theirs.fileno()), str(GRACE_SECONDS), *command)
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(env),
                cwd=cwd or None,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                limit=LONGEST_MESSAGE,
            )
        except BaseException as error:
            ours.close()  # its keeper, if there is one already, sees this as the server's end
            if not isinstance(error, OSError | ValueError):
                raise
            raise EngineFailure(
                "engine_died", f"{command[0]} could not be started: {error}. Your message is kept; try again."
            ) from error
        finally:
            theirs.close()
        return cls(process, ours, sink)

    @property
    def pid(self) -> int:
        """The keeper's, which leads the process group."""
        return self._process.pid

    @property
    def reader(self) -> asyncio.StreamReader:
        """What the agent says."""
        if self._process.stdout is None:
            raise RuntimeError("the agent was started without a pipe")
        return self._process.stdout

    @property
    def writer(self) -> asyncio.StreamWriter:
        """What it is told."""
        if self._process.stdin is None:
            raise RuntimeError("the agent was started without a pipe")
        return self._process.stdin

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.returncode is not None

    async def code(self) -> int:
        """Waits for its end; the exit status, 128 and the signal's number where one ended it."""
        status = await self._process.wait()
        await asyncio.wait({self._draining}, timeout=1.0)
        return status

    async def wait(self) -> str:
        """Waits for its end; how it ended, as a part of a sentence."""
        status = await self.code()
        if status > 128:  # noqa: PLR2004 - as shells say that a signal ended it
            with contextlib.suppress(ValueError):
                return f"signal {signal.Signals(status - 128).name}"
        return f"exit status {status}"

    async def end(self, *, at_once: bool = False) -> None:
        """Ends it and all that it has started; returns when they are gone."""
        self._cut(at_once=at_once)
        try:
            await asyncio.wait_for(self._process.wait(), LAST_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        self._draining.cancel()
        self.writer.close()

    def _cut(self, *, at_once: bool) -> None:
        if at_once:
            with contextlib.suppress(OSError):  # it has ended already
                self._lifeline.send(b"k")
        self._lifeline.close()

    async def _drain(self, sink: Sink) -> None:
        """A pipe that nobody empties would block the agent."""
        stream = self._process.stderr
        while stream is not None and (data := await stream.read(1 << 16)):
            await sink(data)
