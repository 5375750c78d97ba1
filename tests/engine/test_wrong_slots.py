"""Locks that put codes into wrong slots again and again: over other codes of ours, or twice.

Whose a code is, its digits tell, and whether anything that was sent for them can have brought them
there. What somebody typed in stays theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.policy.commands import ClearCode, LockEvent, ReadCode, SetCode, Walk
from gateway.policy.pacing import Pacing
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach

if TYPE_CHECKING:
    from gateway.policy.records import AccessCodeView

RANDOM = "create_random_code"
# What is written once is not written again within the test's patience.
SLOWLY = Pacing(code_gap_us=MINUTE_US)


def rows(bench: BenchOfOne) -> dict[str, AccessCodeView]:
    """What the one lock's rows are, by their codes."""
    return {view.code.reveal(): view for view in bench.listed("front") if view.code is not None}


def over_another(lock: PlainLock, **parameters: Any) -> tuple[BenchOfOne, str, str]:
    """Two codes of ours, of which the second was just put on top of the first; their ids."""
    lock.codes[1] = "5555"
    bench = a_bench(lock, programming="async")
    first = bench.create(code="1234", **parameters)
    bench.settle()
    bench.erase("front", 1)
    bench.settle()
    lock.errs = 1
    second = bench.create(code="4321")
    bench.carry(bench.until_sent(SetCode))
    assert lock.codes == {2: "4321"}
    under, over = (call.value.access_codes[0].access_code_id for call in (first, second))
    return bench, under, over


def unacknowledged(bench: BenchOfOne) -> None:
    """The lock obeys the next write, and no acknowledgement of it arrives."""
    flight = bench.until_sent(SetCode)
    bench.locks["front"].reach = Reach.UNACKNOWLEDGED
    bench.carry(flight)
    bench.locks["front"].reach = Reach.GOOD


def end(bench: BenchOfOne) -> None:
    """Everybody leaves, and nothing of theirs stays."""
    for view in bench.listed("front"):
        bench.delete(view.access_code_id)
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {}
    assert bench.shelf.codes == {}
    assert bench.shelf.groups == {}
    assert bench.shelf.unmanaged == {}


# Over another code of ours.


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("supervised", [False, True])
@pytest.mark.parametrize("times", [2, 3, 4])
def test_a_code_that_went_over_another_of_ours_is_ours_and_the_other_is_set_again(
    times: int, supervised: bool, tells: bool
) -> None:
    lock = PlainLock("front", tells_writes=tells, supervised=supervised, errs_times=times)
    bench, *_ = over_another(lock)
    bench.settle()
    assert sorted(lock.codes.values()) == ["1234", "4321"]
    assert bench.statuses("front") == ["set", "set"]
    assert bench.problems("front") == []
    assert bench.shelf.unmanaged == {}
    # Nobody was at the lock, and no host is told that somebody was.
    assert "access_code.modified_external_to_seam" not in bench.event_types()
    end(bench)


def test_a_code_that_another_of_ours_went_over_is_not_adopted_from_it() -> None:
    bench, *_ = over_another(PlainLock("front"), allow_external_modification=True)
    bench.settle()
    assert {pin: view.status for pin, view in rows(bench).items()} == {"1234": "set", "4321": "set"}
    end(bench)


def test_a_withdrawn_code_that_another_of_ours_went_over_is_gone() -> None:
    bench, under, _ = over_another(PlainLock("front"))
    bench.delete(under)
    bench.settle()
    assert bench.locks["front"].codes == {2: "4321"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}
    end(bench)


def test_a_code_that_is_withdrawn_after_it_went_over_another_leaves_its_slot() -> None:
    bench, _, over = over_another(PlainLock("front", errs_times=2))
    bench.delete(over)
    bench.settle()
    assert list(bench.locks["front"].codes.values()) == ["1234"]
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}
    end(bench)


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("twins", [False, True])
@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("times", range(1, 10))
def test_however_often_a_lock_errs_its_codes_are_ours(
    times: int, restart: bool, twins: bool, tells: bool
) -> None:
    lock = PlainLock("front", slots=9, errs=1, errs_times=times)
    lock.tells_writes, lock.allows_twins = tells, twins
    bench = a_bench(lock)
    for code in ("1234", "4321", "2580"):
        bench.create(code=code)
        bench.settle()
        if restart:
            bench.restart()
            bench.settle()
    bench.advance(HOUR_US)
    assert sorted(lock.codes.values()) == ["1234", "2580", "4321"]
    assert bench.statuses("front") == ["set", "set", "set"]
    assert bench.shelf.unmanaged == {}
    end(bench)


