"""The page's files: told apart by what they hold, addressed by what all of them hold, compressed when first asked for.

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

from hermes_webui.web.packing import packed, resolved

COMPRESSED = frozenset({".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest", ".txt"})
#: Smaller files are not worth it.
SMALL = 512
#: The list of the vendored files, with their hashes; a test compares them.
VENDORED = "vendor/vendor.json"

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
#: A module that runs in a realm of its own, beside the pages.
WORKER = "net/worker.js"
#: Where the page wants the list of its modules; where the style sheet and the module that only a conversation needs.
PRELOADS = "<!-- modulepreload -->"
CONVERSATIONS = re.compile(r"<!-- of a conversation: (\S+\.css) (\S+\.js) -->\n")
#: A static import or re-export; one inside a function is `import(…)`, which this does not match.
IMPORT = re.compile(r"^(?:import|export)\b(?:[^'\";]*?\bfrom)?\s*'([^']+)'", re.MULTILINE)
IMPORT_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
ENTRY = re.compile(r'<script type="module" src="/static/([^"]+)">')


#: A comment that has its lines to itself, in the page's own modules: a quarter of their weight.
COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)[ \t]*$", re.MULTILINE)


class File(Struct, frozen=True, dict=True):
    """One file. A vendored one is read when it is first asked for: what it holds is known by its entry in the list."""

    kind: str
    etag: str
    source: bytes | Path
    compresses: bool

    @cached_property
    def plain(self) -> bytes:
        """Its bytes."""
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()

    @cached_property
    def compressed(self) -> bytes | None:
        """Its bytes in gzip, made once; None where it is sent as it is."""
        return gzip.compress(self.plain, 9, mtime=0) if self.compresses and len(self.plain) > SMALL else None


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
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    known = _vendored(paths.get(VENDORED))
    contents = {name: _bare(name, path.read_bytes()) for name, path in paths.items() if name not in known}
    contents |= _packs(contents)
    tags = {name: _hash(plain) for name, plain in contents.items()} | known
    digest = _hash("".join(f"{name} {tag}\n" for name, tag in tags.items()).encode())[:12]
    if INDEX in contents:
        pages = {name: _addressed(contents, digest, more=name == CONVERSATION) for name in (INDEX, CONVERSATION)}
        contents |= pages
        tags |= {name: _hash(plain) for name, plain in pages.items()}
    files = {name: _file(name, tag, contents[name] if name in contents else paths[name]) for name, tag in tags.items()}
    return Assets(MappingProxyType(files), digest)


def _bare(name: str, plain: bytes) -> bytes:
    """A module without its comments; each line keeps its number, as long as no pack takes it in."""
    if not name.endswith(".js"):
        return plain
    return COMMENT.sub(lambda found: "\n" * found[0].count("\n"), plain.decode()).encode()


def _packs(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is always needed together in one file each, and the modules that take it from there."""
    if INDEX not in contents:
        return {}
    index = contents[INDEX].decode()
    named = {name: address.removeprefix(BASE) for name, address in _named(index).items()}
    own = {name: plain.decode() for name, plain in contents.items() if name.endswith(".js")}
    done = packed(own, [*ENTRY.findall(index), *(entry for _, entry in CONVERSATIONS.findall(index))], named)
    if WORKER in own:
        apart = {name: own[name] for name in modules(contents, [WORKER])}
        done |= {
            name: text for name, text in packed(apart, [WORKER], named).items() if name not in own or name == WORKER
        }
    return {name: text.encode() for name, text in done.items()}


def _named(index: str) -> dict[str, str]:
    """The addresses of modules by their names, as the page's import map has them."""
    found = IMPORT_MAP.search(index)
    names: dict[str, str] = msgspec.json.decode(found[1])["imports"] if found else {}
    return names


def _hash(plain: bytes) -> str:
    return hashlib.blake2b(plain, digest_size=12).hexdigest()


def _vendored(path: Path | None) -> dict[str, str]:
    """The hashes of the vendored files that the list names: five megabytes that need not be read to be known."""
    entries = msgspec.json.decode(path.read_bytes()) if path else []
    return {f"vendor/{entry['file']}": entry["sha384"][:24] for entry in entries}


def _addressed(contents: Mapping[str, bytes], digest: str, *, more: bool) -> bytes:
    """The page with the addresses of this version, and the list of all modules that it begins with."""
    text = contents[INDEX].decode()
    first = modules(contents, ENTRY.findall(text))

    def conversation(found: re.Match[str]) -> str:
        style, entry = found.groups()
        links = _links([name for name in modules(contents, [entry]) if name not in first])
        link, script = (
            f'<link rel="stylesheet" href="{BASE}{style}">',
            f'<script type="module" async src="{BASE}{entry}">',
        )
        return f"{link}\n{links}{script}</script>\n" if more else ""

    text = CONVERSATIONS.sub(conversation, text).replace(PRELOADS, _links(first))
    return text.replace(BASE, f"{BASE}{digest}/").encode()


def _links(names: Sequence[str]) -> str:
    return "".join(f'<link rel="modulepreload" href="{BASE}{name}">\n' for name in names)


def modules(contents: Mapping[str, bytes], entries: Sequence[str]) -> list[str]:
    """The modules that these import, and those import, in the order in which they are met; not what is imported only
    when it is needed. Vendored ones (which are not among the contents) import nothing that is not listed anyway.
    """
    names = _named(contents[INDEX].decode())
    waiting = list(entries)
    found: dict[str, None] = dict.fromkeys(waiting)
    while waiting:
        module = waiting.pop(0)
        for name in _imports(module, contents.get(module, b"").decode(), names):
            if name not in found:
                found[name] = None
                waiting.append(name)
    return list(found)


def _imports(module: str, text: str, names: Mapping[str, str]) -> Iterator[str]:
    for target in IMPORT.findall(text):
        if target.startswith("."):
            yield resolved(module, target)
        elif target in names:
            yield names[target].removeprefix(BASE)


def _file(name: str, tag: str, source: bytes | Path) -> File:
    suffix = PurePosixPath(name).suffix
    kind = KINDS.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind += "; charset=utf-8" if kind.startswith("text/") else ""
    return File(kind, f'"{tag}"', source, suffix in COMPRESSED)
