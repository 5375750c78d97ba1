"""The pool of spare codes: filled when there is room, pulled once, gone with its last user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.policy.commands import SetCode
from gateway.policy.errors import (
    AccessCodeNotFound,
    AccessCodeNotTimeBound,
    InvalidInput,
    NoBackupAccessCode,
)
from gateway.policy.operations import is_spare
from gateway.policy.records import Facts
from tests.engine.bench_of_one import DAY_US, HOUR_US, SECOND_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach
from tests.engine.reply import Reply
from tests.engine.scheduled_lock import ScheduledLock

if TYPE_CHECKING:
    from gateway.policy.records import AccessCodeView, PulledView

CODE = "4821"


def stay(bench: BenchOfOne, from_us: int = 0, to_us: int = DAY_US, **parameters: Any) -> None:
    bench.create(
        use_backup_access_code_pool=True,
        starts_at=bench.at(from_us),
        ends_at=bench.at(to_us),
        **parameters,
    )
    bench.advance(SECOND_US)


def pull(bench: BenchOfOne, access_code_id: str) -> Reply[PulledView]:
    reply: Reply[PulledView] = Reply(bench.clock)
    query = {"access_code_id": access_code_id}
    bench.enter(lambda: bench.core.pull_backup(query, reply.answer))
    return reply


def pulled(bench: BenchOfOne) -> AccessCodeView:
    return pull(bench, bench.the_code("front").access_code_id).value.backup


def spares(bench: BenchOfOne) -> int:
    return sum(is_spare(code) for code in bench.world.codes.values())


def test_three_spares_are_set_after_the_code_and_seen_by_nobody() -> None:
    bench = a_bench(PlainLock("front", slots=9))
    stay(bench, code=CODE)
    lock = bench.locks["front"]
    first, *others = lock.commands(SetCode)
    assert isinstance(first, SetCode)
    assert first.pin.reveal() == CODE
    assert len(others) == 3
    assert len(set(lock.codes.values())) == 4
    assert len(bench.listed("front")) == 1
    assert bench.event_types() == ["access_code.created", "access_code.set_on_device"]
    (spare, *_) = [code for code in bench.world.codes.values() if is_spare(code)]
    assert isinstance(bench.get(spare.access_code_id).error, AccessCodeNotFound)
    assert isinstance(bench.delete(spare.access_code_id).error, AccessCodeNotFound)
    assert isinstance(pull(bench, spare.access_code_id).error, AccessCodeNotFound)


def test_a_spares_digits_are_in_use() -> None:
    bench = a_bench(PlainLock("front", slots=9))
    stay(bench, code=CODE)
    taken = bench.locks["front"].codes[3]
    assert bench.create(code=taken).reasons == {"front": "pin_in_use"}


def test_spares_take_only_slots_that_nobody_was_promised() -> None:
    """Of four slots one is the guest's, and two are for stays that come later."""
    bench = a_bench(PlainLock("front", slots=4))
    for days in (2, 4):
        bench.create(starts_at=bench.at(days * DAY_US), ends_at=bench.at((days + 1) * DAY_US))
    stay(bench, to_us=9 * DAY_US)
    assert spares(bench) == 1
    bench.advance(5 * DAY_US)
    assert bench.problems("front") == []


def test_a_full_lock_has_an_empty_pool_and_says_so() -> None:
    bench = a_bench(PlainLock("front", slots=1))
    stay(bench)
    assert bench.problems("front") == ["empty_backup_access_code_pool"]
    assert isinstance(pull(bench, bench.the_code("front").access_code_id).error, NoBackupAccessCode)


