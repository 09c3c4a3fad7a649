"""Who may ask: hosts, origins, kinds of body; and the headers that every reply carries."""

import base64
import hashlib
import re
from pathlib import Path

import httpx2

from tests.peers.hermes import HOST, Hermes, contents

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

FOREIGN_HOSTS = (
    *(
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.2",
        "10.0.0.1",
    ),
    *("localhost@evil.example", "127.0.0.1:{port}@evil.example", "evil.example#127.0.0.1", "[::1].evil.example", ""),
    *("127.0.0.1 evil.example", "127.0.0.1,evil.example", "127.0.0.1/evil", "2130706433", "0.0.0.0", "::1", "[::1"),
    *("127.0.0.1:port", "127.0.0.1:999999", "lоcalhost", "localhost\\evil.example"),
)


async def test_other_names_than_this_machines_are_refused_before_anything_is_done(hermes: Hermes):
    before = contents(hermes.settings.state)
    for host in FOREIGN_HOSTS:
        named = host.format(port=hermes.port).encode("latin-1", "replace")
        for path in ("/", "/health", "/api/sessions", "/static/app.js"):
            request = b"GET %b HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % (path.encode(), named)
            status, _ = await hermes.raw(request)
            assert status in {400, 403}, (host, path)
        body = b'{"password": "x"}'
        head = b"POST /api/session/new HTTP/1.1\r\nHost: %b\r\nOrigin: http://%b\r\nConnection: close\r\n" % (
            named,
            named,
        )
        kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        status, _ = await hermes.raw(head + kind + body)
        assert status in {400, 403}, host
    status, _ = await hermes.raw(b"GET /api/sessions HTTP/1.0\r\n\r\n")
    assert status == 403
    assert contents(hermes.settings.state) == before


async def test_this_machines_own_names_are_let_in(hermes: Hermes):
    for host in ("127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LOCALHOST", "localhost."):
        headers = {"host": host.format(port=hermes.port)}
        assert (await hermes.client.get("/health", headers=headers)).status_code == 200


async def test_names_that_the_owner_adds_are_let_in(tmp_path: Path):
    async with Hermes(tmp_path, hosts=frozenset({"chat.example"})) as hermes:
        headers = {"host": "chat.example", "origin": "https://chat.example"}
        assert (await hermes.client.post("/api/session/new", json={}, headers=headers)).status_code == 200
        assert (await hermes.client.get("/health")).status_code == 403


FOREIGN_ORIGINS = (
    *("null", "http://evil.example", "https://evil.example:{port}", "http://127.0.0.1", "http://127.0.0.1:1", ""),
    *("http://localhost:{port}", "http://127.0.0.1:{port}.evil.example", "http://user@127.0.0.1:{port}", "é"),
    *("127.0.0.1:{port}", "file://", "chrome-extension://abc", "ftp://127.0.0.1:{port}", "http://[", "http://[::1"),
    "http://127.0.0.1:x",
)


async def test_other_origins_are_refused(hermes: Hermes):
    before = contents(hermes.settings.state)
    for origin in FOREIGN_ORIGINS:
        headers = {b"origin": origin.format(port=hermes.port).encode()}
        for reply in (
            await hermes.client.post("/api/session/new", json={}, headers=headers),
            await hermes.client.get("/api/sessions", headers=headers),
            await hermes.client.get("/api/events", headers=headers),
        ):
            assert (reply.status_code, reply.json()["error"]["code"]) == (403, "forbidden"), origin
    assert contents(hermes.settings.state) == before


