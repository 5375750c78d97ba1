"""A gateway that dies and starts again: what was stored, and what the locks hold by then."""

from __future__ import annotations

import contextlib

import pytest

from gateway.policy.commands import SetCode
from gateway.policy.errors import AccessCodeNotFound, CodeCannotBeShared
from gateway.policy.records import Progress
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach


@pytest.mark.parametrize("masked", [False, True])
def test_a_code_survives_a_restart_and_can_still_be_deleted(masked: bool) -> None:
    bench = a_bench(PlainLock("front", masked=masked))
    call = bench.create(code="1234")
    bench.settle()
    bench.restart()
    bench.advance(MINUTE_US)
    assert bench.statuses("front") == ["set"]
    assert bench.problems("front") == []
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {}
    assert bench.listed("front") == []


@pytest.mark.parametrize("masked", [False, True])
def test_a_deletion_is_finished_after_a_restart(masked: bool) -> None:
    bench = a_bench(PlainLock("front", masked=masked))
    call = bench.create(code="1234")
    bench.settle()
    assert bench.delete(call.value.access_codes[0].access_code_id).answered
    bench.restart()
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {}
    assert bench.listed("front") == []


@pytest.mark.parametrize("masked", [False, True])
def test_a_group_that_was_undecided_when_the_gateway_died_leaves_no_code(masked: bool) -> None:
    bench = a_bench(PlainLock("front", masked=masked), "cellar")
    bench.locks["cellar"].reach = Reach.HUNG
    bench.create(code="1234")
    bench.settle()
    assert bench.locks["front"].codes == {1: "1234"}
    bench.locks["cellar"].reach = Reach.GOOD
    bench.restart()
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {}
    assert bench.locks["cellar"].codes == {}
    assert bench.shelf.codes == {}


def test_a_code_that_was_sent_just_before_a_crash_is_cleared_when_it_is_deleted() -> None:
    bench = a_bench("front", programming="async")
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))  # the lock obeys; nothing of that is stored
    bench.restart()
    bench.advance(SECOND_US)
    assert bench.statuses("front") == ["set"]
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {}


def test_a_code_whose_report_was_lost_in_the_crash_is_not_written_twice() -> None:
    bench = a_bench("front", programming="async")
    bench.create(code="1234")
    lock = bench.locks["front"]
    lock.obey(bench.until_sent(SetCode).command, bench.now_us)
    bench.restart()
    bench.advance(MINUTE_US)
    assert lock.codes == {1: "1234"}
    assert bench.statuses("front") == ["set"]


def test_a_strangers_code_that_went_while_the_gateway_was_down_is_in_use_no_more() -> None:
    bench = a_bench(PlainLock("front", codes={1: "5555"}))
    assert len(bench.shelf.unmanaged) == 1
    bench.host_down()
    bench.erase("front", 1)
    bench.restart()
    bench.advance(SECOND_US)
    assert bench.shelf.unmanaged == {}
    call = bench.create(code="5555")
    bench.settle()
    assert call.value.access_codes[0].status == "set"


def test_a_code_that_went_while_the_gateway_was_down_is_not_called_set() -> None:
    bench = a_bench("front")
    bench.create(code="1234")
    bench.settle()
    bench.host_down()
    bench.erase("front", 1)
    bench.locks["front"].refuses = True
    bench.restart()
    bench.advance(MINUTE_US)
    assert bench.statuses("front") == ["setting"]
    assert bench.problems("front")


def test_a_restart_tells_nobody_again_that_a_code_is_set() -> None:
    bench = a_bench("front")
    bench.create(code="1234")
    bench.settle()
    assert bench.event_types().count("access_code.set_on_device") == 1
    bench.restart()
    bench.advance(DAY_US)
    assert bench.statuses("front") == ["set"]
    assert bench.event_types() == []


