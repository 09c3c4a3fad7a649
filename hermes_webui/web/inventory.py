"""What a server is made of and how much it keeps: counted in a thread, and not at every request."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import msgspec

from hermes_webui.store.size import measure

#: Walking a large directory takes a while: what was counted holds this long.
FRESH_SECONDS: Final = 60.0

#: What the server asks for itself; theirs are found through them. Extras are named.
ROOTS: Final = (
    *("argon2-cffi", "httptools", "httpx2", "msgspec", "pydantic-ai-slim", "starlette", "uvicorn", "uvloop"),
    *("anthropic", "google-genai", "openai"),
)
REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")


class Counted:
    """Sizes and licences, each counted in a thread and kept."""

    def __init__(self) -> None:
        self._size: tuple[float, dict[str, Any]] | None = None
        self._licences: list[dict[str, str]] | None = None
        self._busy = asyncio.Lock()

    async def size(self, root: Path) -> dict[str, Any]:
        """Bytes and files below the state directory, at most a minute old."""
        async with self._busy:
            if self._size is None or time.monotonic() - self._size[0] > FRESH_SECONDS:
                counted = msgspec.to_builtins(await asyncio.to_thread(measure, root))
                self._size = (time.monotonic(), counted)
            return self._size[1]

    async def licences(self, vendored: bytes) -> list[dict[str, str]]:
        """Names, versions and licences of all that is built on."""
        async with self._busy:
            if self._licences is None:
                self._licences = [*_of_the_page(vendored), *await asyncio.to_thread(_of_python)]
            return self._licences


def _of_the_page(vendored: bytes) -> Iterator[dict[str, str]]:
    found = {each["package"]: each for each in msgspec.json.decode(vendored)}
    for name, each in sorted(found.items()):
        yield {"name": name, "version": each["version"], "licence": each["licence"], "part": "page"}


def _of_python() -> list[dict[str, str]]:
    """The distributions that the roots need, found by walking their requirements."""
    waiting, found = list(ROOTS), dict[str, dict[str, str]]()
    while waiting:
        name = waiting.pop()
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        told = distribution.metadata
        if told["Name"].lower() in found:
            continue
        found[told["Name"].lower()] = {
            "name": told["Name"],
            "version": distribution.version,
            "licence": _licence(told),
            "part": "server",
        }
        wanted = (each for each in distribution.requires or () if "extra ==" not in each)
        waiting += [match[1] for each in wanted if (match := REQUIREMENT.match(each))]
    return [found[name] for name in sorted(found)]


def _licence(told: metadata.PackageMetadata) -> str:
    """What the package says of itself: an expression, else its classifier, else the first line of its licence field."""
    named = told.get_all("Classifier") or []
    classifier = next((each.rpartition(" :: ")[2] for each in named if each.startswith("License :: OSI")), "")
    plain = (told.get_all("License") or [""])[0].partition("\n")[0][:80]
    return str((told.get_all("License-Expression") or [""])[0]) or classifier or plain or "?"
