"""The files that an engine gets with a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hermes_webui.chat.attachments import HEAD_BYTES, kind_of
from hermes_webui.chat.events import Body
from hermes_webui.engines.base import File

#: Gives the content of an id of at most so many bytes, or None.
Content = Callable[[str, int], bytes | None]

#: Providers take 20 to 50 MB in one request, a third of it lost to base64. The newest files go first.
MOST_BYTES = 30 << 20


def no_content(_identity: str, _most: int) -> bytes | None:
    """Where nothing is attached."""
    return None


def files_of(bodies: Sequence[Body], content: Content) -> dict[str, File]:
    """The files that the messages name, the newest ones first, as far as they fit into one request. Blocking."""
    found: dict[str, File] = {}
    room = MOST_BYTES
    for identity in _named(bodies):
        data = content(identity, room) if identity not in found else None
        if data is not None:
            found[identity] = File(kind_of(data[:HEAD_BYTES]).type, data)
            room -= len(data)
    return found


def _named(bodies: Sequence[Body]) -> Iterator[str]:
    for body in reversed(bodies):
        listed = body.get("attachments")
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and isinstance(each.get("id"), str):
                yield each["id"]
