"""One turn with an agent: the prompt goes out, what comes back are events in the order it was said, questions are asked
beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from hermes_webui.engines.acp import told, wishes
from hermes_webui.engines.acp.calls import Call, Calls
from hermes_webui.engines.acp.link import Lost, Refused
from hermes_webui.engines.acp.profiles import Profile
from hermes_webui.engines.acp.seats import Seat
from hermes_webui.engines.acp.supply import Supply
from hermes_webui.engines.base import (
    Answer,
    Ask,
    EngineEvent,
    InputRequest,
    TextDelta,
    TurnEnded,
)

#: How long an agent has for the end of a turn that it was asked to stop, before its process is ended.
STOP_SECONDS: Final = 3.0

CANCELLED: Final[Mapping[str, Any]] = {"outcome": {"outcome": "cancelled"}}


class _Wish(Struct, frozen=True):
    """A question about a call; the answer goes to who waits for it."""

    call: Call
    request: InputRequest
    answer: asyncio.Future[Answer]


#: What waits for its turn to be told. It is understood when it is heard, so that a question finds its call.
_Item = _Wish | EngineEvent


class Exchange:
    """A turn under way, whose calls' ids begin with `mark`."""

    def __init__(self, seat: Seat, profile: Profile, cwd: str, mark: str, env: Mapping[str, str]) -> None:
        self._seat = seat
        self.cwd = cwd
        self._patience = profile.traits.patience
        self._inbox: asyncio.Queue[_Item | None] = asyncio.Queue()
        self._asking: dict[asyncio.Task[None], _Wish] = {}
        self._wanted: list[asyncio.Future[Answer]] = []
        self._prompt: asyncio.Task[Any] | None = None
        self._spent = told.Spent(cost_before=seat.cost)
        self._over = False
        self._questions = 0
        #: The agent's message that its text now is part of, where it says that.
        self._message = ""
        self.calls = Calls(profile.name, mark)
        self._supply = Supply(cwd, env, self.calls, self._inbox.put_nowait, self.ask)

    @property
    def is_delicate(self) -> bool:
        """Whether a call runs or a question waits."""
        return bool(self.calls.open or self._wanted)

    @property
    def is_running(self) -> bool:
        """Whether the agent still works on it."""
        return self._prompt is not None and not self._prompt.done()

    async def hear(self, method: str, params: dict[str, Any]) -> Any:
        """What the agent says and asks during the turn."""
        if method == "session/update":
            self._update(params.get("update"))
            return None
        if method == "session/request_permission":
            return await self._permission(params)
        return await self._supply.serve(method, params)

    def _update(self, update: Any) -> None:
        if not isinstance(update, dict):
            return
        before, self._seat.session = self._seat.session, told.changed(update, self._seat.session)
        for event in self._events_of(update):
            self._inbox.put_nowait(event)
        if self._seat.session != before:
            self._inbox.put_nowait(self._seat.session.info())

    async def _permission(self, params: dict[str, Any]) -> dict[str, Any]:
        said, options = params.get("toolCall"), params.get("options")
        if not isinstance(said, dict) or not isinstance(options, list):
            raise Refused(-32602, "a permission is asked for a tool call, with options", None)
        call = self.calls.asked(said)
        request = wishes.permission(self.new_id(call), call, options, self.cwd, self._patience)
        answer = await self.ask(call, request)
        return dict(CANCELLED) if answer is None else wishes.outcome(request, answer)

    def new_id(self, call: Call) -> str:
        """An id for a question about this call: an agent may ask several about one."""
        self._questions += 1
        return f"{call.id}#{self._questions}"

    async def ask(self, call: Call, request: InputRequest) -> Answer | None:
        """The answer, None where the turn has ended."""
        if self._over:
            return None
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._wanted.append(future)
        for event in self.calls.begin(call):
            self._inbox.put_nowait(event)
        self._inbox.put_nowait(_Wish(call, request, future))
        try:
            answer = await future
        except asyncio.CancelledError:
            if future.cancelled():
                return None
            raise
        finally:
            self._wanted.remove(future)
        call.allowed = answer.allowed
        return answer

    async def events(self, blocks: list[dict[str, Any]], ask: Ask) -> AsyncGenerator[EngineEvent]:
        """The turn. Raises `Lost` or `Refused` after all that came before."""
        link = self._seat.link
        if link is None:
            raise Lost("the agent has ended")
        params = {"sessionId": self._seat.agent_session, "prompt": blocks}
        self._prompt = asyncio.create_task(link.request("session/prompt", params, None))
        self._prompt.add_done_callback(self._done)
        while (item := await self._inbox.get()) is not None:
            if isinstance(item, _Wish):
                self._begin_asking(item, ask)
            else:
                yield item
        self._over = True
        self._withdraw()
        await self._supply.close()
        said = self._prompt.result()
        while not self._inbox.empty():  # what ended with the terminals
            item = self._inbox.get_nowait()
            if item is not None and not isinstance(item, _Wish):
                yield item
        for event in self._end(said if isinstance(said, dict) else {}):
            yield event

    def _done(self, prompt: asyncio.Task[Any]) -> None:
        if not prompt.cancelled():
            prompt.exception()
        self._inbox.put_nowait(None)

    def _events_of(self, update: dict[str, Any]) -> Iterator[EngineEvent]:
        kind = update.get("sessionUpdate")
        if kind in {"tool_call", "tool_call_update"}:
            self._message = ""
            yield from self.calls.take(update)
        elif kind == "usage_update":
            self._spent = self._spent.take(update)
            self._seat.cost = self._spent.cost
            yield self._spent.usage()
        else:
            self._spent = self._spent.add(update)
            event = told.event_of(update)
            if isinstance(event, TextDelta):
                event = self._apart(event, str(update.get("messageId") or ""))
            if event is not None:
                yield event

    def _apart(self, text: TextDelta, message: str) -> TextDelta:
        """Text of another message of the agent's begins a paragraph: Claude Code warns in one after its reply."""
        before, self._message = self._message, message
        return TextDelta(f"\n\n{text.text}") if before and before != message else text

    def _end(self, said: dict[str, Any]) -> Iterator[EngineEvent]:
        reason = told.REASONS.get(str(said.get("stopReason")), "unknown")
        yield from self.calls.close()
        usage = self._spent.whole(said)
        if usage is not None:
            yield usage
        yield TurnEnded(reason)

    def _begin_asking(self, wish: _Wish, ask: Ask) -> None:
        async def put() -> None:
            try:
                answer = await ask(wish.request)
            except asyncio.CancelledError:
                wish.answer.cancel()
                raise
            if not wish.answer.done():
                wish.answer.set_result(answer)

        task = asyncio.create_task(put())
        self._asking[task] = wish
        task.add_done_callback(self._asked)

    def _asked(self, task: asyncio.Task[None]) -> None:
        wish = self._asking.pop(task)
        if not task.cancelled() and task.exception() is not None and not wish.answer.done():
            wish.answer.cancel()

    def _withdraw(self) -> None:
        """Nobody needs an answer any more."""
        for task in tuple(self._asking):
            task.cancel()
        for future in tuple(self._wanted):
            future.cancel()

    async def stop(self, *, wedges: bool) -> None:
        """Ends a turn that nobody follows any more, so that the agent can take the next one; the process is ended where
        that is the only way.
        """
        delicate = self.is_delicate
        self._over = True
        self._withdraw()
        await self._supply.close()
        link, prompt = self._seat.link, self._prompt
        if link is None or prompt is None or prompt.done():  # an agent that is idle is never told to stop
            return
        if not (wedges and delicate):
            try:
                await link.notify("session/cancel", {"sessionId": self._seat.agent_session})
                await asyncio.wait({prompt}, timeout=STOP_SECONDS)
            except Lost:
                pass
        if not prompt.done() or isinstance(prompt.exception(), Lost):
            await self._seat.end(at_once=True)
