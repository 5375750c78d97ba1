"""`create`: one code on one device, the key that it joins, and its action attempt."""

from __future__ import annotations

import pytest

from gateway.policy.errors import (
    CodeCannotBeSet,
    CodeCannotBeShared,
    DeviceNotFound,
    InvalidInput,
)
from tests.engine.bench_of_one import HOUR_US, MINUTE_US, a_bench
from tests.engine.plain_lock import PlainLock, Reach


def test_a_code_is_on_its_lock_before_a_synced_create_is_answered() -> None:
    bench = a_bench("front")
    call = bench.create_one("front", code="1234", name="Jane")
    bench.settle()
    row = call.value.access_code
    assert (row.status, row.name, row.common_code_key) == ("set", "Jane", None)
    assert bench.locks["front"].codes == {1: "1234"}
    attempt = call.value.attempt
    assert (attempt.action_type, attempt.status) == ("CREATE_ACCESS_CODE", "success")
    assert attempt.access_code == row


def test_an_attempt_is_pending_until_the_lock_holds_the_code() -> None:
    bench = a_bench("front", programming="async")
    call = bench.create_one("front", code="1234")
    assert (call.value.access_code.status, call.value.attempt.status) == ("setting", "pending")
    bench.settle()
    attempt = bench.attempt(call.value.attempt.action_attempt_id)
    assert attempt.status == "success"
    assert attempt.access_code is not None
    assert attempt.access_code.status == "set"


def test_a_code_for_later_asks_nothing_of_its_lock_so_its_attempt_has_succeeded() -> None:
    bench = a_bench("front", programming="async")
    window = {"starts_at": bench.at(5 * HOUR_US), "ends_at": bench.at(6 * HOUR_US)}
    call = bench.create_one("front", **window)
    assert (call.value.access_code.status, call.value.attempt.status) == ("unset", "success")


def test_a_refusal_of_the_lock_ends_the_attempt_with_the_error_of_the_row() -> None:
    bench = a_bench(PlainLock("front", refuses=True), programming="async")
    call = bench.create_one("front", code="1234")
    bench.settle()
    attempt = bench.attempt(call.value.attempt.action_attempt_id)
    assert (attempt.status, attempt.error_type) == ("error", "failed_to_set_on_device")
    assert "1234" not in str(attempt.error_message)


def test_a_synced_create_that_the_lock_refuses_leaves_nothing() -> None:
    bench = a_bench(PlainLock("front", refuses=True))
    call = bench.create_one("front", code="1234")
    bench.settle()
    assert isinstance(call.error, CodeCannotBeSet)
    assert [refusal.reason for refusal in call.error.refusals] == ["refused_by_lock"]
    assert bench.listed("front") == []


def test_a_code_in_use_is_a_duplicate_and_one_that_the_keypad_lacks_is_not() -> None:
    bench = a_bench(PlainLock("front", codes={3: "7319"}))
    duplicate = bench.create_one("front", code="7319")
    long = bench.create_one("front", code="123456")
    assert isinstance(duplicate.error, CodeCannotBeSet)
    assert duplicate.error.duplicate_only
    assert duplicate.error.refusals[0].unmanaged_access_code_id is not None
    assert isinstance(long.error, CodeCannotBeSet)
    assert not long.error.duplicate_only
    assert bench.locks["front"].codes == {3: "7319"}


def test_an_unknown_device_is_not_found() -> None:
    call = a_bench("front").create_one("nowhere")
    assert isinstance(call.error, DeviceNotFound)


@pytest.mark.parametrize("sync", [True, False])
def test_a_code_that_joins_a_key_has_the_code_of_the_key(sync: bool) -> None:
    bench = a_bench("front", "cellar", "attic")
    group = bench.create("front", "cellar", sync=sync)
    bench.settle()
    key = group.value.access_codes[0].common_code_key
    joined = bench.create_one("attic", common_code_key=key, sync=sync)
    bench.settle()
    assert joined.value.access_code.common_code_key == key
    assert joined.value.access_code.code == group.value.access_codes[0].code
    assert len({code for lock in bench.locks.values() for code in lock.codes.values()}) == 1


def test_a_device_that_cannot_have_the_code_of_the_key_is_refused() -> None:
    bench = a_bench("front", PlainLock("attic", codes={2: "4821"}))
    bench.create_one("front", code="4821", common_code_key="guest 7")
    bench.settle()
    refused = bench.create_one("attic", common_code_key="guest 7")
    assert isinstance(refused.error, CodeCannotBeShared)
    assert refused.reasons == {"attic": "pin_in_use"}
    assert bench.listed("attic") == []


def test_another_code_than_that_of_the_key_is_invalid() -> None:
    bench = a_bench("front", "attic")
    bench.create_one("front", code="4821", common_code_key="guest 7")
    bench.settle()
    other = bench.create_one("attic", code="4822", common_code_key="guest 7")
    assert isinstance(other.error, InvalidInput)
    assert [problem.parameter for problem in other.error.problems] == ["code"]


def test_two_codes_under_a_new_key_at_once_are_the_same() -> None:
    bench = a_bench("front", "attic", programming="async")
    bench.hold(thought=True)
    calls = [bench.create_one(name, common_code_key="guest 7") for name in ("front", "attic")]
    bench.release()
    assert len({call.value.access_code.code for call in calls}) == 1


def test_attempts_survive_a_restart_and_end_after_it() -> None:
    bench = a_bench("front", programming="async")
    bench.locks["front"].reach = Reach.SILENT
    call = bench.create_one("front", code="1234")
    bench.advance(MINUTE_US)
    attempt_id = call.value.attempt.action_attempt_id
    assert bench.attempt(attempt_id).status == "pending"
    bench.restart()
    assert bench.attempt(attempt_id).status == "pending"
    bench.locks["front"].reach = Reach.GOOD
    bench.advance(HOUR_US)
    assert bench.attempt(attempt_id).status == "success"


def test_attempts_that_ended_are_forgotten_after_a_day() -> None:
    bench = a_bench("front", programming="async")
    first = bench.create_one("front").value.attempt.action_attempt_id
    bench.advance(25 * HOUR_US)
    bench.create_one("front")
    assert first not in bench.world.attempts
    assert first not in bench.shelf.attempts
    assert len(bench.shelf.attempts) == 1
