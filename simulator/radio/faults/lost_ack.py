"""lost_ack: the lock does as it is told, but its acknowledgement never reaches the hub.

The two generals' problem: no outcome tells the hub this case from a lost command. Managers met it
as codes that worked at the keypad while they were shown as failed (raman325/lock_code_manager#1397
and #1549).
"""

from __future__ import annotations

from typing import Final

from simulator.radio.faults.fault import Fault, Point, lose

LOST_ACK: Final = Fault(
    name="lost_ack",
    point=Point.BACK,
    meaning="the lock acts, but its acknowledgement and reply are lost in the air",
    change=lose,
)
