"""The row that an update makes, and what of it its lock still has to follow."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.errors import InvalidInput
from gateway.policy.mutations import Change
from gateway.policy.records import CodeProblem, CodeRecord, Progress
from gateway.policy.schedule import Timing
from gateway.policy.update import Update, check_type, mutations_of, updated
from latchbench.pin import Pin
from tests.policy.test_operations import NOW_US, a_code

OLD, NEW = Pin("4821"), Pin("7391")
STARTS_US, ENDS_US = NOW_US + 100, NOW_US + 200
WINDOW: dict[str, Any] = {"starts_at_us": STARTS_US, "ends_at_us": ENDS_US}
LATER = Timing(STARTS_US, ENDS_US, load_at_us=NOW_US + 1)
FULL = CodeProblem("no_space_for_access_code_on_device", "It is full.", 0)
ON_ITS_LOCK: dict[str, Any] = {"slot": 1, "sends": 1, "progress": Progress.THERE, "was_set": True}


def row_of(code: CodeRecord, update: Update, timing: Timing | None = None) -> CodeRecord:
    return updated(
        code,
        update,
        device_name=code.device_name,
        timing=Timing() if timing is None else timing,
        mutations=mutations_of(update, code, NOW_US),
        now_us=NOW_US,
    )


def changes(row: CodeRecord) -> list[Change]:
    return [mutation.mutation_code for mutation in row.mutations]


def refused(update: Update, code: CodeRecord) -> list[str | None]:
    """The parameters that are refused for the type of the row."""
    try:
        check_type(update, code)
    except InvalidInput as error:
        return [problem.parameter for problem in error.problems]
    return []


def test_a_time_bound_code_needs_times_from_the_call_or_from_its_row() -> None:
    bare = Update(type="time_bound")
    assert refused(bare, a_code()) == ["type"]
    assert refused(bare, a_code(**WINDOW)) == []
    assert refused(Update(**WINDOW, type="time_bound"), a_code()) == []
    assert refused(Update(type="ongoing"), a_code()) == []
    assert refused(Update(), a_code()) == []


@pytest.mark.parametrize(
    ("update", "code", "made"),
    [
        (Update(), a_code(**WINDOW), []),
        (Update(code=OLD, name="Jane"), a_code(name="Jane"), []),
        (Update(**WINDOW), a_code(**WINDOW), []),
        (Update(type="ongoing"), a_code(), []),
        (Update(code=NEW), a_code(), [Change.CODE]),
        (Update(name=""), a_code(name="Jane"), [Change.NAME]),
        (Update(**WINDOW), a_code(), [Change.TIME_FRAME]),
        (Update(type="ongoing"), a_code(**WINDOW), [Change.TIME_FRAME]),
        (
            Update(code=NEW, name="Jane", **WINDOW),
            a_code(),
            [Change.CODE, Change.NAME, Change.TIME_FRAME],
        ),
    ],
)
def test_an_update_changes_nothing_that_is_as_it_was(
    update: Update, code: CodeRecord, made: list[Change]
) -> None:
    assert [one.mutation_code for one in mutations_of(update, code, NOW_US)] == made


def test_a_code_that_was_never_sent_and_is_for_later_now_gives_its_slot_up() -> None:
    row = row_of(a_code(slot=1), Update(**WINDOW), LATER)
    assert (row.slot, row.progress, row.mutations) == (None, Progress.OPEN, ())


def test_a_code_that_was_sent_and_is_for_later_now_is_looked_for_in_its_slot() -> None:
    row = row_of(a_code(slot=1, sends=1), Update(**WINDOW), LATER)
    assert (row.slot, row.progress, row.mutations) == (1, Progress.DOUBT, ())


def test_a_code_on_its_lock_that_is_for_later_now_has_that_still_to_come() -> None:
    row = row_of(a_code(**ON_ITS_LOCK), Update(**WINDOW), LATER)
    assert (row.slot, row.progress, changes(row)) == (1, Progress.THERE, [Change.TIME_FRAME])


def test_times_that_ask_nothing_of_the_lock_leave_nothing_to_come() -> None:
    row = row_of(a_code(**ON_ITS_LOCK), Update(**WINDOW), Timing(STARTS_US, ENDS_US, NOW_US))
    assert (row.ends_at_us, row.progress, row.mutations) == (ENDS_US, Progress.THERE, ())


def test_a_new_code_goes_over_the_old_one_in_its_slot() -> None:
    row = row_of(a_code(**ON_ITS_LOCK, common_code_key="k"), Update(code=NEW))
    assert (row.pin, row.slot, row.progress) == (NEW, 1, Progress.OPEN)
    assert (row.old_pins, row.was_set, row.common_code_key) == ((OLD,), False, None)
    assert changes(row) == [Change.CODE]


@pytest.mark.parametrize("given", [{"slot": 1}, {"sends": 1}, {"slot": 1, "sends": 1, "pin": None}])
def test_a_new_code_has_no_old_one_where_none_was_written(given: dict[str, Any]) -> None:
    row = row_of(a_code(**given), Update(code=NEW))
    assert (row.pin, row.old_pins, row.mutations) == (NEW, (), ())


def test_a_code_that_is_changed_back_is_not_its_own_old_one() -> None:
    row = row_of(row_of(a_code(**ON_ITS_LOCK), Update(code=NEW)), Update(code=OLD))
    assert (row.pin, row.old_pins) == (OLD, (NEW,))
    assert changes(row) == [Change.CODE]


def test_a_slot_in_doubt_is_read_before_a_new_code_goes_into_it() -> None:
    doubt = a_code(slot=1, sends=1, progress=Progress.DOUBT, was_set=True)
    assert row_of(doubt, Update(code=NEW)).progress is Progress.DOUBT


def test_a_refused_code_is_tried_afresh_with_other_times_but_not_with_another_name() -> None:
    refused = a_code(progress=Progress.REFUSED, errors=(FULL,))
    moved = row_of(refused, Update(**WINDOW), Timing(STARTS_US, ENDS_US, NOW_US))
    assert (moved.progress, moved.errors) == (Progress.OPEN, ())
    named = row_of(refused, Update(name="Jane"))
    assert (named.progress, named.errors, named.name) == (Progress.REFUSED, (FULL,), "Jane")


def test_a_code_that_was_to_be_cleared_and_is_wanted_now_is_read_first() -> None:
    """The lock may hold either of its codes, or none by now."""
    leaving = a_code(**{**ON_ITS_LOCK, "was_set": False}, **WINDOW, load_at_us=NOW_US + 1)
    assert row_of(leaving, Update(type="ongoing")).progress is Progress.DOUBT
    told = a_code(**ON_ITS_LOCK, **WINDOW, load_at_us=NOW_US + 1)
    assert row_of(told, Update(type="ongoing")).progress is Progress.THERE


def test_what_the_keypad_may_do_is_kept_unless_it_is_given() -> None:
    allowed = a_code(external_modification_allowed=True)
    assert row_of(allowed, Update()).external_modification_allowed
    taken = Update(external_modification_allowed=False)
    assert not row_of(allowed, taken).external_modification_allowed
