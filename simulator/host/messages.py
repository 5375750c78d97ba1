"""What passes between a hub and its locks, as plain values; `simulator.host.wire` has the messages.

A command's end is reported in two parts that stand apart: what became of the frame in the air, and
what the lock says it did. A `Rejection` is neither: the host did not take the command to the radio.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from simulator.model import events
from simulator.model.effects import Body, InfoReport
from simulator.model.words import ACCESS_CONTROL, Outcome
from simulator.radio.words import CommandKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.radio.words import TransmitOutcome


@dataclass(frozen=True, slots=True, order=True)
class CommandId:
    """Rises from command to command of one lock; a gateway that took over has a higher epoch."""

    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Hello:
    """Opens a stream. Of one gateway's streams only that with the highest rank is served."""

    gateway: str
    epoch: int
    session: int

    @property
    def rank(self) -> tuple[int, int]:
        """A later stream of the same gateway has a higher one."""
        return (self.epoch, self.session)


@dataclass(frozen=True, slots=True)
class SetClockTo:
    """Set the lock's clock to `clock_us`; how far that is off is known when the frame arrives."""

    clock_us: int

    def arriving(self, now_us: int) -> events.SetClock:
        """The event at the lock at `now_us`."""
        return events.SetClock(self.clock_us - now_us)


@dataclass(frozen=True, slots=True)
class AssignCodeIn:
    """Let the lock's own side choose a PIN for `slot`; its chance comes as the frame does."""

    slot: int

    def arriving(self, draw: int) -> events.AssignCode:
        """The event at the lock, with its chance."""
        return events.AssignCode(self.slot, draw)


Action = (
    events.SetCode
    | events.ClearCode
    | events.ReadCode
    | events.WalkCodes
    | events.ReadChecksum
    | events.ReadInfo
    | events.Ping
    | events.ReadBattery
    | events.Operate
    | events.ReadBolt
    | events.SetSchedule
    | events.ReadSchedule
    | AssignCodeIn
    | SetClockTo
    | events.ReadClock
    | events.SetKeypadMode
)

KINDS: Final[Mapping[type[Any], CommandKind]] = MappingProxyType(
    {
        events.SetCode: CommandKind.SET_USER_CODE,
        events.ClearCode: CommandKind.CLEAR_USER_CODE,
        events.ReadCode: CommandKind.GET_USER_CODE,
        events.WalkCodes: CommandKind.WALK_USER_CODES,
        events.ReadChecksum: CommandKind.GET_CHECKSUM,
        events.ReadInfo: CommandKind.GET_LOCK_INFO,
        events.Ping: CommandKind.PING,
        events.ReadBattery: CommandKind.GET_BATTERY,
        events.Operate: CommandKind.OPERATE_BOLT,
        events.ReadBolt: CommandKind.GET_BOLT,
        events.SetSchedule: CommandKind.SET_SCHEDULE,
        events.ReadSchedule: CommandKind.GET_SCHEDULE,
        AssignCodeIn: CommandKind.ASSIGN_USER_CODE,
        SetClockTo: CommandKind.SET_CLOCK,
        events.ReadClock: CommandKind.GET_CLOCK,
        events.SetKeypadMode: CommandKind.SET_KEYPAD_MODE,
    }
)

assert set(KINDS.values()) == set(CommandKind)


@dataclass(frozen=True, slots=True)
class Command:
    """What a controller asks of a lock. Without an id it is a foreign controller's."""

    lock_id: str
    action: Action
    id: CommandId | None = None
    supervised: bool = False

    @property
    def kind(self) -> CommandKind:
        """What the radio calls it."""
        return KINDS[type(self.action)]

    @property
    def slot(self) -> int | None:
        """The slot that it is about, if it is about one."""
        return getattr(self.action, "slot", None)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A command that cannot be put into a frame; `why` never repeats a value."""

    lock_id: str
    id: CommandId | None
    why: str


class Rejection(enum.Enum):
    """Why a host did not take a command to the radio."""

    STALE_EPOCH = "stale_epoch"
    STALE_SEQUENCE = "stale_sequence"
    UNKNOWN_LOCK = "unknown_lock"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class LockInfo:
    """What a lock says of itself, and whether it has a master code beside its slots."""

    info: InfoReport
    has_admin_code: bool


ReportBody = Body | LockInfo


@dataclass(frozen=True, slots=True)
class Report:
    """The end of one command. Exactly one of `rejection` and `transmit` is there.

    `attempts`: frames sent, beams included. `incarnation` only when the lock answered.
    """

    lock_id: str
    id: CommandId | None
    rejection: Rejection | None = None
    transmit: TransmitOutcome | None = None
    supervision: Outcome = Outcome.NONE
    attempts: int = 0
    incarnation: int | None = None
    body: ReportBody = None


@dataclass(frozen=True, slots=True)
class Notification:
    """What a lock said unasked: its number since the host started, and the Z-Wave event.

    `kind` is the Notification type to which `event` belongs.
    """

    lock_id: str
    number: int
    event: int
    slot: int | None
    incarnation: int
    kind: int = ACCESS_CONTROL


Incoming = Hello | Command | Malformed
Outgoing = Report | Notification
