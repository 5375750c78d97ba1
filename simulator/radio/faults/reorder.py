"""reorder: the command is overtaken by the next one.

It waits in some repeater's queue until the hub has given it up and sent another command; right
after that one it reaches the lock, which obeys. Nobody gets a report of it, and if no other
command follows, it never arrives. A tunable: meshes do retransmit what was given up
(zwave-js/zwave-js#4483), but how often a lock obeys such a frame is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.OVERTAKEN)


REORDER: Final = Fault(
    name="reorder",
    point=Point.OUT,
    meaning="the command reaches the lock only after the next one, when the hub has given it up",
    change=_changed,
)
