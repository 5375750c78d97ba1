"""What of a lock outlives its power: the non-volatile memory, and where its parts stand.

A host writes it to a file as plain JSON values and reads it back with the same two functions; the
file's framing (banks, checksums, generations) is the host's. The digits are in it in the clear,
as they are in a real lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from latchbench.pin import Pin
from simulator.model.limits import BATTERY_PERCENT_MAX
from simulator.model.words import STORED_STATUSES, Bolt, KeypadMode, SlotStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MEMORY_VERSION: Final = 1


class MemoryFormatError(ValueError):
    """What was read is not a lock's memory. The message names the place, never any digits."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A code that a lock holds, and whether it opens."""

    pin: Pin
    status: SlotStatus = SlotStatus.ENABLED


@dataclass(frozen=True, slots=True)
class Window:
    """A code opens only in [not_before, not_after) by the lock's own clock; None is no limit."""

    not_before_us: int | None
    not_after_us: int | None

    def contains(self, lock_us: int) -> bool:
        """Whether `lock_us` on the lock's clock lies inside."""
        return (self.not_before_us is None or self.not_before_us <= lock_us) and (
            self.not_after_us is None or lock_us < self.not_after_us
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that is still true of a lock whose process has gone."""

    incarnation: int
    """Counts factory resets: a lock that was reset is another lock to whoever knew it."""
    slots: Mapping[int, Slot]
    """Slots that hold a code, by number; read only."""
    windows: Mapping[int, Window]
    """Hours of a slot, by number, whether it holds a code yet or not; read only."""
    code_length: int | None
    """The length setting of a lock whose codes all have one length."""
    keypad_mode: KeypadMode
    """As it was set: normal, vacation or privacy."""
    wrong_at_us: tuple[int, ...]
    """When the wrong codes were entered that still count, oldest first."""
    lockouts: int
    """Lock-outs since a code was last accepted, as far as the escalation counts."""
    is_locked_out: bool
    bolt: Bolt
    is_obstructed: bool
    """Something is in the bolt's way."""
    battery_percent: int
    clock_offset_us: int
    """The lock's own clock minus the bench's."""


def read_only[Value](entries: Iterable[tuple[int, Value]]) -> Mapping[int, Value]:
    """A mapping in ascending order that nobody can change."""
    return MappingProxyType(dict(sorted(entries)))
