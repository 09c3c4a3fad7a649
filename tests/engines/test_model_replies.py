"""A model's reply is streamed with its thoughts, its usage and its end; the whole conversation is its
context."""

import asyncio
import subprocess
import sys
import time

import pytest

from hermes_webui.engines.base import Notice, TextDelta, Usage, UsageUpdated
from hermes_webui.engines.connections import Timeouts
from hermes_webui.engines.context import CUT_OFF
from hermes_webui.engines.model import ModelEngine
from hermes_webui.engines.providers import NO_KEY
from hermes_webui.errors import EngineFailure
from tests.engines.turns import (
    KEY,
    ask_nobody,
    config_for,
    end_of,
    events_of,
    reasoning_of,
    run_once,
    text_of,
    turn,
)

KINDS = ["openai", "anthropic", "google", "ollama"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_reply_is_streamed_piece_by_piece(peer, kind):
    events = await run_once(config_for(peer, kind), turn("hello there"))
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["You ", "said: ", "hello ", "there"]
    assert end_of(events) == "end_turn"
    usage = next(event.usage for event in events if isinstance(event, UsageUpdated))
    assert (usage.input_tokens, usage.output_tokens) == (11, 7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["please reason", "please think"])
async def test_thoughts_are_told_from_the_reply(peer, kind, how):
    events = await run_once(config_for(peer, kind), turn(how))
    assert text_of(events) == f"You said: {how}"
    assert reasoning_of(events).split()[0] in ("Let", "I")
    assert "<" not in reasoning_of(events)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_limit_of_output_is_said(peer, kind):
    events = await run_once(config_for(peer, kind), turn("please stop at the limit"))
    assert end_of(events) == "max_tokens"
    assert any(isinstance(event, Notice) and "limit" in event.text for event in events)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stream_without_an_end_is_said(peer, kind):
    events = await run_once(config_for(peer, kind), turn("please forget the end"))
    assert text_of(events) == "You said: please forget the end"
    assert end_of(events) == "unknown"


async def test_any_text_gets_through(peer):
    said = "  ünï 再见 👩‍👩‍👧 \u202e \x07 <b>&amp;</b> </think>  \n\n\tend"
    events = await run_once(config_for(peer), turn(f"please say: {said}"))
    assert text_of(events).strip() == said.strip()


async def test_the_whole_conversation_is_sent(peer):
    await run_once(
        config_for(peer),
        turn(
            {"role": "system", "content": "Be kind."},
            "first",
            {"role": "assistant", "content": "second", "reasoning": "secret thoughts"},
            "third",
            {"role": "assistant", "content": "No key", "_error": True},
            {"role": "assistant", "content": "fou", "_partial": True},
            "fifth",
        ),
    )
    assert peer.requests[-1].messages == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "second"},
        {"role": "user", "content": "third"},
        {"role": "assistant", "content": f"fou\n\n{CUT_OFF}"},
        {"role": "user", "content": "fifth"},
    ]


CALLED = {
    "role": "assistant",
    "content": "",
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}],
}
RESULT = {"role": "tool", "tool_call_id": "c1", "name": "clock", "content": "noon"}


async def test_tool_calls_of_the_past_are_sent_as_calls(peer):
    await run_once(config_for(peer), turn("time?", CALLED, RESULT, {"role": "assistant", "content": "Noon."}, "ok"))
    sent = peer.requests[-1].messages
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "assistant", "user"]
    assert sent[1]["tool_calls"][0]["function"] == {"name": "clock", "arguments": "{}"}
    assert sent[2]["content"] == "noon"


@pytest.mark.parametrize("kind", ["anthropic", "google"])
async def test_where_calls_of_unknown_tools_are_refused_they_are_text(peer, kind):
    await run_once(
        config_for(peer, kind), turn("time?", CALLED, RESULT, {"role": "assistant", "content": "Noon."}, "ok")
    )
    sent = peer.requests[-1].messages
    assert len(sent) == 3
    assert "clock" in str(sent[0])
    assert "noon" in str(sent[0])
    assert "tool_use" not in str(sent)
    assert "functionCall" not in str(sent)


