"""The workspaces of one server: which folder a conversation works in, and what is needed to work there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from hermes_webui.errors import BadRequest, Conflict, Forbidden, NotFound
from hermes_webui.workspace.folder import Folder
from hermes_webui.workspace.git import Git
from hermes_webui.workspace.leftovers import Leftovers
from hermes_webui.workspace.listing import Orders
from hermes_webui.workspace.names import shown
from hermes_webui.workspace.roots import Roots
from hermes_webui.workspace.terminal import Terminals
from hermes_webui.workspace.trash import Kept, Trash
from hermes_webui.workspace.writing import Disk

TRASH: Final = "workspace-trash"
DAY: Final = 86_400.0


class Chosen(NamedTuple):
    """What was set on the page: `said` gives it as it stands now, `keep` puts another in its place, on the disk."""

    said: Callable[[], Mapping[str, Any]]
    keep: Callable[[Mapping[str, Any]], Awaitable[None]]


class Workspaces:
    """`given` is `[workspace]` of `config.toml`, `environment` is for Git and for the shells of terminals.

    Raises `SettingsError` for a table that cannot hold.
    """

    def __init__(
        self,
        state: Path,
        given: Mapping[str, Any],
        chosen: Chosen,
        environment: Mapping[str, str],
        clock: Callable[[], float],
        disk: Disk | None = None,
    ) -> None:
        self.roots = Roots(state, given, chosen.said)
        self.terminals = Terminals(environment)
        self._chosen = chosen
        self._environment = environment
        self._disk = disk or Disk()
        self._orders = Orders()
        self._leftovers = Leftovers()
        self._clock = clock
        self._trash = Trash(state / TRASH, clock, self._disk)

    def prepare(self) -> None:
        """For the start: a folder to work in, and what a crash left half deleted is put back."""
        self.roots.prepare()
        self._trash.put_back()

    def tidy(self) -> None:
        """For once a day: what has been in the trash for longer than it is kept is removed for good. Blocking."""
        if self.roots.trash_days:
            self._trash.empty(self._clock() - self.roots.trash_days * DAY)

    def deleted(self) -> list[Kept]:
        """What is in the trash, of all workspaces, the last deleted first. Blocking."""
        return self._trash.kept()

    def empty_trash(self) -> None:
        """Removes all that is in the trash for good. Blocking."""
        self._trash.empty()

    def restore(self, trash_id: str) -> tuple[str, str]:
        """Puts something back into the workspace that it was deleted from: that folder, and the path in it. Blocking.

        Raises `NotFound`, and `Forbidden` where it cannot go back; then it stays in the trash.
        """
        note = self._trash.note(trash_id)
        if note is None:
            raise Forbidden("Nobody knows any more where that was. It stays in the trash.")
        try:
            folder = self.at(self.roots.admit(note.root))
        except (NotFound, Forbidden, BadRequest) as error:
            raise Forbidden(
                f"The folder that it was deleted from, {shown(note.root)}, is not there any more, or may be no "
                "workspace now. It stays in the trash."
            ) from error
        return str(folder.root), folder.restore(trash_id)

    async def choose(self, roots: Sequence[str] | None, terminal: bool | None) -> None:  # noqa: FBT001 - None: as it is
        """Sets the roots beside those of `config.toml`, and whether there are terminals; None: as it is.

        Raises `BadRequest` for what may be no root, `Conflict` where `config.toml` says otherwise.
        """
        said = dict(self.roots.said())
        if roots is not None:
            said["roots"] = await asyncio.to_thread(self.roots.checked, roots)
        if terminal is not None:
            if self.roots.terminal_is_given and terminal != self.roots.terminal:
                raise Conflict("Whether there are terminals is set in config.toml. Change it there.")
            said["terminal"] = terminal
        await self._chosen.keep(said)
        if not self.roots.terminal:
            await self.terminals.close()

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

    def at(self, path: Path) -> Folder:
        """A folder that has been admitted. Raises `NotFound`."""
        return Folder(path, self._trash, self._orders, self._disk, self._leftovers)

    def admit(self, workspace: str) -> str:
        """The workspace as a conversation keeps it: its real path; empty stays the default. Blocking.

        Raises `Forbidden`, `NotFound`, `BadRequest`.
        """
        return str(self.roots.admit(workspace)) if workspace else ""

    def git(self, folder: Folder) -> Git:
        """Git for a folder. No repository above its root is looked for."""
        return Git(folder.root, self.roots.above(folder.root), self._environment)
