"""PINs that a lock's own side chooses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from latchbench.pin import Pin
from simulator.model.effects import CodeRefused, CodeReport, CodeStored
from simulator.model.events import AssignCode, ClearCode, ReadCode, SetCode
from simulator.model.words import Constraint, Feedback, Outcome, Refusal, SlotStatus
from tests.model.builders import Lock, a_profile


def a_lock() -> Lock:
    rules = frozenset({Constraint.CANNOT_SPECIFY_PIN_CODE})
    return Lock(a_profile(constraints=rules, code_lengths=(6,)))


def held(lock: Lock, slot: int) -> str:
    return lock.state.memory.slots[slot].pin.reveal()


@given(st.integers(0, 2**64 - 1))
def test_the_lock_chooses_a_code_that_opens_it_and_shows_it(draw: int) -> None:
    lock = a_lock()
    (stored, *_) = lock.do(AssignCode(3, draw))
    code = held(lock, 3)
    assert stored == CodeStored(3, Pin(code), SlotStatus.ENABLED)
    assert lock.read(ReadCode(3)) == CodeReport(3, SlotStatus.ENABLED, Pin(code))
    assert lock.try_code(code) == (Feedback.OPENED, 3)


def test_the_same_draw_gives_two_slots_different_codes() -> None:
    lock = a_lock()
    lock.do(AssignCode(1, 7))
    lock.do(AssignCode(2, 7))
    assert held(lock, 1) != held(lock, 2)


def test_a_slot_that_holds_a_code_keeps_it() -> None:
    lock = a_lock()
    lock.do(AssignCode(1, 7))
    before = lock.state
    assert lock.outcome(AssignCode(1, 8)) is Outcome.SUCCESS
    assert lock.state == before


def test_nobody_else_can_choose_and_the_slot_can_be_cleared() -> None:
    lock = a_lock()
    assert lock.outcome(SetCode(1, Pin("482719"))) is Outcome.FAIL
    lock.do(AssignCode(1, 7))
    assert lock.outcome(ClearCode(1)) is Outcome.SUCCESS
    assert lock.state.memory.slots == {}


def test_a_slot_that_is_none_is_refused_and_the_locks_own_rules_hold() -> None:
    lock = a_lock()
    assert lock.outcome(AssignCode(0, 7)) is Outcome.FAIL
    assert lock.outcome(AssignCode(31, 7)) is Outcome.FAIL
    rules = frozenset({Constraint.CANNOT_SPECIFY_PIN_CODE, Constraint.NO_ALL_SAME_DIGITS})
    picky = Lock(a_profile(constraints=rules, code_lengths=(4,)))
    assert picky.outcome(AssignCode(1, 1111)) is Outcome.SUCCESS
    assert held(picky, 1) not in {digit * 4 for digit in "0123456789"}


def test_other_locks_choose_none() -> None:
    assert Lock(a_profile()).outcome(AssignCode(1, 7)) is Outcome.NO_SUPPORT


def test_a_lock_that_takes_codes_of_others_chooses_none() -> None:
    lock = Lock(a_profile())
    assert lock.outcome(AssignCode(1, 7)) is Outcome.NO_SUPPORT
    assert lock.state.memory.slots == {}


def test_a_lock_that_has_given_all_its_codes_out_gives_no_other() -> None:
    rules = {Constraint.CANNOT_SPECIFY_PIN_CODE, Constraint.PIN_CODE_MATCHES_EXISTING_SET}
    only = frozenset({Pin("4827")})
    profile = a_profile(constraints=frozenset(rules), existing_pins=only, code_lengths=(4,))
    lock = Lock(profile)
    assert lock.outcome(AssignCode(1, 7)) is Outcome.SUCCESS
    assert held(lock, 1) == "4827"
    (refused, *_) = lock.do(AssignCode(2, 7))
    assert refused == CodeRefused(2, Refusal.PIN_IN_USE)
    assert set(lock.state.memory.slots) == {1}
