"""`${...}`: what is known is put in place with its type, what is not yet stays a reference."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchbench.pin import Pin
from simulator.scenario import interpolate
from simulator.scenario.interpolate import (
    FILLED_VALUES_MAX,
    MISSING,
    Late,
    Names,
    Reference,
    fill,
    fill_late,
)
from simulator.scenario.problems import Trouble

VALUES = {
    "policy": "throw",
    "count": 3,
    "ratio": 0.5,
    "flag": True,
    "nothing": None,
    "everything": ["front", "back"],
    "trouble": {"id": "slots", "fill": 10, "deep": {"er": "x"}},
}
NAMES = Names(VALUES, frozenset({"booking"}), lambda reference: None)


def complaints(data: object, names: Names = NAMES) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(Trouble) as caught:
        fill(data, names)
    return [(finding.at, finding.message) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${policy}", "throw"),
        ("${ policy }", "throw"),
        ("${count}", 3),
        ("${flag}", True),
        ("${nothing}", None),
        ("${everything}", ["front", "back"]),
        ("${trouble.fill}", 10),
        ("${trouble.deep.er}", "x"),
        ("${trouble}", VALUES["trouble"]),
        ("a ${policy} of ${count}", "a throw of 3"),
        ("${ratio}${flag}", "0.5true"),
        ("$${policy}", "${policy}"),
        ("$$", "$$"),
        ("$${${policy}}", "${throw}"),
        ("no holes", "no holes"),
        ("$5", "$5"),
    ],
)
def test_what_is_known_is_put_in_place(text: str, filled: object) -> None:
    assert fill(text, NAMES) == filled
    assert fill({"a": [text]}, NAMES) == {"a": [filled]}


def test_what_a_step_saves_stays_open_until_the_run() -> None:
    late = fill("${policy}-${booking.code}-${count}", NAMES)
    assert late == Late(("throw-", Reference(("booking", "code")), "-3"))
    assert isinstance(late, Late)
    assert late.fill(lambda reference: Pin("0482")) == "throw-0482-3"


def test_a_reference_alone_keeps_the_type_of_its_value() -> None:
    late = fill("${booking.code}", NAMES)
    assert isinstance(late, Late)
    pin = Pin("0482")
    assert late.fill(lambda reference: pin) is pin
    assert late.fill(lambda reference: MISSING) is MISSING


@pytest.mark.parametrize("value", [MISSING, None, [], {}])
def test_text_around_a_value_that_is_no_text_has_no_value(value: object) -> None:
    late = fill("x${booking.code}", NAMES)
    assert isinstance(late, Late)
    assert late.fill(lambda reference: value) is MISSING


def test_a_late_value_never_shows_the_text_around_it() -> None:
    assert repr(fill("4827${booking.code}", NAMES)) == "Late(booking.code)"


def test_late_values_are_filled_wherever_they_are() -> None:
    late = Late((Reference(("booking", "code")),))
    data = {"a": [late, 1], "b": {"c": late}, "d": "x"}
    filled = fill_late(data, lambda reference: str(reference))
    assert filled == {"a": ["booking.code", 1], "b": {"c": "booking.code"}, "d": "x"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${polcy}", r"\$\{polcy\} stands for nothing here; did you mean 'policy'\?"),
        ("${trouble.fil}", "'trouble' has no 'fil'; did you mean 'fill'"),
        ("${trouble.deep.fill}", "'trouble.deep' has no 'fill'"),
        ("${policy.x}", "'policy' is not a map, so it has no 'x'"),
        ("a${everything}", "inside other text only text and numbers"),
        ("a${nothing}", "inside other text only text and numbers"),
        ("${policy", r"this \$\{ is never closed"),
        ("${}", "is not a name such as booking.code"),
        ("${a b}", "'a b' is not a name"),
        ("${booking..code}", "is not a name"),
        ("${env:SEED}", "is not a name"),
    ],
)
def test_what_stands_for_nothing_is_an_error_at_its_place(text: str, message: str) -> None:
    found = complaints({"a": [0, text]})
    assert [at for at, _ in found] == [("a", 1)]
    assert re.search(message, found[0][1])


def test_all_that_cannot_be_filled_in_is_told_together() -> None:
    found = complaints({"a": "${x}", "b": ["${y}", "${policy}"]})
    assert [at for at, _ in found] == [("a",), ("b", 0)]


def test_a_saved_answer_that_cannot_be_used_here_is_an_error() -> None:
    names = Names({}, frozenset({"booking"}), lambda reference: f"no {reference} yet")
    assert complaints("${booking.code}", names) == [((), "no booking.code yet")]


def test_a_key_is_not_filled_in() -> None:
    with pytest.raises(Trouble) as caught:
        fill({"${policy}": 1}, NAMES)
    assert caught.value.findings[0].on_key


def test_a_small_file_cannot_ask_for_a_very_large_scenario() -> None:
    half = FILLED_VALUES_MAX // 2
    names = Names({"many": [0] * half})
    assert len(str(fill(["${many}"], names))) > half
    assert "fills in more than" in complaints(["${many}", "${many}"], names)[0][1]


@given(st.recursive(st.none() | st.integers() | st.text("ab$ ", max_size=4), st.lists))
def test_data_without_holes_is_the_same_object(data: object) -> None:
    assert fill(data, NAMES) is data


@given(st.text(max_size=20))
def test_no_text_makes_filling_raise_anything_else(text: str) -> None:
    with contextlib.suppress(Trouble):
        fill(text, NAMES)


@given(st.text("ab${} .", max_size=12))
def test_a_doubled_dollar_always_writes_the_text_itself(text: str) -> None:
    assert fill(text.replace("${", "$${"), NAMES) == text or "$${" in text


def test_missing_says_that_it_is_nothing() -> None:
    assert repr(interpolate.MISSING) == "nothing"
