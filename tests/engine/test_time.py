"""Time that passes: windows that end, retries that fall due, locks that come back late."""

from __future__ import annotations

import pytest

from gateway.policy.commands import SetCode
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, a_bench
from tests.engine.plain_lock import PlainLock, Reach

RANDOM = "create_random_code"


def test_a_window_that_ends_while_its_group_is_pending_does_not_stop_time() -> None:
    bench = a_bench("front", "cellar")
    bench.locks["cellar"].reach = Reach.HUNG
    call = bench.create(starts_at=bench.at(0), ends_at=bench.at(3 * SECOND_US))
    bench.advance(HOUR_US)
    assert call.reasons == {"cellar": "device_unresponsive"}
    assert bench.locks["front"].codes == {}


def test_a_window_that_ended_before_its_group_was_decided_still_ends() -> None:
    bench = a_bench("front", "cellar")
    bench.locks["cellar"].reach = Reach.HUNG
    call = bench.create(
        behavior_when_code_cannot_be_shared=RANDOM,
        starts_at=bench.at(0),
        ends_at=bench.at(3 * SECOND_US),
    )
    bench.advance(10 * SECOND_US)
    assert call.answered_at_us is None
    bench.advance(HOUR_US)
    assert call.answered
    assert bench.locks["front"].codes == {}
    assert bench.listed("front") == []


def test_a_retry_that_falls_due_while_its_row_is_being_written_does_not_stop_time() -> None:
    bench = a_bench("front")
    row = bench.create(code="1234", sync=False).value.access_codes[0]
    bench.until_sent(SetCode)
    bench.locks["front"].reach = Reach.SILENT
    bench.carry()
    bench.hold(shelf=True)
    deletion = bench.delete(row.access_code_id)
    bench.advance(MINUTE_US)
    assert not deletion.answered
    bench.heal()
    bench.advance(2 * MINUTE_US)
    assert bench.attempt(deletion.value.action_attempt_id).status == "success"
    assert bench.listed("front") == []


def test_a_lock_that_nobody_waits_for_is_found_again_when_it_is_back() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reach = Reach.SILENT
    bench.advance(5 * HOUR_US)
    next_week = {"starts_at": bench.at(7 * DAY_US), "ends_at": bench.at(8 * DAY_US)}
    row = bench.create(**next_week).value.access_codes[0]
    bench.advance(SECOND_US)
    bench.delete(row.access_code_id)
    bench.advance(SECOND_US)
    lock.reach = Reach.GOOD
    lock.log.clear()
    bench.advance(DAY_US)
    assert lock.log, "nobody has looked in on the lock"
    assert 0 < len(lock.log) < 20


def test_a_code_waits_for_a_lock_that_is_away_and_is_set_when_it_is_back() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reach = Reach.SILENT
    bench.create(code="1234")
    bench.advance(DAY_US)
    assert "device_offline" in bench.problems("front")
    lock.reach = Reach.GOOD
    bench.advance(2 * MINUTE_US)
    assert lock.codes == {1: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.problems("front") == []


def test_a_lock_whose_host_is_back_is_asked_at_once() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reach = Reach.SILENT
    bench.advance(5 * HOUR_US)
    bench.host_down()
    lock.reach = Reach.GOOD
    bench.program("front", 1, "5555")
    lock.log.clear()
    bench.host_up()
    bench.settle()
    assert lock.log
    assert [record.pin and record.pin.reveal() for record in bench.shelf.unmanaged.values()] == [
        "5555"
    ]


@pytest.mark.parametrize("is_end", [True, False])
def test_a_lock_that_is_away_is_called_when_a_code_of_it_falls_due(is_end: bool) -> None:
    """Nobody waited for it, so it was to be looked in on only hours later."""
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    first_us, last_us = (0, 9 * HOUR_US) if is_end else (10 * HOUR_US, 11 * HOUR_US)
    bench.create(code="1234", starts_at=bench.at(first_us), ends_at=bench.at(last_us))
    bench.advance(9 * HOUR_US - 30 * MINUTE_US)
    lock.reach = Reach.SILENT
    bench.create(sync=True, attempt_for_offline_device=False)  # notices that it is away
    bench.advance(10 * MINUTE_US)
    assert len(bench.listed("front")) == 1
    lock.reach = Reach.GOOD
    before = lock.codes.copy()
    bench.advance(21 * MINUTE_US)
    assert (before, lock.codes) == (({1: "1234"}, {}) if is_end else ({}, {1: "1234"}))


def test_a_late_report_ends_the_wait_for_a_silent_lock() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.until_sent(SetCode)
    lock.reach = Reach.HUNG
    flight = bench.carry()
    bench.advance(bench.settings.host_silence_us)
    lock.reach = Reach.GOOD
    bench.settle()
    assert bench.statuses("front") == ["setting"]
    bench.report(flight, lock.obey(flight.command, bench.now_us))
    bench.settle()
    assert bench.statuses("front") == ["set"]


@pytest.mark.parametrize("lead_us", [0, HOUR_US, 3 * HOUR_US])
def test_a_window_opens_and_closes_on_its_lock(lead_us: int) -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    bench.create(starts_at=bench.at(lead_us), ends_at=bench.at(lead_us + HOUR_US))
    bench.advance(max(0, lead_us - HOUR_US - SECOND_US))
    assert (lock.codes == {}) == (lead_us > HOUR_US)
    bench.advance(HOUR_US + 2 * SECOND_US if lead_us else SECOND_US)
    assert bench.statuses("front") == ["set"]
    assert len(lock.codes) == 1
    bench.advance(HOUR_US)
    assert lock.codes == {}
    assert bench.listed("front") == []


def test_a_quiet_lock_is_asked_only_a_few_times_a_day() -> None:
    bench = a_bench(PlainLock("front", codes={3: "5555"}))
    bench.create(code="1234")
    bench.settle()
    bench.locks["front"].log.clear()
    bench.advance(DAY_US)
    assert 1 <= len(bench.locks["front"].log) <= 6


def test_a_window_that_ended_before_its_group_was_decided_ends_on_a_lock_that_is_away() -> None:
    bench = a_bench("front", "cellar")
    call = bench.create(
        behavior_when_code_cannot_be_shared=RANDOM,
        starts_at=bench.at(0),
        ends_at=bench.at(3 * SECOND_US),
    )
    bench.host_down("cellar")
    bench.advance(HOUR_US)
    assert call.answered
    assert "setting" not in bench.statuses("cellar")
