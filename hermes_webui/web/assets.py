"""The page's files, read once at the start: packed, told apart by what they hold, addressed by what all of them hold.

The page names its files by the digest of the whole folder (`/static/<digest>/app.js`). What stands at such an address
never changes, so a browser keeps it for good; another version of the page has other addresses, so nothing of an older
one is ever mixed in. Relative imports inside the modules stay within their digest by themselves.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import msgspec
from msgspec import Struct

COMPRESSED = frozenset({".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest", ".txt"})
#: Smaller files are not worth packing.
SMALL = 512
#: Larger ones are few, seldom asked for and long to pack: at the first request instead of at the start.
LARGE = 200_000

KINDS = MappingProxyType(
    {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".webmanifest": "application/manifest+json",
        ".woff2": "font/woff2",
    }
)

INDEX = "index.html"
#: The same page where it begins with a conversation: it asks at once for what draws one.
CONVERSATION = "conversation.html"
BASE = "/static/"
#: Where the page wants the list of its modules, and of those that only a conversation needs.
PRELOADS = "<!-- modulepreload -->"
MORE_PRELOADS = re.compile(r"<!-- modulepreload of a conversation: (\S+) -->\n")
#: A static import or re-export; one inside a function is `import(…)`, which this does not match.
IMPORT = re.compile(r"^(?:import|export)\b(?:[^'\";]*?\bfrom)?\s*'([^']+)'", re.MULTILINE)
IMPORT_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
ENTRY = re.compile(r'<script type="module" src="/static/([^"]+)">')


class File(Struct, frozen=True, dict=True):
    """One file, ready to be sent."""

    kind: str
    etag: str
    plain: bytes
    packs: bool

    @cached_property
    def packed(self) -> bytes | None:
        """Its bytes in gzip, made once; None where it is sent as it is."""
        return gzip.compress(self.plain, 9, mtime=0) if self.packs else None


class Assets(Struct, frozen=True):
    """All files by their path in the folder, and the digest under which they are addressed."""

    files: Mapping[str, File]
    digest: str

    def find(self, path: str) -> tuple[File | None, bool]:
        """The file at `/static/<path>`, and whether that address holds the same for good."""
        first, _, rest = path.partition("/")
        return (self.files.get(rest), True) if first == self.digest else (self.files.get(path), False)

    @property
    def page(self) -> bytes:
        """The page itself, as it is sent; empty where there is none."""
        return self.files[INDEX].plain if INDEX in self.files else b""


def load(folder: Path) -> Assets:
    """All files below `folder`. What is not there now is never served: a path is only a key."""
    contents = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    digest = _digest(contents)
    if INDEX in contents:
        pages = {name: _addressed(contents, digest, more=name == CONVERSATION) for name in (INDEX, CONVERSATION)}
        contents |= pages
    files = {name: _file(PurePosixPath(name), plain) for name, plain in contents.items()}
    return Assets(MappingProxyType(files), digest)


def _digest(contents: Mapping[str, bytes]) -> str:
    whole = hashlib.blake2b(digest_size=6)
    for name, plain in contents.items():
        whole.update(f"{name}\0{len(plain)}\0".encode() + plain)
    return whole.hexdigest()


def _addressed(contents: Mapping[str, bytes], digest: str, *, more: bool) -> bytes:
    """The page with the addresses of this version, and the list of all modules that it begins with."""
    text = contents[INDEX].decode()
    first = modules(contents, ENTRY.findall(text))
    later = MORE_PRELOADS.findall(text) if more else []
    added = [name for name in modules(contents, later) if name not in first]
    text = MORE_PRELOADS.sub(_links(added), text).replace(PRELOADS, _links(first))
    return text.replace(BASE, f"{BASE}{digest}/").encode()


def _links(names: Sequence[str]) -> str:
    return "".join(f'<link rel="modulepreload" href="{BASE}{name}">\n' for name in names)


def modules(contents: Mapping[str, bytes], entries: Sequence[str]) -> list[str]:
    """The modules that these import, and those import, in the order in which they are met; not what is imported only
    when it is needed.
    """
    known = IMPORT_MAP.search(contents[INDEX].decode())
    names: dict[str, str] = msgspec.json.decode(known[1])["imports"] if known else {}
    waiting = [entry for entry in entries if entry in contents]
    found: dict[str, None] = dict.fromkeys(waiting)
    while waiting:
        module = waiting.pop(0)
        for name in _imports(module, contents[module].decode(), names):
            if name in contents and name not in found:
                found[name] = None
                waiting.append(name)
    return list(found)


def _imports(module: str, text: str, names: Mapping[str, str]) -> Iterator[str]:
    for target in IMPORT.findall(text):
        if target.startswith("."):
            yield _resolved(PurePosixPath(module).parent, target)
        elif target in names:
            yield names[target].removeprefix(BASE)


def _resolved(folder: PurePosixPath, target: str) -> str:
    parts = list(folder.parts)
    for part in PurePosixPath(target).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _file(path: PurePosixPath, plain: bytes) -> File:
    kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind += "; charset=utf-8" if kind.startswith("text/") else ""
    packs = path.suffix in COMPRESSED and len(plain) > SMALL
    file = File(kind, f'"{hashlib.blake2b(plain, digest_size=12).hexdigest()}"', plain, packs)
    if len(plain) < LARGE:
        _ = file.packed
    return file
