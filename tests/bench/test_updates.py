"""Every parameter of `update`, once: what it does to the lock, not only to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from gateway.policy.update import UPDATE_PARAMETERS
from tests.bench.parameter_claims import Claim, is_invalid
from tests.bench.site import HOUR_US, MINUTE_US, Site, a_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.http_door import HttpReply
    from simulator.rig import Rig


FLEET = """
locks:
  front: {profile: deadbolt-30}
  back: {profile: deadbolt-30}
  flat: {profile: nuki}
"""
NOTHING: dict[int, str] = {}


@dataclass(frozen=True)
class Row:
    """What is claimed of one parameter. Each claim makes its own calls and looks into the lock."""

    default: Claim
    good: Claim
    bad: Claim
    interplay: Claim


async def update(here: Site, row: dict[str, Any], **parameters: Any) -> HttpReply:
    body = {"access_code_id": row["access_code_id"], **parameters}
    return await here.bench.http("PATCH", "/access_codes/update", body)


async def updated(here: Site, row: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """An update that must succeed; the row as it is then."""
    reply = await update(here, row, **parameters)
    assert reply.status == 200, reply.body
    assert reply.body["action_attempt"]["status"] == "success", reply.body
    answer = await here.get(access_code_id=row["access_code_id"])
    return dict(answer.body["access_code"])


async def a_row(here: Site, **parameters: Any) -> dict[str, Any]:
    return (await here.created("front", **{"code": "4821", **parameters}))["front"]


async def holds(here: Site, code: str | None) -> None:
    assert await here.inside("front") == {"front": NOTHING if code is None else {1: code}}


def unchanged(**parameters: Any) -> Claim:
    """An update after which the row and the lock are as before."""

    async def claim(here: Site) -> None:
        row = await a_row(here)
        assert await updated(here, row, **parameters) == row
        await holds(here, "4821")

    return claim


def refused(name: str | None, /, **parameters: Any) -> Claim:
    """An update that says what is wrong with which parameter, and changes nothing."""

    async def claim(here: Site) -> None:
        row = await a_row(here)
        is_invalid(await update(here, row, **parameters), name)
        assert await here.listed("front") == [row]
        await holds(here, "4821")

    return claim


async def unknown_row(here: Site) -> None:
    reply = await update(here, {"access_code_id": "nobody's"}, name="x")
    assert (reply.status, reply.body["error"]["type"]) == (404, "access_code_not_found")


async def no_row(here: Site) -> None:
    is_invalid(
        await here.bench.http("POST", "/access_codes/update", {"name": "x"}), "access_code_id"
    )


async def row_of_another_device(here: Site) -> None:
    row = await a_row(here)
    reply = await update(here, row, device_id=here.ids("back")[0], code="2580")
    assert (reply.status, reply.body["error"]["type"]) == (404, "access_code_not_found")
    await holds(here, "4821")


async def row_of_its_device(here: Site) -> None:
    row = await a_row(here)
    await updated(here, row, device_id=row["device_id"], code="2580")
    await holds(here, "2580")


async def another_name(here: Site) -> None:
    (row,) = (await here.created("flat")).values()
    name = "Jane's long reservation"
    row = await updated(here, row, name=name)
    assert (row["name"], row["appearance"]["name"]) == (name, name[:20])


async def another_code(here: Site) -> None:
    row = await a_row(here)
    row = await updated(here, row, code="2580")
    assert (row["code"], row["status"], row["errors"]) == ("2580", "set", [])
    await holds(here, "2580")
    assert await here.opens("front", "2580")
    assert not await here.opens("front", "4821")


async def code_in_use(here: Site) -> None:
    row = await a_row(here)
    await here.at_keypad("front", 9, "2580")
    await here.settle()
    reply = await update(here, row, code="2580")
    assert (reply.status, reply.body["error"]["type"]) == (409, "duplicate_access_code")
    assert reply.body["error"]["data"]["devices"][0]["unmanaged_access_code_id"]
    assert await here.inside("front") == {"front": {1: "4821", 9: "2580"}}
    await here.at_keypad("front", 9, None)


async def code_of_linked_rows(here: Site) -> None:
    rows = await here.created("front", "back")
    front = await updated(here, rows["front"], code="2580")
    (back,) = await here.listed("back")
    assert front["common_code_key"] is None
    assert back["common_code_key"] == rows["back"]["common_code_key"]
    assert await here.inside("front", "back") == {
        "front": {1: "2580"},
        "back": {1: rows["back"]["code"]},
    }


async def keeps_its_times(here: Site) -> None:
    times = {"starts_at": here.at(-HOUR_US), "ends_at": here.at(2 * HOUR_US)}
    row = await a_row(here, **times)
    row = await updated(here, row, name="Jane", code="2580")
    assert row["type"] == "time_bound"
    await here.bench.advance(2 * HOUR_US)
    await here.settle()
    await holds(here, None)


async def starts_later(here: Site) -> None:
    row = await a_row(here)
    starts_us = here.bench.now_us() + 5 * HOUR_US
    window = {"starts_at": here.at(5 * HOUR_US), "ends_at": here.at(6 * HOUR_US)}
    row = await updated(here, row, **window)
    assert (row["status"], row["type"]) == ("unset", "time_bound")
    await holds(here, None)
    await here.until(starts_us - HOUR_US)
    await here.settle()
    await holds(here, "4821")


async def ends_sooner(here: Site) -> None:
    row = await a_row(here)
    await updated(here, row, starts_at=here.at(0), ends_at=here.at(MINUTE_US))
    await holds(here, "4821")
    await here.bench.advance(MINUTE_US)
    await here.settle()
    await holds(here, None)
    assert await here.listed("front") == []


async def becomes_ongoing(here: Site) -> None:
    row = await a_row(here, starts_at=here.at(-HOUR_US), ends_at=here.at(HOUR_US))
    row = await updated(here, row, type="ongoing")
    assert (row["type"], row["starts_at"], row["ends_at"]) == ("ongoing", None, None)
    await here.bench.advance(2 * HOUR_US)
    await holds(here, "4821")


async def is_let_go(here: Site) -> None:
    row = await a_row(here)
    reply = await update(here, row, is_managed=False)
    assert reply.body["action_attempt"]["status"] == "success"
    assert await here.listed("front") == []
    found = await here.bench.http(
        "GET", f"/access_codes/unmanaged/list?device_id={row['device_id']}"
    )
    (theirs,) = found.body["access_codes"]
    assert (theirs["access_code_id"], theirs["code"]) == (row["access_code_id"], "4821")
    assert theirs["is_managed"] is False
    await holds(here, "4821")
    await here.at_keypad("front", 1, None)
    await here.settle()


def adopts(spelling: str) -> Claim:
    async def claim(here: Site) -> None:
        row = await a_row(here)
        row = await updated(here, row, **{spelling: True})
        assert row["is_external_modification_allowed"] is True
        await here.at_keypad("front", 1, "2580")
        await here.settle()
        (row,) = await here.listed("front")
        assert (row["code"], row["status"]) == ("2580", "set")
        (warning,) = row["warnings"]
        assert warning["warning_code"] == "external_modification_in_effect"
        assert warning["change_type"] == "modified"
        assert warning["modified_fields"] == [{"field": "code", "from": None, "to": None}]
        await holds(here, "2580")

    return claim


async def puts_back(here: Site) -> None:
    row = await a_row(here, allow_external_modification=True)
    await updated(here, row, name="Jane")
    await updated(here, row, allow_external_modification=False)
    await here.at_keypad("front", 1, "2580")
    await here.settle()
    await holds(here, "4821")


async def waits_for_an_offline_lock(here: Site) -> None:
    row = await a_row(here)
    await here.radio("front", "dead")
    reply = await update(here, row, code="2580")
    assert reply.body["action_attempt"]["status"] == "pending"
    (row,) = await here.listed("front")
    assert [one["mutation_code"] for one in row["pending_mutations"]] == ["updating_code"]
    assert row["pending_mutations"][0]["from"] == {"code": "4821"}
    assert row["pending_mutations"][0]["to"] == {"code": "2580"}
    assert [error["error_code"] for error in row["errors"]] == ["device_offline"]
    await holds(here, "4821")
    await here.radio("front", "awake")
    await here.bench.advance(2 * MINUTE_US)
    await here.settle()
    await holds(here, "2580")


async def does_not_wait(here: Site) -> None:
    row = await a_row(here)
    await here.radio("front", "dead")
    await update(here, row, code="2580")
    reply = await update(here, row, code="7319", attempt_for_offline_device=False)
    assert (reply.status, reply.body["error"]["type"]) == (400, "device_offline")
    await here.radio("front", "awake")
    await here.bench.advance(2 * MINUTE_US)
    await here.settle()
    await holds(here, "2580")


async def is_answered_at_once(here: Site) -> None:
    row = await a_row(here)
    reply = await update(here, row, code="2580", sync=False)
    attempt = reply.body["action_attempt"]
    assert (attempt["action_type"], attempt["status"]) == ("UPDATE_ACCESS_CODE", "pending")
    await holds(here, "4821")
    await here.settle()
    path = f"/action_attempts/get?action_attempt_id={attempt['action_attempt_id']}"
    attempt = (await here.bench.http("GET", path)).body["action_attempt"]
    assert attempt["status"] == "success"
    assert attempt["result"]["access_code"]["code"] == "2580"
    await holds(here, "2580")


async def is_told_that_the_lock_refuses(here: Site) -> None:
    row = await a_row(here)
    await here.fault("front", "refuse", times=10)
    reply = await update(here, row, code="2580", sync=True)
    attempt = reply.body["action_attempt"]
    assert attempt["status"] == "error"
    assert attempt["error"]["type"] == "failed_to_set_on_device"
    assert "2580" not in attempt["error"]["message"]
    (row,) = await here.listed("front")
    assert "still holds the code before" in row["errors"][0]["message"]
    await holds(here, "4821")


TIMES = {"starts_at": "2099-01-01T00:00:00Z", "ends_at": "2099-01-02T00:00:00Z"}
ROWS: dict[str, Row] = {
    "access_code_id": Row(no_row, unchanged(), unknown_row, row_of_another_device),
    "device_id": Row(
        unchanged(), row_of_its_device, refused("device_id", device_id=7), row_of_another_device
    ),
    "name": Row(keeps_its_times, another_name, refused("name", name=7), unchanged(name=None)),
    "code": Row(unchanged(), another_code, refused("code", code=2580), code_of_linked_rows),
    "starts_at": Row(
        keeps_its_times,
        starts_later,
        refused("starts_at", starts_at="soon", ends_at=TIMES["ends_at"]),
        refused(None, starts_at=TIMES["starts_at"]),
    ),
    "ends_at": Row(
        keeps_its_times,
        ends_sooner,
        refused("ends_at", starts_at="2001-01-01T00:00:00Z", ends_at="2002-01-01T00:00:00Z"),
        refused("ends_at", starts_at=TIMES["ends_at"], ends_at=TIMES["starts_at"]),
    ),
    "type": Row(
        keeps_its_times,
        becomes_ongoing,
        refused("type", type="forever"),
        refused("type", type="ongoing", **TIMES),
    ),
    "is_managed": Row(
        unchanged(is_managed=True),
        is_let_go,
        refused("is_managed", is_managed="no"),
        refused("is_managed", is_managed=False, code="2580"),
    ),
    "allow_external_modification": Row(
        puts_back,
        adopts("allow_external_modification"),
        refused("allow_external_modification", allow_external_modification="yes"),
        refused(None, allow_external_modification=True, is_external_modification_allowed=False),
    ),
    "is_external_modification_allowed": Row(
        puts_back,
        adopts("is_external_modification_allowed"),
        refused("is_external_modification_allowed", is_external_modification_allowed=1),
        refused(None, allow_external_modification=False, is_external_modification_allowed=True),
    ),
    "attempt_for_offline_device": Row(
        waits_for_an_offline_lock,
        does_not_wait,
        refused("attempt_for_offline_device", attempt_for_offline_device=None),
        unchanged(attempt_for_offline_device=False),
    ),
    "sync": Row(
        another_code,
        is_answered_at_once,
        refused("sync", sync="yes"),
        is_told_that_the_lock_refuses,
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(rig: Rig) -> AsyncIterator[Site]:
    async with a_site(rig, FLEET) as here:
        yield here


def test_every_parameter_has_a_row() -> None:
    assert list(ROWS) == [parameter.name for parameter in UPDATE_PARAMETERS]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("aspect", ["default", "good", "bad", "interplay"])
@pytest.mark.parametrize("name", ROWS)
async def test_a_parameter_does_this_to_the_lock(house: Site, name: str, aspect: str) -> None:
    claim: Claim = getattr(ROWS[name], aspect)
    await claim(house)
    await house.empty()
    assert await house.inside() == dict.fromkeys(house.bench.fleet.locks, NOTHING)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_code_in_use_is_the_conflict_that_clients_know(house: Site) -> None:
    await code_in_use(house)
    await house.empty()


# update_multiple


async def multiple(here: Site, **body: Any) -> HttpReply:
    return await here.bench.http("PATCH", "/access_codes/update_multiple", body)


@pytest.mark.asyncio(loop_scope="session")
async def test_all_rows_of_a_key_are_changed_together(house: Site) -> None:
    rows = await house.created("front", "back")
    key = rows["front"]["common_code_key"]
    commits = (await house.bench.counters())["commits"]
    reply = await multiple(
        house, common_code_key=key, name="Jane", starts_at=house.at(-HOUR_US),
        ends_at=house.at(HOUR_US),
    )  # fmt: skip
    assert (reply.status, reply.body) == (200, {"ok": True})
    assert (await house.bench.counters())["commits"] == commits + 1
    changed = [(await house.listed(lock))[0] for lock in ("front", "back")]
    assert {row["name"] for row in changed} == {"Jane"}
    assert {row["type"] for row in changed} == {"time_bound"}
    assert {row["common_code_key"] for row in changed} == {key}
    await house.bench.advance(HOUR_US)
    await house.settle()
    assert await house.inside("front", "back") == {"front": {}, "back": {}}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("key", [None, "nobody's"])
async def test_a_key_that_no_row_has_is_not_found(house: Site, key: str | None) -> None:
    reply = await multiple(house, common_code_key=key, name="Jane")
    assert (reply.status, reply.body["error"]["type"]) == (404, "common_code_key_not_found")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("common_code_key", {"name": "Jane"}),
        ("name", {"common_code_key": "k", "name": 7}),
        ("code", {"common_code_key": "k", "code": "4821"}),
        (None, {"common_code_key": "k", "starts_at": TIMES["starts_at"]}),
    ],
)
async def test_what_is_wrong_with_the_body_is_said(
    house: Site, name: str | None, body: dict[str, Any]
) -> None:
    is_invalid(await multiple(house, **body), name)
