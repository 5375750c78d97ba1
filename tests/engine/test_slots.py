"""Whose slot it is: a person's code is never touched, and a slot is what the lock says it is."""

from __future__ import annotations

import pytest

from gateway.policy.commands import SetCode
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, a_bench
from tests.engine.plain_lock import PlainLock, Reach

RANDOM = "create_random_code"


@pytest.mark.parametrize("heard", [True, False])
def test_a_slot_that_a_resident_took_is_not_overwritten(heard: bool) -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reach = Reach.SILENT
    bench.create(code="1234")
    bench.advance(HOUR_US)
    bench.program("front", 1, "5555", heard=heard)
    bench.program("front", 2, "6666", heard=heard)
    lock.reach = Reach.GOOD
    bench.advance(HOUR_US)
    assert bench.trespasses == []
    assert lock.codes == {1: "5555", 2: "6666", 3: "1234"}
    assert bench.statuses("front") == ["set"]


def test_a_slot_that_a_resident_took_while_the_row_was_being_stored_is_not_overwritten() -> None:
    bench = a_bench("front", programming="async")
    bench.hold(shelf=True)
    bench.create(code="1234")
    bench.program("front", 1, "5555")
    bench.settle()
    bench.release()
    bench.settle()
    assert bench.locks["front"].codes == {1: "5555", 2: "1234"}


def test_a_slot_that_a_resident_took_while_the_host_was_away_is_not_overwritten() -> None:
    bench = a_bench("front", programming="async")
    bench.hold(shelf=True)
    bench.create(code="1234")
    bench.host_down()
    bench.program("front", 1, "5555")
    bench.release()
    bench.host_up()
    bench.settle()
    assert bench.trespasses == []
    assert bench.locks["front"].codes == {1: "5555", 2: "1234"}


def test_a_slot_that_a_resident_took_while_the_gateway_was_down_is_not_overwritten() -> None:
    bench = a_bench("front", programming="async")
    bench.create(code="1234")
    bench.until_sent(SetCode)
    bench.in_flight.clear()  # lost in the air, and the gateway dies before it learns that
    bench.host_down()
    bench.program("front", 1, "5555")
    bench.restart()
    bench.advance(MINUTE_US)
    assert bench.trespasses == []
    assert bench.locks["front"].codes == {1: "5555", 2: "1234"}


def test_a_slot_that_a_resident_took_unheard_is_not_overwritten() -> None:
    bench = a_bench("front")
    bench.program("front", 1, "5555", heard=False)
    call = bench.create(code="1234")
    bench.settle()
    assert call.value.access_codes[0].status == "set"
    assert bench.locks["front"].codes == {1: "5555", 2: "1234"}


def test_a_second_try_looks_at_the_slot_again() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    lock.reset(bench.now_us)
    bench.hold(shelf=True)
    bench.settle()  # it is found to be another memory, and its slot 1 empty
    bench.program("front", 1, "5555", heard=False)
    bench.release()
    bench.settle()
    assert bench.trespasses == []
    assert lock.codes == {1: "5555", 2: "1234"}


@pytest.mark.parametrize("away", ["host", "lock", "gateway"])
def test_a_lock_that_comes_back_with_another_memory_loses_no_code_of_its_people(away: str) -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.settle()
    if away == "lock":
        lock.reach = Reach.SILENT
    else:
        bench.host_down()
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(HOUR_US)
    lock.reset(bench.now_us)
    bench.program("front", 1, "5555")
    if away == "gateway":
        bench.restart(up=False)
    bench.heal()
    bench.advance(DAY_US)
    assert lock.codes == {1: "5555"}
    assert bench.listed("front") == []


def test_a_code_that_has_to_move_looks_at_its_next_slot_too() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.until_sent(SetCode)
    lock.reach = Reach.SILENT
    bench.carry()
    lock.reach = Reach.GOOD
    bench.program("front", 1, "5555")
    bench.program("front", 2, "6666", heard=False)
    bench.advance(HOUR_US)
    assert lock.codes == {1: "5555", 2: "6666", 3: "1234"}
    assert bench.trespasses == []
    assert bench.statuses("front") == ["set"]


def test_a_code_that_a_resident_put_in_place_of_a_withdrawn_one_is_left_alone() -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.settle()
    lock.reach = Reach.SILENT
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(MINUTE_US)
    bench.program("front", 1, "5555")
    lock.reach = Reach.GOOD
    bench.advance(HOUR_US)
    assert lock.codes == {1: "5555"}
    assert bench.listed("front") == []


