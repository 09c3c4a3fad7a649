"""The built-in agent over the APIs of OpenAI, Anthropic and Google, one conversation at a time and one after the other.

The peer is as strict as each service is: what it would refuse is a 400 here, and fails the test.
"""

import json
import struct
import zlib

import pytest

from tests.peers.agent import DIALECTS, answer, asked, called, serving, shape
from tests.peers.anthropic_messages import signed

PDF = b"%PDF-1.7 pages"


def command(word):
    return f"please call: run_command {json.dumps({'command': f'echo said {word}'})}"


async def worked(app, session_id, prompt, dialect, choice="allow"):
    """A turn in this dialect, whose one question is answered so."""
    provider, model = DIALECTS[dialect]
    run = (await app.start(session_id, prompt, model=model, model_provider=provider))["stream_id"]
    (question,) = await asked(app, session_id)
    await answer(app, session_id, question["request_id"], choice)
    await app.ended(run)


async def spoken(app, session_id, prompt, dialect="openai", **more):
    """A turn in this dialect without a question; its last message."""
    provider, model = DIALECTS[dialect]
    run = await app.start(session_id, prompt, model=model, model_provider=provider, **more)
    await app.ended(run["stream_id"])
    return (await app.messages(session_id))[-1]


def last_chat(peer):
    """The last request for a reply, not those for a title."""
    return next(seen for seen in reversed(peer.requests) if "title" not in json.dumps(seen.messages[-1:]))


async def test_signed_thoughts_come_back_with_the_result_of_each_call(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, dialect="anthropic") as app:
        session_id = await app.new(workspace=str(work))
        (work / "a.txt").write_text("A")
        read = f"please call: read_file {json.dumps({'path': 'a.txt'})}"
        last = await spoken(app, session_id, f"please reason\n{read}\n{read}\nplease say: done", "anthropic")
        assert last["content"].endswith("done")
        thought = [
            block
            for message in last_chat(peer).messages
            if message["role"] == "assistant"
            for block in message["content"]
            if block["type"] == "thinking"
        ]
        assert len(thought) == 2
        assert all(each["signature"] == signed(each["thinking"]) for each in thought)
        assert all(each["thinking"].startswith("Let me see") for each in thought)
        told = [each["reasoning"] for each in await app.messages(session_id) if each.get("reasoning")]
        assert all(each.startswith("Let me see") for each in told)
        assert told


async def test_what_the_next_step_sends_again_is_kept_by_the_provider(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, dialect="anthropic") as app:
        session_id = await app.new(workspace=str(work))
        (work / "a.txt").write_text("A")
        read = f"please call: read_file {json.dumps({'path': 'a.txt'})}"
        await spoken(app, session_id, f"{read}\nplease say: done", "anthropic")
        steps = [seen for seen in peer.requests if seen.body.get("tools")]
        assert len(steps) == 2
        for seen in steps:
            assert seen.messages[-1]["content"][-1]["cache_control"] == {"type": "ephemeral", "ttl": "5m"}


async def test_signed_calls_come_back_as_they_were(peer, tmp_path):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, dialect="google") as app:
        session_id = await app.new(workspace=str(work))
        await worked(app, session_id, f"please reason\n{command('one')}\nplease say: done", "google")
        parts = [part for content in last_chat(peer).messages for part in content["parts"]]
        signatures = [part.get("thoughtSignature") or part.get("thought_signature") for part in parts]
        assert [bool(each) for each in signatures].count(True) == 1
        assert shape(await app.messages(session_id))[-1] == ("assistant", "done")


