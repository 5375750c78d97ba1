"""A lock that shows what it held before its last change: one look is not believed at once."""

from __future__ import annotations

import pytest

from gateway.policy.commands import ClearCode, LockEvent, ReadCode, SetCode
from tests.engine.bench_of_one import DAY_US, HOUR_US, a_bench
from tests.engine.plain_lock import PlainLock, Reach


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_a_verified_code_that_one_look_does_not_show_is_still_set(
    masked: bool, allowed: bool
) -> None:
    bench = a_bench(PlainLock("front", masked=masked))
    bench.create(code="1234", allow_external_modification=allowed)
    bench.settle()
    bench.locks["front"].stale_reads = 1
    bench.restart()
    bench.settle()
    view = bench.the_code("front")
    assert (view.status, view.errors, view.warnings) == ("set", (), ())
    assert not any(".deleted_external" in event for event in bench.event_types())
    assert bench.world.unmanaged.get("front", {}) == {}
    assert len(bench.locks["front"].commands(SetCode)) == 1


def test_a_code_that_a_notice_makes_the_gateway_read_is_read_twice_before_it_is_missed() -> None:
    bench = a_bench("front")
    bench.create(code="1234", allow_external_modification=True)
    bench.settle()
    looks = len(bench.locks["front"].commands(ReadCode))
    bench.locks["front"].stale_reads = 1
    bench.hear("front", LockEvent.CODE_ADDED, 1)
    bench.settle()
    assert bench.statuses("front") == ["set"]
    assert len(bench.locks["front"].commands(ReadCode)) == looks + 2


def test_a_code_that_waits_to_be_cleared_is_not_gone_because_one_look_does_not_show_it() -> None:
    bench = a_bench("front")
    window = {"starts_at": bench.at(0), "ends_at": bench.at(HOUR_US)}
    bench.create_one("front", code="1234", **window)
    bench.settle()
    lock = bench.locks["front"]
    lock.pretends = True
    bench.advance(HOUR_US)
    assert lock.codes == {1: "1234"}
    lock.stale_reads, lock.pretends = 1, False
    bench.hear("front", LockEvent.CODE_ADDED, None)
    bench.advance(DAY_US)
    assert lock.codes == {}
    assert bench.world.unmanaged.get("front", {}) == {}


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("before", ["", "5678"])
def test_a_code_that_the_lock_took_and_does_not_show_is_read_again(
    before: str, masked: bool
) -> None:
    bench = a_bench(PlainLock("front", masked=masked, supervised=False))
    if before:
        earlier = bench.create(code=before)
        bench.settle()
        bench.delete(earlier.value.access_codes[0].access_code_id)
        bench.settle()
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    bench.locks["front"].stale_reads = 1
    bench.settle()
    assert call.value.access_codes[0].status == "set"
    assert bench.statuses("front") == ["set"]
    assert bench.world.unmanaged.get("front", {}) == {}
    assert bench.locks["front"].codes == {1: "1234"}


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("looks", [1, 2, 5])
def test_what_the_lock_took_for_a_call_that_is_off_is_cleared_even_if_it_is_not_shown(
    looks: int, masked: bool
) -> None:
    bench = a_bench(PlainLock("front", masked=masked, supervised=False), "cellar")
    bench.locks["cellar"].refuses = True
    call = bench.create("front", "cellar", code="1234")
    bench.carry(bench.until_sent(SetCode, "front"))
    bench.locks["front"].stale_reads = looks
    bench.settle()
    bench.advance(DAY_US)
    assert call.reasons == {"cellar": "refused_by_lock"}
    assert bench.locks["front"].codes == {}
    assert bench.world.unmanaged.get("front", {}) == {}


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("looks", [2, 3, 4, 5, 6, 20])
def test_a_code_that_no_look_shows_is_cleared_before_it_counts_as_refused(
    looks: int, masked: bool
) -> None:
    bench = a_bench(PlainLock("front", masked=masked, supervised=False))
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    bench.locks["front"].stale_reads = looks
    bench.settle()
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == ({1: "1234"} if call.error is None else {})
    assert bench.statuses("front") == (["set"] if call.error is None else [])
    assert bench.world.unmanaged.get("front", {}) == {}


@pytest.mark.parametrize("restart", [True, False])
def test_a_code_whose_clearing_nobody_confirmed_is_not_gone_because_a_look_does_not_show_it(
    restart: bool,
) -> None:
    bench = a_bench("front")
    row = bench.create(code="1234")
    bench.settle()
    lock = bench.locks["front"]
    bench.delete(row.value.access_codes[0].access_code_id)
    flight = bench.until_sent(ClearCode)
    lock.reach = Reach.SILENT
    bench.carry(flight)
    lock.reach, lock.stale_reads = Reach.GOOD, 2
    if restart:
        bench.restart()
    bench.advance(DAY_US)
    assert lock.codes == {}
    assert bench.world.unmanaged.get("front", {}) == {}
    assert bench.shelf.codes == {}


def test_a_piece_of_a_code_that_is_shown_late_does_not_stay() -> None:
    bench = a_bench(PlainLock("front", truncates_to=2, supervised=False))
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    bench.locks["front"].stale_reads = 2
    bench.settle()
    bench.advance(DAY_US)
    assert call.reasons == {"front": "refused_by_lock"}
    assert bench.locks["front"].codes == {}
    assert bench.world.unmanaged.get("front", {}) == {}


@pytest.mark.parametrize("event_slot", [None, 1])
def test_two_looks_that_show_the_past_with_one_that_does_not_between_them_prove_nothing(
    event_slot: int | None,
) -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.settle()
    lock.pretends = True
    bench.delete(bench.the_code("front").access_code_id)
    bench.settle()
    for _ in range(2):
        lock.stale_reads = 1
        bench.hear("front", LockEvent.CODE_ADDED, event_slot)
        bench.settle()
        assert lock.stale_reads == 0
        assert bench.statuses("front") == ["removing"]
