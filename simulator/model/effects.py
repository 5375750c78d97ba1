"""What comes of an event: what leaves the lock, what a person there sees, and the truth.

`Replied` and `Notified` go over the radio. `KeypadAnswer` is for who stands at the door. `Truth` is
for the bench alone: it says what the lock did and why, which a real lock tells nobody.

Each radio event that a lock with power gets has exactly one `Replied` among its effects; without
power there is none, which is silence. A reply never says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.model.words import NOTICE_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from latchbench.pin import Pin
    from simulator.model.words import (
        Bolt,
        Constraint,
        Feedback,
        KeypadMode,
        Mover,
        Notice,
        Outcome,
        Refusal,
        SlotStatus,
    )


# What a reply carries


@dataclass(frozen=True, slots=True)
class CodeReport:
    """One slot as read back. `raw` is the text of the lock, which need not be a code at all."""

    slot: int
    status: SlotStatus
    raw: Pin


@dataclass(frozen=True, slots=True)
class WalkReport:
    """All slots from 1 to `slots_max`; those that are not in `codes` read as available."""

    slots_max: int
    codes: tuple[CodeReport, ...]


@dataclass(frozen=True, slots=True)
class ChecksumReport:
    """CRC over all codes (16 bits); 0 when there is none."""

    checksum: int


@dataclass(frozen=True, slots=True)
class InfoReport:
    """What a lock says of itself."""

    slots_max: int
    code_length: int | None
    """The length that all codes must have now; None: no such setting."""
    incarnation: int
    user_code_version: int
    is_supervised: bool
    has_checksum: bool
    has_schedules: bool
    keypad_mode: KeypadMode


@dataclass(frozen=True, slots=True)
class BatteryReport:
    """0 to 100 percent, or 255 for "low", which is no level."""

    level: int


@dataclass(frozen=True, slots=True)
class BoltReport:
    """Where the bolt is."""

    bolt: Bolt


@dataclass(frozen=True, slots=True)
class ClockReport:
    """The lock's own clock, in the bench's microseconds."""

    lock_us: int


@dataclass(frozen=True, slots=True)
class ScheduleReport:
    """The hours of a slot; both None: it has none."""

    slot: int
    not_before_us: int | None
    not_after_us: int | None


Body = (
    CodeReport
    | WalkReport
    | ChecksumReport
    | InfoReport
    | BatteryReport
    | BoltReport
    | ClockReport
    | ScheduleReport
    | None
)


# Effects


@dataclass(frozen=True, slots=True)
class Replied:
    """What the hub hears to its command.

    A write has an outcome and no body; a read has a body and the outcome `none`. Neither outcome
    nor body: acknowledged, and nothing more will come.
    """

    outcome: Outcome
    body: Body


@dataclass(frozen=True, slots=True)
class Notified:
    """What the lock tells its hub unasked."""

    notice: Notice
    slot: int | None
    """The slot that the lock names; not always the one that a careless reader expects."""
    alarm: int | None = None
    """The Alarm CC version 1 type of locks that send that beside the notification."""

    @property
    def kind(self) -> int:
        """The Notification CC type: 6 is access control, 8 power management."""
        return NOTICE_NUMBERS[self.notice][0]

    @property
    def event(self) -> int:
        """The event's number within `kind`."""
        return NOTICE_NUMBERS[self.notice][1]


@dataclass(frozen=True, slots=True)
class KeypadAnswer:
    """What a person at the lock sees; exactly one for each thing done at the keypad.

    A forgotten entry gives one more, from the timer.
    """

    feedback: Feedback
    slot: int | None


@dataclass(frozen=True, slots=True)
class BoltMoved:
    """The bolt is somewhere else than before."""

    bolt: Bolt
    mover: Mover


@dataclass(frozen=True, slots=True)
class CodeStored:
    """Slot `slot` holds `pin` now (it may have done so before)."""

    slot: int
    pin: Pin
    status: SlotStatus


@dataclass(frozen=True, slots=True)
class CodeCleared:
    """Slot `slot` held a code and holds none now."""

    slot: int


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """A write to `slot` was dropped, and why: by which rule, because of whose code."""

    slot: int
    why: Refusal
    rule: Constraint | None = None
    holder: int | None = None
    """The slot whose code is in the way, 0 for the admin code."""


@dataclass(frozen=True, slots=True)
class ScheduleStored:
    """Slot `slot` has these hours now; both None: it has none."""

    slot: int
    not_before_us: int | None
    not_after_us: int | None


@dataclass(frozen=True, slots=True)
class ScheduleRefused:
    """Hours for `slot` were dropped, and why."""

    slot: int
    why: Refusal


@dataclass(frozen=True, slots=True)
class OfflineCodeUsed:
    """A PIN that the lock derived opened it; it ends at `ends_us`, or is spent."""

    pin: Pin
    ends_us: int
    is_one_time: bool


Truth = (
    BoltMoved
    | CodeStored
    | CodeCleared
    | CodeRefused
    | ScheduleStored
    | ScheduleRefused
    | OfflineCodeUsed
)
Effect = Replied | Notified | KeypadAnswer | Truth


def reply_of(effects: Iterable[Effect]) -> Replied | None:
    """The reply among `effects`; None when the lock was silent."""
    return next((effect for effect in effects if isinstance(effect, Replied)), None)
