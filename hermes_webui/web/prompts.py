"""The prompts that a person keeps to use again."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.web.endpoint import GET, POST, Endpoint
from hermes_webui.web.replies import Json, body_of
from hermes_webui.web.services import services


class SavePrompt(Struct):
    """A prompt to keep; with `id`, another version of one."""

    title: str
    text: str
    id: str | None = None


class DeletePrompt(Struct):
    """A prompt to forget."""

    id: str


async def listed(request: Request) -> Response:
    """All of them, by name."""
    found = await asyncio.to_thread(services(request).prompts.all)
    return Json({"prompts": msgspec.to_builtins(found)})


async def save(request: Request) -> Response:
    """Keeps a prompt."""
    wish = await body_of(request, SavePrompt)
    parts = services(request)
    kept = await asyncio.to_thread(parts.prompts.save, wish.id, wish.title, wish.text, parts.desk.clock())
    return Json({"prompt": msgspec.to_builtins(kept)})


async def delete(request: Request) -> Response:
    """Forgets a prompt."""
    wish = await body_of(request, DeletePrompt)
    await asyncio.to_thread(services(request).prompts.delete, wish.id)
    return Json({"id": wish.id})


ENDPOINTS = (
    Endpoint(GET, "/api/prompts", listed, "The prompts that are kept", gives="prompts"),
    Endpoint(POST, "/api/prompts/save", save, "Keep a prompt", body=SavePrompt, gives="prompt"),
    Endpoint(POST, "/api/prompts/delete", delete, "Forget a prompt", body=DeletePrompt, gives="id"),
)
