"""clock_drift: the lock's own clock falls behind, each time that it is spoken to.

Only a lock that keeps hours by itself has such a clock; another cannot be given this fault. By how
much is a tunable of `simulator.host.treatments`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.LOSE_TIME)


CLOCK_DRIFT: Final = Fault(
    name="clock_drift",
    point=Point.LOCK,
    meaning="the lock's own clock falls behind",
    change=_changed,
)
