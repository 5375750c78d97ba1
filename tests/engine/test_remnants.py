"""Codes that were read as gone, and that their locks show again: they are ours still."""

from __future__ import annotations

import pytest

from gateway.policy.commands import LockEvent, ReadCode, SetCode, Walk
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach

WEEK_US = 7 * DAY_US
# More looks in a row than the gateway has before it believes that a code is gone.
MANY = 3


def believed_gone(**traits: bool) -> BenchOfOne:
    """A deleted code whose lock acknowledged the clear, did nothing, and showed the past once."""
    bench = a_bench(PlainLock("front", supervised=False, **traits))  # type: ignore[arg-type]
    bench.create(code="1234")
    bench.settle()
    lock = bench.locks["front"]
    lock.pretends, lock.stale_reads = True, MANY
    bench.delete(bench.the_code("front").access_code_id)
    bench.settle()
    lock.pretends = False
    assert bench.listed("front") == []
    assert lock.codes == {1: "1234"}
    lock.stale_reads = 0
    return bench


def test_a_code_that_is_shown_again_is_taken_out() -> None:
    bench = believed_gone()
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {}
    assert bench.shelf.unmanaged == {}
    assert bench.shelf.codes == {}


def test_a_gateway_that_was_restarted_meanwhile_knows_it_too() -> None:
    bench = believed_gone()
    bench.restart()
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {}
    assert bench.shelf.unmanaged == {}


def test_behind_a_mask_it_may_be_anybodys() -> None:
    bench = believed_gone(masked=True)
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {1: "1234"}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [1]


def test_behind_a_mask_it_is_known_by_its_slot_if_nothing_of_it_was_cleared() -> None:
    bench = a_bench(PlainLock("front", masked=True))
    lock = bench.locks["front"]
    bench.create(code="1234", allow_external_modification=True)
    bench.settle()
    lock.stale_reads = MANY
    bench.hear("front", LockEvent.CODE_ADDED, None)
    bench.settle()
    (warning,) = bench.the_code("front").warnings
    assert warning.change_type == "removed"
    lock.stale_reads = 0
    bench.advance(DAY_US)
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


def test_so_is_one_whose_lock_said_that_it_was_cleared_to_a_gateway_that_restarts() -> None:
    bench = a_bench("front")
    bench.create(code="1234")
    bench.settle()
    lock = bench.locks["front"]
    lock.pretends, lock.stale_reads = True, 1
    bench.delete(bench.the_code("front").access_code_id)
    bench.settle()
    assert (bench.listed("front"), lock.codes) == ([], {1: "1234"})
    bench.advance(MINUTE_US)
    bench.restart()
    bench.advance(HOUR_US)
    assert lock.codes == {1: "1234"}  # it obeys as little as before, and is told again and again
    lock.pretends = False
    bench.advance(HOUR_US)
    assert (lock.codes, bench.shelf.unmanaged) == ({}, {})


@pytest.mark.parametrize("masked", [False, True])
def test_whoever_makes_the_same_code_at_the_keypad_keeps_it(masked: bool) -> None:
    bench = a_bench(PlainLock("front", supervised=False, masked=masked))
    bench.create(code="1234")
    bench.settle()
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {}
    bench.program("front", 1, "1234")
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {1: "1234"}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [1]


def test_a_code_whose_lock_acknowledged_that_it_was_cleared_is_forgotten_within_hours() -> None:
    bench = a_bench("front")
    bench.create(code="1234")
    bench.settle()
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(6 * HOUR_US)
    bench.program("front", 1, "1234", heard=False)
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {1: "1234"}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [1]


def test_what_is_remembered_is_forgotten_after_a_while() -> None:
    bench = believed_gone()
    bench.locks["front"].reach = Reach.SILENT
    bench.advance(WEEK_US)
    bench.locks["front"].reach = Reach.GOOD
    bench.host_up()
    bench.advance(DAY_US)
    assert bench.shelf.remnants == {}
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [1]


def test_what_nobody_asks_about_is_forgotten_too() -> None:
    bench = a_bench("front")
    bench.create(code="1234")
    bench.settle()
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(HOUR_US)
    assert [remnant.slot for remnant in bench.shelf.remnants.values()] == [1]
    bench.advance(DAY_US)
    bench.create(code="5678")
    bench.settle()
    assert bench.shelf.remnants == {}