async def test_the_pages_own_origin_is_let_in(hermes: Hermes):
    for headers in (
        {"origin": hermes.url},
        {"origin": hermes.url, "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ):
        assert (await hermes.client.post("/api/session/new", json={}, headers=headers)).status_code == 200


async def test_what_another_site_sends_is_refused(hermes: Hermes):
    for site in ("cross-site", "same-site", "nonsense", ""):
        reply = await hermes.client.post("/api/session/new", json={}, headers={"sec-fetch-site": site})
        assert (reply.status_code, reply.json()["error"]["code"]) == (403, "forbidden")


async def test_another_site_cannot_read_either(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "hi")
    stream = session["last_run"]["run_id"]
    for path in (
        "/api/sessions",
        f"/api/session?session_id={session_id}",
        f"/api/session/status?session_id={session_id}",
        "/api/events",
        f"/api/events?session_id={session_id}",
        f"/api/chat/stream?stream_id={stream}",
        f"/api/chat/stream/status?stream_id={stream}",
        "/api/models",
        "/api/engines",
    ):
        for site in ("cross-site", "same-site"):
            reply = await hermes.client.get(path, headers={"sec-fetch-site": site})
            assert (reply.status_code, reply.json()["error"]["code"]) == (403, "forbidden"), path
    for site in ("same-origin", "none"):
        headers = {"sec-fetch-site": site}
        assert (await hermes.client.get("/api/sessions", headers=headers)).status_code == 200
    linked = await hermes.client.get("/", headers={"sec-fetch-site": "cross-site"})
    assert linked.status_code == 200


async def every_kind_of_reply(hermes: Hermes) -> dict[str, httpx2.Response]:
    """One reply of each kind: pages, files, data, a stream, and every sort of error."""
    client = hermes.client
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "hi")
    (hermes.sessions / "_log" / f"{session_id}.jsonl").unlink()
    async with client.stream("GET", "/api/events") as stream:
        pass
    async with client.stream("GET", f"/api/chat/stream?stream_id={session['last_run']['run_id']}") as run:
        pass
    etag = (await client.get("/")).headers["etag"]
    return {
        "page": await client.get("/"),
        "not modified": await client.get("/", headers={"if-none-match": etag}),
        "file": await client.get("/static/app.js"),
        "no file": await client.get("/static/nothing.js"),
        "docs": await client.get("/api/docs"),
        "data": await client.get("/api/sessions"),
        "stream": stream,
        "run": run,
        "host": await client.get("/", headers={"host": "evil.example"}),
        "origin": await client.get("/", headers={"origin": "null"}),
        "kind": await client.post("/api/session/new", content="{}", headers={"content-type": "text/plain"}),
        "body": await client.post("/api/session/new", content="{", headers={"content-type": "application/json"}),
        "id": await client.get("/api/session?session_id=../x"),
        "no path": await client.get("/api/nothing"),
        "no method": await client.get("/api/session/new"),
        "options": await client.options("/api/session/new"),
        "head": await client.head("/"),
        "unexpected": await client.get(f"/api/session?session_id={session_id}"),
    }


async def test_every_reply_carries_the_headers(hermes: Hermes):
    for what, reply in (await every_kind_of_reply(hermes)).items():
        lean = "file" in what  # modules and style sheets: the policy of the document that loads them holds for them
        for name, value in HEADERS.items():
            if not lean or name in {"x-content-type-options", "cross-origin-resource-policy"}:
                assert reply.headers.get_list(name) == [value], (what, name)
        assert len(reply.headers.get_list("content-security-policy")) == (0 if lean else 1), what
        assert not [name for name in reply.headers if name.lower().startswith("access-control")], what
        assert "server" not in reply.headers, what


async def test_an_error_that_nobody_expected_tells_nothing_of_the_inside(hermes: Hermes):
    reply = (await every_kind_of_reply(hermes))["unexpected"]
    assert reply.status_code == 500
    assert reply.json()["error"].keys() >= {"code", "message"}
    assert not any(each in reply.text for each in ("Traceback", "Errno", str(hermes.settings.state), ".py", "jsonl"))


async def test_the_content_policy_lets_in_nothing_but_our_own_files_and_the_import_map(hermes: Hermes):
    page = await hermes.client.get("/")
    policy = page.headers["content-security-policy"]
    rules = {name: values for name, *values in (part.split() for part in policy.split(";"))}
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy
    assert rules["default-src"] == ["'none'"]
    for name in ("base-uri", "frame-ancestors"):
        assert rules[name] == ["'none'"]
    inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", page.text, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in inline]
    assert rules["script-src"] == ["'self'", *hashes]
    assert len(hashes) <= 1
    assert not re.search(r"<style|\sstyle=|\son\w+=", page.text)


async def test_nothing_is_shared_with_other_origins(hermes: Hermes):
    asking = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    reply = await hermes.client.options("/api/chat/start", headers=asking)
    assert reply.status_code == 403
    assert not [name for name in reply.headers if name.lower().startswith("access-control")]
    assert HOST in hermes.url
