"""The hub: topics, and subscribers who follow them.

A frame is made once and stands in its topic's one list; a subscriber is a cursor into it and gets all that is pending
in one piece. There is no history here: what came before a subscription is read from the log, so that a frame is kept
only until the slowest subscriber has it. One that falls too far behind is cut off, and resumes by id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from msgspec import Struct

#: A topic holds at most this much for its slowest subscriber.
FRAMES_KEPT = 4096
BYTES_KEPT = 4 << 20

#: Subscribers of a topic are woken at most this often: a base, and a share for each of them, so that a crowd is served
#: in larger pieces and one reader at once. 500 subscribers: every 25 ms, which is less than deltas are gathered for
#: (`runs.live`): a little more, and most deltas wait twice, which doubles the median delay.
WAKE_SECONDS = 0.01
WAKE_SECONDS_EACH = 0.00003

HEARTBEAT_SECONDS = 15.0

#: So many signs of life are sent at once (about 10 ms of work), and so long is the pause until the next ones.
BEATS = 200
BEAT_PAUSE = 0.05


class Limits(Struct, frozen=True):
    """What a topic keeps for its slowest subscriber, and how often a quiet stream shows a sign of life."""

    frames: int = FRAMES_KEPT
    bytes: int = BYTES_KEPT
    heartbeat: float = HEARTBEAT_SECONDS


class Topic:
    """Frames that at least one subscriber has not taken yet."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
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
        return len(self.frames) > self._limits.frames or self.size > self._limits.bytes

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
        self._last = b""
        self._ready = asyncio.Event()
        self._stop: Callable[[], object] | None = None
        self._idle = True

    async def next(self) -> bytes | None:
        """All pending frames in one piece; empty bytes when it is time for a sign of life; None at the end."""
        await self._ready.wait()
        if self._closed:
            last, self._last = self._last, b""
            return last or None
        pending = self._pending()
        self._ready.clear()
        self._idle = not pending
        return pending

    def _pending(self) -> bytes:
        return b"".join(frame for topic in self.places for frame in self._take(topic))

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
        """Leaves its topics; `next` gives what was pending, then None."""
        if self._closed:
            return
        self._last = self._pending()
        self._closed = True
        for topic in self.places:
            topic.followers.discard(self)
        self._hub.left(self._names)
        self._hub.subscriptions.discard(self)
        self._ready.set()


class Hub:
    """The topics that somebody follows. All calls are made from the event loop's thread.

    Other `limits` hold for topics and signs of life to come.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._topics: dict[str, Topic] = {}
        self.subscriptions: set[Subscription] = set()
        self._beating: asyncio.TimerHandle | None = None
        self._closed = False

    def topic(self, name: str) -> Topic:
        """The topic of this name, made where nobody follows it yet."""
        return self._topics.setdefault(name, Topic(self.limits))

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
            self._beating = asyncio.get_running_loop().call_later(self.limits.heartbeat, self._beat)
        return subscription

    def end(self, name: str) -> None:
        """Nothing more is said on this topic: who follows it gets what is pending, then its stream ends."""
        topic = self._topics.get(name)
        for follower in tuple(topic.followers) if topic is not None else ():
            follower.close()

    def left(self, names: Iterable[str]) -> None:
        """A subscription has ended: topics that nobody follows any more go."""
        for name in names:
            topic = self._topics.get(name)
            if topic is not None and not topic.followers:
                del self._topics[name]

    def _beat(self, waiting: tuple[Subscription, ...] = ()) -> None:
        """A round of signs of life, some at a time: a crowd of idle pages may not hold the loop up."""
        self._beating = None
        waiting = waiting or tuple(self.subscriptions)
        for subscription in waiting[:BEATS]:
            subscription.beat()
        rest = waiting[BEATS:]
        if self.subscriptions and not self._closed:
            pause = BEAT_PAUSE if rest else self.limits.heartbeat
            self._beating = asyncio.get_running_loop().call_later(pause, self._beat, rest)

    def part(self) -> None:
        """Ends every stream; its reader comes back by the door, and with its last id, if it may."""
        for subscription in tuple(self.subscriptions):
            subscription.close()

    def close(self) -> None:
        """Ends every stream, so that a server can stop."""
        self._closed = True
        if self._beating is not None:
            self._beating.cancel()
        self.part()
