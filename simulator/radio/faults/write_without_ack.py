"""write_without_ack: the lock writes, and says nothing of it in any way.

Where `lost_ack` is bad air, this is a lock that is too busy writing to speak: only writes meet it,
and neither its acknowledgement nor its reply nor a notification of what it did is ever sent. With
`lost_ack` the lock's notification of a new code still arrives, and may save a gateway the question;
with this one nothing but reading back finds the code (FutureTense/keymaster#525;
raman325/lock_code_manager#1397: the code worked at the keypad and was shown as failed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point, treat_as
from simulator.radio.words import WRITES, Treatment

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _changed(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return treat_as(arrivals, Treatment.WRITE_SILENTLY)


WRITE_WITHOUT_ACK: Final = Fault(
    name="write_without_ack",
    point=Point.LOCK,
    meaning="the lock writes, and sends no acknowledgement, reply or notification",
    change=_changed,
    befalls=WRITES,
)
