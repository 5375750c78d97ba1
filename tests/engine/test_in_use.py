"""Digits that somebody took at the keypad after they had been promised to a code of ours."""

from __future__ import annotations

import pytest

from gateway.policy.commands import SetCode
from tests.engine.bench_of_one import HOUR_US, MINUTE_US, BenchOfOne, a_bench

RANDOM = "create_random_code"


def _promised(*locks: str, **parameters: object) -> BenchOfOne:
    """A code that falls due in four hours, and digits of which somebody makes a code meanwhile."""
    bench = a_bench(*locks, programming="async")
    times = {"starts_at": bench.at(5 * HOUR_US), "ends_at": bench.at(9 * HOUR_US)}
    assert bench.create(code="1234", **times, **parameters).answered
    bench.program("front", 3, "1234")
    bench.advance(MINUTE_US)
    return bench


@pytest.mark.parametrize("behavior", ["throw", RANDOM])
def test_a_code_whose_digits_somebody_took_is_not_even_sent(behavior: str) -> None:
    bench = _promised("front", "back", behavior_when_code_cannot_be_shared=behavior)
    bench.advance(6 * HOUR_US)
    lock = bench.locks["front"]
    assert (lock.commands(SetCode), lock.codes) == ([], {3: "1234"})
    (error,) = bench.the_code("front").errors
    assert error.error_code == "duplicate_code_on_device"
    assert error.unmanaged_access_code_id is not None
    assert bench.event_types().count("access_code.failed_to_set_on_device") == 1
    assert bench.statuses("back") == ["set"]
    assert bench.trespasses == []


def test_a_code_is_set_when_its_digits_are_free_again() -> None:
    bench = _promised("front")
    bench.advance(6 * HOUR_US)
    bench.erase("front", 3)
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {1: "1234"}
    assert (bench.statuses("front"), bench.problems("front")) == (["set"], [])


def test_whether_digits_are_taken_is_read_once_more() -> None:
    """Who took them has given them back, and the gateway did not hear of that."""
    bench = _promised("front")
    bench.erase("front", 3, heard=False)
    bench.advance(6 * HOUR_US)
    assert bench.locks["front"].codes == {1: "1234"}
    assert "access_code.failed_to_set_on_device" not in bench.event_types()


def test_a_code_that_is_given_taken_digits_keeps_the_old_ones() -> None:
    bench = a_bench("front", programming="async")
    row = bench.create(code="1234").value.access_codes[0]
    bench.settle()
    bench.hold(shelf=True)
    bench.update(row.access_code_id, code="4321")
    bench.program("front", 3, "4321")
    bench.release()
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {1: "1234", 3: "4321"}
    assert bench.problems("front") == ["duplicate_code_on_device"]
    bench.erase("front", 3)
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {1: "4321"}


def test_codes_of_ours_that_somebody_swapped_are_both_reported() -> None:
    bench = a_bench("front", programming="async")
    for digits in ("1234", "4321"):
        bench.create(code=digits)
        bench.settle()
    lock = bench.locks["front"]
    lock.erase(1, bench.now_us)
    bench.program("front", 2, "1234", heard=False)
    bench.program("front", 1, "4321")
    bench.advance(HOUR_US)
    assert lock.codes == {1: "4321", 2: "1234"}
    assert set(bench.problems("front")) >= {"duplicate_code_on_device"}
    bench.erase("front", 1)
    bench.advance(HOUR_US)
    assert "4321" in lock.codes.values()
