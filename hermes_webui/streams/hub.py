"""The hub: topics, and subscribers who follow them.

A frame is made once and stands in its topic's one list; a subscriber is a cursor into it and gets all that is pending
in one piece. There is no history here: what came before a subscription is read from the log, so that a frame is kept
only until the slowest subscriber has it. One that falls too far behind is cut off, and resumes by id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

#: A topic holds at most this much for its slowest subscriber.
FRAMES_KEPT = 4096
BYTES_KEPT = 4 << 20

#: Subscribers of a topic are woken at most this often: a base, and a share for each of them, so that a crowd is served
#: in larger pieces (500 subscribers: every 35 ms) and one reader at once.
WAKE_SECONDS = 0.01
WAKE_SECONDS_EACH = 0.00005

HEARTBEAT_SECONDS = 15.0


class Topic:
    """Frames that at least one subscriber has not taken yet."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.start = 0
        self.size = 0
        self.followers: set[Subscription] = set()
        self._woken = 0.0
        self._planned: asyncio.TimerHandle | None = None

    @property
    def end(self) -> int:
        """The number of the next frame."""
        return self.start + len(self.frames)

    def publish(self, frame: bytes) -> None:
        """Adds a frame and sees to it that the followers are woken."""
        self.frames.append(frame)
        self.size += len(frame)
        if self._is_full():
            self._trim()
            if self._is_full():
                self._cut_slow()
        if self._planned is None:
            loop = asyncio.get_running_loop()
            interval = WAKE_SECONDS + WAKE_SECONDS_EACH * len(self.followers)
            self._planned = loop.call_at(max(loop.time(), self._woken + interval), self._wake)

    def _is_full(self) -> bool:
        return len(self.frames) > FRAMES_KEPT or self.size > BYTES_KEPT

    def _wake(self) -> None:
        self._planned = None
        self._trim()
        self._woken = asyncio.get_running_loop().time()
        for follower in self.followers:
            follower.wake()

    def _trim(self) -> None:
        """Drops what everybody has. Asks every follower, so it is done once a wake and not once a reader."""
        least = min((follower.places[self] for follower in self.followers), default=self.end)
        if least - self.start >= len(self.frames) // 2:
            self._drop(least - self.start)

    def _drop(self, count: int) -> None:
        self.size -= sum(map(len, self.frames[:count]))
        del self.frames[:count]
        self.start += count

    def _cut_slow(self) -> None:
        """Gives up the older half; who has not taken it is cut off."""
        self._drop(len(self.frames) // 2)
        for follower in [each for each in self.followers if each.places[self] < self.start]:
            follower.cut_off()


class Subscription:
    """One reader of some topics. `next` gives what is pending, in order of each topic."""

    def __init__(self, hub: Hub, names: Iterable[str]) -> None:
        self._hub = hub
        self._names = tuple(names)
        self.places: dict[Topic, int] = {}
        for name in self._names:
            topic = hub.topic(name)
            topic.followers.add(self)
            self.places[topic] = topic.end
        self.cut = False
        self._closed = False
        self._ready = asyncio.Event()
        self._stop: Callable[[], object] | None = None
        self._idle = True

    async def next(self) -> bytes | None:
        """All pending frames in one piece; empty bytes when it is time for a sign of life; None at the end."""
        await self._ready.wait()
        pending = [frame for topic in self.places for frame in self._take(topic)]
        if self._closed:
            return b"".join(pending) or None
        self._ready.clear()
        self._idle = not pending
        return b"".join(pending)

    def _take(self, topic: Topic) -> list[bytes]:
        frames = [] if self.cut else topic.frames[self.places[topic] - topic.start :]
        if frames:
            self.places[topic] = topic.end
        return frames

    def wake(self) -> None:
        """There is something to take."""
        self._ready.set()

    def beat(self) -> None:
        """Wakes a reader that has heard nothing since the last beat."""
        if self._idle:
            self._ready.set()
        self._idle = True

    def on_cut(self, stop: Callable[[], object]) -> None:
        """What ends the reader's sending when it is cut off while it waits for its client."""
        self._stop = stop

    def cut_off(self) -> None:
        """Too slow: the stream ends; its reader comes back with its last id."""
        self.cut = True
        self.close()
        if self._stop is not None:
            self._stop()

    def close(self) -> None:
        """Leaves its topics; a waiting `next` returns None."""
        if self._closed:
            return
        self._closed = True
        for topic in self.places:
            topic.followers.discard(self)
        self._hub.left(self._names)
        self._hub.subscriptions.discard(self)
        self._ready.set()


class Hub:
    """The topics that somebody follows. All calls are made from the event loop's thread."""

    def __init__(self) -> None:
        self._topics: dict[str, Topic] = {}
        self.subscriptions: set[Subscription] = set()
        self._beating: asyncio.TimerHandle | None = None
        self._closed = False

    def topic(self, name: str) -> Topic:
        """The topic of this name, made where nobody follows it yet."""
        return self._topics.setdefault(name, Topic())

    def follows(self, name: str) -> bool:
        """Whether anybody follows: a frame that nobody gets need not be made."""
        return name in self._topics

    def publish(self, name: str, frame: bytes) -> None:
        """Tells all who follow the topic."""
        topic = self._topics.get(name)
        if topic is not None:
            topic.publish(frame)

    def subscribe(self, *names: str) -> Subscription:
        """Follows topics from now on. Atomic with whatever the caller reads before its next await."""
        subscription = Subscription(self, names)
        self.subscriptions.add(subscription)
        if self._closed:
            subscription.close()
        elif self._beating is None:
            self._beating = asyncio.get_running_loop().call_later(HEARTBEAT_SECONDS, self._beat)
        return subscription

    def left(self, names: Iterable[str]) -> None:
        """A subscription has ended: topics that nobody follows any more go."""
        for name in names:
            topic = self._topics.get(name)
            if topic is not None and not topic.followers:
                del self._topics[name]

    def _beat(self) -> None:
        self._beating = None
        for subscription in tuple(self.subscriptions):
            subscription.beat()
        if self.subscriptions and not self._closed:
            self._beating = asyncio.get_running_loop().call_later(HEARTBEAT_SECONDS, self._beat)

    def close(self) -> None:
        """Ends every stream, so that a server can stop."""
        self._closed = True
        if self._beating is not None:
            self._beating.cancel()
        for subscription in tuple(self.subscriptions):
            subscription.close()
