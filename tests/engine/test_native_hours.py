"""Hours that a lock keeps by itself: never open outside them, whatever fails in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.policy.commands import (
    ClearCode,
    ReadClock,
    ReadSchedule,
    SetClock,
    SetCode,
    SetSchedule,
)
from gateway.policy.records import Facts
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BenchOfOne
from tests.engine.plain_lock import Reach
from tests.engine.scheduled_lock import ScheduledLock

CODE = "4821"
FACTS = Facts(slots=5, code_lengths=(4,), schedules=True)
WRITES = (SetSchedule, SetCode, ClearCode)


def a_house(lock: ScheduledLock, **options: Any) -> BenchOfOne:
    bench = BenchOfOne(lock, facts=FACTS, **options)
    # The zone is part of what a hub's database says; without it no times are taken.
    bench.world.devices[lock.name] = replace(
        bench.world.devices[lock.name], time_zone="Europe/Berlin"
    )
    bench.host_up()
    bench.advance(SECOND_US)
    return bench


def stay(bench: BenchOfOne, from_us: int, to_us: int, **parameters: Any) -> Any:
    return bench.create(
        code=CODE, starts_at=bench.at(from_us), ends_at=bench.at(to_us), **parameters
    )


def test_clock_and_hours_are_there_and_read_before_the_code() -> None:
    lock = ScheduledLock("front")
    bench = a_house(lock)
    stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(SECOND_US)
    kinds = (ReadClock, SetClock, ReadSchedule, SetSchedule, SetCode)
    assert [type(command) for command in lock.commands(*kinds)] == [
        ReadClock,
        ReadSchedule,
        SetSchedule,
        ReadSchedule,
        SetCode,
    ]
    assert lock.bare == []
    assert bench.event_types()[-1] == "access_code.scheduled_on_device"
    assert bench.the_code("front").status == "unset"
    assert bench.the_code("front").is_scheduled_on_device is True


def test_a_lock_that_only_says_it_took_the_hours_never_gets_the_code() -> None:
    lock = ScheduledLock("front", loses_hours=True)
    bench = a_house(lock)
    reply = stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(MINUTE_US)
    assert reply.reasons == {"front": "refused_by_lock"}
    assert lock.commands(SetCode) == []
    assert len(lock.commands(SetSchedule)) == 2


def test_a_lock_that_refuses_the_hours_is_asked_once() -> None:
    lock = ScheduledLock("front", refuses_hours=True)
    bench = a_house(lock)
    reply = stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(MINUTE_US)
    assert reply.reasons == {"front": "refused_by_lock"}
    assert len(lock.commands(SetSchedule)) == 1
    assert lock.commands(SetCode) == []


@pytest.mark.parametrize("kind", [SetSchedule, ReadSchedule, SetCode])
def test_a_crash_at_any_command_leaves_no_code_without_hours(kind: Any) -> None:
    """Whether the command had arrived or not."""
    for arrived in (False, True):
        lock = ScheduledLock("front")
        bench = a_house(lock, programming="async")
        stay(bench, DAY_US, 2 * DAY_US)
        flight = bench.until_sent(kind)
        if arrived:
            bench.carry(flight)
        bench.restart()
        bench.advance(MINUTE_US)
        assert lock.bare == []
        assert lock.codes == {1: CODE}
        assert not lock.opens(CODE, bench.now_us)
        assert bench.the_code("front").is_scheduled_on_device is True
        bench.advance(DAY_US)
        assert lock.opens(CODE, bench.now_us)
        assert bench.event_types().count("access_code.set_on_device") == 1
        bench.advance(DAY_US)
        assert (lock.codes, lock.hours) == ({}, {})


def test_a_restart_before_the_start_tells_nothing_twice() -> None:
    lock = ScheduledLock("front")
    bench = a_house(lock, programming="async")
    stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(SECOND_US)
    bench.restart()
    bench.advance(2 * HOUR_US)
    assert "access_code.scheduled_on_device" not in bench.event_types()
    bench.advance(DAY_US)
    assert bench.event_types() == ["access_code.set_on_device"]


def test_another_memory_gets_clock_hours_and_code_again() -> None:
    lock = ScheduledLock("front")
    bench = a_house(lock, programming="async")
    stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(SECOND_US)
    lock.reset(bench.now_us)
    lock.hours.clear()
    lock.fast_us = 3 * HOUR_US
    bench.advance(12 * HOUR_US)
    assert lock.codes == {1: CODE}
    assert lock.bare == []
    assert lock.fast_us == 0
    assert not lock.opens(CODE, bench.now_us)


def test_hours_that_somebody_took_away_are_found_and_given_back() -> None:
    lock = ScheduledLock("front")
    bench = a_house(lock, programming="async")
    stay(bench, 3 * DAY_US, 4 * DAY_US)
    bench.advance(SECOND_US)
    lock.hours.clear()
    assert lock.opens(CODE, bench.now_us)
    bench.advance(7 * HOUR_US)
    assert not lock.opens(CODE, bench.now_us)


def test_hours_left_in_a_slot_do_not_shut_out_the_next_code() -> None:
    lock = ScheduledLock("front", hours={1: (5, 9)})
    bench = a_house(lock)
    bench.create(code=CODE)
    bench.advance(SECOND_US)
    assert lock.opens(CODE, bench.now_us)


def test_a_clock_that_cannot_be_set_keeps_the_code_away_and_other_codes_go_on() -> None:
    lock = ScheduledLock("front", fast_us=HOUR_US, stuck_clock=True)
    bench = a_house(lock, programming="async")
    stay(bench, DAY_US, 2 * DAY_US)
    bench.create(code="7913")
    bench.advance(10 * MINUTE_US)
    assert list(lock.codes.values()) == ["7913"]
    assert len(lock.commands(SetClock)) < 20
    lock.stuck_clock = False
    bench.advance(2 * MINUTE_US)
    assert sorted(lock.codes.values()) == [CODE, "7913"]


def test_a_lock_that_keeps_no_hours_after_all_is_loaded_just_in_time() -> None:
    lock = ScheduledLock("front", keeps_hours=False)
    bench = a_house(lock, programming="async")
    stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(DAY_US - HOUR_US - MINUTE_US)
    assert lock.codes == {}
    bench.advance(2 * MINUTE_US)
    assert lock.codes == {1: CODE}
    assert lock.commands(SetSchedule) == []


def test_what_the_database_believed_before_the_lock_was_read_is_corrected() -> None:
    lock = ScheduledLock("front", keeps_hours=False, reach=Reach.SILENT)
    bench = a_house(lock, programming="async")
    bench.advance(MINUTE_US)
    stay(bench, DAY_US, 2 * DAY_US)
    assert bench.the_code("front").is_scheduled_on_device is False
    lock.heal()
    bench.advance(6 * HOUR_US)
    assert bench.the_code("front").is_scheduled_on_device is None
    assert lock.codes == {}
    bench.advance(18 * HOUR_US)
    assert lock.codes == {1: CODE}


def test_a_code_that_waits_in_the_lock_takes_a_slot() -> None:
    """`max_active_codes_supported` counts what is loaded, not what is valid."""
    lock = ScheduledLock("front", slots=1)
    bench = a_house(lock)
    stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(SECOND_US)
    reply = bench.create(code="7913")
    bench.advance(SECOND_US)
    assert reply.reasons == {"front": "no_space"}


def test_a_window_that_has_begun_has_an_end_and_no_start() -> None:
    lock = ScheduledLock("front")
    bench = a_house(lock)
    stay(bench, -HOUR_US, HOUR_US)
    bench.advance(SECOND_US)
    ((first_us, last_us),) = lock.hours.values()
    assert first_us is None
    assert last_us == bench.now_us + HOUR_US - SECOND_US
    assert bench.statuses("front") == ["set"]
    lock.reach = Reach.SILENT
    bench.advance(2 * HOUR_US)
    assert lock.codes == {1: CODE}
    assert not lock.opens(CODE, bench.now_us)


def test_other_times_are_given_to_the_lock_and_hold_from_then_on() -> None:
    lock = ScheduledLock("front")
    bench = a_house(lock, programming="async")
    stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(SECOND_US)
    row = bench.the_code("front")
    times = {"starts_at": bench.at(HOUR_US), "ends_at": bench.at(2 * HOUR_US)}
    bench.update(row.access_code_id, **times)
    bench.advance(HOUR_US - MINUTE_US)
    assert not lock.opens(CODE, bench.now_us)
    bench.advance(2 * MINUTE_US)
    assert lock.opens(CODE, bench.now_us)
    assert bench.statuses("front") == ["set"]
    bench.advance(HOUR_US)
    assert (lock.codes, lock.hours, lock.bare) == ({}, {}, [])


def test_times_that_move_out_of_reach_take_the_code_out_until_it_is_due_again() -> None:
    lock = ScheduledLock("front")
    bench = a_house(lock, programming="async")
    stay(bench, DAY_US, 2 * DAY_US)
    bench.advance(SECOND_US)
    row = bench.the_code("front")
    times = {"starts_at": bench.at(9 * DAY_US), "ends_at": bench.at(10 * DAY_US)}
    bench.update(row.access_code_id, **times)
    bench.advance(MINUTE_US)
    assert (lock.codes, lock.hours) == ({}, {})
    bench.advance(6 * DAY_US)
    assert lock.codes == {1: CODE}
    assert not lock.opens(CODE, bench.now_us)
    bench.advance(3 * DAY_US)
    assert lock.opens(CODE, bench.now_us)


def test_an_ongoing_code_that_gets_times_is_shut_until_they_begin() -> None:
    lock = ScheduledLock("front")
    bench = a_house(lock, programming="async")
    bench.create(code=CODE)
    bench.advance(SECOND_US)
    assert lock.opens(CODE, bench.now_us)
    row = bench.the_code("front")
    times = {"starts_at": bench.at(DAY_US), "ends_at": bench.at(2 * DAY_US)}
    bench.update(row.access_code_id, **times)
    bench.advance(MINUTE_US)
    assert not lock.opens(CODE, bench.now_us)
    bench.advance(DAY_US)
    assert lock.opens(CODE, bench.now_us)
