"""Every fault word of the bench, in one table; a row that is a `Fault` is built."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.radio.faults.ack_without_write import ACK_WITHOUT_WRITE
from simulator.radio.faults.fault import FaultWord, Point
from simulator.radio.faults.lost_ack import LOST_ACK
from simulator.radio.faults.lost_frame import LOST_FRAME
from simulator.radio.faults.refuse import REFUSE

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROWS: Final[tuple[FaultWord, ...]] = (
    LOST_FRAME,
    LOST_ACK,
    FaultWord("duplicate", Point.OUT, "the lock hears the command twice"),
    FaultWord("delay", Point.OUT, "the command arrives late"),
    FaultWord("reorder", Point.OUT, "the command is overtaken by the next one"),
    ACK_WITHOUT_WRITE,
    FaultWord("write_without_ack", Point.BACK, "the lock writes, and acknowledges no write"),
    REFUSE,
    FaultWord("stale_read", Point.LOCK, "a read reports what the slot held before"),
    FaultWord("masked_read", Point.LOCK, "a read reports asterisks instead of the code"),
    FaultWord("wrong_slot", Point.LOCK, "a write goes to another slot"),
    FaultWord("truncated_code", Point.LOCK, "a write loses the code's last digits"),
    FaultWord("supervision_stuck", Point.LOCK, "a write is reported as still working, for ever"),
    FaultWord("event_suppressed", Point.NEWS, "a notification is never sent"),
    FaultWord("event_duplicated", Point.NEWS, "a notification arrives twice"),
    FaultWord("freeze", Point.LOCK, "the lock hangs until its power is cycled"),
    FaultWord("reboot", Point.LOCK, "the lock restarts when it is spoken to"),
    FaultWord("brown_out", Point.LOCK, "the voltage breaks down when the lock acts"),
    FaultWord("clock_drift", Point.LOCK, "the lock's own clock goes wrong"),
)

FAULTS: Final[Mapping[str, FaultWord]] = MappingProxyType({row.name: row for row in _ROWS})
"""By word. `isinstance(row, Fault)` tells the built ones from words without behaviour."""
