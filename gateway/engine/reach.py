"""What the gateway believes of a lock: alive, dead, unknown. It may be wrong; only the radio knows.

Only an acknowledgement shows that a lock hears. What a lock says unasked shows that it speaks, and
some locks speak without hearing (zwave-js/zwave-js-ui#2126): it is a reason to try, not to believe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.engine.book import Belief
from gateway.policy.retry import (
    BACKOFF_MAX_US,
    SILENCES_UNTIL_DEAD,
    backoff_us,
    next_resync_interval_us,
)

if TYPE_CHECKING:
    from gateway.engine.book import Book
    from gateway.engine.parts import Listener, Parts
    from gateway.engine.rows import Rows
    from gateway.policy.commands import Transmit

# A lock that speaks all the time and never hears is not tried each time that it speaks.
CALLED_AGAIN_US = BACKOFF_MAX_US


class Reach:
    """Keeps the belief of each lock, from what its commands came to."""

    def __init__(self, parts: Parts, rows: Rows, listener: Listener) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = rows
        self._listener = listener

    def acknowledged(self, book: Book) -> None:
        """The lock heard a command."""
        book.heard_at_us = self._parts.now_us()
        book.called_at_us = None
        book.silences = 0
        book.retry_at_us = None
        book.wants_ping = False
        if book.belief is not Belief.ALIVE:
            was_dead = book.belief is Belief.DEAD
            book.belief = Belief.ALIVE
            if was_dead:
                book.wants_walk = True  # whatever it said meanwhile was lost
                book.forget_hours()
                self._listener.lock_heard(book.device_id)
        book.tell_waiters()

    def spoke(self, book: Book) -> None:
        """The lock said something unasked: try it now, unless that was just done in vain."""
        if book.busy is not None:
            book.spoke_meanwhile = True
            return
        if book.belief is not Belief.DEAD:
            book.retry_at_us = None
            return
        now_us = self._parts.now_us()
        if book.called_at_us is None or now_us - book.called_at_us >= CALLED_AGAIN_US:
            book.called_at_us = now_us
            book.retry_at_us = None
            book.wants_ping = True

    def silent(self, book: Book, outcome: Transmit) -> None:
        """No acknowledgement. The command may have been obeyed all the same."""
        book.silences += 1
        self._parts.counters.add("silences")
        wait_us = backoff_us(book.silences, self._parts.below)
        book.retry_at_us = self._parts.now_us() + wait_us
        name = self._world.devices[book.device_id].name
        self._parts.trace(
            "gateway.lock.silent", lock=name, times=book.silences, outcome=outcome.value
        )
        if book.silences >= SILENCES_UNTIL_DEAD or book.belief is Belief.DEAD:
            self._dead(book)
        spoke, book.spoke_meanwhile = book.spoke_meanwhile, False
        if spoke:
            self.spoke(book)

    def given_up(self, book: Book) -> None:
        """Nobody gets through to the lock: it is believed dead from now on, if it was not."""
        if book.belief is not Belief.DEAD:
            self._believe_dead(book)
            book.tell_waiters()

    def _believe_dead(self, book: Book) -> None:
        book.belief = Belief.DEAD
        book.dead_since_us = self._parts.now_us()
        name = self._world.devices[book.device_id].name
        self._parts.trace("gateway.lock.believed_dead", lock=name)
        self._listener.locks_silent([book.device_id])

    def _dead(self, book: Book) -> None:
        if book.belief is not Belief.DEAD:
            self._believe_dead(book)
        if not self._rows.has_work(book.device_id):
            # Nobody waits for this lock: do not keep calling it, only look in now and then.
            # Something may fall due there any time, and then it is called at once.
            book.retry_at_us = None
            book.look_in_at_us = self._parts.now_us() + book.resync_interval_us
            book.resync_interval_us = next_resync_interval_us(book.resync_interval_us)
        book.wants_ping = False
        book.resync_due = False
        book.tell_waiters()

    def look_in_at_us(self, book: Book) -> int | None:
        """When to try a lock that is believed dead, although nobody waits for it.

        Nothing else would ever find out that it is back. None for a lock that is not.
        """
        if book.belief is not Belief.DEAD:
            book.look_in_at_us = None
        elif book.look_in_at_us is None:
            book.look_in_at_us = self._parts.now_us() + book.resync_interval_us
        return book.look_in_at_us

    def superseded(self, book: Book) -> None:
        """A newer gateway holds the lock: this one is done with it, and says so of its codes."""
        book.host_up = False
        book.belief = Belief.DEAD
        book.dead_since_us = self._parts.now_us()
        self._parts.trace("gateway.superseded", lock=self._world.devices[book.device_id].name)
        self._listener.locks_silent([book.device_id])
        book.tell_waiters()