@pytest.mark.parametrize("supervised", [False, True])
@pytest.mark.parametrize("errs", [1, 2, 4])
def test_codes_on_a_lock_that_always_errs_do_not_chase_each_other(
    errs: int, supervised: bool
) -> None:
    lock = PlainLock("front", slots=5, errs=errs, supervised=supervised)
    bench = a_bench(lock, programming="async")
    for code in ("1234", "4321"):
        bench.create(code=code)
        bench.settle()
    bench.advance(DAY_US)
    assert sorted(lock.codes.values()) == ["1234", "4321"]
    assert bench.statuses("front") == ["set", "set"]
    assert len(lock.commands(SetCode)) <= 4
    end(bench)


def test_a_lock_whose_only_free_slot_leads_to_another_code_has_no_space() -> None:
    lock = PlainLock("front", slots=2, errs=1)
    bench = a_bench(lock)
    bench.create(code="1234")
    bench.settle()
    call = bench.create(code="4321")
    bench.settle()
    assert call.reasons == {"front": "no_space"}
    assert lock.codes == {2: "1234"}


def test_a_lock_that_does_not_say_whether_it_stored_a_code_is_not_written_for_ever() -> None:
    lock = PlainLock("front", slots=2, errs=1, supervised=False)
    bench = a_bench(lock, programming="async")
    for code in ("1234", "4321"):
        bench.create(code=code)
        bench.settle()
    bench.advance(DAY_US)
    assert len(lock.commands(SetCode)) <= 3
    assert sorted(bench.statuses("front")) == ["set", "setting"]
    assert bench.problems("front") == ["no_space_for_access_code_on_device"]
    lock.heal()
    for view in bench.listed("front"):
        if view.status == "set":
            bench.delete(view.access_code_id)
    bench.advance(HOUR_US)
    assert bench.statuses("front") == ["set"]


# What is withdrawn before it was found.


def test_a_code_withdrawn_before_its_slot_was_read_is_looked_for_and_taken_out() -> None:
    lock = PlainLock("front", errs=1)
    bench = a_bench(lock, programming="async")
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.settle()
    assert lock.codes == {}
    assert bench.shelf.unmanaged == {}
    assert bench.shelf.codes == {}


@pytest.mark.parametrize("is_read", [False, True])
@pytest.mark.parametrize("tells", [False, True])
def test_a_stray_that_nobody_acknowledged_is_taken_out_with_its_code(
    tells: bool, is_read: bool
) -> None:
    lock = PlainLock("front", errs=1)
    bench = a_bench(lock, programming="async", pacing=SLOWLY)
    call = bench.create(code="1234")
    unacknowledged(bench)
    if tells:
        bench.hear("front", LockEvent.CODE_ADDED, 2)
    if is_read:
        bench.advance(2 * SECOND_US)
        assert lock.log[-1] == ReadCode(2 if tells else 1)
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(HOUR_US)
    assert lock.codes == {}
    assert bench.shelf.unmanaged == {}
    assert bench.shelf.codes == {}


def test_a_code_that_was_moved_to_later_does_not_stay_behind_as_a_stray() -> None:
    lock = PlainLock("front", errs=1)
    bench = a_bench(lock, programming="async")
    window = {"starts_at": bench.at(0), "ends_at": bench.at(HOUR_US)}
    call = bench.create(code="1234", **window)
    bench.carry(bench.until_sent(SetCode))
    later = {"starts_at": bench.at(DAY_US), "ends_at": bench.at(DAY_US + HOUR_US)}
    bench.update(call.value.access_codes[0].access_code_id, **later)
    bench.settle()
    assert lock.codes == {}
    assert bench.statuses("front") == ["unset"]
    bench.advance(DAY_US)
    assert list(lock.codes.values()) == ["1234"]
    bench.advance(DAY_US)
    assert lock.codes == {}
    assert bench.shelf.unmanaged == {}


