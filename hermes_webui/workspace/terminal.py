"""Terminals: a shell on a PTY each, in a workspace. What it says is kept in a bounded buffer, counted in bytes.

A reader names the place that it has read up to, so a page that is loaded again goes on where it was. A terminal ends
when it is closed, when nobody has used it for a while, and with the server; everything that runs in its session ends
with it. It is a shell of the server's own user: it is confined to nothing.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from hermes_webui.errors import Conflict, NotFound, TooLarge
from hermes_webui.workspace.command import DESCRIPTORS
from hermes_webui.workspace.descent import descend

#: How many may run at once, and how long one may be unused, in seconds.
MOST: Final = 8
IDLE: Final = 30 * 60.0

#: So many bytes are kept for readers that come later or fall behind.
KEPT: Final = 1 << 20
PIECE: Final = 1 << 16

#: What may wait to be typed: more is not a person.
MOST_INPUT: Final = 1 << 20
MOST_COLUMNS: Final = 1000

#: How long a shell may take to end by itself once it is told to.
GRACE: Final = 1.0

LOOK: Final = 0.01

PROC: Final = Path("/proc")

#: The PTY becomes the shell's controlling terminal, which needs a step in the child: a small program does it, because
#: code between fork and exec is not safe in a process with threads.
BEGIN: Final = "import fcntl,os,sys,termios;fcntl.ioctl(0,termios.TIOCSCTTY,0);os.execv(sys.argv[1],sys.argv[1:])"

#: The server's own settings are none of the shell's business.
OWN: Final = "HERMES_WEBUI_"


class Terminal:
    """One terminal. `ended` is its exit status once it has one. Belongs to the event loop that made it."""

    def __init__(self, terminal_id: str, session_id: str, process: subprocess.Popen[bytes], master: int) -> None:
        self.id = terminal_id
        self.session_id = session_id
        self.cols, self.rows = 80, 24
        self.ended: int | None = None
        self.closed = False
        self.readers = 0
        self._process = process
        self._master = master
        self._loop = asyncio.get_running_loop()
        self.used = self._loop.time()
        self._pieces: deque[bytes] = deque()
        self._start = 0
        self._end = 0
        self._typed = bytearray()
        self._changed = asyncio.Event()
        self._finishing: asyncio.Task[None] | None = None
        self._loop.add_reader(master, self._read)

    @property
    def offset(self) -> int:
        """How many bytes it has said."""
        return self._end

    def after(self, offset: int) -> tuple[int, bytes]:
        """What it said after so many bytes, and where that begins: later, where the buffer no longer goes back."""
        if offset > self._end or offset < self._start:
            offset = self._start
        data = b"".join(self._pieces)
        return offset, data[offset - self._start :]

    async def more(self, offset: int, seconds: float) -> bool:
        """Waits until there is something after `offset`, the end, or a reason to look again (`part`); for so many
        seconds at most, and is then False.
        """
        if offset < self._end or self.ended is not None or self.closed:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def type(self, data: bytes) -> None:
        """What somebody types. Raises `Conflict` where it has ended, `TooLarge`."""
        if self.ended is not None or self.closed:
            raise Conflict("That terminal has ended. Open another one.")
        if len(self._typed) + len(data) > MOST_INPUT:
            raise TooLarge("That is more than the terminal takes at once. The rest was not typed.")
        self.used = self._loop.time()
        self._typed += data
        self._write()

    def resize(self, cols: int, rows: int) -> None:
        """Another size, in characters; what runs in it is told."""
        self.cols, self.rows = cols, rows
        self.used = self._loop.time()
        if not self.closed:
            _size(self._master, cols, rows)

    def part(self) -> None:
        """Its readers look again whether they may read."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def close(self) -> None:
        """Ends it and everything that runs in it."""
        if not self.closed:
            self.closed = True
            await self._finish()
            self._loop.remove_reader(self._master)
            self._loop.remove_writer(self._master)
            os.close(self._master)
            self.part()

    async def _finish(self) -> None:
        """Once: what ends later must not be taken for a process that has got the same number."""
        if self._finishing is None:
            self._finishing = asyncio.create_task(self._end_all())
        await asyncio.shield(self._finishing)

    async def _end_all(self) -> None:
        _signal(self._process.pid, signal.SIGHUP)
        with suppress(ProcessLookupError):
            await asyncio.to_thread(_end_session, self._process.pid, GRACE)
        self.ended = await asyncio.to_thread(self._process.wait)
        self.part()

    def _read(self) -> None:
        try:
            data = os.read(self._master, PIECE)
        except BlockingIOError:
            return
        except OSError:  # EIO: nobody has the other side open any more
            data = b""
        if not data:
            self._loop.remove_reader(self._master)
            if self._finishing is None:  # the shell has ended by itself
                self._finishing = asyncio.create_task(self._end_all())
            return
        if self.readers:
            self.used = self._loop.time()
        self._pieces.append(data)
        self._end += len(data)
        while self._end - self._start > KEPT and len(self._pieces) > 1:  # what came last is always told
            self._start += len(self._pieces.popleft())
        self.part()

    def _write(self) -> None:
        try:
            written = os.write(self._master, bytes(self._typed[:PIECE]))
            del self._typed[:written]
        except BlockingIOError:
            pass
        except OSError:  # it is ending: its reader tells
            self._typed.clear()
        if self._typed:
            self._loop.add_writer(self._master, self._write)
        else:
            self._loop.remove_writer(self._master)


