"""The same call again: one run where nobody got the answer, two where two are listening."""

from __future__ import annotations

import pytest

from gateway.policy.errors import CodeCannotBeShared, RequestIdReused
from tests.engine.bench_of_one import DAY_US, HOUR_US, SECOND_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach


def groups(bench: BenchOfOne) -> int:
    return len(bench.world.groups)


def test_two_connected_callers_get_two_groups() -> None:
    bench = a_bench("front")
    calls = [bench.create(), bench.create()]
    bench.settle()
    assert calls[0].value.group_id != calls[1].value.group_id
    assert groups(bench) == 2


def test_a_call_under_way_is_adopted_when_its_caller_has_hung_up() -> None:
    bench = a_bench("front")
    first = bench.create(name="Jane")
    first.answer.abandoned = True
    second = bench.create(name="Jane")
    bench.settle()
    assert second.value == first.value
    assert groups(bench) == 1
    assert len(bench.locks["front"].codes) == 1


@pytest.mark.parametrize(("seconds", "found"), [(59, 1), (61, 2)])
def test_the_end_of_an_abandoned_call_is_kept_for_a_minute(seconds: int, found: int) -> None:
    bench = a_bench("front")
    bench.create(name="Jane").answer.abandoned = True
    bench.settle()
    bench.advance(seconds * SECOND_US)
    bench.create(name="Jane")
    bench.settle()
    assert groups(bench) == found


def test_a_run_that_was_adopted_and_answered_is_not_adopted_again() -> None:
    bench = a_bench("front")
    bench.create(name="Jane").answer.abandoned = True
    bench.create(name="Jane")
    bench.settle()
    bench.create(name="Jane")
    bench.settle()
    assert groups(bench) == 2


def test_a_refusal_that_nobody_heard_is_told_to_who_asks_again() -> None:
    bench = a_bench("front", PlainLock("attic", refuses=True))
    bench.create("front", "attic", code="1234").answer.abandoned = True
    bench.settle()
    bench.locks["attic"].refuses = False
    again = bench.create("front", "attic", code="1234")
    assert isinstance(again.error, CodeCannotBeShared)
    assert again.error.rollback is not None


def test_another_call_is_no_repeat() -> None:
    bench = a_bench("front", "attic")
    bench.create("front", "attic").answer.abandoned = True
    bench.create("attic", "front")
    bench.settle()
    assert groups(bench) == 2


@pytest.mark.parametrize("restart", [True, False])
def test_a_call_with_an_id_is_answered_as_before_for_a_day(restart: bool) -> None:
    bench = a_bench("front")
    first = bench.create(request_id="r-1", name="Jane")
    bench.settle()
    if restart:
        bench.restart()
    bench.advance(23 * HOUR_US)
    again = bench.create(request_id="r-1", name="Jane")
    bench.settle()
    assert again.value == first.value
    assert groups(bench) == 1
    bench.advance(2 * HOUR_US)
    bench.create(request_id="r-1", name="Jane")
    bench.settle()
    assert groups(bench) == 2
    assert len(bench.shelf.answers) == 1


def test_a_call_with_an_id_that_is_under_way_answers_both() -> None:
    bench = a_bench("front")
    calls = [bench.create_one("front", request_id="r-1") for _ in range(2)]
    bench.settle()
    assert calls[0].value == calls[1].value
    assert groups(bench) == 1


def test_an_id_stands_for_one_body() -> None:
    bench = a_bench("front")
    bench.create(request_id="r-1", name="Jane")
    for asked in (
        bench.create(request_id="r-1", name="John"),
        bench.create_one("front", request_id="r-1"),
    ):
        assert isinstance(asked.error, RequestIdReused)
    bench.settle()
    assert groups(bench) == 1


def test_a_refused_call_leaves_its_id_free() -> None:
    bench = a_bench(PlainLock("front", refuses=True))
    refused = bench.create(request_id="r-1", code="1234")
    bench.settle()
    assert isinstance(refused.error, CodeCannotBeShared)
    bench.locks["front"].refuses = False
    bench.program("front", 5, "9999")
    bench.settle()
    bench.erase("front", 5)  # something left the lock: what it refused may be tried again
    bench.settle()
    again = bench.create(request_id="r-1", code="1234")
    bench.settle()
    assert again.value.access_codes[0].status == "set"


@pytest.mark.parametrize("keep", [0, 1, 2, 3, 4, 5, 6])
def test_a_crash_leaves_either_the_answer_or_nothing(keep: int) -> None:
    bench = a_bench("front")
    bench.hold(shelf=True)
    bench.create(request_id="r-1", code="1234", sync=False)
    bench.host_down()
    bench.restart(keep=keep)
    bench.advance(SECOND_US)
    again = bench.create(request_id="r-1", code="1234", sync=False)
    bench.advance(DAY_US)
    assert again.value.access_codes[0].code is not None
    assert bench.locks["front"].codes == {1: "1234"}
    assert groups(bench) == 1


def test_abandoned_calls_do_not_pile_up() -> None:
    bench = a_bench("front", programming="async")
    bench.locks["front"].reach = Reach.SILENT
    for number in range(50):
        bench.create(name=str(number)).answer.abandoned = True
        bench.advance(5 * SECOND_US)
    bench.advance(HOUR_US)
    bench.create()
    assert len(bench.core._repeats._runs) <= 2
