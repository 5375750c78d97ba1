"""What people do at the keypad, and what the gateway makes of it: it never touches their slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.bench.site import MINUTE_US, SECOND_US, Site, a_site, reasons

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]


FLEET = """
locks:
  front: {profile: deadbolt-30}
  shed: {profile: schlage-be469}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def built(rig: Rig) -> AsyncIterator[Site]:
    async with a_site(rig, FLEET) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="session")
async def house(built: Site) -> Site:
    """Without any code, of ours or of the owner's, and with no news on the way."""
    await built.heal()
    for lock, codes in (await built.inside()).items():
        for slot in codes:
            await built.at_keypad(lock, slot, None)
    await built.empty()
    assert await built.inside() == {"front": {}, "shed": {}}
    return built


async def unheard(here: Site, lock: str, slot: int, code: str | None) -> None:
    """The owner programs a slot while nobody can hear the lock."""
    await here.radio(lock, "dead")
    await here.at_keypad(lock, slot, code)
    await here.bench.advance(10 * SECOND_US)
    await here.radio(lock, "awake")


@pytest.mark.parametrize("lock", ["front", "shed"])
async def test_a_slot_that_turns_out_to_be_the_owners_is_left_alone(house: Site, lock: str) -> None:
    """Slot 1 was given to a code while the lock was away; meanwhile its owner used it."""
    await house.given_up(lock)
    rows = await house.created(lock, sync=False)
    await house.at_keypad(lock, 1, "4141")
    await house.radio(lock, "awake")
    await house.bench.advance(2 * MINUTE_US)
    inside = (await house.inside())[lock]
    assert inside == {1: "4141", 2: rows[lock]["code"]}
    assert [row["status"] for row in await house.listed(lock)] == ["set"]


@pytest.mark.parametrize("fault", ["lost_frame", "refuse"])
async def test_a_code_that_is_found_where_ours_should_be_counts_as_in_use(
    house: Site, fault: str
) -> None:
    """The write was lost or refused, and what is read back there is the owner's."""
    await unheard(house, "front", 1, "4141")
    await house.fault("front", fault, "set_user_code", times=1)
    behavior = "create_random_code"
    rows = await house.created("front", behavior_when_code_cannot_be_shared=behavior)
    assert (await house.inside())["front"] == {1: "4141", 2: rows["front"]["code"]}
    reply = await house.create("front", code="4141")
    assert (reply.status, reply.body["error"]["type"]) == (409, "duplicate_access_code")
    assert reasons(house, reply) == {"front": "pin_in_use"}
    assert "unmanaged_access_code_id" in reply.body["error"]["data"]["devices"][0]


async def test_what_a_lock_refused_may_work_once_its_owner_made_room(house: Site) -> None:
    """A masked code in another slot is equal to ours: nobody can see why the lock refuses."""
    await unheard(house, "shed", 5, "7391")
    reply = await house.create("shed", code="7391")
    assert reasons(house, reply) == {"shed": "refused_by_lock"}
    await house.settle()  # until then the lock may still hold it, for all that anybody can see
    again = await house.create("shed", code="7391")
    assert reasons(house, again) == {"shed": "refused_by_lock"}
    await house.at_keypad("shed", 5, None)
    await house.settle()
    rows = await house.created("shed", code="7391")
    assert rows["shed"]["status"] == "set"
    assert (await house.inside())["shed"] == {1: "7391"}


async def test_a_change_at_the_lock_is_undone_and_told(house: Site) -> None:
    rows = await house.created("front", code="4821")
    since = len(house.bench.trace())
    await house.at_keypad("front", 1, "1111")
    await house.settle()
    assert (await house.inside())["front"] == {1: "4821"}
    assert house.told(since, "front") == ["modified_external_to_seam", "set_on_device"]
    await house.at_keypad("front", 1, None)
    await house.settle()
    assert (await house.inside())["front"] == {1: "4821"}
    assert house.told(since, "front")[2:] == ["deleted_external_to_seam", "set_on_device"]
    (row,) = await house.listed("front")
    assert (row["status"], row["errors"]) == ("set", [])
    assert row["access_code_id"] == rows["front"]["access_code_id"]


async def test_a_code_that_the_owner_removes_while_it_is_deleted_is_gone_once(house: Site) -> None:
    rows = await house.created("front")
    since = len(house.bench.trace())
    await house.at_keypad("front", 1, None)
    await house.delete(rows["front"])
    await house.settle()
    assert (await house.inside())["front"] == {}
    assert house.told(since, "front")[-1] == "deleted"
    assert await house.listed("front") == []


async def owned_by_the_owner(here: Site, code: str) -> None:
    """Slot 1 of front holds the code, and the gateway knows that it is somebody else's."""
    assert (await here.inside("front"))["front"][1] == code
    reply = await here.create("front", code=code)
    assert reasons(here, reply) == {"front": "pin_in_use"}
    assert "unmanaged_access_code_id" in reply.body["error"]["data"]["devices"][0]


async def test_a_slot_that_the_owner_took_over_is_not_cleared(house: Site) -> None:
    """The lock is busy with another code while one is deleted and its owner puts another there."""
    rows = await house.created("front")
    await house.fault("front", "lost_frame", times=1)
    other = await house.created("front", sync=False)
    await house.at_keypad("front", 1, "2424")
    await house.delete(rows["front"])
    await house.settle()
    assert [row["access_code_id"] for row in await house.listed("front")] == [
        other["front"]["access_code_id"]
    ]
    await owned_by_the_owner(house, "2424")


async def test_a_slot_that_could_not_be_cleared_may_become_the_owners(house: Site) -> None:
    """The gateway waits before it asks the lock once more to clear the slot."""
    rows = await house.created("front")
    await house.fault("front", "ack_without_write", "clear_user_code", times=9)
    await house.delete(rows["front"])
    await house.bench.advance(5 * SECOND_US)
    assert [row["status"] for row in await house.listed("front")] == ["removing"]
    await house.at_keypad("front", 1, "2424")
    await house.settle()
    assert await house.listed("front") == []
    await owned_by_the_owner(house, "2424")
