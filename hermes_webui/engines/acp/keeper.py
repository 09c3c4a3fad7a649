"""Keeps an agent's process: `python -I keeper.py LIFELINE SECONDS COMMAND …`; a program of its own, no part of the
server.

Whatever becomes of the server, by a kill -9 too, its end of the lifeline (a socket) closes then. The agent is asked to
end and gets SECONDS for it; after that it and all that it has started are killed, also what left its process group. A
byte that comes through the lifeline kills at once. Where the agent ends by itself, what it leaves is killed as well.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main(arguments: list[str]) -> int:
    """Returns the agent's exit status; 128 and the signal's number where one ended it, 127 where it did not start."""
    lifeline, seconds, command = int(arguments[0]), float(arguments[1]), arguments[2:]
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    wakes, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the server says when to end, by the lifeline
    try:
        agent = subprocess.Popen(command, preexec_fn=_dies_with_keeper)  # noqa: PLW1509 - this program has one thread
    except OSError as error:
        print(f"{command[0]} could not be started: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 127
    _let_go_of_streams()
    at_once = _until_over(agent, lifeline, wakes)
    if agent.poll() is None and not at_once:
        agent.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            agent.wait(seconds)
    if agent.poll() is None:
        agent.kill()
    status = agent.wait()
    _kill_descendants()
    return 128 - status if status < 0 else status


def _until_over(agent: subprocess.Popen[bytes], lifeline: int, wakes: int) -> bool:
    """Returns when the agent has ended or must end; whether at once."""
    while agent.poll() is None:
        ready, _, _ = select.select([lifeline, wakes], [], [])
        if wakes in ready:
            os.read(wakes, 4096)
        if lifeline in ready:
            return bool(os.read(lifeline, 1))
    return False


def _dies_with_keeper() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    """On Linux; elsewhere the lifeline is all there is."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _let_go_of_streams() -> None:
    """The agent's output must end with it, and its input with the server's."""
    empty = os.open(os.devnull, os.O_RDONLY)
    for number in (0, 1):
        os.dup2(empty, number)


def _kill_descendants() -> None:
    """All of them, until there is none: what a killed one leaves is ours, and is found in the next round."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgrp() == os.getpid():
            _kill_group_but_self()
    for _ in range(100):
        found = _descendants()
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        time.sleep(0.01)


def _kill_group_but_self() -> None:
    """Where the system does not list processes, those of the group at least. SIGKILL spares nobody, so SIGTERM it is
    there, which this program ignores.
    """
    if sys.platform != "linux":
        os.killpg(os.getpid(), signal.SIGTERM)


def _descendants() -> list[int]:
    """Processes that this one started, and theirs; those that ended and were not waited for are left out."""
    if sys.platform != "linux":
        return []
    parents: dict[int, int] = {}
    for name in (entry.name for entry in os.scandir("/proc") if entry.name.isdigit()):
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, parent = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()[:2]
            if state != b"Z":
                parents[int(name)] = int(parent)
    found: list[int] = []
    wanted = {os.getpid()}
    while wanted:
        wanted = {pid for pid, parent in parents.items() if parent in wanted}
        found += wanted
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
