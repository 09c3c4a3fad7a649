"""What a model is asked for a title, and what is made of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hermes_webui.engines.base import Body
from hermes_webui.engines.context import Context, Said, context_of

_MAX_CHARACTERS: Final = 2_000
_MAX_WORDS: Final = 7
_AROUND: Final = " \t\"'`“”‘’«»*#_.。"
_ASK: Final = (
    "You name conversations. Answer with a title of three to seven words in the language of the "
    "conversation, without quotation marks and without a full stop at its end. Answer with nothing but the "
    "title."
)


def title_request(bodies: Sequence[Body]) -> Context | None:
    """What to send: the first message and its reply, each cut; None where nothing has been said."""
    turns = context_of([body for body in bodies if body.get("content")], calls_as_text=True).turns
    spoken = next((at for at, turn in enumerate(turns) if turn.role == "user"), None)
    if spoken is None or not any(body.get("content") for body in bodies):
        return None
    prompt = turns[spoken].text[:_MAX_CHARACTERS]
    reply = turns[spoken + 1].text[:_MAX_CHARACTERS] if spoken + 1 < len(turns) else ""
    told = f"<user>\n{prompt}\n</user>\n<assistant>\n{reply}\n</assistant>\n\nThe title of this conversation:"
    return Context(_ASK, (Said("user", told),))


def title_of(answer: str) -> str | None:
    """The title in this answer, at most seven words and 80 characters; None where there is none."""
    answer = answer.rpartition("</think>")[2].strip()
    if answer.startswith("<think>"):
        return None
    line = answer.partition("\n")[0].strip(_AROUND)
    if line.lower().startswith("title:"):
        line = line[len("title:") :]
    words = line.strip(_AROUND).split()
    return " ".join(words[:_MAX_WORDS])[:80].strip() or None
