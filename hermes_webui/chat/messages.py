"""Messages: immutable, each with an id that the server minted once and the message that it follows.

They form a tree. Editing or answering again adds a sibling; the visible conversation is the path from the root to the
selected leaf, so that nothing is ever cut off.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from msgspec import Struct

from hermes_webui.chat.events import Body, MessageAdded

#: hermes-webui's message keys that this program sets itself; `id` is ours and is kept by hermes-webui.
ID_KEY = "id"
ADDED_KEYS = frozenset({ID_KEY, "parent", "run_id", "key"})

#: Hex digits of the content in an id, and how long its number can be (a log of 10^15 lines is none).
DIGITS = 4
LONGEST_NUMBER = 15

#: Larger than any time in seconds of this kind of program (the year 5138), smaller than any in milliseconds.
MILLISECONDS = 1e11


class Message(Struct, frozen=True):
    """One message and its place in the tree. `body` is hermes-webui's format; nobody changes it."""

    id: str
    parent: str | None
    depth: int
    turn: int
    body: Body
    run_id: str | None = None
    key: str | None = None

    @property
    def role(self) -> str:
        """user, assistant, tool or system; anything else is another program's and is shown as it is."""
        return str(self.body.get("role", ""))

    def as_json(self) -> dict[str, Any]:
        """The message as the page and hermes-webui's file hold it: its body with its id in front."""
        added = {name: value for name, value in (("run_id", self.run_id), ("key", self.key)) if value}
        return {ID_KEY: self.id, "parent": self.parent, **self.body, **added}


def message_of(added: MessageAdded) -> Message:
    """The message that the event adds."""
    return Message(added.id, added.parent, added.depth, added.turn, added.message, added.run_id, added.key)


def mint(seq: int, body: Body) -> str:
    """The id of the message that event `seq` adds: `m<seq>-<4 hex>`.

    The number finds its line in the log by bisection, with no index to keep; the digits are of its content, so that an
    id of another history (a log that was lost and begun again) is not mistaken for this one.
    """
    digest = hashlib.blake2b(msgspec.json.encode(body), digest_size=2).hexdigest()
    return f"m{seq}-{digest}"


def seq_of(message_id: str) -> int | None:
    """The number of the event that added the message, or None where the id is not one of ours."""
    number, dash, digest = message_id[1:].partition("-")
    well_formed = message_id[:1] == "m" and number.isascii() and number.isdigit() and dash and len(digest) == DIGITS
    return int(number) if well_formed and len(number) <= LONGEST_NUMBER else None


def text_of(body: Body) -> str:
    """The text of a message whose content is a string or a list of parts; other parts are passed over."""
    content = body.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, dict))
    return "\n".join(part for part in parts if isinstance(part, str))


def timestamp_of(body: Body) -> float | None:
    """When it was said, in seconds since 1970, if its writer noted it (some note milliseconds)."""
    stamp = body.get("timestamp", body.get("_ts"))
    if not isinstance(stamp, int | float) or isinstance(stamp, bool):
        return None
    return float(stamp) / 1000 if stamp > MILLISECONDS else float(stamp)


def bare(body: Body) -> Body:
    """A message of a document without the keys that `Message.as_json` adds: what two messages are compared by.

    An `id` that another program gave is kept as `source_id`.
    """
    own = body.get(ID_KEY)
    if isinstance(own, str) and seq_of(own) is not None:
        return {key: value for key, value in body.items() if key not in ADDED_KEYS}
    if ID_KEY not in body:
        return dict(body)
    return {("source_id" if key == ID_KEY else key): value for key, value in body.items()}
