"""The workspaces of one server: which folder a conversation works in, and what is needed to work there."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from hermes_webui.errors import Forbidden, HermesError, NotFound
from hermes_webui.workspace.folder import Folder
from hermes_webui.workspace.git import Git, Status
from hermes_webui.workspace.listing import Orders
from hermes_webui.workspace.names import shown
from hermes_webui.workspace.roots import Roots
from hermes_webui.workspace.trash import Trash
from hermes_webui.workspace.writing import Disk

TRASH: Final = "workspace-trash"

#: The states of so many workspaces are remembered, for the letters in their trees.
REMEMBERED: Final = 32


class Workspaces:
    """`given` is `[workspace]` of `config.toml`, `said` gives what was set on the page, `environment` is for Git.

    Raises `SettingsError` for a table that cannot hold.
    """

    def __init__(
        self,
        state: Path,
        given: Mapping[str, Any],
        said: Callable[[], Mapping[str, Any]],
        environment: Mapping[str, str],
        clock: Callable[[], float],
        disk: Disk | None = None,
    ) -> None:
        self.roots = Roots(state, given, said)
        self._environment = environment
        self._disk = disk or Disk()
        self._orders = Orders()
        self._trash = Trash(state / TRASH, clock, self._disk)
        self._states: OrderedDict[Path, Status] = OrderedDict()
        self._lock = threading.Lock()

    def folder(self, workspace: str) -> Folder:
        """The folder of a conversation whose workspace is called so; empty: the default. Blocking.

        Raises `Forbidden` where it is none that may be a workspace, `NotFound` where it is not there.
        """
        name = workspace or self.roots.default()
        if not name:
            raise NotFound("There is no folder to work in. Name one in the settings, under Workspace.")
        try:
            return self.at(self.roots.admit(name))
        except Forbidden as error:
            raise Forbidden(
                f"This conversation's workspace, {shown(name)}, is not among the folders that may be workspaces. "
                "Choose another for it, or add this one in the settings. Nothing was read or changed."
            ) from error

    def place(self, workspace: str) -> str:
        """Where an agent of a conversation works: the real path of its workspace, of the default where it has none;
        empty where that is none that may be one. Blocking.
        """
        try:
            return str(self.folder(workspace).root)
        except HermesError:
            return ""

    def at(self, path: Path) -> Folder:
        """A folder that has been admitted. Raises `NotFound`."""
        return Folder(path, self._trash, self._orders, self._disk)

    def admit(self, workspace: str) -> str:
        """The workspace as a conversation keeps it: its real path; empty stays the default. Blocking.

        Raises `Forbidden`, `NotFound`, `BadRequest`.
        """
        return str(self.roots.admit(workspace)) if workspace else ""

    def git(self, folder: Folder) -> Git:
        """Git for a folder. No repository above its root is looked for."""
        return Git(folder.root, self.roots.above(folder.root), self._environment)

    def status(self, folder: Folder) -> Status:
        """What Git says of a folder now; remembered for `letters`. Blocking."""
        found = self.git(folder).status()
        with self._lock:
            self._states[folder.root] = found
            self._states.move_to_end(folder.root)
            while len(self._states) > REMEMBERED:
                self._states.popitem(last=False)
        return found

    def letters(self, folder: Folder) -> dict[str, str]:
        """Git's letter for each path that differed when the state was last asked for, and for the folders above it."""
        with self._lock:
            found = self._states.get(folder.root)
        letters: dict[str, str] = {}
        for change in found.changes if found else ():
            letters[change.path] = change.state
            above = change.path.rpartition("/")[0]
            while above and above not in letters:
                letters[above] = "M"
                above = above.rpartition("/")[0]
        return letters
