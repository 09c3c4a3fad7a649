"""The prompts that a person keeps to use again: one small file for all of them."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

import msgspec
from msgspec import Struct

from hermes_webui.errors import BadRequest, NotFound
from hermes_webui.store.files import Disk, refused

MOST = 500
LONGEST_TITLE = 100
LONGEST_TEXT = 100_000


class Prompt(Struct, frozen=True):
    """A kept prompt. `{places}` in its text are for the person to fill in."""

    id: str
    title: str
    text: str
    updated_at: float = 0.0


class Kept(Struct, frozen=True):
    """The whole file."""

    prompts: tuple[Prompt, ...] = ()


class Prompts:
    """The prompts of one state directory. Blocking: call it in a thread."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk
        self._lock = threading.Lock()

    def all(self) -> tuple[Prompt, ...]:
        """Those that are kept, by title; none where the file cannot be read."""
        return tuple(sorted(self._read().prompts, key=lambda prompt: prompt.title.casefold()))

    def save(self, prompt_id: str | None, title: str, text: str, at: float) -> Prompt:
        """Keeps a new prompt, or another version of one; durable on return."""
        title, text = title.strip(), text.strip()
        if not title or not text:
            raise BadRequest("A prompt needs a name and a text.")
        if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
            raise BadRequest(f"A prompt's name has at most {LONGEST_TITLE} characters, its text {LONGEST_TEXT:,}.")
        with self._lock:
            kept = self._read().prompts
            if prompt_id is not None and all(each.id != prompt_id for each in kept):
                raise NotFound("That prompt is not kept any more.")
            if prompt_id is None and len(kept) >= MOST:
                raise BadRequest(f"{MOST} prompts are kept already. Delete one first.")
            prompt = Prompt(prompt_id or secrets.token_hex(8), title, text, at)
            self._write((*(each for each in kept if each.id != prompt.id), prompt))
        return prompt

    def delete(self, prompt_id: str) -> None:
        """Takes a prompt away; nothing happens where it is not kept."""
        with self._lock:
            kept = self._read().prompts
            rest = tuple(each for each in kept if each.id != prompt_id)
            if len(rest) < len(kept):
                self._write(rest)

    def _read(self) -> Kept:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return Kept()

    def _write(self, prompts: tuple[Prompt, ...]) -> None:
        try:
            self._disk.make_folder(self._path.parent)
            self._put_aside()
            self._disk.replace(self._path, [msgspec.json.format(msgspec.json.encode(Kept(prompts)))])
        except OSError as error:
            raise refused(error, "the prompt") from error

    def _put_aside(self) -> None:
        """A file that cannot be read is kept before another takes its place."""
        try:
            msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._disk.keep(self._path.parent / "_quarantine", self._path.name, self._path.read_bytes())