class Terminals:
    """The terminals of one server: `most` at once, each ended after `idle` seconds unused."""

    def __init__(self, environment: Mapping[str, str], most: int = MOST, idle: float = IDLE) -> None:
        kept = {name: value for name, value in environment.items() if not name.startswith(OWN)}
        self._environment = {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._most = most
        self._idle = idle
        self._open: dict[str, Terminal] = {}
        self._starting = 0
        self._looking: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def open(self, terminal_id: str, session_id: str, root: Path, cols: int, rows: int) -> Terminal:
        """A shell in a folder. Raises `Conflict` where there are too many, `NotFound` where the folder has gone."""
        for ended in [each for each in self._open.values() if each.ended is not None]:
            await self.close_one(ended.id)
        if len(self._open) + self._starting >= self._most:
            raise Conflict(f"There are {self._most} terminals already. Close one first.")
        self._starting += 1
        try:
            process, master = await asyncio.to_thread(_spawn, root, self._environment, cols, rows)
        finally:
            self._starting -= 1
        terminal = self._open[terminal_id] = Terminal(terminal_id, session_id, process, master)
        terminal.cols, terminal.rows = cols, rows
        self._look()
        return terminal

    def get(self, terminal_id: str) -> Terminal:
        """One that is here. Raises `NotFound`."""
        found = self._open.get(terminal_id)
        if found is None:
            raise NotFound("That terminal is not there any more: closed, unused for long, or the server restarted.")
        return found

    def of(self, session_id: str) -> list[Terminal]:
        """Those of a session, the oldest first."""
        return [each for each in self._open.values() if each.session_id == session_id]

    def part(self) -> None:
        """All readers look again whether they may read."""
        for each in self._open.values():
            each.part()

    async def close_one(self, terminal_id: str) -> None:
        """Ends one. Nothing happens where it is not there."""
        found = self._open.pop(terminal_id, None)
        if found is not None:
            await found.close()

    async def close(self) -> None:
        """Ends all."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        await asyncio.gather(*(self.close_one(each) for each in list(self._open)), *self._closing)

    def _look(self) -> None:
        """Ends what nobody has used for long, now and again."""
        loop = asyncio.get_running_loop()
        for each in [each for each in self._open.values() if loop.time() - each.used >= self._idle]:
            task = asyncio.create_task(self.close_one(each.id))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        if self._looking is not None:
            self._looking.cancel()
        self._looking = loop.call_later(self._idle / 10, self._look) if self._open else None


def _spawn(root: Path, environment: Mapping[str, str], cols: int, rows: int) -> tuple[subprocess.Popen[bytes], int]:
    """A shell in a folder, and its side of the PTY. Raises `NotFound`, `Conflict`."""
    shell = environment.get("SHELL", "")
    shell = shell if os.access(shell, os.X_OK) else "/bin/sh"
    master, slave = pty.openpty()
    try:
        _size(master, cols, rows)
        os.set_blocking(master, False)
        os.set_inheritable(master, False)
        with descend(root, (), ()) as spot, spot.folder() as folder:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", BEGIN, shell],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=str(DESCRIPTORS / str(folder)) if DESCRIPTORS.is_dir() else str(root),
                env={**environment, "SHELL": shell},
                start_new_session=True,
            )
    except OSError as error:
        os.close(master)
        raise Conflict("The terminal cannot be started: the system does not give one.") from error
    except BaseException:
        os.close(master)
        raise
    finally:
        os.close(slave)
    return process, master


def _size(master: int, cols: int, rows: int) -> None:
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _end_session(leader: int, grace: float) -> None:
    """Ends every process of the shell's session, whatever groups it made (Linux); elsewhere its own group. The shell
    is not waited for before: as long as it is not, its number is nobody else's.
    """
    until = time.monotonic() + grace
    while time.monotonic() < until and not _is_over(leader):
        time.sleep(LOOK)
    _signal(leader, signal.SIGKILL)
    while members := _members(leader):
        for pid in members:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > until + grace:
            return
        time.sleep(LOOK)


def _is_over(pid: int) -> bool:
    """Whether a child has ended, without taking its number from it."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _members(leader: int) -> list[int]:
    found = []
    for name in PROC.iterdir() if PROC.is_dir() else ():
        if name.name.isdigit() and int(name.name) != leader:
            with suppress(ProcessLookupError, PermissionError):
                if os.getsid(int(name.name)) == leader:
                    found.append(int(name.name))
    return found
