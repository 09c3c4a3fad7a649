"""kill -9 at any moment of a reply: nothing acknowledged or shown is lost, and every stream goes on where it was."""

from __future__ import annotations

import http.client
import json
import random
import threading
from typing import Any

import pytest

from tests.peers.served import Served, Subscriber
from tests.peers.sse import OpenMessage

MOMENTS = 20
#: A long reply is killed in its text, a short one also in its thoughts, its tool call and about its end.
REPLIES = (("long", 40), ("table", 9))


@pytest.mark.heavy
def test_at_twenty_moments_of_a_reply_nothing_shown_is_lost_and_every_stream_ends_exact(tmp_path):
    chance = random.Random(1843)
    with Served(tmp_path / "state", pace=0.0015) as server:
        session_id = server.new()
        for moment in range(MOMENTS):
            word, most = REPLIES[moment % 2]
            kill_once(server, session_id, f"{word} {moment}", chance.randint(1, most))
        answered = server.ended(server.start_run(session_id, "and now?")["stream_id"])
        assert [event.name for event in answered[-2:]] == ["done", "stream_end"]
        checked = server_verify(server)
        assert checked.returncode == 0, checked.stdout


def kill_once(server: Served, session_id: str, prompt: str, after: int) -> None:
    revision = server.session(session_id)["revision"]
    started = server.start_run(session_id, prompt, key=prompt)
    stream = started["stream_id"]
    waiting = server.start_run(session_id, f"queued {prompt}", key=f"queued {prompt}")
    page = Subscriber(server, "/api/events", session_id=session_id, after=str(revision))
    run = Subscriber(server, "/api/chat/stream", stream_id=stream)
    page.seen(after)
    server.kill()
    page.over()
    run.over()
    server.start()

    found = server.session(session_id)
    texts = [message["content"] for message in found["messages"] if message["role"] == "user"]
    assert texts.count(prompt) == 1
    assert [item["run_id"] for item in found["queue"]] == [waiting["stream_id"]]
    assert found["is_streaming"] is False
    mine = [message for message in found["messages"] if message.get("run_id") == stream]
    assert server.start_run(session_id, prompt, key=prompt)["stream_id"] == stream

    check_run_stream(server, stream, run, mine)
    check_page_stream(server, session_id, page, mine)
    server.post("/api/chat/cancel", stream_id=waiting["stream_id"])
    assert server.session(session_id)["queue"] == []


def told(message: dict[str, Any]) -> dict[str, str]:
    return {"text": str(message["content"]), "reasoning": str(message.get("reasoning") or "")}


def check_run_stream(server: Served, stream: str, run: Subscriber, mine: list[dict[str, Any]]) -> None:
    """What the client of the one run got before and after the kill is what the run's messages say, once."""
    got: dict[str, str] = {"text": "", "reasoning": ""}
    before = list(run.received)
    after = list(server.stream("/api/chat/stream", run.last_id, stream_id=stream))
    for event in [*before, *after]:
        if event.name in {"token", "reasoning"}:
            got["text" if event.name == "token" else "reasoning"] += event.data["text"]
    spoken = [message for message in mine if message["role"] == "assistant" and not message.get("_error")]
    for kind, text in got.items():
        assert text == "".join(told(message)[kind] for message in spoken)
    assert [event.name for event in after][-1:] == ["stream_end"]
    tools = [event.data["tid"] for event in [*before, *after] if event.name == "tool"]
    assert len(tools) == len(set(tools)) == sum(len(message.get("tool_calls") or ()) for message in spoken)


def check_page_stream(server: Served, session_id: str, page: Subscriber, mine: list[dict[str, Any]]) -> None:
    """What the page got up to the kill is a part of what is kept, and what it gets then makes it the whole, once."""
    shown, messages = OpenMessage(), []
    follow_on = server.stream("/api/events", page.last_id, session_id=session_id)
    ended = False
    seqs = []
    for event in [*page.received, None, *iter_until_finished(follow_on)]:
        if event is None:
            kept = told(next((each for each in reversed(mine) if each.get("_partial")), {"content": ""}))
            if shown.offset:
                assert kept["text"].startswith(shown.text["text"])
                assert kept["reasoning"].startswith(shown.text["reasoning"])
            continue
        data = event.data
        if "seq" in data:
            seqs.append(data["seq"])
        if data["type"] == "delta":
            shown.delta(data["offset"], data["kind"], data["text"])
        elif data["type"] == "message.added" and data["data"]["message"]["role"] == "assistant":
            messages.append(told(data["data"]["message"]))
            if not data["data"]["message"].get("_error"):
                assert messages[-1]["text"].startswith(shown.text["text"])
            shown = OpenMessage()
            assert shown.faults == []
        ended = ended or data["type"] == "run.finished"
    assert ended
    assert shown.faults == []
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    assert messages == [told(message) for message in mine if message["role"] == "assistant"]


def iter_until_finished(events):
    for event in events:
        yield event
        if event.data["type"] == "run.finished":
            events.close()
            return


def server_verify(server: Served):
    server.terminate()
    return server.command("verify")


def test_each_acknowledged_prompt_of_many_at_once_is_there_once_after_kill_9(tmp_path):
    with Served(tmp_path / "state") as server:
        acknowledged = many_at_once(server, kill_after=40)
        server.start()
        for session_id, prompts in acknowledged.items():
            found = server.session(session_id)
            texts = [message["content"] for message in found["messages"] if message["role"] == "user"]
            texts += [item["content"] for item in found["queue"]]
            assert len(texts) == len(set(texts))
            assert set(prompts) <= set(texts)
        assert sum(map(len, acknowledged.values())) >= 40
        assert server_verify(server).returncode == 0


def many_at_once(server: Served, kill_after: int) -> dict[str, list[str]]:
    """64 clients send to 8 sessions; the server is killed when `kill_after` have been answered."""
    sessions = [server.new() for _ in range(8)]
    answered: dict[str, list[str]] = {session_id: [] for session_id in sessions}
    count = threading.Semaphore(0)

    def send(number: int) -> None:
        session_id, prompt = sessions[number % 8], f"prompt {number}"
        for attempt in range(2):
            try:
                server.start_run(session_id, f"{prompt}.{attempt}", key=f"{prompt}.{attempt}")
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                return
            answered[session_id].append(f"{prompt}.{attempt}")
            count.release()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for _ in range(kill_after):
        assert count.acquire(timeout=20)
    server.kill()
    for thread in threads:
        thread.join()
    return answered
