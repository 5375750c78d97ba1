"""Every fault word of the bench, in one table."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.radio.faults.ack_without_write import ACK_WITHOUT_WRITE
from simulator.radio.faults.brown_out import BROWN_OUT
from simulator.radio.faults.clock_drift import CLOCK_DRIFT
from simulator.radio.faults.delay import DELAY
from simulator.radio.faults.duplicate import DUPLICATE
from simulator.radio.faults.event_duplicated import EVENT_DUPLICATED
from simulator.radio.faults.event_suppressed import EVENT_SUPPRESSED
from simulator.radio.faults.freeze import FREEZE
from simulator.radio.faults.lost_ack import LOST_ACK
from simulator.radio.faults.lost_frame import LOST_FRAME
from simulator.radio.faults.masked_read import MASKED_READ
from simulator.radio.faults.reboot import REBOOT
from simulator.radio.faults.refuse import REFUSE
from simulator.radio.faults.reorder import REORDER
from simulator.radio.faults.stale_read import STALE_READ
from simulator.radio.faults.supervision_stuck import SUPERVISION_STUCK
from simulator.radio.faults.truncated_code import TRUNCATED_CODE
from simulator.radio.faults.write_without_ack import WRITE_WITHOUT_ACK
from simulator.radio.faults.wrong_slot import WRONG_SLOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.radio.faults.fault import Fault

_ROWS: Final[tuple[Fault, ...]] = (
    LOST_FRAME,
    LOST_ACK,
    DUPLICATE,
    DELAY,
    REORDER,
    ACK_WITHOUT_WRITE,
    WRITE_WITHOUT_ACK,
    REFUSE,
    STALE_READ,
    MASKED_READ,
    WRONG_SLOT,
    TRUNCATED_CODE,
    SUPERVISION_STUCK,
    EVENT_SUPPRESSED,
    EVENT_DUPLICATED,
    FREEZE,
    REBOOT,
    BROWN_OUT,
    CLOCK_DRIFT,
)

FAULTS: Final[Mapping[str, Fault]] = MappingProxyType({row.name: row for row in _ROWS})
"""By word."""
