"""What a model gets of the files that go with a message: pixels and pages as they are, text as text, else a note.

Only of the last prompt a file that cannot be sent is a failure: a note that nobody asked for would be answered as if
the file had been read. Further up it is a note, so that a conversation goes on with a model that reads less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from hermes_webui.chat.attachments import IMAGES, PDF, TEXT, text_of
from hermes_webui.engines.base import Body, File
from hermes_webui.errors import EngineFailure

NO_FILES: Final[Mapping[str, File]] = MappingProxyType({})

#: Longer than what any model reads at once, in characters.
LONGEST_TEXT: Final = 2_000_000


class Takes(Struct, frozen=True):
    """What a model reads beside text. `who` is its name in a sentence; of `images` it reads those of these `kinds`."""

    who: str = "This model"
    images: bool = True
    pdf: bool = True
    kinds: frozenset[str] = IMAGES


class Attached(Struct, frozen=True):
    """A file to send as it is: an image or a PDF."""

    name: str
    type: str
    data: bytes


ALL: Final = Takes()


def split(body: Body, files: Mapping[str, File], takes: Takes) -> tuple[str, tuple[Attached, ...]]:
    """The text that stands before the message's own ("" for none), and the files that are sent beside it."""
    notes, sent = [], []
    for name, file in _files(body, files):
        if file is None or _reason(name, file, takes):
            notes.append(f"[Attached here, but not sent: {name}]")
        elif file.type == TEXT:
            notes.append(f'<file name="{name}">\n{text_of(file.data)}\n</file>')
        else:
            sent.append(Attached(name, file.type, file.data))
    return "\n\n".join(notes), tuple(sent)


def check(body: Body, files: Mapping[str, File], takes: Takes) -> None:
    """Raises `EngineFailure` where a file of this prompt cannot be sent, with a sentence that says which and why."""
    for name, file in _files(body, files, own=True):
        if file is None:
            raise _failure(
                "context_too_long",
                f"{name} is not sent: the files of this message are more than one request can carry, or it is not on "
                "this server any more.",
                "send fewer or smaller ones",
            )
        if reason := _reason(name, file, takes):
            raise reason


def _files(body: Body, files: Mapping[str, File], *, own: bool = False) -> Iterator[tuple[str, File | None]]:
    """Names and contents. Those of another program (`own`: they are left out) have no id and no content here."""
    listed: Any = body.get("attachments")
    for each in listed if isinstance(listed, list) else ():
        identity = each.get("id") if isinstance(each, dict) else None
        if own and not isinstance(identity, str):
            continue
        name = each.get("name") if isinstance(each, dict) else each
        yield _plain(name), files.get(identity) if isinstance(identity, str) else None


def _plain(name: object) -> str:
    shown = name if isinstance(name, str) and name else "a file"
    return shown.encode("utf-8", "replace").decode().replace('"', "'").replace("\n", " ")[:200]


def _reason(name: str, file: File, takes: Takes) -> EngineFailure | None:
    if file.type in IMAGES and not takes.images:
        return _failure(
            "unsupported_attachment", f"{takes.who} does not read images, such as {name}.", "choose a model that does"
        )
    if file.type in IMAGES and file.type not in takes.kinds:
        kind = file.type.removeprefix("image/").upper()
        return _failure(
            "unsupported_attachment",
            f"{takes.who} does not read {kind} images, such as {name}.",
            "attach it as PNG or JPEG",
        )
    if file.type == PDF and not takes.pdf:
        return _failure(
            "unsupported_attachment",
            f"{takes.who} does not read PDFs, such as {name}.",
            "attach its text, or choose a model of Anthropic, Google or OpenAI",
        )
    if file.type == TEXT and len(file.data) > LONGEST_TEXT:
        return _failure(
            "context_too_long", f"{name} is more text than a model reads at once.", "attach the part that matters"
        )
    if file.type not in IMAGES | {PDF, TEXT}:
        return _failure("unsupported_attachment", f"No model reads {name}.", "take it off the message")
    return None


def _failure(code: str, what: str, do: str) -> EngineFailure:
    return EngineFailure(code, f"{what} Your message and its files are kept: {do}, and retry.")
