"""Loss 6: what was streamed and what is kept disagree, and text jumps, doubles or vanishes when the turn ends.

Here the deltas of a message put together are, character for character, the message. (The page has one reducer for both:
its own tests show that.)
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from hermes_webui.engines.base import (
    EngineEvent,
    ReasoningDelta,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEnded,
)
from tests.peers.inprocess import running

TEXTS = st.text(st.sampled_from("ab \n\t😀é\u2028#*`|"), min_size=1, max_size=8)
PIECES = st.one_of(TEXTS.map(TextDelta), TEXTS.map(ReasoningDelta), st.just("tool"))


@settings(max_examples=25)
@given(pieces=st.lists(PIECES, min_size=1, max_size=14))
async def test_the_deltas_put_together_are_the_message(tmp_path_factory, pieces):
    script: list[EngineEvent] = []
    for number, piece in enumerate(pieces):
        call = f"c{number}"
        script += [ToolCallStarted(call, "calc", {}), ToolCallFinished(call, "ok", "1")] if piece == "tool" else [piece]
    async with running(tmp_path_factory.mktemp("state")) as app:
        session_id = await app.new()
        shown = {"text": "", "reasoning": ""}
        async with app.stream("/api/events", session_id=session_id) as events:
            await app.start(session_id, "?")
            app.engine.say(*script, TurnEnded())
            async for event in events:
                data = event.data
                if data["type"] == "delta":
                    assert data["offset"] == len(shown["text"]) + len(shown["reasoning"])
                    shown[data["kind"]] += data["text"]
                elif data["type"] == "message.added" and data["data"]["message"]["role"] == "assistant":
                    body = data["data"]["message"]
                    assert shown == {"text": body["content"], "reasoning": body.get("reasoning", "")}
                    shown = {"text": "", "reasoning": ""}
                elif data["type"] == "run.finished":
                    break
        kept = [message for message in await app.messages(session_id) if message["role"] == "assistant"]
        for kind, key in ((TextDelta, "content"), (ReasoningDelta, "reasoning")):
            assert "".join(message.get(key, "") for message in kept) == "".join(
                piece.text for piece in script if isinstance(piece, kind)
            )
