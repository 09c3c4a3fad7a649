"""Projects, tags, what is unread, the trash and the search: what the list is sorted and found by."""

import json
from typing import Any

from tests.peers.hermes import Hermes


async def conversation(hermes: Hermes, title: str) -> str:
    session_id = await hermes.new()
    await hermes.exchange(session_id, "hello", "hi")
    await hermes.post("/api/session/rename", session_id=session_id, title=title)
    return session_id


async def listed(hermes: Hermes, **query: Any) -> list[str]:
    return [row["title"] for row in (await hermes.get("/api/sessions", **query))["sessions"]]


async def save(hermes: Hermes, **fields: Any) -> str:
    return str((await hermes.post("/api/projects/save", **fields))["project_id"])


async def test_a_project_gathers_conversations_and_they_outlive_it(hermes: Hermes):
    garden = await save(hermes, name="  The   garden ", color="green")
    one, two = await conversation(hermes, "Roses"), await conversation(hermes, "Trains")
    await hermes.post("/api/session/move", session_id=one, project_id=garden)
    assert await listed(hermes, project=garden) == ["Roses"]
    await save(hermes, project_id=garden, name="Garden", color="teal")
    await hermes.restart()
    (project,) = (await hermes.get("/api/projects"))["projects"]
    assert (project["name"], project["color"]) == ("Garden", "teal")
    assert await listed(hermes, project=garden) == ["Roses"]
    document = json.loads((hermes.sessions / f"{one}.json").read_bytes())
    assert document["project_id"] == garden, "hermes-webui finds it in its own place"
    await hermes.post("/api/projects/delete", project_id=garden)
    assert sorted(await listed(hermes)) == ["Roses", "Trains"]
    await hermes.post("/api/session/move", 404, session_id=two, project_id=garden)
    await hermes.post("/api/session/move", session_id=one, project_id=None)
    assert (await hermes.session(one))["project_id"] is None


async def test_the_file_of_hermes_webui_is_kept_as_it_is_but_for_what_changes(hermes: Hermes):
    path = hermes.settings.state / "projects.json"
    old = {"project_id": "abc123abc123", "name": "Old", "color": "#7cb9ff", "created_at": 1.5, "profile": "home"}
    path.write_text(json.dumps([old]))
    assert (await hermes.get("/api/projects"))["projects"] == [old]
    await save(hermes, project_id="abc123abc123", name="Renamed", color="#7cb9ff")
    new = await save(hermes, name="New")
    kept, made = json.loads(path.read_bytes())
    assert kept == {**old, "name": "Renamed"}
    assert made["project_id"] == new
    path.write_text("{not json")
    assert (await hermes.get("/api/projects"))["projects"] == []
    await save(hermes, name="After")
    assert [each.read_text() for each in (hermes.sessions / "_quarantine").glob("projects*")] == ["{not json"]


async def test_a_search_is_as_long_as_a_person_types(hermes: Hermes):
    assert await listed(hermes, query="a " * 250) == []
    await hermes.get("/api/sessions", 400, query="a" * 501)


async def test_what_is_no_project_is_refused(hermes: Hermes):
    for fields in ({"name": " "}, {"name": "x" * 101}, {"name": "a", "color": "url(x)"}):
        await hermes.post("/api/projects/save", 400, **fields)
    await hermes.post("/api/projects/save", 404, name="a", project_id="gone")
    await hermes.post("/api/projects/delete", 404, project_id="gone")


async def test_tags_are_words_and_found_by_them(hermes: Hermes):
    one = await conversation(hermes, "Roses in spring")
    await conversation(hermes, "Spring cleaning")
    reply = await hermes.post("/api/session/tag", session_id=one, tags=["#Home", " two words ", "Home", ""])
    assert reply["session"]["tags"] == ["Home", "two-words"]
    assert await listed(hermes, query="#home") == ["Roses in spring"]
    assert await listed(hermes, query="SPRING") == ["Spring cleaning", "Roses in spring"]
    assert await listed(hermes, query="spring #home ros") == ["Roses in spring"]
    assert await listed(hermes, query="#hom") == []
    await hermes.restart()
    assert (await hermes.session(one))["tags"] == ["Home", "two-words"]
    assert json.loads((hermes.sessions / f"{one}.json").read_bytes())["tags"] == ["Home", "two-words"]
    for tags in (["x" * 41], [f"t{number}" for number in range(21)]):
        await hermes.post("/api/session/tag", 400, session_id=one, tags=tags)


async def test_a_search_has_pages(hermes: Hermes):
    for number in range(5):
        await conversation(hermes, f"Owl {number}")
        await conversation(hermes, f"Train {number}")
    found, cursor = [], None
    while True:
        page = await hermes.get("/api/sessions", query="owl", limit=2, **({"cursor": cursor} if cursor else {}))
        assert page["total"] == 5
        found += [row["title"] for row in page["sessions"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert found == [f"Owl {number}" for number in reversed(range(5))]


async def test_what_was_answered_is_unread_until_somebody_looks(hermes: Hermes):
    one = await hermes.new()
    async with hermes.page_stream() as stream:
        session = await hermes.exchange(one, "hello", "hi")
        (told,) = (each for each in await stream.until("seen") if each.type == "seen")
        assert told.data is not None
        assert (told.data["session_id"], told.data["unread"]) == (one, True)
        assert (await hermes.get("/api/sessions"))["unread"] == [one]
        await hermes.restart()
        assert (await hermes.get("/api/sessions"))["unread"] == [one]
    async with hermes.page_stream() as stream:
        await hermes.post("/api/session/seen", session_id=one, message_count=session["message_count"])
        (told,) = (each for each in await stream.until("seen") if each.type == "seen")
        assert told.data is not None
        assert told.data["unread"] is False
    assert (await hermes.get("/api/sessions"))["unread"] == []
    await hermes.post("/api/session/seen", session_id=one, message_count=0)
    assert (await hermes.get("/api/sessions"))["unread"] == [one]
    await hermes.post("/api/session/delete", session_id=one)
    assert (await hermes.get("/api/sessions"))["unread"] == []
    await hermes.post("/api/session/seen", 400, session_id="../x", message_count=1)


async def test_a_change_of_projects_is_told_and_makes_older_lists_outdated(hermes: Hermes):
    before = (await hermes.get("/api/sessions"))["list_version"]
    async with hermes.page_stream() as stream:
        await save(hermes, name="New")
        (told,) = (each for each in await stream.until("projects") if each.type == "projects")
    assert told.data is not None
    assert [each["name"] for each in told.data["projects"]] == ["New"]
    assert told.data["list_version"] == (await hermes.get("/api/sessions"))["list_version"] > before


async def test_the_trash_holds_what_was_deleted_the_last_first(hermes: Hermes):
    ids = [await conversation(hermes, title) for title in ("One", "Two", "Three")]
    for session_id in (ids[2], ids[0]):
        await hermes.post("/api/session/delete", session_id=session_id)
    assert await listed(hermes, trash=1) == ["One", "Three"]
    assert await listed(hermes) == ["Two"]
    first = await hermes.get("/api/sessions", trash=1, limit=1)
    assert first["total"] == 2
    assert await listed(hermes, trash=1, cursor=first["next_cursor"]) == ["Three"]
    await hermes.restart()
    assert sorted(await listed(hermes, trash=1)) == ["One", "Three"]
    await hermes.post("/api/session/restore", session_id=ids[0])
    assert await listed(hermes, trash=1) == ["Three"]
    assert sorted(await listed(hermes)) == ["One", "Two"]
