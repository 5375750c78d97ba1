"""masked_read: a read shows asterisks in place of the digits, as many as there are.

On locks that otherwise show them: raman325/lock_code_manager#776 (the code and a mask in turn, for
ever).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import READS_CODES, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.READ_MASKED)


MASKED_READ: Final = Fault(
    name="masked_read",
    point=Point.LOCK,
    meaning="a read shows asterisks instead of the code",
    change=_changed,
    befalls=READS_CODES,
)
