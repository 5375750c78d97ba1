"""A real clock that is none, and somebody who watches cases that are held back to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from simulator.scenario.pacing import Pace

if TYPE_CHECKING:
    from latchbench.trace import TraceEvent


class HeldTime:
    """Stands still but for those who sleep, and for what is put on top."""

    def __init__(self) -> None:
        self.us = 5_000_000
        self.slept_us = 0

    def monotonic_us(self) -> int:
        return self.us

    async def sleep_s(self, seconds: float) -> None:
        assert seconds > 0
        us = ceil(seconds * 1e6 - 1e-3)  # what is owed to floating point is no sleep
        self.us += us
        self.slept_us += us


@dataclass(slots=True)
class Watcher:
    """Keeps what it is shown, and when; `busy_us` of real time go by with the event `busy_with`."""

    time: HeldTime
    busy_with: str = ""
    busy_us: int = 0
    titles: list[str] = field(default_factory=list)
    events: list[TraceEvent] = field(default_factory=list)
    told_us: list[int] = field(default_factory=list)
    waits_us: list[tuple[int, float]] = field(default_factory=list)

    def begun(self, title: str, start_us: int) -> None:
        assert start_us > 0
        self.titles.append(title)

    def happened(self, event: TraceEvent) -> None:
        self.events.append(event)
        self.told_us.append(self.time.us)
        if event.kind == self.busy_with:
            self.time.us += self.busy_us

    def waits(self, until_us: int, wait_s: float) -> None:
        self.waits_us.append((until_us, wait_s * 1e6))

    def pace(self, rate: float = 1.0) -> Pace:
        return Pace(rate, self.time.monotonic_us, self.time.sleep_s, self)