# Twice.


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("end_first", [False, True])
def test_a_second_copy_of_a_code_is_taken_out(end_first: bool, tells: bool) -> None:
    lock = PlainLock("front", errs=1, errs_times=1, allows_twins=True, tells_writes=tells)
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    unacknowledged(bench)
    bench.advance(MINUTE_US)
    assert bench.statuses("front") == ["set"]
    if not end_first:
        bench.advance(DAY_US)
        assert list(lock.codes.values()) == ["1234"]
        assert bench.statuses("front") == ["set"]
    end(bench)


@pytest.mark.parametrize("restart", [False, True])
def test_a_second_copy_is_taken_out_whatever_becomes_of_the_gateway(restart: bool) -> None:
    lock = PlainLock("front", errs=1, errs_times=1, allows_twins=True)
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    unacknowledged(bench)
    bench.advance(MINUTE_US)
    lock.pretends = True  # it does not clear it
    bench.advance(DAY_US)
    assert lock.codes == {1: "1234", 2: "1234"}
    assert bench.statuses("front") == ["set"]
    if restart:
        bench.restart()
    lock.pretends = False
    bench.advance(HOUR_US)
    assert lock.codes == {1: "1234"}
    assert bench.statuses("front") == ["set"]
    end(bench)


@pytest.mark.parametrize("tells", [False, True])
def test_a_new_code_that_went_astray_does_not_leave_the_old_one_behind(tells: bool) -> None:
    lock = PlainLock("front", tells_writes=tells)
    bench = a_bench(lock)
    bench.create(code="1234")
    bench.settle()
    lock.errs, lock.errs_times = 1, 1
    bench.update(bench.the_code("front").access_code_id, code="4321")
    bench.settle()
    assert list(lock.codes.values()) == ["4321"]
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}
    end(bench)


def test_a_code_put_back_over_somebodys_that_went_astray_is_found() -> None:
    lock = PlainLock("front")
    bench = a_bench(lock)
    bench.create(code="1234")
    bench.settle()
    lock.errs, lock.errs_times = 1, 1
    bench.program("front", 1, "5555")
    bench.settle()
    assert lock.codes == {1: "5555", 2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [1]


def test_a_piece_of_a_code_in_a_wrong_slot_is_ours_to_take_out() -> None:
    lock = PlainLock("front", errs=1, errs_times=1, truncates_to=3, supervised=False)
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    assert lock.codes == {2: "123"}
    lock.truncates_to = None
    bench.settle()
    assert list(lock.codes.values()) == ["1234"]
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}
    end(bench)


def test_a_stray_that_was_masked_when_it_was_first_read_is_known_later() -> None:
    lock = PlainLock("front", errs=1, errs_times=1)
    bench = a_bench(lock, programming="async", pacing=SLOWLY)
    bench.create(code="1234")
    unacknowledged(bench)
    bench.hear("front", LockEvent.CODE_ADDED, 2)
    lock.masked = True
    bench.advance(2 * SECOND_US)
    assert [record.pin for record in bench.shelf.unmanaged.values()] == [None]
    lock.masked = False
    bench.advance(DAY_US)
    assert lock.codes == {2: "1234"}
    assert bench.shelf.unmanaged == {}
    end(bench)


# What is somebody's own.


@pytest.mark.parametrize("tells", [False, True])
def test_a_code_that_somebody_typed_in_before_is_theirs_where_the_lock_said_no(tells: bool) -> None:
    """They chose the same digits, and the gateway did not hear of it."""
    lock = PlainLock("front", tells_writes=tells)
    bench = a_bench(lock, programming="async")
    bench.program("front", 3, "1234", heard=False)
    bench.create(code="1234", behavior_when_code_cannot_be_shared=RANDOM)
    bench.advance(HOUR_US)
    assert bench.problems("front") == ["duplicate_code_on_device"]
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [3]
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(DAY_US)
    assert lock.codes == {3: "1234"}
    assert lock.commands(ClearCode) == []


@pytest.mark.parametrize("heard", [False, True])
def test_a_code_that_somebody_typed_in_after_ours_was_found_is_theirs(heard: bool) -> None:
    lock = PlainLock("front", errs=1, errs_times=1, allows_twins=True)
    bench = a_bench(lock)
    bench.create(code="1234")
    bench.settle()
    bench.program("front", 4, "1234", heard=heard)
    bench.advance(DAY_US)
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(DAY_US)
    assert lock.codes == {4: "1234"}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [4]


