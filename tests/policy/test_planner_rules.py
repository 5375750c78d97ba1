"""Closed forms and readings of the digit rules; brute force is in tests/properties."""

from __future__ import annotations

import pytest

from gateway.policy.keypad import CODE_DIGITS_MAX, Keypad, keypad_of
from gateway.policy.rules import CONSTRAINTS, HARD, STRICT, weak_rules
from gateway.policy.space import Counters, Spaces
from latchbench.pin import Pin

SPACES = Spaces()


def count(words: tuple[str, ...], length: int, *, strong: bool = False) -> int:
    return SPACES.root(words, length, strong, Counters()).total


@pytest.mark.parametrize(
    ("word", "at_4", "at_6", "at_8"),
    [
        ("no_zeros", 9**4, 9**6, 9**8),
        ("cannot_start_with_12", 10**4 - 10**2, 10**6 - 10**4, 10**8 - 10**6),
        ("cannot_contain_089", 7**4, 7**6, 7**8),
        ("cannot_contain_0789", 6**4, 6**6, 6**8),
        ("no_triple_consecutive_ints", 9_976, 993_240, 98_889_324),
        ("no_ascending_or_descending_sequence", 10**4 - 14, 10**6 - 10, 10**8 - 6),
        ("at_least_three_unique_digits", 9_360, 997_200, 99_988_560),
        ("no_all_same_digits", 10**4 - 10, 10**6 - 10, 10**8 - 10),
        ("unique_first_four_digits", 5_040, 504_000, 50_400_000),
    ],
)
def test_a_rule_alone_leaves_as_many_codes_as_its_formula_says(
    word: str, at_4: int, at_6: int, at_8: int
) -> None:
    assert [count((word,), length) for length in (4, 6, 8)] == [at_4, at_6, at_8]


def test_all_rules_together_never_conflict_from_four_digits_on() -> None:
    words = tuple(HARD)
    assert [count(words, length) for length in (4, 6, 8)] == [343, 12_207, 432_097]
    assert [count(words, length, strong=True) for length in (4, 6, 8)] == [300, 9_886, 319_044]
    assert all(count(words, length, strong=True) for length in range(4, CODE_DIGITS_MAX + 1))


@pytest.mark.parametrize(
    ("length", "weak"),
    [(4, 882), (5, 30), (6, 86_698), (7, 30), (8, 194_520), (10, 120), (12, 1_110)],
)
def test_so_many_codes_are_weak(length: int, weak: int) -> None:
    assert count((), length, strong=True) == 10**length - weak


@pytest.mark.parametrize(
    ("word", "codes", "kept"),
    [
        ("cannot_start_with_12", ("2112", "1123", "0012"), True),
        ("cannot_start_with_12", ("1200", "1234"), False),
        ("no_triple_consecutive_ints", ("1230", "1112", "1210", "7890"), True),
        ("no_triple_consecutive_ints", ("1234", "91111", "43210"), False),
        ("no_ascending_or_descending_sequence", ("1235", "91234", "1111", "8901", "7"), True),
        ("no_ascending_or_descending_sequence", ("1234", "43210", "01"), False),
        ("at_least_three_unique_digits", ("1123",), True),
        ("at_least_three_unique_digits", ("1122",), False),
        ("unique_first_four_digits", ("12341", "0123"), True),
        ("unique_first_four_digits", ("1213", "00"), False),
    ],
)
def test_the_hard_reading_is_the_documented_one(
    word: str, codes: tuple[str, ...], kept: bool
) -> None:
    assert [HARD[word].keeps(code) for code in codes] == [kept] * len(codes)


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("no_triple_consecutive_ints", ("1123", "8904", "1114", "2109")),
        ("no_ascending_or_descending_sequence", ("1358", "9620", "7890", "2109")),
    ],
)
def test_the_strict_reading_refuses_what_the_hard_one_lets_pass(
    word: str, codes: tuple[str, ...]
) -> None:
    for code in codes:
        assert HARD[word].keeps(code)
        assert not all(rule.keeps(code) for rule in STRICT[word])


@pytest.mark.parametrize(
    "code",
    [
        *("0000", "8901", "1098", "1212", "1984", "2031", "3112", "1231", "2580", "0852"),
        *("123123", "311299", "123199", "991231", "147258", "741963", "147741"),
        *("31121999", "12312020", "20251231", "12121212", "890123", "1231231231231"[:12]),
    ],
)
def test_easily_guessed_codes_are_weak(code: str) -> None:
    assert not all(rule.keeps(code) for rule in weak_rules(len(code)))


@pytest.mark.parametrize(
    "code", ["3213", "1382", "7150", "321399", "31121899", "00131999", "13579"]
)
def test_other_codes_are_not_weak(code: str) -> None:
    assert all(rule.keeps(code) for rule in weak_rules(len(code)))


def test_the_vocabulary_has_its_14_words_and_each_says_what_it_wants() -> None:
    assert len(CONSTRAINTS) == 14
    assert all(meaning.wants for meaning in CONSTRAINTS.values())
    assert {word for word, meaning in CONSTRAINTS.items() if meaning.about == "digits"} == set(HARD)


def test_a_kind_is_the_same_however_its_facts_are_listed() -> None:
    one = keypad_of([6, 4, 5, 4], ["no_zeros", "no_all_same_digits", "no_zeros"])
    other = keypad_of((4, 5, 6), ("no_all_same_digits", "no_zeros"))
    assert one == other
    assert hash(one) == hash(other)


def test_every_constraint_word_finds_its_place_in_the_kind() -> None:
    keypad = keypad_of((4,), CONSTRAINTS, existing=[Pin("4821")])
    assert keypad.rules == tuple(HARD)
    assert keypad.first_four_in_use
    assert keypad.provider_chooses
    assert keypad.existing == frozenset((Pin("4821"),))
    assert keypad_of((4,), ("name_length",), existing=[Pin("4821")]) == Keypad((4,))


def test_a_word_outside_the_vocabulary_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown code constraint: no_sevens"):
        keypad_of((4,), ("no_sevens",))
    with pytest.raises(ValueError, match="not a rule about digits: name_length"):
        Keypad((4,), rules=("name_length",))


@pytest.mark.parametrize("length", [0, -1, 21])
def test_a_length_that_no_code_has_is_an_error(length: int) -> None:
    with pytest.raises(ValueError, match="code lengths are 1 to 20"):
        Keypad((4, length))


def test_a_rule_prints_its_name() -> None:
    assert repr(HARD["no_zeros"]) == "Rule(no_zeros)"
