"""What one model of lock can do, and what a hub's device database believes about it.

A `Profile` is a frozen set of plain values: never a brand. No field has a default, so that nobody
meets a value that no data file states with its source; to vary one, `dataclasses.replace` a loaded
profile. A `Profile` that contradicts itself or the specification cannot be made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.model.constraints import KEYS_MISSING, UPWARDS
from simulator.model.limits import (
    BATTERY_PERCENT_MAX,
    CODE_DIGITS_MAX,
    CODE_DIGITS_MIN,
    SLOT_FIRST,
    SLOTS_MAX,
    USER_CODE_VERSIONS,
)
from simulator.model.words import Constraint, KeypadMode, OfflineCodes, SupervisionSupport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from latchbench.pin import Pin
    from simulator.model.words import (
        DuplicatePolicy,
        Notice,
        ReadbackStyle,
        Schedules,
        Security,
    )


class InvalidProfile(ValueError):
    """The values of a profile do not fit together. `problems` has (field, message) for each."""

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Lockout:
    """When a keypad stops listening because of wrong codes, and for how long."""

    wrong_codes: int
    """That many wrong codes start a lock-out."""
    window_us: int | None
    """Only wrong codes of that last time count; None: all since the last accepted code."""
    lasts_us: int
    """How long the first lock-out lasts."""
    escalation_us: tuple[int, ...]
    """How long the next ones last, the last one repeating, and then every single wrong code starts
    one, until a code is accepted. Empty: every lock-out is like the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a model of lock does. Times are microseconds."""

    slots_max: int
    code_lengths: tuple[int, ...]
    """Code lengths that the lock can be used with, ascending."""
    uniform_length: bool
    """All codes have one length, the lock's setting; changing it erases every code."""
    code_length_setting: int | None
    """The setting of a new lock; None unless `uniform_length`."""
    constraints: frozenset[Constraint]
    existing_pins: frozenset[Pin]
    """What `pin_code_matches_existing_set` takes; empty without that constraint."""
    duplicate_policy: DuplicatePolicy
    five_buttons: bool
    """Two digits share a button (12, 34, 56, 78, 90): 1357 and 2468 are one code to the lock."""
    matches_prefix: bool
    """No enter key: opens as soon as the keys pressed are a code."""
    has_keypad: bool
    reserved_slots: frozenset[int]
    """Slots that hold no user code: written in vain, read as not available."""
    factory_codes: tuple[tuple[int, Pin], ...]
    """(slot, PIN) of a lock that is new or was reset."""
    admin_code: Pin | None
    """Opens the programming menu; not in a slot, but in use."""
    lockout: Lockout | None
    entry_timeout_us: int
    """That long after the last key an unfinished entry is forgotten."""
    relock_after_us: int | None
    """That long after any unlocking the lock locks itself; None: never."""
    readback_style: ReadbackStyle
    security: Security
    supervision: SupervisionSupport
    checksum: bool
    schedules: Schedules
    offline_codes: OfflineCodes
    user_code_version: int
    """Of the User Code Command Class: 1 or 2."""
    keypad_modes: frozenset[KeypadMode]
    """Besides being set at the lock, version 2 takes them over the radio."""
    busy_refuses_writes: bool
    """Writes are dropped while somebody stands in the programming menu."""
    notifications: frozenset[Notice]
    """What the lock tells unasked; anything else happens in silence."""
    battery_low_percent: int
    battery_critical_percent: int

    def __post_init__(self) -> None:
        problems = tuple(_problems(self))
        if problems:
            raise InvalidProfile(problems)

    @property
    def keys(self) -> str:
        """The digits that the keypad has, ascending; what is not there cannot be pressed."""
        missing = "".join(digits for rule, digits in KEYS_MISSING.items() if self.has_rule(rule))
        return "".join(digit for digit in UPWARDS if digit not in missing)

    @property
    def entry_digits_max(self) -> int:
        """The longest entry that could still become a code of this lock."""
        return max(*self.code_lengths, len(self.admin_code) if self.admin_code else 0)

    @property
    def is_supervised(self) -> bool:
        """Whether the lock says how a write ended."""
        return self.supervision is SupervisionSupport.OK

    def has_rule(self, constraint: Constraint) -> bool:
        """Whether the lock keeps `constraint`."""
        return constraint in self.constraints


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """What a hub's device database believes about a lock; it may be wrong about any of it.

    The names and meanings are those of `Profile`. The lengths of names are of the hub's side only:
    a lock stores none.
    """

    slots_max: int
    code_lengths: tuple[int, ...]
    uniform_length: bool
    code_length_setting: int | None
    constraints: frozenset[Constraint]
    existing_pins: frozenset[Pin]
    duplicate_policy: DuplicatePolicy
    five_buttons: bool
    matches_prefix: bool
    has_keypad: bool
    reserved_slots: frozenset[int]
    readback_style: ReadbackStyle
    security: Security
    supervision: SupervisionSupport
    checksum: bool
    schedules: Schedules
    offline_codes: OfflineCodes
    user_code_version: int
    name_length_min: int | None
    name_length_max: int | None

    def __post_init__(self) -> None:
        problems = tuple(_advertised_problems(self))
        if problems:
            raise InvalidProfile(problems)

    @property
    def provider_chooses_pin(self) -> bool:
        """Whether no code can be given: the lock's own side picks the PIN."""
        return Constraint.CANNOT_SPECIFY_PIN_CODE in self.constraints