def test_a_code_that_somebody_typed_in_after_the_whole_lock_was_read_without_it_is_theirs() -> None:
    lock = PlainLock("front", pretends=True)
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    bench.settle()
    assert bench.problems("front") == ["failed_to_set_on_device"]
    bench.program("front", 3, "1234")
    bench.settle()
    bench.delete(bench.the_code("front").access_code_id)
    lock.pretends = False
    bench.advance(DAY_US)
    assert lock.codes == {3: "1234"}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [3]


def test_a_slot_that_a_row_leaves_for_the_one_where_it_was_found_is_whoever_is_in_it() -> None:
    lock = PlainLock("front", errs=1, errs_times=1)
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    unacknowledged(bench)
    bench.restart(up=False)
    bench.program("front", 1, "5555")
    bench.host_up()
    bench.settle()
    assert lock.codes == {1: "5555", 2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [1]


def test_a_slot_of_a_withdrawn_code_that_is_looked_for_elsewhere_is_whoever_is_in_it() -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.until_sent(SetCode)
    lock.reach = Reach.SILENT
    bench.advance(MINUTE_US)
    bench.program("front", 1, "5555")
    lock.reach = Reach.GOOD
    bench.advance(HOUR_US)
    assert lock.codes == {1: "5555"}
    assert bench.shelf.codes == {}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [1]


def test_a_gateway_that_dies_while_it_looks_for_a_withdrawn_code_goes_on_looking() -> None:
    lock = PlainLock("front", errs=1)
    bench = a_bench(lock, programming="async")
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.until_sent(Walk)
    bench.restart()
    bench.settle()
    assert lock.codes == {}
    assert bench.shelf.codes == {}
    assert bench.shelf.unmanaged == {}


def test_somebodys_code_that_another_of_ours_has_too_is_not_taken_for_a_stray() -> None:
    """It was there, and known, before anything was sent for the one that is looked for."""
    lock = PlainLock("front", codes={3: "1234"}, allows_twins=True)
    bench = a_bench(lock)
    lock.errs, lock.errs_times = 1, 1
    bench.create(code="4321")
    bench.settle()
    bench.delete(rows(bench)["4321"].access_code_id)
    bench.settle()
    assert lock.codes == {3: "1234"}


def test_a_code_that_went_astray_on_a_lock_that_masks_is_somebodys_own() -> None:
    """Nothing shows that it is ours, so hands off: a known limit."""
    lock = PlainLock("front", masked=True, errs=1, errs_times=1)
    bench = a_bench(lock)
    call = bench.create(code="1234")
    bench.advance(HOUR_US)
    assert call.reasons == {"front": "refused_by_lock"}
    assert lock.codes == {2: "1234"}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [2]
    assert lock.commands(ClearCode) == [ClearCode(1)]  # where it said it had put it


def test_a_code_that_went_astray_is_known_when_a_mask_over_it_is_lifted() -> None:
    lock = PlainLock("front", errs=1, errs_times=1)
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    lock.masked = True
    bench.settle()
    assert [record.pin for record in bench.world.unmanaged["front"].values()] == [None]
    lock.masked = False
    bench.advance(DAY_US)
    assert lock.codes == {2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.world.unmanaged.get("front", {}) == {}


def test_a_code_that_landed_on_one_that_was_to_be_cleared_stays() -> None:
    lock = PlainLock("front", slots=3, truncates_to=3)
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    bench.settle()
    (code,) = bench.world.codes_of("front")
    assert code.retry_at_us is not None  # a piece of it is there, and is cleared after a pause
    lock.truncates_to, lock.errs, lock.errs_times = None, 2, 1  # from 2 to 1
    bench.create(code="5678")
    bench.advance(HOUR_US)
    assert sorted(lock.codes.values()) == ["1234", "5678"]
    assert bench.statuses("front") == ["set", "set"]
    sent = [command for command in lock.commands(SetCode) if isinstance(command, SetCode)]
    assert [command.pin.reveal() for command in sent].count("5678") == 1
