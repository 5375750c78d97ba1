"""The one table of words for what a lock can be, do and answer.

Each enum's value is the word that scenario files, traces and tables use. Where the Z-Wave
specifications give the same thing a number, a table beside the enum holds it.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Constraint(StrEnum):
    """Seam's 14 `code_constraints` types. `simulator.model.constraints` says what each means."""

    NO_ZEROS = "no_zeros"
    CANNOT_START_WITH_12 = "cannot_start_with_12"
    NO_TRIPLE_CONSECUTIVE_INTS = "no_triple_consecutive_ints"
    CANNOT_SPECIFY_PIN_CODE = "cannot_specify_pin_code"
    PIN_CODE_MATCHES_EXISTING_SET = "pin_code_matches_existing_set"
    START_DATE_IN_FUTURE = "start_date_in_future"
    NO_ASCENDING_OR_DESCENDING_SEQUENCE = "no_ascending_or_descending_sequence"
    AT_LEAST_THREE_UNIQUE_DIGITS = "at_least_three_unique_digits"
    CANNOT_CONTAIN_089 = "cannot_contain_089"
    CANNOT_CONTAIN_0789 = "cannot_contain_0789"
    UNIQUE_FIRST_FOUR_DIGITS = "unique_first_four_digits"
    NO_ALL_SAME_DIGITS = "no_all_same_digits"
    NAME_LENGTH = "name_length"
    NAME_MUST_BE_UNIQUE = "name_must_be_unique"


class DuplicatePolicy(StrEnum):
    """What a lock does with a code that another slot, or the admin, has already."""

    ACCEPT = "accept"  # stores it
    SILENT = "silent"  # drops it and tells nobody
    NOTIFY = "notify"  # drops it, sends event 15 without a slot (lock_code_manager#848)
    NOTIFY_WITH_SLOT = "notify_with_slot"  # the same, with the slot that was to be written
    ALARM = "alarm"  # drops it, sends alarm 113 with the slot that has the code, 0 for the admin


class ReadbackStyle(StrEnum):
    """What a lock shows when a slot is read. Status and text are separate: see `readback`."""

    PLAIN = "plain"
    MASKED_FIXED10 = "masked_fixed10"  # ten asterisks; an empty slot shows 0000 (Schlage BE469)
    MASKED_SAME_LENGTH = "masked_same_length"
    SUFFIX_LFCR = "suffix_lfcr"  # the digits, then line feed and carriage return (BE469 dump)
    ZERO_PADDED = "zero_padded"  # the digits, then NUL up to 10 characters
    EMPTY_AS_0000 = "empty_as_0000"  # the digits; an empty slot shows 0000 (keymaster#479)
    STATUS_ONLY = "status_only"  # enabled, but no digits (lock_code_manager#1397)


class SupervisionSupport(StrEnum):
    """Whether the lock tells the outcome of a write (Supervision CC)."""

    OK = "ok"
    NONE = "none"


class Security(StrEnum):
    """How a lock and its hub encrypt what they say to each other."""

    NONE = "none"
    S0 = "s0"  # every message, either way, needs a nonce that is asked for first (Security CC)
    S2 = "s2"  # a few bytes more and no frame, so that to this radio it is as none


class Schedules(StrEnum):
    """Whether the lock itself keeps a code to its hours."""

    NONE = "none"
    NATIVE = "native"


class OfflineCodes(StrEnum):
    """Whether the lock takes PINs that it derives itself (`latchbench.algopin`)."""

    NONE = "none"
    BESIDE = "beside"  # beside those that are written over the radio
    ONLY = "only"  # and no others


class Outcome(StrEnum):
    """How a lock says a command ended. It never says why."""

    NONE = "none"  # not supervised: nothing is known
    NO_SUPPORT = "no_support"
    WORKING = "working"
    FAIL = "fail"
    SUCCESS = "success"


# Supervision CC, Supervision Report, "Status".
OUTCOME_BYTES: Final[Mapping[Outcome, int]] = MappingProxyType(
    {
        Outcome.NO_SUPPORT: 0x00,
        Outcome.WORKING: 0x01,
        Outcome.FAIL: 0x02,
        Outcome.SUCCESS: 0xFF,
    }
)


class SlotStatus(StrEnum):
    """User ID status of a slot."""

    AVAILABLE = "available"
    ENABLED = "enabled"
    DISABLED = "disabled"  # "reserved by administrator" in version 1; opens nothing in either
    MESSAGING = "messaging"
    PASSAGE = "passage"
    NOT_AVAILABLE = "not_available"  # only in answers: there is no such slot