def test_what_another_memory_holds_was_never_ours() -> None:
    bench = believed_gone()
    bench.locks["front"].incarnation += 1
    bench.advance(DAY_US)
    assert bench.shelf.remnants == {}
    assert bench.locks["front"].codes == {1: "1234"}


def test_a_code_that_was_taken_for_removed_by_somebody_is_set_again_when_it_is_shown() -> None:
    bench = a_bench("front")
    bench.create(code="1234", allow_external_modification=True)
    bench.settle()
    lock = bench.locks["front"]
    lock.stale_reads = MANY
    bench.restart()
    bench.settle()
    (warning,) = bench.the_code("front").warnings
    assert warning.change_type == "removed"
    lock.stale_reads = 0
    bench.advance(DAY_US)
    view = bench.the_code("front")
    assert (view.status, view.warnings) == ("set", ())
    assert lock.codes == {1: "1234"}
    assert len(lock.commands(SetCode)) == 1
    assert bench.shelf.unmanaged == {}


def test_on_a_lock_that_masks_a_code_of_which_nothing_is_known_is_cleared() -> None:
    bench = a_bench(PlainLock("front", masked=True), PlainLock("cellar", refuses=True))
    lock = bench.locks["front"]
    bench.create(code="1234")
    while not lock.codes:
        sent = bench.until_sent(SetCode)
        lock.reach = Reach.UNACKNOWLEDGED
        bench.carry(sent)
    lock.reach, lock.stale_reads = Reach.GOOD, MANY
    bench.advance(2 * MINUTE_US)
    bench.restart()
    bench.advance(DAY_US)
    assert lock.codes == {}
    assert bench.shelf.codes == {}
    assert bench.shelf.unmanaged == {}


def test_on_a_lock_that_masks_a_cleared_slot_is_read_twice() -> None:
    bench = a_bench(PlainLock("front", masked=True, supervised=False))
    bench.create(code="1234")
    bench.settle()
    lock = bench.locks["front"]
    looks = len(lock.commands(ReadCode))
    bench.delete(bench.the_code("front").access_code_id)
    bench.settle()
    assert len(lock.commands(ReadCode)) == looks + 2
    assert bench.shelf.codes == {}


