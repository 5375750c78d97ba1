"""Counting, numbering and subtracting: what holds for every space, and what it costs."""

from __future__ import annotations

import pytest

from gateway.policy.keypad import Keypad, buttons
from gateway.policy.rules import HARD
from gateway.policy.space import Counters, Spaces, anything, span, unrank
from gateway.policy.stems import FreeCodes, Used
from latchbench.pin import Pin
from tests.policy.planner_builders import PLAIN_4, a_lock

ALL_RULES = tuple(HARD)


def free(length: int, *locks: tuple[Keypad, tuple[str, ...]]) -> FreeCodes:
    counters = Counters()
    used = Used([a_lock("door", keypad, codes) for keypad, codes in locks], counters)
    return used.free(anything(length), length)


def all_of(codes: FreeCodes) -> list[str]:
    return [codes.code(number) for number in range(codes.count)]


def test_numbers_and_codes_are_a_bijection_in_the_order_of_the_text() -> None:
    root = Spaces().root(ALL_RULES, 6, False, Counters())
    codes = [unrank(root, number) for number in range(root.total)]
    assert codes == sorted(set(codes))
    assert all(rule.keeps(code) for rule in HARD.values() for code in codes)
    assert [span(root, code) for code in codes[::97]] == [
        (number, 1) for number in range(0, root.total, 97)
    ]


def test_codes_with_leading_zeros_are_codes() -> None:
    assert unrank(anything(4), 0) == "0000"
    assert unrank(anything(4), 42) == "0042"
    assert span(anything(4), "00") == (0, 100)


def test_a_head_that_no_code_has_spans_nothing() -> None:
    root = Spaces().root(("no_zeros",), 4, False, Counters())
    assert span(root, "10") == (0, 0)
    assert span(root, "12345") == (0, 0)
    assert span(root, "1x") == (0, 0)
    assert span(root, "") == (0, 9**4)


@pytest.mark.parametrize("number", [-1, 10**4])
def test_a_number_without_a_code_is_an_error(number: int) -> None:
    with pytest.raises(IndexError, match="no code"):
        unrank(anything(4), number)
    with pytest.raises(IndexError, match="no free code"):
        free(4).code(number)


def test_a_space_of_twenty_digits_is_counted_and_numbered_like_a_small_one() -> None:
    counters = Counters()
    root = Spaces().root(("no_zeros",), 20, False, counters)
    assert root.total == 9**20
    assert unrank(root, 9**20 - 1) == "9" * 20
    assert counters.rows_compiled == 20


def test_what_was_compiled_once_is_not_compiled_again() -> None:
    spaces = Spaces()
    first, second = Counters(), Counters()
    root = spaces.root(ALL_RULES, 6, True, first)
    assert first.rows_compiled > 0
    assert spaces.root(ALL_RULES, 6, True, second) is root
    assert spaces.classes(ALL_RULES, 4, first) is spaces.classes(ALL_RULES, 4, second)
    assert second.rows_compiled == 0


def test_the_cache_forgets_the_longest_unused_space_when_it_is_full() -> None:
    spaces = Spaces(rows_max=15)
    for length in (5, 6):
        spaces.root(("no_zeros",), length, False, Counters())
    spaces.root(("no_zeros",), 5, False, Counters())  # used again: 6 is now the older one
    spaces.root(("no_zeros",), 7, False, Counters())
    assert len(spaces.roots) == 2
    again = Counters()
    spaces.root(("no_zeros",), 5, False, again)
    assert again.rows_compiled == 0
    spaces.root(("no_zeros",), 6, False, again)
    assert again.rows_compiled == 6


def test_a_space_larger_than_the_cache_is_still_answered() -> None:
    spaces = Spaces(rows_max=1)
    assert spaces.root(("no_zeros",), 6, False, Counters()).total == 9**6
    assert len(spaces.roots) == 1


def test_two_used_codes_that_begin_at_the_same_place_block_what_the_longer_stretch_blocks() -> None:
    prefix = Keypad((3,), matches_prefix=True)
    codes = free(3, (prefix, ("320", "32")))
    assert codes.count == 990
    assert codes.code(320) == "330"
    assert not any(code.startswith("32") for code in all_of(codes))


def test_a_used_code_longer_than_the_new_one_blocks_its_head_where_codes_match_early() -> None:
    prefix = Keypad((4,), matches_prefix=True)
    assert "1234" not in all_of(free(4, (prefix, ("123456",))))
    assert "1234" in all_of(free(4, (PLAIN_4, ("123456",))))


def test_five_buttons_block_every_code_with_the_same_presses() -> None:
    five = Keypad((4,), five_buttons=True)
    codes = all_of(free(4, (five, ("1357",))))
    assert len(codes) == 10_000 - 16
    assert not {"1357", "2468", "1468"} & set(codes)
    assert buttons("1357") == buttons("2468") != buttons("1359")
    assert buttons("90") == "99"


def test_buttons_and_digits_of_different_locks_add_up_without_counting_twice() -> None:
    five = Keypad((4,), five_buttons=True)
    codes = free(4, (five, ("1357", "1111")), (PLAIN_4, ("2468", "9999")))
    assert codes.count == 10_000 - 16 - 16 - 1
    assert len(set(all_of(codes))) == codes.count


def test_long_codes_on_five_buttons_are_not_written_out() -> None:
    five = Keypad((20,), five_buttons=True)
    counters = Counters()
    lock = a_lock("door", five, ["13579135791357913579", "13579135791357913571"])
    codes = Used([lock], counters).free(anything(20), 20)
    assert codes.count == 10**20 - 2 * 2**20
    assert counters.rows_overlaid <= 20
    assert counters.spans == 0


def test_first_four_blocks_across_lengths_but_not_codes_too_short_to_have_them() -> None:
    schlage = Keypad((6,), first_four_in_use=True)
    codes = free(6, (schlage, ("12345678", "123", "9876")))
    assert codes.count == 10**6 - 200
    assert free(3, (schlage, ("1234",))).count == 1_000


def test_texts_that_are_not_codes_block_nothing() -> None:
    prefix = Keypad((4,), matches_prefix=True)
    five = Keypad((4,), five_buttons=True)
    assert free(4, (prefix, ("", "12#4", "****"))).count == 10_000
    assert free(4, (five, ("12#4",))).count == 10_000


def test_a_refused_code_is_blocked_on_any_keypad_but_not_its_relatives() -> None:
    lock = a_lock("door", Keypad((4,), five_buttons=True), refused=["1357"])
    codes = Used([lock], Counters()).free(anything(4), 4)
    assert codes.count == 9_999
    assert codes.code(1357) == "1358"
    assert Pin("1357") in lock.refused