# User Code CC version 2, table 2.532.
SLOT_STATUS_BYTES: Final[Mapping[SlotStatus, int]] = MappingProxyType(
    {
        SlotStatus.AVAILABLE: 0x00,
        SlotStatus.ENABLED: 0x01,
        SlotStatus.DISABLED: 0x02,
        SlotStatus.MESSAGING: 0x03,
        SlotStatus.PASSAGE: 0x04,
        SlotStatus.NOT_AVAILABLE: 0xFE,
    }
)

# A node must store the first three (table 2.532); the locks here have no more. Messaging and
# passage are words that a write may carry and that these locks ignore.
STORED_STATUSES: Final = frozenset({SlotStatus.ENABLED, SlotStatus.DISABLED})


class KeypadMode(StrEnum):
    """What a keypad listens to; set over the radio (version 2) or at the lock."""

    NORMAL = "normal"
    VACATION = "vacation"  # slots do not open, the admin code is still known
    PRIVACY = "privacy"  # nothing is heard
    LOCKED_OUT = "locked_out"  # too many wrong codes: nothing is heard for a while


# User Code CC version 2, table 2.531.
KEYPAD_MODE_BYTES: Final[Mapping[KeypadMode, int]] = MappingProxyType(
    {
        KeypadMode.NORMAL: 0x00,
        KeypadMode.VACATION: 0x01,
        KeypadMode.PRIVACY: 0x02,
        KeypadMode.LOCKED_OUT: 0x03,
    }
)


class Keypad(StrEnum):
    """The keypad's condition, of which exactly one holds; the first that applies, in this order."""

    LOCKED_OUT = "locked_out"
    PRIVACY = "privacy"
    BUSY = "busy"  # somebody stands in the programming menu
    VACATION = "vacation"
    CLEAR = "clear"


class Mechanics(StrEnum):
    """Whether something is in the bolt's way."""

    CLEAR = "clear"
    JAMMED = "jammed"


class Power(StrEnum):
    """The power's condition as the lock has it."""

    GOOD = "good"
    LOW = "low"
    CRITICAL = "critical"
    DEPLETED = "depleted"
    REBOOTING = "rebooting"  # it has power, is starting, and does nothing yet
    OFF = "off"  # cut


class Bolt(StrEnum):
    """Where the bolt is."""

    LOCKED = "locked"
    UNLOCKED = "unlocked"
    UNKNOWN = "unknown"  # neither fully out nor fully in


# Door Lock CC, "Current Door Lock Mode".
BOLT_BYTES: Final[Mapping[Bolt, int]] = MappingProxyType(
    {Bolt.LOCKED: 0xFF, Bolt.UNLOCKED: 0x00, Bolt.UNKNOWN: 0xFE}
)


class Mover(StrEnum):
    """Who or what moved the bolt."""

    MANUAL = "manual"
    RADIO = "radio"
    KEYPAD = "keypad"
    AUTO = "auto"


class Feedback(StrEnum):
    """What a person at the keypad sees or hears."""

    OPENED = "opened"
    REJECTED = "rejected"  # nobody's code, or a code that may not be stored
    DISABLED = "disabled"  # somebody's code, but it opens nothing now
    OUTSIDE_SCHEDULE = "outside_schedule"
    JAMMED = "jammed"  # the code was right, the bolt did not come
    LOCKED_OUT = "locked_out"
    IGNORED = "ignored"
    INCOMPLETE = "incomplete"  # the key was taken, more are waited for
    TIMED_OUT = "timed_out"  # too long since the last key: the entry is forgotten
    MENU = "menu"  # the admin code: the programming menu opens, the door does not
    DONE = "done"  # what was programmed at the keypad is in force


class Refusal(StrEnum):
    """Why a lock dropped a write. For the bench alone: no answer of a lock carries it."""

    SLOT_OUT_OF_RANGE = "slot_out_of_range"
    SLOT_RESERVED = "slot_reserved"
    STATUS_NOT_SUPPORTED = "status_not_supported"
    KEYPAD_BUSY = "keypad_busy"
    PROVIDER_CHOOSES_PIN = "provider_chooses_pin"
    OFFLINE_CODES_ONLY = "offline_codes_only"
    NOT_A_CODE = "not_a_code"
    LENGTH_NOT_SUPPORTED = "length_not_supported"
    DIGITS_NOT_SUPPORTED = "digits_not_supported"
    NOT_IN_EXISTING_SET = "not_in_existing_set"
    FIRST_FOUR_IN_USE = "first_four_in_use"
    PIN_IN_USE = "pin_in_use"
    KEYPAD_COLLISION = "keypad_collision"  # other digits, but the keypad cannot tell them apart
    WINDOW_EMPTY = "window_empty"
    WINDOW_HAS_BEGUN = "window_has_begun"


