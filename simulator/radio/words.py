"""The words of the radio, once: the same in states, faults, scenario files and traces.

The value of each member is the word that people write and read. What a word does is decided
elsewhere, except who is heard in which state: that is in `HEARS` and `IS_HEARD`.
"""

from __future__ import annotations

import enum
from typing import Final


@enum.unique
class RadioState(enum.Enum):
    """What a lock's radio can do. The keypad is another axis: it works when the radio does not."""

    AWAKE = "awake"  # always listening
    ASLEEP = "asleep"  # sampled once a second: the first frame costs a wake-up beam
    DEGRADED = "degraded"  # latency and loss
    DEAF = "deaf"  # speaks, cannot be reached
    DEAD = "dead"  # neither speaks nor hears
    KEY_LOST = "key_lost"  # acknowledges frames that it can no longer decrypt


HEARS: Final[frozenset[RadioState]] = frozenset(
    set(RadioState) - {RadioState.DEAF, RadioState.DEAD}
)
"""A frame to a lock in one of these states is acknowledged, understood or not."""

IS_HEARD: Final[frozenset[RadioState]] = frozenset(
    set(RadioState) - {RadioState.DEAD, RadioState.KEY_LOST}
)
"""What a lock says in one of these states is understood by its hub.

A lock that has lost its key does encrypt what it says, but with nothing that the hub can decrypt
("nonce expired, cannot decode": zwave-js/zwave-js#3933; lost keypad events: #1991).
"""


@enum.unique
class HubState(enum.Enum):
    """Whether a hub's own radio works. Its locks know nothing of it."""

    UP = "up"
    DOWN = "down"  # nothing leaves the hub, and what locks say meanwhile is lost


@enum.unique
class TransmitOutcome(enum.Enum):
    """What the hub learns about its frame; Z-Wave's transmit status 0 to 4, in that order.

    It says nothing about what the lock did: a frame without acknowledgement may have been carried
    out, and one with it may have been thrown away.
    """

    OK = "ok"
    NO_ACK = "no_ack"
    FAIL = "fail"
    NOT_IDLE = "not_idle"
    NO_ROUTE = "no_route"


@enum.unique
class Treatment(enum.Enum):
    """How the lock is to treat a frame that arrives. `simulator.host.treatments` does it."""

    NORMAL = "normal"
    SKIP_WRITE = "skip_write"  # acknowledge, report success, change nothing
    REFUSE = "refuse"  # acknowledge, report FAIL, change nothing
    WRITE_SILENTLY = "write_silently"  # do it, and say nothing of it in any way
    READ_STALE = "read_stale"  # answer with the codes as they were before the last change
    READ_MASKED = "read_masked"  # answer with asterisks for digits
    USE_OTHER_SLOT = "use_other_slot"  # do it to the next slot
    CUT_SHORT = "cut_short"  # store fewer digits than were sent
    STAY_WORKING = "stay_working"  # do it, and report WORKING instead of the outcome
    HANG = "hang"  # do nothing, say nothing, and be dead to the world until the power is cycled
    RESTART = "restart"  # do nothing, say nothing, and be away for a moment
    BROWN_OUT = "brown_out"  # begin to do it, lose the voltage over it, and restart
    LOSE_TIME = "lose_time"  # do it, with a clock that went wrong before
    OVERTAKEN = "overtaken"  # reach the lock only after the next command


@enum.unique
class CommandKind(enum.Enum):
    """What a hub can ask of a lock."""

    SET_USER_CODE = "set_user_code"
    CLEAR_USER_CODE = "clear_user_code"
    GET_USER_CODE = "get_user_code"
    WALK_USER_CODES = "walk_user_codes"
    GET_CHECKSUM = "get_checksum"
    GET_LOCK_INFO = "get_lock_info"
    PING = "ping"
    GET_BATTERY = "get_battery"
    OPERATE_BOLT = "operate_bolt"
    GET_BOLT = "get_bolt"
    SET_SCHEDULE = "set_schedule"
    SET_CLOCK = "set_clock"
    GET_CLOCK = "get_clock"
    SET_KEYPAD_MODE = "set_keypad_mode"
    GET_SCHEDULE = "get_schedule"
    ASSIGN_USER_CODE = "assign_user_code"

    @property
    def writes(self) -> bool:
        """Whether the command may change the lock, and so may make it speak unasked."""
        return self in WRITES


ANY_KIND: Final[frozenset[CommandKind]] = frozenset(CommandKind)

WRITES: Final[frozenset[CommandKind]] = frozenset(
    {
        CommandKind.SET_USER_CODE,
        CommandKind.CLEAR_USER_CODE,
        CommandKind.OPERATE_BOLT,
        CommandKind.SET_SCHEDULE,
        CommandKind.SET_CLOCK,
        CommandKind.SET_KEYPAD_MODE,
        CommandKind.ASSIGN_USER_CODE,
    }
)

READS_CODES: Final[frozenset[CommandKind]] = frozenset(
    {CommandKind.GET_USER_CODE, CommandKind.WALK_USER_CODES}
)

NO_KIND: Final[frozenset[CommandKind]] = frozenset()
"""No command at all: a fault of what a lock says unasked."""
