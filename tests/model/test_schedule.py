"""Hours that a lock keeps by itself."""

from __future__ import annotations

import pytest

from latchbench.pin import Pin
from simulator.model.effects import Replied, ScheduleRefused, ScheduleReport, ScheduleStored
from simulator.model.events import (
    ClearCode,
    ClockShifted,
    ReadSchedule,
    SetClock,
    SetCode,
    SetSchedule,
)
from simulator.model.memory import Window
from simulator.model.words import Constraint, Feedback, Outcome, Refusal, Schedules
from tests.model.builders import Lock, a_profile


def a_lock(*constraints: Constraint) -> Lock:
    return Lock(
        a_profile(schedules=Schedules.NATIVE, constraints=frozenset(constraints)), {1: "4827"}
    )


def test_hours_are_stored_changed_and_taken_away() -> None:
    lock = a_lock()
    assert lock.do(SetSchedule(1, 5, None)) == (
        ScheduleStored(1, 5, None),
        Replied(Outcome.SUCCESS, None),
    )
    lock.do(SetSchedule(1, None, 9))
    assert lock.state.memory.windows == {1: Window(None, 9)}
    assert lock.do(SetSchedule(1, None, None)) == (
        ScheduleStored(1, None, None),
        Replied(Outcome.SUCCESS, None),
    )
    assert lock.state.memory.windows == {}


def test_hours_may_be_there_before_the_code_and_outlive_another_code() -> None:
    lock = a_lock()
    lock.do(SetSchedule(2, lock.now_us + 10, None))
    lock.do(SetCode(2, Pin("7913")))
    assert lock.try_code("7913")[0] is Feedback.OUTSIDE_SCHEDULE
    lock.do(SetCode(2, Pin("7914")))
    assert lock.try_code("7914")[0] is Feedback.OUTSIDE_SCHEDULE
    lock.wait(10)
    assert lock.try_code("7914")[0] is Feedback.OPENED


@pytest.mark.parametrize(
    ("slot", "first", "last", "why"),
    [
        (31, 5, 9, Refusal.SLOT_OUT_OF_RANGE),
        (0, 5, 9, Refusal.SLOT_OUT_OF_RANGE),
        (1, 9, 9, Refusal.WINDOW_EMPTY),
        (1, 9, 5, Refusal.WINDOW_EMPTY),
    ],
)
def test_hours_that_are_none_are_ignored(slot: int, first: int, last: int, why: Refusal) -> None:
    lock = a_lock()
    before = lock.state
    assert lock.do(SetSchedule(slot, first, last)) == (
        ScheduleRefused(slot, why),
        Replied(Outcome.FAIL, None),
    )
    assert lock.state == before


def test_a_start_must_lie_in_the_future_of_the_locks_clock_where_that_is_a_rule() -> None:
    lock = a_lock(Constraint.START_DATE_IN_FUTURE)
    now_us = lock.now_us
    assert lock.do(SetSchedule(1, now_us, now_us + 9))[0] == ScheduleRefused(
        1, Refusal.WINDOW_HAS_BEGUN
    )
    assert lock.outcome(SetSchedule(1, now_us + 1, now_us + 9)) is Outcome.SUCCESS
    assert lock.outcome(SetSchedule(1, None, now_us + 9)) is Outcome.SUCCESS
    lock.do(SetClock(1))
    assert lock.outcome(SetSchedule(1, now_us + 1, now_us + 9)) is Outcome.FAIL


def test_without_that_rule_hours_may_have_begun() -> None:
    lock = a_lock()
    assert lock.outcome(SetSchedule(1, lock.now_us - 5, lock.now_us + 5)) is Outcome.SUCCESS
    assert lock.try_code("4827")[0] is Feedback.OPENED


def test_shifts_of_the_clock_add_up_and_setting_it_ends_them() -> None:
    lock = a_lock()
    for by_us in (5, -2):
        assert lock.do(ClockShifted(by_us)) == ()
    assert lock.state.memory.clock_offset_us == 3
    lock.do(SetClock(0))
    assert lock.state.memory.clock_offset_us == 0


def test_hours_are_read_as_they_are_kept() -> None:
    lock = a_lock()
    assert lock.read(ReadSchedule(1)) == ScheduleReport(1, None, None)
    lock.do(SetSchedule(1, 5, 9))
    assert lock.read(ReadSchedule(1)) == ScheduleReport(1, 5, 9)
    lock.do(ClearCode(1))
    assert lock.read(ReadSchedule(1)) == ScheduleReport(1, None, None)


def test_a_lock_without_schedules_answers_no_question_about_hours() -> None:
    lock = Lock(a_profile(schedules=Schedules.NONE))
    assert lock.ask(ReadSchedule(1)) == Replied(Outcome.NO_SUPPORT, None)
