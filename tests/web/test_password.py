"""The password: who has given it comes in, everybody else gets no further than the door."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hermes_webui.errors import TooManyRequests, Unauthorized
from hermes_webui.web.login import COOKIE, DAYS, TRIES, TRIES_SECONDS, Doorman, hash_of
from tests.peers.hermes import HOST, Hermes

PASSWORD = "correct horse"

#: As quick as argon2 gets; what a real hash costs is no matter here.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASH = QUICK.hash(PASSWORD)


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Hermes]:
    async with Hermes(tmp_path / "state", password_hash=HASH) as server:
        yield server


async def login(server: Hermes, password: str = PASSWORD, status: int = 200):
    return await server.post("/api/login", status, password=password)


async def test_without_the_cookie_nothing_but_the_door_opens(guarded: Hermes):
    for path in ("/health", "/", "/c/x", "/static/app.js"):
        assert (await guarded.client.get(path)).status_code == 200
    await login(guarded)
    document = await guarded.get("/api/openapi.json")
    guarded.client.cookies.clear()
    for path, methods in document["paths"].items():
        if path in {"/health", "/api/login"}:
            continue
        reply = await (guarded.client.get(path) if "get" in methods else guarded.client.post(path, json={}))
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "unauthorized"), path
    for path in (
        "/api/docs",
        "/api/openapi.json",
        "/api/nothing",
        "/nothing",
        "/health/",
        "/health%3fx",
        "/c/%2e%2e/api",
    ):
        assert (await guarded.client.get(path)).status_code == 401, path
    for path in ("/static/../api/sessions", "/static/..%2fapi/sessions", "//api/sessions", "/c/../api/sessions"):
        status, raw = await guarded.raw(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        assert status in {401, 404}
        assert b"sessions" not in raw


async def test_the_right_password_opens(guarded: Hermes):
    assert await login(guarded) == {"ok": True}
    session_id = await guarded.new()
    session = await guarded.exchange(session_id, "hello", "hi")
    assert session["message_count"] == 2


async def test_the_cookie_is_kept_from_scripts_and_other_sites(guarded: Hermes):
    reply = await guarded.client.post("/api/login", json={"password": PASSWORD})
    cookie = SimpleCookie(reply.headers["set-cookie"])[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert int(cookie["max-age"]) == DAYS * 86400
    assert not cookie["domain"]
    behind = {"x-forwarded-proto": "https"}
    reply = await guarded.client.post("/api/login", json={"password": PASSWORD}, headers=behind)
    assert SimpleCookie(reply.headers["set-cookie"])[COOKIE]["secure"]


async def test_a_wrong_password_does_not_and_soon_has_to_wait(guarded: Hermes):
    for wrong in ("", "Correct horse", "correct horse ", "x" * 100_000, HASH)[:TRIES]:
        found = await login(guarded, wrong, 401)
        assert found["error"]["code"] == "unauthorized"
    found = await login(guarded, PASSWORD, 429)
    assert found["error"]["code"] == "too_many_requests"
    assert (await guarded.client.get("/api/sessions")).status_code == 401


async def test_after_a_minute_one_may_try_again():
    now = [1000.0]
    doorman = Doorman(HASH, b"secret", lambda: now[0])
    for _ in range(TRIES):
        with pytest.raises(Unauthorized):
            await doorman.admit("wrong")
    with pytest.raises(TooManyRequests):
        await doorman.admit(PASSWORD)
    now[0] += TRIES_SECONDS
    assert await doorman.admit(PASSWORD)


async def test_logging_out_forgets_the_browser(guarded: Hermes):
    await login(guarded)
    await guarded.post("/api/logout")
    assert (await guarded.client.get("/api/sessions")).status_code == 401


async def test_a_ticket_lasts_over_a_restart_but_not_over_another_password(guarded: Hermes):
    reply = await guarded.client.post("/api/login", json={"password": PASSWORD})
    ticket = SimpleCookie(reply.headers["set-cookie"])[COOKIE].value
    headers = {"cookie": f"{COOKIE}={ticket}"}
    await guarded.restart()
    assert (await guarded.client.get("/api/sessions", headers=headers)).status_code == 200
    other = Hermes(guarded.settings.state, password_hash=QUICK.hash("another"))
    await guarded.stop()
    async with other:
        assert (await other.client.get("/api/sessions", headers=headers)).status_code == 401
    await guarded.start()


async def test_a_ticket_that_was_made_up_or_is_over_does_not_open(guarded: Hermes):
    now = [0.0]
    doorman = Doorman(HASH, b"secret", lambda: now[0])
    ticket = await doorman.admit(PASSWORD)
    until, _, signature = ticket.partition(".")
    forged = (
        *("", ".", "x", f"{until}.", f".{signature}", f"{int(until) + 1}.{signature}", f"{until}.{signature[:-1]}"),
        *(f"{until}.{signature}0", f"{until}.{signature.upper()}", f"²{until}.{signature}", f"{until}.é", "9" * 5000),
        *(f"{until}.{'0' * 64}", f"-{until}.{signature}", f" {until}.{signature}", "99999999999." + "a" * 10_000),
    )
    for each in forged:
        reply = await guarded.client.get("/api/sessions", headers={b"cookie": f"{COOKIE}={each}".encode()})
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "unauthorized"), each
    assert signature.upper() != signature


class Asking:
    """A request with this ticket."""

    def __init__(self, ticket: str) -> None:
        self.cookies = {COOKIE: ticket}


async def test_a_ticket_ends_after_its_days():
    now = [1_000_000.0]
    doorman = Doorman(HASH, b"secret", lambda: now[0])
    ticket = await doorman.admit(PASSWORD)
    now[0] += DAYS * 86400 - 1
    assert doorman.knows(Asking(ticket))  # type: ignore[arg-type]
    now[0] += 1
    assert not doorman.knows(Asking(ticket))  # type: ignore[arg-type]
    assert not Doorman(HASH, b"another", lambda: 0.0).knows(Asking(ticket))  # type: ignore[arg-type]


async def test_where_no_password_is_set_none_is_asked_for_and_none_can_be_set(hermes: Hermes):
    assert await login(hermes, "anything") == {"ok": True}
    assert "set-cookie" not in (await hermes.client.post("/api/login", json={"password": "x"})).headers
    await hermes.get("/api/sessions")


def test_a_stored_hash_is_argon2_and_different_each_time():
    one, two = hash_of(PASSWORD), hash_of(PASSWORD)
    assert one != two
    assert one.startswith("$argon2id$")
    assert PASSWORD not in one
    assert PasswordHasher().verify(one, PASSWORD)
