"""The whole decision: who shares, who goes apart, who refuses, and what is said about it."""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING

import pytest

from gateway.policy.keypad import Keypad, LockFacts, Owner, keypad_of
from gateway.policy.plan import Behavior, Decision, decide
from gateway.policy.space import Spaces
from latchbench.pin import Pin
from tests.policy.planner_builders import (
    NUKI,
    PLAIN_4,
    SALTO,
    SCHLAGE_AT_4,
    TTLOCK_1_TO_6,
    Chance,
    a_lock,
    names,
    owner_of,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL_4 = ["".join(code) for code in product("0123456789", repeat=4)]
SPACES = Spaces()


def decided(
    locks: Sequence[LockFacts],
    behavior: Behavior = "throw",
    code: str | None = None,
    preferred: int | None = None,
    chance: Chance | None = None,
) -> Decision:
    return decide(
        locks,
        behavior=behavior,
        code=None if code is None else Pin(code),
        preferred_length=preferred,
        draw=chance or Chance(),
        spaces=SPACES,
    )


def apart(answer: Decision) -> dict[str, tuple[Pin | None, list[str]]]:
    return {
        straggler.device_id.removeprefix("device-"): (
            straggler.pin,
            [reason.word for reason in straggler.reasons],
        )
        for straggler in answer.stragglers
    }


THREE = (a_lock("nuki", NUKI), a_lock("ttlock", TTLOCK_1_TO_6), a_lock("schlage", SCHLAGE_AT_4))


@pytest.mark.parametrize("behavior", ["throw", "create_random_code"])
def test_when_all_can_share_the_policy_makes_no_difference(behavior: Behavior) -> None:
    chance = Chance(7)
    answer = decided(THREE[:2], behavior, chance=chance)
    assert names(answer.sharers) == ["nuki", "ttlock"]
    assert answer.shared_pin is not None
    assert len(answer.shared_pin) == 6
    assert chance.asked == [answer.free] == [43_275]
    assert (answer.stragglers, answer.refusals, answer.explanation) == ((), (), "")
    assert answer.warnings == ()


def test_throw_refuses_with_every_device_that_is_part_of_the_smallest_conflict() -> None:
    chance = Chance()
    locks = [*THREE, a_lock("second schlage", SCHLAGE_AT_4)]
    answer = decided(locks, "throw", chance=chance)
    assert words(answer) == {
        "nuki": ["length_not_supported"],
        "schlage": ["length_not_supported"],
        "second schlage": ["length_not_supported"],
    }
    assert (answer.shared_pin, answer.sharers, answer.stragglers) == (None, (), ())
    assert chance.asked == []
    assert [refusal.message for refusal in answer.refusals][:2] == [
        "nuki takes 6 digits",
        "schlage takes 4 digits",
    ]


def test_of_two_largest_sets_the_one_requested_first_shares() -> None:
    answer = decided(THREE, "create_random_code")
    assert names(answer.sharers) == ["nuki", "ttlock"]
    pin, reasons = apart(answer)["schlage"]
    assert pin is not None
    assert len(pin) == 4
    assert reasons == ["length_not_supported"]
    (straggler,) = answer.stragglers
    assert straggler.reasons[0].message == "schlage takes 4 digits, those that share have 6"
    assert names(decided(THREE[::-1], "create_random_code").sharers) == ["schlage", "ttlock"]


def test_a_tie_between_sets_that_have_no_lock_in_common_goes_to_the_first_lock() -> None:
    kinds = {"4a": PLAIN_4, "6a": Keypad((6,)), "6b": Keypad((6,)), "4b": PLAIN_4}
    locks = [a_lock(name, keypad) for name, keypad in kinds.items()]
    assert names(decided(locks, "create_random_code").sharers) == ["4a", "4b"]
    assert names(decided(locks[1:] + locks[:1], "create_random_code").sharers) == ["6a", "6b"]


def test_the_shared_code_is_drawn_first_and_the_stragglers_follow_in_request_order() -> None:
    locks = [a_lock("6", Keypad((6,))), a_lock("4a"), a_lock("4b"), a_lock("8", Keypad((8,)))]
    chance = Chance(1, 2, 3)
    answer = decided(locks, "create_random_code", chance=chance)
    assert names(answer.sharers) == ["4a", "4b"]
    assert list(apart(answer)) == ["6", "8"]
    assert chance.asked == [9_118, 913_302, 99_805_480]
    assert answer.counters.draws == 3


def test_a_single_lock_that_is_left_is_still_a_sharer() -> None:
    answer = decided([a_lock("side", SALTO), a_lock("front")], "create_random_code")
    assert names(answer.sharers) == ["front"]
    assert apart(answer) == {"side": (None, ["provider_chooses_pin"])}
    assert answer.explanation == "side cannot take part: its provider chooses the PIN."


def test_locks_whose_providers_choose_share_with_nobody() -> None:
    locks = [a_lock("side", SALTO), a_lock("back", Keypad((4,), offline_codes_only=True))]
    answer = decided(locks, "create_random_code")
    assert (answer.shared_pin, answer.sharers, answer.refusals) == (None, (), ())
    assert apart(answer) == {
        "side": (None, ["provider_chooses_pin"]),
        "back": (None, ["offline_codes_only"]),
    }
    assert words(decided(locks, "throw")) == {
        "side": ["provider_chooses_pin"],
        "back": ["offline_codes_only"],
    }


def test_a_lone_lock_whose_provider_chooses_is_not_refused() -> None:
    answer = decided([a_lock("side", SALTO)], "throw")
    assert answer.refusals == ()
    assert apart(answer) == {"side": (None, ["provider_chooses_pin"])}


def test_throw_names_what_keeps_the_others_apart_as_well() -> None:
    answer = decided([a_lock("side", SALTO), a_lock("front"), a_lock("nuki", NUKI)])
    assert words(answer) == {
        "side": ["provider_chooses_pin"],
        "front": ["length_not_supported"],
        "nuki": ["length_not_supported"],
    }
    assert answer.explanation == (
        "side cannot take part: its provider chooses the PIN. "
        "No code fits both locks: front takes 4 digits; nuki takes 6."
    )


def test_residents_pins_are_accepted_from_a_person_and_never_drawn() -> None:
    keypad = keypad_of((4,), ["pin_code_matches_existing_set"], existing=[Pin("4821")])
    locks = [a_lock("salto", keypad), a_lock("front")]
    assert names(decided(locks, code="4821").sharers) == ["salto", "front"]
    drawn = decided(locks, "create_random_code")
    assert names(drawn.sharers) == ["front"]
    assert apart(drawn) == {"salto": (None, ["provider_chooses_pin"])}
    given = decided(locks, "create_random_code", code="4822")
    assert names(given.sharers) == ["front"]
    assert apart(given) == {"salto": (None, ["digits_not_supported"])}


def test_a_given_code_that_all_accept_is_shared_without_chance() -> None:
    chance = Chance()
    answer = decided([a_lock("front"), a_lock("back")], code="1111", preferred=6, chance=chance)
    assert (answer.shared_pin, names(answer.sharers)) == (Pin("1111"), ["front", "back"])
    assert (answer.free, chance.asked) == (None, [])


def test_throw_with_a_given_code_refuses_for_every_lock_and_every_reason() -> None:
    locks = [
        a_lock("front", used=["1203"]),
        a_lock("nuki", NUKI),
        a_lock("back"),
        a_lock("side", SALTO),
    ]
    answer = decided(locks, code="1203")
    assert words(answer) == {
        "front": ["pin_in_use"],
        "nuki": ["length_not_supported", "digits_not_supported", "digits_not_supported"],
        "side": ["provider_chooses_pin", "length_not_supported"],
    }
    assert [refusal.owner for refusal in answer.refusals] == [owner_of("1203"), None, None]
    assert answer.refusals[1].word == "length_not_supported"
    assert not answer.only_in_use
    assert answer.explanation == (
        "The code fits 1 of 4 locks: front has this code in use; "
        "nuki takes 6 digits, the code has 4; nuki wants no 0; "
        "nuki wants no code that starts with 1, 2; "
        "side cannot take part: its provider chooses the PIN; side takes 6 digits, the code has 4."
    )


def test_a_code_in_use_as_the_only_cause_can_be_told_from_all_others() -> None:
    in_use = a_lock("front", used=["4821"])
    pressed = a_lock("side", Keypad((4,), five_buttons=True), ["3721"])
    assert decided([in_use, a_lock("back")], code="4821").only_in_use
    assert not decided([in_use, pressed], code="4821").only_in_use
    assert not decided([a_lock("back")], code="4821").only_in_use


def test_with_a_given_code_those_that_accept_share_and_the_others_get_their_own() -> None:
    locks = [a_lock("nuki", NUKI), a_lock("front"), a_lock("back", used=["4821"]), a_lock("attic")]
    answer = decided(locks, "create_random_code", code="4821", preferred=6)
    assert (answer.shared_pin, names(answer.sharers)) == (Pin("4821"), ["front", "attic"])
    found = apart(answer)
    assert {name: reasons for name, (_, reasons) in found.items()} == {
        "nuki": ["length_not_supported"],
        "back": ["pin_in_use"],
    }
    assert found["back"][0] not in (None, Pin("4821"))


def test_a_given_code_that_nobody_accepts_is_shared_by_nobody() -> None:
    answer = decided([a_lock("front"), a_lock("back")], "create_random_code", code="482153")
    assert (answer.shared_pin, answer.sharers) == (None, ())
    assert list(apart(answer)) == ["front", "back"]
    assert answer.explanation.startswith("The code fits no lock: ")


def test_a_lock_that_refused_the_code_goes_apart_with_another_one() -> None:
    locks = [a_lock("front"), a_lock("back", refused=["4821"])]
    answer = decided(locks, "create_random_code", code="4821")
    assert names(answer.sharers) == ["front"]
    pin, reasons = apart(answer)["back"]
    assert reasons == ["refused_by_lock"]
    assert pin not in (None, Pin("4821"))


@pytest.mark.parametrize("code", [None, "4821"])
def test_a_lock_with_no_free_code_at_all_is_refused_whatever_the_policy(code: str | None) -> None:
    locks = [a_lock("front"), a_lock("full", used=ALL_4)]
    answer = decided(locks, "create_random_code", code=code)
    assert names(answer.sharers) == ["front"]
    assert words(answer) == {"full": ["pin_in_use"]}
    assert answer.refusals[0].message == "full uses 10,000 of the 10,000 codes that would fit"
    lone = decided(locks[1:], "throw")
    assert (
        lone.explanation
        == "All 10,000 codes that fit full (4 digits) are in use: full uses 10,000."
    )


def test_a_lock_that_takes_no_length_gets_nothing() -> None:
    answer = decided([a_lock("odd", Keypad(()))], "throw")
    assert words(answer) == {"odd": ["length_not_supported"]}
    assert answer.explanation == "No code fits odd: odd takes no code of any length."


def test_a_straggler_judges_the_preferred_length_for_itself() -> None:
    locks = [
        a_lock("4a"),
        a_lock("4b"),
        a_lock("6 to 8", Keypad((6, 7, 8))),
        a_lock("6", Keypad((6,))),
    ]
    answer = decided(locks, "create_random_code", preferred=8)
    assert answer.shared_pin is not None
    lengths = {name: len(pin) for name, (pin, _) in apart(answer).items() if pin}
    assert (len(answer.shared_pin), lengths) == (4, {"6 to 8": 8, "6": 6})


def test_low_space_is_warned_about_with_the_lock_it_concerns() -> None:
    full = a_lock("full", used=[code for code in ALL_4 if code not in ("4821", "7350")])
    locks = [a_lock("6a", Keypad((6,))), a_lock("6b", Keypad((6,))), full]
    answer = decided(locks, "create_random_code")
    (warning,) = answer.warnings
    assert (warning.device_id, warning.free, warning.length) == ("device-full", 2, 4)
    shared = decided([full, a_lock("front")], "throw")
    assert [(few.device_id, few.free) for few in shared.warnings] == [(None, 2)]
    assert shared.free == 2


FIT = ["".join(code) for code in permutations("123456", 4)]


def test_codes_in_use_that_take_the_whole_space_are_counted_and_located() -> None:
    lobby_keypad = keypad_of((4, 5), ["cannot_contain_0789", "cannot_contain_089"])
    locks = [
        a_lock("lobby", lobby_keypad, FIT[:210]),
        a_lock("side", SCHLAGE_AT_4, FIT[200:]),
        a_lock("attic", Keypad((4, 6)), ["9876"]),
    ]
    answer = decided(locks)
    assert answer.explanation == (
        "All 360 codes that fit lobby (only the digits 1-6) and side (4 digits, the first four "
        "digits all different) are in use: lobby uses 210, side 150 more."
    )
    assert words(answer) == {"lobby": ["pin_in_use"], "side": ["pin_in_use"]}
    kept = decided(locks, "create_random_code")
    assert names(kept.sharers) == ["lobby", "attic"]
    assert apart(kept)["side"][1] == ["pin_in_use"]
    assert kept.stragglers[0].reasons[0].message == (
        "every code that side could share is in use on it or on those that share"
    )


def test_a_lock_whose_rule_matters_is_named_even_if_it_uses_no_code() -> None:
    narrow = a_lock("narrow", keypad_of((4,), ["cannot_contain_0789"]))
    busy = a_lock("busy", Keypad((4, 5)), ["".join(code) for code in product("123456", repeat=4)])
    answer = decided([narrow, busy])
    assert answer.explanation == (
        "All 1,296 codes that fit narrow (4 digits, only the digits 1-6) are in use: "
        "busy uses 1,296."
    )
    assert words(answer) == {
        "narrow": ["length_not_supported", "digits_not_supported"],
        "busy": ["pin_in_use"],
    }


def test_a_lock_whose_codes_the_others_cover_is_not_named() -> None:
    half = len(ALL_4) // 2
    locks = [
        a_lock("middle", used=ALL_4[half - 3_000 : half + 3_000]),
        a_lock("low", used=ALL_4[:half]),
        a_lock("high", used=ALL_4[half:]),
    ]
    answer = decided(locks)
    assert answer.explanation == (
        "All 10,000 codes that fit all 3 locks (4 digits) are in use: "
        "low uses 5,000, high 5,000 more."
    )
    assert list(words(answer)) == ["low", "high"]
    shared = decided(locks, "create_random_code")
    assert names(shared.sharers) == ["middle", "low"]


def test_a_single_digit_is_spoken_of_in_the_singular() -> None:
    lock = a_lock("one", keypad_of((1,), ["cannot_contain_0789"]), "123456")
    assert decided([lock]).explanation == (
        "All 6 codes that fit one (1 digit, only the digits 1-6) are in use: one uses 6."
    )


def test_at_most_three_locks_are_named_and_the_others_counted() -> None:
    fours = [a_lock(f"front {number}") for number in range(1, 41)]
    answer = decided([*fours, a_lock("nuki", NUKI)])
    assert answer.explanation == (
        "No code fits all 41 locks: front 1, front 2, front 3 and 37 others take 4 digits; "
        "nuki takes 6."
    )
    assert len(answer.refusals) == 41


def test_users_beyond_the_third_are_counted_too() -> None:
    quarter = len(ALL_4) // 5
    locks = [
        a_lock(f"door {part}", used=ALL_4[part * quarter : (part + 1) * quarter])
        for part in range(5)
    ]
    assert decided(locks).explanation == (
        "All 10,000 codes that fit all 5 locks (4 digits) are in use: "
        "door 0 uses 2,000, door 1 2,000 more, door 2 2,000 more, 2 others the rest."
    )


def test_many_locks_whose_providers_choose_are_counted() -> None:
    locks = [a_lock(f"salto {number}", SALTO) for number in range(5)]
    assert decided(locks).explanation == (
        "salto 0 cannot take part: its provider chooses the PIN. "
        "salto 1 cannot take part: its provider chooses the PIN. "
        "salto 2 cannot take part: its provider chooses the PIN. "
        "The same goes for 2 others."
    )


def test_many_locks_that_refuse_a_given_code_are_counted() -> None:
    locks = [a_lock(f"nuki {number}", NUKI) for number in range(4)]
    answer = decided([*locks, a_lock("front")], code="4821")
    assert answer.explanation == (
        "The code fits 1 of 5 locks: nuki 0 takes 6 digits, the code has 4; "
        "nuki 1 takes 6 digits, the code has 4; nuki 2 takes 6 digits, the code has 4; 1 other."
    )
    assert len(answer.refusals) == 4


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ((4, 5), (6, 8, 9), "front takes 4 or 5 digits; back takes 6, 8 or 9."),
        ((4, 5, 6, 7, 8), (9,), "front takes 4 to 8 digits; back takes 9."),
    ],
)
def test_lengths_are_said_as_people_say_them(
    one: tuple[int, ...], other: tuple[int, ...], sentence: str
) -> None:
    answer = decided([a_lock("front", Keypad(one)), a_lock("back", Keypad(other))])
    assert answer.explanation == f"No code fits both locks: {sentence}"


