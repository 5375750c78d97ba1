"""One end of one ordered stream of messages between two processes.

A link counts what its process sends and handles, in messages, never in frames: how many messages
share a frame depends on real scheduling, how many messages there are does not. From the counts of
both ends the bench knows what is still in flight.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

In = TypeVar("In")
Out = TypeVar("Out")


class LinkOwner(Protocol):
    """Whoever decides when what arrived is handled."""

    def arrived(self, link: Link[In, Out]) -> None:
        """Something new is in the link's inbox."""

    def counted(self, link: Link[In, Out], *, sent: bool = False) -> None:
        """A count of the link changed; `sent` when a message was handed over."""


class Link(Generic[In, Out]):
    """`handle` takes one message, `ended` is told once that no more will come.

    `order_of` names the lock that a message is about: within one round messages are handled by that
    name, then by their place in the stream.
    """

    def __init__(
        self,
        owner: LinkOwner,
        link_id: str,
        peer: str,
        *,
        order_of: Callable[[In], str],
        handle: Callable[[In], None],
        ended: Callable[[], None],
    ) -> None:
        self.link_id = link_id
        self.peer = peer
        self.sent = 0
        self.received = 0
        self.handled = 0
        self._taken = 0
        self.end_received = False
        self.closed = False
        self._owner = owner
        self._order_of = order_of
        self._handle = handle
        self._ended = ended
        self._inbox: deque[In] = deque()
        self._outbox: list[Out] = []
        self._to_write = asyncio.Event()

    # What came in.

    def receive(self, messages: Iterable[In]) -> None:
        """Messages from the peer, in their order. Dropped when this end is closed."""
        if self.closed:
            return
        before = self.received
        for message in messages:
            self._inbox.append(message)
            self.received += 1
        if self.received > before:
            self._owner.arrived(self)

    def receive_end(self) -> None:
        """The stream ended, for whatever reason."""
        if not self.closed and not self.end_received:
            self.end_received = True
            self._owner.arrived(self)

    def take(self, count: int | None = None) -> list[tuple[str, int, In]]:
        """Remove messages from the inbox: (order, place in the stream, message).

        `count` is how many were taken in all afterwards; None takes everything.
        """
        target = self.received if count is None else min(count, self.received)
        taken: list[tuple[str, int, In]] = []
        while self._taken < target:
            message = self._inbox.popleft()
            taken.append((self._order_of(message), self._taken, message))
            self._taken += 1
        return taken

    def handle(self, message: In) -> None:
        """Handle one message that was taken."""
        self.handled += 1
        self._owner.counted(self)
        self._handle(message)

    def handle_end(self) -> None:
        """Handle the end of the stream: this end is closed and its owner told."""
        if not self.closed:
            self._close()
            self._ended()

    # What goes out.

    def send(self, message: Out) -> None:
        """Hand a message over. It counts as sent from now on. Dropped when this end is closed."""
        if self.closed:
            return
        self.sent += 1
        self._outbox.append(message)
        self._owner.counted(self, sent=True)
        self._to_write.set()

    def close(self) -> None:
        """Close this end without telling its handler: we end it, not the peer."""
        if not self.closed:
            self._close()

    def _close(self) -> None:
        self.closed = True
        self._owner.counted(self)
        self._to_write.set()

    async def outgoing(self, most: int) -> list[Out] | None:
        """The next messages to put into one frame, at most `most`; None when the link is closed."""
        while not self._outbox and not self.closed:
            await self._to_write.wait()
            self._to_write.clear()
        if not self._outbox:
            return None
        batch, self._outbox = self._outbox[:most], self._outbox[most:]
        return batch
