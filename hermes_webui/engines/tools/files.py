"""Files of the workspace. Looking is free; what changes a file is shown as a diff and asked about, and written only
over what was shown.
"""

from __future__ import annotations

import asyncio
import difflib
from typing import Annotated, Final

from msgspec import Meta, Struct

from hermes_webui.engines.base import Diff, Location
from hermes_webui.engines.tools.base import Call, Intent, Result, Tool, ToolFailure, shortened, tool
from hermes_webui.errors import NotFound
from hermes_webui.workspace.folder import Folder

Path = Annotated[str, Meta(max_length=4096, description="Relative to the workspace.")]

_LINES: Final = 2000
_ENTRIES: Final = 500
_HITS: Final = 100
_LONGEST_LINE: Final = 2000
#: A longer diff is cut in the question and on the card; the file is what it is.
_LONGEST_PATCH: Final = 60_000


class ListFiles(Struct):
    """Lists what is in a folder of the workspace: folders first."""

    path: Path = ""
    offset: Annotated[int, Meta(ge=0)] = 0


class ReadFile(Struct):
    """Reads a text file, with line numbers. A long one comes in parts: go on with `line`."""

    path: Path
    line: Annotated[int, Meta(ge=1, description="The first line to read.")] = 1
    limit: Annotated[int, Meta(ge=1, le=_LINES, description="How many lines.")] = _LINES


class SearchFiles(Struct):
    """Searches the workspace for a text, in any case: in the lines of its files, or in their names."""

    query: Annotated[str, Meta(min_length=1, max_length=500)]
    names: Annotated[bool, Meta(description="Search names instead of lines.")] = False


class WriteFile(Struct):
    """Writes a whole text file; a file that is there is replaced, and folders that are missing are made. To change a
    part of a file use edit_file.
    """

    path: Path
    content: str


class EditFile(Struct):
    """Replaces a piece of text in a file. `old` must stand there exactly, white space included, and only once unless
    `everywhere` is set: take in enough lines around it. The line numbers of read_file are no part of the text.
    """

    path: Path
    old: Annotated[str, Meta(min_length=1)]
    new: str
    everywhere: bool = False


class Files:
    """The tools for one workspace."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def tools(self) -> tuple[Tool, ...]:
        """All of them; the first three only look."""
        return (
            tool("list_files", "read", ListFiles, self._list),
            tool("read_file", "read", ReadFile, self._read),
            tool("search_files", "search", SearchFiles, self._search),
            tool("write_file", "edit", WriteFile, self._write),
            tool("edit_file", "edit", EditFile, self._edit),
        )

    async def _list(self, wish: ListFiles) -> Intent:
        async def run(_call: Call) -> Result:
            found = await asyncio.to_thread(self._folder.entries, wish.path, wish.offset, _ENTRIES)
            names = [
                f"{each.name}/" if each.kind == "folder" else f"{each.name}  ({each.size} B)" for each in found.entries
            ]
            more = [f"[{found.total} in all; go on with offset {found.next}]"] if found.next is not None else []
            return Result("\n".join([*names, *more]) or "(the folder is empty)")

        return Intent(f"List {wish.path or 'the workspace'}", run, subject=wish.path, locations=_at(wish.path))

    async def _read(self, wish: ReadFile) -> Intent:
        async def run(_call: Call) -> Result:
            found = await asyncio.to_thread(self._folder.text, wish.path, wish.line, wish.limit)
            lines = found.text.splitlines()
            told = [f"{number:>6}\t{line[:_LONGEST_LINE]}" for number, line in enumerate(lines, found.line)]
            more = (
                [f"[{found.total} lines in all; go on with line {found.line + len(lines)}]"] if found.truncated else []
            )
            return Result("\n".join([*told, *more]) or "(the file is empty)")

        return Intent(f"Read {wish.path}", run, subject=wish.path, locations=_at(wish.path, wish.line))

    async def _search(self, wish: SearchFiles) -> Intent:
        async def run(_call: Call) -> Result:
            search = self._folder.names if wish.names else self._folder.lines
            found = await asyncio.to_thread(search, wish.query, _HITS)
            hits = [f"{hit.path}:{hit.line}: {hit.text}" if hit.line else hit.path for hit in found.hits]
            more = ["[there may be more; search for something narrower]"] if found.truncated else []
            return Result("\n".join([*hits, *more]) or "Nothing was found.")

        return Intent(f"Search for “{wish.query[:80]}”", run, subject=wish.query)

    async def _write(self, wish: WriteFile) -> Intent:
        before, version = await asyncio.to_thread(self._now, wish.path)
        verb = "Write" if version is None else "Replace"
        return self._change(verb, wish.path, before, wish.content, version)

    async def _edit(self, wish: EditFile) -> Intent:
        before, version = await asyncio.to_thread(self._now, wish.path)
        if version is None:
            raise ToolFailure(f"There is no file {wish.path}. Nothing was changed.")
        count = before.count(wish.old)
        if not count:
            raise ToolFailure(f"That text does not stand in {wish.path}. Nothing was changed: read the file again.")
        if count > 1 and not wish.everywhere:
            raise ToolFailure(
                f"That text stands {count} times in {wish.path}. Nothing was changed: take in more of what is around "
                "it, or set `everywhere`."
            )
        after = before.replace(wish.old, wish.new)
        line = before[: before.index(wish.old)].count("\n") + 1
        return self._change("Edit", wish.path, before, after, version, line)

    def _now(self, path: str) -> tuple[str, str | None]:
        """What stands in a file, and its version; None where there is none."""
        try:
            found = self._folder.read(path)
        except NotFound:
            return "", None
        try:
            return found.data.decode("utf-8"), found.version
        except UnicodeDecodeError as error:
            raise ToolFailure(f"{path} is no text in UTF-8. Nothing was changed.") from error

    def _change(
        self, verb: str, path: str, before: str, after: str, version: str | None, line: int | None = None
    ) -> Intent:
        if before == after and version is not None:
            raise ToolFailure(f"{path} says just that already. Nothing was changed.")
        patch = patch_of(path, before, after, new=version is None)

        async def run(_call: Call) -> Result:
            await asyncio.to_thread(self._folder.write, path, after.encode("utf-8", "replace"), version)
            return Result(f"{path} is written.", diffs=(Diff(path, patch),), locations=_at(path, line))

        return Intent(
            f"{verb} {path}",
            run,
            asks=True,
            subject=path,
            locations=_at(path, line),
            patch=patch,
            risk="This replaces the whole file." if verb == "Replace" else "",
            cwd=str(self._folder.root),
        )


def patch_of(path: str, before: str, after: str, *, new: bool = False) -> str:
    """A unified diff; its middle is left out where it is very long."""
    lines = (before.splitlines(keepends=True), after.splitlines(keepends=True))
    found = difflib.unified_diff(*lines, "/dev/null" if new else f"a/{path}", f"b/{path}")
    return shortened("".join(each if each.endswith("\n") else f"{each}\n" for each in found), _LONGEST_PATCH)


def _at(path: str, line: int | None = None) -> tuple[Location, ...]:
    return (Location(path, line),) if path else ()
