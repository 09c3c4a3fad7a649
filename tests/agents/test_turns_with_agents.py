"""A turn with an agent: what it says becomes the conversation, what it asks is asked."""

from __future__ import annotations

import base64

from tests.peers.agents import with_agent
from tests.peers.scripted_engine import said

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def own(call_id):
    """The agent's part of a call's id."""
    return call_id.partition("-")[2]


def calls_of(messages):
    """The calls by the agent's ids, and their results."""
    calls = {own(call["id"]): call for message in messages for call in message.get("tool_calls") or ()}
    results = {own(message["tool_call_id"]): message for message in messages if message["role"] == "tool"}
    return calls, results


async def test_all_that_an_agent_says_is_kept_as_it_was_said(tmp_path):
    script = (
        "think I see; say Let me look. ; plan Read|Write|Test; tool t1 read a.txt; done t1 the text; "
        "late t2 execute make; output t2 one; output t2 one\ntwo; done t2; "
        "edit t3 a.txt new; done t3; child t4 t2; failed t4 no such file; tool t5 edit b.txt; "
        "garbage; title My files; usage 500 1000 0.25; mode code; messages Done.|Mind this.|"
    )
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of(script.replace("\n", " "))
        session = await app.session(session_id, msg_limit=500)
        messages = session["messages"]
        calls, results = calls_of(messages)
        assert (messages[1]["reasoning"], messages[1]["content"]) == ("I see", "Let me look.")
        assert (messages[-1]["role"], messages[-1]["content"]) == ("assistant", "Done.\n\nMind this.")
        assert messages[-1]["usage"]["input_tokens"] == 11
        assert (messages[-1]["usage"]["cost"], messages[-1]["usage"]["context_length"]) == (0.25, 1000)
        assert (calls["t1"]["kind"], results["t1"]["content"], results["t1"]["status"]) == ("read", "the text", "ok")
        assert calls["t2"]["function"]["arguments"] == '{"command":"make"}'
        assert results["t2"]["content"] == "one two"
        assert results["t3"]["diffs"] == [
            {"path": "a.txt", "patch": "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-old\n+new\n"}
        ]
        assert calls["t3"]["locations"] == [{"path": "a.txt", "line": 3}]
        assert (own(calls["t4"]["parent"]), results["t4"]["status"]) == ("t2", "failed")
        assert results["t5"]["status"] == "unknown"
        assert "did not say how this call ended" in results["t5"]["content"]
        assert [each["status"] for each in session["plan"]["entries"]] == ["completed", "in_progress", "pending"]
        assert (session["agent"]["mode"], [each["id"] for each in session["agent"]["modes"]]) == (
            "code",
            ["ask", "code"],
        )
        assert session["agent"]["commands"][1] == {"name": "search", "description": "Looks it up", "hint": "words"}
        assert session["title"] == "My files"
        assert session["last_run"]["state"] == "done"


