"""Who watches events, and how far each one is.

Events are published when they are durable. A watcher that names the last event it saw first gets
what it missed, from the store, and then what is published; nothing twice, nothing left out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from gateway.policy.errors import InvalidInput, Problem, Stopping, WatcherFellBehind
from gateway.store.errors import UnknownEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.policy.records import EventRecord

WAITING_MAX: Final = 10_000


class Feed:
    """One watcher's events. Implements the surfaces' `EventFeed`."""

    def __init__(self, feeds: Feeds, missed: Sequence[EventRecord]) -> None:
        self._feeds = feeds
        self._waiting: deque[EventRecord] = deque(missed)
        self._known = {event.event_id for event in missed}
        self._last: str | None = None
        self._fell_behind = False
        self._news = asyncio.Event()

    def offer(self, events: Sequence[EventRecord]) -> None:
        """Events that were just published."""
        for event in events:
            if event.event_id not in self._known:
                self._waiting.append(event)
        if len(self._waiting) > WAITING_MAX:
            self._fell_behind = True
        self._news.set()

    async def next(self) -> EventRecord:
        """The next event, when there is one. See `EventFeed.next`."""
        while True:
            if self._fell_behind:
                raise WatcherFellBehind(self._last)
            if self._waiting:
                event = self._waiting.popleft()
                self._last = event.event_id
                return event
            if self._feeds.stopping:
                raise Stopping
            self._news.clear()
            await self._news.wait()

    def wake(self) -> None:
        """Look again: the gateway is stopping."""
        self._news.set()

    def close(self) -> None:
        """Let the feed go."""
        self._feeds.forget(self)


class Feeds:
    """All watchers. `missed(event_id, limit)` reads stored events."""

    def __init__(self, missed: Callable[[str | None, int], list[EventRecord]]) -> None:
        self._missed = missed
        self._open: list[Feed] = []
        self.stopping = False

    def subscribe(self, after_event_id: str | None) -> Feed:
        """Raises `InvalidInput` when there is no event of that id."""
        feed = Feed(self, () if after_event_id is None else self.stored(after_event_id))
        self._open.append(feed)
        return feed

    def stored(self, after_event_id: str | None) -> Sequence[EventRecord]:
        """Events that have happened, from the oldest on or after one; at most `WAITING_MAX`.

        Raises `InvalidInput` when there is no event of that id.
        """
        try:
            return self._missed(after_event_id, WAITING_MAX)
        except UnknownEvent as error:
            problem = Problem("after_event_id", "There is no event of this id")
            raise InvalidInput([problem]) from error

    def publish(self, events: Sequence[EventRecord]) -> None:
        """Events that are durable now."""
        for feed in self._open:
            feed.offer(events)

    def forget(self, feed: Feed) -> None:
        """A watcher has gone."""
        if feed in self._open:
            self._open.remove(feed)

    def stop(self) -> None:
        """The gateway goes down: every watcher is told."""
        self.stopping = True
        for feed in self._open:
            feed.wake()
