"""OpenAI's Responses API, which Codex speaks, for `openai_server.ModelPeer`. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.peers.dialects import Calls, OpenAI, prompt_in


class Responses(OpenAI):
    """One request."""

    def refusal(self, _seen: Any) -> str:
        """None: what it would say of a conversation is not known here."""
        return ""

    def prompt(self, body: dict[str, Any]) -> str:
        return prompt_in(body.get("input", ()))

    def steps(self, body: dict[str, Any]) -> int:
        items = body.get("input", ())
        last = max((at for at, each in enumerate(items) if each.get("role") == "user"), default=0)
        return sum(each.get("type") == "function_call" for each in items[last:])

    def chunks(self, thoughts: str, pieces: Sequence[str], ending: str, calls: Calls = ()) -> Iterator[str]:
        yield self._event("created", response={"id": "r1"})
        if thoughts:
            part = {"item_id": "rs1", "output_index": 0, "summary_index": 0}
            yield self._event("reasoning_summary_text.delta", **part, delta=thoughts)
        item = {"type": "message", "id": "m1", "role": "assistant"}
        yield self._event("output_item.added", output_index=0, item={**item, "content": []})
        for piece in pieces:
            yield self._event("output_text.delta", item_id="m1", output_index=0, content_index=0, delta=piece)
        said = [{"type": "output_text", "text": "".join(pieces), "annotations": []}]
        yield self._event("output_item.done", output_index=0, item={**item, "content": said})
        for index, (name, args) in enumerate(calls, 1):
            call = {
                "type": "function_call",
                "id": f"fc{index}",
                "call_id": f"c{index}",
                "name": name,
                "arguments": args,
            }
            yield self._event("output_item.done", output_index=index, item=call)
        if ending:
            usage = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}
            yield self._event("completed", response={"id": "r1", "usage": usage})

    def _event(self, kind: str, **values: Any) -> str:
        return f"event: response.{kind}\ndata: {json.dumps({'type': f'response.{kind}', **values})}\n\n"
