"""Each digit rule against arithmetic on all short codes, and against counts from closed forms."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest

from simulator.model.constraints import (
    DIGIT_RULES,
    KEYS_MISSING,
    OTHER_RULES,
    broken_rule,
)
from simulator.model.words import Constraint as C

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def all_codes(*lengths: int) -> Iterator[tuple[int, ...]]:
    for length in lengths:
        yield from product(range(10), repeat=length)


def has_run(digits: tuple[int, ...], length: int) -> bool:
    """Whether some neighbours, `length` of them, keep one difference of 0, 1 or -1."""
    longest = {-1: 1, 0: 1, 1: 1}
    for before, after in pairwise(digits):
        for difference in longest:
            longest[difference] = longest[difference] + 1 if after - before == difference else 1
            if longest[difference] >= length:
                return True
    return False


def is_sequence(digits: tuple[int, ...]) -> bool:
    differences = {after - before for before, after in pairwise(digits)}
    return differences in ({1}, {-1})


ARITHMETIC: dict[C, Callable[[tuple[int, ...]], bool]] = {
    C.NO_ZEROS: lambda d: all(x > 0 for x in d),
    C.CANNOT_START_WITH_12: lambda d: len(d) < 2 or d[0] * 10 + d[1] != 12,
    C.CANNOT_CONTAIN_089: lambda d: all(1 <= x <= 7 for x in d),
    C.CANNOT_CONTAIN_0789: lambda d: all(1 <= x <= 6 for x in d),
    C.NO_TRIPLE_CONSECUTIVE_INTS: lambda d: not has_run(d, 4),
    C.NO_ASCENDING_OR_DESCENDING_SEQUENCE: lambda d: not is_sequence(d),
    C.AT_LEAST_THREE_UNIQUE_DIGITS: lambda d: sum(d.count(x) > 0 for x in range(10)) >= 3,
    C.NO_ALL_SAME_DIGITS: lambda d: any(x != d[0] for x in d),
    C.UNIQUE_FIRST_FOUR_DIGITS: lambda d: all(d[:4].count(x) <= 1 for x in range(10)),
}


@pytest.mark.parametrize("rule", list(DIGIT_RULES))
def test_a_digit_rule_agrees_with_arithmetic_on_every_code_up_to_four_digits(rule: C) -> None:
    keeps = DIGIT_RULES[rule]
    disagree = [
        digits
        for digits in all_codes(1, 2, 3, 4)
        if keeps("".join(map(str, digits))) != ARITHMETIC[rule](digits)
    ]
    assert disagree == []


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (C.NO_ZEROS, 9**5),
        (C.CANNOT_START_WITH_12, 10**5 - 10**3),
        (C.CANNOT_CONTAIN_089, 7**5),
        (C.CANNOT_CONTAIN_0789, 6**5),
        (C.NO_ASCENDING_OR_DESCENDING_SEQUENCE, 10**5 - 6 - 6),
        # All, less one digit (10) and two digits (45 pairs in 2**5 - 2 patterns).
        (C.AT_LEAST_THREE_UNIQUE_DIGITS, 10**5 - 10 - 45 * 30),
        (C.NO_ALL_SAME_DIGITS, 10**5 - 10),
        (C.UNIQUE_FIRST_FOUR_DIGITS, 10 * 9 * 8 * 7 * 10),
    ],
)
def test_a_digit_rule_keeps_as_many_five_digit_codes_as_counting_says(rule: C, kept: int) -> None:
    codes = ("".join(map(str, digits)) for digits in all_codes(5))
    assert sum(map(DIGIT_RULES[rule], codes)) == kept


@pytest.mark.parametrize(
    ("rule", "kept", "broken"),
    [
        (C.CANNOT_START_WITH_12, ["2112", "1122", "3312"], ["1234", "12"]),
        (
            C.NO_TRIPLE_CONSECUTIVE_INTS,
            ["1235", "9111", "7890", "1212"],
            ["12345", "91111", "19876"],
        ),
        (
            C.NO_ASCENDING_OR_DESCENDING_SEQUENCE,
            ["1235", "91234", "7890", "1111", "1358"],
            ["1234", "9876", "0123456789"],
        ),
        (C.AT_LEAST_THREE_UNIQUE_DIGITS, ["1123"], ["1122"]),
        (C.UNIQUE_FIRST_FOUR_DIGITS, ["12341"], ["12234"]),
    ],
)
def test_the_mild_reading_of_a_rule_is_the_one_that_holds(
    rule: C, kept: list[str], broken: list[str]
) -> None:
    keeps = DIGIT_RULES[rule]
    assert all(keeps(code) for code in kept)
    assert not any(keeps(code) for code in broken)


def test_every_constraint_type_has_exactly_one_place() -> None:
    assert len(C) == 14
    assert sorted([*DIGIT_RULES, *OTHER_RULES]) == sorted(C)


def test_the_first_broken_rule_is_named_and_rules_that_a_lock_has_not_do_not_count() -> None:
    rules = frozenset({C.NO_ZEROS, C.NO_ALL_SAME_DIGITS, C.NAME_LENGTH})
    assert broken_rule(rules, "0000") is C.NO_ZEROS
    assert broken_rule(rules, "1111") is C.NO_ALL_SAME_DIGITS
    assert broken_rule(rules, "1234") is None
    assert broken_rule(frozenset(), "0000") is None


@pytest.mark.parametrize("rule", list(KEYS_MISSING))
def test_a_key_is_missing_exactly_when_its_rule_forbids_the_digit_everywhere(rule: C) -> None:
    forbidden = {digit for digit in "0123456789" if not DIGIT_RULES[rule](f"5{digit}5")}
    assert forbidden == set(KEYS_MISSING[rule])