async def test_a_permission_is_asked_with_the_agents_own_answers(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id, run = await app.begin("tool t1 execute make; ask t1; done t1 built")
        question = await app.asked(session_id)
        assert [option["label"] for option in question["options"]] == ["Yes", "Yes, in this session", "Always", "No"]
        assert (own(question["call"]["call_id"]), question["call"]["subject"]) == ("t1", "make")
        await app.answer(session_id, "yes")
        await app.ended(run)
        session_id, run = await app.begin("tool t2 execute make; ask t2; failed t2", session_id)
        await app.answer(session_id, "no")
        await app.ended(run)
        session_id, run = await app.begin("tool t3 execute make; ask t3; done t3", session_id)
        await app.answer(session_id, "yes_session")
        await app.ended(run)
        await app.turn_of("tool t4 execute make; ask t4; done t4", session_id)
        _, results = calls_of(await app.messages(session_id))
        assert [results[each]["status"] for each in ("t1", "t2", "t3", "t4")] == ["ok", "denied", "ok", "ok"]
        answers = [line for line in app.told() if "answer:" in line]
        assert answers == ['"answer: yes"', '"answer: no"', '"answer: yes_session"', '"answer: yes"']


async def test_a_question_under_an_id_of_its_own_belongs_to_the_call_that_it_describes(tmp_path):
    async with with_agent(tmp_path, "hermes", "wedges loads_anything") as app:
        script = (
            "tool t1 execute make clean; tool t2 execute make all; askother perm-1 execute make clean; done t1; done t2"
        )
        session_id, run = await app.begin(script)
        question = await app.asked(session_id)
        assert own(question["call"]["call_id"]) == "t1"
        assert round(question["deadline"] - question["asked_at"]) == 57
        await app.answer(session_id, "no")
        await app.ended(run)
        calls, results = calls_of(await app.messages(session_id))
        assert set(calls) == {"t1", "t2"}
        assert (results["t1"]["status"], results["t2"]["status"]) == ("denied", "ok")


async def test_files_go_with_the_prompt_as_far_as_the_agent_reads_them(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id = await app.new()
        given = {"engine": "peer", "model_provider": "peer", "model": "default"}
        files = [await app.attach("dot.png", PIXEL), await app.attach("a.txt", b"the text")]
        run = await app.start(session_id, "please: blocks", attachments=files, **given)
        await app.ended(run["stream_id"])
        assert (await app.messages(session_id))[-1]["content"] == "text image"
        assert "the text" in app.told()[0]
    async with with_agent(tmp_path, ways="no_images") as app:
        run = await app.start(session_id, "please: blocks", attachments=files[:1], **given)
        await app.ended(run["stream_id"])
        error = (await app.session(session_id))["last_run"]["error"]
        assert (error["code"], "does not read images" in error["message"]) == ("unsupported_attachment", True)


async def test_a_prompt_that_begins_with_a_slash_is_a_command_only_where_it_was_meant(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id = await app.new()
        told = {"engine": "peer", "model_provider": "peer", "model": "default"}
        prompts = ("/compact", "/search some words", "/compact is no word", "/etc/hosts is odd", "/search a\nb")
        for prompt in prompts:
            await app.ended((await app.start(session_id, prompt, **told))["stream_id"])
        replies = [text for role, text in said(await app.messages(session_id)) if role == "assistant"]
        assert replies[:2] == ["command: /compact", "command: /search some words"]
        assert all(reply.startswith("You said: ") for reply in replies[2:])


async def test_a_mode_is_told_at_once_and_again_to_the_next_process(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of("say one")
        reply = await app.post("/api/session/mode", session_id=session_id, mode="code")
        assert reply.json["agent"]["mode"] == "code"
        assert (await app.post("/api/session/mode", session_id=session_id, mode="nonsense")).status == 502
    async with with_agent(tmp_path) as app:
        await app.turn_of("say two", session_id)
        assert (await app.session(session_id))["agent"]["mode"] == "code"
        assert [line for line in app.told() if "mode" in line] == ['"mode code"', '"mode code"']


async def test_files_and_commands_are_given_in_the_folder_alone_and_after_a_question(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of("say Hello")
        (app.folder / "a.txt").write_text("first\n")
        (tmp_path / "secret.txt").write_text("secret")
        session_id, run = await app.begin("read a.txt; write b.txt new text; say . ; run printf hi", session_id)
        question = await app.asked(session_id)
        assert "+new text" in question["call"]["patch"]
        assert not (app.folder / "b.txt").exists()
        await app.answer(session_id, "allow")
        await app.said(session_id, "written")
        question = await app.asked(session_id)
        assert question["call"]["subject"] == "printf hi"
        await app.answer(session_id, "allow")
        await app.ended(run)
        assert (app.folder / "b.txt").read_text() == "new text"
        messages = await app.messages(session_id)
        assert messages[-1]["content"] == "ran: 0 hi"
        assert any("read: first" in text for _, text in said(messages))
        await app.turn_of("read ../secret.txt; say x", session_id)
        await app.turn_of(f"read {tmp_path}/secret.txt; say x", session_id)
        assert 'secret"' not in str(said(await app.messages(session_id)))
        assert [(await app.session(session_id))["last_run"]["state"]] == ["failed"]
        session_id, run = await app.begin("write c.txt no; say x", session_id)
        await app.answer(session_id, "deny")
        await app.ended(run)
        assert not (app.folder / "c.txt").exists()


async def test_a_write_that_belongs_to_an_allowed_call_is_not_asked_about_again(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id, run = await app.begin("tool t1 edit b.txt; ask t1; write b.txt text; done t1")
        await app.answer(session_id, "yes")
        await app.ended(run)
        assert (app.folder / "b.txt").read_text() == "text"
        calls, _ = calls_of(await app.messages(session_id))
        assert set(calls) == {"t1"}


async def test_an_agent_has_the_whole_environment_and_its_errors_go_to_a_log(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of("env PATH; stderr 2000000; stderr 10; big 3000000")
        reply = (await app.messages(session_id))[-1]["content"]
        assert "/bin" in reply
        assert len(reply) > 3_000_000
        kept = [path.stat().st_size for path in (tmp_path / "agents").glob("peer.log*")]
        assert 0 < sum(kept) < 4_000_000
