"""Modules that the page always needs together, put into one file: in memory, when the server starts, from the native
modules as they stand. Over a hundred small files cost a browser more than what is in them; and nobody builds anything.

A pack is a native module too. Each of its modules is a block with names of its own, in the order in which a browser
evaluates them, and its exports are an object that the pack exports. Whatever else imports one of them is sent with that
import taken from the pack, and at a packed module's own address stand its exports alone: there is one instance of each,
however it is asked for. Vendored modules are left as they are.

Only the forms of `import` and `export` that the page's modules use are understood, at the beginning of a line; what
else begins one like that is a `PackingError`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

#: A static import: one name for the default, or names in braces, or nothing; and where from.
_IMPORT = re.compile(r"^import (?:(?:(\w+)|\{([^}]*)\}) from )?'([^']+)';", re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?((?:async )?(?:function|class|const)) (\w+)", re.MULTILINE)
#: How a line begins that has one of them, in whatever form.
_ANY = re.compile(r"^(?:import|export)\b(?![(.])", re.MULTILINE)
_DYNAMIC = re.compile(r"\bimport\((['`])(\.[^'`]*)\1")
_OWN_ADDRESS = re.compile(r"\bimport\.meta\.url\b")
#: What depends on where a module stands in a way that is not understood.
_PLACED = re.compile(r"\bimport\((?!(['`])\.[^'`]*\1)|\bimport\.(?!meta\.url\b)")

FOLDER = "packs"
VENDORED = "vendor/"


class PackingError(Exception):
    """A module that cannot be packed, and why."""


class Import(Struct, frozen=True):
    """One statement: where its text begins and ends, the names here by the names there, and the path or name meant."""

    start: int
    end: int
    names: dict[str, str]
    target: str

    def bound(self) -> str:
        """The same names, of the object that holds the target's exports."""
        pairs = (there if there == here else f"{there}: {here}" for here, there in self.names.items())
        return f"const {{ {', '.join(pairs)} }} = {_object(self.target)};" if self.names else ""

    def copied(self) -> str:
        """The same names, of what a pack imports itself."""
        return " ".join(f"const {here} = {_outer(self.target, there)};" for here, there in self.names.items())


class Module(Struct, frozen=True):
    """A module's text, and what it says of others and to others. `exports`: the names here by the names there."""

    path: str
    text: str
    imports: list[Import]
    exports: dict[str, str]


