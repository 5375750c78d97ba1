"""A choice that takes longer than the call that waits for it."""

from __future__ import annotations

from tests.engine.bench_of_one import a_bench


def test_a_row_whose_own_code_came_too_late_says_why_it_has_none() -> None:
    """The deadline passes while a code is drawn for the lock that refused the shared one."""
    bench = a_bench("front", "cellar")
    bench.locks["cellar"].refuses = True
    call = bench.create(behavior_when_code_cannot_be_shared="create_random_code")
    bench.hold(thought=True)
    bench.advance(bench.settings.sync_deadline_us)
    assert call.answered
    bench.release()
    bench.settle()
    assert bench.locks["cellar"].codes == {}
    assert bench.statuses("cellar") == ["setting"]
    assert bench.problems("cellar") == ["failed_to_set_on_device"]
    assert bench.event_types().count("access_code.failed_to_set_on_device") == 1


def test_a_code_that_was_deleted_meanwhile_is_not_complained_of() -> None:
    bench = a_bench("front", "cellar")
    bench.locks["cellar"].refuses = True
    bench.create(behavior_when_code_cannot_be_shared="create_random_code")
    bench.hold(thought=True)
    bench.advance(bench.settings.sync_deadline_us)
    bench.delete(bench.the_code("cellar").access_code_id)
    bench.release()
    bench.settle()
    assert bench.listed("cellar") == []
    assert "access_code.failed_to_set_on_device" not in bench.event_types()
