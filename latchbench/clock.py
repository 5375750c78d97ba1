"""The one clock of a process, and its timers.

Nothing in latchbench reads the time of day: the core asks this clock, and whoever owns the process
moves it, in lockstep with the bench or along real time (see `latchbench.lockstep`). Time is an
integer number of microseconds, so that two instants are equal or they are not.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer:
    """A call that is due at one instant; `cancel` takes it back."""

    __slots__ = ("action", "due_us", "live", "quiet_until_us")

    def __init__(self, due_us: int, quiet_until_us: int, action: Callable[[], None]) -> None:
        self.due_us = due_us
        self.quiet_until_us = quiet_until_us
        self.action = action
        self.live = True

    def cancel(self) -> None:
        """Never fire. Harmless when it has fired, or was cancelled before."""
        self.live = False


class Clock:
    """Time as the process knows it, with timers ordered by (due, order, creation).

    `order` is the lock's name for timers of a lock: which process a lock lives in then cannot
    change who goes first at one instant.
    """

    def __init__(self, now_us: int) -> None:
        self._now_us = now_us
        self._created = 0
        self._by_due: list[tuple[int, str, int, Timer]] = []
        self._by_quiet: list[tuple[int, int, Timer]] = []

    def now_us(self) -> int:
        """The instant at which everything that runs now takes place."""
        return self._now_us

    def move(self, now_us: int) -> None:
        """Go to `now_us`; an earlier instant is ignored, because time never runs back."""
        self._now_us = max(self._now_us, now_us)

    def call_at(
        self,
        due_us: int,
        action: Callable[[], None],
        *,
        order: str = "",
        quiet_until_us: int | None = None,
    ) -> Timer:
        """Call `action` once at `due_us`, or at once when that has passed.

        `quiet_until_us` is a promise: firing this timer sends no message before that instant, not
        even through timers that it starts. It lets the bench run quiet instants in one step.
        """
        due_us = max(due_us, self._now_us)
        quiet_us = due_us if quiet_until_us is None else max(due_us, quiet_until_us)
        timer = Timer(due_us, quiet_us, action)
        self._created += 1
        heapq.heappush(self._by_due, (due_us, order, self._created, timer))
        heapq.heappush(self._by_quiet, (quiet_us, self._created, timer))
        return timer

    def next_timer_us(self) -> int | None:
        """When the first live timer is due."""
        while self._by_due and not self._by_due[0][3].live:
            heapq.heappop(self._by_due)
        return self._by_due[0][0] if self._by_due else None

    def next_order(self) -> str:
        """The `order` of the first live timer; empty when there is none."""
        return "" if self.next_timer_us() is None else self._by_due[0][1]

    def orders_due(self) -> list[str]:
        """The `order`s of the live timers that are due first, once that instant has come."""
        due_us = self.next_timer_us()
        if due_us is None or due_us > self._now_us:
            return []
        return sorted({one[1] for one in self._by_due if one[0] == due_us and one[3].live})

    def next_send_us(self) -> int | None:
        """No timer that exists now sends anything before this instant."""
        while self._by_quiet and not self._by_quiet[0][2].live:
            heapq.heappop(self._by_quiet)
        return self._by_quiet[0][0] if self._by_quiet else None

    def fire_next(self) -> None:
        """Fire the first timer, which must be due.

        Raises `RuntimeError` when none is: firing early would let time run ahead of its owner.
        """
        due_us = self.next_timer_us()
        if due_us is None or due_us > self._now_us:
            raise RuntimeError("no timer is due")
        _fire(heapq.heappop(self._by_due)[3])

    def fire_first_of(self, order: str) -> None:
        """Fire the first timer of one of `orders_due`."""
        _fire(min(one for one in self._by_due if one[1] == order and one[3].live)[3])


def _fire(timer: Timer) -> None:
    timer.live = False
    timer.action()
