"""freeze: the lock hangs until its power is cycled.

It begins with a command, which is not carried out. From then on the radio, the keypad, the motor
and all timers are dead, like without power; the thumb-turn turns (August ASL-03 "randomly stops
reacting to Z-Wave commands": zwave-js, config of the device). How it ends is a tunable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.HANG)


FREEZE: Final = Fault(
    name="freeze",
    point=Point.LOCK,
    meaning="the lock hangs until its power is cycled",
    change=_changed,
)
