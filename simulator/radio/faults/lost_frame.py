"""lost_frame: the command never reaches the lock, by none of the hub's attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Fault, Point

if TYPE_CHECKING:
    from simulator.radio.journey import Arrival


def _lose(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return arrivals[:0]


LOST_FRAME: Final = Fault(
    name="lost_frame",
    point=Point.OUT,
    meaning="the command is lost in the air, and the hub gets no acknowledgement",
    change=_lose,
)
