"""Other answers, other wordings, and the path that is shown; nothing is ever cut off."""

from hermes_webui.engines.base import TextDelta, TurnEnded
from tests.peers.hermes import ACCEPTED, Hermes, said


async def test_retry_answers_again_and_both_answers_are_siblings(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "hello", "first")
    prompt, first = session["messages"]
    run = await hermes.post("/api/session/retry", 202, session_id=session_id)
    assert (run["message_id"], run["queued"], run.keys()) == (prompt["id"], False, ACCEPTED)
    hermes.puppet.say(TextDelta("second"), TurnEnded())
    await hermes.ended(run["stream_id"])
    session = await hermes.session(session_id)
    assert said(session) == ["hello", "second"]
    second = session["messages"][1]
    assert second["siblings"] == [first["id"], second["id"]]
    assert len(hermes.puppet.turns[1].messages) == 1


async def test_retry_of_an_earlier_answer_keeps_what_followed(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "one", "1")
    session = await hermes.exchange(session_id, "two", "2")
    first = session["messages"][1]["id"]
    run = await hermes.post("/api/session/retry", 202, session_id=session_id, message_id=first)
    hermes.puppet.say(TextDelta("uno"), TurnEnded())
    await hermes.ended(run["stream_id"])
    assert said(await hermes.session(session_id)) == ["one", "uno"]
    await hermes.post("/api/session/select", session_id=session_id, message_id=first)
    assert said(await hermes.session(session_id)) == ["one", "1", "two", "2"]


async def test_an_edit_makes_a_sibling_and_answers_it(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "one", "1")
    session = await hermes.exchange(session_id, "two", "2")
    second = session["messages"][2]
    body = {"session_id": session_id, "message_id": second["id"], "message": "zwei"}
    run = await hermes.post("/api/session/edit", 202, **body)
    hermes.puppet.say(TextDelta("ii"), TurnEnded())
    await hermes.ended(run["stream_id"])
    await hermes.restart()
    session = await hermes.session(session_id)
    assert said(session) == ["one", "1", "zwei", "ii"]
    assert session["messages"][2]["id"] == run["message_id"]
    assert session["messages"][2]["siblings"] == [second["id"], run["message_id"]]


async def test_the_first_prompt_can_be_edited(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    first = session["messages"][0]
    body = {"session_id": session_id, "message_id": first["id"], "message": "eins"}
    run = await hermes.post("/api/session/edit", 202, **body)
    session = await hermes.session(session_id)
    assert session["messages"][0]["siblings"] == [first["id"], run["message_id"]]
    assert (session["messages"][0]["parent"], session["message_count"]) == (None, 1)


async def test_only_prompts_are_edited_and_only_when_nothing_runs(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    prompt, answer = (message["id"] for message in session["messages"])
    body = {"session_id": session_id, "message": "x"}
    found = await hermes.post("/api/session/edit", 400, message_id=answer, **body)
    assert found["error"]["code"] == "bad_request"
    await hermes.send(session_id, "two")
    for path in ("edit", "retry", "select"):
        found = await hermes.post(f"/api/session/{path}", 409, message_id=prompt, **body)
        assert found["error"]["code"] == "run_in_progress"


# -- the path that is shown


async def test_arrows_go_between_siblings_and_come_back_to_where_each_path_ended(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    old = session["messages"][0]["id"]
    body = {"session_id": session_id, "message_id": old, "message": "eins"}
    run = await hermes.post("/api/session/edit", 202, **body)
    hermes.puppet.say(TextDelta("i"), TurnEnded())
    await hermes.ended(run["stream_id"])
    await hermes.exchange(session_id, "zwei", "ii")
    shown = await hermes.post("/api/session/select", session_id=session_id, message_id=old)
    assert shown.keys() == {"session_id", "revision", "session"}
    assert shown["session"]["message_count"] == 2
    assert said(await hermes.session(session_id)) == ["one", "1"]
    await hermes.restart()
    assert said(await hermes.session(session_id)) == ["one", "1"]
    await hermes.post("/api/session/select", session_id=session_id, message_id=run["message_id"])
    session = await hermes.session(session_id)
    assert said(session) == ["eins", "i", "zwei", "ii"]
    assert session["messages"][0]["siblings"] == [old, run["message_id"]]


async def test_exact_ends_the_path_at_the_message_and_null_before_the_first(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "one", "1")
    session = await hermes.exchange(session_id, "two", "2")
    first = session["messages"][1]["id"]
    body = {"session_id": session_id, "exact": True}
    await hermes.post("/api/session/select", message_id=first, **body)
    assert said(await hermes.session(session_id)) == ["one", "1"]
    emptied = await hermes.post("/api/session/select", message_id=None, **body)
    assert (emptied["session"]["message_count"], said(await hermes.session(session_id))) == (0, [])
    await hermes.exchange(session_id, "anew", "again")
    session = await hermes.session(session_id)
    assert said(session) == ["anew", "again"]
    assert len(session["messages"][0]["siblings"]) == 2
    await hermes.post("/api/session/select", 400, session_id=session_id, message_id=None)


async def test_selecting_what_is_shown_changes_nothing(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.exchange(session_id, "one", "1")
    message_id = session["messages"][0]["id"]
    found = await hermes.post("/api/session/select", session_id=session_id, message_id=message_id)
    assert found["revision"] == session["revision"]


# -- titles


async def test_a_title_by_hand_is_never_replaced(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello there")
    assert (await hermes.session(session_id))["title_source"] == "prompt"
    await hermes.post("/api/session/rename", session_id=session_id, title="Mine")
    hermes.puppet.say(TextDelta("hi"), TurnEnded())
    await hermes.ended(run["stream_id"])
    session = await hermes.talk(session_id, "and more", engine="demo")
    assert (session["title"], session["title_source"]) == ("Mine", "manual")


async def test_a_cut_says_what_lies_behind_it_until_something_is_said(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "one", "1")
    session = await hermes.exchange(session_id, "two", "2")
    ids = [message["id"] for message in session["messages"]]
    assert session["hidden"] is None

    async def end_in(message_id):
        await hermes.post("/api/session/select", session_id=session_id, message_id=message_id, exact=True)
        return await hermes.session(session_id)

    assert (await end_in(ids[1]))["hidden"] == {"message_id": ids[3], "count": 2}
    assert (await end_in(ids[0]))["hidden"] == {"message_id": ids[3], "count": 3}
    assert (await end_in(None))["hidden"] == {"message_id": ids[3], "count": 4}
    await hermes.restart()
    assert (await hermes.session(session_id))["hidden"] == {"message_id": ids[3], "count": 4}
    assert (await end_in(ids[2]))["hidden"] == {"message_id": ids[3], "count": 1}
    whole = await end_in(ids[3])
    assert (whole["hidden"], whole["messages"]) == (None, session["messages"])
    await end_in(ids[1])
    assert (await hermes.exchange(session_id, "zwei", "2"))["hidden"] is None
