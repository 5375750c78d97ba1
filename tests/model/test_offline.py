"""Codes that a lock derives: what is typed opens in its window, once or more, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchbench.algopin import (
    DAILY_DAYS,
    DIGITS,
    FIRST_USE_US,
    HOURLY_HOURS_MAX,
    US_PER_HOUR,
    US_PER_QUARTER,
    OfflineWindow,
    derive,
    problem_with,
    recognise,
    variants,
)
from latchbench.pin import Pin
from simulator.model.effects import OfflineCodeUsed
from simulator.model.events import ClockShifted, FactoryReset, SetCode
from simulator.model.memory import Offline, memory_from_plain, memory_to_plain
from simulator.model.state import fresh
from simulator.model.words import Feedback, OfflineCodes, Outcome, Refusal
from tests.model.builders import Lock, a_profile

SECRET = Pin("the maker's secret")
START_US = 1_906_639_200_000_000  # 2030-06-01T14:00:00Z
HOUR_US = US_PER_HOUR


def a_lock(secret: Pin = SECRET, **changes: object) -> Lock:
    profile = a_profile("igloohome", **changes)
    state = fresh(profile, 1)
    state = replace(state, memory=replace(state.memory, offline=Offline(secret)))
    lock = Lock(profile, state=state)
    lock.now_us = START_US
    return lock


def a_window(hours: int, starts_us: int = START_US) -> OfflineWindow:
    return OfflineWindow(starts_us, starts_us + hours * HOUR_US)


def once(starts_us: int = START_US) -> OfflineWindow:
    return OfflineWindow(starts_us, starts_us + 24 * HOUR_US, is_one_time=True)


def tried(lock: Lock, pin: Pin) -> Feedback:
    return lock.try_code(pin.reveal())[0]


LENGTHS = st.one_of(
    st.integers(1, HOURLY_HOURS_MAX),
    st.sampled_from([24 * days + shift for days in DAILY_DAYS for shift in (-1, 0, 1)]),
)


@settings(deadline=None, max_examples=40)
@given(LENGTHS, st.integers(0, 2), st.integers(0, FIRST_USE_US - 1))
def test_what_one_side_makes_the_other_recognises(hours: int, variant: int, late_us: int) -> None:
    window = a_window(hours)
    pin = derive(SECRET, window, variant)
    assert len(pin) == DIGITS
    fits = START_US + late_us < window.ends_us
    assert recognise(SECRET, pin, START_US + late_us) == (window if fits else None)
    assert recognise(SECRET, pin, START_US - 1) is None
    assert recognise(SECRET, pin, START_US + FIRST_USE_US) is None


def test_another_secret_start_length_or_number_gives_another_code() -> None:
    windows = [a_window(3), a_window(4), a_window(3, START_US + US_PER_QUARTER)]
    pins = [derive(SECRET, window, variant) for window in windows for variant in range(3)]
    pins += [derive(SECRET, once(), variant) for variant in variants(once())]
    pins.append(derive(Pin("another"), a_window(3), 0))
    assert len(set(pins)) == len(pins) == 15


@pytest.mark.parametrize(
    ("window", "is_possible"),
    [
        (a_window(1), True),
        (a_window(672), True),
        (a_window(673), False),
        (a_window(0), False),
        (a_window(29 * 24), True),
        (a_window(29 * 24 - 1), True),
        (a_window(28 * 24 + 22), False),
        (a_window(367 * 24 + 1), True),
        (a_window(368 * 24), False),
        (a_window(30 * 24 + 5), False),
        (OfflineWindow(START_US + 1, START_US + 1 + HOUR_US), False),
        (OfflineWindow(START_US, START_US + HOUR_US + 1), False),
        (once(), True),
        (replace(once(), ends_us=START_US + HOUR_US), False),
    ],
)
def test_only_windows_within_the_limits_have_a_code(
    window: OfflineWindow, is_possible: bool
) -> None:
    assert (problem_with(window) is None) is is_possible
    if not is_possible:
        with pytest.raises(ValueError, match=r"offline code|one use"):
            derive(SECRET, window, 0)


def test_there_are_three_codes_for_a_start_and_five_for_one_use() -> None:
    derive(SECRET, a_window(1), 2)
    derive(SECRET, once(), 4)
    with pytest.raises(ValueError, match="variant"):
        derive(SECRET, a_window(1), 3)
    with pytest.raises(ValueError, match="variant"):
        derive(SECRET, once(), 5)


def test_a_guess_hardly_ever_opens() -> None:
    """One in about 20,000 is a window that could begin now; none of these is."""
    guesses = [Pin(f"{number * 982_451_653 % 10**DIGITS:0{DIGITS}}") for number in range(200)]
    assert [recognise(SECRET, guess, START_US) for guess in guesses] == [None] * 200


@pytest.mark.parametrize("typed", ["", "123456789", "12345678901", "12345678x0"])
def test_other_text_is_no_such_code(typed: str) -> None:
    assert recognise(SECRET, Pin(typed), START_US) is None


def test_a_code_opens_the_lock_that_was_never_told_of_it() -> None:
    lock = a_lock()
    window = a_window(5 * 24)
    pin = derive(SECRET, window, 1)
    lock.wait(-1)
    assert tried(lock, pin) is Feedback.REJECTED
    lock.wait(1)
    _, used, *_ = lock.type(pin.reveal())
    assert used == OfflineCodeUsed(pin, window.ends_us, is_one_time=False)
    lock.wait(5 * 24 * HOUR_US - 1)
    assert tried(lock, pin) is Feedback.OPENED
    lock.wait(1)
    assert tried(lock, pin) is Feedback.REJECTED
    assert lock.state.memory.slots == {}


def test_a_code_that_was_not_used_on_its_first_day_opens_no_more() -> None:
    lock = a_lock()
    pin = derive(SECRET, a_window(5 * 24), 0)
    lock.wait(FIRST_USE_US)
    assert tried(lock, pin) is Feedback.REJECTED


def test_a_code_for_one_use_opens_once() -> None:
    lock = a_lock()
    pin = derive(SECRET, once(), 0)
    assert tried(lock, pin) is Feedback.OPENED
    assert tried(lock, pin) is Feedback.REJECTED
    lock.wait(24 * HOUR_US)
    assert tried(lock, pin) is Feedback.REJECTED
    assert tried(lock, derive(SECRET, once(lock.now_us), 0)) is Feedback.OPENED
    offline = lock.state.memory.offline
    assert offline is not None
    assert len(offline.redeemed) == 1, "what has ended is forgotten"


def test_it_is_the_locks_own_clock_that_counts() -> None:
    lock = a_lock()
    pin = derive(SECRET, a_window(2), 0)
    lock.do(ClockShifted(-HOUR_US))
    assert tried(lock, pin) is Feedback.REJECTED
    lock.wait(HOUR_US)
    assert tried(lock, pin) is Feedback.OPENED


def test_a_code_in_a_slot_goes_before_and_one_for_one_use_is_not_spent_by_it() -> None:
    lock = a_lock(code_lengths=(4, 10))
    pin = derive(SECRET, once(), 0)
    lock.do(SetCode(1, pin))
    assert lock.try_code(pin.reveal()) == (Feedback.OPENED, 1)
    assert lock.try_code(pin.reveal()) == (Feedback.OPENED, 1)


def test_a_lock_without_a_secret_derives_nothing() -> None:
    lock = Lock(a_profile())
    lock.now_us = START_US
    assert tried(lock, derive(SECRET, a_window(2), 0)) is Feedback.REJECTED
    assert tried(a_lock(Pin("another")), derive(SECRET, a_window(2), 0)) is Feedback.REJECTED


def test_a_lock_that_takes_no_others_drops_codes_that_are_sent() -> None:
    lock = a_lock(offline_codes=OfflineCodes.ONLY)
    refused, reply = lock.do(SetCode(1, Pin("4821")))
    assert getattr(refused, "why", None) is Refusal.OFFLINE_CODES_ONLY
    assert getattr(reply, "outcome", None) is Outcome.FAIL


def test_a_memory_keeps_what_was_used_and_a_reset_only_the_secret() -> None:
    lock = a_lock()
    pin = derive(SECRET, a_window(48), 0)
    assert tried(lock, pin) is Feedback.OPENED
    assert memory_from_plain(memory_to_plain(lock.state.memory)) == lock.state.memory
    lock.do(FactoryReset())
    assert lock.state.memory.offline == Offline(SECRET)
