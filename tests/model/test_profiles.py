"""Profiles as data: what comes with the product, how it is varied, how mistakes are told."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from latchbench.pin import Pin
from simulator.model.profile import Advertised, Lockout, Profile
from simulator.model.state import check_invariants, fresh
from simulator.model.words import Constraint, DuplicatePolicy, ReadbackStyle
from simulator.profiles import ProfileError, ProfileErrors, derive, load, names, parse
from simulator.profiles.fields import (
    ADVERTISED_FIELDS,
    LOCK_FIELDS,
    SHARED_FIELDS,
    WrongValue,
    duration_us,
)
from simulator.profiles.loader import FOLDER


def errors_of(overrides: dict[str, Any], base: str = "deadbolt-30") -> list[tuple[str, str]]:
    with pytest.raises(ProfileErrors) as caught:
        derive(load(base), "mine", overrides)
    return [(".".join(map(str, error.path)), error.message) for error in caught.value.errors]


def test_these_profiles_come_with_the_product() -> None:
    assert names() == (
        "deadbolt-30",
        "igloohome",
        "kwikset-914",
        "nuki",
        "salto-ks",
        "schlage-be469",
        "ttlock-1-6",
    )


@pytest.mark.parametrize("name", names())
def test_a_profile_says_where_each_value_comes_from(name: str) -> None:
    profile = load(name)
    assert profile.name == name
    assert {f"lock.{field}" for field in LOCK_FIELDS} <= set(profile.sources)
    assert all(mark.startswith(("source: ", "tunable: ")) for mark in profile.sources.values())
    check_invariants(fresh(profile.lock, 1), profile.lock)


@pytest.mark.parametrize("name", names())
def test_what_a_hub_believes_is_true_of_the_profiles_that_come_with_the_product(name: str) -> None:
    profile = load(name)
    for field in SHARED_FIELDS:
        assert getattr(profile.advertised, field) == getattr(profile.lock, field)


def test_the_words_of_a_file_are_the_fields_of_a_profile_without_their_unit() -> None:
    def words(kind: type) -> set[str]:
        return {field.name.removesuffix("_us") for field in fields(kind)}

    assert set(LOCK_FIELDS) == words(Profile)
    assert set(ADVERTISED_FIELDS) == words(Advertised)
    assert {field.attribute for field in LOCK_FIELDS.values()} == {
        field.name for field in fields(Profile)
    }


def test_the_models_differ_as_their_makers_say() -> None:
    schlage, kwikset = load("schlage-be469").lock, load("kwikset-914").lock
    assert (schlage.uniform_length, schlage.code_length_setting) == (True, 4)
    assert schlage.readback_style is ReadbackStyle.MASKED_FIXED10
    assert not schlage.is_supervised
    assert not schlage.checksum
    assert kwikset.five_buttons
    assert kwikset.duplicate_policy is DuplicatePolicy.ALARM
    assert load("nuki").lock.code_lengths == (6,)
    assert load("nuki").advertised.name_length_max == 20
    assert load("ttlock-1-6").lock.constraints == {
        Constraint.CANNOT_CONTAIN_089,
        Constraint.CANNOT_CONTAIN_0789,
    }


def test_an_unknown_profile_is_told_with_the_nearest_name() -> None:
    with pytest.raises(ProfileErrors, match="did you mean nuki"):
        load("nuky")
    with pytest.raises(ProfileErrors, match="there are deadbolt-30, igloohome, kwikset-914"):
        load("../../etc/passwd")


def test_a_derived_profile_changes_what_is_given_and_nothing_else() -> None:
    base = load("deadbolt-30")
    fixed = derive(base, "fixed6", {"code_lengths": [6], "relock_after": None})
    assert fixed.name == "fixed6"
    assert fixed.lock.code_lengths == (6,)
    assert fixed.lock.relock_after_us is None
    assert fixed.advertised.code_lengths == (6,)
    changed = {
        field.name
        for field in fields(Profile)
        if getattr(fixed.lock, field.name) != getattr(base.lock, field.name)
    }
    assert changed == {"code_lengths", "relock_after_us"}
    assert fixed.sources["lock.code_lengths"] == "tunable: set by the profile fixed6"
    assert fixed.sources["lock.slots_max"] == base.sources["lock.slots_max"]


def test_a_hub_may_be_told_something_else_and_goes_on_believing_it() -> None:
    lying = derive(load("deadbolt-30"), "lying", {"advertised": {"code_lengths": [4]}})
    assert lying.lock.code_lengths == (4, 5, 6, 7, 8)
    assert lying.advertised.code_lengths == (4,)
    again = derive(lying, "again", {"code_lengths": [6], "slots_max": 3})
    assert again.lock.code_lengths == (6,)
    assert again.advertised.code_lengths == (4,)
    assert again.advertised.slots_max == 3


def test_every_field_can_be_given() -> None:
    derived = derive(
        load("deadbolt-30"),
        "all",
        {
            "factory_codes": {2: "5678", 1: "0123"},
            "admin_code": "987654",
            "lockout": {"wrong_codes": 2, "window": "1m", "lasts": "90s", "escalation": ["2m"]},
            "entry_timeout": "500ms",
            "relock_after": "1h",
            "notifications": [],
            "constraints": ["pin_code_matches_existing_set", "name_length"],
            "existing_pins": ["0123", "5678"],
            "advertised": {"name_length_max": 9, "supervision": "none"},
        },
    )
    lock = derived.lock
    assert lock.factory_codes == ((1, Pin("0123")), (2, Pin("5678")))
    assert lock.admin_code == Pin("987654")
    assert lock.lockout == Lockout(2, 60_000_000, 90_000_000, (120_000_000,))
    assert (lock.entry_timeout_us, lock.relock_after_us) == (500_000, 3_600_000_000)
    assert derived.advertised.existing_pins == {Pin("0123"), Pin("5678")}
    assert derived.advertised.name_length_max == 9
    assert derived.advertised.supervision != derived.lock.supervision


def test_null_is_a_lock_that_never_locks_anybody_out() -> None:
    assert derive(load("deadbolt-30"), "patient", {"lockout": None}).lock.lockout is None


def test_all_mistakes_are_told_at_once_each_with_its_place() -> None:
    assert errors_of(
        {
            "slots": 10,
            "code_lengths": [6, "six"],
            "relock_after": 30,
            "has_keypad": "yes",
            "duplicate_policy": "ignore",
            "constraints": ["no_zeros", "no_zeros"],
            "lockout": {"lasts": "1m", "wrong": 2, "window": "soon", "escalation": "2m"},
            "admin_code": 1234,
            "existing_pins": "1234",
            "factory_codes": {"1234": 1, 2: 5678},
            "advertised": {"slots_max": True, "relock_after": "1s"},
        }
    ) == [
        ("slots", "unknown field; did you mean slots_max?"),
        ("code_lengths.1", "must be a whole number"),
        ("relock_after", "must be a duration such as 500ms, 30s, 5m, 2h or 3d"),
        ("has_keypad", "must be true or false"),
        (
            "duplicate_policy",
            "must be one of accept, silent, notify, notify_with_slot, alarm",
        ),
        ("constraints", "has something twice"),
        ("lockout.wrong", "is no field of a lockout"),
        ("lockout.wrong_codes", "is missing"),
        ("lockout.window", "must be a duration such as 500ms, 30s, 5m, 2h or 3d"),
        ("lockout.escalation", "must be a list"),
        ("admin_code", 'must be a PIN in quotes, such as "0123"'),
        ("existing_pins", "must be a list"),
        ("factory_codes", "every slot must be a whole number"),
        ("factory_codes.2", 'must be a PIN in quotes, such as "0123"'),
        ("advertised.slots_max", "must be a whole number"),
        ("advertised.relock_after", errors_of({"advertised": {"relock_after": 1}})[0][1]),
    ]


def test_values_that_do_not_fit_together_are_told_where_they_stand() -> None:
    assert errors_of({"slots_max": 0, "code_lengths": [3]}) == [
        ("slots_max", "must be 1 to 65535 in this version of User Code CC"),
        ("code_lengths", "every one must be 4 to 10"),
    ]
    assert errors_of({"code_lengths": [6]}, "schlage-be469") == [
        ("code_length_setting", "must be one of code_lengths"),
    ]
    assert errors_of({"factory_codes": {1: "1234", 2: "1234"}}) == [
        ("factory_codes", "the lock refuses that of slot 2: pin_in_use"),
    ]
    assert errors_of({"advertised": {"name_length_max": 9}}) == [
        ("advertised.name_length_max", "needs the constraint name_length; null is no limit"),
    ]
    assert errors_of({"advertised": 3, "factory_codes": 3, "lockout": 3}) == [
        ("factory_codes", 'must map slots to PINs, such as {1: "1234"}'),
        ("lockout", "must be null or have wrong_codes, window, lasts, escalation"),
        ("advertised", "must map fields to values"),
    ]


@pytest.mark.parametrize("field", ["admin_code", "existing_pins", "factory_codes"])
@pytest.mark.parametrize("wrong", ["4321x", 43210, ["4321x"], {"4321": 1}, {1: "43x21"}])
def test_no_message_repeats_what_could_be_a_pin(field: str, wrong: Any) -> None:
    with pytest.raises(ProfileErrors) as caught:
        derive(load("deadbolt-30"), "mine", {field: wrong})
    assert "43" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "us"),
    [("0s", 0), ("7us", 7), ("500ms", 500_000), ("5m", 300_000_000), ("3d", 259_200_000_000)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, us: int) -> None:
    assert duration_us(text) == us


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "-5s", "5.5s", "1m30s", "٥s", 5, None, "5S"])
def test_anything_else_is_no_duration(text: object) -> None:
    with pytest.raises(WrongValue, match="must be a duration"):
        duration_us(text)


DEADBOLT = (FOLDER / "deadbolt-30.yaml").read_text(encoding="utf-8")


def parse_errors(text: str) -> list[ProfileError]:
    with pytest.raises(ProfileErrors) as caught:
        parse("mine", text)
    return list(caught.value.errors)


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("{value: 30, source:", "{value: 30, because:", ("lock", "slots_max"), "source or tunable"),
        ("{value: 30, source:", "{source:", ("lock", "slots_max"), "must be {value"),
        ("  slots_max:", "  slot_max:", ("lock", "slot_max"), "did you mean slots_max"),
        ("  slots_max:", "  slot_max:", ("lock", "slots_max"), "is missing"),
        ("model:", "modell:", ("modell",), "did you mean model"),
        ("model:", "modell:", ("model",), "must be a line of text"),
        ("lock:\n", "lock: 3\nother:\n", ("lock",), "must map fields"),
        ("  five_buttons: ", "  slots_max: ", (), "line 5: twice in one mapping: ['slots_max']"),
        ("lock:\n", "lock: &here\n", (), ""),
        ("value: 30,", "value: thirty,", ("lock", "slots_max"), "must be a whole number"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(
    old: str, new: str, path: tuple[str, ...], message: str
) -> None:
    text = DEADBOLT.replace(old, new, 1)
    assert text != DEADBOLT
    if message:
        assert any(e.path == path and message in e.message for e in parse_errors(text))
    else:
        # An anchor alone hides nothing.
        assert parse("mine", text).lock == load("deadbolt-30").lock


def test_what_is_no_yaml_is_told_by_its_line_without_its_text() -> None:
    assert [str(error) for error in parse_errors('a: 1\nb: "1234\n')] == [
        "line 3: found unexpected end of stream"
    ]
    assert [str(e) for e in parse_errors("\x00")] == ["cannot be read as YAML"]
    assert [str(e) for e in parse_errors("- 1")] == ["must have the keys model, lock, advertised"]
    assert [str(e) for e in parse_errors("a: &x 1\nb: *x")] == [
        "line 2: an alias hides where a value comes from"
    ]


def test_a_file_may_say_what_hubs_believe_with_its_own_source() -> None:
    believed = 'advertised:\n  code_lengths: {value: [4], source: "public-tracker#75"}\n'
    profile = parse("mine", DEADBOLT + believed)
    assert profile.advertised.code_lengths == (4,)
    assert profile.sources["advertised.code_lengths"] == "source: public-tracker#75"
    assert profile.stated == {"code_lengths"}