def _problems(profile: Profile) -> Iterator[tuple[str, str]]:
    yield from _slot_problems(profile)
    yield from _length_problems(profile)
    yield from _code_problems(profile)
    yield from _time_problems(profile)
    yield from _command_class_problems(profile)
    derives = profile.offline_codes is not OfflineCodes.NONE
    if derives and (profile.matches_prefix or profile.keys != UPWARDS):
        yield "offline_codes", "needs a keypad with all ten digits and an enter key"
    if profile.existing_pins and not profile.has_rule(Constraint.PIN_CODE_MATCHES_EXISTING_SET):
        yield "existing_pins", f"needs the constraint {Constraint.PIN_CODE_MATCHES_EXISTING_SET}"
    low, critical = profile.battery_low_percent, profile.battery_critical_percent
    if not 0 <= critical <= low <= BATTERY_PERCENT_MAX:
        yield "battery_critical_percent", "must be 0 to 100 and not above battery_low_percent"


def _slot_problems(profile: Profile) -> Iterator[tuple[str, str]]:
    # Version 1 is the narrower of the two when the version itself is wrong.
    most = SLOTS_MAX.get(profile.user_code_version, SLOTS_MAX[1])
    if not SLOT_FIRST <= profile.slots_max <= most:
        yield "slots_max", f"must be {SLOT_FIRST} to {most} in this version of User Code CC"
        return
    slots = range(SLOT_FIRST, profile.slots_max + 1)
    if any(slot not in slots for slot in profile.reserved_slots):
        yield "reserved_slots", f"every one must be {slots[0]} to {slots[-1]}"
    elif len(profile.reserved_slots) == len(slots):
        yield "reserved_slots", "no slot is left for a code"


def _length_problems(profile: Profile) -> Iterator[tuple[str, str]]:
    lengths = profile.code_lengths
    if not lengths or list(lengths) != sorted(set(lengths)):
        yield "code_lengths", "must name at least one length, ascending, each once"
        return
    if lengths[0] < CODE_DIGITS_MIN or lengths[-1] > CODE_DIGITS_MAX:
        yield "code_lengths", f"every one must be {CODE_DIGITS_MIN} to {CODE_DIGITS_MAX}"
    if profile.uniform_length:
        if profile.code_length_setting not in lengths:
            yield "code_length_setting", "must be one of code_lengths"
    elif profile.code_length_setting is not None:
        yield "code_length_setting", "needs uniform_length"


def _code_problems(profile: Profile) -> Iterator[tuple[str, str]]:
    """Only the admin code: whether the factory codes fit is asked of the lock's own rules."""
    if profile.admin_code is None:
        return
    digits = profile.admin_code.reveal()
    if not CODE_DIGITS_MIN <= len(digits) <= CODE_DIGITS_MAX:
        yield "admin_code", f"must have {CODE_DIGITS_MIN} to {CODE_DIGITS_MAX} digits"
    if not set(digits) <= set(profile.keys):
        yield "admin_code", f"must be typed with the keys {profile.keys}"


def _time_problems(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.entry_timeout_us <= 0:
        yield "entry_timeout", "must be longer than nothing"
    if profile.relock_after_us is not None and profile.relock_after_us <= 0:
        yield "relock_after", "must be longer than nothing; null means never"
    lockout = profile.lockout
    if lockout is None:
        return
    if lockout.wrong_codes < 1:
        yield "lockout", "wrong_codes must be 1 or more; without a limit lockout is null"
    times = [lockout.lasts_us, *lockout.escalation_us]
    if lockout.window_us is not None:
        times.append(lockout.window_us)
    if min(times) <= 0:
        yield "lockout", "every time must be longer than nothing"


def _command_class_problems(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.user_code_version not in USER_CODE_VERSIONS:
        yield "user_code_version", "must be 1 or 2"
    elif profile.checksum and profile.user_code_version == 1:
        yield "checksum", "came with version 2 of User Code CC"
    if KeypadMode.NORMAL not in profile.keypad_modes:
        yield "keypad_modes", "must have normal, which every keypad has"
    if KeypadMode.LOCKED_OUT in profile.keypad_modes:
        yield "keypad_modes", "cannot have locked_out: it comes from wrong codes alone"


def _advertised_problems(advertised: Advertised) -> Iterator[tuple[str, str]]:
    if advertised.slots_max < SLOT_FIRST:
        yield "slots_max", f"must be {SLOT_FIRST} or more"
    lengths = advertised.code_lengths
    if not lengths or list(lengths) != sorted(set(lengths)) or lengths[0] < 1:
        yield "code_lengths", "must name at least one length, 1 or more, ascending, each once"
    setting = advertised.code_length_setting
    if setting is not None and not advertised.uniform_length:
        yield "code_length_setting", "needs uniform_length"
    if setting is not None and setting not in lengths:
        yield "code_length_setting", "must be one of code_lengths"
    least, most = advertised.name_length_min, advertised.name_length_max
    if least is not None and least < 0:
        yield "name_length_min", "must be 0 or more"
    if most is not None and most < max(1, least or 0):
        yield "name_length_max", "must be 1 or more, and not below name_length_min"
    if (least, most) != (None, None) and Constraint.NAME_LENGTH not in advertised.constraints:
        field = "name_length_min" if least is not None else "name_length_max"
        yield field, f"needs the constraint {Constraint.NAME_LENGTH}; null is no limit"
