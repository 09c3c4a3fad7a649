"""The trash of all workspaces over HTTP, for the owner: seen, put back, emptied."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.settings import owner
from hermes_webui.workspace.workspaces import Workspaces

#: So many are told of by name, the last deleted; the others are counted.
TOLD: Final = 200


class EmptyTrash(Struct):
    """Nothing but the wish."""


class RestoreKept(Struct):
    """What to put back."""

    trash_id: str


async def get(request: Request) -> Response:
    """What is in it."""
    return Json(await asyncio.to_thread(_told, owner(request).workspaces))


async def empty(request: Request) -> Response:
    """Removes all of it for good; what is left after that."""
    held = owner(request).workspaces
    await body_of(request, EmptyTrash)
    await asyncio.to_thread(held.empty_trash)
    return Json(await asyncio.to_thread(_told, held))


async def restore(request: Request) -> Response:
    """Puts something back; what is left after that."""
    held = owner(request).workspaces
    wish = await body_of(request, RestoreKept)
    root, path = await asyncio.to_thread(held.restore, wish.trash_id)
    return Json({"root": root, "path": path, **await asyncio.to_thread(_told, held)})


def _told(held: Workspaces) -> dict[str, Any]:
    found = held.deleted()
    return {
        "entries": msgspec.to_builtins(found[:TOLD]),
        "more": len(found[TOLD:]),
        "size": sum(each.size for each in found),
        "days": held.roots.trash_days,
    }
