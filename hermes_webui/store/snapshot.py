"""`<sid>.json`: the visible conversation as people and hermes-webui read it. A view: it can be deleted and is made
again.

Header, then one message a line, then the rest; the last key is a digest of everything before it, so that a file that
another program has rewritten shows, whatever keys it kept.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from hermes_webui.chat.document import Place, extras, head_from, header, tool_calls_of, with_result
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message
from hermes_webui.errors import Damaged
from hermes_webui.store.files import Disk, Stamp

PREFIX = 1 << 14
CHUNK = 1 << 20
#: Where the messages begin in a file of ours. Compact JSON holds no newline, so no nested key looks like it.
MARK = b'"messages":[\n'
DIGEST = b',"digest":"'
TRAILER = len(DIGEST) + 32 + len(b'"}')

#: Document keys by which hermes-webui says that a conversation became shorter on purpose; each only grows.
INTENT = ("clear_generation", "intentional_shrink_generation")


def chunks(head: Head, place: Place, messages: Iterable[Message], fields: dict[str, Any]) -> Iterator[bytes]:
    """The file, piece by piece; `fields` are an adopted document's, whose unknown keys are kept. Message by message,
    because one call on a whole large conversation would hold the interpreter for a second.
    """
    digest = hashlib.blake2b(digest_size=16)
    for chunk in _parts(head, place, messages, fields):
        digest.update(chunk)
        yield chunk
    yield DIGEST + digest.hexdigest().encode() + b'"}'


def _parts(head: Head, place: Place, messages: Iterable[Message], fields: dict[str, Any]) -> Iterator[bytes]:
    rest = extras(fields)
    listed = rest.pop("tool_calls", None)
    calls = [call for call in listed if isinstance(call, dict)] if isinstance(listed, list) else []
    open_calls: dict[str, int] = {}
    known = {str(call.get("tid")) for call in calls}
    separator = msgspec.json.encode(header(head, place))[:-1] + b"," + MARK
    for position, message in enumerate(messages):
        for entry in tool_calls_of(message.body, position):
            if str(entry["tid"]) not in known:
                open_calls[str(entry["tid"])] = len(calls)
                calls.append(entry)
        answered = open_calls.pop(str(message.body.get("tool_call_id")), None) if message.role == "tool" else None
        if answered is not None:
            calls[answered] = with_result(calls[answered], message.body)
        yield separator + msgspec.json.encode(message.as_json())
        separator = b",\n"
    yield b"\n]" if separator == b",\n" else separator + b"]"
    yield b',"tool_calls":' + msgspec.json.encode(calls)
    for key, value in rest.items():
        yield b"," + msgspec.json.encode(key) + b":" + msgspec.json.encode(value)


def read_head(path: Path) -> tuple[Head, Place] | None:
    """The head that a snapshot of ours begins with, read from its first few KB; None for any other file."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return _head_in(fd)
    finally:
        os.close(fd)


def _head_in(fd: int) -> tuple[Head, Place] | None:
    data = b""
    size = PREFIX
    while True:
        part = os.pread(fd, size, len(data))
        data += part
        end = data.find(MARK)
        if end >= 0:
            break
        if not part or (b'"log_offset":' not in data and len(data) > 4 * PREFIX):
            return None
        size *= 4
    try:
        found = msgspec.json.decode(data[:end].rstrip().rstrip(b",") + b"}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return head_from(found) if isinstance(found, dict) else None


def is_intact(path: Path) -> bool:
    """Whether the file is, byte for byte, as this program wrote it."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            left = os.fstat(file.fileno()).st_size - TRAILER
            while left > 0 and (part := file.read(min(CHUNK, left))):
                digest.update(part)
                left -= len(part)
            return file.read() == DIGEST + digest.hexdigest().encode() + b'"}'
    except OSError:
        return False


def read_document(path: Path) -> dict[str, Any]:
    """Another program's document, whole. Raises `Damaged` where it cannot be read as one, FileNotFoundError where
    there is none.

    Python's own json writes lone surrogates and NaN, which strict JSON refuses: they are read and replaced.
    """
    return document_in(path.read_bytes())


def document_in(data: bytes) -> dict[str, Any]:
    """The document that these bytes are. Raises `Damaged`."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = _lenient(data)
    if not isinstance(found, dict):
        raise Damaged("The file is not a conversation: it holds no JSON object.")
    return found


def is_taken_in(path: Path, digest: str | None) -> bool:
    """Whether the file is the one of another program that the log holds already."""
    return digest is not None and digest == digest_of(path.read_bytes())


def digest_of(data: bytes) -> str:
    """What a file's bytes are known by again."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _lenient(data: bytes) -> object:
    try:
        found = json.loads(data.decode("utf-8"), parse_constant=lambda _: None)
        text = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError) as error:
        raise Damaged("The file cannot be read as JSON.") from error
    return json.loads(text, parse_constant=lambda _: None)


def count(path: Path) -> int:
    """How many messages the file holds; -1 where it cannot be read as a conversation."""
    ours = read_head(path)
    if ours is not None and is_intact(path):
        return ours[0].message_count
    try:
        found = read_document(path).get("messages")
    except (Damaged, OSError):
        return -1
    return len(found) if isinstance(found, list) else 0


def intended(live: dict[str, Any], backup: dict[str, Any]) -> bool:
    """Whether hermes-webui made the conversation shorter on purpose, by the generations that it counts for that."""
    grown = any(_int(live.get(key)) > _int(backup.get(key)) for key in INTENT)
    mark = live.get("truncation_watermark")
    return grown or (mark is not None and mark != backup.get("truncation_watermark"))


def _int(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def back_up(path: Path, messages: int, disk: Disk, quarantine: Path) -> None:
    """Before `path` is overwritten by a file with `messages` messages: what it holds is kept where that is more, in
    `<sid>.json.bak`, and where it cannot be read, in the quarantine. A backup never gives way to one that holds
    less.
    """
    if not path.exists():
        return
    held = count(path)
    if held < 0:
        disk.keep(quarantine, path.name, path.read_bytes())
    elif held > messages:
        backup = backup_of(path)
        kept = count(backup) if backup.exists() else -1
        if backup.exists() and kept < 0:
            disk.keep(quarantine, backup.name, backup.read_bytes())
        if kept <= held:
            disk.replace(backup, _pieces(path))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def backup_of(path: Path) -> Path:
    """The name of the backup of a snapshot."""
    return path.with_name(path.name + ".bak")


def copy(source: Path, target: Path, disk: Disk) -> Stamp:
    """Writes the bytes of one file over another, atomically."""
    return disk.replace(target, _pieces(source))
