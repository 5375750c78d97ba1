"""truncated_code: a write loses the last digits of its code.

Of a long code the lock keeps as many digits as its shortest codes have, and takes that for the
code. From a code of that length it loses one digit, and refuses the piece as it would any other
code that is too short. How many digits go is a tunable: that codes are cut is told of in forums
only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import CommandKind, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.CUT_SHORT)


TRUNCATED_CODE: Final = Fault(
    name="truncated_code",
    point=Point.LOCK,
    meaning="a write loses the last digits of its code",
    change=_changed,
    befalls=frozenset({CommandKind.SET_USER_CODE}),
)