# Refusals for which a lock may send its duplicate notice.
DUPLICATES: Final = frozenset({Refusal.PIN_IN_USE, Refusal.KEYPAD_COLLISION})


class Notice(StrEnum):
    """What a lock may tell its hub unasked. A profile lists those that its lock does send."""

    MANUAL_LOCK = "manual_lock"
    MANUAL_UNLOCK = "manual_unlock"
    RADIO_LOCK = "radio_lock"
    RADIO_UNLOCK = "radio_unlock"
    KEYPAD_UNLOCK = "keypad_unlock"
    MANUAL_NOT_FULLY_LOCKED = "manual_not_fully_locked"
    RADIO_NOT_FULLY_LOCKED = "radio_not_fully_locked"
    AUTO_LOCKED = "auto_locked"
    AUTO_NOT_FULLY_LOCKED = "auto_not_fully_locked"
    JAMMED = "jammed"
    ALL_CODES_DELETED = "all_codes_deleted"
    CODE_DELETED = "code_deleted"
    CODE_ADDED = "code_added"
    DUPLICATE_CODE = "duplicate_code"
    KEYPAD_DISABLED = "keypad_disabled"
    KEYPAD_BUSY = "keypad_busy"
    CODE_TOO_LONG = "code_too_long"
    CODE_DISABLED = "code_disabled"
    OUTSIDE_SCHEDULE = "outside_schedule"
    INVALID_CODE = "invalid_code"
    POWER_APPLIED = "power_applied"
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"


ACCESS_CONTROL: Final = 0x06
POWER_MANAGEMENT: Final = 0x08

# Notification CC: type and event of each notice, as in zwave-js `Notifications.ts`.
NOTICE_NUMBERS: Final[Mapping[Notice, tuple[int, int]]] = MappingProxyType(
    {
        Notice.MANUAL_LOCK: (ACCESS_CONTROL, 0x01),
        Notice.MANUAL_UNLOCK: (ACCESS_CONTROL, 0x02),
        Notice.RADIO_LOCK: (ACCESS_CONTROL, 0x03),
        Notice.RADIO_UNLOCK: (ACCESS_CONTROL, 0x04),
        Notice.KEYPAD_UNLOCK: (ACCESS_CONTROL, 0x06),
        Notice.MANUAL_NOT_FULLY_LOCKED: (ACCESS_CONTROL, 0x07),
        Notice.RADIO_NOT_FULLY_LOCKED: (ACCESS_CONTROL, 0x08),
        Notice.AUTO_LOCKED: (ACCESS_CONTROL, 0x09),
        Notice.AUTO_NOT_FULLY_LOCKED: (ACCESS_CONTROL, 0x0A),
        Notice.JAMMED: (ACCESS_CONTROL, 0x0B),
        Notice.ALL_CODES_DELETED: (ACCESS_CONTROL, 0x0C),
        Notice.CODE_DELETED: (ACCESS_CONTROL, 0x0D),
        Notice.CODE_ADDED: (ACCESS_CONTROL, 0x0E),
        Notice.DUPLICATE_CODE: (ACCESS_CONTROL, 0x0F),
        Notice.KEYPAD_DISABLED: (ACCESS_CONTROL, 0x10),
        Notice.KEYPAD_BUSY: (ACCESS_CONTROL, 0x11),
        Notice.CODE_TOO_LONG: (ACCESS_CONTROL, 0x13),
        Notice.CODE_DISABLED: (ACCESS_CONTROL, 0x2F),
        Notice.OUTSIDE_SCHEDULE: (ACCESS_CONTROL, 0x30),
        Notice.INVALID_CODE: (ACCESS_CONTROL, 0x32),
        Notice.POWER_APPLIED: (POWER_MANAGEMENT, 0x01),
        Notice.BATTERY_LOW: (POWER_MANAGEMENT, 0x0A),
        Notice.BATTERY_CRITICAL: (POWER_MANAGEMENT, 0x0B),
    }
)

# Alarm CC version 1, before Plus: a duplicate code (keymaster's `providers/zwave_js.py`, Yale).
ALARM_DUPLICATE: Final = 113

assert set(NOTICE_NUMBERS) == set(Notice)
assert len(set(NOTICE_NUMBERS.values())) == len(Notice), "two notices with one number"
assert set(SLOT_STATUS_BYTES) == set(SlotStatus)
assert set(KEYPAD_MODE_BYTES) == set(KeypadMode)
assert set(BOLT_BYTES) == set(Bolt)
assert set(OUTCOME_BYTES) == set(Outcome) - {Outcome.NONE}
