"""The run journal: what open runs have streamed, on disk before anybody sees it, synced at most 50 ms later.

All runs of a process share one file, so that one sync serves them all. JSON Lines of arrays, since one stands for
every few words:

    ["run",1,"<session>","<run>"]     run 1 of this file
    ["msg",1,17]                      it begins a message; 17 is the last event before it
    ["t",1,"text"]  ["r",1,"text"]    more text, more reasoning
    ["c",1,"<call>","text"]           more output of a tool call that is running

When a message is complete the log holds it and its lines here are of no more use; the file goes with the process that
wrote it, once the next start has folded what was open into the logs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hermes_webui.store.files import Disk, refused
from hermes_webui.store.log import lines

#: The stated loss bound of a power cut; a killed process loses nothing.
SYNC_SECONDS = 0.05

#: A new file is begun when the current one is larger and no run is open.
ROTATE = 8 << 20

Part = tuple[str, str]


class Partial(Struct):
    """What a run had streamed of a message that its log does not hold: (kind, text) parts in order, the event before,
    and the output of its calls.
    """

    session_id: str
    run_id: str
    base: int = 0
    parts: list[Part] = []
    #: What running calls had put out, by their ids.
    outputs: dict[str, str] = {}


class Journal:
    """Appends from the event loop's thread; a thread of its own syncs."""

    def __init__(self, folder: Path, disk: Disk, name: str) -> None:
        self._folder = folder
        self._disk = disk
        self.name = name
        self._fd: int | None = None
        self._path = folder
        #: The file that holds all lines of the open runs; another than `_path` only while a new one is begun.
        self._whole = folder
        self._size = 0
        self._files = 0
        self._runs: dict[str, int] = {}
        self._number = 0
        self._failed = False
        #: Whether it may hold what runs have said that have ended since.
        self._stale = False
        self._dirty = threading.Event()
        self._closing = False
        self._wait = threading.Event()
        self._thread = threading.Thread(target=self._sync_forever, name="journal", daemon=True)
        self._thread.start()

    def begin(self, session_id: str, run_id: str) -> None:
        """A run opens. Raises `StoreUnavailable` where the disk does not take it, as all appends here."""
        if not self._runs and self._size > ROTATE:
            self._drop()
        self._number += 1
        self._runs[run_id] = self._number
        self._write(["run", self._number, session_id, run_id])

    def message(self, run_id: str, base: int) -> None:
        """The run begins a message after event `base`."""
        self._write(["msg", self._runs[run_id], base])

    def delta(self, run_id: str, kind: str, text: str) -> None:
        """More of the message; `kind` is text or reasoning."""
        self._write([kind[0], self._runs[run_id], text])

    def output(self, run_id: str, call_id: str, text: str) -> None:
        """More output of a call."""
        self._write(["c", self._runs[run_id], call_id, text])

    def end(self, run_id: str) -> None:
        """The run has ended and the log says so."""
        self._stale = True
        self._runs.pop(run_id, None)

    def _write(self, record: list[Any]) -> None:
        data = msgspec.json.encode(record) + b"\n"
        try:
            if self._failed:
                self._renew()
            fd = self._begin() if self._fd is None else self._fd
            self._disk.append(fd, data)
        except OSError as error:
            self._failed = True
            raise refused(error, "the rest of this reply") from error
        self._size += len(data)
        self._dirty.set()

    def _renew(self) -> None:
        """An append or a sync has failed. What the open runs have said so far goes on in a new file, whole: a sync that
        failed may not be tried again, and half a line would spoil the next one.
        """
        self._drop()
        whole = self._whole
        data = whole.read_bytes() if self._runs and whole.is_file() else b""
        fd = self._begin()
        self._whole = whole
        self._disk.append(fd, data[: data.rfind(b"\n") + 1])
        self._size = len(data)
        self._whole = self._path

    def compact(self) -> None:
        """What was said by runs that have ended goes from the disk (it is in their logs); durable on return. Raises
        `StoreUnavailable`.
        """
        if not self._stale:
            return
        try:
            before = [path for path in _in_order(self._folder) if _process_of(path) == self.name]
            if self._runs:
                self._keep_open(before)
            else:
                self._drop()
            for path in before:
                self._disk.unlink(path)
            if before:
                self._disk.sync_folder(self._folder)
            self._stale = False
        except OSError as error:
            self._failed = True
            raise refused(error, "the removal of what had been streamed") from error

    def _keep_open(self, files: list[Path]) -> None:
        """A new file with the lines of the open runs only."""
        whole = self._whole
        numbers = set(self._runs.values())
        data = b"".join(line for path in files for line in _of_runs(path.read_bytes(), numbers))
        self._drop()
        fd = self._begin()
        self._whole = whole
        self._disk.append(fd, data)
        self._disk.sync(fd)
        self._size = len(data)
        self._whole = self._path

    def _begin(self) -> int:
        self._disk.make_folder(self._folder)
        self._files += 1
        self._path = self._whole = self._folder / f"{self.name}-{self._files}.jsonl"
        fd = self._disk.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._fd = fd
        self._disk.sync_folder(self._folder)
        self._size = 0
        self._failed = False
        return fd

    def _drop(self) -> None:
        """Gives the current file up: no run needs it, or a sync on it has failed."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)
            if not self._runs:
                self._disk.unlink(self._path)

    def _sync_forever(self) -> None:
        while not self._closing:
            self._dirty.wait()
            self._dirty.clear()
            fd = self._fd
            if fd is None:
                continue
            try:
                self._disk.sync(fd)
            except OSError:
                self._failed = self._failed or self._fd == fd
            self._wait.wait(SYNC_SECONDS)

    def close(self) -> None:
        """Ends the thread; removes the file where every run has ended (its text is in the logs)."""
        self._closing = True
        self._wait.set()
        self._dirty.set()
        self._thread.join()
        self._drop()


def forget(folder: Path, session_id: str, disk: Disk, living: str = "") -> None:
    """Takes what a session's runs have said out of the journals of processes that have ended: all but the one named
    `living`. Raises `OSError`.
    """
    gone: dict[str, set[int]] = {}
    for path in _in_order(folder):
        process = _process_of(path)
        if process == living:
            continue
        before = path.read_bytes()
        runs = gone.setdefault(process, set())
        runs.update(_numbers_of(before, session_id))
        after = b"".join(_of_runs(before, runs, others=True)) if runs else before
        if after != before:
            disk.replace(path, [after])


def _numbers_of(data: bytes, session_id: str) -> Iterator[int]:
    for record in map(_record, data.splitlines()):
        match record:
            case ["run", int(number), str(of), _] if of == session_id:
                yield number


def _of_runs(data: bytes, numbers: Collection[int], *, others: bool = False) -> Iterator[bytes]:
    """The lines that are of these runs, or (`others`) of no one of them. What cannot be read is of nobody."""
    for raw in data.splitlines(keepends=True):
        match _record(raw):
            case [_, int(number), *_] if (number in numbers) is not others and raw.endswith(b"\n"):
                yield raw


def _record(raw: bytes) -> list[Any]:
    try:
        return msgspec.json.decode(raw, type=list[Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def _process_of(path: Path) -> str:
    return path.stem.rpartition("-")[0]


def _in_order(folder: Path) -> list[Path]:
    """The files of one process are one journal: a run goes on in the next file when the disk has failed one."""
    return sorted(folder.glob("*.jsonl"), key=lambda path: (len(path.name), path.name))


def partials(folder: Path) -> Iterator[Partial]:
    """What the journals of earlier processes hold of each run's last message. Lines that are torn or damaged are
    passed over.
    """
    processes: dict[str, dict[int, Partial]] = {}
    for path in _in_order(folder):
        _read(path, processes.setdefault(_process_of(path), {}))
    for found in processes.values():
        yield from found.values()


def _read(path: Path, found: dict[int, Partial]) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for _, raw in lines(fd, 0, os.fstat(fd).st_size):
            try:
                record = msgspec.json.decode(raw, type=list[Any])
                _take(found, record)
            except (msgspec.DecodeError, UnicodeDecodeError, ValueError, KeyError):
                continue
    finally:
        os.close(fd)


def _take(found: dict[int, Partial], record: list[Any]) -> None:
    match record:
        case ["run", int(number), str(session_id), str(run_id)]:
            found[number] = Partial(session_id, run_id)
        case ["msg", int(number), int(base)]:
            before = found[number]
            found[number] = Partial(before.session_id, before.run_id, base, outputs=before.outputs)
        case ["t" | "r" as kind, int(number), str(text)]:
            name = "text" if kind == "t" else "reasoning"
            parts = found[number].parts
            if parts and parts[-1][0] == name:
                parts[-1] = (name, parts[-1][1] + text)
            else:
                parts.append((name, text))
        case ["c", int(number), str(call_id), str(text)]:
            found[number].outputs[call_id] = found[number].outputs.get(call_id, "") + text
        case _:
            raise ValueError("no record of a journal")
