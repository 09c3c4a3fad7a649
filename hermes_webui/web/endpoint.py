"""One path of the server, as the table of routes and its description know it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

Handler = Callable[..., Awaitable[Any]]

GET = "GET"
POST = "POST"


class Endpoint(Struct, frozen=True):
    """One path. `query` names its parameters, those that must be given with a `!`; `body` is its request's type, or it
    `takes` a body of this media type.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    query: str = ""
    body: type[Struct] | None = None
    takes: str = ""
    gives: str = ""
    status: int = 200
