"""What the gateway says to a lock and hears from it, as plain values.

The transmit outcome says what became of the frame, the supervision outcome what the lock claims to
have done. They are apart because each can be good while the other is bad: a frame without
acknowledgement may have been obeyed, and an acknowledged one ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latchbench.pin import Pin


@dataclass(frozen=True, slots=True)
class SetCode:
    """Store a code in a slot."""

    slot: int
    pin: Pin


@dataclass(frozen=True, slots=True)
class ClearCode:
    """Free a slot. Never 0, which would free them all: the gateway owns single slots only."""

    slot: int


@dataclass(frozen=True, slots=True)
class ReadCode:
    """Read one slot back."""

    slot: int


@dataclass(frozen=True, slots=True)
class Walk:
    """Read every occupied slot."""


@dataclass(frozen=True, slots=True)
class ReadChecksum:
    """Ask for the CRC over the occupied slots."""


@dataclass(frozen=True, slots=True)
class ReadInfo:
    """Ask what the lock can do."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask for nothing but an acknowledgement."""


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """Let a slot open only in these hours; two limits of None take them away."""

    slot: int
    not_before_us: int | None
    not_after_us: int | None


@dataclass(frozen=True, slots=True)
class ReadSchedule:
    """Ask for the hours of a slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set the lock's own clock."""

    clock_us: int


@dataclass(frozen=True, slots=True)
class ReadClock:
    """Ask what time the lock thinks it is."""


@dataclass(frozen=True, slots=True)
class AssignCode:
    """Let the lock's own side choose a PIN for a free slot, to be read there afterwards."""

    slot: int


Command = (
    SetCode
    | ClearCode
    | ReadCode
    | Walk
    | ReadChecksum
    | ReadInfo
    | Ping
    | SetSchedule
    | ReadSchedule
    | SetClock
    | ReadClock
    | AssignCode
)


class Transmit(StrEnum):
    """What became of the frame."""

    OK = "ok"
    NO_ACK = "no_ack"
    FAIL = "fail"


class Supervision(StrEnum):
    """What the lock says it did."""

    NONE = "none"
    SUCCESS = "success"
    WORKING = "working"
    FAIL = "fail"
    NO_SUPPORT = "no_support"


class Rejection(StrEnum):
    """Why a host did not take a command to the radio."""

    STALE = "stale"
    UNKNOWN_LOCK = "unknown_lock"
    MALFORMED = "malformed"


class SlotStatus(StrEnum):
    """What a lock says of one slot."""

    AVAILABLE = "available"
    ENABLED = "enabled"
    DISABLED = "disabled"
    NO_SUCH_SLOT = "no_such_slot"


@dataclass(frozen=True, slots=True)
class CodeBody:
    """One slot as the lock reads it back; `raw` is its text, masked or padded by some."""

    slot: int
    status: SlotStatus
    raw: bytes

    def __repr__(self) -> str:
        return f"CodeBody(slot={self.slot}, status={self.status.value})"


@dataclass(frozen=True, slots=True)
class WalkBody:
    """Every occupied slot."""

    codes: tuple[CodeBody, ...]


@dataclass(frozen=True, slots=True)
class ChecksumBody:
    """CRC over the occupied slots; 0 when none is."""

    checksum: int


@dataclass(frozen=True, slots=True)
class InfoBody:
    """What the lock says it can do; `code_length` is the one length it takes now, if one."""

    slots: int
    code_length: int | None
    supervision: bool
    checksum: bool
    schedules: bool = False


@dataclass(frozen=True, slots=True)
class ScheduleBody:
    """The hours of one slot; both None: it has none."""

    slot: int
    not_before_us: int | None
    not_after_us: int | None


@dataclass(frozen=True, slots=True)
class ClockBody:
    """The lock's own clock."""

    clock_us: int


Body = CodeBody | WalkBody | ChecksumBody | InfoBody | ScheduleBody | ClockBody


@dataclass(frozen=True, slots=True)
class Report:
    """The end of one command."""

    transmit: Transmit
    supervision: Supervision = Supervision.NONE
    rejection: Rejection | None = None
    incarnation: int | None = None
    body: Body | None = None


class LockEvent:
    """Numbers of Z-Wave Notification type 6 that tell of changed codes."""

    ALL_CODES_DELETED = 0x0C
    CODE_DELETED = 0x0D
    CODE_ADDED = 0x0E
    DUPLICATE_CODE = 0x0F
    MASTER_CODE_CHANGED = 0x12
    CHANGES_CODES = frozenset({ALL_CODES_DELETED, CODE_DELETED, CODE_ADDED, MASTER_CODE_CHANGED})


@dataclass(frozen=True, slots=True)
class Notice:
    """What a lock said unasked. `number` rises by one with each; a gap is a loss."""

    number: int
    event: int
    slot: int | None
    incarnation: int | None


def answers(command: Command, body: Body | None) -> bool:
    """Whether a report has the body that was asked for.

    A lock that leaves it out would otherwise be asked for ever.
    """
    match command:
        case ReadCode(slot):
            return isinstance(body, CodeBody) and body.slot == slot
        case Walk():
            return isinstance(body, WalkBody)
        case ReadChecksum():
            return isinstance(body, ChecksumBody)
        case ReadInfo():
            return isinstance(body, InfoBody)
        case ReadSchedule(slot):
            return isinstance(body, ScheduleBody) and body.slot == slot
        case ReadClock():
            return isinstance(body, ClockBody)
        case _:
            return True
