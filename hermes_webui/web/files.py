"""The files of a workspace over HTTP: listed, shown, saved, moved, deleted and searched."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat.attachments import IMAGES, PDF, kind_of
from hermes_webui.errors import BadRequest, Conflict, HermesError
from hermes_webui.web.replies import Json, body_of, number, wanted
from hermes_webui.web.services import services
from hermes_webui.web.workspace import folder, folder_of, path_of
from hermes_webui.workspace.encoding import NAMES, UTF_8, Decoded, decode, encode
from hermes_webui.workspace.folder import Beginning, Folder
from hermes_webui.workspace.names import shown

#: So much of a text is shown; a longer one is cut there and not edited here.
SHOWN: Final = 1 << 20

PAGE: Final = 500
MOST_PAGE: Final = 1000
MOST_OFFSET: Final = 100_000_000
HITS: Final = 100
MOST_HITS: Final = 1000

MARKDOWN: Final = frozenset({".md", ".markdown", ".mdown"})
TABLES: Final = frozenset({".csv", ".tsv"})


class SaveFile(Struct):
    """A text, and the version of the file that it was made from; null: there was none."""

    session_id: str
    path: str
    text: str
    version: str | None = None


class MakeEntry(Struct):
    """A new file or folder."""

    session_id: str
    path: str
    kind: Literal["file", "folder"] = "file"


class MoveEntry(Struct):
    """Another name or place."""

    session_id: str
    path: str
    to: str


class TrashEntry(Struct):
    """What to delete."""

    session_id: str
    path: str


class RestoreEntry(Struct):
    """What to take back."""

    session_id: str
    trash_id: str


async def tree(request: Request) -> Response:
    """A page of a folder."""
    here, path = await folder(request), path_of(request)
    limit = number(request, "limit", PAGE, MOST_PAGE)
    offset = number(request, "offset", 0, MOST_OFFSET) if request.query_params.get("offset", "0") != "0" else 0
    listing = await asyncio.to_thread(here.entries, path, offset, limit)
    return Json(msgspec.to_builtins(listing))


async def file(request: Request) -> Response:
    """A file as the page shows it."""
    here, path = await folder(request), wanted(request, "path")
    return Json(_shown(await asyncio.to_thread(here.beginning, path, SHOWN)))


def _shown(found: Beginning) -> dict[str, Any]:
    whole = found.version is not None
    drawn = _drawn(found.data)
    read = None if drawn else decode(found.data, whole=whole)
    return {
        "path": found.path,
        "name": found.path.rpartition("/")[2],
        "size": found.size,
        "modified": found.modified,
        "version": found.version,
        "kind": drawn or (_kind(found.path) if read is not None else "binary"),
        "encoding": NAMES[read.encoding] if read is not None else None,
        "truncated": not whole and read is not None,
        "editable": whole and read is not None and found.writable,
        "text": read.text if read is not None else None,
    }


def _drawn(data: bytes) -> str:
    kind = kind_of(data).type
    return "image" if kind in IMAGES else "pdf" if kind == PDF else ""


def _kind(path: str) -> str:
    ending = PurePosixPath(path).suffix.lower()
    return "markdown" if ending in MARKDOWN else "csv" if ending in TABLES else "text"


async def save(request: Request) -> Response:
    """Writes a text file, if it is still the version that the writer saw; else 409 with the `current` one."""
    wish = await body_of(request, SaveFile)
    here = await folder_of(request, wish.session_id)
    return Json(await asyncio.to_thread(_save, here, wish))


def _save(here: Folder, wish: SaveFile) -> dict[str, Any]:
    if wish.version in {"*", ""}:
        raise BadRequest("`version` is the one that was read, or null for a new file.")
    try:
        data = _as_before(here, wish)
        version = here.write(wish.path, data, wish.version)
    except Conflict as error:
        raise Conflict(error.message, current=_current(here, wish.path)) from error
    return {"path": here.relative(wish.path), "version": version}


def _as_before(here: Folder, wish: SaveFile) -> bytes:
    """The text as the file that it replaces is: in its encoding, and with its ends of lines."""
    old = _old(here, wish) if wish.version is not None else None
    if old is None:
        return encode(wish.text, UTF_8)
    text = wish.text
    if "\r" not in text and "\n" in old.text and old.text.count("\n") == old.text.count("\r\n"):
        text = text.replace("\n", "\r\n")  # a field of a page turns every line's end into one character
    return encode(text, old.encoding)


def _old(here: Folder, wish: SaveFile) -> Decoded | None:
    """What is there now; None where that is no text. Raises `Conflict` where it is not the version that was seen: what
    another one is encoded in says nothing of this text.
    """
    try:
        found = here.read(wish.path)
    except HermesError:
        return None
    if found.version != wish.version:
        raise Conflict(f"{shown(found.path)} was written by somebody else in the meantime. Nothing was overwritten.")
    return decode(found.data)


def _current(here: Folder, path: str) -> dict[str, Any] | None:
    """What is there now, for the page to show beside; null where nothing is, or nothing that is text."""
    try:
        found = here.beginning(path, SHOWN)
    except HermesError:
        return None
    read = decode(found.data, whole=found.version is not None)
    return {"version": found.version, "text": read.text if read is not None else None}


async def make(request: Request) -> Response:
    """A new file, empty, or a folder."""
    wish = await body_of(request, MakeEntry)
    here = await folder_of(request, wish.session_id)
    if wish.kind == "folder":
        return Json({"path": await asyncio.to_thread(here.make_folder, wish.path), "kind": "folder"})
    version = await asyncio.to_thread(here.write, wish.path, b"", None)
    path = await asyncio.to_thread(here.relative, wish.path)
    return Json({"path": path, "kind": "file", "version": version})


async def move(request: Request) -> Response:
    """Another name or place."""
    wish = await body_of(request, MoveEntry)
    here = await folder_of(request, wish.session_id)
    return Json({"path": await asyncio.to_thread(here.move, wish.path, wish.to)})


async def trash(request: Request) -> Response:
    """Into the trash."""
    wish = await body_of(request, TrashEntry)
    here = await folder_of(request, wish.session_id)
    return Json({"trash_id": await asyncio.to_thread(here.trash, wish.path)})


async def restore(request: Request) -> Response:
    """Out of the trash."""
    wish = await body_of(request, RestoreEntry)
    here = await folder_of(request, wish.session_id)
    return Json({"path": await asyncio.to_thread(here.restore, wish.trash_id)})


async def search(request: Request) -> Response:
    """Files by their names, or lines by their text."""
    here, query = await folder(request), wanted(request, "query")
    limit = number(request, "limit", HITS, MOST_HITS)
    how = request.query_params.get("in", "names")
    if how not in {"names", "text"}:
        raise BadRequest("`in` is names or text.")
    git = services(request).workspaces.git(here)
    files = await asyncio.to_thread(git.files)
    find = here.names if how == "names" else here.lines
    return Json(await asyncio.to_thread(find, query, limit, files))
