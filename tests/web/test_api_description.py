"""The API describes itself: OpenAPI for programs, a page for people."""

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from tests.peers.hermes import Hermes
from tests.web.test_workspace_files import git

#: What is no part of the API: its description, the page and its files.
PAGE = {
    *("/", "/c/{session_id}", "/static/{path:path}", "/manifest.webmanifest", "/favicon.ico", "/sw.js"),
    *("/settings", "/settings/{section}"),
    *("/api/docs", "/api/openapi.json"),
}


@pytest.fixture
async def document(hermes: Hermes) -> dict[str, Any]:
    found: dict[str, Any] = await hermes.get("/api/openapi.json")
    return found


async def test_every_route_is_named_and_no_other(hermes: Hermes, document):
    routes = [route for route in hermes.app.routes if isinstance(route, Route) and route.path not in PAGE]
    assert len(routes) + len(PAGE & {route.path for route in hermes.app.routes if isinstance(route, Route)}) == len(
        hermes.app.routes
    )
    real = {(method.lower(), route.path) for route in routes for method in (route.methods or set()) - {"HEAD"}}
    named = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert named == real
    assert len(named) >= 24


async def test_the_document_has_the_shape_of_openapi(document):
    assert document["openapi"].startswith("3.1.")
    assert document["info"].keys() >= {"title", "version"}
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    for each in operations:
        assert each["summary"]
        assert any(re.fullmatch(r"2\d\d", status) for status in each["responses"])
        assert "default" in each["responses"]
        for response in each["responses"].values():
            assert response["description"]
            (content,) = response["content"].values()
            assert "schema" in content
        for parameter in each["parameters"]:
            assert parameter.keys() == {"name", "in", "required", "schema"}
            assert parameter["in"] in ("query", "path")
    for method in (methods for path, methods in document["paths"].items() if path.startswith("/api")):
        assert method.keys() <= {"get", "post"}


async def test_every_reference_leads_somewhere(document):
    references = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            references.extend([value["$ref"]] if "$ref" in value else [])
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(document)
    assert len(references) >= 15
    for reference in references:
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found["type"] == "object"


async def test_what_is_said_to_be_answered_is_answered(hermes: Hermes, document):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "hi")
    headers = {"content-type": "application/octet-stream", "x-hermes-upload": "1"}
    kept = await hermes.client.post("/api/attachments?name=a.bin", content=b"text", headers=headers)
    query = {"session_id": session_id, "stream_id": session["last_run"]["run_id"], "query": "hello"}
    await hermes.post("/api/workspace/roots", terminal=True)
    await hermes.post("/api/workspace/save", session_id=session_id, path="notes.txt", text="hello", version=None)
    folder = Path((await hermes.get("/api/workspace/roots"))["default"])
    for command in ("init", "add .", "commit -m Begin"):
        git(folder, *command.split())
    query["commit"] = (await hermes.get("/api/workspace/log", session_id=session_id))["commits"][0]["id"]
    opened = await hermes.post("/api/terminal/open", session_id=session_id)
    query["terminal_id"] = opened["terminal_id"]
    places = dict.fromkeys(("/api/workspace/file", "/api/workspace/raw", "/api/workspace/diff"), "notes.txt")
    names = {"attachment_id": kept.json()["attachment"]["id"]}
    for path, methods in document["paths"].items():
        if "get" in methods:
            (content,) = methods["get"]["responses"]["200"]["content"].items()
            async with hermes.client.stream(
                "GET", path.format(**names), params={**query, "path": places.get(path, "")}
            ) as reply:
                assert content[0] == "*/*" or reply.headers["content-type"].startswith(content[0])
                if content[0] == "application/json":
                    await reply.aread()
                    assert reply.json().keys() == content[1]["schema"]["properties"].keys(), path


async def test_people_can_read_it_without_a_script(hermes: Hermes, document):
    reply = await hermes.client.get("/api/docs")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert "<script" not in reply.text
    assert " style=" not in reply.text
    assert "<style" not in reply.text
    for path in document["paths"]:
        assert f" {path}<" in reply.text
