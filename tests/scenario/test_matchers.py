"""Matchers against a plain reading of the same words, and what their messages say and hide."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchbench.pin import Pin
from simulator.scenario.interpolate import MISSING, Late, Reference
from simulator.scenario.matchers import (
    Asking,
    Equal,
    Matcher,
    Mismatch,
    Present,
    SameAs,
    Secret,
    match,
    same,
)
from simulator.scenario.shapes import ANY, PIN, TRACE, Shape, read_matcher

BOOKING = Reference(("booking", "code"))


def matcher(raw: object, shape: Shape = ANY) -> Matcher:
    return read_matcher(raw, shape, lambda reference: None)


def nothing_saved(reference: Reference) -> object:
    return MISSING


def said(raw: object, value: object, shape: Shape = ANY) -> list[str]:
    return [str(mismatch) for mismatch in match(matcher(raw, shape), value, nothing_saved)]


SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [0, 1, 2, 3, True, False, None, "", "a", "b", "ab"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("xyz"), inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
NUMBERS = st.integers(0, 3)
OPERATIONS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "in": st.lists(SCALARS, min_size=1, max_size=3),
        "matches": st.sampled_from(["a", "^b", "b$", "^$"]),
        "lt": NUMBERS,
        "gt": NUMBERS,
        "between": st.tuples(NUMBERS, NUMBERS).map(sorted),
        "absent": st.just(False),
    },
).filter(bool)
WISHES: st.SearchStrategy[Any] = st.recursive(
    SCALARS | OPERATIONS | st.just({"absent": True}),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("xyz"), inner, min_size=1, max_size=3)
        | inner.map(lambda wish: {"not": wish})
        | st.lists(inner, min_size=1, max_size=3).map(lambda wishes: {"any_of": wishes})
    ),
    max_leaves=8,
)


def equal(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return isinstance(wanted, bool) and isinstance(value, bool) and wanted == value
    return bool(wanted == value)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def in_range(operator: str, low: Any, value: Any, high: Any) -> bool:
    inside = {"lt": value < high, "gt": value > low, "between": low <= value <= high}
    return bool(inside[operator])


def fits(wish: Any, value: Any) -> bool:
    """The oracle: the meaning of a wish, said once more without the classes."""
    gone = value is MISSING
    if isinstance(wish, list):
        right_length = isinstance(value, list) and len(value) == len(wish)
        return right_length and all(fits(w, v) for w, v in zip(wish, value, strict=True))
    if not isinstance(wish, dict):
        return not gone and equal(wish, value)
    if not set(wish) & {"in", "matches", "lt", "gt", "between", "absent", "not", "any_of"}:
        return isinstance(value, dict) and all(
            fits(w, value.get(key, MISSING)) for key, w in wish.items()
        )
    verdicts = []
    for operator, operand in wish.items():
        if operator == "absent":
            verdicts.append(gone is operand)
        elif operator == "any_of":
            verdicts.append(any(fits(w, value) for w in operand))
        elif operator == "not":
            about_absence = isinstance(operand, dict) and set(operand) == {"absent"}
            verdicts.append((not gone or about_absence) and not fits(operand, value))
        elif gone:
            verdicts.append(False)
        elif operator == "in":
            verdicts.append(any(equal(w, value) for w in operand))
        elif operator == "matches":
            verdicts.append(isinstance(value, str) and bool(re.search(operand, value)))
        else:
            low, high = operand if operator == "between" else (operand, operand)
            verdicts.append(is_number(value) and in_range(operator, low, value, high))
    return all(verdicts)


@given(WISHES, VALUES | st.just(MISSING))
def test_a_matcher_fits_what_the_plain_reading_fits(wish: Any, value: Any) -> None:
    found = match(matcher(wish), value, nothing_saved)
    assert (not found) == fits(wish, value), found


@given(VALUES.filter(lambda value: value != {}))
def test_a_value_fits_itself(value: Any) -> None:
    assert match(matcher(value), value, nothing_saved) == []


@given(WISHES, VALUES)
def test_not_turns_the_answer_round_for_a_value_that_is_there(wish: Any, value: Any) -> None:
    plainly = match(matcher(wish), value, nothing_saved)
    turned = match(matcher({"not": wish}), value, nothing_saved)
    assert bool(plainly) != bool(turned)


@given(WISHES)
def test_what_is_not_there_fits_nothing_but_absence(wish: Any) -> None:
    if "absent" not in str(wish):
        assert match(matcher(wish), MISSING, nothing_saved)


@pytest.mark.parametrize(
    ("wish", "value", "message"),
    [
        ("set", "setting", "wanted 'set', got 'setting'"),
        (True, 1, "wanted true, got 1"),
        (None, "x", "wanted null, got 'x'"),
        ({"in": ["a", 1]}, "b", "wanted one of 'a', 1, got 'b'"),
        ({"not": "a"}, "a", "is 'a', which it must not be"),
        ({"matches": "^a"}, "b", "wanted text like ^a, got 'b'"),
        ({"matches": "^a"}, 5, "wanted text like ^a, got a number"),
        ({"lt": 3}, 3, "wanted a number less than 3, got 3"),
        ({"gt": 3}, 3, "wanted a number greater than 3, got 3"),
        ({"between": [1, 2]}, 3, "wanted a number 1 to 2, got 3"),
        ({"lt": 3}, "2", "wanted a number, got '2'"),
        ({"absent": True}, None, "should not be there, got null"),
        ({"absent": False}, MISSING, "is not there"),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, "a.b[1].c: wanted 2, got 3"),
        ({"a": 1}, {"b": 1}, "a: is not there"),
        ({"a": 1}, [1], "wanted a map, got [1]"),
        ([1, 2], [1], "wanted a list of 2, got 1: [1]"),
        ([1], [1, 2], "wanted a list of 1, got 2: [1, 2]"),
        ([], "x", "wanted a list, got 'x'"),
        (
            {"any_of": [{"a": 1}, {"b": 2}]},
            {"a": 2},
            "fits none of 2: (1) a: wanted 1, got 2 | (2) b: is not there",
        ),
    ],
)
def test_a_mismatch_says_where_what_was_wanted_and_what_was_got(
    wish: object, value: object, message: str
) -> None:
    assert said(wish, value) == [message]


def test_every_mismatch_is_told() -> None:
    assert said({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 0}) == [
        "b: wanted 2, got 0",
        "c: is not there",
    ]


def test_the_place_of_a_mismatch_can_be_looked_up_in_the_file() -> None:
    found = match(matcher({"a": [1, {"b": 2}]}), {"a": [1, {"b": 3}]}, nothing_saved)
    assert found == [Mismatch(("a", 1, "b"), "wanted 2, got 3")]


@pytest.mark.parametrize("got", [Pin("1234"), "1234", "1234\n\r"])
@pytest.mark.parametrize(
    "wish",
    [
        "4827",
        {"in": ["4827", "5555"]},
        {"matches": "^48"},
        {"same_as": "booking.code"},
        {"any_of": ["4827", {"in": ["5555"]}]},
    ],
)
def test_no_mismatch_of_a_pin_shows_its_digits(wish: object, got: object) -> None:
    wanted = matcher(wish, PIN)
    found = match(wanted, got, lambda reference: Pin("4827"))
    assert found
    for digits in ("4827", "1234", "5555"):
        assert digits not in str(found)
        assert digits not in repr(wanted)


def test_neither_does_one_that_must_be_another_pin() -> None:
    assert said({"not": "1234"}, Pin("1234"), PIN) == ["is •••• (4 digits), which it must not be"]


def test_the_digits_are_shown_to_whoever_asks_for_them() -> None:
    found = match(matcher("4827", PIN), Pin("123456"), nothing_saved, show=Pin.reveal)
    assert [str(mismatch) for mismatch in found] == [
        "wanted 4827 (4 digits), got 123456 (6 digits)"
    ]


def test_a_pin_equals_its_digits_with_their_leading_zeros() -> None:
    assert match(matcher("0482", PIN), Pin("0482"), nothing_saved) == []
    assert match(matcher("482", PIN), Pin("0482"), nothing_saved)
    assert same("0482", Pin("0482"))
    assert not same(482, Pin("482"))
    assert not same(None, Pin("482"))


def test_a_pattern_sees_the_digits_of_a_pin() -> None:
    assert match(matcher({"matches": "^[0-9]{6}$"}, PIN), Pin("123456"), nothing_saved) == []


def test_a_saved_value_is_looked_up_when_it_is_compared() -> None:
    wish = matcher({"same_as": "booking.code"}, PIN)
    assert wish == Secret(SameAs(BOOKING))
    assert match(wish, Pin("4827"), lambda reference: Pin("4827")) == []
    assert str(match(wish, Pin("4827"), nothing_saved)[0]) == (
        "booking.code has no value to compare with"
    )
    late = Equal(Late((BOOKING,)))
    assert match(late, "x", lambda reference: "x") == []
    assert "has no value" in str(match(late, "x", nothing_saved)[0])
    inside = matcher({"in": [Late((BOOKING,))]})
    assert "${booking.code}" in str(match(inside, "y", nothing_saved)[0])


def test_some_and_none_ask_a_whole_list_of_codes() -> None:
    has, lacks = Shape("some"), Shape("none")
    codes = (Pin("4827"), Pin("5555"))
    assert said("4827", codes, has) == []
    assert said({"matches": "^[0-9]{4}$"}, codes, has) == []
    assert said("4828", codes, has) == ["none of 2 fits"]
    assert said("4827", (), has) == ["none of 0 fits"]
    assert said("4828", codes, lacks) == []
    assert said({"matches": "^[0-9]{4}$"}, codes, lacks) == ["2 of 2 fit, wanted none"]
    assert said("4828", (), lacks) == []
    assert said("4828", MISSING, lacks) == ["is not there"]


def test_slots_are_asked_by_number_and_a_free_one_is_null() -> None:
    shape = Shape("slots")
    held = {3: Pin("4821"), 5: Pin("1111")}
    assert said({"3": "4821", "4": None}, held, shape) == []
    assert said({"4": "4821"}, held, shape) == ["4: is not there"]
    assert said({"5": None}, held, shape) == ["5: should not be there, got •••• (4 digits)"]


def test_a_trace_has_texts_only_so_numbers_are_written_as_they_are() -> None:
    assert said(3, "3", TRACE) == []
    assert said(True, "true", TRACE) == []
    assert said({"in": [1, 3]}, "3", TRACE) == []
    assert said({"gt": 2}, "10", TRACE) == []
    assert said({"between": [1, 3]}, "4", TRACE) == ["wanted a number 1 to 3, got 4"]
    assert said({"lt": 2}, "many", TRACE) == ["wanted a number, got 'many'"]
    assert said(3, "03", TRACE) == ["wanted '3', got '03'"]


def test_maps_and_lists_that_are_saved_are_compared_whole() -> None:
    assert same({"a": [1, 2.0]}, {"a": (1, 2)})
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not same([1], [True])
    assert "{a: 1}" in said("x", {"a": 1})[0]


def test_the_base_promises_nothing_by_itself() -> None:
    asking = Asking(nothing_saved, str)
    for base in (Matcher(), Present()):
        with pytest.raises(NotImplementedError):
            list(base.mismatches(1, asking))
