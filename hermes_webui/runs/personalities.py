"""Who an assistant is: words that a person keeps, and that a conversation can begin with; kept with the settings."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.store.choices import Choices

NAME: Final = "personalities"

MOST: Final = 100
LONGEST_NAME: Final = 100
LONGEST_PROMPT: Final = 20_000


class Personality(Struct, frozen=True):
    """One of them; `prompt` is what the model is told."""

    id: str
    name: str
    prompt: str


class Personalities:
    """Those of one server."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def all(self) -> list[Personality]:
        """Those that are kept, by name."""
        said = self._choices.said.get(NAME)
        rows = said if isinstance(said, list) else []
        found = [Personality(row["id"], row["name"], row["prompt"]) for row in rows if _fits(row)]
        return sorted(found, key=lambda each: each.name.casefold())

    def words(self, personality_id: str) -> str:
        """What the model is told, "" where there is none of that id."""
        return next((each.prompt for each in self.all() if each.id == personality_id), "")

    async def save(self, personality_id: str | None, name: str, prompt: str) -> Personality:
        """Keeps a new one, or another version of one; on disk on return. Raises `BadRequest`, `NotFound`,
        `Conflict`.
        """
        name, prompt = name.strip(), prompt.strip()
        if not name or not prompt:
            raise BadRequest("A personality needs a name, and words that say who the assistant is.")
        if len(name) > LONGEST_NAME or len(prompt) > LONGEST_PROMPT:
            raise BadRequest(f"Its name has at most {LONGEST_NAME} characters, its words {LONGEST_PROMPT:,}.")
        async with self._choices.changing:
            kept = self.all()
            if personality_id is not None and all(each.id != personality_id for each in kept):
                raise NotFound("That personality is not kept any more.")
            if personality_id is None and len(kept) >= MOST:
                raise BadRequest(f"{MOST} personalities are kept already. Delete one first.")
            new = Personality(personality_id or secrets.token_hex(4), name, prompt)
            await self._write([*(each for each in kept if each.id != new.id), new])
        return new

    async def delete(self, personality_id: str) -> None:
        """Takes one away; conversations that had it go on without."""
        async with self._choices.changing:
            await self._write([each for each in self.all() if each.id != personality_id])

    async def _write(self, rows: Sequence[Personality]) -> None:
        said = {**self._choices.said, NAME: [asdict(each) for each in rows]}
        await asyncio.to_thread(self._choices.save, said)


def _fits(row: Any) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(name), str) for name in ("id", "name", "prompt"))
