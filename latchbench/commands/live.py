"""What a run prints while it goes on, when it is held back so that somebody can watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from latchbench import exits
from simulator.scenario.report import QUIET, clock_time, event_line
from simulator.scenario.reports.plain import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from latchbench.trace import TraceEvent

LONG_S: Final = 5.0  # without a word, who watches takes it for stuck
_MINUTES_FROM_S: Final = 120
_HOURS_FROM_S: Final = 7200


class Live:
    """A `simulator.scenario.pacing.Viewer` who prints; `begin_block` sets what comes apart."""

    def __init__(self, rate: float, begin_block: Callable[[], None]) -> None:
        self._rate = rate
        self._begin_block = begin_block
        self._start_us = 0

    def begun(self, title: str, start_us: int) -> None:
        """Name the case."""
        self._start_us = start_us
        self._begin_block()
        exits.say(printable(f"RUN   {title}, {speed(self._rate)}"))

    def happened(self, event: TraceEvent) -> None:
        """A line, as in the timeline of a case that failed."""
        if event.kind not in QUIET:
            exits.say(f"      {printable(event_line(event, self._start_us))}")

    def waits(self, until_us: int, wait_s: float) -> None:
        """Say so where it is long."""
        if wait_s >= LONG_S:
            until = clock_time(until_us, self._start_us)
            exits.say(f"      ... nothing happens before {until}; wait {length(wait_s)}")


def length(seconds: float) -> str:
    """A length of real time in a few words."""
    if seconds < _MINUTES_FROM_S:
        return f"{seconds:.0f} s"
    if seconds < _HOURS_FROM_S:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:,.0f} hours"


def speed(rate: float) -> str:
    """How fast time passes, in a few words."""
    if rate == 1:
        return "on real time"
    if rate > 1:
        return f"{rate:g} times as fast as real time"
    return f"in slow motion, {rate:g} times as fast as real time"
