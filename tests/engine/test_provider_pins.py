"""PINs that a lock's own side chooses: asked for once, read, and never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.commands import AssignCode, ClearCode, ReadCode, SetCode
from gateway.policy.records import Facts
from latchbench.pin import Pin
from tests.engine.bench_of_one import HOUR_US, MINUTE_US, SECOND_US, BenchOfOne
from tests.engine.scheduled_lock import ScheduledLock

FACTS = Facts(slots=5, code_lengths=(4,), provider_chooses_pin=True)


def a_house(lock: ScheduledLock, **options: Any) -> BenchOfOne:
    bench = BenchOfOne(lock, facts=FACTS, **options)
    bench.host_up()
    bench.advance(SECOND_US)
    return bench


def a_lock(**fields: Any) -> ScheduledLock:
    return ScheduledLock("lobby", keeps_hours=False, assigns=["4821", "7913"], **fields)


def test_a_call_that_waits_is_answered_with_the_pin() -> None:
    lock = a_lock()
    bench = a_house(lock)
    reply = bench.create()
    bench.advance(SECOND_US)
    (row,) = reply.value.access_codes
    assert (row.code, row.status, row.is_waiting_for_code_assignment) == (Pin("4821"), "set", False)
    assert row.common_code_key is None
    assert lock.commands(SetCode) == []


def test_until_the_pin_is_read_the_row_waits_without_one() -> None:
    lock = a_lock()
    bench = a_house(lock, programming="async")
    bench.create()
    flight = bench.until_sent(AssignCode)
    row = bench.the_code("lobby")
    assert (row.code, row.status, row.is_waiting_for_code_assignment) == (None, "setting", True)
    bench.carry(flight)
    assert bench.the_code("lobby").code is None
    bench.settle()
    assert bench.the_code("lobby").code == Pin("4821")
    assert bench.event_types() == ["access_code.created", "access_code.set_on_device"]
    assert [event.code for event in bench.published] == [None, Pin("4821")]


@pytest.mark.parametrize("kind", [AssignCode, ReadCode])
@pytest.mark.parametrize("arrived", [False, True])
def test_a_crash_in_between_leaves_one_pin_and_one_slot(kind: Any, arrived: bool) -> None:
    lock = a_lock()
    bench = a_house(lock, programming="async")
    bench.create()
    flight = bench.until_sent(kind)
    if arrived:
        bench.carry(flight)
    bench.restart()
    bench.advance(MINUTE_US)
    assert lock.codes == {1: "4821"}
    assert bench.the_code("lobby").code == Pin("4821")


def test_a_pin_that_is_not_shown_is_said_to_be_unconfirmed_and_is_cleared_all_the_same() -> None:
    lock = a_lock(masked=True)
    bench = a_house(lock)
    reply = bench.create()
    bench.advance(SECOND_US)
    (row,) = reply.value.access_codes
    assert (row.code, row.status, row.is_waiting_for_code_assignment) == (None, "setting", True)
    assert bench.problems("lobby") == ["access_code_state_unconfirmed"]
    bench.advance(6 * HOUR_US)
    assert len(lock.commands(AssignCode)) == 1
    bench.delete(row.access_code_id)
    bench.advance(MINUTE_US)
    assert lock.codes == {}
    assert len(lock.commands(ClearCode)) == 1
    assert bench.listed("lobby") == []


def test_a_pin_that_somebody_changed_is_learned_and_one_that_was_erased_is_asked_for_again() -> (
    None
):
    lock = a_lock()
    bench = a_house(lock, programming="async")
    bench.create()
    bench.settle()
    bench.program("lobby", 1, "5555")
    bench.advance(SECOND_US)
    assert bench.the_code("lobby").code == Pin("5555")
    bench.erase("lobby", 1)
    bench.advance(SECOND_US)
    assert lock.codes == {1: "7913"}
    assert bench.the_code("lobby").code == Pin("7913")
    assert lock.commands(SetCode) == []


def test_a_lock_that_assigns_nothing_is_asked_twice_and_the_call_is_refused() -> None:
    class Idle(ScheduledLock):
        def obey(self, command: Any, now_us: int) -> Any:
            report = ScheduledLock.obey(self, command, now_us)
            if isinstance(command, AssignCode):
                self.codes.clear()
            return report

    lock = Idle("lobby", keeps_hours=False)
    bench = a_house(lock)
    reply = bench.create()
    bench.advance(MINUTE_US)
    assert reply.reasons == {"lobby": "refused_by_lock"}
    assert len(lock.commands(AssignCode)) == 2
    assert bench.listed("lobby") == []
