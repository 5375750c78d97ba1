"""One code for all: worked examples, preferred lengths, weak codes, spaces that run low."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.policy.choose import Choice, FewCodesLeft, pick
from gateway.policy.keypad import Keypad, LockFacts, keypad_of
from gateway.policy.plan import decide, own_code
from gateway.policy.space import Counters, Spaces, unrank
from latchbench.pin import Pin
from tests.policy.planner_builders import (
    NUKI,
    PLAIN_4,
    SALTO,
    SCHLAGE_AT_4,
    TTLOCK_1_TO_6,
    Chance,
    a_lock,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

SPACES = Spaces()


def picked(
    *locks: LockFacts, preferred: int | None = None, chance: Chance | None = None
) -> Choice | None:
    return pick(locks, chance or Chance(), preferred=preferred, spaces=SPACES, counters=Counters())


def found(*locks: LockFacts, preferred: int | None = None) -> Choice:
    choice = picked(*locks, preferred=preferred)
    assert choice is not None
    return choice


def numbers(length: int, beyond: Iterable[int]) -> list[str]:
    return [f"{number:0{length}}" for number in beyond]


ALL_5 = numbers(5, range(10**5))


def test_a_six_digit_lock_and_a_1_to_6_keypad_share_six_digits() -> None:
    choice = found(a_lock("nuki", NUKI), a_lock("ttlock", TTLOCK_1_TO_6))
    assert (len(choice.pin), choice.free) == (6, 43_275)
    assert choice.few is None
    hard = Spaces().root(
        ("no_zeros", "cannot_start_with_12", "cannot_contain_089", "cannot_contain_0789"),
        6,
        False,
        Counters(),
    )
    assert hard.total == 6**6 - 6**4


def test_a_1_to_6_keypad_and_four_different_digits_leave_354_strong_codes() -> None:
    choice = found(a_lock("ttlock", TTLOCK_1_TO_6), a_lock("schlage", SCHLAGE_AT_4))
    assert (len(choice.pin), choice.free, choice.strong) == (4, 354, True)


def test_no_common_length_means_no_code_and_no_chance_is_spent() -> None:
    chance = Chance()
    assert picked(a_lock("nuki", NUKI), a_lock("front"), chance=chance) is None
    assert chance.asked == []


def test_one_integer_of_chance_is_asked_from_exactly_the_free_codes() -> None:
    chance = Chance(5)
    choice = picked(a_lock("front", used=["4821", "7350"]), chance=chance)
    assert choice is not None
    assert chance.asked == [choice.free] == [10_000 - 882 - 2]


def test_the_last_number_is_the_last_free_code() -> None:
    choice = picked(a_lock("front", used=numbers(4, range(9_000, 10_000))), chance=Chance(-1))
    assert choice is not None
    assert choice.pin.reveal() == "8999"


def test_a_code_in_use_on_any_of_the_locks_is_never_drawn() -> None:
    one = a_lock("front", used=numbers(4, range(0, 10_000, 2)))
    other = a_lock("back", used=numbers(4, range(1, 9_000, 2)))
    choice = found(one, other)
    assert choice.pin.reveal() == "9001"


def test_weak_codes_are_drawn_only_when_no_other_is_left() -> None:
    used = [code for code in numbers(4, range(10_000)) if code not in ("1111", "4821")]
    assert found(a_lock("front", used=used)).pin == Pin("4821")
    choice = found(a_lock("front", used=[*used, "4821"]))
    assert (choice.pin.reveal(), choice.strong, choice.free) == ("1111", False, 1)


def test_a_strong_code_of_five_digits_goes_before_a_weak_one_of_four() -> None:
    used = [code for code in numbers(4, range(10_000)) if code != "1111"]
    choice = found(a_lock("front", Keypad((4, 5)), used))
    assert (len(choice.pin), choice.strong) == (5, True)
    assert choice.few == FewCodesLeft(length=4, free=0, total=9_118, used_length=5)


def test_a_length_with_rules_but_nothing_free_is_passed_over() -> None:
    choice = found(a_lock("front", Keypad((4, 6)), numbers(4, range(10_000))))
    assert len(choice.pin) == 6


def test_the_shortest_common_length_is_taken_when_there_is_plenty() -> None:
    assert len(found(a_lock("front", Keypad((4, 5, 6)))).pin) == 4


@pytest.mark.parametrize(("preferred", "length"), [(6, 6), (4, 4), (9, 4), (None, 4)])
def test_a_preferred_length_is_used_if_all_support_it_else_the_shortest(
    preferred: int | None, length: int
) -> None:
    locks = (a_lock("front", Keypad((4, 5, 6))), a_lock("back", Keypad((4, 6, 8))))
    assert len(found(*locks, preferred=preferred).pin) == length


def test_a_preferred_length_is_kept_while_any_code_of_it_is_free_even_a_weak_one() -> None:
    used = [code for code in numbers(4, range(10_000)) if code != "1111"]
    choice = found(a_lock("front", Keypad((4, 5)), used), preferred=4)
    assert (choice.pin.reveal(), choice.strong) == ("1111", False)
    assert choice.few == FewCodesLeft(length=4, free=1, total=10_000, used_length=4)


def test_a_preferred_length_that_is_supported_but_full_gives_way_to_the_shortest_other() -> None:
    choice = found(a_lock("front", Keypad((4, 5, 6)), ALL_5), preferred=5)
    assert len(choice.pin) == 4
    assert choice.few == FewCodesLeft(length=5, free=0, total=99_970, used_length=4)


def nearly_full(keypad: Keypad) -> LockFacts:
    """50 codes of four digits are free, all of them strong."""
    used = numbers(4, range(10_000))
    return a_lock("front", keypad, [code for code in used if not "5500" <= code < "5550"])


def test_few_codes_left_is_a_warning_and_never_a_refusal() -> None:
    choice = found(nearly_full(PLAIN_4))
    assert choice.few == FewCodesLeft(length=4, free=choice.free, total=9_118, used_length=4)
    assert choice.free == 50


def test_a_length_that_runs_low_gives_way_to_the_next_longer_common_one() -> None:
    choice = found(nearly_full(Keypad((4, 5))))
    assert len(choice.pin) == 5
    assert choice.few == FewCodesLeft(length=4, free=50, total=9_118, used_length=5)


def test_a_low_length_that_was_asked_for_is_kept() -> None:
    choice = found(nearly_full(Keypad((4, 5))), preferred=4)
    assert len(choice.pin) == 4
    assert choice.few is not None


def test_the_short_length_is_kept_when_the_longer_ones_run_low_too() -> None:
    lock = nearly_full(Keypad((4, 5)))
    tight = a_lock("back", Keypad((4, 5)), ALL_5[:99_950])
    choice = found(lock, tight)
    assert len(choice.pin) == 4


ONE_TO_SEVEN = keypad_of((4,), ["cannot_contain_089"])


@pytest.mark.parametrize(
    ("keypad", "free", "total", "warned"),
    [
        (ONE_TO_SEVEN, 229, 2_290, False),  # exactly a tenth
        (ONE_TO_SEVEN, 228, 2_290, True),
        (Keypad((3,)), 100, 970, False),  # more than a tenth, exactly a hundred
        (Keypad((3,)), 99, 970, True),
    ],
)
def test_the_warning_begins_below_a_tenth_and_below_a_hundred(
    keypad: Keypad, free: int, total: int, warned: bool
) -> None:
    root = SPACES.root(keypad.rules, keypad.lengths[0], True, Counters())
    choice = found(a_lock("front", keypad, [unrank(root, at) for at in range(total - free)]))
    assert (choice.free, choice.total) == (free, total)
    assert (choice.few is not None) == warned


@pytest.mark.parametrize(
    "keypad",
    [SALTO, Keypad((4,), offline_codes_only=True), Keypad((4,), existing=frozenset([Pin("4821")]))],
)
def test_no_code_is_drawn_for_a_lock_that_is_given_none(keypad: Keypad) -> None:
    assert picked(a_lock("front"), a_lock("side", keypad)) is None
    assert own_code(a_lock("side", keypad), preferred_length=None, draw=Chance()) is None


def test_a_refused_code_is_not_drawn_again() -> None:
    first = own_code(a_lock("front"), preferred_length=None, draw=Chance())
    assert first is not None
    again = a_lock("front", refused=[first.pin.reveal()])
    second = own_code(again, preferred_length=None, draw=Chance())
    assert second is not None
    assert second.pin != first.pin


def fleet(size: int) -> list[LockFacts]:
    """Locks of four kinds with twenty codes each, the same twenty per kind."""
    kinds = (NUKI, TTLOCK_1_TO_6, Keypad((4, 6)), Keypad((6, 7, 8), five_buttons=True))
    used = [numbers(6, range(at, 10**6, 50_000)) for at in range(len(kinds))]
    return [
        a_lock(f"door {place}", kinds[place % len(kinds)], used[place % len(kinds)])
        for place in range(size)
    ]


def test_the_cost_of_compiling_depends_on_kinds_and_not_on_locks() -> None:
    few, many = Counters(), Counters()
    pick(fleet(4), Chance(), preferred=None, spaces=Spaces(), counters=few)
    pick(fleet(400), Chance(), preferred=None, spaces=Spaces(), counters=many)
    assert few.rows_compiled == many.rows_compiled > 0
    assert few.rows_overlaid == many.rows_overlaid > 0
    assert few.spans == many.spans == 60
    assert many.codes_read == 100 * few.codes_read


def test_a_second_request_for_the_same_kinds_compiles_nothing() -> None:
    spaces = Spaces()
    counted = [
        decide(
            fleet(size),
            behavior="throw",
            code=None,
            preferred_length=None,
            draw=Chance(),
            spaces=spaces,
        ).counters.rows_compiled
        for size in (8, 40)
    ]
    assert counted[0] > 0
    assert counted[1] == 0


def test_codes_in_use_are_not_read_where_lengths_already_rule_sharing_out() -> None:
    counters = Counters()
    locks = [a_lock("front", used=["4821"]), a_lock("nuki", NUKI, ["482153"])]
    assert pick(locks, Chance(), preferred=None, spaces=SPACES, counters=counters) is None
    assert (counters.codes_read, counters.draws) == (0, 0)
