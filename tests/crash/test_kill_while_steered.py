"""kill -9 at any moment of a turn that is being steered: the prompt is there once, and is answered."""

import random

import pytest

from tests.peers.served import Served, Subscriber

MOMENTS = 8
MOST_EVENTS = 28


@pytest.mark.heavy
def test_at_any_moment_the_prompt_waits_or_is_said_and_never_both(tmp_path):
    chance = random.Random(77)
    with Served(tmp_path / "state", pace=0.002) as server:
        session_id = server.new()
        found = {kill_once(server, session_id, moment, chance.randint(2, MOST_EVENTS)) for moment in range(MOMENTS)}
        server.terminate()
        checked = server.command("verify")
        assert checked.returncode == 0, checked.stdout
    assert found == {"waits", "said"}  # both sides of the step were met


def kill_once(server: Served, session_id: str, moment: int, after: int) -> str:
    revision = server.session(session_id)["revision"]
    run = server.start_run(session_id, f"plan {moment}")["stream_id"]
    page = Subscriber(server, "/api/events", session_id=session_id, after=str(revision))
    told, key = f"steer {moment}", f"k{moment}"
    steering = server.start_run(session_id, told, key=key, steer=True)
    assert steering["steered"]
    page.seen(after)
    server.kill()
    page.over()
    server.start()
    session = server.session(session_id)
    said = [each for each in session["messages"] if each["role"] == "user" and each["content"] == told]
    waiting = [item for item in session["queue"] if item["content"] == told]
    assert len(said) + len(waiting) == 1
    again = server.start_run(session_id, told, key=key, steer=True)
    assert again["message_id"] == (said[0]["id"] if said else steering["message_id"])
    if not waiting:
        assert said[0]["run_id"] in (run, steering["stream_id"])
        return "said"
    assert (session["queue_held"], waiting[0].get("steered")) == (True, None)
    server.post("/api/chat/resume", session_id=session_id)
    server.ended(steering["stream_id"])
    messages = server.session(session_id)["messages"]
    assert [each["content"] for each in messages if each["role"] == "user"].count(told) == 1
    return "waits"
