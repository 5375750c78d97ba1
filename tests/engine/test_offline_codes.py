"""Offline codes in the gateway: made without the radio, and kept from being given out twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.policy.errors import AccessCodeNotFound, InvalidInput
from gateway.policy.records import Facts
from latchbench.algopin import OfflineWindow, derive
from latchbench.pin import Pin
from tests.engine.bench_of_one import HOUR_US, MINUTE_US, SECOND_US, BenchOfOne
from tests.engine.plain_lock import PlainLock, Reach
from tests.engine.reply import Reply

FACTS = Facts(slots=5, code_lengths=(4,), supports_offline_codes=True)
SECRET = Pin("secret of cabin")
OFFLINE = {"is_offline_access_code": True}


def a_house(*names: str, facts: Facts = FACTS, up: bool = True, **options: Any) -> BenchOfOne:
    bench = BenchOfOne(*map(PlainLock, names), facts=facts, **options)
    for name in names:
        bench.world.devices[name] = replace(
            bench.world.devices[name],
            time_zone="Europe/Berlin",
            offline_secret=Pin(f"secret of {name}"),
        )
    if up:
        bench.host_up()
        bench.advance(SECOND_US)
    return bench


def stay(bench: BenchOfOne, hours: int = 3) -> dict[str, str]:
    """From the next full hour, rounded to itself."""
    first_us = bench.now_us + HOUR_US - bench.now_us % HOUR_US
    at = first_us - bench.now_us
    return {"starts_at": bench.at(at), "ends_at": bench.at(at + hours * HOUR_US)}


def test_the_code_is_the_one_that_the_lock_makes_and_nothing_is_sent() -> None:
    bench = a_house("cabin", up=False)
    reply = bench.create(**OFFLINE, **stay(bench))
    (row,) = reply.value.access_codes
    assert reply.answered_at_us == reply.asked_at_us
    window = OfflineWindow(row.starts_at_us or 0, row.ends_at_us or 0)
    assert row.code == derive(SECRET, window, 0)
    assert (row.status, row.is_offline_access_code, row.common_code_key) == ("unset", True, None)
    assert bench.sent == {"cabin": 0}
    bench.advance(2 * HOUR_US)
    assert bench.statuses("cabin") == ["set"]
    bench.advance(2 * HOUR_US)
    assert bench.listed("cabin") == []
    assert bench.sent == {"cabin": 0}
    assert bench.event_types() == ["access_code.created", "access_code.deleted"]


def test_a_lock_that_is_believed_dead_is_no_reason_to_refuse() -> None:
    bench = a_house("cabin")
    bench.locks["cabin"].reach = Reach.SILENT
    bench.create(**OFFLINE, **stay(bench), attempt_for_offline_device=False).value  # noqa: B018


def test_a_deleted_code_is_unseen_and_its_digits_stay_taken_until_its_end() -> None:
    bench = a_house("cabin")
    times = stay(bench)
    pins = []
    for _ in range(3):
        (row,) = bench.create(**OFFLINE, **times).value.access_codes
        pins.append(row.code)
        bench.delete(row.access_code_id)
        assert bench.listed("cabin") == []
        assert isinstance(bench.get(row.access_code_id).error, AccessCodeNotFound)
    assert len(set(pins)) == 3
    assert bench.create(**OFFLINE, **times).reasons == {"cabin": "no_space"}
    bench.restart()
    assert bench.create(**OFFLINE, **times).reasons == {"cabin": "no_space"}
    bench.advance(5 * HOUR_US)
    assert bench.world.codes == {}
    assert bench.event_types().count("access_code.deleted") == 0  # told before the restart


def test_nobody_can_change_a_code_that_its_lock_never_hears_of() -> None:
    bench = a_house("cabin")
    (row,) = bench.create(**OFFLINE, **stay(bench)).value.access_codes
    assert isinstance(bench.update(row.access_code_id, name="Other").error, InvalidInput)
    deleted = bench.delete(row.access_code_id, sync=True)
    bench.advance(SECOND_US)
    assert deleted.value.status == "success"
    assert isinstance(bench.update(row.access_code_id, name="Other").error, AccessCodeNotFound)


def test_create_makes_one_offline_code() -> None:
    bench = a_house("cabin")
    view = bench.create_one("cabin", **OFFLINE, **stay(bench)).value
    assert view.access_code.is_offline_access_code
    assert view.attempt.status == "success"


def test_used_up_codes_leave_the_row_without_one_where_random_ones_are_taken() -> None:
    bench = a_house("cabin")
    times = stay(bench)
    for _ in range(3):
        bench.create(**OFFLINE, **times)
    reply = bench.create(
        **OFFLINE, **times, behavior_when_code_cannot_be_shared="create_random_code"
    )
    (row,) = reply.value.access_codes
    assert row.code is None
    assert [error.error_code for error in row.errors] == ["failed_to_set_on_device"]
    bench.advance(5 * HOUR_US)
    assert bench.listed("cabin") == []


ONLY = replace(FACTS, offline_codes_only=True)


def test_a_lock_that_takes_no_other_codes_gets_its_own_beside_a_shared_one() -> None:
    bench = a_house("cabin", "shed")
    cabin = bench.world.devices["cabin"]
    bench.world.devices["cabin"] = replace(cabin, facts=ONLY)
    times = stay(bench)
    refused = bench.create(**times)
    assert refused.reasons == {"cabin": "offline_codes_only"}
    reply = bench.create(**times, behavior_when_code_cannot_be_shared="create_random_code")
    bench.advance(SECOND_US)
    rows = {row.device_id: row for row in reply.value.access_codes}
    assert rows["cabin"].is_offline_access_code
    assert len(rows["cabin"].code or "") == 10
    assert not rows["shed"].is_offline_access_code
    assert reply.value.shared == ("shed",)


def test_such_a_lock_has_no_code_without_times() -> None:
    bench = a_house("cabin", facts=ONLY)
    assert bench.create().reasons == {"cabin": "offline_codes_only"}
    assert bench.listed("cabin") == []


@pytest.mark.parametrize("seconds", [0, 1800])
def test_a_plan_says_what_each_would_get_and_changes_nothing(seconds: int) -> None:
    bench = a_house("cabin", "shed")
    bench.advance(seconds * SECOND_US)
    reply: Reply[Any] = Reply(bench.clock)
    body = {
        "device_ids": ["cabin", "shed"],
        "behavior_when_code_cannot_be_shared": "create_random_code",
        **OFFLINE,
        **stay(bench),
    }
    bench.enter(lambda: bench.core.plan(body, reply.answer))
    assert [view.reason for view in reply.value.random] == ["offline_codes_only"] * 2
    assert not reply.value.can_share
    bench.advance(MINUTE_US)
    assert bench.world.codes == {}
