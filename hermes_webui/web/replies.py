"""Reading requests and writing replies: JSON by msgspec, errors as `{"error": …}`."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hermes_webui.errors import BadRequest, HermesError, TooLarge

T = TypeVar("T", bound=msgspec.Struct)

#: A prompt, its attachments' descriptions and their wrapping: far more than any model reads.
BODY_LIMIT = 8 << 20

#: What is stored is read again by programs whose decoders go less deep than ours.
DEEPEST = 32

#: The longest count that is read.
DIGITS = 9


class Json(Response):
    """A reply as JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encodes the content."""
        return msgspec.json.encode(content)


async def body_of(request: Request, kind: type[T]) -> T:
    """The request's body as `kind`. Raises `BadRequest`, `TooLarge`; nothing of the store is touched before."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_LIMIT:
            raise TooLarge(f"The request is larger than {BODY_LIMIT >> 20} MB. Nothing was saved; send less at once.")
    try:
        found = msgspec.json.decode(bytes(received), type=kind)
    except msgspec.ValidationError as error:
        raise BadRequest(f"The request does not fit: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("The request's body is not valid JSON in UTF-8.") from error
    for name in found.__struct_fields__:
        refuse_nul(name, getattr(found, name))
    return found


def refuse_nul(name: str, value: object, depth: int = 0) -> None:
    """No text of a person holds a NUL, and not everything that text passes through can carry one; nor every depth."""
    if depth > DEEPEST:
        raise BadRequest(f"{name} is nested more than {DEEPEST} deep.")
    if isinstance(value, str) and "\0" in value:
        raise BadRequest(f"{name} holds a NUL character. Take it out and send again.")
    if isinstance(value, list | tuple):
        for item in value:
            refuse_nul(name, item, depth + 1)
    if isinstance(value, dict):
        for key, item in value.items():
            refuse_nul(name, key, depth + 1)
            refuse_nul(name, item, depth + 1)


def wanted(request: Request, name: str) -> str:
    """A query parameter that must be there."""
    value = request.query_params.get(name, "")
    if not value:
        raise BadRequest(f"The parameter {name} is missing.")
    refuse_nul(name, value)
    return value


def number(request: Request, name: str, default: int, most: int) -> int:
    """A count in the query, at least 1, at most `most`."""
    value = request.query_params.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit()) or len(value) > max(DIGITS, len(str(most))) or int(value) < 1:
        raise BadRequest(f"{name} must be a number from 1 to {most}.")
    return min(int(value), most)


def flag(request: Request, name: str, default: bool) -> bool:  # noqa: FBT001 - a query's default
    """A 0 or 1 in the query."""
    value = request.query_params.get(name, "1" if default else "0")
    if value not in {"0", "1"}:
        raise BadRequest(f"{name} must be 0 or 1.")
    return value == "1"


async def on_error(_request: Request, error: Exception) -> Response:
    """An error of the tree as its reply."""
    if not isinstance(error, HermesError):
        raise error
    return Json(error.as_json(), error.status)


async def on_no_route(_request: Request, error: Exception) -> Response:
    """What the router found wrong (no such path, no such method) as a reply of the same shape."""
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    told = {404: "There is no such address here.", 405: "That address does not take this method."}
    message = told.get(error.status_code, "The request cannot be understood.")
    return Json({"error": {"code": code, "message": message}}, error.status_code, headers=error.headers)
