"""Locks without a free slot: no other code would help, so only waiting does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.bench.site import HOUR_US, MINUTE_US, Site, a_site, reasons

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

FLEET = """
profiles:
  tiny: {extends: deadbolt-30, slots_max: 2}
locks:
  front: {profile: deadbolt-30}
  box: {profile: tiny}
"""
THROW = "throw"
RANDOM = "create_random_code"
NO_SPACE = "no_space_for_access_code_on_device"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def built(rig: Rig) -> AsyncIterator[Site]:
    async with a_site(rig, FLEET) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="session")
async def house(built: Site) -> AsyncIterator[Site]:
    """The box holds two codes of its owner's."""
    await built.at_keypad("box", 1, "1111")
    await built.at_keypad("box", 2, "2222")
    await built.settle()
    yield built
    await built.empty()
    for slot in (1, 2):
        await built.at_keypad("box", slot, None)
    await built.settle()
    assert await built.inside() == {"front": {}, "box": {}}


def errors(row: dict[str, list[dict[str, str]]]) -> list[str]:
    return [problem["error_code"] for problem in row["errors"]]


@pytest.mark.parametrize("sync", [True, False])
async def test_throw_refuses_a_full_lock_and_touches_none(house: Site, sync: bool) -> None:
    since = len(house.bench.trace())
    reply = await house.create("front", "box", sync=sync, behavior_when_code_cannot_be_shared=THROW)
    assert (reply.status, reply.body["error"]["type"]) == (400, "code_cannot_be_shared")
    assert reasons(house, reply) == {"box": "no_space"}
    await house.settle()
    assert house.events("gateway.command.sent", since, command="SetCode") == []
    assert await house.inside() == {"front": {}, "box": {1: "1111", 2: "2222"}}


@pytest.mark.parametrize("sync", [True, False])
async def test_a_random_code_is_no_cure_and_the_row_waits_for_a_slot(
    house: Site, sync: bool
) -> None:
    """It keeps the shared code, and is loaded when somebody clears a slot at the keypad."""
    since = len(house.bench.trace())
    rows = await house.created(
        "front", "box", sync=sync, behavior_when_code_cannot_be_shared=RANDOM
    )
    assert rows["box"]["code"] == rows["front"]["code"]
    assert rows["box"]["common_code_key"] == rows["front"]["common_code_key"]
    assert (rows["box"]["status"], errors(rows["box"])) == ("setting", [NO_SPACE])
    assert house.told(since, "box") == ["created", "failed_to_set_on_device"]
    await house.bench.advance(HOUR_US)
    assert await house.inside("box") == {"box": {1: "1111", 2: "2222"}}
    await house.at_keypad("box", 2, None)
    await house.settle()
    assert await house.inside("box") == {"box": {1: "1111", 2: rows["front"]["code"]}}
    (row,) = await house.listed("box")
    assert (row["status"], errors(row)) == ("set", [])
    assert house.told(since, "box")[-1] == "set_on_device"


async def test_codes_that_wait_get_the_slots_in_the_order_in_which_they_were_made(
    house: Site,
) -> None:
    first = await house.created("box", behavior_when_code_cannot_be_shared=RANDOM)
    second = await house.created("box", behavior_when_code_cannot_be_shared=RANDOM)
    await house.at_keypad("box", 2, None)
    await house.settle()
    assert await house.inside("box") == {"box": {1: "1111", 2: first["box"]["code"]}}
    refused = await house.create("box", behavior_when_code_cannot_be_shared=THROW)
    assert reasons(house, refused) == {"box": "no_space"}
    await house.delete(first["box"])
    await house.settle()
    assert await house.inside("box") == {"box": {1: "1111", 2: second["box"]["code"]}}


async def test_a_code_that_waits_for_a_slot_can_be_deleted(house: Site) -> None:
    since = len(house.bench.trace())
    rows = await house.created("box", behavior_when_code_cannot_be_shared=RANDOM)
    await house.delete(rows["box"])
    assert await house.listed("box") == []
    assert house.told(since) == ["created", "failed_to_set_on_device", "deleted"]


async def test_a_slot_is_taken_when_loading_falls_due_and_not_before(house: Site) -> None:
    """The one for later is not refused; the one for now takes the slot; later there is none."""
    await house.at_keypad("box", 2, None)
    await house.settle()
    since = len(house.bench.trace())
    later = await house.created("box", starts_at=house.at(5 * HOUR_US), ends_at=house.at(10**11))
    now = await house.created("box")
    assert (now["box"]["status"], later["box"]["status"]) == ("set", "unset")
    await house.bench.advance(4 * HOUR_US + MINUTE_US)
    reply = await house.get(access_code_id=later["box"]["access_code_id"])
    row = reply.body["access_code"]
    assert (row["status"], errors(row)) == ("setting", [NO_SPACE])
    assert house.told(since, "box")[-1] == "failed_to_set_on_device"
    await house.delete(now["box"])
    await house.settle()
    assert await house.inside("box") == {"box": {1: "1111", 2: later["box"]["code"]}}


async def test_throw_withdraws_the_code_when_the_lock_turns_out_to_be_full(house: Site) -> None:
    """Its owner took the last slot while nobody could hear it."""
    await house.at_keypad("box", 2, None)
    await house.settle()
    await house.radio("box", "dead")
    await house.at_keypad("box", 2, "3333")
    await house.bench.advance(MINUTE_US // 6)
    await house.radio("box", "awake")
    await house.fault("box", "lost_frame", "set_user_code", times=1)
    reply = await house.create("front", "box", behavior_when_code_cannot_be_shared=THROW)
    assert reasons(house, reply) == {"box": "no_space"}
    await house.settle()
    assert await house.inside() == {"front": {}, "box": {1: "1111", 2: "3333"}}