@pytest.mark.parametrize("still_refuses", [False, True])
def test_a_code_that_was_being_refused_when_the_gateway_died_is_not_forgotten(
    still_refuses: bool,
) -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.refuses = True
    bench.create(code="1234")
    while bench.world.codes_of("front")[0].progress is not Progress.REFUSED:
        bench.carry()
    bench.world.save()  # something else is stored, and the row travels with it
    bench.work()
    lock.refuses = still_refuses
    bench.restart()
    bench.advance(DAY_US)
    assert bench.statuses("front") == (["setting"] if still_refuses else ["set"])
    assert bench.problems("front") == (["failed_to_set_on_device"] if still_refuses else [])


def test_what_is_not_durable_is_shown_to_nobody() -> None:
    bench = a_bench("front", programming="async")
    bench.hold(shelf=True)
    call = bench.create(code="1234")
    shown = _what_a_caller_sees(bench)
    bench.restart()
    bench.advance(MINUTE_US)
    assert call.answered_at_us is None
    assert shown == [], "a row was shown that the crash took back"
    assert bench.listed("front") == []
    assert bench.locks["front"].codes == {}


def _what_a_caller_sees(bench: BenchOfOne) -> list[str]:
    """Ids of the rows of `front` in answers that were given; an answer may also wait."""
    seen: list[str] = []
    (row,) = bench.world.codes_of("front")
    reply = bench.get(row.access_code_id)
    if reply.answered and not isinstance(reply.error, AccessCodeNotFound):
        seen.append(row.access_code_id)
    with contextlib.suppress(AssertionError):  # not answered yet
        seen.extend(view.access_code_id for view in bench.listed("front"))
    return seen


def test_an_answer_is_never_taken_back_by_a_crash() -> None:
    bench = a_bench("front", "cellar", programming="async")
    bench.hold(shelf=True)
    call = bench.create(code="1234")
    assert call.answered_at_us is None
    bench.release()
    assert call.answered
    bench.restart()
    bench.advance(MINUTE_US)
    assert [view.status for view in bench.listed("cellar")] == ["set"]


def test_a_refused_call_is_refused_for_good() -> None:
    bench = a_bench("front", "cellar")
    bench.locks["cellar"].refuses = True
    call = bench.create(code="1234")
    bench.settle()
    assert isinstance(call.error, CodeCannotBeShared)
    bench.locks["cellar"].refuses = False
    bench.restart()
    bench.advance(DAY_US)
    assert [lock.codes for lock in bench.locks.values()] == [{}, {}]
    assert bench.shelf.codes == {}
    assert bench.shelf.groups == {}


@pytest.mark.parametrize("was_down_us", [0, 3 * HOUR_US])
def test_a_code_ends_after_a_restart_whose_host_is_away(was_down_us: int) -> None:
    """Its end comes while the gateway is down, or when it is up again; nothing is to be sent."""
    bench = a_bench("front", programming="async")
    bench.create(code="1234", starts_at=bench.at(0), ends_at=bench.at(2 * HOUR_US))
    bench.advance(MINUTE_US)
    assert bench.statuses("front") == ["set"]
    bench.host_down()
    bench.clock.move(bench.now_us + was_down_us)
    bench.restart(up=False)
    bench.advance(0 if was_down_us else 3 * HOUR_US)
    assert bench.statuses("front") == ["removing"]
    bench.host_up()
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {}


def test_a_code_that_was_verified_in_its_slot_is_not_looked_for_in_others() -> None:
    lock = PlainLock("front", allows_twins=True)
    bench = a_bench(lock)
    bench.create(code="1234")
    bench.settle()
    lock.reach = Reach.SILENT
    bench.delete(bench.the_code("front").access_code_id)
    bench.settle()
    bench.program("front", 3, "1234", heard=False)
    bench.restart(up=False)
    lock.reach = Reach.GOOD
    bench.host_up()
    bench.advance(DAY_US)
    assert lock.codes == {3: "1234"}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [3]
