"""Words in all conversations over HTTP: found newest first wherever they stand, and only where they are shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from hermes_webui.engines.base import ReasoningDelta, TextDelta, TurnEnded
from hermes_webui.store.search import Search
from tests.peers.agent_store import AgentDb
from tests.peers.hermes import Hermes, contents


async def found(hermes: Hermes, query: str, **more: Any) -> dict[str, Any]:
    """What is found once everything has been read."""
    hermes.services.searching.wait = 60.0
    answer: dict[str, Any] = await hermes.get("/api/search", query=query, **more)
    assert (answer["progress"], answer["trouble"]) == (1.0, "")
    return answer


async def texts(hermes: Hermes, query: str) -> list[str]:
    return ["".join(hit["snippet"]) for hit in (await found(hermes, query))["hits"]]


async def talked(hermes: Hermes, *exchanges: tuple[str, str]) -> str:
    session_id = await hermes.new()
    for prompt, reply in exchanges:
        await hermes.exchange(session_id, prompt, reply)
    return session_id


async def test_all_conversations_are_searched_and_what_was_said_last_comes_first(hermes: Hermes):
    one = await talked(hermes, ("Where do the bees live?", "In the lime tree."))
    other = await talked(hermes, ("And the wasps?", "Under the roof, not in the tree."))
    await hermes.exchange(one, "Is the tree old?", "A hundred years.")
    hits = (await found(hermes, "tree"))["hits"]
    assert [(hit["session_id"], hit["role"]) for hit in hits] == [
        (one, "user"), (other, "assistant"), (one, "assistant"),
    ]  # fmt: skip
    assert hits[0]["snippet"] == ["Is the ", "tree", " old?"]
    assert (hits[0]["turn"], hits[0]["count"], hits[0]["title"]) == (2, 1, "Where do the bees live?")
    message = (await hermes.session(one, msg_around=hits[0]["id"]))["messages"]
    assert any(each["id"] == hits[0]["id"] for each in message)
    assert (await found(hermes, "nowhere"))["hits"] == []


async def test_what_is_said_after_a_search_is_found_by_the_next(hermes: Hermes):
    session_id = await talked(hermes, ("one", "two"))
    assert await texts(hermes, "three") == []
    await hermes.exchange(session_id, "three", "four")
    assert await texts(hermes, "three") == ["three"]
    assert await texts(hermes, "one") == ["one"]


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("roof lime", True),
        ("LIME", True),
        ("überli", True),
        ("uberlingen", True),
        ("li", True),
        ("ime", False),
        ("lime oak", False),
        ('"the lime tree"', True),
        ('"lime the tree"', False),
        ('"the lime tre"', False),
        ("chat_start", True),
        ("start()", True),
        ("7", True),
        ("会議", True),
        ("室は", True),
        ("議会", False),
        ("ไทย", True),
        ("हिन्दी", True),
        ("हिन्द", True),
        ("tree -> roof", True),
        ("NOT tree", False),
        ('tree"', True),
        ("tree*", True),
        ("words: tree", False),
        ("ok", True),
    ],
)
async def test_words_are_found_by_their_beginnings_whatever_their_case_accents_and_order(
    hermes: Hermes, query: str, matches: bool
):
    await talked(hermes, ("The LIME tree at Überlingen, by the roof, room 7", "ok"))
    await hermes.exchange(await hermes.new(), "ok", "call chat_start() 会議室はどこ ภาษาไทย हिन्दी में")
    assert bool(await texts(hermes, query)) is matches


async def test_what_is_not_shown_any_more_is_not_found(hermes: Hermes):
    session_id = await talked(hermes, ("the first question about bees", "bees hum"))
    whole = (await hermes.session(session_id))["messages"]
    body = {"session_id": session_id, "message_id": whole[0]["id"], "message": "a question about wasps"}
    run = await hermes.post("/api/session/edit", 202, **body)
    hermes.puppet.say(TextDelta("wasps sting"), TurnEnded())
    await hermes.ended(run["stream_id"])
    assert await texts(hermes, "bees") == []
    assert sorted(await texts(hermes, "wasps")) == ["a question about wasps", "wasps sting"]
    await hermes.post("/api/session/select", session_id=session_id, message_id=whole[0]["id"])
    assert sorted(await texts(hermes, "bees")) == ["bees hum", "the first question about bees"]
    await hermes.post("/api/session/delete", session_id=session_id)
    assert await texts(hermes, "bees") == []
    await hermes.post("/api/session/restore", session_id=session_id)
    assert len(await texts(hermes, "bees")) == 2
    await hermes.post("/api/session/archive", session_id=session_id)
    assert [hit["archived"] for hit in (await found(hermes, "bees"))["hits"]] == [True, True]


async def test_what_is_hidden_does_not_stand_in_the_way_of_what_is_shown(hermes: Hermes):
    session_id = await talked(hermes, ("the bees", "hum"), *[(f"bees again {number}", "ok") for number in range(5)])
    whole = (await hermes.session(session_id))["messages"]
    await hermes.post("/api/session/select", session_id=session_id, message_id=whole[1]["id"], exact=True)
    assert await texts(hermes, "bees") == ["the bees"]


async def test_a_file_made_anew_in_the_middle_of_reading_is_read_from_the_beginning(hermes: Hermes):
    session_id = await talked(hermes, ("the bees", "hum"))
    assert await texts(hermes, "bees") == ["the bees"]
    await hermes.exchange(session_id, "the wasps", "sting")
    store, rows = hermes.services.desk.store, list(hermes.services.desk.index)
    search = Search(store)
    behind = search.behind(rows, ())
    store.words.forget()
    assert search.read(behind) == []
    assert search.behind(rows, ()) == []
    assert await texts(hermes, "bees") == ["the bees"]
    assert await texts(hermes, "wasps") == ["the wasps"]


async def test_reasoning_tools_and_errors_are_not_searched(hermes: Hermes):
    session_id = await hermes.new()
    run = await hermes.send(session_id, "think", engine="puppet")
    hermes.puppet.say(ReasoningDelta("secretly about bees"), TextDelta("done"), TurnEnded())
    await hermes.ended(run["stream_id"])
    assert await texts(hermes, "bees") == []
    assert await texts(hermes, "done") == ["done"]


async def test_one_conversation_does_not_crowd_out_the_others_and_a_page_goes_on(hermes: Hermes):
    quiet = await talked(hermes, ("the bees", "ok"))
    loud = await talked(hermes, *[(f"bees {number}", "ok") for number in range(8)])
    hits = (await found(hermes, "bees"))["hits"]
    assert [hit["session_id"] for hit in hits] == [loud, loud, loud, quiet]
    first = await found(hermes, "bees", limit=2)
    assert ["".join(hit["snippet"]) for hit in first["hits"]] == ["bees 7", "bees 6"]
    rest = await found(hermes, "bees", before=first["next"])
    assert ["".join(hit["snippet"]) for hit in rest["hits"]] == ["bees 5", "bees 4", "bees 3", "the bees"]
    assert rest["next"] is None


async def test_a_search_is_narrowed_as_the_list_is(hermes: Hermes):
    one, other = await talked(hermes, ("bees one", "ok")), await talked(hermes, ("bees two", "ok"))
    await hermes.post("/api/session/tag", session_id=one, tags=["Home"])
    project = (await hermes.post("/api/projects/save", name="Garden"))["project_id"]
    await hermes.post("/api/session/move", session_id=other, project_id=project)
    assert await texts(hermes, "#home bees") == ["bees one"]
    assert ["".join(hit["snippet"]) for hit in (await found(hermes, "bees", project=project))["hits"]] == ["bees two"]
    assert (await found(hermes, "bees", archived=1))["hits"] == []
    assert (await found(hermes, "bees", source="hermes"))["hits"] == []
    await hermes.get("/api/search", 400, query="#home")


async def test_it_is_a_view_that_is_made_anew_where_it_is_gone_or_damaged(hermes: Hermes):
    await talked(hermes, ("the bees", "hum"))
    assert await texts(hermes, "bees") == ["the bees"]
    view = hermes.sessions / "_search.db"
    assert view.stat().st_mode & 0o077 == 0
    await hermes.restart()
    assert await texts(hermes, "bees") == ["the bees"]
    for damage in (b"", b"not a database" * 500, view.read_bytes()[:5000]):
        await hermes.stop()
        view.write_bytes(damage)
        await hermes.start()
        assert await texts(hermes, "hum") == ["hum"]
    view.unlink()
    assert await texts(hermes, "bees") == ["the bees"]


async def test_damage_in_its_middle_costs_one_search(hermes: Hermes):
    session_id = await talked(hermes, ("the bees", "hum"))
    assert await texts(hermes, "bees") == ["the bees"]
    await hermes.stop()
    view = hermes.sessions / "_search.db"
    data = view.read_bytes()
    view.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
    await hermes.start()
    await hermes.exchange(session_id, "the wasps", "sting")
    hermes.services.searching.wait = 60.0
    await hermes.client.get("/api/search", params={"query": "bees"})
    assert await texts(hermes, "wasps") == ["the wasps"]
    assert await texts(hermes, "bees") == ["the bees"]


def conversations(hermes: Hermes) -> dict[str, tuple[bytes, int]]:
    """What is on disk but the views that are rebuilt by themselves."""
    files = contents(hermes.settings.state)
    return {name: what for name, what in files.items() if "_search.db" not in name and "_usage" not in name}


async def test_a_search_changes_nothing_but_its_own_file(hermes: Hermes):
    await talked(hermes, ("the bees", "hum"))
    await hermes.restart()
    before = conversations(hermes)
    assert await texts(hermes, "bees") == ["the bees"]
    assert (hermes.sessions / "_search.db").exists()
    assert conversations(hermes) == before


async def test_another_programs_files_are_searched_as_they_are_now(hermes: Hermes):
    await hermes.stop()
    path = hermes.sessions / "20240101_abc.json"
    document = {"session_id": "20240101_abc", "title": "Old", "messages": [{"role": "user", "content": "the bees"}]}
    path.write_text(json.dumps(document))
    await hermes.start()
    assert await texts(hermes, "bees") == ["the bees"]
    await hermes.stop()
    document["messages"].append({"role": "assistant", "content": "the wasps"})  # type: ignore[attr-defined]
    path.write_text(json.dumps(document))
    await hermes.start()
    assert await texts(hermes, "wasps") == ["the wasps"]
    assert await texts(hermes, "bees") == ["the bees"]
    await hermes.exchange("20240101_abc", "and the hornets", "big bees")
    assert await texts(hermes, "bees") == ["big bees", "the bees"]


async def test_conversations_of_hermes_agent_are_searched_too(tmp_path: Path):
    with AgentDb(tmp_path / "home") as db:
        db.session("20251126_101500_AB", ["where is the key", "under the mat"], source="telegram", title="The key")
        async with Hermes(tmp_path / "state", agent_dbs=(db.path,)) as hermes:
            hermes.services.hermes.every, hermes.services.hermes.wait = 0.0, 60.0
            (row,) = (await hermes.get("/api/sessions"))["sessions"]
            assert await texts(hermes, "mat") == ["under the mat"]
            db.say("20251126_101500_AB", ["and the mat", "is at the door"])
            await hermes.get("/api/sessions")
            assert await texts(hermes, "mat") == ["and the mat", "under the mat"]
            assert await texts(hermes, "door") == ["is at the door"]
            hit = (await found(hermes, "door"))["hits"][0]
            assert (hit["session_id"], hit["title"]) == (row["session_id"], "The key")
            await hermes.post("/api/session/delete", session_id=row["session_id"])
            assert await texts(hermes, "mat") == []


async def test_what_cannot_be_looked_for_is_said(hermes: Hermes):
    for query in ("", "->", '""', "…"):
        error = (await hermes.get("/api/search", 400, query=query))["error"]
        assert error["code"] == "bad_request", query
    await hermes.get("/api/search", 400, query="x" * 501)
    await hermes.get("/api/search", 400, query="x", limit="many")


async def test_what_cannot_be_read_now_is_said_and_found_later(hermes: Hermes):
    session_id = await talked(hermes, ("the bees", "hum"))
    assert await texts(hermes, "bees") == ["the bees"]
    await hermes.exchange(session_id, "the wasps", "sting")
    log = hermes.sessions / "_log" / f"{session_id}.jsonl"
    aside = log.rename(log.with_suffix(".aside"))
    log.mkdir()
    answer = await hermes.get("/api/search", query="bees")
    assert "They are all kept" in answer["trouble"]
    log.rmdir()
    aside.rename(log)
    assert await texts(hermes, "bees") == ["the bees"]
    assert await texts(hermes, "wasps") == ["the wasps"]
