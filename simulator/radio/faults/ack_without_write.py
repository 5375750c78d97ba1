"""ack_without_write: the lock acknowledges a write, says it succeeded, and does not store it.

Locks do so when a code has the wrong length or is a duplicate, and when they are hurried
(FutureTense/keymaster#431, #445 and #525; home-assistant/core#67354).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import WRITES, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _skip(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.SKIP_WRITE)


ACK_WITHOUT_WRITE: Final = Fault(
    name="ack_without_write",
    point=Point.LOCK,
    meaning="the lock acknowledges a write and reports success, but changes nothing",
    change=_skip,
    befalls=WRITES,
)
