"""Profiles: named sets of what a new conversation begins with. `profiles.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.store.files import Disk
from hermes_webui.store.listed import Listed

MOST = 100


class Profile(Struct, frozen=True, omit_defaults=True):
    """What a new conversation begins with; what is empty is left to the server. `enabled_toolsets` None: its default,
    an empty list: no tools. `default`: for whom nobody chose.
    """

    id: str
    name: str
    engine: str = ""
    model_provider: str = ""
    model: str = ""
    personality: str = ""
    enabled_toolsets: tuple[str, ...] | None = None
    workspace: str = ""
    default: bool = False

    def fields(self) -> dict[str, Any]:
        """The session's fields that it sets; `profile` is its name, as hermes-webui has it."""
        names = ("engine", "model_provider", "model", "personality", "workspace")
        said = {name: getattr(self, name) for name in names if getattr(self, name)}
        tools = {} if self.enabled_toolsets is None else {"enabled_toolsets": list(self.enabled_toolsets)}
        return {"profile": self.name, **said, **tools}


class Profiles:
    """The file. Blocking: call it in a thread."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._kept = Listed(path, disk, "profiles", tuple[Profile, ...])

    def all(self) -> tuple[Profile, ...]:
        """All of them, by name; none where the file cannot be read."""
        return tuple(sorted(self._kept.read(), key=lambda each: (each.name.casefold(), each.id)))

    def find(self, profile_id: str | None) -> Profile | None:
        """The one of this id; for None the default, for "" none. Raises `NotFound`."""
        if profile_id == "":
            return None
        every = self._kept.read()
        if profile_id is None:
            return next((each for each in every if each.default), None)
        found = next((each for each in every if each.id == profile_id), None)
        if found is None:
            raise NotFound("There is no such profile any more. Choose another one.")
        return found

    def save(self, profile: Profile, *, new: bool) -> None:
        """Keeps a new one, or one as it is now; durable on return. A new default takes the place of the one before.

        Raises `BadRequest`, `NotFound`, `StoreUnavailable`.
        """
        with self._kept.changing:
            kept = self._kept.read()
            if new and len(kept) >= MOST:
                raise BadRequest(f"There are {MOST} profiles already. Delete one first.")
            if not new and all(each.id != profile.id for each in kept):
                raise NotFound("There is no such profile any more.")
            rest = [each for each in kept if each.id != profile.id]
            if any(each.name == profile.name for each in rest):
                raise BadRequest(f"There is a profile named {profile.name} already.")
            if profile.default:
                rest = [replace(each, default=False) for each in rest]
            self._kept.write([*rest, profile], "the profile")

    def delete(self, profile_id: str) -> None:
        """Takes one away; conversations that were begun with it stay as they are."""
        with self._kept.changing:
            kept = self._kept.read()
            rest = [each for each in kept if each.id != profile_id]
            if len(rest) < len(kept):
                self._kept.write(rest, "the profile")
