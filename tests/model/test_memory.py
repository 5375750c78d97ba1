"""Memory as plain JSON values: there and back, and nothing else is taken for one."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from latchbench.pin import Pin
from simulator.model.events import (
    BatteryLevel,
    Jammed,
    KeypadSwitched,
    Operate,
    SetClock,
    SetCode,
    SetSchedule,
)
from simulator.model.memory import Memory, Offline
from simulator.model.state import (
    MemoryFormatError,
    fresh,
    memory_from_plain,
    memory_to_plain,
)
from simulator.model.words import KeypadMode, Schedules, SlotStatus
from tests.model.builders import Lock, a_profile


def a_full_memory() -> Memory:
    profile = a_profile(schedules=Schedules.NATIVE, uniform_length=True, code_length_setting=4)
    lock = Lock(profile, {3: "0000", 1: "4827"})
    lock.do(SetCode(2, Pin("0123"), SlotStatus.DISABLED))
    lock.do(SetSchedule(3, 5, None))
    lock.do(SetSchedule(4, None, 9))
    lock.do(SetClock(-7))
    lock.do(Operate(locked=False))
    lock.do(Jammed(jammed=True))
    lock.do(BatteryLevel(42))
    lock.type("9999")
    lock.type("9999")
    lock.do(KeypadSwitched(KeypadMode.VACATION))
    return lock.state.memory


PLAIN = {
    "version": 1,
    "incarnation": 1,
    "slots": [
        {"slot": 1, "digits": "4827", "status": "enabled"},
        {"slot": 2, "digits": "0123", "status": "disabled"},
        {"slot": 3, "digits": "0000", "status": "enabled"},
    ],
    "windows": [
        {"slot": 3, "not_before_us": 5, "not_after_us": None},
        {"slot": 4, "not_before_us": None, "not_after_us": 9},
    ],
    "code_length": 4,
    "keypad_mode": "vacation",
    "wrong_at_us": [1_000_000_000, 1_000_000_000],
    "lockouts": 0,
    "is_locked_out": False,
    "bolt": "unlocked",
    "is_obstructed": True,
    "battery_percent": 42,
    "clock_offset_us": -7,
}


def test_a_memory_is_written_in_full_and_in_plain_values() -> None:
    assert memory_to_plain(a_full_memory()) == PLAIN


@pytest.mark.parametrize("memory", [a_full_memory(), fresh(a_profile(), 5).memory])
def test_a_memory_survives_json(memory: Memory) -> None:
    assert memory_from_plain(json.loads(json.dumps(memory_to_plain(memory)))) == memory


def test_every_field_of_a_memory_is_written() -> None:
    deriving = replace(a_full_memory(), offline=Offline(Pin("secret")))
    assert set(memory_to_plain(deriving)) - {"version"} == set(Memory.__slots__)
    # A lock that derives no codes has no such field, as in the files of before.
    assert "offline" not in memory_to_plain(a_full_memory())


def damaged(path: tuple[str | int, ...], value: Any) -> Any:
    plain: Any = copy.deepcopy(PLAIN)
    at = plain
    for part in path[:-1]:
        at = at[part]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return plain


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("version",), 2, "memory.version is not 1"),
        (("incarnation",), ..., "memory.incarnation is missing"),
        (("incarnation",), -1, "memory.incarnation is out of range"),
        (("incarnation",), True, "memory.incarnation is not a whole number"),
        (("incarnation",), 1.0, "memory.incarnation is not a whole number"),
        (("battery_percent",), 101, "memory.battery_percent is out of range"),
        (("slots",), {}, "memory.slots is not a list"),
        (("slots", 1), 7, r"memory.slots\[1\] is not a mapping"),
        (("slots", 1, "slot"), 1, r"memory.slots\[1\].slot is there twice"),
        (("slots", 1, "slot"), 0, r"memory.slots\[1\].slot is out of range"),
        (("slots", 1, "digits"), 123, r"memory.slots\[1\].digits is not text"),
        (("slots", 1, "digits"), "48a7", r"memory.slots\[1\].digits are not digits"),
        (("slots", 1, "status"), "available", r"memory.slots\[1\].status is not one of"),
        (("slots", 1, "extra"), 0, r"memory.slots\[1\] has unknown fields: 1"),
        (("windows", 0, "not_before_us"), "5", r"not_before_us is not a whole number"),
        (("keypad_mode",), "locked_out", "memory.keypad_mode is not one of"),
        (("bolt",), "ajar", "memory.bolt is not one of"),
        (("is_obstructed",), 1, "memory.is_obstructed is not true or false"),
        (("wrong_at_us", 1), None, r"memory.wrong_at_us\[1\] is not a whole number"),
        (("owner",), "me", "memory has unknown fields: 1"),
    ],
)
def test_what_is_no_memory_is_refused_with_its_place_and_without_digits(
    path: tuple[str | int, ...], value: Any, message: str
) -> None:
    with pytest.raises(MemoryFormatError, match=message) as caught:
        memory_from_plain(damaged(path, value))
    assert "4827" not in str(caught.value)
    assert "48a7" not in str(caught.value)


@pytest.mark.parametrize("plain", [None, [], "memory", 3])
def test_a_memory_is_a_mapping(plain: object) -> None:
    with pytest.raises(MemoryFormatError, match="memory is not a mapping"):
        memory_from_plain(plain)
