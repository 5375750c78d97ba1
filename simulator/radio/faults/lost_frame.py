"""lost_frame: the command never reaches the lock, by none of the hub's attempts."""

from __future__ import annotations

from typing import Final

from simulator.radio.faults.fault import Fault, Point, lose

LOST_FRAME: Final = Fault(
    name="lost_frame",
    point=Point.OUT,
    meaning="the command is lost in the air, and the hub gets no acknowledgement",
    change=lose,
)
