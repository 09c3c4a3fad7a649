"""What is kept of agents: which of their sessions goes with which of ours, and what they wrote to their error output.

Neither is part of the log. A session of an agent is a cache of the conversation: where its note here is lost, the agent
is given the conversation again from the log and the page says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from hermes_webui.store.files import Disk, refused

#: An agent's log begins anew at this size, in bytes; the one before is kept beside it.
LARGEST_LOG = 1_000_000


class AgentNotes:
    """The notes and logs of one state directory, in `agents/`."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def get(self, agent: str, session_id: str) -> bytes:
        """What was kept of this session's part in that agent; b"" where there is nothing."""
        try:
            return self._path(agent, session_id).read_bytes()
        except OSError:
            return b""

    def save(self, agent: str, session_id: str, data: bytes) -> None:
        """Takes the place of what was kept before; on disk on return. Raises `StoreUnavailable`."""
        path = self._path(agent, session_id)
        try:
            self._disk.make_folder(path.parent)
            self._disk.replace(path, [data])
        except OSError as error:
            raise refused(error, "the note of the agent's session") from error

    def drop(self, agent: str, session_id: str) -> None:
        """Nothing is kept of it any more; durable on return. Raises `OSError`."""
        path = self._path(agent, session_id)
        if path.exists():
            self._disk.unlink(path)
            self._disk.sync_folder(path.parent)

    def log_path(self, agent: str) -> Path:
        """Where an agent's error output stands."""
        return self._folder / f"{agent}.log"

    def log(self, agent: str, data: bytes) -> None:
        """Appends to it, not synced: nothing depends on it. Raises `StoreUnavailable`."""
        path = self.log_path(agent)
        try:
            self._disk.make_folder(self._folder)
            fd = self._disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            try:
                self._disk.append(fd, data)
                size = os.fstat(fd).st_size
            finally:
                os.close(fd)
            if size > LARGEST_LOG:
                with contextlib.suppress(FileNotFoundError):  # another process of the same agent was quicker
                    self._disk.rename(path, path.with_suffix(".log.1"))
        except OSError as error:
            raise refused(error, "an agent's log") from error

    def _path(self, agent: str, session_id: str) -> Path:
        """Named by a digest: ids are no file names."""
        digest = hashlib.blake2b(f"{agent}\0{session_id}".encode(), digest_size=12).hexdigest()
        return self._folder / "sessions" / f"{digest}.json"
