"""Codes with a window: loaded just in time, taken out at the end, and never left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.bench.site import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Site, a_site, reasons

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

FLEET = """
profiles:
  cautious: {extends: deadbolt-30, constraints: [start_date_in_future]}
locks:
  front: {profile: deadbolt-30}
  back: {profile: deadbolt-30}
  wary: {profile: cautious}
"""
RANDOM = {"behavior_when_code_cannot_be_shared": "create_random_code"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def built(rig: Rig) -> AsyncIterator[Site]:
    async with a_site(rig, FLEET) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="session")
async def house(built: Site) -> AsyncIterator[Site]:
    yield built
    await built.empty()
    assert await built.inside() == {"front": {}, "back": {}, "wary": {}}


def window(here: Site, from_us: int, to_us: int) -> dict[str, Any]:
    return {"starts_at": here.at(from_us), "ends_at": here.at(to_us)}


@pytest.mark.parametrize("sync", [True, False])
async def test_a_stay_from_its_loading_to_its_end(house: Site, sync: bool) -> None:
    """It opens the door from an hour before its start, and not after its end."""
    since = len(house.bench.trace())
    starts_us = house.bench.now_us() + 2 * DAY_US
    rows = await house.created("front", "back", sync=sync, **window(house, 2 * DAY_US, 3 * DAY_US))
    code = rows["front"]["code"]
    (pending,) = rows["front"]["pending_mutations"]
    assert pending["mutation_code"] == "deferring_creation"
    assert pending["scheduled_at"] < rows["front"]["starts_at"]

    await house.until(starts_us - HOUR_US - 1)
    assert await house.inside("front", "back") == {"front": {}, "back": {}}
    assert not await house.opens("front", code)

    await house.until(starts_us - HOUR_US)
    await house.settle()
    assert await house.inside("front", "back") == {"front": {1: code}, "back": {1: code}}
    assert {row["status"] for row in await house.listed("front")} == {"set"}
    assert await house.opens("front", code)

    await house.until(starts_us + DAY_US - 1)
    assert await house.opens("front", code)
    await house.bench.advance(1)
    (removing,) = await house.listed("front")
    assert removing["status"] == "removing"
    await house.settle()
    assert not await house.opens("front", code)
    assert await house.listed("front") == []
    assert house.told(since, "front") == [
        "created",
        "set_on_device",
        "removed_from_device",
        "deleted",
    ]


async def test_the_digits_of_a_code_for_later_are_taken_now(house: Site) -> None:
    """No lock holds them yet, and nobody else gets them."""
    rows = await house.created("front", code="4821", **window(house, DAY_US, 2 * DAY_US))
    assert await house.inside("front") == {"front": {}}
    reply = await house.create(
        "front", "back", code="4821", **window(house, 3 * DAY_US, 4 * DAY_US)
    )
    assert (reply.status, reply.body["error"]["type"]) == (409, "duplicate_access_code")
    (device,) = reply.body["error"]["data"]["devices"]
    assert device["managed_access_code_id"] == rows["front"]["access_code_id"]


async def test_a_code_for_later_that_is_deleted_was_never_on_a_lock(house: Site) -> None:
    since = len(house.bench.trace())
    rows = await house.created("front", **window(house, DAY_US, 2 * DAY_US))
    await house.delete(rows["front"])
    assert await house.listed("front") == []
    await house.bench.advance(2 * DAY_US)
    assert house.told(since, "front") == ["created", "deleted"]
    assert house.events("gateway.command.sent", since, command="SetCode") == []


async def test_a_window_that_has_begun_is_loaded_at_once(house: Site) -> None:
    rows = await house.created("front", **window(house, -HOUR_US, HOUR_US))
    assert (rows["front"]["status"], rows["front"]["type"]) == ("set", "time_bound")
    rows = await house.created("back", **window(house, HOUR_US - 1, 2 * HOUR_US))
    assert rows["back"]["status"] == "set"  # less than the hour ahead


async def test_a_lock_may_want_codes_that_start_in_the_future(house: Site) -> None:
    reply = await house.create("front", "wary", **window(house, -1, HOUR_US), **RANDOM)
    assert (reply.status, reply.body["error"]["type"]) == (400, "invalid_input")
    assert reasons(house, reply) == {"wary": "start_not_in_future"}
    rows = await house.created("front", "wary", **window(house, MINUTE_US, HOUR_US))
    assert {row["status"] for row in rows.values()} == {"set"}
    await house.created("front", "wary")  # a code without a window does not start


@pytest.mark.parametrize("behavior", ["throw", "create_random_code"])
async def test_a_window_that_ends_while_the_lock_is_programmed_leaves_nothing(
    house: Site, behavior: str
) -> None:
    """The lock is slow: two seconds are over before it has answered."""
    for command in ("set_user_code", "get_user_code"):
        await house.fault("back", "lost_frame", command, times=1)
    reply = await house.create(
        "front",
        "back",
        behavior_when_code_cannot_be_shared=behavior,
        **window(house, -HOUR_US, 2 * SECOND_US),
    )
    assert reply.status in (200, 400)
    await house.settle()
    assert await house.inside("front", "back") == {"front": {}, "back": {}}
    assert [await house.listed(lock) for lock in ("front", "back")] == [[], []]


async def test_a_lock_that_is_away_at_the_end_is_cleared_when_it_is_back(house: Site) -> None:
    """Until then the row says `removing`: the code still opens that door."""
    rows = await house.created("front", "back", **window(house, 0, HOUR_US))
    code = rows["back"]["code"]
    await house.radio("back", "dead")
    await house.bench.advance(2 * HOUR_US)
    assert await house.inside("front", "back") == {"front": {}, "back": {1: code}}
    assert await house.opens("back", code)
    (row,) = await house.listed("back")
    assert row["status"] == "removing"
    await house.bench.advance(HOUR_US)
    await house.radio("back", "awake")
    await house.bench.advance(2 * MINUTE_US)
    assert await house.inside("back") == {"back": {}}
    assert await house.listed("back") == []


async def test_a_lock_that_is_away_for_the_whole_window_never_gets_the_code(house: Site) -> None:
    await house.given_up("back")
    since = len(house.bench.trace())
    rows = await house.created("front", "back", **window(house, 0, HOUR_US))
    assert rows["back"]["status"] == "setting"
    await house.bench.advance(2 * HOUR_US)
    await house.radio("back", "awake")
    await house.bench.advance(5 * MINUTE_US)
    assert await house.inside("front", "back") == {"front": {}, "back": {}}
    assert await house.listed("back") == []
    assert house.events("lock.code.stored", since, source="back") == []
    assert house.told(since, "back") == ["created", "deleted"]