def test_a_strangers_code_in_place_of_a_withdrawn_one_is_known_as_in_use() -> None:
    bench = a_bench("front")
    call = bench.create(code="1234")
    bench.settle()
    bench.program("front", 1, "5555", heard=False)
    bench.host_down()
    bench.host_up()  # the lock is being read when the code is withdrawn
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.settle()
    assert bench.locks["front"].codes == {1: "5555"}
    second = bench.create(code="5555")
    bench.settle()
    assert second.reasons == {"front": "pin_in_use"}


def test_a_strangers_code_found_by_reading_back_is_known_as_in_use() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.until_sent(SetCode)
    lock.reach = Reach.SILENT
    bench.carry()
    lock.reach = Reach.GOOD
    bench.program("front", 1, "5555")
    bench.advance(HOUR_US)
    assert lock.codes == {1: "5555", 2: "1234"}
    call = bench.create(code="5555", sync=True)
    bench.settle()
    assert call.reasons == {"front": "pin_in_use"}


def test_a_strangers_code_is_no_obstacle_once_it_has_gone() -> None:
    bench = a_bench("front", programming="async")
    bench.program("front", 1, "5555")
    bench.settle()
    bench.erase("front", 1)
    bench.settle()
    call = bench.create(code="5555", sync=True)
    bench.settle()
    assert call.value.access_codes[0].status == "set"


def test_a_code_of_ours_that_a_person_changed_is_set_again_and_says_so() -> None:
    bench = a_bench("front")
    bench.create(code="1234")
    bench.settle()
    bench.program("front", 1, "5555")
    assert bench.statuses("front") == ["set"]  # it was told that something happened, not what
    bench.settle()
    assert bench.locks["front"].codes == {1: "1234"}
    assert "access_code.modified_external_to_seam" in bench.event_types()
    assert bench.event_types().count("access_code.set_on_device") == 2


def test_a_code_of_ours_that_a_person_removed_unheard_is_set_again_within_a_day() -> None:
    bench = a_bench("front")
    bench.create(code="1234")
    bench.settle()
    bench.erase("front", 1, heard=False)
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {1: "1234"}


def test_a_slot_that_the_lock_does_not_have_is_not_used() -> None:
    bench = a_bench(PlainLock("front", lacks={1, 3}))
    first, second = bench.create(), bench.create()
    bench.settle()
    assert first.value.access_codes[0].status == "set"
    assert second.value.access_codes[0].status == "set"
    assert sorted(bench.locks["front"].codes) == [2, 4]


def test_a_slot_that_a_walk_calls_missing_is_not_asked_for() -> None:
    bench = a_bench(PlainLock("front", slots=2, lacks={1}))
    bench.create()
    bench.settle()
    bench.create(behavior_when_code_cannot_be_shared=RANDOM)
    bench.settle()
    slots = {command.slot for command in bench.locks["front"].log if hasattr(command, "slot")}
    assert slots == {2}
    bench.restart()
    bench.advance(HOUR_US)
    assert bench.problems("front") == ["no_space_for_access_code_on_device"]
    assert bench.event_types() == []


def test_slots_that_the_lock_does_not_have_leave_no_space() -> None:
    bench = a_bench(PlainLock("front", slots=2, lacks={1}))
    bench.create()
    bench.settle()
    call = bench.create()
    bench.settle()
    assert call.reasons == {"front": "no_space"}


@pytest.mark.parametrize("behavior", ["throw", RANDOM])
def test_a_write_that_a_lock_cut_short_does_not_stay_in_it(behavior: str) -> None:
    bench = a_bench(PlainLock("front", truncates_to=3, supervised=False))
    call = bench.create(code="1234", behavior_when_code_cannot_be_shared=behavior)
    bench.advance(HOUR_US)
    assert call.answered
    assert bench.locks["front"].codes == {}
    assert bench.shelf.unmanaged == {}
    if behavior == "throw":
        assert call.reasons == {"front": "refused_by_lock"}
        assert bench.shelf.codes == {}
    else:
        assert bench.problems("front") == ["failed_to_set_on_device"]


