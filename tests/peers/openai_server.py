"""A model server for tests: it speaks OpenAI's (both), Ollama's, Anthropic's and Google's streaming APIs on
loopback.

    with ModelPeer() as peer:                       # a free port; ends with the block
        config = ProviderConfig("peer", "Peer", "openai", f"{peer.url}/v1", Secret("sk-test"))
        ...
        peer.requests[-1].messages                  # what the model was sent

By hand: `python -m tests.peers.openai_server --port 8765`, then OPENAI_BASE_URL=http://127.0.0.1:8765/v1.

What it does is said by words in the last message of the user (or by `peer.behave("please …")`, which goes
before them):

    please say: TEXT         the reply is TEXT (to the end of the message), a word a piece
    please write N words     the reply has N words
    please reason            thoughts first, as `reasoning_content` (or as its kin in the others)
    please think             thoughts first, as inline <think> tags
    please step              each piece waits for `peer.step()`; `peer.run_on()` lets all the rest go
    please stop at the limit the finish reason says that the limit was reached
    please filter            the finish reason says content filter, with no text
    please end in error      the stream ends with an error, as the dialect has it
    please be blocked        the prompt is refused in a reply without a candidate (Google's dialect only)
    please be empty          a reply without text
    please forget the end    the stream ends without a finish reason
    please be silent         no answer at all, until the caller hangs up
    please cut               the connection breaks in the middle of the reply
    please cut in the call   it breaks in the middle of a response that calls a tool
    please babble            200 and something that is no chat reply
    please call: NAME {…} AND NAME {…}
                             calls these tools at once; each such line is one response, and the rest is done after
                             the last; {n} in the arguments becomes the number of the response
    please call for ever: NAME {…}
                             calls it in each response
    please mention: TEXT     says TEXT (to the end of its line) before each call
    please take no tools     a request with tools is refused as Ollama does
    please fail: WHAT        an error; WHAT is a name in `dialects.FAILURES`: 401, 429, 500, quota, …

Anything else is answered with "You said: " and the message. A request without a key is let in unless `key=`
is given.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.peers.anthropic_messages import Anthropic
from tests.peers.dialects import FAILURES, Dialect, Failure, Ollama, OpenAI
from tests.peers.gemini import Google
from tests.peers.openai_responses import Responses

_DEADLINE = 10.0
#: After which piece a reply that is to be cut breaks.
_CUT = 3


@dataclass
class Seen:
    """One request that the peer got. `body` is its JSON, {} where it had none."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages of a chat request (Google: its `contents`)."""
        return self.body.get("messages") or self.body.get("contents") or []


