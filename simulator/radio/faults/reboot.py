"""reboot: the lock restarts when it is spoken to.

The command is not carried out and not acknowledged, and for a few seconds nothing is heard; then
the lock says that power was applied, as after a battery change (Yale: alarm 130).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.RESTART)


REBOOT: Final = Fault(
    name="reboot",
    point=Point.LOCK,
    meaning="the lock restarts when it is spoken to, and is away for a moment",
    change=_changed,
)
