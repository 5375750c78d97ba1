"""Who shares a code, who refuses, in what order that is found out, and what a refusal leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.bench.site import HOUR_US, MINUTE_US, Site, a_site, reasons

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.http_door import HttpReply
    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

FLEET = """
profiles:
  keyless: {extends: deadbolt-30, has_keypad: false}
  cloud: {extends: deadbolt-30, constraints: [cannot_specify_pin_code]}
  tiny: {extends: deadbolt-30, slots_max: 1}
locks:
  front: {profile: deadbolt-30}    # 4 to 8 digits
  back: {profile: deadbolt-30}
  flat: {profile: nuki}            # 6 digits, none of them 0
  side: {profile: schlage-be469}   # 4 digits
  gate: {profile: ttlock-1-6}      # 4 to 9 digits, each from 1 to 6
  shop: {profile: kwikset-914}     # five buttons
  box: {profile: tiny, codes: {1: "9753"}}
  vault: {profile: keyless}
  hotel: {profile: cloud}
"""
RANDOM = {"behavior_when_code_cannot_be_shared": "create_random_code"}
LOCKS = ("front", "back", "flat", "side", "gate", "shop", "box", "vault", "hotel")
FOUND = {lock: {1: "9753"} if lock == "box" else {} for lock in LOCKS}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def built(rig: Rig) -> AsyncIterator[Site]:
    async with a_site(rig, FLEET) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="session")
async def house(built: Site) -> AsyncIterator[Site]:
    yield built
    for slot in (await built.inside("shop"))["shop"]:
        await built.at_keypad("shop", slot, None)
    await built.empty()
    assert await built.inside() == FOUND


def error(reply: HttpReply) -> tuple[int, str]:
    return reply.status, reply.body["error"]["type"]


def straggling(here: Site, reply: HttpReply) -> dict[str, str]:
    return {
        here.lock_of(item["device_id"]): item["reason"]
        for item in reply.body["latchbench"]["random"]
    }


def sharing(here: Site, reply: HttpReply) -> list[str]:
    return [here.lock_of(device_id) for device_id in reply.body["latchbench"]["shared"]]


# When it is decided.


async def test_without_sync_a_late_refusal_is_told_and_the_siblings_stay(house: Site) -> None:
    await house.fault("back", "refuse", "set_user_code", times=9)
    since = len(house.bench.trace())
    rows = await house.created("front", "back", sync=False)
    assert {row["status"] for row in rows.values()} == {"setting"}
    assert house.told(since) == ["created", "created"]
    await house.settle()
    code = rows["front"]["code"]
    assert await house.inside("front", "back") == {"front": {1: code}, "back": {}}
    (late,) = await house.listed("back")
    assert (late["status"], late["code"]) == ("setting", code)
    assert [problem["error_code"] for problem in late["errors"]] == ["failed_to_set_on_device"]
    assert house.told(since, "back") == ["created", "failed_to_set_on_device"]
    assert house.told(since, "front") == ["created", "set_on_device"]


async def test_with_sync_nothing_is_told_before_the_decision(house: Site) -> None:
    since = len(house.bench.trace())
    await house.created("front", "back", sync=True)
    kinds = [
        event.kind
        for event in house.bench.trace()[since:]
        if event.kind in ("gateway.event", "gateway.group.committed", "lock.code.stored")
    ]
    assert kinds == [
        "lock.code.stored",
        "lock.code.stored",
        "gateway.group.committed",
        *["gateway.event"] * 4,
    ]


# What is found out first.


async def test_what_is_wrong_is_found_out_in_one_order(house: Site) -> None:
    """Every call has all the mistakes of those after it."""
    await house.given_up("back")
    clash = house.ids("flat", "side")
    no_wait = {"attempt_for_offline_device": False}
    away = [*house.ids("back"), *clash]
    keyless = [*house.ids("vault"), *away]
    unknown = ["nobody", *keyless, "nobody else"]
    since = len(house.bench.trace())

    invalid = await house.put({"device_ids": unknown, "code": "12", "name": 7, **no_wait})
    assert error(invalid) == (400, "invalid_input")
    assert invalid.body["error"]["validation_errors"].keys() == {"_errors", "code", "name"}

    not_found = await house.put({"device_ids": unknown, **no_wait})
    assert error(not_found) == (404, "device_not_found")
    assert not_found.body["error"]["data"] == {"device_ids": ["nobody", "nobody else"]}

    no_keypad = await house.put({"device_ids": keyless, **no_wait})
    assert error(no_keypad) == (400, "device_does_not_support_access_codes")
    assert reasons(house, no_keypad) == {"vault": "no_keypad"}

    offline = await house.put({"device_ids": away, **no_wait})
    assert error(offline) == (400, "device_offline")
    assert reasons(house, offline) == {"back": "device_offline"}

    apart = await house.put({"device_ids": clash, **no_wait})
    assert error(apart) == (400, "code_cannot_be_shared")
    assert reasons(house, apart) == dict.fromkeys(("flat", "side"), "length_not_supported")
    assert "rollback" not in apart.body["error"]["data"]  # no lock was touched

    assert house.told(since) == []
    assert await house.inside() == FOUND


async def test_every_device_that_refuses_is_named_with_its_reason(house: Site) -> None:
    await house.created("front", code="1357")
    await house.at_keypad("shop", 3, "2468")  # the same buttons as 1357
    await house.settle()
    reply = await house.create("back", "front", "flat", "gate", "shop", "box", code="1357")
    assert error(reply) == (400, "code_cannot_be_shared")
    assert reasons(house, reply) == {
        "front": "pin_in_use",
        "flat": "length_not_supported",
        "gate": "digits_not_supported",
        "shop": "keypad_collision",
        "box": "no_space",
    }
    assert not re.search(r"1357|2468", str(reply.body["error"]["message"]))
    for device in reply.body["error"]["data"]["devices"]:
        assert device["message"]
        assert not re.search(r"1357|2468", device["message"])


async def test_a_code_in_use_is_a_conflict_and_names_who_has_it(house: Site) -> None:
    rows = await house.created("front", code="4821")
    await house.at_keypad("shop", 2, "4821")
    await house.settle()
    reply = await house.create("back", "front", "shop", code="4821")
    assert error(reply) == (409, "duplicate_access_code")
    ours, theirs = reply.body["error"]["data"]["devices"]
    assert ours["managed_access_code_id"] == rows["front"]["access_code_id"]
    assert "unmanaged_access_code_id" in theirs
    mixed = await house.create("front", "flat", code="4821")
    assert error(mixed) == (400, "code_cannot_be_shared")


# What a refusal leaves.


async def test_a_rollback_names_the_locks_to_clear_and_clears_them(house: Site) -> None:
    """The answer does not wait for the clearing; nobody ever sees the rows."""
    await house.fault("gate", "refuse", "set_user_code", times=9)
    await house.fault("front", "lost_frame", "clear_user_code", times=2)
    since = len(house.bench.trace())
    reply = await house.create("front", "back", "gate", code="1353")
    assert error(reply) == (400, "code_cannot_be_shared")
    assert reasons(house, reply) == {"gate": "refused_by_lock"}
    rollback = reply.body["error"]["data"]["rollback"]
    assert rollback["state"] == "pending"
    assert rollback["cleanup"] == [
        {"device_id": device_id, "state": "removing"} for device_id in house.ids("front", "back")
    ]
    held = await house.inside("front", "back", "gate")
    assert held == {"front": {1: "1353"}, "back": {1: "1353"}, "gate": {}}
    for lock in ("front", "back", "gate"):
        assert await house.listed(lock) == []
        (device_id,) = house.ids(lock)
        assert error(await house.get(device_id=device_id, code="1353")) == (
            404,
            "access_code_not_found",
        )
    again = await house.create("front", code="1353")  # it is still in there
    assert reasons(house, again) == {"front": "pin_in_use"}
    assert "managed_access_code_id" not in again.body["error"]["data"]["devices"][0]
    await house.settle()
    assert await house.inside() == FOUND
    assert house.told(since) == []


async def test_a_rollback_is_complete_only_if_no_lock_holds_the_code(house: Site) -> None:
    await house.fault("back", "refuse", "set_user_code", times=9)
    reply = await house.create("back")
    rollback = reply.body["error"]["data"]["rollback"]
    assert rollback == {"state": "complete", "cleanup": []}
    assert await house.inside() == FOUND


async def test_a_lock_that_goes_silent_is_cleared_when_it_is_back(house: Site) -> None:
    """It stored the code, and died before it could say so."""
    await house.fault("back", "lost_ack", "set_user_code", times=1)
    call = await house.bench.start_http(
        "PUT",
        "/access_codes/create_multiple",
        {"device_ids": house.ids("front", "back"), "code": "1353"},
    )
    await house.bench.advance(200_000)
    assert await house.inside("back") == {"back": {1: "1353"}}
    await house.radio("back", "dead")
    await house.bench.advance(MINUTE_US)
    reply = await call.result()
    assert reasons(house, reply) == {"back": "device_unresponsive"}
    states = {
        house.lock_of(item["device_id"]): item["state"]
        for item in reply.body["error"]["data"]["rollback"]["cleanup"]
    }
    assert states == {"front": "removing", "back": "removing"}
    await house.settle()
    assert await house.inside("front", "back") == {"front": {}, "back": {1: "1353"}}
    await house.bench.advance(HOUR_US)
    await house.radio("back", "awake")
    await house.bench.advance(2 * MINUTE_US)
    assert await house.inside() == FOUND


# Who shares.


@pytest.mark.parametrize("order", [("side", "flat"), ("flat", "side")])
async def test_between_equals_the_one_that_is_named_first_shares(
    house: Site, order: tuple[str, str]
) -> None:
    first, second = order
    reply = await house.create(*order, **RANDOM)
    assert sharing(house, reply) == [first]
    assert straggling(house, reply) == {second: "length_not_supported"}


async def test_as_many_as_can_share_do(house: Site) -> None:
    order = ("flat", "side", "gate", "shop", "front")
    reply = await house.create(*order, **RANDOM)
    assert list(house.rows(reply)) == list(order)
    assert sharing(house, reply) == ["flat", "gate", "shop", "front"]
    assert straggling(house, reply) == {"side": "length_not_supported"}
    inside = await house.inside(*order)
    (code,) = {inside[lock][1] for lock in sharing(house, reply)}
    assert re.fullmatch("[1-6]{6}", code)
    assert re.fullmatch("[0-9]{4}", inside["side"][1])


async def test_only_those_that_share_a_drawn_code_are_linked(house: Site) -> None:
    """Also when only one of them is left; and no two calls have the same key."""
    keys = set()
    for _ in range(2):
        reply = await house.create("side", "flat", **RANDOM)
        rows = house.rows(reply)
        group = reply.body["latchbench"]["group_id"]
        assert {row["latchbench"]["group_id"] for row in rows.values()} == {group}
        key = rows["side"]["common_code_key"]
        assert re.fullmatch(r"auto_set_by_create_multiple_[0-9a-f-]{36}", key)
        assert rows["flat"]["common_code_key"] is None
        keys.add(key)
    assert len(keys) == 2


# What a code of its own cures.


@pytest.mark.parametrize(
    ("lock", "code", "reason"),
    [
        ("front", "4821", "pin_in_use"),
        ("shop", "1357", "keypad_collision"),
        ("flat", "4821", "length_not_supported"),
        ("gate", "7890", "digits_not_supported"),
    ],
)
async def test_a_code_of_its_own_cures_this(house: Site, lock: str, code: str, reason: str) -> None:
    await house.created("front", code="4821")
    await house.at_keypad("shop", 3, "2468")
    await house.settle()
    before = (await house.inside(lock))[lock]
    refused = await house.create("back", lock, code=code)
    assert reasons(house, refused) == {lock: reason}
    reply = await house.create("back", lock, code=code, **RANDOM)
    assert straggling(house, reply) == {lock: reason}
    after = (await house.inside(lock))[lock]
    (new,) = (held for slot, held in after.items() if slot not in before)
    assert new == house.rows(reply)[lock]["code"] != code
    assert await house.inside("back") == {"back": {1: code}}


async def test_a_lock_whose_provider_picks_the_code_waits_for_it(house: Site) -> None:
    refused = await house.create("front", "hotel")
    assert reasons(house, refused) == {"hotel": "provider_chooses_pin"}
    reply = await house.create("front", "hotel", sync=False, **RANDOM)
    row = house.rows(reply)["hotel"]
    assert (row["code"], row["is_waiting_for_code_assignment"]) == (None, True)
    assert straggling(house, reply) == {"hotel": "provider_chooses_pin"}
    await house.settle()
    (row,) = await house.listed("hotel")
    assert (row["status"], row["is_waiting_for_code_assignment"]) == ("set", False)
    assert await house.inside("hotel") == {"hotel": {1: row["code"]}}


# Lots of devices.


async def test_at_most_ten_thousand_devices_and_each_once(house: Site) -> None:
    async def ask(ids: list[Any]) -> HttpReply:
        return await house.put({"device_ids": ids})

    many = [f"device_{number}" for number in range(10_001)]
    assert error(await ask(many)) == (400, "invalid_input")
    assert error(await ask([])) == (400, "invalid_input")
    unknown = await ask(many[1:])
    assert error(unknown) == (404, "device_not_found")
    assert unknown.body["error"]["data"]["device_ids"] == many[1:]
    twice = await ask([*house.ids("front", "back"), *house.ids("front")])
    assert "device_ids[2] repeats device_ids[0]" in twice.body["error"]["message"]
    order = ("shop", "front", "back")
    assert list(await house.created(*order)) == list(order)
