"""What an agent gets from us, in the conversation's folder and nowhere else: files to read and write, commands to run.

What has effects is asked about first, unless the user has just allowed the agent's own call of which it is a part.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from hermes_webui.engines.acp import wishes
from hermes_webui.engines.acp.calls import Call, Calls
from hermes_webui.engines.acp.diffs import diff_of
from hermes_webui.engines.acp.link import Refused
from hermes_webui.engines.acp.terminals import Terminal, shown
from hermes_webui.engines.base import Answer, EngineEvent, InputRequest, Location, ToolCallUpdated
from hermes_webui.errors import HermesError, NotFound
from hermes_webui.workspace.folder import Folder

CAPABILITIES: Final[Mapping[str, Any]] = {"fs": {"readTextFile": True, "writeTextFile": True}, "terminal": True}

EDITS: Final = frozenset({"edit", "delete", "move"})
RUNS: Final = frozenset({"execute"})

INVALID: Final = -32602
FAILED: Final = -32603

DENIED: Final = "The user did not allow it."
#: A turn has so many terminals at most.
MOST_TERMINALS: Final = 50

#: Puts a question about a call; None where the turn has ended.
AskAbout = Callable[[Call, InputRequest], Awaitable[Answer | None]]


class Supply:
    """What one turn's agent gets. `tell` takes events of ours, `ask` puts questions."""

    def __init__(
        self,
        cwd: str,
        environment: Mapping[str, str],
        calls: Calls,
        tell: Callable[[EngineEvent], None],
        ask: AskAbout,
    ) -> None:
        self._cwd = cwd
        self._environment = environment
        self._calls = calls
        self._tell = tell
        self._ask = ask
        self._terminals: dict[str, Terminal] = {}
        self._numbers = itertools.count(1)

    async def serve(self, method: str, params: dict[str, Any]) -> Any:
        """Answers a request. Raises `Refused` with a sentence for the agent."""
        try:
            match method:
                case "fs/read_text_file":
                    return await self._read(params)
                case "fs/write_text_file":
                    return await self._write(params)
                case "terminal/create":
                    return await self._create(params)
                case "terminal/output" | "terminal/wait_for_exit" | "terminal/kill" | "terminal/release":
                    return await self._terminal(method.removeprefix("terminal/"), params)
        except HermesError as error:
            raise Refused(FAILED, error.message, None) from error
        raise Refused(-32601, f"{method} is not offered", None)

    async def close(self) -> None:
        """Ends what still runs."""
        terminals, self._terminals = tuple(self._terminals.values()), {}
        await asyncio.gather(*(terminal.end() for terminal in terminals))

    async def _read(self, params: dict[str, Any]) -> dict[str, Any]:
        line, limit = params.get("line"), params.get("limit")
        first = line if type(line) is int else 1
        most = limit if type(limit) is int else None
        found = await asyncio.to_thread(lambda: self._folder().text(_text(params, "path"), first, most))
        return {"content": found.text}

    async def _write(self, params: dict[str, Any]) -> dict[str, Any]:
        path, new = _text(params, "path"), _text(params, "content")
        old, version, where = await asyncio.to_thread(self._before, path)
        places = frozenset({path, where, str(Path(self._cwd) / where)})
        call = self._calls.covering(EDITS, "", places) or self._own("write_text_file", "edit", f"Write {where}")
        if not call.told:
            call.args, call.locations = {"path": where}, (Location(where),)
        if call.allowed is not True:
            call.diffs = call.diffs or (diff_of(where, old, new),)
            await self._allowed(call)
        try:
            await asyncio.to_thread(lambda: self._folder().write(path, new.encode(), version))
        except HermesError as error:
            self._end(call, "failed", error.message)
            raise
        self._end(call, "ok", f"{where} was written.")
        return {}

    def _before(self, path: str) -> tuple[str | None, str | None, str]:
        folder = self._folder()
        try:
            found = folder.read(path)
        except NotFound:
            return None, None, path.removeprefix(f"{self._cwd}/")
        return found.data.decode("utf-8", "replace"), found.version, found.path

    async def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        if len(self._terminals) >= MOST_TERMINALS:
            raise Refused(FAILED, "There are too many terminals; release some.", None)
        command = _text(params, "command")
        args = [str(each) for each in params.get("args") or ()]
        cwd = str(await asyncio.to_thread(lambda: self._folder().resolve(str(params.get("cwd") or self._cwd))))
        line = shown(command, args)
        call = self._calls.covering(RUNS, line) or self._own("terminal", "execute", f"Run {line}")
        if not call.told:
            call.args = {"command": line}
        if call.allowed is not True:
            await self._allowed(call)
        given = {str(each.get("name")): str(each.get("value") or "") for each in params.get("env") or ()}
        limit = params.get("outputByteLimit")
        terminal = Terminal(call, self._told, limit if type(limit) is int else None)
        await terminal.start(command, args, {**self._environment, **given}, cwd)
        terminal_id = f"term-{next(self._numbers)}"
        self._terminals[terminal_id] = terminal
        return {"terminalId": terminal_id}

    async def _terminal(self, verb: str, params: dict[str, Any]) -> dict[str, Any]:
        terminal_id = _text(params, "terminalId")
        terminal = self._terminals.get(terminal_id)
        if terminal is None:
            raise Refused(INVALID, "There is no such terminal.", None)
        match verb:
            case "output":
                status = terminal.status
                found = {"output": terminal.output, "truncated": terminal.truncated}
                return {**found, "exitStatus": status} if status is not None else found
            case "wait_for_exit":
                return await terminal.wait()
            case "kill":
                await terminal.end()
                return {}
        del self._terminals[terminal_id]
        await terminal.end()
        return {}

    async def _allowed(self, call: Call) -> None:
        """Returns where the user allows it. Raises `Refused` otherwise."""
        number = next(self._numbers)
        answer = await self._ask(call, wishes.own(f"{call.id}#own{number}", call, self._cwd))
        if answer is None or not answer.allowed:
            self._end(call, "denied", DENIED)
            raise Refused(FAILED, DENIED, None)

    def _own(self, name: str, kind: Any, title: str) -> Call:
        call = self._calls.new(f"ours-{next(self._numbers)}")
        call.name, call.kind, call.title, call.own = name, kind, title, True
        return call

    def _end(self, call: Call, status: str, result: str) -> None:
        for event in self._ended(call, status, result):
            self._tell(event)

    def _ended(self, call: Call, status: str, result: str) -> Iterator[EngineEvent]:
        """Calls of the agent's own are ended by the agent."""
        if call.own:
            yield from self._calls.end(call, status, result)

    def _told(self, terminal: Terminal, text: str) -> None:
        """More output, or the end of a terminal ("")."""
        call = terminal.call
        if text:
            call.printed += text
            self._tell(ToolCallUpdated(call.id, text))
        else:
            code = (terminal.status or {}).get("exitCode")
            self._end(call, "ok" if code == 0 else "failed", terminal.output)

    def _folder(self) -> Folder:
        return Folder(Path(self._cwd))


def _text(params: Mapping[str, Any], name: str) -> str:
    found = params.get(name)
    if not isinstance(found, str):
        raise Refused(INVALID, f"`{name}` must be text.", None)
    return found
