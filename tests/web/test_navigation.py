"""Places of a conversation over HTTP: around a message, prompts by number and time, words, the whole as a file."""

import msgspec

from hermes_webui.engines.base import TextDelta, TurnEnded
from tests.peers.hermes import Hermes, said


async def talked(hermes: Hermes, turns: int) -> tuple[str, list[dict]]:
    session_id = await hermes.new()
    session = {}
    for number in range(turns):
        session = await hermes.exchange(session_id, f"Question {number}\nmore", f"Antwort {number}: schön")
    return session_id, session["messages"]


async def test_a_page_lies_around_its_message_and_says_what_is_left_on_both_sides(hermes: Hermes):
    session_id, whole = await talked(hermes, 6)
    session = await hermes.session(session_id, msg_around=whole[5]["id"], msg_limit=4)
    assert [message["id"] for message in session["messages"]] == [message["id"] for message in whole[4:8]]
    assert (session["_messages_offset"], session["_messages_after"], session["_prompts_before"]) == (4, 4, 2)
    assert session["_messages_truncated"] is True
    following = await hermes.session(session_id, msg_after=whole[7]["id"], msg_limit=3)
    assert said(following) == said({"messages": whole[8:11]})
    assert (following["_messages_offset"], following["_messages_after"]) == (8, 1)
    last = await hermes.session(session_id, msg_after=whole[-1]["id"])
    assert (last["messages"], last["_messages_after"]) == ([], 0)
    everything = await hermes.session(session_id)
    assert (everything["_messages_after"], everything["_prompts_before"]) == (0, 0)


async def test_a_message_of_another_version_is_named_and_an_unknown_one_too(hermes: Hermes):
    session_id, whole = await talked(hermes, 2)
    body = {"session_id": session_id, "message_id": whole[2]["id"], "message": "other words"}
    run = await hermes.post("/api/session/edit", 202, **body)
    hermes.puppet.say(TextDelta("x"), TurnEnded())
    await hermes.ended(run["stream_id"])
    for name in ("msg_around", "msg_after"):
        error = (await hermes.get("/api/session", 409, session_id=session_id, **{name: whole[3]["id"]}))["error"]
        assert (error["code"], error["message_id"]) == ("conflict", whole[3]["id"])
        for unknown in ("m999-abcd", "nonsense", "m1-0000"):
            error = (await hermes.get("/api/session", 404, session_id=session_id, **{name: unknown}))["error"]
            assert (error["code"], error["message_id"]) == ("not_found", unknown)
    await hermes.get("/api/session", 400, session_id=session_id, msg_around="m1-0000", msg_after="m1-0000")


async def test_words_are_found_newest_first_and_in_parts(hermes: Hermes):
    session_id, whole = await talked(hermes, 5)
    found = await hermes.get("/api/session/find", session_id=session_id, query="SCHON", limit=2)
    assert [hit["id"] for hit in found["hits"]] == [whole[9]["id"], whole[7]["id"]]
    assert found["hits"][0]["snippet"] == ["Antwort 4: ", "schön", ""]
    assert (found["hits"][0]["role"], found["hits"][0]["count"], found["hits"][0]["turn"]) == ("assistant", 1, 5)
    rest = await hermes.get("/api/session/find", session_id=session_id, query="SCHON", before=found["next"])
    assert [hit["id"] for hit in rest["hits"]] == [whole[5]["id"], whole[3]["id"], whole[1]["id"]]
    assert rest["next"] is None
    assert found["searched"] + rest["searched"] == 10
    assert (await hermes.get("/api/session/find", session_id=session_id, query="nowhere"))["hits"] == []
    await hermes.get("/api/session/find", 400, session_id=session_id, query="x" * 501)
    await hermes.get("/api/session/find", 404, session_id=session_id, query="x", before="m999-abcd")


async def test_the_outline_is_read_by_number_and_by_time(hermes: Hermes):
    session_id, whole = await talked(hermes, 5)
    outline = await hermes.get("/api/session/outline", session_id=session_id, limit=2)
    assert [(prompt["turn"], prompt["text"]) for prompt in outline["prompts"]] == [(4, "Question 3"), (5, "Question 4")]
    assert (outline["total"], outline["first"], outline["message_id"]) == (5, 4, None)
    first = await hermes.get("/api/session/outline", session_id=session_id, first=1, limit=3)
    assert [prompt["id"] for prompt in first["prompts"]] == [whole[0]["id"], whole[2]["id"], whole[4]["id"]]
    dated = await hermes.get("/api/session/outline", session_id=session_id, at=0)
    assert dated["message_id"] == whole[0]["id"]
    for wrong in ("x", "nan", "-1", "1e99", "inf"):
        await hermes.get("/api/session/outline", 400, session_id=session_id, at=wrong)


async def test_the_whole_conversation_is_a_file_that_can_be_read_elsewhere(hermes: Hermes):
    session_id, whole = await talked(hermes, 3)
    await hermes.post("/api/session/rename", session_id=session_id, title='A/B: "schön"\n# x')
    reply = await hermes.client.get("/api/session/export", params={"session_id": session_id})
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''AB%20sch%C3%B6n%23%20x.md"
    assert reply.text.startswith('# A/B: "schön" # x\n\n## You · ')
    assert reply.text.index("Question 2") < reply.text.index("Antwort 2: schön")
    reply = await hermes.client.get("/api/session/export", params={"session_id": session_id, "format": "json"})
    document = msgspec.json.decode(reply.content)
    assert [message["id"] for message in document["messages"]] == [message["id"] for message in whole]
    await hermes.get("/api/session/export", 400, session_id=session_id, format="exe")


async def test_a_conversation_that_nothing_was_said_in_has_no_places(hermes: Hermes):
    session_id = await hermes.new()
    assert (await hermes.get("/api/session/outline", session_id=session_id))["prompts"] == []
    assert (await hermes.get("/api/session/find", session_id=session_id, query="x"))["hits"] == []
    await hermes.get("/api/session", 404, session_id=session_id, msg_around="m1-0000")