def test_rules_that_leave_nothing_at_a_length_are_part_of_the_conflict() -> None:
    front = a_lock("front", Keypad((2,)))
    back = a_lock("back", Keypad((2, 3), rules=("at_least_three_unique_digits", "no_zeros")))
    answer = decided([front, back])
    assert answer.explanation == (
        "No code fits both locks: front takes 2 digits; back wants at least three different digits."
    )
    assert words(answer) == {"front": ["length_not_supported"], "back": ["digits_not_supported"]}
    kept = decided([front, back], "create_random_code")
    assert names(kept.sharers) == ["front"]
    assert apart(kept)["back"][1] == ["digits_not_supported", "digits_not_supported"]


def test_a_straggler_without_rules_can_be_kept_apart_by_a_rule_of_those_that_share() -> None:
    locks = [
        a_lock("front", Keypad((2, 3))),
        a_lock("back", Keypad((2, 3), rules=("at_least_three_unique_digits",))),
        a_lock("attic", Keypad((2,))),
    ]
    answer = decided(locks, "create_random_code")
    assert names(answer.sharers) == ["front", "back"]
    (straggler,) = answer.stragglers
    assert [reason.word for reason in straggler.reasons] == ["length_not_supported"]
    assert straggler.reasons[0].message == "attic takes 2 digits, those that share have 3"


