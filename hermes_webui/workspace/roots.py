"""Which folders may be workspaces: those below the roots that the owner has named, and no others.

`[workspace] roots` in `config.toml`, and `workspace.roots` in what was set on the page; without either,
`<state>/workspace`, made when the server starts. Links are resolved before anything is compared.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from hermes_webui.errors import BadRequest, Forbidden, NotFound, SettingsError
from hermes_webui.workspace.names import check_text, refuse_reserved, shown

MOST_ROOTS: Final = 50

#: What `[workspace]` may hold.
KNOWN: Final = ("roots", "terminal", "trash_days")

TRASH_DAYS: Final = 30
MOST_DAYS: Final = 36_500

#: The workspace of one's own in the state directory: the only folder in there that may be one.
OWN: Final = "workspace"

REFUSED: Final = (
    "That folder is not among the ones that may be workspaces. Add it, or one above it, in the settings or as "
    "`roots` under [workspace] in config.toml. Nothing was read or changed."
)


class Root(Struct, frozen=True):
    """A folder that may be a workspace, as may all below it."""

    path: str
    name: str


class Roots:
    """The roots of one server. `given` is `config.toml`'s table, `said` what was set on the page, as it stands now.

    Raises `SettingsError` for a table that cannot hold.
    """

    def __init__(self, state: Path, given: Mapping[str, Any], said: Callable[[], Mapping[str, Any]]) -> None:
        self._state = state
        self._said = said
        self._given = given
        unknown = [name for name in given if name not in KNOWN]
        if unknown:
            raise SettingsError(f"`{unknown[0]}` in [workspace] is not known. There are: {', '.join(KNOWN)}.")
        if not isinstance(given.get("terminal", False), bool):
            raise SettingsError("`terminal` in [workspace] of config.toml is true or false.")
        days = given.get("trash_days", TRASH_DAYS)
        if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
            raise SettingsError(
                "`trash_days` in [workspace] of config.toml is a number of days: how long what was deleted in a "
                "workspace stays in the trash. 0: until you empty it."
            )
        #: How long what was deleted stays in the trash; 0: until somebody empties it.
        self.trash_days = days
        try:
            self._fixed = self._named(given["roots"]) if "roots" in given else ()
        except BadRequest as error:
            raise SettingsError(f"[workspace] roots in config.toml: {error.message}") from error

    @property
    def given(self) -> tuple[str, ...]:
        """Those of `config.toml`; the page adds to them."""
        return self._fixed

    def said(self) -> Mapping[str, Any]:
        """What was set on the page: `roots`, `terminal`."""
        found: object = self._said()
        return found if isinstance(found, Mapping) else {}

    @property
    def terminal(self) -> bool:
        """Whether terminals are switched on: by `config.toml`, else on the page."""
        return self._given.get("terminal", self.said().get("terminal")) is True

    @property
    def terminal_is_given(self) -> bool:
        """Whether `config.toml` says it: then the page does not."""
        return "terminal" in self._given

    def all(self) -> list[Root]:
        """The roots that are there, those of `config.toml` first."""
        said = self.said().get("roots", ())
        added = [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
        paths = [path for each in (*self._fixed, *added) if (path := self._usable(each)) is not None]
        paths = paths or [path for path in [self._state.resolve() / OWN] if path.is_dir()]
        return [Root(str(path), path.name or str(path)) for path in dict.fromkeys(paths)]

    def default(self) -> str:
        """The root that a conversation works in where nobody chose; empty where there is none."""
        return next((root.path for root in self.all()), "")

    def prepare(self) -> None:
        """Makes the workspace of one's own where no other is there. What the disk refuses shows at its first use."""
        if not self.all():
            with suppress(OSError):
                (self._state / OWN).mkdir(mode=0o700, parents=True, exist_ok=True)

    def admit(self, path: str) -> Path:
        """The folder, links resolved, if it may be a workspace. Raises `Forbidden`, `NotFound`, `BadRequest`."""
        found = _real(path)
        if not found.is_dir():
            raise BadRequest(f"{shown(path)} is no folder.")
        refuse_reserved(found.relative_to(self.above(found)).parts)
        return found

    def above(self, folder: Path) -> Path:
        """The root that holds a folder, the nearest of them. Raises `Forbidden`."""
        holding = [Path(root.path) for root in self.all() if folder.is_relative_to(root.path)]
        if not holding:
            raise Forbidden(REFUSED)
        return max(holding, key=lambda each: len(each.parts))

    def checked(self, paths: object) -> list[str]:
        """Roots as they may be set: real folders, none of them the state directory or above it. Raises `BadRequest`."""
        if not isinstance(paths, list) or len(paths) > MOST_ROOTS:
            raise BadRequest(f"`roots` is a list of at most {MOST_ROOTS} folders.")
        return list(dict.fromkeys(str(self._root(each)) for each in paths))

    def _named(self, paths: object) -> tuple[str, ...]:
        """Those of `config.toml`. One that is not there now may come: a disk that is not mounted stops no server."""
        if not isinstance(paths, list) or not all(isinstance(each, str) for each in paths):
            raise BadRequest("`roots` is a list of folders.")
        return tuple(dict.fromkeys(self.checked([each])[0] if _is_there(each) else each for each in paths))

    def _root(self, path: object) -> Path:
        if not isinstance(path, str) or not path.strip():
            raise BadRequest("A root is the path of a folder.")
        try:
            found = _real(os.path.expanduser(path))  # noqa: PTH111 - `~` of the person who wrote the settings
        except NotFound as error:
            raise BadRequest(f"There is no folder {shown(path)}.") from error
        if not found.is_dir():
            raise BadRequest(f"{shown(path)} is no folder.")
        if reason := self._unfit(found):
            raise BadRequest(f"{shown(path)} cannot be a workspace: {reason}")
        return found

    def _usable(self, path: str) -> Path | None:
        """A root as it is now; None where it has gone, or has become what may not be one."""
        try:
            return self._root(path)
        except BadRequest:
            return None

    def _unfit(self, path: Path) -> str:
        state = self._state.resolve()
        if path == Path(path.anchor):
            return "it is the whole disk."
        if state.is_relative_to(path):
            return "the conversations, keys and settings of this server are in it."
        if path.is_relative_to(state) and not path.is_relative_to(state / OWN):
            return "it belongs to this server's own files."
        return ""


def _is_there(path: str) -> bool:
    return os.path.isdir(os.path.expanduser(path))  # noqa: PTH111, PTH112 - what is no path at all is not there either


def _real(path: str) -> Path:
    check_text(path)
    if not path.startswith("/"):
        raise BadRequest("A workspace is named by its whole path.")
    try:
        return Path(path).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise NotFound(f"There is no folder {shown(path)}, or the server may not look into it.") from error
