"""Workspaces over HTTP: which folders may be one, choosing one, and what conversation works in which."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.chat import decide
from hermes_webui.chat.head import Head
from hermes_webui.web.replies import Json, body_of, refuse_nul, wanted
from hermes_webui.web.services import Services, services
from hermes_webui.web.settings import owner
from hermes_webui.workspace.folder import Folder
from hermes_webui.workspace.names import is_git
from hermes_webui.workspace.roots import Roots


class ChooseRoots(Struct):
    """Folders that may be workspaces beside those of `config.toml`, and whether there are terminals; null: as it is."""

    roots: list[str] | None = None
    terminal: bool | None = None


async def head_of(parts: Services, session_id: str) -> Head:
    """Where a session stands, also one that is nowhere yet. Raises `NotFound`."""
    head = parts.desk.provisional(session_id) or (await parts.desk.session(session_id)).head
    decide.alive(head)
    return head


async def folder_of(request: Request, session_id: str) -> Folder:
    """The workspace of a session. Raises `Forbidden` where it is outside of what may be one."""
    parts = services(request)
    head = await head_of(parts, session_id)
    workspace = str(head.fields.get("workspace") or "")
    return await asyncio.to_thread(parts.workspaces.folder, workspace)


async def folder(request: Request) -> Folder:
    """The workspace of the session that the query names."""
    return await folder_of(request, wanted(request, "session_id"))


def path_of(request: Request) -> str:
    """The path in the query; none: the workspace itself."""
    path = request.query_params.get("path", "")
    refuse_nul("path", path)
    return path


async def roots(request: Request) -> Response:
    """Which folders may be workspaces."""
    return Json(await asyncio.to_thread(_told, services(request).workspaces.roots))


async def choose_roots(request: Request) -> Response:
    """Changes that, for all conversations."""
    parts = owner(request)
    wish = await body_of(request, ChooseRoots)
    await parts.workspaces.choose(wish.roots, wish.terminal)
    return Json(await asyncio.to_thread(_told, parts.workspaces.roots))


def _told(held: Roots) -> dict[str, Any]:
    found = held.all()
    given = held.given
    listed = [{"path": root.path, "name": root.name, "from": _from(root.path, given, held)} for root in found]
    where = "config.toml" if held.terminal_is_given else ""
    return {"roots": listed, "default": held.default(), "terminal": held.terminal, "terminal_from": where}


def _from(path: str, given: tuple[str, ...], held: Roots) -> str:
    if path in given:
        return "config.toml"
    return "page" if path in held.said().get("roots", ()) else ""


async def folders(request: Request) -> Response:
    """The folders in a folder that may be a workspace, for the chooser; without a path, the roots."""
    parts = services(request)
    path = path_of(request)
    return Json(await asyncio.to_thread(_folders, parts, path))


def _folders(parts: Services, path: str) -> dict[str, Any]:
    held = parts.workspaces.roots
    if not path:
        found = [{"name": root.name, "path": root.path} for root in held.all()]
        return {"path": "", "parent": None, "folders": found, "truncated": False}
    here = parts.workspaces.at(held.admit(path))
    listing = here.entries()
    names = [
        entry.name for entry in listing.entries if "folder" in {entry.kind, entry.leads} and not is_git(entry.name)
    ]
    listed = [{"name": name, "path": str(here.root / name)} for name in names]
    is_root = str(here.root) == str(held.above(here.root))
    more = listing.next is not None and len(names) == len(listing.entries)
    parent = "" if is_root else str(here.root.parent)
    return {"path": str(here.root), "parent": parent, "folders": listed, "truncated": more}
