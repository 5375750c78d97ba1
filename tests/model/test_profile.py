"""A profile that contradicts itself or the specification cannot be made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from latchbench.pin import Pin
from simulator.model.profile import InvalidProfile, Lockout
from simulator.model.words import Constraint, KeypadMode
from simulator.profiles import load
from tests.model.builders import a_profile

NO_ZEROS = frozenset({Constraint.NO_ZEROS})


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"slots_max": 0}, ["slots_max"]),
        ({"slots_max": 65_536}, ["slots_max"]),
        ({"slots_max": 256, "user_code_version": 1, "checksum": False}, ["slots_max"]),
        ({"slots_max": 256, "user_code_version": 3}, ["slots_max", "user_code_version"]),
        ({"reserved_slots": frozenset({31})}, ["reserved_slots"]),
        ({"reserved_slots": frozenset({1, 2}), "slots_max": 2}, ["reserved_slots"]),
        ({"code_lengths": ()}, ["code_lengths"]),
        ({"code_lengths": (6, 4)}, ["code_lengths"]),
        ({"code_lengths": (4, 4)}, ["code_lengths"]),
        ({"code_lengths": (3, 4)}, ["code_lengths"]),
        ({"code_lengths": (10, 11)}, ["code_lengths"]),
        ({"uniform_length": True}, ["code_length_setting"]),
        ({"uniform_length": True, "code_length_setting": 9}, ["code_length_setting"]),
        ({"code_length_setting": 4}, ["code_length_setting"]),
        ({"admin_code": Pin("123")}, ["admin_code"]),
        ({"admin_code": Pin("1203"), "constraints": NO_ZEROS}, ["admin_code"]),
        ({"entry_timeout_us": 0}, ["entry_timeout"]),
        ({"relock_after_us": 0}, ["relock_after"]),
        ({"lockout": Lockout(0, None, 1, ())}, ["lockout"]),
        ({"lockout": Lockout(1, 0, 1, ())}, ["lockout"]),
        ({"lockout": Lockout(1, None, 0, ())}, ["lockout"]),
        ({"lockout": Lockout(1, None, 1, (1, 0))}, ["lockout"]),
        ({"user_code_version": 1}, ["checksum"]),
        ({"keypad_modes": frozenset[KeypadMode]()}, ["keypad_modes"]),
        (
            {"keypad_modes": frozenset({KeypadMode.NORMAL, KeypadMode.LOCKED_OUT})},
            ["keypad_modes"],
        ),
        ({"existing_pins": frozenset({Pin("1234")})}, ["existing_pins"]),
        ({"battery_critical_percent": 21}, ["battery_critical_percent"]),
        ({"battery_low_percent": 101}, ["battery_critical_percent"]),
        ({"slots_max": 0, "code_lengths": (), "checksum": True}, ["slots_max", "code_lengths"]),
    ],
)
def test_every_contradiction_is_found_and_all_of_them_at_once(
    changes: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(InvalidProfile) as caught:
        a_profile(**changes)
    assert [field for field, _ in caught.value.problems] == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"slots_max": 0}, ["slots_max"]),
        ({"code_lengths": ()}, ["code_lengths"]),
        ({"code_lengths": (0, 4)}, ["code_lengths"]),
        ({"code_length_setting": 6}, ["code_length_setting"]),
        ({"uniform_length": True, "code_length_setting": 9}, ["code_length_setting"]),
        ({"name_length_min": -1}, ["name_length_min"]),
        ({"name_length_min": 5, "name_length_max": 4}, ["name_length_max"]),
        ({"name_length_max": 0}, ["name_length_max"]),
        ({"name_length_max": 9, "constraints": NO_ZEROS}, ["name_length_max"]),
        (
            {"name_length_max": None, "name_length_min": 2, "constraints": NO_ZEROS},
            ["name_length_min"],
        ),
    ],
)
def test_what_a_hub_believes_may_be_wrong_but_must_make_sense(
    changes: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(InvalidProfile) as caught:
        replace(load("nuki").advertised, **changes)
    assert [field for field, _ in caught.value.problems] == fields


def test_a_hub_may_believe_what_the_specification_does_not_allow() -> None:
    believed = replace(load("nuki").advertised, code_lengths=(3, 12), slots_max=100_000)
    assert believed.code_lengths == (3, 12)


def test_a_provider_chooses_exactly_when_the_constraint_says_so() -> None:
    advertised = load("nuki").advertised
    assert not advertised.provider_chooses_pin
    rules = frozenset({Constraint.CANNOT_SPECIFY_PIN_CODE})
    chosen = replace(advertised, constraints=rules, name_length_max=None)
    assert chosen.provider_chooses_pin


@pytest.mark.parametrize(
    ("base", "keys"),
    [("deadbolt-30", "0123456789"), ("nuki", "123456789"), ("ttlock-1-6", "123456")],
)
def test_the_keys_follow_from_the_constraints(base: str, keys: str) -> None:
    assert a_profile(base).keys == keys
