"""stale_read: a read shows the codes as they were before their last change.

Schlage locks say "available" of a slot that was just written (raman325/lock_code_manager, note in
its Z-Wave JS provider; FutureTense/keymaster#460 and #479: loops of setting and clearing). What the
last change did not touch is shown as it is, and so is everything if nothing has changed yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import READS_CODES, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.READ_STALE)


STALE_READ: Final = Fault(
    name="stale_read",
    point=Point.LOCK,
    meaning="a read shows the codes as they were before their last change",
    change=_changed,
    befalls=READS_CODES,
)
