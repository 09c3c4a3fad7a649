"""Checkpoints: what an engine needs to go on with a turn that waits for an answer, one small file a run.

A view in the sense of the design: without it the turn goes on from the log alone, as any other model would read it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from hermes_webui.store.files import Disk, refused

SUFFIX = ".checkpoint"


class Checkpoints:
    """The checkpoints of one session directory, in `_runs/`."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def save(self, run_id: str, state: bytes) -> None:
        """Takes the place of the run's last one; on disk on return. Raises `StoreUnavailable`."""
        try:
            self._disk.make_folder(self._folder)
            self._disk.replace(self._path(run_id), [state])
        except OSError as error:
            raise refused(error, "the state of the turn") from error

    def get(self, run_id: str) -> bytes:
        """The run's last one; empty where there is none."""
        try:
            return self._path(run_id).read_bytes()
        except OSError:
            return b""

    def drop(self, run_id: str) -> None:
        """The run has ended."""
        self._disk.unlink(self._path(run_id))

    def forget(self, run_ids: Collection[str]) -> None:
        """Nothing is left of theirs; durable on return. Raises `OSError`."""
        gone = [path for path in map(self._path, run_ids) if path.exists()]
        for path in gone:
            self._disk.unlink(path)
        if gone:
            self._disk.sync_folder(self._folder)

    def keep_only(self, run_ids: Collection[str]) -> None:
        """At the start: those of other runs are of no use any more."""
        kept = {self._path(run_id).name for run_id in run_ids}
        for path in self._folder.glob(f"*{SUFFIX}"):
            if path.name not in kept:
                self._disk.unlink(path)

    def _path(self, run_id: str) -> Path:
        """Named by a digest: a run's id is no file name."""
        return self._folder / f"{hashlib.blake2b(run_id.encode(), digest_size=12).hexdigest()}{SUFFIX}"
