"""The prompts that a person keeps to use again: one small file for all of them."""

from __future__ import annotations

import secrets
from pathlib import Path

from msgspec import Struct

from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.store.files import Disk
from hermes_webui.store.listed import Listed

MOST = 500
LONGEST_TITLE = 100
LONGEST_TEXT = 100_000


class Prompt(Struct, frozen=True):
    """A kept prompt. `{places}` in its text are for the person to fill in."""

    id: str
    title: str
    text: str
    updated_at: float = 0.0


class Prompts:
    """The prompts of one state directory. Blocking: call it in a thread."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._kept = Listed(path, disk, "prompts", tuple[Prompt, ...])

    def all(self) -> tuple[Prompt, ...]:
        """Those that are kept, by title; none where the file cannot be read."""
        return tuple(sorted(self._kept.read(), key=lambda prompt: prompt.title.casefold()))

    def save(self, prompt_id: str | None, title: str, text: str, at: float) -> Prompt:
        """Keeps a new prompt, or another version of one; durable on return."""
        title, text = title.strip(), text.strip()
        if not title or not text:
            raise BadRequest("A prompt needs a name and a text.")
        if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
            raise BadRequest(f"A prompt's name has at most {LONGEST_TITLE} characters, its text {LONGEST_TEXT:,}.")
        with self._kept.changing:
            kept = self._kept.read()
            if prompt_id is not None and all(each.id != prompt_id for each in kept):
                raise NotFound("That prompt is not kept any more.")
            if prompt_id is None and len(kept) >= MOST:
                raise BadRequest(f"{MOST} prompts are kept already. Delete one first.")
            prompt = Prompt(prompt_id or secrets.token_hex(8), title, text, at)
            self._kept.write((*(each for each in kept if each.id != prompt.id), prompt), "the prompt")
        return prompt

    def delete(self, prompt_id: str) -> None:
        """Takes a prompt away; nothing happens where it is not kept."""
        with self._kept.changing:
            kept = self._kept.read()
            rest = tuple(each for each in kept if each.id != prompt_id)
            if len(rest) < len(kept):
                self._kept.write(rest, "the prompt")
