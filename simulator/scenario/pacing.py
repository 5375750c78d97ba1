"""A case that is held back to real time, so that somebody can watch it.

It is the same lockstep as ever, over the same instants, with the same trace. Before time goes on to
an instant the viewer is told what has happened so far, and then that instant is waited for: it
comes no earlier than it would on a clock that shows the time of the case's first step when that
begins, and runs at `rate`. What comes late, because the machine is busy, makes nothing else late.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from latchbench.trace import merged

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from latchbench.trace import TraceEvent
    from simulator.bench import Bench

_SECOND_US: Final = 1e6


class Viewer(Protocol):
    """Somebody who watches case after case."""

    def begun(self, title: str, start_us: int) -> None:
        """The first step of a case is about to come; its time began at `start_us`."""

    def happened(self, event: TraceEvent) -> None:
        """What happened next: the events of its trace from then on, with its PINs as they show."""

    def waits(self, until_us: int, wait_s: float) -> None:
        """Nothing more happens until then, which takes that long in real time."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a case may go: `rate` times as fast as the clock `monotonic_us`."""

    rate: float
    monotonic_us: Callable[[], int]
    sleep_s: Callable[[float], Awaitable[None]]
    viewer: Viewer | None = None


class Pacing:
    """One case from now on."""

    def __init__(self, bench: Bench, pace: Pace) -> None:
        self._pace = pace
        self._base_us, self._since_us = bench.now_us(), pace.monotonic_us()
        self._news = bench.news()
        self._letters = bench.letters()  # what comes is told in order, and so gets the right ones

    async def before(self, at_us: int) -> None:
        """Tell what came until now, and return when it may be `at_us`."""
        self.tell()
        due_us = self._since_us + (at_us - self._base_us) / self._pace.rate
        left_us = due_us - self._pace.monotonic_us()
        if left_us > 0 and self._pace.viewer is not None:
            self._pace.viewer.waits(at_us, left_us / _SECOND_US)
        while left_us > 0:
            await self._pace.sleep_s(left_us / _SECOND_US)
            left_us = due_us - self._pace.monotonic_us()

    def tell(self) -> None:
        """Tell the viewer what came since the last time. Nothing earlier may come any more."""
        if self._pace.viewer is not None:
            for event in merged(self._news()):
                self._pace.viewer.happened(self._letters.plain(event))


@contextmanager
def held_back(bench: Bench, title: str, pace: Pace | None) -> Iterator[None]:
    """While this is entered, the case of that title is run at that pace, if there is one.

    In the end the viewer knows everything that happened.
    """
    if pace is None:
        yield
        return
    if pace.viewer is not None:
        pace.viewer.begun(title, bench.fleet.clock.start_us)
    pacing, conductor = Pacing(bench, pace), bench.stepped()
    conductor.before = pacing.before
    try:
        yield
    finally:
        conductor.before = None
        pacing.tell()
