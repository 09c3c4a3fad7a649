"""What does not fit is refused with a sentence, and the store is as it was."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hermes_webui.web.replies import BODY_LIMIT
from tests.peers.hermes import HOST, Hermes, contents

JSON = {"content-type": "application/json"}

NO_IDS = (
    "../x",
    "..",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "_log",
    "-x",
    "x.json",
    "%2e%2e",
    "x\n",
    "é",
    " ",
    "",
    "a" * 129,
    "a" * 10_000,
    "../" * 3_000,
    "\u202e",
    "nul\0",
    "~",
    "x~",
    "../x~00",
)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Hermes]:
    """A server with a conversation that rests."""
    async with Hermes(tmp_path / "state") as hermes:
        session_id = await hermes.new(title="Mine")
        await hermes.exchange(session_id, "hello", "hi")
        await hermes.post("/api/session/draft", session_id=session_id, text="half a thou")
        await hermes.restart()
        while not (await hermes.get("/api/usage", days=1))["complete"]:
            pass  # what was used is still being counted, in a file of its own
        yield hermes


class Client:
    """Sends what should be refused, and sees that it is and that nothing has changed."""

    def __init__(self, server: Hermes) -> None:
        self.server = server
        self.before = contents(server.settings.state)
        self.faults: list[str] = []
        self.sent = 0

    async def refused(self, path: str, what: Any, *statuses: int, method: str = "POST", **options: Any) -> None:
        if not options:
            options = {"content": json.dumps(what), "headers": JSON}
        reply = await self.server.client.request(method, path, **options)
        self.sent += 1
        fault = self._fault(reply, statuses)
        if fault:
            self.faults.append(f"{method} {path} {str(what)[:80]!r}: {reply.status_code} {fault}")

    def _fault(self, reply: httpx2.Response, statuses: tuple[int, ...]) -> str:
        if not 400 <= reply.status_code < 500 or (statuses and reply.status_code not in statuses):
            return "is not what was wanted"
        try:
            error = reply.json()["error"]
        except (ValueError, KeyError, TypeError):
            return f"is no JSON error: {reply.text[:100]}"
        if not (isinstance(error.get("code"), str) and isinstance(error.get("message"), str) and error["message"]):
            return f"lacks a code or a sentence: {error}"
        if tells_of_this_machine(reply.text):
            return f"tells a path: {reply.text}"
        if contents(self.server.settings.state) != self.before:
            self.before = contents(self.server.settings.state)
            return "changed the store"
        return ""

    def judge(self, at_least: int) -> None:
        assert not self.faults, "\n".join(self.faults)
        assert self.sent >= at_least


def tells_of_this_machine(text: str) -> bool:
    here = str(Path(__file__).parents[2])
    return any(each in text for each in (here, "/tmp", "/home/", "Traceback", "hermes_webui/", str(Path.home()) + "/"))


async def described(server: Hermes) -> dict[str, dict[str, Any]]:
    """The type of the body of every POST, by its path, as the API describes itself."""
    document = await server.get("/api/openapi.json")
    found = {}
    for path, methods in document["paths"].items():
        body = methods.get("post", {}).get("requestBody")
        if body is not None and "application/json" in body["content"]:
            reference = body["content"]["application/json"]["schema"]["$ref"]
            found[path] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


async def valid(server: Hermes) -> dict[str, Any]:
    """A value that fits, for every field that a body may have."""
    rows = [row for archived in (0, 1) for row in (await server.get("/api/sessions", archived=archived))["sessions"]]
    row = min(rows, key=lambda row: row["created_at"])
    session = await server.session(row["session_id"])
    return {
        "session_id": row["session_id"],
        "path": "notes.txt",
        "to": "other.txt",
        "trash_id": "0123456789abcdef",
        "terminal_id": "0123456789abcdef",
        "data": "ls",
        "cols": 80,
        "rows": 24,
        "message_id": session["messages"][0]["id"],
        "stream_id": session["last_run"]["run_id"],
        "queue_id": "q1",
        "action": "remove",
        "title": "Yours",
        "message": "again",
        "text": "half a thought",
        "password": "x",
        "id": "0123456789abcdef",
        "pinned": True,
        "archived": True,
        "name": "Garden",
        "project_id": "0123456789ab",
        "tags": ["home"],
        "message_count": 1,
        "on": True,
        "request_id": "c1",
        "server": "files",
        "tool": "read",
        "enabled": False,
        "prompt": "Water the garden.",
        "mode": "plan",
        "when": {"kind": "daily", "at": "09:00"},
        "timezone": "UTC",
        "due": "09:00",
    }


def types_of(schema: dict[str, Any]) -> set[str]:
    if "anyOf" in schema:
        return set().union(*map(types_of, schema["anyOf"]))
    return {schema["type"]} if "type" in schema else {"object"}


VALUES: tuple[tuple[str, Any], ...] = (
    ("integer", 1),
    ("integer", -(10**30)),
    ("number", 1.5),
    ("boolean", True),
    ("null", None),
    ("string", "x"),
    ("array", []),
    ("array", [["x"]]),
    ("array", [1]),
    ("object", {}),
    ("object", {"a": {"b": [1]}}),
)


def wrong_values(schema: dict[str, Any]) -> Iterator[Any]:
    fits = types_of(schema)
    for kind, value in VALUES:
        inside = kind == "array" and bool(value)
        if kind not in fits or inside or (kind == "integer" and abs(value) > 1 << 64):
            yield value


def closed(path: str) -> tuple[int, ...]:
    """Terminals are off until their owner switches them on: all that is asked of them is refused first."""
    return (403,) if path.startswith("/api/terminal/") else ()


async def test_every_field_of_a_wrong_type_and_every_missing_one_is_refused(server: Hermes):
    client, good = Client(server), await valid(server)
    for path, schema in (await described(server)).items():
        body = {name: good[name] for name in schema.get("required", ())}
        for name in schema.get("required", ()):
            await client.refused(path, {key: value for key, value in body.items() if key != name}, 400)
        for name, field in schema["properties"].items():
            for value in wrong_values(field):
                await client.refused(path, {**body, name: value}, 400, 409, *closed(path))
    client.judge(at_least=400)


async def test_what_is_no_json_object_is_refused(server: Hermes):
    bodies = (
        *(b"", b"{", b"nonsense", b"[]", b"1", b'"x"', b"null", b"true", b"{}x", b"{'a': 1}", b'{"a": NaN}', b"\0"),
        *(b"\xff\xfe{}", b'\xef\xbb\xbf{"title": 1}', b"[" * 100_000, b'{"a":' * 50_000),
        *(b"session_id=x&title=y", b'{"session_id": "x', "{}".encode("utf-16")),
    )
    client = Client(server)
    for path in await described(server):
        for body in bodies:
            await client.refused(path, body[:40], 400, content=body, headers=JSON)
    client.judge(at_least=15 * len(bodies))


async def test_lone_surrogates_and_nuls_are_refused_wherever_text_stands(server: Hermes):
    client, good = Client(server), await valid(server)
    bad = (r"\ud800", r"x\udfffy", r"\udc00\ud800", r"\u0000", r"a\u0000b", "\0", "\ud800", "\udfff")
    for path, schema in (await described(server)).items():
        body = {name: good[name] for name in schema.get("required", ())}
        for name, field in schema["properties"].items():
            if "string" not in types_of(field):
                continue
            for text in bad:
                whole = json.dumps({**body, name: "HERE"}).replace("HERE", text)
                data = whole.encode("utf-8", "surrogatepass")
                await client.refused(path, (name, ascii(text)), 400, 404, content=data, headers=JSON)
    for text in bad:
        for inner in (f'{{"name": "{text}"}}', f'{{"{text}": 1}}', f'{{"a": [["{text}"]]}}'):
            whole = (
                json.dumps({"session_id": good["session_id"], "message": "x"})[:-1] + f', "attachments": [{inner}]}}'
            )
            data = whole.encode("utf-8", "surrogatepass")
            await client.refused("/api/chat/start", ascii(inner), 400, content=data, headers=JSON)
    client.judge(at_least=300)


async def test_ids_that_are_none_are_refused(server: Hermes):
    client, good = Client(server), await valid(server)
    unknown = ("0123456789ab", "m1-0000", "m999999999999999-abcd", "m1", "é" * 5_000, "0123456789ab~00")
    for path, schema in (await described(server)).items():
        body = {name: good[name] for name in schema.get("required", ())}
        for name in {"session_id", "message_id", "stream_id"} & schema["properties"].keys():
            for bad in (*NO_IDS, *unknown):
                if name == "message_id" and not bad and path.endswith("retry"):
                    continue
                await client.refused(path, {**body, name: bad}, 400, 404, *closed(path))
    client.judge(at_least=400)


async def test_ids_in_queries_that_are_none_are_refused(server: Hermes):
    client, good = Client(server), await valid(server)
    places = (
        ("/api/session", "session_id"),
        ("/api/session/status", "session_id"),
        ("/api/events", "session_id"),
        ("/api/chat/stream", "stream_id"),
        ("/api/chat/stream/status", "stream_id"),
    )
    for path, name in places:
        for bad in (*NO_IDS, "0123456789ab", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
            if bad or path != "/api/events":  # which follows the list alone where no session is named
                await client.refused(path, bad, 400, 404, method="GET", params={name: bad})
    for path, _ in places:
        if path != "/api/events":
            await client.refused(path, "nothing", 400, method="GET", params={})
    for bad in ("nul\0", "m1-0000", "../x", "a" * 10_000):
        query = {"session_id": good["session_id"], "msg_before": bad}
        await client.refused("/api/session", bad, 400, 404, method="GET", params=query)
    for bad in ("x", "1.x", "-1", "1.-1", "1" * 41, "²", "1.2.3", "\0"):
        query = {"session_id": good["session_id"], "after": bad}
        await client.refused("/api/events", bad, 400, method="GET", params=query)
        query = {"stream_id": good["stream_id"], "after": bad}
        await client.refused("/api/chat/stream", bad, 400, method="GET", params=query)
    client.judge(at_least=100)


MEANINGLESS = (
    ("/api/chat/start", {"message": ""}),
    ("/api/chat/start", {"message": " \n\t\u2003"}),
    ("/api/session/edit", {"message": "  "}),
    ("/api/chat/start", {"key": ""}),
    ("/api/chat/start", {"key": "k" * 201}),
    ("/api/session/edit", {"key": "k" * 201}),
    ("/api/session/retry", {"key": "k" * 201}),
    ("/api/chat/start", {"engine": "nobody"}),
    ("/api/session/edit", {"engine": "nobody"}),
    ("/api/session/retry", {"engine": "nobody"}),
    ("/api/session/rename", {"title": ""}),
    ("/api/session/rename", {"title": " \n "}),
    ("/api/session/rename", {"title": "t" * 501}),
    ("/api/session/new", {"title": "t" * 501}),
    ("/api/session/select", {"message_id": None}),
)


async def test_values_that_mean_nothing_are_refused(server: Hermes):
    client, good, schemas = Client(server), await valid(server), await described(server)
    for path, change in MEANINGLESS:
        schema = schemas[path]
        names = {"message_id", *schema.get("required", ())} & schema["properties"].keys()
        await client.refused(path, {**{name: good[name] for name in names}, **change}, 400)
    client.judge(at_least=len(MEANINGLESS))


async def test_what_is_nested_deeper_than_other_programs_read_is_refused(server: Hermes):
    client, good = Client(server), await valid(server)
    start = json.dumps({"session_id": good["session_id"], "message": "x"})[:-1]
    pairs = (("[", "]"), ('{"a":', "}"))
    for depth, (opening, closing) in product((33, 60, 200, 500, 900, 990, 2_000, 100_000), pairs):
        inner = f'{{"deep": {opening * depth}1{closing * depth}}}'
        whole = f'{start}, "attachments": [{inner}]}}'
        await client.refused("/api/chat/start", f"{depth} x {opening}", 400, content=whole, headers=JSON)
    client.judge(at_least=16)


async def test_a_body_over_the_limit_is_refused_with_and_without_its_length(server: Hermes):
    client, good = Client(server), await valid(server)
    body = json.dumps({"session_id": good["session_id"], "message": "x" * BODY_LIMIT}).encode()
    await client.refused("/api/chat/start", "huge", 413, content=body, headers=JSON)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1 << 20):
            yield body[start : start + (1 << 20)]

    await client.refused("/api/chat/start", "chunked", 413, content=pieces(), headers=JSON)
    client.judge(at_least=2)
    fits = json.dumps({"session_id": good["session_id"], "text": "x" * (BODY_LIMIT - 100)}).encode()
    assert (await server.client.post("/api/session/draft", content=fits, headers=JSON)).status_code == 200


async def test_a_client_that_goes_away_in_its_body_leaves_nothing(server: Hermes):
    before = contents(server.settings.state)
    good = await valid(server)
    body = json.dumps({"session_id": good["session_id"], "message": "half"}).encode()
    head = f"POST /api/chat/start HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}"
    for part in (b"", body[:10], body[:-1]):
        _, writer = await asyncio.open_connection(HOST, server.port)
        writer.write(head.encode() + b"\r\n\r\n" + part)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    await server.get("/health")
    assert contents(server.settings.state) == before


async def test_a_length_that_is_none_is_refused(server: Hermes):
    before = contents(server.settings.state)
    head = f"POST /api/session/new HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    for length in ("x", "-1", "1e3", "²"):
        status, _ = await server.raw(f"{head}Content-Length: {length}\r\n\r\n{{}}".encode())
        assert 400 <= status < 500
    assert contents(server.settings.state) == before


async def test_a_wrong_method_is_refused(server: Hermes):
    client = Client(server)
    taken = (await server.get("/api/openapi.json"))["paths"]
    for path in await described(server):
        for method in {"GET", "PUT", "DELETE", "PATCH"} - {each.upper() for each in taken[path]}:
            await client.refused(path, {}, 405, method=method)
    for path in ("/health", "/api/sessions", "/api/session", "/api/events", "/api/models", "/api/docs", "/"):
        await client.refused(path, {}, 405, method="POST")
        await client.refused(path, {}, 405, method="DELETE")
    client.judge(at_least=70)


async def test_only_json_is_taken(server: Hermes):
    client, good = Client(server), await valid(server)
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonp", "*/*")
    for path, schema in (await described(server)).items():
        body = json.dumps({name: good[name] for name in schema.get("required", ())})
        for kind in kinds:
            await client.refused(path, kind, 415, content=body, headers={"content-type": kind})
    client.judge(at_least=90)


async def test_an_unknown_path_is_a_json_error(server: Hermes):
    client = Client(server)
    for path in ("/api", "/api/", "/api/nothing", "/api/sessions/", "/api//sessions", "/nothing", "/c/a/b", "/api/%00"):
        await client.refused(path, None, 404, method="GET", params={})
        await client.refused(path, {}, 404)
    client.judge(at_least=16)


NAMES = st.sampled_from(
    [
        *("session_id", "message_id", "stream_id", "message", "text", "title", "key", "model", "engine", "pinned", "x"),
        *("archived", "attachments", "exact", "draft_revision", "expected_revision", "workspace", "model_provider"),
    ]
)
TEXTS = st.text(max_size=20) | st.sampled_from(["", "../x", "demo", "nobody", "SESSION", "MESSAGE", "STREAM"])
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(place=st.integers(0, 10_000), body=st.dictionaries(NAMES, TEXTS | ANY, max_size=5))
async def test_any_body_is_answered_or_refused_whole(server: Hermes, place: int, body: dict[str, Any]):
    good = await valid(server)
    known = {"SESSION": good["session_id"], "MESSAGE": good["message_id"], "STREAM": good["stream_id"]}
    body = {name: known.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
    paths = sorted(await described(server))
    path = paths[place % len(paths)]
    if path.endswith(("login", "delete")):
        return
    body = {"session_id": good["session_id"], **body} if place % 3 else body
    reply = await server.client.post(path, content=json.dumps(body).encode("utf-8", "surrogatepass"), headers=JSON)
    assert reply.status_code < 500, (path, body, reply.text)
    if reply.status_code >= 400:
        assert reply.json()["error"].keys() >= {"code", "message"}
        assert not tells_of_this_machine(reply.text)
    assert (await server.session(good["session_id"]))["messages"]
