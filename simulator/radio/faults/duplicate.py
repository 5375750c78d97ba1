"""duplicate: the lock hears one command twice, and obeys twice.

A frame that is repeated because its acknowledgement came late. A lock that knows the frame's number
does nothing again; this one does not (FutureTense/keymaster#738 saw the same in the other
direction).
"""

from __future__ import annotations

from typing import Final

from simulator.radio.faults.fault import Fault, Point, echo

DUPLICATE: Final = Fault(
    name="duplicate",
    point=Point.OUT,
    meaning="the lock hears the command twice and obeys twice",
    change=echo,
)
