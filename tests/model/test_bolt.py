"""The bolt: motor, hand, its own timer, and what is in its way."""

from __future__ import annotations

import pytest

from simulator.model.bolt import ARRIVED, STUCK
from simulator.model.effects import BoltMoved, BoltReport, Notified, Replied
from simulator.model.events import (
    Jammed,
    Operate,
    PowerCut,
    PowerRestored,
    ReadBolt,
    ThumbTurned,
    TimerFired,
)
from simulator.model.lock import next_timer_us
from simulator.model.state import mechanics_of
from simulator.model.words import (
    Bolt,
    Mechanics,
    Mover,
    Notice,
    Outcome,
    SupervisionSupport,
)
from tests.model.builders import SECOND_US, Lock, a_profile, notices

RELOCK_US = 30 * SECOND_US


def test_a_motor_moves_the_bolt_and_says_so() -> None:
    lock = Lock()
    assert lock.do(Operate(locked=False)) == (
        BoltMoved(Bolt.UNLOCKED, Mover.RADIO),
        Replied(Outcome.SUCCESS, None),
        Notified(Notice.RADIO_UNLOCK, None),
    )
    assert lock.read(ReadBolt()) == BoltReport(Bolt.UNLOCKED)
    assert notices(lock.do(Operate(locked=True))) == [(Notice.RADIO_LOCK, None)]
    assert lock.read(ReadBolt()) == BoltReport(Bolt.LOCKED)


def test_a_bolt_that_is_there_already_does_not_move_and_the_command_succeeds() -> None:
    lock = Lock()
    lock.do(Jammed(jammed=True))
    assert lock.do(Operate(locked=True)) == (
        Replied(Outcome.SUCCESS, None),
        Notified(Notice.RADIO_LOCK, None),
    )


@pytest.mark.parametrize(
    ("supervision", "outcome"),
    [(SupervisionSupport.OK, Outcome.FAIL), (SupervisionSupport.NONE, Outcome.NONE)],
)
def test_a_jam_leaves_the_bolt_half_way_until_it_is_cleared_and_asked_again(
    supervision: SupervisionSupport, outcome: Outcome
) -> None:
    lock = Lock(a_profile(supervision=supervision))
    lock.do(Operate(locked=False))
    assert lock.do(Jammed(jammed=True)) == ()
    assert mechanics_of(lock.state) is Mechanics.JAMMED
    effects = lock.do(Operate(locked=True))
    assert effects == (
        BoltMoved(Bolt.UNKNOWN, Mover.RADIO),
        Replied(outcome, None),
        Notified(Notice.RADIO_NOT_FULLY_LOCKED, None),
        Notified(Notice.JAMMED, None),
    )
    lock.do(Jammed(jammed=False))
    assert mechanics_of(lock.state) is Mechanics.CLEAR
    assert lock.read(ReadBolt()) == BoltReport(Bolt.UNKNOWN)
    lock.do(Operate(locked=True))
    assert lock.read(ReadBolt()) == BoltReport(Bolt.LOCKED)


def test_every_unlocking_starts_the_time_to_the_next_locking_anew() -> None:
    lock = Lock(codes={1: "4827"})
    lock.do(ThumbTurned(locked=False))
    lock.wait(RELOCK_US - 1)
    lock.do(Operate(locked=False))
    lock.wait(RELOCK_US - 1)
    lock.type("4827")
    due_us = lock.now_us + RELOCK_US
    assert next_timer_us(lock.state) == due_us
    assert lock.do(TimerFired(), due_us) == (
        BoltMoved(Bolt.LOCKED, Mover.AUTO),
        Notified(Notice.AUTO_LOCKED, None),
    )
    assert next_timer_us(lock.state) is None


def test_locking_by_hand_stops_the_time() -> None:
    lock = Lock()
    assert notices(lock.do(ThumbTurned(locked=False))) == [(Notice.MANUAL_UNLOCK, None)]
    assert notices(lock.do(ThumbTurned(locked=True))) == [(Notice.MANUAL_LOCK, None)]
    assert next_timer_us(lock.state) is None


def test_a_lock_that_cannot_lock_itself_tries_once() -> None:
    lock = Lock()
    lock.do(ThumbTurned(locked=False))
    lock.do(Jammed(jammed=True))
    effects = lock.do(TimerFired(), lock.now_us + RELOCK_US)
    assert notices(effects) == [(Notice.AUTO_NOT_FULLY_LOCKED, None), (Notice.JAMMED, None)]
    assert next_timer_us(lock.state) is None


def test_a_lock_that_never_locks_itself_waits_for_nothing() -> None:
    lock = Lock(a_profile(relock_after_us=None))
    lock.do(ThumbTurned(locked=False))
    assert next_timer_us(lock.state) is None


def test_the_thumb_turn_needs_no_power_and_then_nobody_hears_of_it() -> None:
    lock = Lock()
    lock.do(PowerCut())
    assert lock.do(ThumbTurned(locked=False)) == (BoltMoved(Bolt.UNLOCKED, Mover.MANUAL),)
    assert next_timer_us(lock.state) is None
    lock.wait(100 * SECOND_US)
    lock.do(PowerRestored())
    # The lock finds itself unlocked, and locks in its own time.
    assert next_timer_us(lock.state) == lock.now_us + RELOCK_US


def test_something_in_the_way_stops_a_hand_too() -> None:
    lock = Lock()
    lock.do(Jammed(jammed=True))
    assert notices(lock.do(ThumbTurned(locked=False))) == [(Notice.JAMMED, None)]
    assert lock.state.memory.bolt is Bolt.UNKNOWN
    # A second try moves nothing.
    assert not [e for e in lock.do(ThumbTurned(locked=True)) if isinstance(e, BoltMoved)]


def test_only_what_the_lock_sends_is_told() -> None:
    lock = Lock(a_profile(notifications=frozenset({Notice.MANUAL_LOCK})))
    assert notices(lock.do(ThumbTurned(locked=False))) == []
    assert notices(lock.do(ThumbTurned(locked=True))) == [(Notice.MANUAL_LOCK, None)]


def test_each_way_to_move_has_a_notice_for_arriving_and_for_being_stuck() -> None:
    ways = {
        (mover, end)
        for mover in Mover
        for end in (Bolt.LOCKED, Bolt.UNLOCKED)
        if (mover, end) not in {(Mover.KEYPAD, Bolt.LOCKED), (Mover.AUTO, Bolt.UNLOCKED)}
    }
    assert set(ARRIVED) == set(STUCK) == ways
    assert all(told[-1] is Notice.JAMMED for told in STUCK.values())
