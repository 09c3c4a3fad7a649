"""A session's place at the desk: its lock, and what of it is loaded."""

from __future__ import annotations

import asyncio

from hermes_webui.store.session import Session


class Door(asyncio.Lock):
    """A lock that knows who uses it. asyncio's own is not locked between a release and the turn of who waited for it: a
    session that is let go of in this moment would be loaded twice, and its log written from two places.
    """

    def __init__(self) -> None:
        super().__init__()
        self.users = 0

    async def __aenter__(self) -> None:
        self.users += 1
        try:
            await self.acquire()
        except BaseException:
            self.users -= 1
            raise

    async def __aexit__(self, *_: object) -> None:
        self.users -= 1
        self.release()


class Place:
    """A session at the desk: its lock, and the last event that subscribers have been told of."""

    def __init__(self) -> None:
        self.lock = Door()
        self.session: Session | None = None
        self.told = 0
        self.snapshotting = False

    def empty(self) -> None:
        """Lets go of the session: who waits for the lock has it loaded again."""
        if self.session is not None:
            self.session.close()
        self.session = None

    @property
    def is_at_rest(self) -> bool:
        """Whether nobody uses it, and what is loaded can be loaded again as it is."""
        session = self.session
        busy = bool(self.lock.users) or self.snapshotting
        return not busy and (session is None or (session.head.run is None and not session.log.uncertain))
