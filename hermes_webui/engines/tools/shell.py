"""Commands: a shell in the workspace's folder, with a time limit. Each is a process group of its own, and nothing of it
outlives the call.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import re
import signal
from asyncio.subprocess import Process
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Annotated, Final

from msgspec import Meta, Struct

from hermes_webui.engines.tools.base import Call, Intent, Result, Tool, ToolFailure, shortened, tool
from hermes_webui.engines.tools.risk import risk_of

#: Seconds that a command gets where the model names none, and the most that it can name.
USUAL_SECONDS: Final = 120
MOST_SECONDS: Final = 1800

#: What is kept of a command's output, in characters; it is read to its end, so that the command never waits for us.
KEPT: Final = 1_000_000
#: What of it is shown while it runs.
SHOWN: Final = 100_000

#: How long a group gets to end by itself: a stop is over within 200 ms.
_GRACE: Final = 0.05
_CHUNK: Final = 1 << 16
_SECRET: Final = re.compile(r"(^|_)(API_KEY|SECRET|TOKEN|PASSWORD|CREDENTIALS)(_|$)", re.IGNORECASE)

#: A program that thinks it has a terminal would wait for a key.
_QUIET: Final[Mapping[str, str]] = {
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "TERM": "dumb",
    "NO_COLOR": "1",
}


def without_secrets(environment: Mapping[str, str], named: Iterable[str]) -> dict[str, str]:
    """The environment without this server's own settings and the keys that it was given: a command that a model wrote
    has no business with them.
    """
    secret = frozenset(named)
    return {
        name: value
        for name, value in environment.items()
        if name not in secret and not name.startswith("HERMES_WEBUI_") and not _SECRET.search(name)
    }


class RunCommand(Struct):
    """Runs a command in a shell, in the workspace's folder, and gives its output and exit code. There is no terminal
    and no input. What it starts ends with it: nothing stays in the background.
    """

    command: Annotated[str, Meta(min_length=1, max_length=100_000, description="The command line, for sh.")]
    seconds: Annotated[
        int,
        Meta(ge=1, le=MOST_SECONDS, description=f"It is stopped after so many seconds; {USUAL_SECONDS} by default."),
    ] = USUAL_SECONDS


class Shell:
    """Runs commands in one folder with this environment."""

    def __init__(self, folder: str, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = {**environment, **_QUIET}

    def tools(self) -> tuple[Tool, ...]:
        """run_command."""
        return (tool("run_command", "execute", RunCommand, self._prepare),)

    async def _prepare(self, wish: RunCommand) -> Intent:
        command = wish.command.strip()
        if not command or "\0" in command:
            raise ToolFailure("The command is empty or holds a NUL. Nothing was run.")

        async def run(call: Call) -> Result:
            return await self._run(command, wish.seconds, call)

        return Intent(_title(command), run, asks=True, subject=command, risk=risk_of(command), cwd=self._folder)

    async def _run(self, command: str, seconds: int, call: Call) -> Result:
        # A pipe of our own: asyncio's `wait` would wait for whoever holds its pipe, and not only for the shell.
        ours, theirs = os.pipe()
        output = _Output(call)
        reading = asyncio.create_task(output.read(ours))
        try:
            process = await self._start(command, theirs)
        except OSError as error:
            raise ToolFailure(f"The command could not be started: {error.strerror or error}.") from error
        finally:
            os.close(theirs)
        late = False
        try:
            await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            late = True
        finally:
            await _end(process)
            await _rest(reading)
        if late:
            return Result(f"{output.text}\n[Stopped after {seconds} seconds, its time limit.]".lstrip(), "failed")
        return _result(output.text, process.returncode or 0)

    async def _start(self, command: str, output: int) -> Process:
        return await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", command),
            cwd=self._folder,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )


class _Output:
    """What a command says: shown as it comes, kept to a limit, read to the end."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._kept: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """What is kept of it."""
        return "".join(self._kept)

    async def read(self, pipe: int) -> None:
        """Reads until the last process that holds the pipe has closed it."""
        reader, loop = asyncio.StreamReader(), asyncio.get_running_loop()
        file = os.fdopen(pipe, "rb", 0)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        try:
            while chunk := await reader.read(_CHUNK):
                self._take(decoder.decode(chunk))
            self._take(decoder.decode(b"", final=True))
        finally:
            transport.close()

    def _take(self, text: str) -> None:
        if text and self._length < SHOWN:
            self._call.output(text[: SHOWN - self._length])
        if text and self._length < KEPT:
            self._kept.append(text[: KEPT - self._length])
        self._length += len(text)


async def _end(process: Process) -> None:
    """Ends the whole group: asks, then kills. What the command left in the background ends here, too."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(_gone(process.pid)), _GRACE)
    with suppress(ProcessLookupError):
        await process.wait()


async def _gone(group: int) -> None:
    while _lives(group):  # noqa: ASYNC110 - the system tells nobody of the end of a group
        await asyncio.sleep(_GRACE / 10)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


async def _rest(reading: asyncio.Task[None]) -> None:
    """What is still in the pipe; whoever has left the group may hold it open for ever."""
    await asyncio.wait({reading}, timeout=_GRACE * 4)
    reading.cancel()


def _result(output: str, code: int) -> Result:
    told = shortened(output.rstrip("\n"))
    if code == 0:
        return Result(told or "(no output)")
    how = f"Exit code {code}" if code > 0 else f"Ended by signal {-code}"
    return Result(f"{told}\n[{how}]".lstrip(), "failed")


def _title(command: str) -> str:
    first = command.splitlines()[0]
    return f"Run {first[:100]}{'…' if first != command or len(first) > 100 else ''}"  # noqa: PLR2004
