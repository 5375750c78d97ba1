"""Durations have one spelling; what is nearly one is told which."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.durations import (
    DURATION_US_MAX,
    NotADuration,
    format_duration,
    parse_duration,
)

DAY_US = 24 * 60 * 60 * 1_000_000


@pytest.mark.parametrize(
    ("text", "duration_us"),
    [
        ("500ms", 500_000),
        ("10s", 10_000_000),
        ("5m", 300_000_000),
        ("2h", 7_200_000_000),
        ("3d", 3 * DAY_US),
        ("0s", 0),
        ("036500d", 36_500 * DAY_US),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, duration_us: int) -> None:
    assert parse_duration(text) == duration_us


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3 days", "3d"),
        ("3days", "3d"),
        ("90 min", "90m"),
        ("1h30m", "90m"),
        ("1.5h", "90m"),
        ("1,5 h", "90m"),
        ("0.5s", "500ms"),
        ("2 weeks", "14d"),
        ("5M", "5m"),
        (" 5m", "5m"),
        ("1 hour 1 second", "3601s"),
    ],
)
def test_what_a_person_means_is_suggested(text: str, meant: str) -> None:
    with pytest.raises(NotADuration, match=f"did you mean '{meant}'"):
        parse_duration(text)


@pytest.mark.parametrize(
    "value",
    ["", "h", "-5m", "5", "5 parsecs", "PT5M", "1.0000001s", "0 s", "٣d", "1e3s", "5m ago"],
)
def test_what_is_no_duration_gets_no_suggestion(value: str) -> None:
    with pytest.raises(NotADuration) as caught:
        parse_duration(value)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize("value", [10, 1.5])
def test_a_bare_number_is_asked_for_its_unit(value: object) -> None:
    with pytest.raises(NotADuration, match="needs a unit"):
        parse_duration(value)


@pytest.mark.parametrize("value", [None, True, [], {}])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(NotADuration, match="must be a duration"):
        parse_duration(value)


def test_longer_than_a_century_is_refused() -> None:
    assert parse_duration("36525d") == DURATION_US_MAX
    with pytest.raises(NotADuration, match="hundred years"):
        parse_duration("36526d")
    with pytest.raises(NotADuration, match="is not a duration"):
        parse_duration("9" * 5_000 + "d")


def test_digits_that_may_be_a_pin_are_not_repeated() -> None:
    with pytest.raises(NotADuration) as caught:
        parse_duration("4827")
    assert "4827" not in str(caught.value)


@given(st.integers(0, DURATION_US_MAX // 1_000))
def test_every_duration_reads_back_as_itself(duration_ms: int) -> None:
    assert parse_duration(format_duration(duration_ms * 1_000)) == duration_ms * 1_000


@given(st.integers(0, 10**5), st.sampled_from(["ms", "s", "m", "h"]))
def test_units_are_what_they_are_in_a_calendar(number: int, unit: str) -> None:
    seconds = {"ms": "1/1000", "s": "1", "m": "60", "h": "3600"}[unit]
    assert parse_duration(f"{number}{unit}") == number * Fraction(seconds) * 1_000_000


@pytest.mark.parametrize("duration_us", [-1_000, 1, 1_500])
def test_what_has_no_spelling_is_not_spelt(duration_us: int) -> None:
    with pytest.raises(ValueError, match="no spelling"):
        format_duration(duration_us)
