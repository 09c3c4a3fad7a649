"""Which store this is: an id that stays with the directory, and a secret for signing. Both are made once."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hermes_webui.store.files import Disk

FILE = "identity.json"

#: Where this program and hermes-webui keep conversations when nobody says otherwise, and where containers mount them.
USUAL = ("~/.hermes/webui", "~/.hermes-webui", "/data", "/data/webui")


class Identity(Struct, frozen=True):
    """The store's id and when it was made; `secret` signs the tickets of those who gave the password."""

    id: str
    created_at: float
    secret: bytes
    is_new: bool = False

    def __repr__(self) -> str:
        return f"Identity({self.id!r})"


def identify(root: Path, disk: Disk) -> Identity:
    """The identity of the store in `root`; one is made where there is none."""
    path = root / "_store" / FILE
    try:
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return Identity(str(found["id"]), float(found["created_at"]), bytes.fromhex(found["secret"]))
    except (FileNotFoundError, msgspec.DecodeError, KeyError, ValueError):
        if path.exists():
            disk.keep(root / "_quarantine", path.name, path.read_bytes())
        made = Identity(secrets.token_hex(8), time.time(), secrets.token_bytes(32), is_new=True)
    content = {"id": made.id, "created_at": made.created_at, "secret": made.secret.hex()}
    disk.make_folder(path.parent)
    disk.replace(path, [msgspec.json.encode(content)])
    return made


def elsewhere(root: Path) -> list[Path]:
    """Other session directories in the usual places that hold conversations: said aloud when this one is empty."""
    places = (Path(place).expanduser() / "sessions" for place in USUAL)
    return [place for place in places if place.resolve() != root.resolve() and _holds(place)]


def _holds(folder: Path) -> bool:
    try:
        files = (*folder.glob("*.json"), *folder.glob("_log/*.jsonl"))
        return any(not path.name.startswith("_") for path in files)
    except OSError:
        return False
