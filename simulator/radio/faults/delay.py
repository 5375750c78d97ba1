"""delay: the command arrives as late as it can for its answer to be in time.

Locks "randomly take literal ages to respond" (zwave-js, config of the Schlage BE469ZP, which
therefore waits 10 s for a report). The frame comes so late that the answer is at the hub one
microsecond before the hub would give up; what comes later than that is `lost_ack` or `reorder`.
A timing without any patience (`instant`) has no room for it: then the fault does not fire.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _hold_up(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return tuple(
        replace(arrival, at_us=max(arrival.at_us, arrival.latest_us)) for arrival in arrivals
    )


DELAY: Final = Fault(
    name="delay",
    point=Point.OUT,
    meaning="the command arrives so late that its answer is only just in time",
    change=_hold_up,
)
