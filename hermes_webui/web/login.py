"""The password, where one is set: argon2, a cookie that scripts cannot read, and fewer tries for those who guess."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections import deque
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from hermes_webui.errors import SettingsError, TooManyRequests, Unauthorized
from hermes_webui.web.replies import Json, body_of

COOKIE = "hermes_webui"
DAYS = 30
TRIES = 5
TRIES_SECONDS = 60.0
LONGEST_TIME = 11


class Login(Struct, forbid_unknown_fields=True):
    """What the login form sends."""

    password: str


class Doorman:
    """Knows who may come in. Its tickets are signed with the store's secret and bound to the password's hash."""

    def __init__(self, password_hash: str, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._store_secret = secret
        self.change(password_hash)
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=TRIES)
        self._checking = asyncio.Lock()

    def change(self, password_hash: str) -> None:
        """Another password from now on (empty: none); tickets of the one before are void."""
        self._hash = password_hash
        self._secret = self._store_secret + password_hash.encode()

    @property
    def is_needed(self) -> bool:
        """Whether a password is set."""
        return bool(self._hash)

    def knows(self, request: HTTPConnection) -> bool:
        """Whether the request may pass."""
        return not self._hash or self._valid(request.cookies.get(COOKIE, ""))

    def _valid(self, ticket: str) -> bool:
        until, _, signature = ticket.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= LONGEST_TIME):
            return False
        return hmac.compare_digest(self._sign(until).encode(), signature.encode()) and int(until) > self._clock()

    def _sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), "sha256").hexdigest()

    async def admit(self, password: str) -> str:
        """A ticket for the right password. Raises `Unauthorized`, and `TooManyRequests` after five wrong ones in a
        minute.
        """
        async with self._checking:
            now = self._clock()
            if len(self._failures) == TRIES and now - self._failures[0] < TRIES_SECONDS:
                raise TooManyRequests("Too many wrong passwords. Wait a minute and try again.")
            if not await asyncio.to_thread(_fits, self._hash, password):
                self._failures.append(now)
                raise Unauthorized("That is not the password.")
        return self.ticket()

    def ticket(self) -> str:
        """What a browser shows from now on, for thirty days."""
        until = str(int(self._clock()) + DAYS * 86400)
        return f"{until}.{self._sign(until)}"


def _fits(password_hash: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(password_hash, password)
    except VerificationError:
        return False
    except InvalidHashError as error:
        raise SettingsError(
            "The stored password hash is damaged. Set the password again: `hermes-webui password`."
        ) from error


def hash_of(password: str) -> str:
    """What is stored of a password."""
    return PasswordHasher().hash(password)


async def login(request: Request) -> Response:
    """Checks the password and gives the browser its cookie."""
    given = await body_of(request, Login)
    doorman: Doorman = request.app.state.services.doorman
    if doorman.is_needed:
        await doorman.admit(given.password)
    return admitted(request, Json({"ok": True}), doorman)


def admitted(request: Request, reply: Response, doorman: Doorman) -> Response:
    """The reply with the browser's cookie, where a password is set."""
    if doorman.is_needed:
        secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        age = DAYS * 86400
        reply.set_cookie(COOKIE, doorman.ticket(), age, path="/", secure=secure, httponly=True, samesite="strict")
    return reply


async def logout(_request: Request) -> Response:
    """Takes the cookie back."""
    reply = Json({"ok": True})
    reply.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return reply
