"""How each word of a profile is read: from a decoded YAML value to the value the lock works with.

A field is named as in `Profile`, without `_us`: times are written as `30s` or `5m`. A reader raises
`WrongValue` for a value that it cannot take; no message repeats a value that could be a PIN.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from latchbench.pin import Pin
from simulator.model.profile import Lockout
from simulator.model.words import (
    Constraint,
    DuplicatePolicy,
    KeypadMode,
    Notice,
    OfflineCodes,
    ReadbackStyle,
    Schedules,
    Security,
    SupervisionSupport,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    Reader = Callable[[object], Any]
    Place = tuple[str | int, ...]

DURATION: Final = re.compile(r"(\d+)(us|ms|s|m|h|d)", re.ASCII)
UNIT_US: Final[Mapping[str, int]] = MappingProxyType(
    {
        "us": 1,
        "ms": 1_000,
        "s": 1_000_000,
        "m": 60_000_000,
        "h": 3_600_000_000,
        "d": 86_400_000_000,
    }
)


class WrongValue(ValueError):
    """A value that a field cannot have. `problems` has (place inside the value, message) each."""

    def __init__(self, *problems: tuple[Place, str]) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Field:
    """A word of a profile: the attribute that it fills, and how its value is read."""

    attribute: str
    read: Reader


def whole_number(value: object) -> int:
    """A whole number; YAML's true is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongValue(((), "must be a whole number"))
    return value


