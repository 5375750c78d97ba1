"""The function itself: its tables are complete, and timers do not depend on who delivers them."""

from __future__ import annotations

import typing

import pytest

from simulator.model import events
from simulator.model.effects import BoltMoved, Effect, KeypadAnswer, Notified, reply_of
from simulator.model.events import KeyPressed, Ping, ThumbTurned, TimerFired
from simulator.model.lock import LOCAL_HANDLERS, RADIO_HANDLERS, next_timer_us, step
from simulator.model.profile import Lockout
from simulator.model.words import Bolt, Feedback, Mover
from tests.model.builders import SECOND_US, Lock, a_profile


def test_every_event_has_exactly_one_handler() -> None:
    assert set(RADIO_HANDLERS) == set(typing.get_args(events.RadioEvent))
    assert set(LOCAL_HANDLERS) == set(typing.get_args(events.LocalEvent))
    assert {*RADIO_HANDLERS, *LOCAL_HANDLERS, TimerFired} == set(typing.get_args(events.Event))


def test_a_step_leaves_the_state_that_it_was_given_as_it_was() -> None:
    lock = Lock(codes={1: "4827"})
    before, memory = lock.state, dict(lock.state.memory.slots)
    step(lock.profile, before, events.ClearCode(0), lock.now_us)
    assert lock.state is before
    assert dict(before.memory.slots) == memory


def test_the_slots_of_a_state_cannot_be_changed_from_outside() -> None:
    lock = Lock(codes={1: "4827"})
    with pytest.raises(TypeError):
        del lock.state.memory.slots[1]  # type: ignore[attr-defined]


def test_a_timer_that_fires_too_early_does_nothing() -> None:
    lock = Lock()
    lock.do(ThumbTurned(locked=False))
    before = lock.state
    assert lock.do(TimerFired(), lock.now_us + 30 * SECOND_US - 1) == ()
    assert lock.state == before


def test_what_was_due_is_done_before_what_comes_late_at_the_time_it_was_due() -> None:
    late, on_time = Lock(codes={1: "4827"}), Lock(codes={1: "4827"})
    for lock in (late, on_time):
        lock.do(ThumbTurned(locked=False))
        lock.do(KeyPressed("4"))
    at_us = late.now_us + 60 * SECOND_US
    gathered = late.do(Ping(), at_us)
    one_by_one: list[Effect] = []
    while (due_us := next_timer_us(on_time.state)) is not None:
        one_by_one += on_time.do(TimerFired(), due_us)
    one_by_one += on_time.do(Ping(), at_us)
    assert list(gathered) == one_by_one
    assert late.state == on_time.state
    # 10 s for the entry, 30 s for the bolt.
    assert gathered[0] == KeypadAnswer(Feedback.TIMED_OUT, None)
    assert gathered[1] == BoltMoved(Bolt.LOCKED, Mover.AUTO)
    assert reply_of(gathered) is not None


def test_timers_that_are_due_at_one_instant_fire_in_a_fixed_order_in_one_step() -> None:
    second = Lockout(1, None, 5 * SECOND_US, ())
    profile = a_profile(
        lockout=second, relock_after_us=5 * SECOND_US, entry_timeout_us=5 * SECOND_US
    )
    lock = Lock(profile)
    lock.do(ThumbTurned(locked=False))
    lock.do(KeyPressed("1"))
    effects = lock.do(TimerFired(), lock.now_us + 5 * SECOND_US)
    assert [type(effect).__name__ for effect in effects] == [
        "KeypadAnswer",
        "BoltMoved",
        "Notified",
    ]
    assert next_timer_us(lock.state) is None


def test_there_is_no_reply_where_nobody_asked() -> None:
    assert reply_of(Lock().do(ThumbTurned(locked=False))) is None


def test_a_notice_has_the_numbers_of_the_specification() -> None:
    lock = Lock(codes={1: "4827"})
    told = [e for e in lock.type("4827") if isinstance(e, Notified)]
    assert [(e.kind, e.event, e.slot) for e in told] == [(6, 0x06, 1)]
