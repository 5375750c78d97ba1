"""What a lock says and leaves out: another memory, other bodies, codes that do not open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.policy.commands import (
    ClearCode,
    CodeBody,
    InfoBody,
    LockEvent,
    ReadChecksum,
    ReadCode,
    ReadInfo,
    Rejection,
    Report,
    SetCode,
    SlotStatus,
    Transmit,
    Walk,
)
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, a_bench
from tests.engine.plain_lock import PlainLock, Reach

if TYPE_CHECKING:
    from gateway.policy.commands import Command


def test_a_code_written_into_a_new_memory_is_known_to_be_there() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reset(bench.now_us)  # and what it said of that was lost
    bench.create(code="1234")
    bench.settle()
    assert lock.codes == {1: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


def test_a_withdrawn_code_does_not_stay_in_a_new_memory() -> None:
    bench = a_bench("front", "cellar")
    lock = bench.locks["front"]
    bench.locks["cellar"].reach = Reach.HUNG
    lock.reset(bench.now_us)
    call = bench.create(code="1234")
    flight = bench.until_sent(SetCode, "front")
    lock.reach = Reach.UNACKNOWLEDGED
    bench.carry(flight)  # written into the new memory, of which nothing was heard yet
    lock.reach = Reach.HUNG
    bench.advance(MINUTE_US)
    assert call.reasons["cellar"] == "device_unresponsive"
    bench.heal()
    bench.advance(DAY_US)
    assert lock.codes == {}
    assert bench.shelf.codes == {}


def test_a_code_withdrawn_right_after_its_write_was_reported_leaves_the_new_memory() -> None:
    bench = a_bench("front", "cellar")
    lock = bench.locks["front"]
    lock.reset(bench.now_us)
    bench.locks["cellar"].refuses = True
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode, "front"))
    lock.reach = Reach.HUNG
    bench.advance(MINUTE_US)
    assert call.answered
    bench.heal()
    bench.advance(DAY_US)
    assert lock.codes == {}


def test_a_code_that_was_refused_is_tried_on_the_lock_that_replaced_it() -> None:
    bench = a_bench(PlainLock("front", refuses=True), programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.advance(MINUTE_US)
    assert bench.problems("front") == ["failed_to_set_on_device"]
    bench.host_down()
    lock.heal()
    lock.reset(bench.now_us)
    bench.host_up()
    bench.advance(MINUTE_US)
    assert lock.codes == {1: "1234"}
    assert bench.problems("front") == []


def test_codes_are_set_again_on_a_lock_that_was_reset() -> None:
    bench = a_bench("front")
    bench.create(code="1234")
    bench.create(code="4321")
    bench.settle()
    bench.locks["front"].reset(bench.now_us)
    bench.program("front", 1, "5555")
    bench.advance(MINUTE_US)
    assert bench.locks["front"].codes == {1: "5555", 2: "1234", 3: "4321"}
    assert bench.statuses("front") == ["set", "set"]


class _LeavesOut(PlainLock):
    """A lock that acknowledges a question of one kind and does not answer it."""

    kind: type[Command] = Walk
    body: CodeBody | None = None

    def obey(self, command: Command, now_us: int) -> Report:
        report = super().obey(command, now_us)
        return replace(report, body=self.body) if isinstance(command, self.kind) else report


@pytest.mark.parametrize("behavior", ["throw", "create_random_code"])
def test_no_call_waits_for_a_lock_that_acknowledges_and_never_answers(behavior: str) -> None:
    lost = _LeavesOut("cellar")
    lost.kind = ReadCode
    bench = a_bench("front", lost)
    call = bench.create(code="1234", behavior_when_code_cannot_be_shared=behavior)
    bench.advance(10 * SECOND_US)  # long before the deadline of the call
    assert call.answered
    if behavior == "throw":
        assert call.reasons == {"cellar": "device_unresponsive"}
        assert bench.locks["front"].codes == {}
    else:
        assert [row.status for row in call.value.access_codes] == ["set", "setting"]
    lost.kind = ReadChecksum
    bench.advance(MINUTE_US)
    assert len(lost.codes) == (0 if behavior == "throw" else 1)


# A minute between two tries, and a few commands for each of them.
TRYING_PER_HOUR = 300


@pytest.mark.parametrize("kind", [ReadInfo, Walk, ReadCode])
def test_a_lock_that_does_not_answer_the_question_is_not_asked_without_pause(
    kind: type[Command],
) -> None:
    lock = _LeavesOut("front")
    lock.kind = kind
    bench = a_bench(lock)
    call = bench.create(code="1234")
    bench.advance(HOUR_US)
    assert call.answered
    assert "set" not in bench.statuses("front")
    assert bench.sent["front"] < TRYING_PER_HOUR


def test_a_lock_that_answers_for_another_slot_is_not_asked_without_pause() -> None:
    lock = _LeavesOut("front")
    lock.kind, lock.body = ReadCode, CodeBody(5, SlotStatus.AVAILABLE, b"")
    bench = a_bench(lock)
    call = bench.create(code="1234")
    bench.advance(HOUR_US)
    assert call.answered
    assert "set" not in bench.statuses("front")
    assert bench.sent["front"] < TRYING_PER_HOUR


@pytest.mark.parametrize("heard", [True, False])
def test_a_code_that_was_disabled_at_the_lock_is_enabled_again(heard: bool) -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.settle()
    lock.disabled.add(1)
    if heard:
        bench.hear("front", LockEvent.CODE_ADDED, 1)
    bench.advance(MINUTE_US if heard else DAY_US)
    assert lock.codes == {1: "1234"}
    assert lock.disabled == set()
    assert bench.statuses("front") == ["set"]


def test_a_code_that_stays_disabled_at_the_lock_is_not_called_set() -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.settle()
    lock.disabled.add(1)
    lock.refuses = True
    bench.hear("front", LockEvent.CODE_ADDED, 1)
    bench.advance(MINUTE_US)
    assert bench.statuses("front") == ["setting"]
    assert bench.problems("front")


def test_a_withdrawn_code_that_is_found_disabled_is_still_cleared() -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.settle()
    bench.disable("front", 1, heard=False)
    bench.host_down()
    bench.host_up()  # the lock is being read when the code is withdrawn
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(DAY_US)
    assert lock.codes == {}
    assert bench.listed("front") == []


@pytest.mark.parametrize("other", ["", "5678"])
def test_a_refused_code_keeps_no_slot_that_somebody_freed(other: str) -> None:
    bench = a_bench(PlainLock("front", slots=1))
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.settle()
    lock.refuses = True
    bench.disable("front", 1)
    bench.advance(MINUTE_US)
    if other:
        bench.create(code=other, behavior_when_code_cannot_be_shared="create_random_code")
    bench.erase("front", 1, heard=False)
    lock.refuses = False
    bench.advance(DAY_US)
    assert list(lock.codes) == [1]
    assert bench.statuses("front").count("set") == 1
    assert ("no_space_for_access_code_on_device" in bench.problems("front")) == bool(other)


def test_a_code_that_could_not_be_enabled_again_is_cleared_when_it_is_deleted() -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.settle()
    lock.disabled.add(1)
    lock.refuses = True
    bench.hear("front", LockEvent.CODE_ADDED, 1)
    bench.advance(MINUTE_US)
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(MINUTE_US)
    assert lock.codes == {}


def test_a_code_that_was_disabled_is_still_cleared_when_it_is_deleted() -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.settle()
    lock.disabled.add(1)
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(MINUTE_US)
    assert lock.codes == {}


def test_a_clearing_that_will_be_tried_again_counts_as_open_work() -> None:
    bench = a_bench("front")
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.settle()
    assert bench.core.open_work() == 0
    lock.pretends = True
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.settle()
    assert lock.codes
    for _ in range(100):
        assert bench.core.open_work() > 0
        bench.advance(SECOND_US)
    assert "failed_to_remove_from_device" in bench.problems("front")
    lock.pretends = False
    bench.advance(2 * MINUTE_US)
    assert bench.core.open_work() == 0
    assert lock.codes == {}
    assert len(lock.commands(ClearCode)) < 20


def test_a_gateway_that_was_superseded_says_that_its_codes_are_out_of_reach() -> None:
    bench = a_bench("front", programming="async")
    bench.create(code="1234")
    flight = bench.in_flight.popleft()
    bench.report(flight, Report(Transmit.FAIL, rejection=Rejection.STALE))
    bench.advance(DAY_US)
    assert bench.statuses("front") == ["setting"]
    assert bench.problems("front") == ["device_offline"]
    assert bench.locks["front"].codes == {}
    assert bench.core.open_work() == 0


def test_a_call_does_not_wait_for_a_lock_that_a_newer_gateway_holds() -> None:
    bench = a_bench("front", "cellar")
    call = bench.create(code="1234")
    flight = next(flight for flight in bench.in_flight if flight.device_id == "cellar")
    bench.in_flight.remove(flight)
    bench.report(flight, Report(Transmit.FAIL, rejection=Rejection.STALE))
    bench.settle()
    assert call.reasons == {"cellar": "device_unresponsive"}


class _CountsOddly(PlainLock):
    """A lock whose own words about itself cannot be right."""

    info = InfoBody(5, 32, supervision=True, checksum=False)

    def obey(self, command: Command, now_us: int) -> Report:
        report = super().obey(command, now_us)
        return replace(report, body=self.info) if isinstance(command, ReadInfo) else report


@pytest.mark.parametrize("length", [0, 32, 300])
def test_a_length_that_no_code_can_have_is_not_believed(length: int) -> None:
    lock = _CountsOddly("front")
    lock.info = replace(lock.info, code_length=length)
    bench = a_bench(lock)
    call = bench.create()
    bench.settle()
    assert call.value.access_codes[0].status == "set"
    assert [len(code) for code in lock.codes.values()] == [4]


def test_a_lock_that_says_it_has_no_slots_does_not_end_the_gateway() -> None:
    lock = _CountsOddly("front")
    lock.info = replace(lock.info, slots=0, code_length=None)
    bench = a_bench(lock)
    call = bench.create(code="1234")
    bench.advance(MINUTE_US)
    assert call.answered


def test_a_lock_is_never_sent_a_code_that_is_not_wanted_any_more() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reach = Reach.SILENT
    call = bench.create(code="1234")
    bench.advance(10 * SECOND_US)
    bench.delete(call.value.access_codes[0].access_code_id)
    lock.heal()
    bench.advance(HOUR_US)
    assert lock.commands(SetCode) == []
    assert bench.listed("front") == []
