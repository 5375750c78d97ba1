"""A given code against one lock: all reasons, whose code is in the way, and no digits in words."""

from __future__ import annotations

import pytest

from gateway.policy.judge import judge
from gateway.policy.keypad import Keypad, LockFacts, keypad_of
from gateway.policy.rules import HARD
from latchbench.pin import Pin
from tests.policy.planner_builders import (
    NUKI,
    PLAIN_4,
    SALTO,
    SCHLAGE_AT_4,
    TTLOCK_1_TO_6,
    a_lock,
    owner_of,
)


def against(lock: LockFacts, code: str) -> list[tuple[str, str]]:
    return [(reason.word, reason.detail) for reason in judge(lock, Pin(code))]


def test_a_code_that_fits_has_nothing_against_it() -> None:
    assert judge(a_lock("front", used=["1111"]), Pin("1234")) == ()


@pytest.mark.parametrize(
    ("keypad", "code", "found"),
    [
        (NUKI, "4821", [("length_not_supported", "length_not_supported")]),
        (
            NUKI,
            "1203",
            [
                ("length_not_supported", "length_not_supported"),
                ("digits_not_supported", "no_zeros"),
                ("digits_not_supported", "cannot_start_with_12"),
            ],
        ),
        (
            TTLOCK_1_TO_6,
            "9999",
            [
                ("digits_not_supported", "cannot_contain_089"),
                ("digits_not_supported", "cannot_contain_0789"),
            ],
        ),
        (SCHLAGE_AT_4, "1123", [("digits_not_supported", "first_four_repeat")]),
        (SALTO, "482153", [("provider_chooses_pin", "cannot_specify_pin_code")]),
        (
            Keypad((4,), offline_codes_only=True),
            "4821",
            [("offline_codes_only", "offline_codes_only")],
        ),
        (PLAIN_4, "48a1", [("digits_not_supported", "not_digits")]),
        (PLAIN_4, "٤٨٢١", [("digits_not_supported", "not_digits")]),
    ],
)
def test_every_reason_is_found(keypad: Keypad, code: str, found: list[tuple[str, str]]) -> None:
    assert against(a_lock("front", keypad), code) == found


def test_a_code_in_use_names_its_owner() -> None:
    lock = a_lock("front", used=["4821", "7350"])
    (reason,) = judge(lock, Pin("4821"))
    assert (reason.word, reason.owner) == ("pin_in_use", owner_of("4821"))
    assert reason.message == "front has this code in use"


@pytest.mark.parametrize(
    ("keypad", "used", "code", "detail"),
    [
        (Keypad((4,), five_buttons=True), "1357", "2468", "same_buttons"),
        (Keypad((4, 6), matches_prefix=True), "1234", "123456", "prefix"),
        (Keypad((4, 6), matches_prefix=True), "123456", "1234", "prefix"),
        (Keypad((4, 6), five_buttons=True, matches_prefix=True), "135791", "2468", "prefix"),
        (keypad_of((4, 6), ["unique_first_four_digits"]), "1234", "123456", "first_four_in_use"),
    ],
)
def test_a_different_code_can_be_in_the_way_and_is_named(
    keypad: Keypad, used: str, code: str, detail: str
) -> None:
    (reason,) = judge(a_lock("side", keypad, [used, "9090"]), Pin(code))
    assert (reason.word, reason.detail) == ("keypad_collision", detail)
    assert reason.owner == owner_of(used)


def test_the_same_code_and_its_relatives_are_separate_reasons() -> None:
    keypad = Keypad((4, 5), five_buttons=True, matches_prefix=True, first_four_in_use=True)
    lock = a_lock("side", keypad, ["1357", "2468", "13579"])
    assert against(lock, "1357") == [
        ("pin_in_use", "pin_in_use"),
        ("keypad_collision", "same_buttons"),
        ("keypad_collision", "prefix"),
        ("keypad_collision", "first_four_in_use"),
    ]


def test_of_several_codes_in_the_way_the_same_one_is_named_in_any_order() -> None:
    keypad = Keypad((4,), five_buttons=True)
    for used in (["2357", "1457"], ["1457", "2357"]):
        (reason,) = judge(a_lock("side", keypad, used), Pin("1357"))
        assert reason.owner == owner_of("1457")


def test_whole_codes_are_compared_where_the_keypad_does() -> None:
    assert judge(a_lock("front", Keypad((4, 6)), ["123456", "2468"]), Pin("1234")) == ()


def test_a_chosen_code_must_be_one_of_the_accounts_pins_where_the_provider_wants_that() -> None:
    words = ("pin_code_matches_existing_set",)
    lock = a_lock("salto", keypad_of((4,), words, existing=[Pin("4821")]))
    assert judge(lock, Pin("4821")) == ()
    assert against(lock, "4822") == [("digits_not_supported", "not_in_existing_set")]


def test_being_in_the_set_is_not_being_in_use_but_being_on_the_lock_is() -> None:
    keypad = keypad_of((4,), ("pin_code_matches_existing_set",), existing=[Pin("4821")])
    assert against(a_lock("salto", keypad, ["4821"]), "4821") == [("pin_in_use", "pin_in_use")]


def test_a_code_that_the_lock_refused_before_is_not_tried_again() -> None:
    lock = a_lock("front", refused=["4821"])
    assert against(lock, "4821") == [("refused_by_lock", "refused_by_lock")]
    assert judge(lock, Pin("4822")) == ()


def test_weak_codes_and_strict_readings_refuse_nobody() -> None:
    keypad = keypad_of((4,), ["no_triple_consecutive_ints", "no_ascending_or_descending_sequence"])
    for code in ("1123", "7890", "1358", "1984", "1111"[:3] + "2"):
        assert judge(a_lock("front", keypad), Pin(code)) == ()


def test_no_message_has_the_code_or_one_in_use_in_it() -> None:
    keypad = Keypad(
        (6, 7, 8),
        rules=tuple(HARD),
        five_buttons=True,
        matches_prefix=True,
        first_four_in_use=True,
        provider_chooses=True,
        offline_codes_only=True,
        existing=frozenset([Pin("918273")]),
    )
    lock = a_lock("side", keypad, ["1200", "2100", "12003"], refused=["1200"])
    reasons = judge(lock, Pin("1200"))
    assert len(reasons) >= 12
    for reason in reasons:
        assert reason.message.startswith("side ")
        for code in ("1200", "2100", "12003", "918273"):
            assert code not in repr(reason)