def test_a_pull_is_one_way_and_gives_the_same_code_again() -> None:
    bench = a_bench(PlainLock("front", slots=9))
    stay(bench, code=CODE)
    assert bench.the_code("front").is_backup_access_code_available
    backup = pulled(bench)
    original = bench.the_code("front")
    assert backup.is_backup
    assert backup.code is not None
    assert backup.code.reveal() in bench.locks["front"].codes.values()
    assert (backup.ends_at_us, backup.status) == (original.ends_at_us, "set")
    assert original.pulled_backup_access_code_id == backup.access_code_id
    assert [warning.warning_code for warning in original.warnings] == ["using_backup_access_code"]
    bench.advance(SECOND_US)
    again = pulled(bench)
    assert (again.access_code_id, again.code) == (backup.access_code_id, backup.code)
    assert spares(bench) == 3
    event = next(e for e in bench.published if e.event_type.endswith("backup_access_code_pulled"))
    assert event.access_code_id == original.access_code_id
    assert event.backup_access_code_id == backup.access_code_id
    assert bench.get(backup.access_code_id).value.is_backup
    assert len(bench.listed("front")) == 1


def test_a_pulled_one_outlives_a_restart_and_ends_with_the_stay() -> None:
    bench = a_bench(PlainLock("front", slots=9))
    stay(bench, code=CODE)
    backup = pulled(bench)
    bench.restart()
    bench.advance(SECOND_US)
    assert pulled(bench).access_code_id == backup.access_code_id
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {}
    assert bench.world.codes == {}


def test_deleting_a_code_takes_its_pulled_backup_and_the_pool_along() -> None:
    bench = a_bench(PlainLock("front", slots=9))
    stay(bench, code=CODE)
    pulled(bench)
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(HOUR_US)
    assert bench.locks["front"].codes == {}
    assert bench.world.codes == {}


def test_the_pool_stays_while_another_code_wants_it() -> None:
    bench = a_bench(PlainLock("front", slots=9))
    stay(bench, code=CODE)
    stay(bench, to_us=2 * DAY_US)
    assert spares(bench) == 3
    bench.advance(DAY_US)
    assert spares(bench) == 3
    bench.advance(DAY_US)
    assert bench.locks["front"].codes == {}


def test_a_spare_can_be_pulled_while_the_lock_is_silent() -> None:
    bench = a_bench(PlainLock("front", slots=9))
    stay(bench, code=CODE)
    bench.locks["front"].reach = Reach.SILENT
    assert pulled(bench).code is not None


def test_a_lock_that_keeps_hours_shuts_a_pulled_one_at_its_end_by_itself() -> None:
    lock = ScheduledLock("front", slots=9)
    bench = BenchOfOne(lock, facts=Facts(slots=9, code_lengths=(4,)))
    bench.host_up()
    bench.advance(SECOND_US)
    stay(bench, code=CODE)
    backup = pulled(bench)
    assert backup.code is not None
    bench.advance(SECOND_US)
    lock.reach = Reach.SILENT
    bench.advance(DAY_US - HOUR_US)
    assert lock.opens(backup.code.reveal(), bench.now_us)
    bench.advance(2 * HOUR_US)
    assert not lock.opens(backup.code.reveal(), bench.now_us)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({}, AccessCodeNotTimeBound),
        ({"starts_at": 0, "ends_at": DAY_US}, InvalidInput),
    ],
)
def test_a_code_that_wants_no_pool_has_none(parameters: dict[str, int], error: type) -> None:
    bench = a_bench("front")
    bench.create(**{name: bench.at(after_us) for name, after_us in parameters.items()})
    bench.advance(SECOND_US)
    assert spares(bench) == 0
    assert isinstance(pull(bench, bench.the_code("front").access_code_id).error, error)
    assert isinstance(pull(bench, "unknown").error, AccessCodeNotFound)


def test_a_lock_that_refuses_every_spare_is_not_asked_for_ever() -> None:
    lock = PlainLock("front", slots=9)
    bench = a_bench(lock)
    stay(bench, code=CODE)
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(HOUR_US)
    stay(bench, from_us=2 * HOUR_US, code=CODE)
    lock.refuses = True
    sent = len(lock.log)
    bench.advance(30 * 60 * SECOND_US)
    assert len(lock.log) - sent < 30
