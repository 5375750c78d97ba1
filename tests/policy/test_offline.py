"""Offline codes as they are asked for: rounded outwards, in the zone of the lock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.policy.offline import NoSuchWindow, Rounding, next_pin, offline_window
from gateway.policy.records import CodeKind, CodeRecord
from gateway.policy.times import time_from_text
from latchbench.algopin import OfflineWindow, derive
from latchbench.pin import Pin
from tests.policy.test_operations import a_code

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
SECRET = Pin("secret")


def a_window(
    starts: str,
    ends: str | None,
    rounding: Rounding = Rounding.HOUR,
    zone: ZoneInfo = BERLIN,
    now: str | None = None,
) -> OfflineWindow:
    return offline_window(
        time_from_text(starts),
        None if ends is None else time_from_text(ends),
        rounding,
        zone,
        time_from_text(now or starts),
    )


def window(starts: str, ends: str, **fields: Any) -> OfflineWindow:
    return OfflineWindow(time_from_text(starts), time_from_text(ends), **fields)


def test_hours_are_rounded_outwards_and_full_ones_stay() -> None:
    assert a_window("2030-06-01T15:20:00+02:00", "2030-06-01T18:40:00+02:00") == window(
        "2030-06-01T15:00:00+02:00", "2030-06-01T19:00:00+02:00"
    )
    assert a_window("2030-06-01T15:00:00+02:00", "2030-06-01T18:00:00+02:00") == window(
        "2030-06-01T15:00:00+02:00", "2030-06-01T18:00:00+02:00"
    )


def test_hours_are_those_of_the_place() -> None:
    assert a_window("2030-06-01T12:40:00Z", "2030-06-01T14:10:00Z", zone=KOLKATA) == window(
        "2030-06-01T18:00:00+05:30", "2030-06-01T20:00:00+05:30"
    )


def test_days_are_rounded_to_midnights_of_the_place() -> None:
    assert a_window(
        "2030-06-01T15:00:00+02:00", "2030-07-05T15:00:00+02:00", Rounding.DAY
    ) == window("2030-06-01T00:00:00+02:00", "2030-07-06T00:00:00+02:00")
    assert a_window(
        "2030-06-01T00:00:00+02:00", "2030-07-05T00:00:00+02:00", Rounding.DAY
    ) == window("2030-06-01T00:00:00+02:00", "2030-07-05T00:00:00+02:00")


def test_days_with_a_change_of_clocks_among_them_have_23_or_25_hours() -> None:
    spring = a_window("2030-03-15T11:00:00+01:00", "2030-04-15T11:00:00+02:00")
    assert (spring.ends_us - spring.starts_us) // 3_600_000_000 == 31 * 24 - 1
    autumn = a_window("2030-10-15T11:00:00+02:00", "2030-11-15T11:00:00+01:00", Rounding.DAY)
    assert autumn == window("2030-10-15T00:00:00+02:00", "2030-11-16T00:00:00+01:00")


def test_an_hour_that_comes_twice_is_told_from_itself() -> None:
    """27 October 2030 in Berlin: 02:30 summer time, and an hour later 02:30 winter time."""
    assert a_window("2030-10-27T02:30:00+02:00", "2030-10-27T02:30:00+01:00") == window(
        "2030-10-27T02:00:00+02:00", "2030-10-27T03:00:00+01:00"
    )


def test_one_use_begins_on_the_hour_and_lasts_a_day() -> None:
    assert a_window("2030-06-01T15:20:00+02:00", None) == window(
        "2030-06-01T15:00:00+02:00", "2030-06-02T15:00:00+02:00", is_one_time=True
    )


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("2030-06-01T15:00:00Z", "2030-07-01T16:00:00Z"), "672 hours"),
        (("2030-03-15T11:00:00+01:00", "2030-04-15T12:00:00+02:00"), "same time of day"),
        (
            ("2030-06-01T15:00:00Z", "2030-07-05T16:00:00Z", Rounding.DAY),
            "same time of day for start and end",
        ),
        (("2030-06-01T15:00:00Z", "2032-06-01T15:00:00Z", Rounding.DAY), "367"),
        (
            ("2030-06-01T15:00:00Z", "2030-06-05T15:00:00Z", Rounding.HOUR, BERLIN,
             "2030-06-02T15:00:00Z"),
            "within 24 hours",
        ),
    ],
)  # fmt: skip
def test_what_no_lock_can_make_is_said(asked: tuple[Any, ...], why: str) -> None:
    with pytest.raises(NoSuchWindow, match=why):
        a_window(*asked)


def test_a_start_gives_three_codes_whatever_their_length() -> None:
    first = window("2030-06-01T15:00:00Z", "2030-06-01T18:00:00Z")
    second = replace(first, ends_us=first.ends_us + 3_600_000_000)
    rows: list[CodeRecord] = []
    pins: list[Pin] = []
    for wanted in (first, first, second):
        pin = next_pin(SECRET, wanted, rows, ())
        assert pin is not None
        pins.append(pin)
        rows.append(
            replace(
                a_code(), pin=pin, kind=CodeKind.OFFLINE,
                starts_at_us=wanted.starts_us, ends_at_us=wanted.ends_us,
            )
        )  # fmt: skip
    assert len(set(pins)) == 3
    assert next_pin(SECRET, first, rows, ()) is None
    assert next_pin(SECRET, second, rows, ()) is None
    later = OfflineWindow(first.ends_us, second.ends_us)
    assert next_pin(SECRET, later, rows, ()) is not None


def test_digits_that_are_in_use_are_passed_over() -> None:
    wanted = window("2030-06-01T15:00:00Z", "2030-06-01T18:00:00Z")
    taken = derive(SECRET, wanted, 0)
    assert next_pin(SECRET, wanted, [], {taken}) == derive(SECRET, wanted, 1)


def test_rows_of_other_starts_without_an_end_or_without_digits_take_none_away() -> None:
    wanted = window("2030-06-01T15:00:00Z", "2030-06-01T18:00:00Z")
    first = derive(SECRET, wanted, 0)
    row = replace(
        a_code(), pin=first, kind=CodeKind.OFFLINE,
        starts_at_us=wanted.starts_us, ends_at_us=wanted.ends_us,
    )  # fmt: skip
    assert next_pin(SECRET, wanted, [row], ()) != first
    for other in (
        replace(row, starts_at_us=None),
        replace(row, ends_at_us=None),
        replace(row, starts_at_us=wanted.starts_us + 3_600_000_000),
        replace(row, is_one_time_use=True),
        replace(row, pin=None),
    ):
        assert next_pin(SECRET, wanted, [other], ()) == first