class ModelPeer:
    """The server, in a thread of its own. A context manager; everything public may be called from any
    thread."""

    def __init__(self, *, key: str = "", models: tuple[str, ...] = ("peer-small", "peer-large"), port: int = 0) -> None:
        self.key = key
        self.models = models
        #: Whether each call has an id of its own: Hermes takes two of the same id to be one.
        self.numbers_calls = False
        #: Whether it is as strict as the real services; what other people's programs send is their own affair.
        self.strict = True
        self.requests: list[Seen] = []
        #: What was wrong with requests that a real service would not have accepted either.
        self.refusals: list[str] = []
        self.open_streams = 0
        self._port = port
        self._behaviour: str | None = None
        self._changed = threading.Condition()
        self._steps = 0

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without `/v1`."""
        return f"http://127.0.0.1:{self._port}"

    def behave(self, words: str | None) -> None:
        """Do what these words say in all requests from now on; None: what each prompt says."""
        self._behaviour = words

    def reset(self) -> None:
        """As if it had just been started, for the next test: waits until no reply is being streamed."""
        self.run_on()
        self.wait_until_closed()
        self.requests.clear()
        self.refusals.clear()
        self.behave(None)
        self.key, self._steps = "", 0

    def step(self, pieces: int = 1) -> None:
        """Lets a stepped stream write this many pieces more."""
        with self._changed:
            self._steps += pieces
            self._changed.notify_all()

    def run_on(self) -> None:
        """Lets every stepped stream run to its end."""
        self.step(1_000_000)

    def wait_until_closed(self) -> None:
        """Returns when no reply is being streamed any more, be it told or hung up on; TimeoutError after 10
        s."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.open_streams == 0, _DEADLINE):
                raise TimeoutError("a reply is still being streamed")

    def wait_until_open(self) -> None:
        """Returns when a reply is being streamed (or kept waiting); TimeoutError after 10 s."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.open_streams > 0, _DEADLINE):
                raise TimeoutError("no request came")

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(self._app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _DEADLINE
        while not self._server.started and time.monotonic() < deadline:
            self._thread.join(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self.run_on()
        self._thread.join(_DEADLINE)

    def _app(self) -> Starlette:
        chats = ("/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1beta/models/{call}")
        return Starlette(
            routes=[
                *(Route(path, self._chat, methods=["POST"]) for path in chats),
                Route("/v1/models", self._list),
                Route("/v1beta/models", self._list),
                Route("/api/tags", self._list),
                Route("/api/show", self._show, methods=["POST"]),
            ]
        )

    async def _see(self, request: Request) -> tuple[Seen, Dialect]:
        raw = await request.body()
        seen = Seen(request.method, request.url.path, dict(request.headers), json.loads(raw) if raw else {})
        self.requests.append(seen)
        return seen, _dialect_of(seen)

    def _turned_away(self, seen: Seen, dialect: Dialect) -> Response | None:
        if self.key and dialect.key_in(seen.headers) != self.key:
            return self._fail(dialect, "401", seen)
        return None

    async def _list(self, request: Request) -> Response:
        seen, dialect = await self._see(request)
        words = self._behaviour or ""
        if failing := re.search(r"please fail: (\w+)", words):
            return self._fail(dialect, failing[1], seen)
        if "please be silent" in words:
            return _Reply(self, self._silence())
        if "please babble" in words:
            return Response("<html>Welcome</html>", media_type="text/html")
        return self._turned_away(seen, dialect) or JSONResponse(dialect.listing(self.models))

    async def _show(self, request: Request) -> Response:
        await self._see(request)
        return JSONResponse({"parameters": "num_ctx    4096", "model_info": {"tiny.context_length": 32768}})

    async def _chat(self, request: Request) -> Response:
        seen, dialect = await self._see(request)
        if refusal := self._turned_away(seen, dialect):
            return refusal
        if self.strict and (wrong := dialect.refusal(seen)):
            self.refusals.append(wrong)
            return JSONResponse(dialect.error(Failure(400, wrong)), 400)
        words = self._behaviour if self._behaviour is not None else dialect.prompt(seen.body)
        if failing := re.search(r"please fail: (\w+)", words):
            return self._fail(dialect, failing[1], seen)
        if "please be silent" in words:
            return _Reply(self, self._silence())
        if "please babble" in words:
            return Response("<html>Welcome</html>", media_type="text/html")
        if "please take no tools" in words and seen.body.get("tools"):
            return self._fail(dialect, "no_tools", seen)
        in_call = "please cut in the call" in words
        calls, words = _calls(words, dialect.steps(seen.body))
        thoughts, text = _script(words)
        ending = "calls" if calls else _ending(words)
        if not dialect.streams(seen):
            return JSONResponse(dialect.whole(thoughts, text, ending))
        chunks = dialect.chunks(thoughts, _pieces(text), ending, calls)
        if self.numbers_calls:
            mark = len(self.requests)
            chunks = (re.sub(r'id": "(c\d+|msg-1)"', rf'id": "\1-{mark}"', chunk) for chunk in chunks)
        told = list(chunks)
        cut = len(told) // 2 - 1 if in_call and calls else _CUT if "please cut" in words else None
        return _Reply(self, self._paced(iter(told), stepped="please step" in words), cut=cut)

    def _fail(self, dialect: Dialect, what: str, seen: Seen) -> Response:
        failure = dialect.failures.get(what) or FAILURES[what]
        secret = dialect.key_in(seen.headers) or "none"
        body = json.loads(json.dumps(dialect.error(failure)).replace("{key}", secret))
        return JSONResponse(body, failure.status, headers=failure.headers)

    async def _silence(self) -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield ""

    async def _paced(self, chunks: Iterator[str], *, stepped: bool) -> AsyncIterator[str]:
        for chunk in chunks:
            if stepped:
                await asyncio.to_thread(self._take_step)
            yield chunk

    def _take_step(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._steps > 0, _DEADLINE)
            self._steps -= 1

    def _count(self, by: int) -> None:
        with self._changed:
            self.open_streams += by
            self._changed.notify_all()


def _dialect_of(seen: Seen) -> Dialect:
    if seen.path.startswith("/v1beta/"):
        return Google(seen.path, seen.body)
    if seen.path == "/v1/messages" or "anthropic-version" in seen.headers:
        return Anthropic(seen.body)
    if seen.path == "/v1/responses":
        return Responses()
    return Ollama() if seen.path.startswith("/api/") else OpenAI()


class _Reply(Response):
    """Streams until the chunks end or the caller hangs up; a cut one stops in the middle without an end."""

    def __init__(self, peer: ModelPeer, chunks: AsyncIterator[str], *, cut: int | None = None) -> None:
        super().__init__(media_type="text/event-stream")
        self._peer, self._chunks, self._cut = peer, chunks, cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._peer._count(1)
        telling = asyncio.create_task(self._tell(send))
        leaving = asyncio.create_task(_hung_up(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (telling, leaving):
                task.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)
            self._peer._count(-1)

    async def _tell(self, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]
        started = False
        async for at, chunk in _numbered(self._chunks):
            if not started:
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                started = True
            await send({"type": "http.response.body", "body": chunk.encode(), "more_body": True})
            if at == self._cut:
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _numbered(chunks: AsyncIterator[str]) -> AsyncIterator[tuple[int, str]]:
    at = 0
    async for chunk in chunks:
        yield at, chunk
        at += 1


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _script(words: str) -> tuple[str, str]:
    """Thoughts and text for these words."""
    thoughts = "Let me see. They want a reply. I know one." if "please reason" in words else ""
    text = f"You said: {words}"
    if said := re.search(r"please say: (.*)", words, re.DOTALL):
        text = said[1]
    elif count := re.search(r"please write (\d+) words", words):
        text = " ".join(f"word{n}" for n in range(1, int(count[1]) + 1))
    elif re.search("please (be empty|be blocked|filter)", words):
        text = ""
    return thoughts, f"<think>\nI think inline.\n</think>\n\n{text}" if "please think" in words else text


def _calls(words: str, step: int) -> tuple[list[tuple[str, str]], str]:
    """The calls of this response, (name, arguments), and the words that are left to do."""
    lines = re.findall(r"please call( for ever)?: (.*)", words)
    said = re.search(r"please mention: (.*)", words)
    rest = re.sub(r"please (call( for ever)?|mention): .*\n?", "", words)
    ever = next((line for for_ever, line in lines if for_ever), None)
    once = [line for for_ever, line in lines if not for_ever]
    line = once[step] if step < len(once) else ever
    if line is None:
        return [], rest
    split = [each.strip().partition(" ") for each in line.replace("{n}", str(step)).split(" AND ")]
    mention = f"please say: {said[1]}" if said else "please be empty"
    reason = "please reason " if "please reason" in words else ""
    pace = "please step " if "please step" in words else ""
    return [(name, args or "{}") for name, _, args in split], f"{reason}{pace}{mention}"


def _ending(words: str) -> str:
    """One of the endings that the dialects spell: stop, length, filter, error, or "" for none."""
    endings = {
        "be blocked": "blocked",
        "stop at the limit": "length",
        "filter": "filter",
        "forget the end": "",
        "end in error": "error",
    }
    for phrase, ending in endings.items():
        if f"please {phrase}" in words:
            return ending
    return "stop"


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+\s*", text) if text.strip() else [text] * bool(text)


@contextmanager
def unused_address() -> Iterator[str]:
    """An address at which nothing answers while the block lasts: the port is bound, but nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="", help="let in only requests with this key")
    given = parser.parse_args()
    with ModelPeer(port=given.port, key=given.key) as peer:
        print(f"{peer.url}/v1", flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