async def test_the_key_is_sent_and_no_other(peer, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody-else")
    await run_once(config_for(peer), turn("hi"))
    await run_once(config_for(peer, api_key=NO_KEY), turn("hi"))
    with_key, without = peer.requests[-2].headers, peer.requests[-1].headers
    assert with_key["authorization"] == f"Bearer {KEY}"
    assert "somebody" not in f"{with_key} {without}"


async def test_loopback_needs_no_proxy(peer, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    engine = ModelEngine([config_for(peer)])
    assert (await engine.providers())[0].ready
    assert text_of(await events_of(engine, turn("hi"))) == "You said: hi"
    await engine.close()


async def test_usage_knows_the_size_of_the_context_once_the_models_were_listed(peer):
    engine = ModelEngine([config_for(peer)])
    await engine.providers()
    events = await events_of(engine, turn("hi"))
    assert UsageUpdated(Usage(11, 7, 3, context_length=8192)) in events
    await engine.close()


@pytest.mark.parametrize(
    ("provider", "model", "sent"),
    [("peer", "", "peer-small"), ("", "peer-large", "peer-large"), ("", "", "peer-small"), ("", "other", "other")],
)
async def test_what_the_turn_leaves_open_is_the_first_that_is_ready(peer, provider, model, sent):
    await run_once(config_for(peer), turn("hi", provider=provider, model=model))
    assert peer.requests[-1].body["model"] == sent


async def test_nothing_to_choose_from_is_a_sentence():
    engine = ModelEngine([])
    for asked in (turn("hi", provider=""), turn("hi", provider="gone")):
        with pytest.raises(EngineFailure, match="model menu") as failure:
            await events_of(engine, asked)
        assert failure.value.code == "unknown_model"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cancel_ends_the_turn_at_once_and_closes_the_connection(peer, kind):
    engine = ModelEngine([config_for(peer, kind)])
    await engine.prepare()
    cancel = asyncio.Event()
    peer.step(4)
    told, asked = [], turn("please step, please write 50 words")
    began = 0.0
    async for event in engine.run(asked, ask_nobody, cancel):
        told.append(event)
        if isinstance(event, TextDelta) and not cancel.is_set():
            cancel.set()
            began = time.monotonic()
    # The protocol allows 200 ms; a busy machine is no failure. Without the cancel it would be ten seconds.
    assert time.monotonic() - began < 1.0
    assert end_of(told) == "cancelled"
    assert text_of(told).startswith("word1 ")
    peer.run_on()
    await asyncio.to_thread(peer.wait_until_closed)
    await engine.close()


async def test_a_cancel_before_the_first_byte_hangs_up(peer):
    engine, cancel = ModelEngine([config_for(peer)]), asyncio.Event()
    running = asyncio.create_task(events_of(engine, turn("please be silent"), cancel))
    await asyncio.to_thread(peer.wait_until_open)
    cancel.set()
    assert end_of(await running) == "cancelled"
    await asyncio.to_thread(peer.wait_until_closed)
    await engine.close()


@pytest.mark.parametrize("how", ["cancel the task", "close the stream"])
async def test_whoever_stops_listening_hangs_up(peer, how):
    engine = ModelEngine([config_for(peer)])
    if how == "cancel the task":
        running = asyncio.create_task(events_of(engine, turn("please be silent")))
        await asyncio.to_thread(peer.wait_until_open)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    else:
        peer.step(4)
        stream = engine.run(turn("please step, please write 50 words"), ask_nobody, asyncio.Event())
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        peer.run_on()
    await asyncio.to_thread(peer.wait_until_closed)
    await engine.close()


async def test_many_turns_at_once_stay_apart(peer):
    engine = ModelEngine([config_for(peer)])
    asked = [turn(f"please say: number {n} please") for n in range(20)]
    told = await asyncio.gather(*(events_of(engine, each) for each in asked))
    assert [text_of(events) for events in told] == [f"number {n} please" for n in range(20)]
    await engine.close()


async def test_silence_in_the_middle_ends_the_turn(peer):
    peer.step(4)
    with pytest.raises(EngineFailure, match="silent") as failure:
        await run_once(config_for(peer), turn("please step, please write 9 words"), timeouts=Timeouts(between=0.05))
    assert failure.value.code == "connection_lost"
    peer.run_on()


async def test_silence_from_the_start_ends_the_turn(peer):
    with pytest.raises(EngineFailure, match="silent") as failure:
        await run_once(config_for(peer), turn("please be silent"), timeouts=Timeouts(first=0.05))
    assert failure.value.code == "connection_lost"


def test_nothing_heavy_is_imported_before_the_first_turn():
    program = (
        "import sys; import hermes_webui.engines.model, hermes_webui.engines.demo; print([name for name in "
        "('pydantic', 'pydantic_ai', 'openai', 'anthropic', 'google') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
