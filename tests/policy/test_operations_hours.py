"""What to do next on a lock that keeps hours, and on one whose provider chooses the PINs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gateway.policy.commands import (
    AssignCode,
    ClearCode,
    ReadClock,
    ReadCode,
    ReadSchedule,
    SetClock,
    SetCode,
    SetSchedule,
)
from gateway.policy.operations import (
    GiveUpSlot,
    NoSpace,
    Nothing,
    Operation,
    TakeSlot,
    free_slots,
    is_in_the_way,
    next_operation,
    next_wake_us,
)
from gateway.policy.records import CodeKind, CodeProblem, CodeWarning, Progress, Want
from gateway.policy.schedule import Hours, Keeping
from latchbench.pin import Pin
from tests.policy.test_operations import NOW_US, a_code, a_mirror, needs

if TYPE_CHECKING:
    from gateway.policy.records import CodeRecord

STARTS_US, ENDS_US = NOW_US + 100, NOW_US + 200
HOURS = Hours(STARTS_US, ENDS_US)
REMOVED = CodeWarning("code_modified_externally", "words", 0, change_type="removed")


def timed(number: int = 1, **changes: object) -> CodeRecord:
    """A code that is due now, and shut by its lock until it starts."""
    base = a_code(number, starts_at_us=STARTS_US, ends_at_us=ENDS_US, load_at_us=NOW_US, slot=1)
    return replace(base, is_native=True, **changes)  # type: ignore[arg-type]


def keeping(**changes: Any) -> Keeping:
    return replace(Keeping({}, clock_is_right=True), **changes)


# The hours that a lock keeps


def test_the_clock_comes_before_hours_and_hours_before_a_code() -> None:
    reading = keeping(clock=ReadClock(), stale=(2,))
    assert next_operation(needs(keeping=reading), [timed()], NOW_US) == Operation(ReadClock())
    setting = keeping(clock=SetClock(NOW_US))
    assert next_operation(needs(keeping=setting), [timed()], NOW_US) == Operation(SetClock(NOW_US))
    stale = Operation(SetSchedule(2, None, None))
    assert next_operation(needs(keeping=keeping(stale=(2, 3))), [timed()], NOW_US) == stale


def test_hours_are_read_back_before_their_code_is_sent() -> None:
    def next_with(known: dict[int, Hours]) -> object:
        lock = needs(keeping=keeping(known=known), just_read=1)
        return next_operation(lock, [timed()], NOW_US)

    assert next_with({}) == Operation(ReadSchedule(1), "code-1")
    assert next_with({1: Hours(None, None)}) == Operation(
        SetSchedule(1, STARTS_US, ENDS_US), "code-1"
    )
    assert next_with({1: HOURS}) == Operation(SetCode(1, Pin("4821")), "code-1")


def test_a_code_with_hours_waits_until_the_clock_is_right_and_others_do_not() -> None:
    off = keeping(clock_is_right=False)
    assert next_operation(needs(keeping=off), [timed()], NOW_US) == Nothing()
    plain = a_code(2)
    assert next_operation(needs(keeping=off), [timed(), plain], NOW_US) == TakeSlot("code-2", 2)


def test_hours_of_a_code_that_is_there_are_looked_after() -> None:
    there = timed(progress=Progress.THERE, was_set=True)
    lock = needs(a_mirror(s1="4821"), keeping=keeping())
    assert next_operation(lock, [there], NOW_US) == Operation(ReadSchedule(1), "code-1")
    moved = replace(lock, keeping=keeping(known={1: Hours(STARTS_US, ENDS_US + 1)}))
    right = Operation(SetSchedule(1, STARTS_US, ENDS_US), "code-1")
    assert next_operation(moved, [there], NOW_US) == right
    kept = replace(lock, keeping=keeping(known={1: HOURS}))
    assert next_operation(kept, [there], NOW_US) == Nothing()


def test_hours_of_one_code_that_are_right_do_not_hide_those_of_the_next() -> None:
    first = timed(1, progress=Progress.THERE, was_set=True)
    second = timed(2, progress=Progress.THERE, was_set=True, slot=2, pin=Pin("7391"))
    lock = needs(a_mirror(s1="4821", s2="7391"), keeping=keeping(known={1: HOURS}))
    assert next_operation(lock, [first, second], NOW_US) == Operation(ReadSchedule(2), "code-2")


def test_hours_left_in_the_slot_of_a_code_without_times_are_taken_away() -> None:
    there = a_code(slot=1, progress=Progress.THERE, was_set=True)
    lock = needs(a_mirror(s1="4821"), keeping=keeping(known={1: HOURS}))
    assert next_operation(lock, [there], NOW_US) == Operation(SetSchedule(1, None, None), "code-1")
    # A slot without known hours is not asked for any: no code of it needs them.
    assert next_operation(replace(lock, keeping=keeping()), [there], NOW_US) == Nothing()


@pytest.mark.parametrize(
    "changes",
    [{"progress": Progress.REFUSED}, {"progress": Progress.THERE, "slot": None}],
)
def test_hours_are_kept_only_for_what_is_in_a_slot(changes: dict[str, Any]) -> None:
    lock = needs(keeping=keeping())
    assert next_operation(lock, [timed(**changes)], NOW_US) == Nothing()


def test_a_code_that_is_unwanted_is_cleared_and_its_hours_are_not_looked_at() -> None:
    gone = timed(progress=Progress.THERE, want=Want.ABSENT)
    lock = needs(a_mirror(s1="4821"), keeping=keeping())
    assert next_operation(lock, [gone], NOW_US) == Operation(ClearCode(1), "code-1")
    resting = replace(lock, wants_slots=(1,))
    # What stands there now may be somebody else's.
    assert next_operation(resting, [gone], NOW_US) == Operation(ReadCode(1))


def test_an_unwanted_code_without_a_slot_has_nothing_to_be_cleared() -> None:
    nowhere = a_code(progress=Progress.THERE, want=Want.ABSENT)
    assert next_operation(needs(), [nowhere], NOW_US) == Nothing()


def test_a_slot_to_be_cleared_first_is_read_where_it_may_be_somebody_elses_by_now() -> None:
    doubt = a_code(progress=Progress.DOUBT, slot=1, sends=1)
    lock = needs(to_clear=frozenset({"code-1"}), wants_slots=(1,))
    assert next_operation(lock, [doubt], NOW_US) == Operation(ReadCode(1))
    lost = replace(doubt, slot=None)
    assert next_operation(replace(lock, wants_slots=()), [lost], NOW_US) == Nothing()


# PINs that somebody else chooses


def test_a_lock_whose_provider_chooses_is_asked_for_a_pin_in_a_slot_that_was_just_read() -> None:
    lock = needs(provider_chooses=True)
    assert next_operation(lock, [a_code(pin=None)], NOW_US) == TakeSlot("code-1", 1)
    waiting = a_code(pin=None, slot=1)
    assert next_operation(lock, [waiting], NOW_US) == Operation(ReadCode(1))
    asked = next_operation(replace(lock, just_read=1), [waiting], NOW_US)
    assert asked == Operation(AssignCode(1), "code-1")


def test_a_provider_chooses_anew_for_a_code_whose_digits_are_known() -> None:
    """Its old digits are nothing that could be set, nor in the way where they stand."""
    lock = needs(a_mirror(s2="4821"), provider_chooses=True, just_read=1)
    assert next_operation(lock, [a_code(slot=1)], NOW_US) == Operation(AssignCode(1), "code-1")


def test_a_code_without_digits_waits_where_nobody_chooses_them() -> None:
    assert next_operation(needs(), [a_code(pin=None)], NOW_US) == Nothing()
    assert next_operation(needs(), [a_code(pin=None, slot=1)], NOW_US) == Nothing()


# Codes that nothing is sent for


def test_an_offline_code_is_never_sent_and_takes_no_slot() -> None:
    offline = a_code(kind=CodeKind.OFFLINE)
    assert next_operation(needs(), [offline], NOW_US) == Nothing()
    assert free_slots(a_mirror(), 3, frozenset(), [offline], NOW_US) == 3


def test_a_code_that_was_removed_at_its_lock_by_leave_is_not_set_again() -> None:
    assert next_operation(needs(), [a_code(warnings=(REMOVED,))], NOW_US) == Nothing()


def test_a_full_lock_is_told_of_once_for_the_first_code_that_nobody_was_told_of() -> None:
    full = needs(a_mirror(s1="1111", s2="2222", s3="3333"))
    told = a_code(1, errors=(CodeProblem("no_space_for_access_code_on_device", "full", 0),))
    codes = [told, a_code(2), a_code(3)]
    assert next_operation(full, codes, NOW_US) == NoSpace("code-2")


def test_a_full_lock_still_gets_a_code_that_has_its_slot() -> None:
    codes = [a_code(1), a_code(2, slot=3, pin=Pin("7391"))]
    lock = needs(a_mirror(s1="1111", s2="2222"), just_read=3)
    assert next_operation(lock, codes, NOW_US) == Operation(SetCode(3, Pin("7391")), "code-2")


def test_a_taken_slot_is_given_up_before_anything_is_asked_of_its_hours() -> None:
    lock = needs(a_mirror(s1="7391"), keeping=keeping())
    assert next_operation(lock, [timed()], NOW_US) == GiveUpSlot("code-1")


# What a row is, and when it is looked at again


@pytest.mark.parametrize(
    ("changes", "in_the_way"),
    [
        ({}, True),
        ({"was_set": True}, False),
        ({"was_scheduled": True}, False),
        ({"pin": None}, False),
        ({"slot": None}, False),
        ({"progress": Progress.OPEN}, False),
        ({"want": Want.ABSENT}, False),
        ({"load_at_us": NOW_US + 1}, False),
    ],
)
def test_a_code_is_in_the_way_only_while_nobody_knows_which_of_its_codes_is_there(
    changes: dict[str, Any],
    in_the_way: bool,
) -> None:
    there = a_code(slot=1, progress=Progress.THERE)
    assert is_in_the_way(replace(there, **changes), NOW_US) is in_the_way


def test_a_lock_is_looked_at_again_when_a_code_that_it_keeps_shut_starts() -> None:
    there = timed(progress=Progress.THERE, was_scheduled=True)
    assert next_wake_us([there], STARTS_US - 1) == STARTS_US
    assert next_wake_us([there], STARTS_US) == ENDS_US
    assert next_wake_us([there], ENDS_US) is None


def test_a_hidden_offline_code_is_looked_at_again_at_its_end_and_a_gone_one_never() -> None:
    hidden = a_code(
        kind=CodeKind.OFFLINE, want=Want.ABSENT, progress=Progress.THERE, ends_at_us=ENDS_US
    )
    assert next_wake_us([hidden], NOW_US) == ENDS_US
    assert next_wake_us([replace(hidden, progress=Progress.GONE)], NOW_US) is None
    assert next_wake_us([replace(hidden, kind=CodeKind.ONLINE)], NOW_US) is None
