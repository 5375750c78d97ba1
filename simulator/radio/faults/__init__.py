"""Faults of the radio and of locks that lie: one word, one file, one test each.

A fault is a function from arrivals to arrivals, at one `Point` of a frame's way. It fires when it
changes something and its count or its dice say so; the rest (counting down, waiting for one kind of
command, telling the trace) is the same for all and written once, in `fault`.

To add the next one: write `<word>.py` with a `Fault`, give it a row in `table`, a test
`tests/radio/test_<word>.py`, and one of a lock at work in `tests/host/test_faults.py`. Where it
belongs:

- in the air (`Point.OUT`): move, repeat or drop arrivals, as `lost_frame` does. A file that moves
  them must stay before the hub's time-out, as `delay` does; what comes after it was lost to the
  hub, and is `reorder`'s.
- at the lock (`Point.LOCK`): give the arrival another `Treatment`, as `refuse` does. The treatment
  is carried out by `simulator.host.treatments`; so it is with faults of the lock itself (`freeze`,
  `reboot`), which begin with the command that sets them off.
- coming back (`Point.BACK`) and unasked (`Point.NEWS`): the same function, on the report's and on
  the notification's arrivals at the hub.
"""

from __future__ import annotations

from simulator.radio.faults.arming import arm, armed, clear
from simulator.radio.faults.table import FAULTS

__all__ = ["FAULTS", "arm", "armed", "clear"]
