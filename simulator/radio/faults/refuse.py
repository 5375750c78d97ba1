"""refuse: the lock acknowledges a write and reports FAIL, without writing and without a reason.

Supervision status 0x02 says only that the state is not as asked (Supervision CC, status field of
the report); the lock has no word for why. A lock without supervision refuses in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import WRITES, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _refuse(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.REFUSE)


REFUSE: Final = Fault(
    name="refuse",
    point=Point.LOCK,
    meaning="the lock acknowledges a write and reports FAIL, without a reason",
    change=_refuse,
    befalls=WRITES,
)
