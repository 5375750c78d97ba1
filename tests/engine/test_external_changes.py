"""What people change at a lock: put back, or taken as it is where their host allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.bench_of_one import DAY_US, HOUR_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach

if TYPE_CHECKING:
    from gateway.policy.records import AccessCodeView

SPELLINGS = ["allow_external_modification", "is_external_modification_allowed"]


def a_code(bench: BenchOfOne, **parameters: Any) -> AccessCodeView:
    call = bench.create("front", **{"code": "1234", **parameters})
    bench.settle()
    return bench.get(call.value.access_codes[0].access_code_id).value


@pytest.mark.parametrize("heard", [True, False])
def test_a_change_that_is_not_allowed_is_undone_and_told(heard: bool) -> None:
    bench = a_bench("front")
    a_code(bench)
    bench.program("front", 1, "5555", heard=heard)
    bench.hold(shelf=True)
    bench.advance(DAY_US)
    (code,) = bench.world.codes_of("front")
    (problem,) = code.errors
    assert problem.error_code == "conflicting_external_modification"
    assert (problem.change_type, problem.modified_fields) == ("modified", ("code",))
    bench.release()
    bench.settle()
    assert bench.locks["front"].codes == {1: "1234"}
    assert (bench.statuses("front"), bench.problems("front")) == (["set"], [])
    assert bench.event_types()[-2:] == [
        "access_code.modified_external_to_seam",
        "access_code.set_on_device",
    ]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("heard", [True, False])
def test_a_change_that_is_allowed_is_adopted(heard: bool, spelling: str) -> None:
    bench = a_bench("front")
    row = a_code(bench, code=None, **{spelling: True})
    assert row.is_external_modification_allowed
    bench.program("front", 1, "5555", heard=heard)
    bench.advance(DAY_US)
    view = bench.the_code("front")
    assert view.code is not None
    assert (view.code.reveal(), view.status, view.common_code_key) == ("5555", "set", None)
    (warning,) = view.warnings
    assert warning.warning_code == "external_modification_in_effect"
    assert (warning.change_type, warning.modified_fields) == ("modified", ("code",))
    assert "5555" not in warning.message
    assert bench.locks["front"].codes == {1: "5555"}
    assert bench.event_types()[-1] == "access_code.modified_external_to_seam"
    assert bench.world.unmanaged.get("front", {}) == {}


def test_a_code_that_was_adopted_is_cleared_when_it_is_deleted() -> None:
    bench = a_bench("front")
    row = a_code(bench, allow_external_modification=True)
    bench.program("front", 1, "5555")
    bench.settle()
    bench.delete(row.access_code_id)
    bench.settle()
    assert bench.locks["front"].codes == {}


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_code_in_place_of_one_that_was_disabled_and_then_refused_leaves_nothing_of_it(
    refusals: int,
) -> None:
    """While its call still waits for another lock: that one gets a code of its own instead."""
    bench = a_bench("front", "cellar")
    front, cellar = bench.locks["front"], bench.locks["cellar"]
    call = bench.create(behavior_when_code_cannot_be_shared="create_random_code")
    cellar.reach = Reach.HUNG
    bench.settle()
    assert (list(front.codes), call.answered) == ([1], False)
    front.refuses = True
    bench.hold(thought=True)
    bench.disable("front", 1)
    bench.settle()  # it was refused, and another is being drawn
    for _ in range(refusals - 1):
        bench.release()
        bench.hold(thought=True)
        bench.settle()  # that was refused too
    bench.heal()
    bench.advance(HOUR_US)
    (code,) = [view.code.reveal() for view in bench.listed("front") if view.code]
    assert list(front.codes.values()) == [code]
    assert bench.statuses("front") == ["set"]
    assert front.disabled == set()


@pytest.mark.parametrize("restart", [True, False])
def test_a_removal_that_is_allowed_is_not_undone_until_the_row_is_changed(restart: bool) -> None:
    bench = a_bench("front")
    row = a_code(bench, allow_external_modification=True)
    bench.erase("front", 1)
    bench.advance(DAY_US)
    if restart:
        bench.restart()
        bench.advance(DAY_US)
    view = bench.the_code("front")
    assert (view.status, view.pending_mutations, view.errors) == ("unset", (), ())
    assert [warning.change_type for warning in view.warnings] == ["removed"]
    assert bench.locks["front"].codes == {}
    assert bench.core.open_work() == bench.core.waiting_work() == 0
    bench.update(row.access_code_id, code="4321")
    bench.settle()
    assert bench.locks["front"].codes == {1: "4321"}
    assert bench.the_code("front").warnings == ()


def test_a_row_whose_removal_was_adopted_is_gone_at_once_when_it_is_deleted() -> None:
    bench = a_bench("front")
    row = a_code(bench, allow_external_modification=True)
    bench.erase("front", 1)
    bench.settle()
    bench.published.clear()
    bench.delete(row.access_code_id)
    assert bench.listed("front") == []
    assert bench.event_types() == ["access_code.deleted"]


def test_a_code_that_is_disabled_by_somebody_who_may_is_inactive_until_it_is_enabled() -> None:
    bench = a_bench("front")
    a_code(bench, allow_external_modification=True)
    bench.disable("front", 1)
    bench.advance(DAY_US)
    view = bench.the_code("front")
    assert view.status == "unset"
    assert bench.problems("front") == ["access_code_inactive"]
    assert view.warnings[0].modified_fields == ("enabled",)
    assert bench.event_types().count("access_code.modified_external_to_seam") == 1
    bench.program("front", 1, "1234")
    bench.settle()
    assert (bench.statuses("front"), bench.problems("front")) == (["set"], [])


def test_the_digits_of_another_code_of_ours_are_never_adopted() -> None:
    bench = a_bench("front", programming="async")
    a_code(bench, allow_external_modification=True)
    later = {"starts_at": bench.at(5 * HOUR_US), "ends_at": bench.at(9 * HOUR_US)}
    bench.create_one("front", code="4321", **later)
    bench.program("front", 1, "4321")
    bench.settle()
    assert bench.locks["front"].codes == {1: "1234"}
    bench.advance(6 * HOUR_US)
    assert bench.locks["front"].codes == {1: "1234", 2: "4321"}


def test_what_is_allowed_can_be_changed_later() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.update(row.access_code_id, is_external_modification_allowed=True)
    bench.program("front", 1, "5555")
    bench.settle()
    assert bench.locks["front"].codes == {1: "5555"}
    bench.update(row.access_code_id, allow_external_modification=False)
    bench.program("front", 1, "6666")
    bench.settle()
    assert bench.locks["front"].codes == {1: "5555"}


def test_on_a_lock_that_masks_its_codes_only_a_removal_is_seen() -> None:
    bench = a_bench(PlainLock("front", masked=True))
    a_code(bench, allow_external_modification=True)
    bench.program("front", 1, "5555")
    bench.settle()
    assert bench.statuses("front") == ["set"]
    bench.erase("front", 1)
    bench.settle()
    assert bench.statuses("front") == ["unset"]


def test_digits_that_were_made_over_ours_are_free_again_when_ours_is_put_back() -> None:
    bench = a_bench("front")
    a_code(bench)
    bench.program("front", 1, "5555", heard=False)
    bench.create_one("front", code="5555", sync=False)
    bench.advance(DAY_US)
    assert sorted(bench.locks["front"].codes.values()) == ["1234", "5555"]
    assert (bench.statuses("front"), bench.problems("front")) == (["set", "set"], [])
