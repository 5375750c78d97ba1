"""When a code goes onto its lock, and the hours that a lock keeps for it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.commands import ReadSchedule, SetSchedule
from gateway.policy.schedule import (
    ALWAYS,
    CLOCK_TOLERANCE_US,
    HOUR_US,
    NATIVE_LEAD_US,
    Hours,
    Keeping,
    Timing,
    clock_is_off,
    hours_command,
    hours_of,
    is_ahead,
    serve,
    timing_of,
    timing_of_row,
)
from tests.policy.test_operations import a_code

NOW_US = 1_000 * HOUR_US
STARTS_US, ENDS_US = NOW_US + 100 * HOUR_US, NOW_US + 200 * HOUR_US
WINDOW: dict[str, Any] = {"starts_at_us": STARTS_US, "ends_at_us": ENDS_US, "is_native": True}


def test_a_code_without_times_is_loaded_now() -> None:
    timing = timing_of(None, None, NOW_US, is_native=True, jit_lead_us=HOUR_US)
    assert timing == Timing()
    assert not timing.is_later(NOW_US)


@pytest.mark.parametrize(
    ("is_native", "lead_us"), [(True, NATIVE_LEAD_US), (False, HOUR_US), (False, 0)]
)
def test_a_code_is_loaded_its_lead_before_it_starts_and_never_in_the_past(
    is_native: bool,
    lead_us: int,
) -> None:
    def load_at_us(now_us: int) -> int | None:
        jit_us = HOUR_US if is_native else lead_us
        timing = timing_of(STARTS_US, ENDS_US, now_us, is_native=is_native, jit_lead_us=jit_us)
        assert timing == Timing(STARTS_US, ENDS_US, timing.load_at_us, is_native)
        return timing.load_at_us

    due_us = STARTS_US - lead_us
    assert load_at_us(due_us - 1) == due_us
    assert load_at_us(due_us) == due_us
    assert load_at_us(due_us + 1) == due_us + 1


def test_a_code_is_for_later_until_the_instant_at_which_it_is_loaded() -> None:
    timing = Timing(load_at_us=NOW_US)
    assert timing.is_later(NOW_US - 1)
    assert not timing.is_later(NOW_US)


def test_the_times_of_a_row_are_those_that_it_has() -> None:
    row = a_code(**WINDOW, load_at_us=NOW_US)
    assert timing_of_row(row) == Timing(STARTS_US, ENDS_US, NOW_US, is_native=True)


@pytest.mark.parametrize(
    ("now_us", "hours"),
    [
        (STARTS_US - 1, Hours(STARTS_US, ENDS_US)),
        (STARTS_US, Hours(None, ENDS_US)),
        (ENDS_US, Hours(None, ENDS_US)),
    ],
)
def test_a_start_that_has_passed_limits_nothing(now_us: int, hours: Hours) -> None:
    assert hours_of(a_code(**WINDOW), now_us) == hours


def test_a_lock_keeps_no_hours_for_a_code_that_it_gets_just_in_time() -> None:
    assert hours_of(a_code(**{**WINDOW, "is_native": False}), NOW_US) == ALWAYS
    assert hours_of(a_code(is_native=True), NOW_US) == ALWAYS


@pytest.mark.parametrize(
    ("hours", "now_us", "good"),
    [
        (Hours(STARTS_US, ENDS_US), NOW_US, True),
        (Hours(None, ENDS_US), NOW_US, False),
        (Hours(None, ENDS_US), STARTS_US, True),
        # It was read before the start, and opens as well as one without a start.
        (Hours(STARTS_US, ENDS_US), STARTS_US, True),
        (Hours(STARTS_US - 1, ENDS_US), STARTS_US, False),
        (Hours(STARTS_US, ENDS_US - 1), NOW_US, False),
        (ALWAYS, NOW_US, False),
        (ALWAYS, STARTS_US, False),
    ],
)
def test_hours_serve_a_code_that_they_open_for_exactly_when_it_should(
    hours: Hours,
    now_us: int,
    good: bool,
) -> None:
    assert serve(hours, a_code(**WINDOW), now_us) is good


def test_only_no_hours_at_all_serve_a_code_that_the_lock_keeps_none_for() -> None:
    code = a_code(**{**WINDOW, "is_native": False})
    assert serve(ALWAYS, code, NOW_US)
    assert not serve(Hours(STARTS_US, ENDS_US), code, NOW_US)
    assert not serve(Hours(STARTS_US, ENDS_US), code, STARTS_US)


def test_a_code_is_ahead_until_it_starts_where_the_lock_keeps_it_shut() -> None:
    assert is_ahead(a_code(**WINDOW), STARTS_US - 1)
    assert not is_ahead(a_code(**WINDOW), STARTS_US)
    assert not is_ahead(a_code(**{**WINDOW, "is_native": False}), NOW_US)
    assert not is_ahead(a_code(is_native=True), NOW_US)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_clock_may_be_off_by_the_tolerance_either_way_and_no_more(sign: int) -> None:
    assert not clock_is_off(NOW_US + sign * CLOCK_TOLERANCE_US, NOW_US)
    assert clock_is_off(NOW_US + sign * (CLOCK_TOLERANCE_US + 1), NOW_US)


def test_hours_are_read_before_they_are_written_and_count_when_they_were_read() -> None:
    code = a_code(**WINDOW)
    unread = Keeping({2: Hours(STARTS_US, ENDS_US)})
    assert hours_command(unread, 1, code, NOW_US) == ReadSchedule(1)
    wrong = Keeping({1: ALWAYS})
    assert hours_command(wrong, 1, code, NOW_US) == SetSchedule(1, STARTS_US, ENDS_US)
    assert hours_command(wrong, 1, code, STARTS_US) == SetSchedule(1, None, ENDS_US)
    right = Keeping({1: Hours(STARTS_US, ENDS_US)})
    assert hours_command(right, 1, code, NOW_US) is None


def test_hours_that_a_code_should_not_have_are_taken_away() -> None:
    left_over = Keeping({1: Hours(STARTS_US, ENDS_US)})
    assert hours_command(left_over, 1, a_code(), NOW_US) == SetSchedule(1, None, None)
    assert hours_command(Keeping({1: ALWAYS}), 1, a_code(), NOW_US) is None