def test_a_piece_of_a_code_that_stays_in_its_slot_is_cleared_with_pauses() -> None:
    bench = a_bench(PlainLock("front", truncates_to=3))
    lock = bench.locks["front"]
    call = bench.create(code="1234", sync=False)
    bench.carry(bench.until_sent(SetCode))
    lock.pretends = True
    bench.advance(HOUR_US)
    assert lock.codes == {1: "123"}
    assert bench.sent["front"] < 300
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(HOUR_US)
    lock.pretends = False
    bench.advance(HOUR_US)
    assert lock.codes == {}
    assert bench.listed("front") == []


@pytest.mark.parametrize("restart", [False, True])
def test_a_piece_of_a_code_that_was_changed_meanwhile_is_still_cleared(restart: bool) -> None:
    bench = a_bench(PlainLock("front", truncates_to=3), programming="async")
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    lock.pretends = True
    bench.settle()
    bench.update(call.value.access_codes[0].access_code_id, code="9876")
    bench.advance(MINUTE_US)
    assert lock.codes == {1: "123"}
    if restart:
        bench.restart()
    lock.heal()
    bench.advance(HOUR_US)
    assert lock.codes == {1: "9876"}
    assert bench.shelf.unmanaged == {}


def test_a_lock_that_was_not_read_to_its_end_is_not_called_full() -> None:
    bench = a_bench("front", programming="async")
    bench.restart()
    bench.carry()  # what it can do; not what it holds
    call = bench.create(code="1234")
    bench.advance(0)
    bench.settle()
    assert call.value.access_codes[0].errors == ()
    assert "access_code.failed_to_set_on_device" not in bench.event_types()
    assert bench.statuses("front") == ["set"]


def test_a_lock_that_is_slow_to_be_read_is_not_called_full() -> None:
    bench = a_bench("front", programming="async")
    bench.restart()
    bench.carry()
    bench.locks["front"].reach = Reach.HUNG
    call = bench.create(code="1234")
    bench.advance(3 * SECOND_US)
    assert call.value.access_codes[0].errors == ()
    assert "access_code.failed_to_set_on_device" not in bench.event_types()
    bench.heal()
    bench.advance(5 * MINUTE_US)
    assert bench.statuses("front") == ["set"]


@pytest.mark.parametrize("residents", [0, 1])
def test_a_lock_with_one_free_slot_that_refuses_is_not_called_full(residents: int) -> None:
    codes = dict.fromkeys(range(1, residents + 1), "5555")
    bench = a_bench(PlainLock("front", slots=residents + 1, codes=codes, refuses=True))
    call = bench.create()
    bench.advance(MINUTE_US)
    assert call.reasons == {"front": "refused_by_lock"}


def test_a_code_that_a_lock_refused_is_not_said_to_lack_space() -> None:
    bench = a_bench(PlainLock("front", slots=1))
    bench.create(code="1234")
    bench.create(code="4321", behavior_when_code_cannot_be_shared=RANDOM)
    bench.settle()
    bench.locks["front"].refuses = True
    bench.erase("front", 1)
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {}
    first, second = bench.listed("front")
    for view in (first, second):
        words = [problem.error_code for problem in view.errors]
        assert "failed_to_set_on_device" in words
        assert "no_space_for_access_code_on_device" not in words


def test_a_code_that_was_refused_does_not_count_as_waiting_for_a_slot() -> None:
    bench = a_bench(PlainLock("front", slots=2, refuses=True), programming="async")
    bench.create(code="1234")
    bench.settle()
    assert bench.problems("front") == ["failed_to_set_on_device"]
    bench.locks["front"].refuses = False
    bench.program("front", 1, "9999")
    bench.settle()
    second = bench.create(code="4321")
    bench.settle()
    assert second.value.access_codes[0].errors == ()
    assert "4321" in bench.locks["front"].codes.values()


def test_a_code_without_a_slot_is_set_when_one_becomes_free() -> None:
    bench = a_bench(PlainLock("front", slots=1, codes={1: "5555"}))
    call = bench.create(code="1234", behavior_when_code_cannot_be_shared=RANDOM)
    bench.settle()
    assert [error.error_code for error in call.value.access_codes[0].errors] == [
        "no_space_for_access_code_on_device"
    ]
    assert "access_code.failed_to_set_on_device" in bench.event_types()
    bench.erase("front", 1)
    bench.settle()
    assert bench.locks["front"].codes == {1: "1234"}
    assert bench.problems("front") == []