def yes_or_no(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise WrongValue(((), "must be true or false"))
    return value


def duration_us(value: object) -> int:
    """A duration as `500ms`, `30s`, `5m`, `2h` or `3d`, in microseconds."""
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise WrongValue(((), "must be a duration such as 500ms, 30s, 5m, 2h or 3d"))
    return int(match[1]) * UNIT_US[match[2]]


def pin(value: object) -> Pin:
    """A PIN; text, because YAML reads an unquoted 0123 as the number 83."""
    if not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        raise WrongValue(((), 'must be a PIN in quotes, such as "0123"'))
    return Pin(value)


def word_of(words: type[StrEnum]) -> Reader:
    """One word of `words`."""

    def read(value: object) -> StrEnum:
        for word in words:
            if word == value:
                return word
        raise WrongValue(((), f"must be one of {', '.join(words)}"))

    return read


def or_null(read: Reader) -> Reader:
    """What `read` reads, or null."""
    return lambda value: None if value is None else read(value)


def list_of(read: Reader) -> Callable[[object], list[Any]]:
    """A list of what `read` reads, each at most once; says what is wrong with every item."""

    def read_all(value: object) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise WrongValue(((), "must be a list"))
        items: list[Any] = []
        problems: list[tuple[Place, str]] = []
        for place, item in enumerate(value):
            try:
                items.append(read(item))
            except WrongValue as wrong:
                problems += [((place, *inner), message) for inner, message in wrong.problems]
        if problems:
            raise WrongValue(*problems)
        if len(set(items)) < len(items):
            raise WrongValue(((), "has something twice"))
        return items

    return read_all


def set_of(read: Reader) -> Reader:
    """A list of what `read` reads, whose order does not matter."""
    read_list = list_of(read)
    return lambda value: frozenset(read_list(value))


def lengths(value: object) -> tuple[int, ...]:
    """Code lengths, ascending."""
    return tuple(sorted(list_of(whole_number)(value)))


def factory_codes(value: object) -> tuple[tuple[int, Pin], ...]:
    """A mapping from slot to PIN, ascending."""
    if not isinstance(value, dict):
        raise WrongValue(((), 'must map slots to PINs, such as {1: "1234"}'))
    codes: list[tuple[int, Pin]] = []
    problems: list[tuple[Place, str]] = []
    for slot, code in value.items():
        if not isinstance(slot, int):
            # It may be the PIN, with the two the wrong way round: it is not repeated here.
            problems.append(((), "every slot must be a whole number"))
            continue
        try:
            codes.append((slot, pin(code)))
        except WrongValue as wrong:
            problems += [((slot,), message) for _, message in wrong.problems]
    if problems:
        raise WrongValue(*problems)
    return tuple(sorted(codes, key=lambda one: one[0]))


def lockout(value: object) -> Lockout | None:
    """`{wrong_codes, window, lasts, escalation}`, or null for a lock that never locks anybody out.

    Every field must be there; `window: null` counts all wrong codes since the last accepted one,
    and `escalation: []` makes every lock-out like the first.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise WrongValue(((), f"must be null or have {', '.join(LOCKOUT_FIELDS)}"))
    problems: list[tuple[Place, str]] = [
        ((str(name),), "is no field of a lockout") for name in value if name not in LOCKOUT_FIELDS
    ]
    read: dict[str, Any] = {}
    for name, field in LOCKOUT_FIELDS.items():
        if name not in value:
            problems.append(((name,), "is missing"))
            continue
        try:
            read[field.attribute] = field.read(value[name])
        except WrongValue as wrong:
            problems += [((name, *inner), message) for inner, message in wrong.problems]
    if problems:
        raise WrongValue(*problems)
    return Lockout(**read)


def durations_us(value: object) -> tuple[int, ...]:
    """A list of durations; here the same one may be there twice."""
    if not isinstance(value, list | tuple):
        raise WrongValue(((), "must be a list"))
    return tuple(duration_us(item) for item in value)


LOCKOUT_FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        "wrong_codes": Field("wrong_codes", whole_number),
        "window": Field("window_us", or_null(duration_us)),
        "lasts": Field("lasts_us", duration_us),
        "escalation": Field("escalation_us", durations_us),
    }
)

# What the lock has and a hub's database also knows of it.
SHARED_FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        "slots_max": Field("slots_max", whole_number),
        "code_lengths": Field("code_lengths", lengths),
        "uniform_length": Field("uniform_length", yes_or_no),
        "code_length_setting": Field("code_length_setting", or_null(whole_number)),
        "constraints": Field("constraints", set_of(word_of(Constraint))),
        "existing_pins": Field("existing_pins", set_of(pin)),
        "duplicate_policy": Field("duplicate_policy", word_of(DuplicatePolicy)),
        "five_buttons": Field("five_buttons", yes_or_no),
        "matches_prefix": Field("matches_prefix", yes_or_no),
        "has_keypad": Field("has_keypad", yes_or_no),
        "reserved_slots": Field("reserved_slots", set_of(whole_number)),
        "readback_style": Field("readback_style", word_of(ReadbackStyle)),
        "security": Field("security", word_of(Security)),
        "supervision": Field("supervision", word_of(SupervisionSupport)),
        "checksum": Field("checksum", yes_or_no),
        "schedules": Field("schedules", word_of(Schedules)),
        "offline_codes": Field("offline_codes", word_of(OfflineCodes)),
        "user_code_version": Field("user_code_version", whole_number),
    }
)

LOCK_FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        **SHARED_FIELDS,
        "factory_codes": Field("factory_codes", factory_codes),
        "admin_code": Field("admin_code", or_null(pin)),
        "lockout": Field("lockout", lockout),
        "entry_timeout": Field("entry_timeout_us", duration_us),
        "relock_after": Field("relock_after_us", or_null(duration_us)),
        "keypad_modes": Field("keypad_modes", set_of(word_of(KeypadMode))),
        "busy_refuses_writes": Field("busy_refuses_writes", yes_or_no),
        "notifications": Field("notifications", set_of(word_of(Notice))),
        "battery_low_percent": Field("battery_low_percent", whole_number),
        "battery_critical_percent": Field("battery_critical_percent", whole_number),
    }
)

ADVERTISED_FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        **SHARED_FIELDS,
        "name_length_min": Field("name_length_min", or_null(whole_number)),
        "name_length_max": Field("name_length_max", or_null(whole_number)),
    }
)