def packed(contents: Mapping[str, str], entries: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """The packs of these entries, and all modules whose text is another beside them, by their paths.

    `contents`: the page's own modules. For each entry there is a pack, `packs/` and the name of the entry's file, of
    what it imports, but for what the packs before it hold; the entry itself is in none. `named`: paths of modules by
    the names of the import map. Raises `PackingError`.
    """
    modules = {path: _parsed(path, text, named) for path, text in contents.items()}
    _check(modules)
    _in_order(modules, modules)
    homes: dict[str, str] = {}
    for entry in entries:
        pack = f"{FOLDER}/{posixpath.basename(entry)}"
        if pack in homes.values():
            raise PackingError(f"There would be two of {pack}.")
        homes |= {path: pack for path in _in_order(modules, [entry]) if path != entry and path not in homes}
    names = {_object(path): path for path in modules}
    twice = next((path for path in modules if names[_object(path)] != path), None)
    if twice is not None:
        raise PackingError(f"{twice} and {names[_object(twice)]} would have one name in a pack.")
    done = {
        path: _stub(module, homes[path]) if path in homes else _late(module, homes) for path, module in modules.items()
    }
    for pack in dict.fromkeys(homes.values()):
        done[pack] = _pack(pack, [modules[path] for path, home in homes.items() if home == pack], homes)
    return {path: text for path, text in done.items() if contents.get(path) != text}


def _parsed(path: str, text: str, named: Mapping[str, str]) -> Module:
    imports = [_import(path, found, named) for found in _IMPORT.finditer(text)]
    exports = list(_EXPORT.finditer(text))
    known = {each.start for each in imports} | {each.start() for each in exports}
    strange = next((found for found in _ANY.finditer(text) if found.start() not in known), None)
    if strange is not None:
        line = text[strange.start() :].partition("\n")[0]
        raise PackingError(f"{path}: “{line}” is a form of import or export that is not understood.")
    return Module(path, text, imports, {"default" if each[1] else each[3]: each[3] for each in exports})


def resolved(importer: str, target: str) -> str:
    """The path of the module that `importer` calls `target`, relative to itself."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))


def _import(path: str, found: re.Match[str], named: Mapping[str, str]) -> Import:
    default, braces, target = found.groups()
    names = {default: "default"} if default else {}
    for each in filter(None, (part.strip() for part in (braces or "").split(","))):
        there, _, here = each.partition(" as ")
        names[here or there] = there
    module = resolved(path, target) if target.startswith(".") else named.get(target, target)
    return Import(found.start(), found.end(), names, module)


def _in_order(modules: Mapping[str, Module], entries: Iterable[str]) -> list[str]:
    """These and what they import, each after what it imports itself: the order of their evaluation."""
    found: dict[str, None] = {}

    def visit(path: str, within: tuple[str, ...]) -> None:
        if path in within:
            raise PackingError(f"{' → '.join((*within, path))} is a circle of imports.")
        if path in found or path not in modules:
            return
        for each in modules[path].imports:
            visit(each.target, (*within, path))
        found[path] = None

    for entry in entries:
        visit(entry, ())
    return list(found)


def _check(modules: Mapping[str, Module]) -> None:
    """As a browser would for native modules: an object gives `undefined` for a name that it has not."""
    for module in modules.values():
        later = (found[2] for found in _DYNAMIC.finditer(module.text) if found[1] == "'")
        for path in (resolved(module.path, target) for target in later):
            if path not in modules and not path.startswith(VENDORED):
                raise PackingError(f"{module.path} imports {path} later, which is not there.")
        for each in module.imports:
            target = modules.get(each.target)
            if target is None and not each.target.startswith(VENDORED):
                raise PackingError(f"{module.path} imports {each.target}, which is not there.")
            missing = set(each.names.values()) - set(target.exports) if target is not None else set()
            if missing:
                raise PackingError(f"{module.path} imports {', '.join(sorted(missing))}, which {each.target} has not.")


def _pack(pack: str, modules: Sequence[Module], homes: Mapping[str, str]) -> str:
    """What other packs and vendored modules give, and then a block for each module."""
    wanted: dict[str, dict[str, None]] = {}
    for each in (each for module in modules for each in module.imports if homes.get(each.target) != pack):
        wanted.setdefault(each.target, {}).update(dict.fromkeys(each.names.values()))
    head = []
    for path, names in wanted.items():
        pairs = ", ".join(f"{name} as {_outer(path, name)}" for name in names)
        head.append(
            _taken(path, pack, homes) if path in homes else f"import {{ {pairs} }} from '{_relative(path, pack)}';"
        )
    return "\n".join([*head, *(_block(module, pack, homes) for module in modules)]) + "\n"


def _taken(path: str, here: str, homes: Mapping[str, str]) -> str:
    return f"import {{ {_object(path)} }} from '{_relative(homes[path], here)}';"


def _block(module: Module, pack: str, homes: Mapping[str, str]) -> str:
    """The module with names of its own, at the address of its pack."""
    if found := _PLACED.search(module.text):
        line = module.text[found.start() :].partition("\n")[0]
        raise PackingError(f"{module.path}: “{line}” depends on its place in a way that is not understood.")
    text = _replaced(module, lambda each: each.bound() if each.target in homes else each.copied())
    text = _EXPORT.sub(r"\2 \3", text)
    text = _DYNAMIC.sub(lambda found: f"import({found[1]}{_moved(found[2], module.path, pack)}{found[1]}", text)
    text = _OWN_ADDRESS.sub(f"new URL('{_relative(module.path, pack)}', import.meta.url).href", text)
    exports = ", ".join(here if here == there else f"{there}: {here}" for there, here in module.exports.items())
    name = _object(module.path)
    return f"export const {name} = {{}};\n{{\n{text}\nObject.assign({name}, {{ {exports} }});\n}}"


def _late(module: Module, homes: Mapping[str, str]) -> str:
    """A module of no pack, which takes from the packs what is in them."""

    def put(each: Import) -> str:
        if each.target not in homes:
            return module.text[each.start : each.end]
        return f"{_taken(each.target, module.path, homes)} {each.bound()}"

    return _replaced(module, put)


def _stub(module: Module, home: str) -> str:
    name = _object(module.path)
    names = [there for there in module.exports if there != "default"]
    lines = [f"import {{ {name} }} from '{_relative(home, module.path)}';"]
    lines += [f"export const {{ {', '.join(names)} }} = {name};"] if names else []
    lines += [f"export default {name}.default;"] if "default" in module.exports else []
    return "\n".join(lines) + "\n"


def _replaced(module: Module, put: Callable[[Import], str]) -> str:
    """Other texts in the places of its imports, on as many lines."""
    parts, at = [], 0
    for each in module.imports:
        text = put(each)
        lines = module.text.count("\n", each.start, each.end) - text.count("\n")
        parts += [module.text[at : each.start], text, "\n" * lines]
        at = each.end
    return "".join([*parts, module.text[at:]])


def _object(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))


def _outer(path: str, name: str) -> str:
    return f"{_object(path)}${name}"


def _relative(path: str, here: str) -> str:
    found = posixpath.relpath(path, posixpath.dirname(here) or ".")
    return found if found.startswith(".") else f"./{found}"


def _moved(target: str, path: str, here: str) -> str:
    return _relative(posixpath.join(posixpath.dirname(path), target), here)
