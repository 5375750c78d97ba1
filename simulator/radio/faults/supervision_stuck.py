"""supervision_stuck: a write is reported as still working, and the end of it never is.

The lock does it, or refuses it, as ever. Kwikset's HC620 gets stuck in its reports (zwave-js
#5566, #5591); a jammed Kwikset 918 says WORKING for seconds (home-assistant/core#167814). A lock
without supervision has nothing to be stuck in and cannot be given this fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import WRITES, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.STAY_WORKING)


SUPERVISION_STUCK: Final = Fault(
    name="supervision_stuck",
    point=Point.LOCK,
    meaning="a write is reported as still working, for ever",
    change=_changed,
    befalls=WRITES,
)
