"""Loss 8: a run that was stopped or superseded goes on writing, into its successor's turn.

Here each run has an epoch, and an append of an older one is refused.
"""

import pytest

from hermes_webui.chat import decide
from hermes_webui.chat.run import CANCELLED, Ended
from hermes_webui.engines.base import TextDelta, ToolCallFinished, ToolCallStarted, TurnEnded
from hermes_webui.errors import StaleEpoch
from tests.peers.inprocess import first, running
from tests.peers.scripted_engine import ScriptedEngine, said
from tests.store.fixtures import SID, begin, contents, store_in


async def test_what_a_stopped_run_still_says_is_in_nobodys_turn(tmp_path):
    async with running(tmp_path, engine=ScriptedEngine(deaf=True)) as app:
        session_id = await app.new()
        async with app.stream("/api/events", session_id=session_id) as events:
            started = await app.start(session_id, "one")
            app.engine.say("half an")
            await first(events, "delta")
            cancelled = await app.post("/api/chat/cancel", stream_id=started["stream_id"])
            assert cancelled.json["state"] == "cancelled"
            app.engine.leave()
            second = await app.start(session_id, "two")
            app.engine.say("the second ")
            while (await first(events, "delta")).data["run_id"] != second["stream_id"]:
                pass
            await app.engine.say_late(0, TextDelta("answer, late"))
            app.engine.hear_later(0, ToolCallStarted("c1", "rm", {}), ToolCallFinished("c1", "ok", "done"))
            app.engine.say("answer", TurnEnded())
            await app.ended(second["stream_id"])
        found = await app.messages(session_id)
        assert said(found) == [
            *(("user", "one"), ("assistant", "half an"), ("user", "two"), ("assistant", "the second answer"))
        ]
        assert found[1]["_partial"] is True
        app.engine.deaf = False


def test_a_run_writes_only_while_it_is_the_open_one(tmp_path):
    session = begin(store_in(tmp_path))
    for number in (1, 2):
        body = {"role": "user", "content": f"prompt {number}", "timestamp": 1.0}
        session.append(decide.start(session.head, 1.0, decide.Prompt(body, f"r{number}")), 1.0)
        if number == 1:
            session.append(decide.finish(session.head, 1.0, 1, Ended("r1", CANCELLED)), 1.0)
    late = {"role": "assistant", "content": "late", "timestamp": 1.0}
    with pytest.raises(StaleEpoch):
        session.append(decide.say(session.head, 1.0, 1, late), 1.0)
    with pytest.raises(StaleEpoch):
        session.append(decide.finish(session.head, 1.0, 1, Ended("r1", CANCELLED), [late]), 1.0)
    assert session.summary().active_stream_id == "r2"
    assert contents(store_in(tmp_path), SID) == ["prompt 1", "prompt 2"]
