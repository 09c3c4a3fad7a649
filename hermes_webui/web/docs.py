"""The API's description, made from the table of routes and the types of their bodies."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hermes_webui.web.endpoint import Endpoint
from hermes_webui.web.replies import Json

Handler = Callable[[Request], Awaitable[Response]]

ERRORS = (
    "400 what was sent does not fit · 401 password wanted · 403 foreign host or page · 404 unknown id · "
    "409 changed meanwhile · 413 too large · 503 the disk takes no writes"
)
#: What an endpoint gives that gives a file.
FILE = "the file"
IN_PATH = re.compile(r"{(\w+)}")
EXTRA_TYPES = "components/schemas/"


def openapi(table: Sequence[Endpoint]) -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    bodies = [each.body for each in table if each.body is not None]
    _, components = msgspec.json.schema_components(bodies, ref_template="#/" + EXTRA_TYPES + "{name}")
    paths: dict[str, dict[str, Any]] = {}
    for each in table:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hermes WebUI",
            "version": "1",
            "description": f"Errors are {{error: {{code, message}}}}: {ERRORS}",
        },
        "paths": paths,
        "components": {"schemas": {**components, "Error": _ERROR}},
    }


_ERROR: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}


def _operation(each: Endpoint) -> dict[str, Any]:
    kind = {FILE: "*/*"}.get(each.gives, each.gives if "/" in each.gives else "application/json")
    stream = kind != "application/json"
    properties: dict[str, Any] = {} if stream else {name.strip(): {} for name in each.gives.split(",")}
    schema: dict[str, Any] = {"type": "string"} if stream else {"type": "object", "properties": properties}
    error = {"description": "An error", "content": {"application/json": {"schema": {"$ref": f"#/{EXTRA_TYPES}Error"}}}}
    name = each.path.strip("/").replace("/", "_")
    operation: dict[str, Any] = {
        "summary": each.summary,
        "operationId": f"{each.method.lower()}_{name}",
        "parameters": [*map(_path_parameter, IN_PATH.findall(each.path)), *map(_parameter, each.query.split())],
        "responses": {
            str(each.status): {"description": each.gives, "content": {kind: {"schema": schema}}},
            "default": error,
        },
    }
    if each.body is not None:
        reference = {"$ref": f"#/{EXTRA_TYPES}{each.body.__name__}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    if each.takes:
        content = {each.takes: {"schema": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name.rstrip("!"), "in": "query", "required": name.endswith("!"), "schema": {"type": "string"}}


def serve(document: dict[str, Any]) -> Handler:
    """The document as a reply."""

    async def handler(_request: Request) -> Response:
        return Json(document)

    return handler


def page(table: Sequence[Endpoint]) -> Handler:
    """The same for people: no script, no style of its own, so that no policy has to bend for it."""
    html = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Hermes WebUI: API</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/styles/docs.css">
<main><h1>Hermes WebUI: API</h1><p>{escape(ERRORS)}. <a href="/api/openapi.json">OpenAPI</a></p>
{"".join(_section(each) for each in table)}</main></html>"""

    async def handler(_request: Request) -> Response:
        return HTMLResponse(html)

    return handler


def _section(each: Endpoint) -> str:
    fields = msgspec.structs.fields(each.body) if each.body is not None else ()
    takes = each.query or ", ".join(_field(field) for field in fields)
    rows = (("takes", takes), (f"gives {each.status}", each.gives))
    listed = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows if text)
    heading = f"<h2><code>{each.method} {escape(each.path)}</code></h2>"
    return f"<section>{heading}<p>{escape(each.summary)}.</p><dl>{listed}</dl></section>"


def _field(field: msgspec.structs.FieldInfo) -> str:
    return field.name if field.required else field.name + "?"
