"""Runs on models, against a model server on this machine: what is sent, what is kept, and what each failure says."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.hermes import Hermes, contents
from tests.peers.openai_server import ModelPeer, unused_address

KEY = "sk-test-8kQ2wE4rT6yU1iO3"


@pytest.fixture(scope="module")
def started_peer() -> Iterator[ModelPeer]:
    with ModelPeer() as peer:
        yield peer


@pytest.fixture
def peer(started_peer: ModelPeer) -> Iterator[ModelPeer]:
    yield started_peer
    started_peer.reset()


def settings_for(address: str) -> dict[str, Any]:
    """The peer, and no other provider: a machine may have an Ollama of its own."""
    providers = {"peer": {"base_url": f"{address}/v1", "models": ["peer-small"]}, "ollama": {"base_url": address}}
    environment = {"PEER_API_KEY": KEY}
    return {
        "providers": providers,
        "environment": environment,
        "engine": "model",
        "provider": "peer",
        "model": "peer-small",
    }


@pytest.fixture
async def hermes(tmp_path: Path, peer: ModelPeer) -> AsyncIterator[Hermes]:
    async with Hermes(tmp_path / "state", own_engines=True, **settings_for(peer.url)) as server:
        yield server


def chats(peer: ModelPeer) -> list[list[dict[str, Any]]]:
    """The messages of each request for a reply (not those for a title), without what our own agent is told first."""
    found = [seen.messages for seen in peer.requests if seen.path.endswith("/chat/completions")]
    replies = [messages for messages in found if "title" not in str(messages[-1]["content"])]
    return [[message for message in messages if message["role"] != "system"] for messages in replies]


async def failed(hermes: Hermes, prompt: str, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A session whose one run has failed, and the error that its stream told."""
    session_id = await hermes.new()
    run = await hermes.send(session_id, prompt, **more)
    async with hermes.page_stream(session_id, after="0") as page:
        end = (await page.until("run.finished"))[-1].data
    assert end is not None
    assert end["data"]["state"] == "failed"
    told = await hermes.ended(run["stream_id"])
    assert [each.name for each in told][-2:] == ["apperror", "stream_end"]
    assert (told[-2].data or {})["code"] == end["data"]["error"]["code"]
    session = await hermes.session(session_id)
    assert session["last_run"]["error"] == end["data"]["error"]
    assert not session["is_streaming"]
    return session, end["data"]["error"]


async def test_a_reply_is_streamed_with_its_reasoning_and_usage(hermes: Hermes, peer: ModelPeer):
    session_id = await hermes.new()
    run = await hermes.send(session_id, "please reason, please say: Bonjour à tous 😀")
    told = await hermes.ended(run["stream_id"])
    names = [each.name for each in told]
    assert names.index("reasoning") < names.index("token")
    assert names[-2:] == ["done", "stream_end"]
    assert (told[-2].data or {})["usage"]["input_tokens"] == 11
    message = (await hermes.session(session_id))["messages"][1]
    assert message["content"] == "Bonjour à tous 😀"
    assert message["reasoning"].split()[:3] == ["Let", "me", "see."]
    assert (message["model"], message["usage"]["output_tokens"]) == ("peer-small", 7)


async def test_the_whole_conversation_is_the_context_also_after_a_restart(hermes: Hermes, peer: ModelPeer):
    session_id = await hermes.new()
    await hermes.talk(session_id, "please say: one")
    await hermes.talk(session_id, "please say: two")
    await hermes.restart()
    await hermes.talk(session_id, "please say: three")
    sent = chats(peer)[-1]
    assert [(message["role"], message["content"]) for message in sent] == [
        ("user", "please say: one"),
        ("assistant", "one"),
        ("user", "please say: two"),
        ("assistant", "two"),
        ("user", "please say: three"),
    ]


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("please fail: 401", "auth"),
        ("please fail: 404", "unknown_model"),
        ("please fail: 429now", "rate_limited"),
        ("please fail: context", "context_too_long"),
        ("please fail: refused", "refused"),
        ("please fail: 500", "provider_error"),
        ("please babble", "provider_error"),
    ],
)
async def test_a_failure_says_what_it_is_keeps_the_prompt_and_tells_no_key(
    hermes: Hermes, peer: ModelPeer, prompt: str, code: str
):
    session, error = await failed(hermes, prompt)
    assert error["code"] == code
    assert error.keys() >= {"code", "message", "retryable", "hint"}
    assert len(error["message"].split()) > 4
    kept, shown = session["messages"]
    assert (kept["role"], kept["content"]) == ("user", prompt)
    assert shown["_error"] is True
    assert shown["error"]["code"] == code
    assert KEY not in str(session)
    assert not [name for name, (data, _) in contents(hermes.settings.state).items() if KEY.encode() in data]
    peer.behave("please say: better now")
    run = await hermes.post("/api/session/retry", 202, session_id=session["session_id"])
    await hermes.ended(run["stream_id"])
    after = await hermes.session(session["session_id"])
    assert [message["content"] for message in after["messages"]] == [prompt, "better now"]
    assert after["messages"][1]["siblings"] == [shown["id"], after["messages"][1]["id"]]
    assert [message["role"] for message in chats(peer)[-1]] == ["user"]


async def test_a_server_that_is_away_is_said_to_be_away(tmp_path: Path):
    with unused_address() as address:
        async with Hermes(tmp_path / "state", own_engines=True, **settings_for(address)) as hermes:
            session, error = await failed(hermes, "hello")
    assert error["code"] == "connection_lost"
    assert error["retryable"] is True
    assert session["messages"][0]["content"] == "hello"


