"""An agent of the tests' own, on the official SDK's agent side, run as a process: `python -m tests.peers.acp_agent`.

What it does is said by words in the prompt, one step a `;`:

    say TEXT                 text                     think TEXT          a thought
    step NAME                waits until the file NAME is there (in its working folder)
    tool ID KIND [SUBJECT]   a call begins            done ID [TEXT]      it ends well
    failed ID [TEXT]         it ends badly            output ID TEXT      it says more
    late ID KIND SUBJECT     announced without input, which comes with the next update
    edit ID PATH NEW         a call with a diff       plan A|B            a plan; B is under way
    ask ID [SUBJECT]         asks a permission for the call ID; says what was chosen
    askother ID KIND SUBJECT the same under an id of its own, as Hermes does
    child ID PARENT          a call of a subagent     mode ID             the mode changes by itself
    usage USED SIZE COST     what was used            title TEXT          names the session
    read PATH / write PATH TEXT / run COMMAND …       through the client
    die                      ends at once             refuse              stops with refusal
    error TEXT               the prompt fails         garbage             prints what is no message
    spawn                    starts a process that outlives it; says its id
    recall                   says all that it was ever told in this session, a line each
    env NAME                 says a variable          blocks              says the kinds of what it was sent
    big N                    a text of N characters   stderr N            writes N bytes to its error output
    login                    asks for a login         mcp                 says which MCP servers it was given
    messages A|B             texts that are messages of their own

Its sessions are kept in ACP_AGENT_STORE. ACP_AGENT_WAYS is a list of what is wrong with it: `wedges` (after a cancel
during a tool or a question, prompts are queued for ever), `loads_anything`, `forgets` (keeps no session), `intercepts`
(its own /compact), `no_load`, `no_images`, `slow_cancel` (does not hear a cancel), `silent` (never answers),
`wont_start` (exits with 3), `hasty` (denies by itself after 1 s), `signed_out` (opens no session), `says_signed_out`
(opens one, and tells that it has no account), `no_http` (takes no MCP servers by HTTP).
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import acp
from acp import schema
from acp.exceptions import RequestError

STORE = Path(os.environ.get("ACP_AGENT_STORE", "."))
WAYS = frozenset(os.environ.get("ACP_AGENT_WAYS", "").split())

MODES = [schema.SessionMode(id="ask", name="Ask"), schema.SessionMode(id="code", name="Code", description="Writes")]
OPTIONS = [
    schema.PermissionOption(option_id="yes", name="Yes", kind="allow_once"),
    schema.PermissionOption(option_id="yes_session", name="Yes, in this session", kind="allow_always"),
    schema.PermissionOption(option_id="yes_always", name="Always", kind="allow_always"),
    schema.PermissionOption(option_id="no", name="No", kind="reject_once"),
]
COMMANDS = [
    schema.AvailableCommand(name="compact", description="Makes it short"),
    schema.AvailableCommand(
        name="search",
        description="Looks it up",
        input=schema.AvailableCommandInput(root=schema.UnstructuredCommandInput(hint="words")),
    ),
]


def kept_sessions() -> list[str]:
    return sorted(path.stem for path in STORE.glob("s-*.txt"))


class Agent:
    """Every session is a file of lines."""

    conn: Any

    def __init__(self) -> None:
        self.running: set[str] = set()
        self.delicate: set[str] = set()
        self.wedged: set[str] = set()
        self.cancelled: dict[str, asyncio.Event] = {}
        self.blocks: list[Any] = []
        self.cwd = "."
        self.servers: list[Any] = []

    def on_connect(self, conn: Any) -> None:
        self.conn = conn

    async def initialize(self, protocol_version: int, **_: Any) -> schema.InitializeResponse:
        if "silent" in WAYS:
            await asyncio.Event().wait()
        listed = schema.SessionCapabilities(list=schema.SessionListCapabilities())
        can = schema.AgentCapabilities(
            load_session="no_load" not in WAYS,
            prompt_capabilities=schema.PromptCapabilities(image="no_images" not in WAYS, embedded_context=True),
            session_capabilities=listed,
            field_meta={"authStatus": {}} if "says_signed_out" in WAYS else None,
            mcp_capabilities=schema.McpCapabilities(http="no_http" not in WAYS),
        )
        info = schema.Implementation(name="peer", version="1.2.3")
        return schema.InitializeResponse(protocol_version=1, agent_capabilities=can, agent_info=info)

    async def new_session(self, cwd: str, mcp_servers: Any = (), **_: Any) -> schema.NewSessionResponse:
        if "signed_out" in WAYS:
            raise RequestError(-32000, "The key is missing.")
        if "says_signed_out" in WAYS:
            status = {"authStatus": {"kind": "none", "label": "Not logged in"}}
            await self.conn._conn.send_notification("_auth/status_update", status)
        self.servers = list(mcp_servers)
        session_id = f"s-{secrets.token_hex(4)}"
        self._file(session_id).touch()
        self.cwd = cwd
        asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self._tell_commands(session_id)))
        return schema.NewSessionResponse(session_id=session_id, modes=self._modes())

    async def load_session(
        self, session_id: str, cwd: str, mcp_servers: Any = (), **_: Any
    ) -> schema.LoadSessionResponse | None:
        self.servers = list(mcp_servers)
        known = self._file(session_id).exists() and "forgets" not in WAYS
        self.cwd = cwd
        if not known and "loads_anything" not in WAYS:
            raise RequestError.invalid_params({"details": "no such session"})
        for line in self._lines(session_id):
            await self._say(session_id, f"replayed: {line}")
        asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self._tell_commands(session_id)))
        return schema.LoadSessionResponse(modes=self._modes())

    async def list_sessions(self, **_: Any) -> schema.ListSessionsResponse:
        names = [] if "forgets" in WAYS else kept_sessions()
        found = [schema.SessionInfo(session_id=name, cwd=self.cwd) for name in names]
        return schema.ListSessionsResponse(sessions=found)

    async def set_session_mode(self, mode_id: str, session_id: str, **_: Any) -> schema.SetSessionModeResponse:
        if mode_id not in {mode.id for mode in MODES}:
            raise RequestError.invalid_params({"details": "no such mode"})
        self._note(session_id, f"mode {mode_id}")
        return schema.SetSessionModeResponse()

    async def cancel(self, session_id: str, **_: Any) -> None:
        self._note(session_id, "cancel" if session_id in self.running else "cancel when idle")
        if "wedges" in WAYS and session_id in self.delicate:
            self.wedged.add(session_id)
        elif "slow_cancel" not in WAYS:
            self.cancelled.setdefault(session_id, asyncio.Event()).set()

    async def prompt(self, prompt: list[Any], session_id: str, **_: Any) -> schema.PromptResponse:
        text = "\n".join(block.text for block in prompt if block.type == "text")
        self.blocks = prompt
        if session_id in self.running:  # swallowed, as Hermes does
            await self._say(session_id, "Queued for the next turn.")
            return schema.PromptResponse(stop_reason="end_turn")
        self._note(session_id, f"user: {text}")
        if text.strip().startswith(("/compact", "/search")):
            await self._say(session_id, f"command: {text.strip()}")
            return schema.PromptResponse(stop_reason="end_turn")
        self.running.add(session_id)
        stop = self.cancelled[session_id] = asyncio.Event()
        work = asyncio.ensure_future(self._steps(session_id, text))
        waiting = asyncio.ensure_future(stop.wait())
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if session_id in self.wedged:
            await asyncio.Event().wait()
        self.running.discard(session_id)
        self.delicate.discard(session_id)
        if not work.done():
            work.cancel()
            return schema.PromptResponse(stop_reason="cancelled")
        reason = work.result()
        usage = schema.Usage(total_tokens=18, input_tokens=11, output_tokens=7, thought_tokens=3)
        return schema.PromptResponse(stop_reason=reason, usage=usage)

    async def _steps(self, session_id: str, text: str) -> Any:
        script = text.rsplit("please: ", maxsplit=1)[-1] if "please: " in text else f"say You said: {text}"
        for step in script.split("; "):
            verb, _, rest = step.strip().partition(" ")
            if verb == "refuse":
                return "refusal"
            await self._step(session_id, verb, rest)
        return "end_turn"

    async def _step(self, session_id: str, verb: str, rest: str) -> None:
        words = rest.split(" ")
        tail = " ".join(words[1:])
        match verb:
            case "say":
                self._note(session_id, f"agent: {rest}")
                await self._say(session_id, rest)
            case "think":
                await self._update(session_id, acp.update_agent_thought_text(rest))
            case "step":
                while not Path(self.cwd, rest).exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
                    await asyncio.sleep(0.01)
            case "tool" | "child" | "late":
                await self._tool(session_id, verb, words)
            case "done" | "failed" | "output":
                status: Any = {"done": "completed", "failed": "failed", "output": "in_progress"}[verb]
                content = [acp.tool_content(acp.text_block(tail))] if tail else None
                update = acp.update_tool_call(words[0], status=status, content=content)
                await self._update(session_id, update)
                if verb != "output":
                    self.delicate.discard(session_id)
            case "edit":
                diff = acp.tool_diff_content(words[1], " ".join(words[2:]) + "\n", "old\n")
                places = [schema.ToolCallLocation(path=words[1], line=3)]
                call = acp.start_tool_call(
                    words[0],
                    f"Edit {words[1]}",
                    kind="edit",
                    content=[diff],
                    locations=places,
                    raw_input={"path": words[1]},
                )
                await self._update(session_id, call)
            case "ask" | "askother":
                await self._ask(session_id, verb, words)
            case _:
                await self._other(session_id, verb, rest, words)

    async def _other(self, session_id: str, verb: str, rest: str, words: list[str]) -> None:
        match verb:
            case "plan":
                states: Any = ("completed", "in_progress", "pending")
                entries = [
                    schema.PlanEntry(content=each, priority="high", status=states[min(at, 2)])
                    for at, each in enumerate(rest.split("|"))
                ]
                await self._update(session_id, schema.AgentPlanUpdate(session_update="plan", entries=entries))
            case "mode":
                changed = schema.CurrentModeUpdate(session_update="current_mode_update", current_mode_id=rest)
                await self._update(session_id, changed)
            case "usage":
                used, size, cost = words
                price = schema.Cost(amount=float(cost), currency="USD")
                update = schema.UsageUpdate(session_update="usage_update", used=int(used), size=int(size), cost=price)
                await self._update(session_id, update)
            case "title":
                await self._update(
                    session_id, schema.SessionInfoUpdate(session_update="session_info_update", title=rest)
                )
            case "read":
                found = await self.conn.read_text_file(path=rest, session_id=session_id)
                await self._say(session_id, f"read: {found.content}")
            case "write":
                await self.conn.write_text_file(path=words[0], content=" ".join(words[1:]), session_id=session_id)
                await self._say(session_id, "written")
            case "run":
                await self._run(session_id, words)
            case _:
                await self._trouble(session_id, verb, rest)

    async def _trouble(self, session_id: str, verb: str, rest: str) -> None:
        match verb:
            case "die":
                os._exit(9)
            case "garbage":
                print("this is no message\n[1, 2]\n{", flush=True)  # noqa: T201
                await self._update(session_id, {"sessionUpdate": "from_the_future", "x": 1})
                await self.conn._conn.send_notification("_peer/from_the_future", {"x": 1})
            case "error":
                raise RequestError.internal_error({"details": rest})
            case "login":
                raise RequestError.auth_required()
            case "spawn":
                away = subprocess.Popen(["sleep", "1000"], start_new_session=True)  # noqa: ASYNC220
                await self._say(session_id, str(away.pid))
            case _:
                await self._tell(session_id, verb, rest)

    async def _tell(self, session_id: str, verb: str, rest: str) -> None:
        match verb:
            case "recall":
                await self._say(session_id, "\n".join(self._lines(session_id)))
            case "env":
                await self._say(session_id, os.environ.get(rest, "(none)"))
            case "mcp":
                said = [json.loads(each.model_dump_json(by_alias=True, exclude_none=True)) for each in self.servers]
                await self._say(session_id, json.dumps(said))
            case "messages":
                for number, text in enumerate(rest.split("|")):
                    chunk = {"sessionUpdate": "agent_message_chunk", "messageId": f"m{number}"}
                    await self._update(session_id, {**chunk, "content": {"type": "text", "text": text}})
            case "blocks":
                await self._say(session_id, " ".join(block.type for block in self.blocks))
            case _:
                await self._much(session_id, verb, int(rest))

    async def _much(self, session_id: str, verb: str, count: int) -> None:
        if verb == "big":
            await self._say(session_id, "x" * count)
        else:
            sys.stderr.write("e" * count + "\n")
            sys.stderr.flush()

    async def _tool(self, session_id: str, verb: str, words: list[str]) -> None:
        self.delicate.add(session_id)
        if verb == "child":
            call = acp.start_tool_call(words[0], "Look", kind="read", raw_input={"path": "a.txt"}, status="in_progress")
            call.field_meta = {"claudeCode": {"parentToolUseId": words[1], "toolName": "Read"}}
            await self._update(session_id, call)
            return
        kind: Any = words[1]
        subject = " ".join(words[2:])
        given = {"command" if kind == "execute" else "path": subject} if subject else None
        if verb == "late":
            await self._update(
                session_id, acp.start_tool_call(words[0], kind, kind=kind, status="pending", raw_input={})
            )
            update = acp.update_tool_call(words[0], status="in_progress", raw_input=given, title=f"{kind} {subject}")
            await self._update(session_id, update)
            return
        title = f"{kind} {subject}".strip()
        await self._update(
            session_id, acp.start_tool_call(words[0], title, kind=kind, status="in_progress", raw_input=given)
        )

    async def _ask(self, session_id: str, verb: str, words: list[str]) -> None:
        self.delicate.add(session_id)
        call = schema.ToolCallUpdate(tool_call_id=words[0])
        if verb == "askother":
            kind: Any = words[1]
            given = {"command": " ".join(words[2:])}
            call = schema.ToolCallUpdate(tool_call_id=words[0], kind=kind, title="May I?", raw_input=given)
        asking = self.conn.request_permission(session_id=session_id, tool_call=call, options=OPTIONS)
        outcome = (await asking).outcome
        chosen = getattr(outcome, "option_id", outcome.outcome)
        self._note(session_id, f"answer: {chosen}")
        await self._say(session_id, f"answer: {chosen}. ")

    async def _run(self, session_id: str, words: list[str]) -> None:
        made = await self.conn.create_terminal(command=words[0], args=words[1:], session_id=session_id)
        ended = await self.conn.wait_for_terminal_exit(terminal_id=made.terminal_id, session_id=session_id)
        found = await self.conn.terminal_output(terminal_id=made.terminal_id, session_id=session_id)
        await self.conn.release_terminal(terminal_id=made.terminal_id, session_id=session_id)
        await self._say(session_id, f"ran: {ended.exit_code} {found.output}")

    async def _tell_commands(self, session_id: str) -> None:
        update = schema.AvailableCommandsUpdate(session_update="available_commands_update", available_commands=COMMANDS)
        await self._update(session_id, update)

    async def _say(self, session_id: str, text: str) -> None:
        await self._update(session_id, acp.update_agent_message_text(text))

    async def _update(self, session_id: str, update: Any) -> None:
        if isinstance(update, dict):
            await self.conn._conn.send_notification("session/update", {"sessionId": session_id, "update": update})
        else:
            await self.conn.session_update(session_id=session_id, update=update)

    def _modes(self) -> schema.SessionModeState:
        return schema.SessionModeState(current_mode_id="ask", available_modes=MODES)

    def _file(self, session_id: str) -> Path:
        return STORE / f"{session_id}.txt"

    def _note(self, session_id: str, line: str) -> None:
        with self._file(session_id).open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _lines(self, session_id: str) -> list[str]:
        path = self._file(session_id)
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


if __name__ == "__main__":
    if "wont_start" in WAYS:
        sys.exit("this agent does not start")
    playing: Any = Agent()  # the parts of an agent that are needed here
    asyncio.run(acp.run_agent(playing))
