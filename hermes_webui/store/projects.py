"""Projects: names and colours that conversations are gathered under, in hermes-webui's `projects.json`, which stands
beside the folder of sessions: a list of `{project_id, name, color, created_at}`. Keys that others put there are kept.

A conversation names its project in its own log; one that names a project that is gone stands in none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from hermes_webui.errors import NotFound
from hermes_webui.store.files import Disk, refused

Project = dict[str, Any]


class Projects:
    """The projects of one state directory, read when they are asked for: another program may write them."""

    def __init__(self, path: Path, disk: Disk, quarantine: Path) -> None:
        self._path = path
        self._disk = disk
        self._quarantine = quarantine

    def all(self) -> list[Project]:
        """In the order in which they were made; none where the file cannot be read."""
        return self._read() or []

    def _read(self) -> list[Project] | None:
        try:
            found = msgspec.json.decode(self._path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        if not isinstance(found, list):
            return None
        return [each for each in found if isinstance(each, dict) and isinstance(each.get("project_id"), str)]

    def save(self, project: Project) -> list[Project]:
        """Adds the project, or changes the one of its id; durable on return."""
        found = self.all()
        known = next((each for each in found if each["project_id"] == project["project_id"]), None)
        if known is None:
            return self._write([*found, project])
        changed = {**known, **project, "created_at": known.get("created_at", project["created_at"])}
        return self._write([changed if each is known else each for each in found])

    def remove(self, project_id: str) -> list[Project]:
        """Takes the project out; what stood in it stays. Raises `NotFound`."""
        found = self.all()
        rest = [each for each in found if each["project_id"] != project_id]
        if len(rest) == len(found):
            raise NotFound("There is no such project.")
        return self._write(rest)

    def _write(self, projects: list[Project]) -> list[Project]:
        try:
            if self._read() is None:  # there is something, and it cannot be read
                self._disk.keep(self._quarantine, self._path.name, self._path.read_bytes())
            self._disk.make_folder(self._path.parent)
            self._disk.replace(self._path, [msgspec.json.format(msgspec.json.encode(projects), indent=2)])
        except OSError as error:
            raise refused(error, "the project") from error
        return projects
