"""event_duplicated: a notification arrives twice.

Seen for keypad events (FutureTense/keymaster#738). Both copies have the same number.
"""

from __future__ import annotations

from typing import Final

from simulator.radio.faults.fault import Fault, Point, echo
from simulator.radio.words import NO_KIND

EVENT_DUPLICATED: Final = Fault(
    name="event_duplicated",
    point=Point.NEWS,
    meaning="a notification arrives twice, with the same number",
    change=echo,
    befalls=NO_KIND,
)
