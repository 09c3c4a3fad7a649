"""A turn with an agent: what it says becomes the conversation."""

from __future__ import annotations

from tests.peers.agents import with_agent
from tests.peers.scripted_engine import said


async def test_a_reply_with_thoughts_is_kept_as_it_was_said(tmp_path):
    async with with_agent(tmp_path) as app:
        session_id = await app.turn_of("think I see; say Hello")
        messages = await app.messages(session_id)
        assert said(messages)[-1] == ("assistant", "Hello")
        assert messages[-1]["reasoning"] == "I see"
        assert messages[-1]["usage"] == {"input_tokens": 11, "output_tokens": 7, "reasoning_tokens": 3}
        assert (await app.session(session_id))["last_run"]["state"] == "done"
