"""Codes that turn up where they were not sent, or after they were given up."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gateway.policy.commands import (
    ClearCode,
    Command,
    LockEvent,
    ReadCode,
    Report,
    SetCode,
    Transmit,
)
from latchbench.pin import Pin
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, a_bench
from tests.engine.plain_lock import PlainLock

RANDOM = "create_random_code"


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("supervised", [False, True])
def test_a_code_that_went_into_the_slot_beside_is_found_and_not_written_twice(
    tells: bool, supervised: bool
) -> None:
    bench = a_bench(PlainLock("front", errs=1, tells_writes=tells, supervised=supervised))
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.settle()
    assert call.answered
    assert lock.codes == {2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}
    assert len(lock.commands(SetCode)) == 1
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(HOUR_US)
    assert lock.codes == {}
    assert bench.listed("front") == []


def test_a_stray_code_is_taken_back_with_its_group() -> None:
    bench = a_bench(PlainLock("front", errs=1), PlainLock("cellar", refuses=True))
    call = bench.create(code="1234")
    bench.advance(HOUR_US)
    assert call.reasons["cellar"] == "refused_by_lock"
    assert bench.locks["front"].codes == {}
    assert bench.shelf.codes == {}
    assert bench.shelf.unmanaged == {}


def test_a_code_withdrawn_before_it_was_found_to_be_astray_is_still_taken_out() -> None:
    bench = a_bench(PlainLock("front", errs=1), programming="async")
    lock = bench.locks["front"]
    call = bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    read = bench.until_sent(ReadCode)
    bench.carry(read)  # the slot is empty; where it went is not known yet
    bench.delete(call.value.access_codes[0].access_code_id)
    bench.advance(HOUR_US)
    assert lock.codes == {}
    assert bench.shelf.codes == {}
    assert bench.shelf.unmanaged == {}


@pytest.mark.parametrize("is_read", [False, True])
def test_a_gateway_that_was_restarted_meanwhile_knows_the_stray_for_its_own(is_read: bool) -> None:
    bench = a_bench(PlainLock("front", errs=1), programming="async")
    bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    if is_read:
        bench.carry(bench.until_sent(ReadCode))
    bench.restart()
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


def test_a_code_that_went_over_a_residents_is_ours_and_the_residents_is_gone() -> None:
    bench = a_bench(PlainLock("front", errs=1, codes={2: "5555"}))
    bench.create(code="1234")
    bench.settle()
    assert bench.locks["front"].codes == {2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}
    assert "access_code.unmanaged.removed" in bench.event_types()


def test_somebodys_own_code_with_the_same_digits_is_never_taken_for_a_stray() -> None:
    """It was there before; the lock lets two slots have one code and loses the write."""
    bench = a_bench(PlainLock("front", codes={3: "1234"}, pretends=True), programming="async")
    bench.create(code="1234", behavior_when_code_cannot_be_shared=RANDOM)
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {3: "1234"}
    assert bench.locks["front"].commands(ClearCode) == [ClearCode(1)]


def test_a_piece_of_a_code_is_known_for_ours_after_a_restart() -> None:
    bench = a_bench(PlainLock("front", truncates_to=3), programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.carry(bench.until_sent(SetCode))
    bench.restart()
    assert lock.codes == {1: "123"}
    lock.truncates_to = None
    bench.advance(HOUR_US)
    assert lock.codes == {1: "1234"}
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}


@dataclass(slots=True)
class _HoldsBack(PlainLock):
    """The first two codes that are sent to it hang about somewhere, and nobody acknowledges."""

    held: list[SetCode] = field(default_factory=list)

    def obey(self, command: Command, now_us: int) -> Report:
        if isinstance(command, SetCode) and len(self.held) < 2:
            self.held.append(command)
            return Report(Transmit.NO_ACK)
        return PlainLock.obey(self, command, now_us)


def test_a_frame_that_was_given_up_and_arrives_after_all_is_known_for_ours() -> None:
    lock = _HoldsBack("front")
    bench = a_bench(lock, programming="async")
    bench.create(code="1234")
    bench.advance(3 * SECOND_US)  # twice sent, twice read as empty
    assert (len(lock.held), lock.codes) == (2, {})
    lock.obey(lock.held[0], bench.now_us)  # now it comes out of some queue
    bench.hear("front", LockEvent.CODE_ADDED, 1)
    bench.advance(SECOND_US // 10)
    assert bench.statuses("front") == ["set"]
    assert bench.shelf.unmanaged == {}
    bench.advance(MINUTE_US)
    assert lock.codes == {1: "1234"}
    assert len(lock.commands(SetCode)) == 1


def test_a_mask_over_a_code_that_was_read_is_no_news() -> None:
    bench = a_bench(PlainLock("front", codes={3: "5555"}))
    lock = bench.locks["front"]
    (known,) = bench.shelf.unmanaged.values()
    lock.masked = True
    bench.advance(DAY_US)
    lock.masked = False
    bench.advance(DAY_US)
    assert list(bench.shelf.unmanaged.values()) == [known]
    assert "access_code.unmanaged.removed" not in bench.event_types()


def test_a_mask_over_a_code_of_which_its_lock_told_hides_another() -> None:
    lock = PlainLock("front", codes={3: "5555"}, supervised=False)
    bench = a_bench(lock)
    lock.masked = True
    bench.advance(SECOND_US)
    bench.program("front", 3, "1234")
    bench.settle()
    bench.advance(MINUTE_US)
    lock.masked = False
    call = bench.create(code="1234")  # which the lock refuses without a word
    bench.advance(DAY_US)
    assert call.reasons == {"front": "pin_in_use"}
    assert lock.codes == {3: "1234"}
    assert [record.pin for record in bench.shelf.unmanaged.values()] == [Pin("1234")]


def test_a_mask_over_somebody_elses_digits_is_not_the_code_that_was_meant_for_the_slot() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    bench.create(code="1234")
    bench.until_sent(SetCode)  # it is durable that it may be there, and the gateway dies
    bench.program("front", 1, "5555", heard=False)
    bench.restart()
    bench.until_sent(ReadCode)  # the walk has shown the other one
    lock.masked = True
    bench.carry()
    lock.masked = False
    bench.advance(DAY_US)
    assert lock.codes == {1: "5555", 2: "1234"}
    assert bench.statuses("front") == ["set"]
    assert [record.slot for record in bench.shelf.unmanaged.values()] == [1]
