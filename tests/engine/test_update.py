"""`update`: the old code works until the lock has the new one, and never both may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.policy.commands import ClearCode, SetCode
from gateway.policy.errors import (
    AccessCodeBeingRemoved,
    AccessCodeNotFound,
    CodeCannotBeSet,
    DeviceOffline,
    InvalidInput,
)
from gateway.policy.pacing import Pacing
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach

if TYPE_CHECKING:
    from gateway.policy.records import AccessCodeView


def a_code(bench: BenchOfOne, **parameters: Any) -> AccessCodeView:
    """One code that is set."""
    call = bench.create("front", **{"code": "1234", "sync": False, **parameters})
    bench.settle()
    return bench.get(call.value.access_codes[0].access_code_id).value


def mutations(view: AccessCodeView) -> list[str]:
    return [mutation.mutation_code for mutation in view.pending_mutations]


# Another code.


def test_a_new_code_is_written_over_the_old_one_and_read_back() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    lock = bench.locks["front"]
    lock.log.clear()
    call = bench.update(row.access_code_id, code="4321")
    while bench.in_flight:
        assert lock.codes[1] in ("1234", "4321"), "neither code works"
        bench.carry()
    bench.settle()
    assert call.value.status == "success"
    assert lock.codes == {1: "4321"}
    assert lock.commands(ClearCode) == []
    assert bench.the_code("front").status == "set"


def test_what_is_asked_is_pending_with_both_codes_until_it_is_done() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.locks["front"].reach = Reach.SILENT
    bench.update(row.access_code_id, code="4321", name="Jane", sync=False)
    view = bench.the_code("front")
    assert view.status == "setting"
    assert mutations(view) == ["updating_code", "updating_name"]
    assert view.pending_mutations[0].old_code == row.code
    assert view.pending_mutations[0].code == view.code
    change = view.pending_mutations[1].change
    assert change is not None
    assert (change.before.name, change.after.name) == (None, "Jane")
    bench.locks["front"].reach = Reach.GOOD
    bench.advance(HOUR_US)
    assert mutations(bench.the_code("front")) == []


def test_events_tell_what_was_asked_and_then_what_was_done() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.published.clear()
    bench.update(row.access_code_id, code="4321", name="Jane")
    bench.settle()
    assert bench.event_types() == [
        "access_code.mutations_requested",
        "access_code.code_changed",
        "access_code.name_changed",
        "access_code.set_on_device",
    ]
    changed = bench.published[1]
    assert changed.old_code == row.code
    assert changed.code == bench.the_code("front").code


def test_both_codes_are_in_use_until_the_old_one_is_gone() -> None:
    bench = a_bench("front", programming="async")
    row = a_code(bench)
    bench.locks["front"].reach = Reach.SILENT
    bench.update(row.access_code_id, code="4321")
    for code in ("1234", "4321"):
        assert isinstance(bench.create_one("front", code=code).error, CodeCannotBeSet)
    bench.locks["front"].reach = Reach.GOOD
    bench.advance(HOUR_US)
    call = bench.create_one("front", code="1234")
    bench.settle()
    assert bench.get(call.value.access_code.access_code_id).value.status == "set"


def test_a_refused_new_code_leaves_the_old_one_and_says_so() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.locks["front"].refuses = True
    call = bench.update(row.access_code_id, code="4321")
    bench.settle()
    assert (call.value.status, call.value.error_type) == ("error", "failed_to_set_on_device")
    assert bench.locks["front"].codes == {1: "1234"}
    view = bench.the_code("front")
    assert view.status == "setting"
    assert "still holds the code before" in view.errors[0].message
    assert mutations(view) == ["updating_code"]


def test_a_refused_new_code_can_be_taken_back() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.locks["front"].refuses = True
    bench.update(row.access_code_id, code="4321")
    bench.settle()
    bench.locks["front"].refuses = False
    call = bench.update(row.access_code_id, code="1234")
    bench.settle()
    assert call.value.status == "success"
    view = bench.the_code("front")
    assert (view.status, view.errors, mutations(view)) == ("set", (), [])
    assert bench.locks["front"].codes == {1: "1234"}


def test_a_row_that_is_deleted_in_the_middle_leaves_neither_code() -> None:
    bench = a_bench("front", programming="async")
    row = a_code(bench)
    bench.update(row.access_code_id, code="4321")
    bench.until_sent(SetCode)
    bench.delete(row.access_code_id)
    bench.settle()
    assert bench.locks["front"].codes == {}
    assert bench.listed("front") == []


def test_a_refused_new_code_that_is_deleted_takes_the_old_one_with_it() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.locks["front"].refuses = True
    bench.update(row.access_code_id, code="4321")
    bench.settle()
    bench.delete(row.access_code_id)
    bench.settle()
    assert bench.locks["front"].codes == {}
    assert bench.event_types()[-2:] == ["access_code.removed_from_device", "access_code.deleted"]


@pytest.mark.parametrize("obeyed", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_a_gateway_that_dies_in_the_middle_goes_on_after_it(obeyed: bool, masked: bool) -> None:
    bench = a_bench(PlainLock("front", masked=masked), programming="async")
    row = a_code(bench)
    bench.update(row.access_code_id, code="4321")
    flight = bench.until_sent(SetCode)
    if obeyed:
        bench.locks["front"].obey(flight.command, bench.now_us)
    bench.host_down()
    bench.restart()
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {1: "4321"}
    assert bench.the_code("front").status == ("unknown" if masked else "set")


def test_three_codes_in_a_row_end_with_the_last() -> None:
    bench = a_bench("front", programming="async")
    row = a_code(bench)
    for code in ("4321", "2580", "7319"):
        bench.update(row.access_code_id, code=code)
    bench.settle()
    assert bench.locks["front"].codes == {1: "7319"}
    assert bench.the_code("front").status == "set"
    assert bench.world.codes[row.access_code_id].old_pins == ()


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_code_that_is_changed_before_it_was_read_back_goes_over_nobodys(is_sent: bool) -> None:
    """Its slot is read before it is written again: a resident may have taken it."""
    bench = a_bench(PlainLock("front", supervised=False), pacing=Pacing(code_gap_us=MINUTE_US))
    lock = bench.locks["front"]
    lock.pretends = True
    row = bench.create("front", code="1234", sync=False).value.access_codes[0]
    write = bench.until_sent(SetCode)
    if is_sent:
        bench.carry(write)
    bench.update(row.access_code_id, code="4321", sync=False)
    bench.settle()
    lock.pretends = False
    bench.program("front", 1, "5555", heard=False)
    bench.advance(HOUR_US)
    assert bench.trespasses == []
    assert lock.codes == {1: "5555", 2: "4321"}
    assert bench.statuses("front") == ["set"]


@pytest.mark.parametrize("is_sent", [False, True])
def test_what_a_lock_said_to_the_code_before_is_not_taken_for_its_word_on_the_new_one(
    is_sent: bool,
) -> None:
    bench = a_bench(PlainLock("front", refuses=True))
    lock = bench.locks["front"]
    row = bench.create("front", code="1234", sync=False).value.access_codes[0]
    write = bench.until_sent(SetCode)
    if is_sent:
        bench.carry(write)
        lock.refuses = False
    bench.update(row.access_code_id, code="4321", sync=False)
    if not is_sent:
        bench.carry(write)
        lock.refuses = False
    bench.settle()
    assert lock.codes == {1: "4321"}
    assert len(lock.commands(SetCode)) == 2
    assert bench.problems("front") == []


def test_a_lock_that_masks_its_codes_cannot_prove_which_one_it_holds() -> None:
    bench = a_bench(PlainLock("front", masked=True))
    row = a_code(bench)
    call = bench.update(row.access_code_id, code="4321")
    bench.settle()
    assert (call.value.status, call.value.error_type) == ("error", "access_code_state_unconfirmed")
    view = bench.the_code("front")
    assert (view.status, mutations(view)) == ("unknown", [])
    assert bench.problems("front") == ["access_code_state_unconfirmed"]
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {1: "4321"}
    assert bench.problems("front") == ["access_code_state_unconfirmed"]
    bench.delete(row.access_code_id)
    bench.settle()
    assert bench.locks["front"].codes == {}


def test_a_masked_lock_that_says_no_to_the_new_code_keeps_the_old_one() -> None:
    bench = a_bench(PlainLock("front", masked=True))
    row = a_code(bench)
    bench.locks["front"].refuses = True
    call = bench.update(row.access_code_id, code="4321")
    bench.settle()
    assert call.value.error_type == "failed_to_set_on_device"
    assert bench.locks["front"].codes == {1: "1234"}


def test_a_code_of_a_length_that_the_lock_is_not_set_to_is_refused_at_once() -> None:
    bench = a_bench(PlainLock("front", code_length=4))
    row = a_code(bench)
    call = bench.update(row.access_code_id, code="43210")
    assert isinstance(call.error, CodeCannotBeSet)
    assert call.error.refusals[0].reason == "length_not_supported"
    assert bench.the_code("front") == row


def test_a_code_that_is_in_use_is_refused_and_nothing_changes() -> None:
    bench = a_bench(PlainLock("front", codes={3: "7319"}))
    row = a_code(bench)
    call = bench.update(row.access_code_id, code="7319")
    assert isinstance(call.error, CodeCannotBeSet)
    assert call.error.duplicate_only
    assert bench.the_code("front") == row


def test_another_code_unlinks_its_row_and_only_that() -> None:
    bench = a_bench("front", "attic")
    call = bench.create("front", "attic")
    bench.settle()
    front, attic = call.value.access_codes
    bench.update(front.access_code_id, code="4321")
    bench.settle()
    assert bench.the_code("front").common_code_key is None
    assert bench.the_code("attic").common_code_key == attic.common_code_key is not None


def test_the_same_code_again_changes_nothing() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.locks["front"].log.clear()
    call = bench.update(row.access_code_id, code="1234")
    bench.settle()
    assert call.value.status == "success"
    assert bench.locks["front"].log == []
    assert bench.the_code("front") == row


# Another name, another time.


def test_a_name_is_changed_at_once_and_asks_nothing_of_the_lock() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.locks["front"].log.clear()
    bench.published.clear()
    call = bench.update(row.access_code_id, name="Jane")
    assert call.value.status == "success"
    assert bench.the_code("front").name == bench.the_code("front").appearance_name == "Jane"
    assert bench.locks["front"].log == []
    assert bench.event_types() == ["access_code.mutations_requested", "access_code.name_changed"]


def test_an_update_without_times_does_not_change_the_type() -> None:
    bench = a_bench("front")
    row = a_code(bench, starts_at=bench.at(0), ends_at=bench.at(HOUR_US))
    bench.update(row.access_code_id, name="Jane")
    assert bench.the_code("front").type == "time_bound"
    assert bench.the_code("front").ends_at_us == row.ends_at_us


def test_a_code_that_is_moved_to_later_leaves_its_lock_and_comes_back() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    window = {"starts_at": bench.at(5 * HOUR_US), "ends_at": bench.at(6 * HOUR_US)}
    call = bench.update(row.access_code_id, **window, sync=False)
    assert mutations(bench.the_code("front")) == ["updating_time_frame"]
    bench.settle()
    assert bench.attempt(call.value.action_attempt_id).status == "success"
    assert bench.locks["front"].codes == {}
    view = bench.the_code("front")
    assert (view.status, view.type, mutations(view)) == (
        "unset", "time_bound", ["deferring_creation"],
    )  # fmt: skip
    bench.advance(4 * HOUR_US + SECOND_US)
    assert bench.locks["front"].codes == {1: "1234"}
    bench.advance(2 * HOUR_US)
    assert bench.locks["front"].codes == {}
    assert bench.listed("front") == []


@pytest.mark.parametrize("refuses", [True, False])
def test_a_code_that_is_changed_and_moved_to_later_leaves_nothing_on_its_lock(
    refuses: bool,
) -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.locks["front"].refuses = refuses
    if refuses:
        bench.update(row.access_code_id, code="2580")
        bench.settle()
    window = {"starts_at": bench.at(5 * HOUR_US), "ends_at": bench.at(9 * HOUR_US)}
    call = bench.update(row.access_code_id, code="4321", **window)
    bench.settle()
    assert call.value.status == "success"
    assert bench.locks["front"].codes == {}
    bench.locks["front"].refuses = False
    bench.advance(5 * HOUR_US)
    assert bench.locks["front"].codes == {1: "4321"}


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("by_update", [True, False])
def test_a_code_that_is_due_again_before_it_was_cleared_is_read_again(
    masked: bool, by_update: bool
) -> None:
    bench = a_bench(PlainLock("front", masked=masked), programming="async")
    row = a_code(bench)
    bench.host_down()
    window = {"starts_at": bench.at(2 * HOUR_US), "ends_at": bench.at(90 * HOUR_US)}
    bench.update(row.access_code_id, code="4321", **window)
    bench.host_up()
    bench.until_sent(ClearCode)
    bench.host_down()  # and the command is lost
    if by_update:
        call = bench.update(row.access_code_id, type="ongoing")
        assert call.value.status == "pending"
    else:
        bench.advance(3 * HOUR_US)
    bench.host_up()
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {1: "4321"}
    assert bench.the_code("front").status == ("unknown" if masked else "set")
    assert bool(bench.problems("front")) is masked


def test_a_code_that_was_not_written_yet_gives_its_slot_back_when_it_is_moved() -> None:
    bench = a_bench(PlainLock("front", slots=1), programming="async")
    bench.hold(shelf=True)
    bench.create(code="1234")
    (code,) = bench.world.codes_of("front")
    window = {"starts_at": bench.at(5 * HOUR_US), "ends_at": bench.at(9 * HOUR_US)}
    bench.update(code.access_code_id, **window)
    assert bench.world.codes[code.access_code_id].slot is None
    bench.release()
    call = bench.create(code="4321")
    bench.settle()
    assert call.value.access_codes[0].code is not None
    assert bench.locks["front"].codes == {1: "4321"}


def test_a_longer_stay_asks_nothing_of_the_lock() -> None:
    bench = a_bench("front")
    row = a_code(bench, starts_at=bench.at(0), ends_at=bench.at(HOUR_US))
    bench.locks["front"].log.clear()
    bench.update(row.access_code_id, starts_at=bench.at(0), ends_at=bench.at(5 * HOUR_US))
    bench.settle()
    assert bench.locks["front"].log == []
    bench.advance(4 * HOUR_US)
    assert bench.statuses("front") == ["set"]
    bench.advance(2 * HOUR_US)
    assert bench.locks["front"].codes == {}


def test_ongoing_takes_the_times_away() -> None:
    bench = a_bench("front")
    row = a_code(bench, starts_at=bench.at(0), ends_at=bench.at(HOUR_US))
    bench.update(row.access_code_id, type="ongoing")
    bench.advance(DAY_US)
    view = bench.the_code("front")
    assert (view.type, view.status, view.starts_at_us) == ("ongoing", "set", None)


def test_a_code_cannot_be_made_time_bound_without_times() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    call = bench.update(row.access_code_id, type="time_bound")
    assert isinstance(call.error, InvalidInput)
    assert bench.the_code("front") == row


# Whose row it is.


def test_what_cannot_be_changed_is_said() -> None:
    bench = a_bench("front", programming="async")
    row = a_code(bench)
    assert isinstance(bench.update("nobody's", name="x").error, AccessCodeNotFound)
    elsewhere = bench.update(row.access_code_id, device_id="attic", name="x")
    assert isinstance(elsewhere.error, AccessCodeNotFound)
    bench.locks["front"].reach = Reach.SILENT
    bench.delete(row.access_code_id)
    assert isinstance(bench.update(row.access_code_id, name="x").error, AccessCodeBeingRemoved)


def test_a_lock_that_is_offline_refuses_an_update_that_does_not_wait_for_it() -> None:
    bench = a_bench("front", programming="async")
    row = a_code(bench)
    bench.locks["front"].reach = Reach.SILENT
    bench.update(row.access_code_id, code="4321")
    bench.advance(MINUTE_US)
    refused = bench.update(row.access_code_id, code="2580", attempt_for_offline_device=False)
    assert isinstance(refused.error, DeviceOffline)
    assert bench.update(row.access_code_id, code="2580").value.status == "pending"
    bench.locks["front"].reach = Reach.GOOD
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {1: "2580"}


def test_a_synced_update_does_not_wait_for_a_lock_that_is_given_up() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    bench.locks["front"].reach = Reach.SILENT
    call = bench.update(row.access_code_id, code="4321", sync=True)
    bench.advance(MINUTE_US)
    assert call.value.status == "pending"
    assert call.answered_at_us is not None
    assert call.answered_at_us - call.asked_at_us <= bench.settings.sync_deadline_us
    assert bench.core.open_work() == 0


def test_a_code_that_is_let_go_stays_on_its_lock_and_is_nobodys() -> None:
    bench = a_bench("front")
    row = a_code(bench)
    call = bench.update(row.access_code_id, is_managed=False)
    assert call.value.status == "success"
    assert bench.listed("front") == []
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {1: "1234"}
    (record,) = bench.world.unmanaged["front"].values()
    assert (record.access_code_id, record.pin) == (row.access_code_id, row.code)
    same = bench.create_one("front", code="1234", sync=False)
    assert isinstance(same.error, CodeCannotBeSet)


def test_only_a_code_that_is_there_can_be_let_go() -> None:
    bench = a_bench("front", programming="async")
    bench.locks["front"].reach = Reach.SILENT
    row = a_code(bench)
    call = bench.update(row.access_code_id, is_managed=False)
    assert isinstance(call.error, InvalidInput)
    assert bench.listed("front") != []
