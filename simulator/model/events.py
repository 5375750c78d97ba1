"""What happens to a lock: what its hub asks over the radio, what is done where it hangs, and time.

What comes of it is in `simulator.model.effects`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.model.limits import BATTERY_PERCENT_MAX
from simulator.model.words import SlotStatus

if TYPE_CHECKING:
    from latchbench.pin import Pin
    from simulator.model.words import KeypadMode

ENTER: Final = "enter"
KEYS: Final = (*"0123456789", ENTER)


# Over the radio


@dataclass(frozen=True, slots=True)
class SetCode:
    """Store `pin` in `slot`. With the status `available` this is `ClearCode`."""

    slot: int
    pin: Pin | None
    status: SlotStatus = SlotStatus.ENABLED


@dataclass(frozen=True, slots=True)
class ClearCode:
    """Empty `slot` and forget its hours; 0 empties all."""

    slot: int


@dataclass(frozen=True, slots=True)
class ReadCode:
    """Answered with an `effects.CodeReport`."""

    slot: int


@dataclass(frozen=True, slots=True)
class WalkCodes:
    """All slots as one command of the hub; answered with a `WalkReport`."""


@dataclass(frozen=True, slots=True)
class ReadChecksum:
    """Answered with a `ChecksumReport` where the lock has one."""


@dataclass(frozen=True, slots=True)
class ReadInfo:
    """Answered with an `InfoReport`."""


@dataclass(frozen=True, slots=True)
class ReadBattery:
    """Answered with a `BatteryReport`."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Answered without a body: the lock is there."""


@dataclass(frozen=True, slots=True)
class Operate:
    """Lock or unlock by motor."""

    locked: bool


@dataclass(frozen=True, slots=True)
class ReadBolt:
    """Answered with a `BoltReport`."""


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """Let `slot` open only in [not_before, not_after) of the lock's clock; None is no limit.

    Both None takes the limits away. The slot need not hold a code yet, so that hours can be there
    before the code that they are for.
    """

    slot: int
    not_before_us: int | None
    not_after_us: int | None


@dataclass(frozen=True, slots=True)
class ReadSchedule:
    """Answered with a `ScheduleReport` by a lock that keeps hours."""

    slot: int


@dataclass(frozen=True, slots=True)
class AssignCode:
    """Let the lock's own side choose a PIN for `slot`; one that holds a code keeps it.

    `draw` is the chance that the lock's side has of its own, any whole number: which of the codes
    that the lock takes is chosen hangs on it and on nothing else.
    """

    slot: int
    draw: int


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set the lock's clock to the bench's time plus `offset_us`."""

    offset_us: int


@dataclass(frozen=True, slots=True)
class ReadClock:
    """Answered with a `ClockReport`."""


@dataclass(frozen=True, slots=True)
class SetKeypadMode:
    """Choose what the keypad listens to; ends a lock-out."""

    mode: KeypadMode


RadioEvent = (
    SetCode
    | ClearCode
    | ReadCode
    | WalkCodes
    | ReadChecksum
    | ReadInfo
    | ReadBattery
    | Ping
    | Operate
    | ReadBolt
    | SetSchedule
    | ReadSchedule
    | AssignCode
    | SetClock
    | ReadClock
    | SetKeypadMode
)


# At the lock


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key, a digit or "enter". Raises `ValueError` for any other text."""

    key: str

    def __post_init__(self) -> None:
        if self.key not in KEYS:
            raise ValueError('a key is one digit or "enter"')


@dataclass(frozen=True, slots=True)
class ThumbTurned:
    """Somebody inside turned the thumb-turn."""

    locked: bool


@dataclass(frozen=True, slots=True)
class ProgrammedAtKeypad:
    """A person with the master code stored `pin` in `slot`, or emptied it with None."""

    slot: int
    pin: Pin | None


@dataclass(frozen=True, slots=True)
class LengthSetAtKeypad:
    """A person with the master code changed the length of all codes, which erases them."""

    length: int


@dataclass(frozen=True, slots=True)
class MenuHeld:
    """A person opened the programming menu and stands in it, or left it."""

    is_open: bool


@dataclass(frozen=True, slots=True)
class KeypadSwitched:
    """A person set the keypad's mode; `locked_out` as if by the last wrong code."""

    mode: KeypadMode


@dataclass(frozen=True, slots=True)
class Jammed:
    """Something came in the bolt's way, or was taken out of it."""

    jammed: bool


@dataclass(frozen=True, slots=True)
class FactoryReset:
    """The reset button was held: the codes of the factory, and another incarnation."""


@dataclass(frozen=True, slots=True)
class PowerCut:
    """The batteries were taken out."""


@dataclass(frozen=True, slots=True)
class PowerRestored:
    """The batteries were put in again; how full they are is told by `BatteryLevel`."""


@dataclass(frozen=True, slots=True)
class BatteryLevel:
    """The batteries now hold `percent`; with 0 the lock is as without them.

    Raises `ValueError` unless `percent` is 0 to 100.
    """

    percent: int

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= BATTERY_PERCENT_MAX:
            raise ValueError(f"a battery holds 0 to {BATTERY_PERCENT_MAX} percent")


@dataclass(frozen=True, slots=True)
class Hung:
    """The lock's firmware hangs: nothing works until the power is cycled."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The lock's firmware starts again, which takes `lasts_us`; until then nothing works."""

    lasts_us: int


@dataclass(frozen=True, slots=True)
class ClockShifted:
    """The lock's own clock jumped by `by_us`, as clocks of locks do."""

    by_us: int


LocalEvent = (
    KeyPressed
    | ThumbTurned
    | ProgrammedAtKeypad
    | LengthSetAtKeypad
    | MenuHeld
    | KeypadSwitched
    | Jammed
    | FactoryReset
    | PowerCut
    | PowerRestored
    | BatteryLevel
    | Hung
    | Restarted
    | ClockShifted
)


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The time that `next_timer_us` asked for has come; too early or too late does no harm."""


Event = RadioEvent | LocalEvent | TimerFired
