"""The shape of the code, as ARCHITECTURE.md promises it: who imports whom, who writes, how long files are."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "hermes_webui"
MAX_MODULE, MAX_FUNCTION, MAX_UI_MODULE = 400, 40, 250

# A part may import what has a lower number. The three siblings share one: they never import one another.
LAYERS = {
    "errors": 0,
    "chat": 1,
    "workspace": 1,
    "store": 2,
    "streams": 2,
    "engines": 2,
    "runs": 3,
    "web": 4,
    "postgres": 4,
    "agents_command": 5,
    "crew": 5,
    "app": 6,
    "server": 6,
    "cli": 7,
    "__main__": 8,
}
IMPORTED_ONLY_BY = {"postgres": {"app"}, "settings": {"app", "crew", "cli", "__main__"}}
IMPURE = {"os", "io", "time", "asyncio", "pathlib", "random", "socket"}

WRITING_OS = {
    *("open", "write", "pwrite", "writev", "replace", "rename", "renames", "unlink", "remove", "truncate"),
    *("ftruncate", "link", "symlink"),
}
#: `store/files.py` writes what is the server's. These write what is the user's, in the workspace, each for one reason.
WRITERS: Final[Mapping[str, str]] = {
    "store/files.py": "the server's own files",
    "workspace/descent.py": "opens names to walk on from them, with O_PATH where there is one",
    "workspace/writing.py": "the user's files, beside their place and renamed into it",
    "workspace/copies.py": "whole trees from one file system to another, for the trash",
    "workspace/terminal.py": "what is typed, to a terminal",
}
READING_FLAGS = {"O_RDONLY", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK"}
WRITING_METHODS = {"write_text", "write_bytes"}
MUTABLE_CALLS = {
    *("dict", "list", "set", "bytearray", "defaultdict", "OrderedDict", "Counter", "deque", "count", "cycle"),
    *("WeakValueDictionary", "WeakKeyDictionary", "WeakSet", "local", "Lock", "RLock", "Event", "Condition"),
    *("Semaphore", "BoundedSemaphore", "Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"),
}
READ_ONLY = {"Mapping", "Sequence", "Collection"}


def part_of(path: str) -> str:
    """The layer's name of a file: `store` of hermes_webui/store/log.py, `app` of hermes_webui/app.py."""
    return path.split("/")[1].removesuffix(".py")


def imported(tree: ast.AST, path: str) -> Iterator[tuple[ast.stmt, str]]:
    """Every dotted name that is imported anywhere in the file, relative ones made absolute."""
    folder = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(folder[: len(folder) - node.level + 1]) + "." if node.level else ""
            module = (base + (node.module or "")).rstrip(".")
            yield from ((node, f"{module}.{alias.name}") for alias in node.names)


def layer_faults(tree: ast.Module, path: str) -> Iterator[str]:
    here = part_of(path)
    if here == "__init__":
        here = "errors"  # the package's own file stands below all
    elif here not in LAYERS and here != "settings":
        yield f"{path}: {here} has no layer; give it one in ARCHITECTURE.md and here"
        return
    for node, name in imported(tree, path):
        top, _, rest = name.partition(".")
        if top in {"api", "tests", "benchmarks"}:
            yield f"{path}:{node.lineno}: the package does not import {top}"
        if here == "chat" and top in IMPURE:
            yield f"{path}:{node.lineno}: chat is pure and does not import {top}"
        there = rest.partition(".")[0]
        if top != PACKAGE or there in {"", here} or there.startswith("__version"):
            continue
        if there in IMPORTED_ONLY_BY:
            allowed = here in IMPORTED_ONLY_BY[there]
        else:
            allowed = LAYERS.get(there, 99) < LAYERS.get(here, 1)  # settings, which has no layer, may import errors
        if not allowed:
            yield f"{path}:{node.lineno}: {here} does not import {there}"


def mode_of(call: ast.Call, position: int) -> str | None:
    """The mode a file is opened with, or None where it is no plain string."""
    given = call.args[position : position + 1] + [k.value for k in call.keywords if k.arg == "mode"]
    if not given:
        return "r"
    return given[0].value if isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) else None


