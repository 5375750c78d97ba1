"""Calls: what they wait for, how they end, and how many of them there may be."""

from __future__ import annotations

import pytest

from gateway.policy.commands import SetCode
from gateway.policy.errors import CodeCannotBeShared, DeviceOffline
from tests.engine.bench_of_one import MINUTE_US, SECOND_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach

RANDOM = "create_random_code"


def test_a_shared_code_is_on_every_lock_before_the_call_is_answered() -> None:
    bench = a_bench("front", "cellar")
    call = bench.create()
    while not call.answered:
        assert bench.in_flight, "the call waits for nothing"
        bench.carry()
    (code,) = {view.code for view in call.value.access_codes}
    assert code is not None
    assert [list(lock.codes.values()) for lock in bench.locks.values()] == [[code.reveal()]] * 2


@pytest.mark.parametrize("sync", [True, False])
def test_the_first_call_reads_the_lock_even_before_its_host_is_there(sync: bool) -> None:
    bench = BenchOfOne(PlainLock("front", codes={3: "7319"}))
    call = bench.create(code="7319", sync=sync)
    bench.advance(SECOND_US)
    assert call.answered_at_us is None
    bench.host_up()
    bench.settle()
    assert call.reasons == {"front": "pin_in_use"}


def test_a_call_does_not_wait_for_ever_for_a_host_that_never_comes() -> None:
    bench = BenchOfOne(PlainLock("front"))
    soon, later = bench.create(code="1234", sync=False), bench.create(code="4321", sync=True)
    bench.advance(bench.settings.interview_wait_us)
    assert soon.answered
    bench.advance(bench.settings.sync_deadline_us)
    assert later.answered


def test_a_silent_lock_ends_a_call_under_throw_and_leaves_nothing() -> None:
    bench = a_bench("front", "cellar")
    bench.locks["cellar"].reach = Reach.SILENT
    call = bench.create(code="1234")
    bench.advance(MINUTE_US)
    assert call.reasons == {"cellar": "device_unresponsive"}
    assert call.answered_at_us is not None
    assert call.answered_at_us - call.asked_at_us <= bench.settings.sync_deadline_us
    assert bench.locks["front"].codes == {}
    assert bench.listed("front") == []


def test_hundreds_of_refusals_in_one_queue_are_all_answered() -> None:
    bench = a_bench("front", "cellar", programming="async")
    bench.locks["cellar"].reach = Reach.SILENT
    bench.create("cellar", sync=True)
    bench.advance(MINUTE_US)
    bench.hold(thought=True)
    first = bench.create("front")
    refused = [bench.create("cellar", attempt_for_offline_device=False) for _ in range(2_000)]
    bench.release()
    assert first.answered
    assert all(isinstance(call.error, DeviceOffline) for call in refused)


def test_calls_that_meet_never_share_a_code_by_accident() -> None:
    bench = a_bench("front", "cellar", programming="async")
    bench.hold(thought=True, shelf=True)
    calls = [bench.create(code="1234") for _ in range(3)]
    bench.release()
    bench.settle()
    refused = [call for call in calls if isinstance(call.error, CodeCannotBeShared)]
    assert len(refused) == 2
    assert [lock.codes for lock in bench.locks.values()] == [{1: "1234"}, {1: "1234"}]


def test_a_row_that_could_not_be_set_is_told_of_when_its_group_is_committed() -> None:
    bench = a_bench(PlainLock("front", slots=1, codes={1: "5555"}), "cellar")
    call = bench.create(behavior_when_code_cannot_be_shared=RANDOM)
    bench.settle()
    assert [view.status for view in call.value.access_codes] == ["setting", "set"]
    told = [event for event in bench.published if "failed_to_set" in event.event_type]
    assert [event.device_id for event in told] == ["front"]
    assert [problem.error_code for problem in told[0].errors] == [
        "no_space_for_access_code_on_device"
    ]


def test_a_gateway_that_made_and_removed_many_codes_remembers_none_of_them() -> None:
    bench = a_bench("front", programming="async")
    for _ in range(100):
        call = bench.create(code="1234")
        bench.settle()
        bench.delete(call.value.access_codes[0].access_code_id)
        bench.settle()
    assert bench.world.held("front") == frozenset()
    assert not bench.world._held.get("front")
    assert bench.world.books["front"].runs == {}
    assert (bench.world.codes, bench.world.groups) == ({}, {})
    assert (bench.shelf.codes, bench.shelf.groups) == ({}, {})


def test_a_stream_that_is_replaced_within_one_instant_leaves_no_lock_busy() -> None:
    bench = a_bench("front")
    call = bench.create(code="1234")
    bench.until_sent(SetCode)
    bench.in_flight.clear()  # they were on the stream that broke
    bench.host_up("front")  # and the next one is there before anybody could say so
    bench.advance(MINUTE_US)
    assert call.value.access_codes[0].status == "set"
    assert bench.core.open_work() == 0


def test_a_host_that_goes_away_in_the_middle_is_not_waited_for_beyond_the_deadline() -> None:
    bench = a_bench("front", "cellar")
    call = bench.create(code="1234")
    bench.host_down("cellar")
    bench.advance(bench.settings.sync_deadline_us)
    assert call.reasons == {"cellar": "device_unresponsive"}
    bench.host_up()
    bench.advance(MINUTE_US)
    assert [lock.codes for lock in bench.locks.values()] == [{}, {}]