@pytest.mark.parametrize(
    "order", [("openai", "anthropic", "google"), ("google", "openai", "anthropic"), ("anthropic", "google", "openai")]
)
async def test_a_conversation_moves_from_one_dialect_to_the_next(peer, tmp_path, order):
    """With calls, thoughts and a no in its history, which the next one is given as calls of its own."""
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        session_id = await app.new(workspace=str(work))
        for at, dialect in enumerate(order):
            prompt = f"please reason please mention: On it.\n{command(dialect)}\nplease say: {dialect} did it"
            await worked(app, session_id, prompt, dialect)
            found = await app.messages(session_id)
            assert shape(found)[-3:] == [
                ("assistant", "run_command"),
                ("tool", "ok"),
                ("assistant", f"{dialect} did it"),
            ]
            assert [result.strip() for _, result in called(last_chat(peer).messages)] == [
                f"said {each}" for each in order[: at + 1]
            ]
        await worked(app, session_id, f"{command('no')}\nplease say: well", order[0], "deny")
        for dialect in order:
            assert (await spoken(app, session_id, f"please say: {dialect} again", dialect))["content"].endswith("again")
            results = [result for _, result in called(last_chat(peer).messages)]
            assert "did not allow" in results[-1]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_partial_replies_and_errors_in_the_history_are_no_hindrance(peer, tmp_path, dialect):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, dialect=dialect) as app:
        session_id = await app.new(workspace=str(work))
        for behaviour in ("please reason please cut please write 40 words", "please fail: 500", "please be empty"):
            peer.behave(behaviour)
            last = await spoken(app, session_id, f"answer me, {behaviour[7:12]}", dialect)
            assert last.get("_error") or last.get("_partial")
        peer.behave(None)
        found = await app.messages(session_id)
        assert any(each.get("_partial") for each in found)
        assert any(each.get("_error") for each in found)
        for other in DIALECTS:
            assert (await spoken(app, session_id, "please say: fine", other))["content"] == "fine"
        told = json.dumps(last_chat(peer).messages)
        assert "answer me" in told
        assert "had an error of its own" not in told


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("what", "code", "sentence"),
    [
        ("fail: 401", "auth", "refused the key"),
        ("fail: 404", "unknown_model", "has no model"),
        ("fail: 429", "rate_limited", "wait 7 seconds"),
        ("fail: 503", "provider_error", "is overloaded"),
        ("fail: context", "context_too_long", "longer than"),
        ("cut please write 40 words", "connection_lost", "broke off"),
    ],
)
async def test_what_goes_wrong_is_a_sentence_and_the_prompt_is_kept(peer, tmp_path, dialect, what, code, sentence):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, dialect=dialect) as app:
        session_id = await app.new(workspace=str(work))
        prompt = "tell me something"
        peer.behave(f"please {what}")
        await spoken(app, session_id, prompt, dialect)
        peer.behave(None)
        error = (await app.session(session_id))["last_run"]["error"]
        assert error["code"] == code
        assert sentence in error["message"]
        assert "Your message is kept" in error["message"]
        assert (await app.messages(session_id))[0]["content"] == prompt
        assert (await spoken(app, session_id, "please say: better", dialect))["content"] == "better"


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_call_that_was_cut_off_on_its_way_is_not_run_and_the_next_turn_works(peer, tmp_path, dialect):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, dialect=dialect) as app:
        session_id = await app.new(workspace=str(work))
        await spoken(app, session_id, f"please cut in the call\n{command('cut')}\nplease say: done", dialect)
        found = await app.session(session_id)
        assert found["last_run"]["error"]["code"] == "connection_lost"
        assert found["asked"] == []
        assert not any(each.get("tool_calls") for each in await app.messages(session_id))
        peer.behave("please say: better")
        assert (await spoken(app, session_id, "and now?", dialect))["content"] == "better"


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_model_without_tools_reads_of_the_calls_that_another_made(peer, tmp_path, dialect):
    """A request without tools may hold no calls at Anthropic and Google: there they are told."""
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work) as app:
        session_id = await app.new(workspace=str(work))
        await worked(app, session_id, f"{command('one')}\nplease say: done", "openai")
        last = await spoken(app, session_id, "please take no tools please say: I see", dialect)
        assert last["content"] == "I see"
        assert "does not take tools" in last["notices"][0]
        seen = last_chat(peer)
        assert "tools" not in seen.body
        assert "said one" in json.dumps(seen.messages)


@pytest.mark.parametrize("dialect", ["anthropic", "google"])
async def test_images_and_pdfs_go_to_the_agent_as_its_service_takes_them(peer, tmp_path, dialect):
    work = tmp_path / "work"
    async with serving(peer, tmp_path / "state", work, dialect=dialect) as app:
        session_id = await app.new(workspace=str(work))
        files = [await kept(app, "cat.png", png()), await kept(app, "report.pdf", PDF)]
        prompt = "please call: list_files {}\nplease say: seen"
        assert (await spoken(app, session_id, prompt, dialect, attachments=files))["content"] == "seen"
        told = json.dumps(last_chat(peer).messages)
        assert "image/png" in told
        assert "application/pdf" in told
        assert (await spoken(app, session_id, "please say: still", dialect))["content"] == "still"
        # A model that reads no PDFs is told that there was one.
        assert (await spoken(app, session_id, "please say: and here", "openai"))["content"] == "and here"
        assert "not sent: report.pdf" in json.dumps(last_chat(peer).messages)


def png():
    """A picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    parts = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\0\0\0"))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts) + chunk(b"IEND", b"")


async def kept(app, name, data):
    headers = {"content-type": "application/octet-stream", "x-hermes-upload": "1"}
    reply = await app._call("POST", "/api/attachments", {"name": name}, data, headers)
    assert reply.status < 300, reply.body
    return reply.json["attachment"]