def writes(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id="open") | ast.Attribute(value=ast.Name(id="io"), attr="open"):
            return not set(mode_of(call, 1) or "w").isdisjoint("wax+")
        case ast.Attribute(value=ast.Name(id="os"), attr="open"):
            flags = set(re.findall(r"\bO_\w+", ast.unparse(call)))
            return "O_RDONLY" not in flags or not flags <= READING_FLAGS
        case ast.Attribute(value=ast.Name(id="os"), attr=name):
            return name in WRITING_OS
        case ast.Attribute(attr="open"):  # a method, of a Path or of something else: webbrowser.open("http://x")
            mode = set(mode_of(call, 0) or "")
            return mode <= set("rwaxbt+") and not mode.isdisjoint("wax+")
        case ast.Attribute(attr=name):
            return name in WRITING_METHODS
    return False


def write_faults(tree: ast.Module, path: str) -> Iterator[str]:
    if path.removeprefix(f"{PACKAGE}/") in WRITERS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and writes(node):
            yield f"{path}:{node.lineno}: only store/files.py writes files: {ast.unparse(node.func)}"
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            for name in sorted(WRITING_OS.intersection(alias.name for alias in node.names)):
                yield f"{path}:{node.lineno}: only store/files.py writes files: os.{name}"


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lazy_import_faults(tree: ast.Module, path: str) -> Iterator[str]:
    if path.startswith(f"{PACKAGE}/engines/") or path == f"{PACKAGE}/cli.py":
        return
    lines = {n.lineno for f in functions(tree) for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)}
    yield from (f"{path}:{line}: an import stands at the top of its file" for line in sorted(lines))


def at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, but for those of classes."""
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            handlers = [s for h in getattr(node, "handlers", []) for s in h.body]
            yield from at_import(inner + handlers)


def is_mutable(value: ast.expr) -> bool:
    match value:
        case ast.Dict() | ast.List() | ast.Set() | ast.DictComp() | ast.ListComp() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in MUTABLE_CALLS
        case ast.IfExp():
            return is_mutable(value.body) or is_mutable(value.orelse)
    return False


def is_read_only(annotation: ast.expr) -> bool:
    """Whether mypy keeps the name's value as it is: Mapping[…], Final[Mapping[…]] and the like."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="Final"), slice=inner):
            return is_read_only(inner)
        case ast.Subscript(value=ast.Name(id=name)):
            return name in READ_ONLY
    return False


def state_faults(tree: ast.Module, path: str) -> Iterator[str]:
    for node in at_import(tree.body):
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                continue
            case ast.Assign(targets=[target, *_], value=value):
                kept = False
            case ast.AnnAssign(target=ast.Name(id=name) as target, annotation=annotation, value=ast.expr() as value):
                # A literal under a read-only type is a constant; a lock or a queue is state under any type.
                kept = name.isupper() and is_read_only(annotation) and not isinstance(value, ast.Call)
            case _:
                continue
        if is_mutable(value) and not kept:
            yield f"{path}:{node.lineno}: {ast.unparse(target)} is state of the module"


def size_faults(tree: ast.Module, path: str, lines: int) -> Iterator[str]:
    if lines > MAX_MODULE:
        yield f"{path}: {lines} lines, {MAX_MODULE} at most: which noun is missing?"
    for node in functions(tree):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > MAX_FUNCTION:
            yield f"{path}:{node.lineno}: {node.name} has {length} lines, {MAX_FUNCTION} at most"


def faults(source: str, path: str) -> list[str]:
    """What is wrong with one Python file of the package; `path` is relative to the checkout."""
    tree = ast.parse(source)
    found = list(size_faults(tree, path, len(source.splitlines())))
    for check in (layer_faults, write_faults, lazy_import_faults, state_faults):
        found += check(tree, path)
    return found


def ui_faults(source: str, path: str) -> list[str]:
    lines = len(source.splitlines())
    return [f"{path}: {lines} lines, {MAX_UI_MODULE} at most"] if lines > MAX_UI_MODULE else []


def test_every_module_keeps_to_the_architecture():
    files = sorted((ROOT / PACKAGE).rglob("*.py"))
    assert files
    found = [f for p in files for f in faults(p.read_text("utf-8"), p.relative_to(ROOT).as_posix())]
    assert not found, "\n".join(found)


def test_the_page_holds_no_python():
    assert not list((ROOT / PACKAGE / "ui").rglob("*.py"))