def test_a_stray_that_a_mask_hid_is_known_although_its_own_slot_was_cleared_meanwhile() -> None:
    lock = PlainLock("front", slots=3, errs=1, errs_times=1)
    bench = a_bench(lock, programming="async")
    bench.program("front", 2, "5555")
    bench.settle()
    bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))  # into slot 2, over the other
    lock.masked = True
    bench.carry(bench.until_sent(Walk))
    lock.masked = False
    bench.advance(DAY_US)
    assert lock.codes == {2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


def test_a_stray_of_a_code_that_counts_as_refused_is_known_after_a_restart() -> None:
    lock = PlainLock("front", slots=3, errs=1, errs_times=1)
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))  # into slot 2
    lock.masked = True
    bench.settle()
    bench.advance(MINUTE_US)
    assert bench.problems("front") == ["failed_to_set_on_device"]
    bench.restart(up=False)
    lock.masked = False
    bench.host_up()
    bench.advance(DAY_US)
    assert lock.codes == {2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


def test_a_slot_that_is_kept_for_the_next_code_shows_what_has_come_back_there() -> None:
    bench = a_bench(PlainLock("front", masked=True), programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234", allow_external_modification=True)
    bench.settle()
    lock.stale_reads = MANY
    bench.hear("front", LockEvent.CODE_ADDED, None)
    bench.settle()
    assert bench.statuses("front") == ["unset"]
    lock.stale_reads = 0
    bench.advance(MINUTE_US)  # or the slot was read in this very instant, and would not be again
    bench.create(code="5678")
    bench.settle()
    assert lock.codes == {1: "1234", 2: "5678"}
    assert bench.statuses("front") == ["set", "set"]
    assert bench.shelf.unmanaged == {}


def changed_once() -> tuple[BenchOfOne, PlainLock, str]:
    """A lock that holds 5678 where it held 1234 before, and the id of that code."""
    bench = a_bench("front")
    bench.create(code="1234")
    bench.settle()
    code_id = bench.the_code("front").access_code_id
    bench.update(code_id, code="5678")
    bench.settle()
    return bench, bench.locks["front"], code_id


def test_the_code_before_a_refused_one_is_taken_out_although_the_past_hid_it() -> None:
    bench, lock, code_id = changed_once()
    lock.refuses = True
    bench.update(code_id, code="9876")
    flight = bench.until_sent(SetCode)
    lock.stale_reads = 2  # both show the first code
    bench.carry(flight)
    bench.until_sent(Walk)
    lock.refuses = False
    bench.settle()
    bench.advance(DAY_US)
    assert list(lock.codes.values()) == ["9876"]
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


def test_the_code_before_a_lost_one_is_taken_out_although_the_past_hid_it() -> None:
    bench, lock, code_id = changed_once()
    lock.codes_before, lock.lost_codes = {}, 2
    bench.update(code_id, code="9876")
    bench.carry(bench.until_sent(SetCode))
    lock.stale_reads = 4  # two after each loss; then it is looked at once more, and written
    bench.advance(DAY_US)
    assert list(lock.codes.values()) == ["9876"]
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


@pytest.mark.parametrize("deleted", [False, True])
def test_a_code_that_seemed_to_be_overwritten_by_another_is_known_when_it_is_shown(
    deleted: bool,
) -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.settle()
    first = bench.the_code("front").access_code_id
    bench.update(first, code="5678")
    bench.settle()
    lock.lost_codes = 1
    bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    lock.reach = Reach.SILENT
    if deleted:
        bench.delete(first)
    bench.restart(up=False)
    lock.reach, lock.stale_reads = Reach.GOOD, 1  # it shows the first code where the second is
    bench.host_up()
    bench.settle()
    bench.advance(DAY_US)
    assert sorted(lock.codes.values()) == ["1234", *([] if deleted else ["5678"])]
    assert set(bench.statuses("front")) == {"set"}
    assert bench.shelf.unmanaged == {}


def test_a_code_that_was_to_be_put_back_by_a_gateway_that_died_is_known_where_it_always_was() -> (
    None
):
    bench = a_bench("front")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.settle()
    lock.stale_reads = MANY + 1
    bench.restart()
    look = bench.until_sent(ReadCode)
    bench.hold(shelf=True)
    bench.carry(look)  # the second that does not show it
    lock.stale_reads = MANY  # nor do those of the next gateway
    bench.restart(keep=1)
    bench.release()
    bench.carry(bench.until_sent(ReadCode))
    bench.hear("front", LockEvent.CODE_ADDED, None)  # so that it looks again before it writes
    bench.settle()
    bench.advance(DAY_US)
    assert lock.codes == {1: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


@pytest.mark.parametrize("how", ["delete", "crash"])
def test_behind_a_mask_a_code_that_may_have_arrived_is_cleared_although_it_was_not_shown(
    how: str,
) -> None:
    bench = a_bench(PlainLock("front", masked=True, mumbles=True), "back")
    lock = bench.locks["front"]
    bench.create("front", code="1234", sync=how == "crash")
    bench.carry(bench.until_sent(SetCode))
    lock.lost_codes = 1
    lock.stale_reads = 2
    bench.advance(3 * SECOND_US)  # sent twice, and not shown after either
    assert (lock.codes, lock.stale_reads) == ({1: "1234"}, 0)
    bench.host_down("front")
    if how == "delete":
        bench.delete(bench.the_code("front").access_code_id)
    bench.create("back", code="5678")  # with which all that is known so far is written
    bench.settle()
    bench.restart()  # a call that is not decided yet is refused
    bench.advance(DAY_US)
    assert (lock.codes, bench.shelf.unmanaged) == ({}, {})


def test_a_new_code_with_the_digits_of_one_believed_gone_takes_it_over_in_its_slot() -> None:
    bench = believed_gone()
    bench.advance(MINUTE_US)
    bench.create(code="1234")
    bench.settle()
    assert bench.statuses("front") == ["set"]
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {1: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}
