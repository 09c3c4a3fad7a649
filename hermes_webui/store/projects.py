"""Projects: names and colours that conversations are gathered under, in hermes-webui's `projects.json`, which stands
beside the folder of sessions: a list of `{project_id, name, color, created_at}`. Keys that others put there are kept.

A conversation names its project in its own log; one that names a project that is gone stands in none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from hermes_webui.errors import Conflict, NotFound
from hermes_webui.store.files import Disk, refused, stamp_of

Project = dict[str, Any]


class Projects:
    """The projects of one state directory, read when they are asked for: another program may write them. Blocking: call
    it in a thread.
    """

    def __init__(self, path: Path, disk: Disk, quarantine: Path) -> None:
        self._path = path
        self._disk = disk
        self._quarantine = quarantine
        #: Two changes never start from the same file and write it one over the other.
        self._lock = threading.Lock()

    def all(self) -> list[Project]:
        """In the order in which they were made; none where the file cannot be read."""
        try:
            return self._read()[0]
        except OSError:
            return []

    def _read(self) -> tuple[list[Project], bytes | None]:
        """The projects, and the file's bytes where it holds what is none. Raises `OSError`: a file that cannot be read
        now is not an empty one.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return [], None
        try:
            found = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return [], data
        listed = found if isinstance(found, list) else []
        own = [each for each in listed if isinstance(each, dict) and isinstance(each.get("project_id"), str)]
        return own, None if listed is found and len(own) == len(listed) else data

    def add(self, project: Project) -> list[Project]:
        """All of them with a new one; durable on return. Raises `Conflict`, `StoreUnavailable`."""
        return self._change(lambda known: [*known, project])

    def change(self, project_id: str, fields: Project) -> list[Project]:
        """All of them, one with other fields; durable on return. Raises `NotFound`, `Conflict`, `StoreUnavailable`."""

        def changed(known: list[Project]) -> list[Project]:
            _check_known(project_id, known)
            return [{**each, **fields} if each["project_id"] == project_id else each for each in known]

        return self._change(changed)

    def remove(self, project_id: str) -> list[Project]:
        """Takes the project out; what stood in it stays. Raises `NotFound`, `Conflict`, `StoreUnavailable`."""

        def rest(known: list[Project]) -> list[Project]:
            _check_known(project_id, known)
            return [each for each in known if each["project_id"] != project_id]

        return self._change(rest)

    def _change(self, change: Callable[[list[Project]], list[Project]]) -> list[Project]:
        with self._lock:
            try:
                stamp = stamp_of(self._path)
                known, strange = self._read()
                projects = change(known)
                if strange is not None:
                    self._disk.keep(self._quarantine, self._path.name, strange)
                self._disk.make_folder(self._path.parent)
                data = msgspec.json.format(msgspec.json.encode(projects), indent=2)
                written = self._disk.replace_if(self._path, [data], lambda: stamp_of(self._path) == stamp)
            except OSError as error:
                raise refused(error, "the project") from error
        if written is None:
            raise Conflict("Another program has just changed the projects. Nothing was overwritten; try again.")
        return projects


def _check_known(project_id: str, known: list[Project]) -> None:
    if all(each["project_id"] != project_id for each in known):
        raise NotFound("There is no such project; it was deleted meanwhile.")
