"""Wrong codes and lock-outs: what counts, for how long, and what forgives."""

from __future__ import annotations

from latchbench.pin import Pin
from simulator.model.effects import KeypadAnswer
from simulator.model.events import (
    KeypadSwitched,
    KeyPressed,
    Operate,
    PowerCut,
    PowerRestored,
    SetCode,
    SetKeypadMode,
    TimerFired,
)
from simulator.model.lock import next_timer_us
from simulator.model.profile import Lockout
from simulator.model.state import keypad_of
from simulator.model.words import Feedback, Keypad, KeypadMode, Notice, Outcome
from tests.model.builders import SECOND_US, Lock, a_profile, notices

MINUTE_US = 60 * SECOND_US


def a_lock(lockout: Lockout | None) -> Lock:
    return Lock(a_profile(lockout=lockout, relock_after_us=None), {1: "4827"})


def test_the_last_wrong_code_starts_a_lockout_that_ends_by_itself() -> None:
    lock = a_lock(Lockout(3, None, MINUTE_US, ()))
    for _ in range(2):
        assert notices(lock.type("1111")) == [(Notice.INVALID_CODE, None)]
    assert notices(lock.type("1111")) == [
        (Notice.INVALID_CODE, None),
        (Notice.KEYPAD_DISABLED, None),
    ]
    ends_us = lock.now_us + MINUTE_US
    assert next_timer_us(lock.state) == ends_us
    lock.now_us = ends_us - 1
    assert lock.try_code("4827") == (Feedback.LOCKED_OUT, None)
    assert lock.do(TimerFired(), ends_us) == ()
    assert lock.try_code("4827") == (Feedback.OPENED, 1)


def test_wrong_codes_count_only_within_their_window() -> None:
    lock = a_lock(Lockout(3, MINUTE_US, 5 * MINUTE_US, ()))
    lock.type("1111")
    lock.wait(MINUTE_US // 2)
    lock.type("1111")
    lock.wait(MINUTE_US // 2)
    # The first is a whole window old now.
    lock.type("1111")
    assert keypad_of(lock.state) is Keypad.CLEAR
    lock.wait(MINUTE_US // 2 - 1)
    lock.type("1111")
    assert keypad_of(lock.state) is Keypad.LOCKED_OUT


def test_without_a_window_a_wrong_code_counts_until_a_right_one() -> None:
    lock = a_lock(Lockout(2, None, MINUTE_US, ()))
    lock.type("1111")
    lock.type("4827")
    lock.wait(1_000 * MINUTE_US)
    lock.type("1111")
    assert keypad_of(lock.state) is Keypad.CLEAR
    lock.wait(1_000 * MINUTE_US)
    lock.type("1111")
    assert keypad_of(lock.state) is Keypad.LOCKED_OUT


def lasted_us(lock: Lock) -> int:
    """Wait for the end of the lock-out, and say how long it was."""
    ends_us = next_timer_us(lock.state)
    assert ends_us is not None
    began_us = lock.now_us
    lock.do(TimerFired(), ends_us)
    return ends_us - began_us


def test_after_a_first_lockout_each_wrong_code_gives_a_longer_one_until_a_right_one() -> None:
    lock = a_lock(Lockout(3, None, 30 * SECOND_US, (40 * SECOND_US, 60 * SECOND_US)))
    lasted = []
    for wrong_codes in (3, 1, 1, 1):
        for _ in range(wrong_codes):
            lock.type("1111")
        lasted.append(lasted_us(lock) // SECOND_US)
    assert lasted == [30, 40, 60, 60]
    lock.type("4827")
    lock.type("1111")
    assert keypad_of(lock.state) is Keypad.CLEAR


def test_without_escalation_every_lockout_is_like_the_first() -> None:
    lock = a_lock(Lockout(2, None, 30 * SECOND_US, ()))
    lasted = []
    for _ in range(3):
        lock.type("1111")
        assert keypad_of(lock.state) is Keypad.CLEAR
        lock.type("1111")
        lasted.append(lasted_us(lock))
    assert lasted == [30 * SECOND_US] * 3


def test_a_power_cut_neither_forgives_wrong_codes_nor_shortens_a_lockout() -> None:
    lock = a_lock(Lockout(2, None, 30 * SECOND_US, (MINUTE_US,)))
    lock.type("1111")
    lock.do(PowerCut())
    lock.wait(MINUTE_US)
    lock.do(PowerRestored())
    lock.type("1111")
    assert keypad_of(lock.state) is Keypad.LOCKED_OUT
    lock.wait(29 * SECOND_US)
    lock.do(PowerCut())
    assert next_timer_us(lock.state) is None
    lock.wait(10 * MINUTE_US)
    lock.do(PowerRestored())
    assert lock.try_code("4827")[0] is Feedback.LOCKED_OUT
    assert lasted_us(lock) == 30 * SECOND_US
    lock.type("1111")
    assert keypad_of(lock.state) is Keypad.LOCKED_OUT
    assert lasted_us(lock) == MINUTE_US


def test_a_hub_that_sets_a_mode_ends_a_lockout_and_forgives() -> None:
    lock = a_lock(Lockout(2, None, 30 * SECOND_US, (MINUTE_US,)))
    lock.type("1111")
    lock.type("1111")
    assert lock.outcome(SetKeypadMode(KeypadMode.NORMAL)) is Outcome.SUCCESS
    assert next_timer_us(lock.state) is None
    lock.type("1111")
    assert keypad_of(lock.state) is Keypad.CLEAR


def test_the_radio_works_during_a_lockout() -> None:
    lock = a_lock(Lockout(1, None, MINUTE_US, ()))
    lock.type("1111")
    assert lock.outcome(SetCode(2, Pin("7913"))) is Outcome.SUCCESS
    assert lock.outcome(Operate(locked=False)) is Outcome.SUCCESS


def test_a_lock_without_a_limit_counts_nothing_and_cannot_be_locked_out() -> None:
    lock = a_lock(None)
    before = lock.state.memory
    for _ in range(50):
        assert lock.try_code("1111")[0] is Feedback.REJECTED
    assert lock.do(KeypadSwitched(KeypadMode.LOCKED_OUT)) == (
        KeypadAnswer(Feedback.REJECTED, None),
    )
    assert lock.state.memory == before


def test_a_lockout_by_hand_is_like_one_by_wrong_codes() -> None:
    lock = a_lock(Lockout(3, None, MINUTE_US, ()))
    lock.do(KeyPressed("4"))
    assert notices(lock.do(KeypadSwitched(KeypadMode.LOCKED_OUT))) == [
        (Notice.KEYPAD_DISABLED, None)
    ]
    assert lock.do(KeypadSwitched(KeypadMode.NORMAL)) == (KeypadAnswer(Feedback.LOCKED_OUT, None),)
    assert lasted_us(lock) == MINUTE_US