async def test_a_provider_that_nobody_knows_is_said_to_be_unknown(hermes: Hermes):
    session, error = await failed(hermes, "hello", model="x", model_provider="nobody")
    assert error["code"] == "unknown_model"
    assert session["messages"][0]["content"] == "hello"


async def test_a_reply_that_is_cut_in_the_middle_is_kept_and_marked(hermes: Hermes, peer: ModelPeer):
    session, error = await failed(hermes, "please write 50 words, please cut")
    assert error["code"] == "connection_lost"
    prompt, partial, shown = session["messages"]
    assert prompt["content"].startswith("please write")
    assert partial["content"].startswith("word1 word2")
    assert (partial["_partial"], partial["finish_reason"]) == (True, "failed")
    assert shown["_error"] is True
    peer.behave("please say: whole")
    run = await hermes.post("/api/session/retry", 202, session_id=session["session_id"])
    await hermes.ended(run["stream_id"])
    after = await hermes.session(session["session_id"])
    assert after["messages"][-1]["content"] == "whole"
    assert after["messages"][-1]["siblings"][0] == partial["id"]
    assert "word1" not in str(chats(peer)[-1])


async def test_what_was_cut_off_is_marked_for_the_model_and_errors_are_not_for_it(hermes: Hermes, peer: ModelPeer):
    session, _ = await failed(hermes, "please write 50 words, please cut")
    await hermes.talk(session["session_id"], "please say: going on")
    sent = chats(peer)[-1]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert "cut off" in sent[1]["content"]
    assert session["messages"][2]["content"] not in str(sent)


async def test_a_stop_keeps_the_partial_and_hangs_up_on_the_model(hermes: Hermes, peer: ModelPeer):
    session_id = await hermes.new()
    run = await hermes.send(session_id, "please step, please write 100 words")
    async with hermes.run_stream(run["stream_id"]) as stream:
        peer.step(5)
        await stream.until("token")
        assert peer.open_streams == 1
        found = await hermes.post("/api/chat/cancel", stream_id=run["stream_id"])
        assert found["state"] == "cancelled"
        await stream.until("cancel")
    await hermes.settled(lambda: peer.open_streams == 0)
    prompt, partial = (await hermes.session(session_id))["messages"]
    assert prompt["role"] == "user"
    assert partial["content"].startswith("word1")
    assert (partial["_partial"], partial["finish_reason"]) == (True, "cancelled")


async def test_the_model_names_the_conversation_once(hermes: Hermes, peer: ModelPeer):
    session_id = await hermes.new()
    async with hermes.page_stream(session_id, after="0") as page:
        peer.behave("please say: Tides and the moon")
        await hermes.send(session_id, "why are there tides?")
        changes = [each for each in await page.until(is_named_by_model) if each.type == "session.changed"]
    assert [(each.data or {})["data"]["fields"]["title"] for each in changes] == [
        "why are there tides?",
        "Tides and the moon",
    ]
    session = await hermes.session(session_id)
    assert (session["title"], session["title_source"]) == ("Tides and the moon", "model")
    asked = len(peer.requests)
    await hermes.talk(session_id, "and now?")
    await hermes.restart()
    assert len(peer.requests) <= asked + 2
    assert (await hermes.session(session_id))["title"] == "Tides and the moon"


def is_named_by_model(told) -> bool:
    return told.type == "session.changed" and (told.data or {})["data"].get("source") == "model"


async def test_a_title_by_hand_stays_whatever_the_model_says(hermes: Hermes, peer: ModelPeer):
    session_id = await hermes.new()
    run = await hermes.send(session_id, "please step, please write 3 words")
    await hermes.post("/api/session/rename", session_id=session_id, title="Mine")
    peer.run_on()
    await hermes.ended(run["stream_id"])
    await hermes.stop()
    await hermes.start()
    session = await hermes.session(session_id)
    assert (session["title"], session["title_source"]) == ("Mine", "manual")


async def test_models_and_engines_are_listed_without_a_secret(hermes: Hermes, peer: ModelPeer):
    found = await hermes.get("/api/models")
    assert found.keys() == {"providers", "default", "profiles", "steers"}
    assert found["default"] == {"engine": "model", "provider": "peer", "model": "peer-small"}
    listed = {each["id"]: each for each in found["providers"]}
    assert listed["peer"].keys() >= {"id", "name", "engine", "ready", "models"}
    assert [model["id"] for model in listed["peer"]["models"]] == ["peer-small"]
    assert listed["peer"]["models"][0].keys() >= {"id", "provider"}
    assert not listed["openai"]["ready"]
    assert "OPENAI_API_KEY" in listed["openai"]["hint"]
    assert listed["demo"]["ready"]
    engines = (await hermes.get("/api/engines"))["engines"]
    assert {each["name"] for each in engines} >= {"model", "demo", "hermes"}
    assert all(isinstance(each["caps"], dict) for each in engines)
    assert {"hermes": "Hermes Agent", "demo": "demo"}.items() <= {
        each["name"]: each["title"] for each in engines
    }.items()
    assert {each["name"]: each["found"] for each in engines}["model"]
    assert {each["name"] for each in engines if each["caps"]["steer"]} == {*found["steers"]} == {"model", "demo"}
    assert KEY not in str(found) + str(engines) + repr(hermes.settings) + repr(hermes.services)
