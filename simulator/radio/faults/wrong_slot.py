"""wrong_slot: a write goes to the slot after the one that it names.

The lock does it as if that slot had been asked for: its rules, its report and its notification are
of the other slot, and what stood there is lost. From the last slot it goes to the first. That the
next one is hit is a tunable: no field report says which slot a lock errs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import CommandKind, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


_SLOT_WRITES: Final = frozenset(
    {CommandKind.SET_USER_CODE, CommandKind.CLEAR_USER_CODE, CommandKind.SET_SCHEDULE}
)


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.USE_OTHER_SLOT)


WRONG_SLOT: Final = Fault(
    name="wrong_slot",
    point=Point.LOCK,
    meaning="a write goes to the slot after the one that was named",
    change=_changed,
    befalls=_SLOT_WRITES,
)
