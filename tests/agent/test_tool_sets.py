"""Which tools a conversation has, as whom its model speaks, and what subagents and plans leave behind."""

import json

from tests.peers.agent import answer, asked, serving, shape


def offered(peer):
    """The names of the tools that the last request of the model's offered."""
    posts = [each for each in peer.requests if each.method == "POST"]
    return [each["function"]["name"] for each in posts[-1].body.get("tools") or ()]


def system(peer):
    return next((each["content"] for each in peer.requests[-1].messages if each["role"] == "system"), "")


async def said(app, session_id, prompt):
    await app.ended((await app.start(session_id, prompt))["stream_id"])
    return (await app.messages(session_id))[-1]


async def test_a_conversation_has_the_tools_that_it_can_use_and_those_that_were_chosen(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        sets = (await app.get("/api/tools")).json
        assert [each["id"] for each in sets["toolsets"]] == ["files", "shell", "web", "plan", "questions", "subagents"]
        assert sets["toolsets"][0]["tools"][0].keys() == {"name", "description", "kind"}
        assert "shell" not in sets["default"]
        session_id = await app.new()
        await said(app, session_id, "please say: a")
        assert offered(peer) == ["fetch_url", "update_plan", "ask_user"]
        reply = await app.post("/api/session/configure", session_id=session_id, workspace=str(work))
        assert reply.json["session"]["enabled_toolsets"] is None
        await said(app, session_id, "please say: b")
        assert {"run_command", "edit_file", "delegate"} <= set(offered(peer))
        assert str(work) in system(peer)
        await app.post("/api/session/configure", session_id=session_id, enabled_toolsets=["plan"])
        assert (await app.session(session_id))["enabled_toolsets"] == ["plan"]
        await said(app, session_id, "please say: c")
        assert offered(peer) == ["update_plan"]
        await app.post("/api/session/configure", session_id=session_id, enabled_toolsets=[])
        await said(app, session_id, "please say: d")
        assert offered(peer) == []
        await app.post("/api/session/configure", session_id=session_id, enabled_toolsets=None)
        await said(app, session_id, "please say: e")
        assert "run_command" in offered(peer)


async def test_a_folder_that_may_be_no_workspace_is_told_and_nothing_of_it_is_open(peer, tmp_path):
    session_id = "a1b2c3"
    document = {"session_id": session_id, "title": "Of another program", "workspace": str(tmp_path), "messages": []}
    (tmp_path / "state" / "sessions").mkdir(parents=True)
    (tmp_path / "state" / "sessions" / f"{session_id}.json").write_text(json.dumps(document))
    async with serving(peer, tmp_path / "state", tmp_path / "work") as app:
        assert (await app.post("/api/session/new", workspace=str(tmp_path))).status == 403
        last = await said(app, session_id, "please say: hello")
        assert (last["content"], "cannot be used" in last["notices"][0]) == ("hello", True)
        assert "read_file" not in offered(peer)


async def test_a_personality_is_kept_told_to_the_model_and_forgotten(peer, tmp_path):
    async with serving(peer, tmp_path / "state", tmp_path / "work") as app:
        kept = (await app.post("/api/personalities/save", name="Pirate", prompt="Speak as a pirate.")).json[
            "personality"
        ]
        session_id = await app.new()
        await app.post("/api/session/configure", session_id=session_id, personality=kept["id"])
        await said(app, session_id, "please say: arr")
        assert system(peer).startswith("Speak as a pirate.")
        await app.post("/api/personalities/save", id=kept["id"], name="Pirate", prompt="Speak plainly.")
        await said(app, session_id, "please say: yes")
        assert system(peer).startswith("Speak plainly.")
        await app.post("/api/personalities/delete", id=kept["id"])
        assert (await app.get("/api/personalities")).json == {"personalities": []}
        await said(app, session_id, "please say: no")
        assert "plainly" not in system(peer)
        assert (await app.post("/api/personalities/save", name=" ", prompt="x")).status == 400
        assert (await app.post("/api/personalities/save", id="none", name="x", prompt="x")).status == 404


async def test_a_plan_is_shown_and_a_subagent_s_calls_stay_out_of_the_conversation(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        (work / "a.txt").write_text("the answer is 42")
        steps = [{"content": "look", "status": "completed"}, {"content": "tell"}]
        task = 'please call: read_file {"path": "a.txt"}\nplease say: It is 42.'
        lines = [f"update_plan {json.dumps({'steps': steps})}", f"delegate {json.dumps({'task': task})}"]
        session_id = await app.new(workspace=str(work))
        prompt = "\n".join([*(f"please call: {each}" for each in lines), "please say: 42"])
        await said(app, session_id, prompt)
        found = await app.session(session_id)
        assert [each.get("status") for each in found["plan"]["entries"]] == ["completed", None]  # pending: the default
        assert shape(found["messages"])[1:] == [
            *(("assistant", "update_plan"), ("tool", "ok"), ("assistant", "delegate"), ("assistant", "read_file")),
            *(("tool", "ok"), ("tool", "ok"), ("assistant", "42")),
        ]
        assert found["messages"][6]["content"] == "It is 42."
        assert found["messages"][-1]["usage"]["input_tokens"] == 11 * 5
        await said(app, session_id, "please say: again")
        named = [
            call["function"]["name"] for each in peer.requests[-1].messages for call in each.get("tool_calls") or ()
        ]
        assert named == ["update_plan", "delegate"]


async def test_a_form_is_answered_with_its_values(peer, tmp_path):
    async with serving(peer, tmp_path / "state", tmp_path / "work") as app:
        fields = [{"name": "city", "required": True}, {"name": "nights", "kind": "number"}]
        wish = json.dumps({"question": "Where to?", "fields": fields})
        session_id = await app.new()
        run = (await app.start(session_id, f"please call: ask_user {wish}\nplease say: booked"))["stream_id"]
        (question,) = await asked(app, session_id)
        assert (question["kind"], question["schema"]["required"]) == ("form", ["city"])
        await answer(app, session_id, question["request_id"], "", values={"city": "Rome", "nights": 2})
        await app.ended(run)
        assert json.loads((await app.messages(session_id))[2]["content"]) == {"city": "Rome", "nights": 2}