def test_an_impossible_kind_alone_is_explained_by_itself() -> None:
    lock = a_lock("odd", Keypad((1,), rules=("no_all_same_digits",)))
    assert decided([lock]).explanation == (
        "No code fits odd: odd takes 1 digit; odd wants at least two different digits."
    )


def test_a_prefix_lock_blocks_the_longer_codes_of_the_others() -> None:
    early = Keypad((4, 6), matches_prefix=True)
    locks = [a_lock("early", early, ["12", "9"]), a_lock("six", Keypad((6,)))]
    answer = decided(locks)
    assert answer.shared_pin is not None
    assert not answer.shared_pin.reveal().startswith(("12", "9"))
    assert words(decided(locks, code="123456")) == {"early": ["keypad_collision"]}


def test_the_search_for_the_largest_set_turns_back_where_nothing_better_can_follow() -> None:
    six = ["".join(code) for code in product("123456", repeat=4)]
    locks = [
        a_lock(f"door {at}", keypad_of((4,), ["cannot_contain_0789"]), six[at::7])
        for at in range(7)
    ]
    answer = decided(locks, "create_random_code")
    assert len(answer.sharers) == 6
    # Every code is in use on one lock; the first lock of the request is among those that share.
    assert names(answer.sharers) == [f"door {at}" for at in range(6)]
    # Of the 11,111 places of a four-digit trie: the heads of legal codes to explain it, and those
    # that still could be better to find the set.
    assert answer.counters.trie_nodes <= (1 + 6 + 36 + 216 + 1_296) + 2_591


def test_nothing_in_an_answer_shows_a_code() -> None:
    locks = [a_lock("front", used=["4821"]), a_lock("nuki", NUKI), a_lock("side", SALTO)]
    behaviors: tuple[Behavior, ...] = ("throw", "create_random_code")
    for code, behavior in product((None, "4821"), behaviors):
        assert "4821" not in repr(decided(locks, behavior, code=code))


def test_an_unmanaged_owner_without_a_row_is_still_an_owner() -> None:
    lock = LockFacts("device-1", "front", PLAIN_4, {Pin("4821"): Owner()})
    answer = decided([lock], code="4821")
    assert answer.refusals[0].owner == Owner(access_code_id=None, managed=False)


def test_a_decision_without_locks_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one lock"):
        decided([])
