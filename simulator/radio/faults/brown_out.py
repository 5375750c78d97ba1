"""brown_out: the voltage breaks down when the lock acts.

Writing and moving take current that old batteries do not have. The write to the memory is torn, so
that the lock wakes up with what it had before; a bolt that was to move stands half way. Nothing is
acknowledged, and the lock restarts (Yale's guide has alarm 169, "too low to operate"; that a write
is torn and a bolt stops half way is a tunable).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import WRITES, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.BROWN_OUT)


BROWN_OUT: Final = Fault(
    name="brown_out",
    point=Point.LOCK,
    meaning="the voltage breaks down when the lock acts: the write is lost, the lock restarts",
    change=_changed,
    befalls=WRITES,
)