def test_every_module_of_the_page_is_short():
    files = [p for p in (ROOT / PACKAGE / "ui").rglob("*.*js") if "vendor" not in p.parts]
    files = [p for p in files if p.parent.name != "words" or p.name == "words.js"]  # a catalogue is a list, not code
    found = [f for p in files for f in ui_faults(p.read_text("utf-8"), p.relative_to(ROOT).as_posix())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("chat/a.py", "from hermes_webui.store import log"),
        ("chat/a.py", "from ..store import log"),
        ("chat/a.py", "from hermes_webui import store"),
        ("chat/a.py", "import time"),
        ("chat/a.py", "from os.path import join"),
        ("store/a.py", "import hermes_webui.streams.hub"),
        ("engines/a.py", "def f():\n    from hermes_webui.store import log"),
        ("streams/a.py", "from hermes_webui.runs import start"),
        ("errors.py", "from hermes_webui.chat import run"),
        ("__init__.py", "from hermes_webui.chat import run"),
        ("runs/a.py", "from hermes_webui.web import routes"),
        ("web/a.py", "from hermes_webui.app import create_app"),
        ("web/a.py", "from hermes_webui.settings import Settings"),
        ("settings.py", "from hermes_webui.chat import run"),
        ("cli.py", "from hermes_webui.postgres import store"),
        ("app.py", "from api.config import STREAMS"),
        ("helpers.py", ""),
        ("workspace/a.py", "from hermes_webui.store import files"),
        ("workspace/a.py", "from hermes_webui.chat import events"),
        ("chat/a.py", "from hermes_webui.workspace import folder"),
        ("workspace/folder.py", "os.rename('a', 'b')"),
        ("web/a.py", "open('x', 'w')"),
        ("web/a.py", "open('x', mode=m)"),
        ("web/a.py", "import os\nos.replace('a', 'b')"),
        ("web/a.py", "import os\nos.open('x', os.O_RDONLY | os.O_CREAT)"),
        ("web/a.py", "import os\nos.open('x', flags)"),
        ("web/a.py", "from os import unlink"),
        ("store/log.py", "p.write_bytes(b'')"),
        ("store/log.py", "p.open('ab')"),
        ("web/a.py", "def f():\n    import json"),
        ("web/a.py", "CACHE = {}"),
        ("web/a.py", "seen: set[str] = set()"),
        ("web/a.py", "import threading\nLOCK: Final = threading.Lock()"),
        ("web/a.py", "TABLE: Final[dict[str, int]] = {'a': 1}"),
        ("web/a.py", "if True:\n    rows = [1]"),
        ("web/a.py", "try:\n    import x\nexcept ImportError:\n    rows = [1]"),
        ("web/a.py", "\n" * (MAX_MODULE + 1)),
        ("web/a.py", "def f():\n" + "    f()\n" * MAX_FUNCTION),
    ],
)
def test_a_breach_is_reported(path, source):
    assert len(faults(source, f"{PACKAGE}/{path}")) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("__init__.py", ""),
        ("__main__.py", "from hermes_webui.cli import main"),
        ("app.py", "from hermes_webui import __version__, postgres, settings, web"),
        ("settings.py", "import os\nfrom hermes_webui.errors import HermesError"),
        (
            "chat/a.py",
            "from hermes_webui.chat.events import Event\nfrom . import run\nfrom ..errors import Damaged",
        ),
        ("runs/a.py", "from hermes_webui.store.log import Log\nfrom hermes_webui.engines import base"),
        ("engines/a.py", "def f():\n    import openai"),
        ("engines/a.py", "from hermes_webui.workspace.folder import Folder"),
        ("workspace/writing.py", "os.rename('a', 'b')"),
        ("store/files.py", "import os\nos.write(3, b'')\nopen('x', 'ab')"),
        (
            "store/log.py",
            "os.open('x', os.O_RDONLY | os.O_CLOEXEC)\np.open('rb')\nweb.open('http://x')\n'a'.replace('b')",
        ),
        (
            "web/a.py",
            "A = ('x',)\nB = frozenset({1})\nC = MappingProxyType({})\n__all__ = ['A']\nlog = getLogger()",
        ),
        ("web/a.py", "TABLE: Final[Mapping[str, int]] = {'a': 1}\ndef f():\n    rows = []\n    return rows"),
        ("web/a.py", "def f():\n" + "    f()\n" * (MAX_FUNCTION - 1)),
    ],
)
def test_what_is_allowed_is_not_reported(path, source):
    assert faults(source, f"{PACKAGE}/{path}") == []


def test_a_long_module_of_the_page_is_reported():
    assert ui_faults("\n" * MAX_UI_MODULE, "ui/app.js") == []
    assert len(ui_faults("\n" * (MAX_UI_MODULE + 1), "ui/app.js")) == 1
