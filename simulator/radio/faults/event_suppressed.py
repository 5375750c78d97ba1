"""event_suppressed: the lock does not say what it would have to.

Some locks never implemented an event (Schlage FE599: FutureTense/keymaster#460), others forget one.
Unlike a notification that is lost in the air this one takes no number, so that no gap ever tells of
it: only a look at the lock does.
"""

from __future__ import annotations

from typing import Final

from simulator.radio.faults.fault import Fault, Point, lose
from simulator.radio.words import NO_KIND

EVENT_SUPPRESSED: Final = Fault(
    name="event_suppressed",
    point=Point.NEWS,
    meaning="a notification is never sent, and leaves no gap in the numbers",
    change=lose,
    befalls=NO_KIND,
)
