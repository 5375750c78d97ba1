"""What has happened, as callers can ask for it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from simulator.processes import GATEWAY
from tests.bench.site import HOUR_US, MINUTE_US, Site, a_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

FLEET = """
locks:
  front: {profile: deadbolt-30}
  back: {profile: deadbolt-30}
"""
LONG_AGO = "2030-01-01T00:00:00Z"


@pytest_asyncio.fixture(loop_scope="session")
async def house(rig: Rig) -> AsyncIterator[Site]:
    async with a_site(rig, FLEET) as here:
        yield here


async def events(here: Site, since: str = LONG_AGO, **filters: Any) -> list[dict[str, Any]]:
    reply = await here.bench.http("POST", "/events/list", {"since": since, **filters})
    assert reply.status == 200, reply.body
    return list(reply.body["events"])


def types(found: list[dict[str, Any]]) -> list[str]:
    return [event["event_type"].removeprefix("access_code.") for event in found]


async def test_the_life_of_a_code_can_be_read_afterwards(house: Site) -> None:
    rows = await house.created("front", "back", code="4827", sync=True)
    front = rows["front"]
    await house.bench.http(
        "PATCH", "/access_codes/update", {"access_code_id": front["access_code_id"], "code": "9351"}
    )
    await house.settle()
    await house.delete(front)
    await house.settle()
    found = await events(house, access_code_id=front["access_code_id"])
    assert types(found) == house.told(lock="front") == [
        "created", "set_on_device", "mutations_requested", "code_changed",
        "set_on_device", "removed_from_device", "deleted",
    ]  # fmt: skip
    assert found[1]["code"] == "4827"
    assert (found[3]["from"], found[3]["to"]) == ({"code": "4827"}, {"code": "9351"})
    assert {event["device_id"] for event in found} == {front["device_id"]}
    assert len(await events(house)) == len(house.told())
    assert types(await events(house, device_ids=house.ids("back"))) == house.told(lock="back")


async def test_what_came_since_the_last_look_is_told_once(house: Site) -> None:
    await house.created("front", code="4827", sync=True)
    seen = await events(house)
    assert await events(house, since=seen[-1]["created_at"]) == []
    await house.bench.advance(MINUTE_US)
    await house.created("back", code="4827", sync=False)
    news = await events(house, since=seen[-1]["created_at"])
    assert types(news) == ["created"], "it is durable before it is told, and told at once"
    assert await events(house) == [*seen, *news]


async def test_an_owners_own_code_and_a_refusal_are_in_it(house: Site) -> None:
    await house.at_keypad("front", 7, "2580")
    await house.settle()
    await house.fault("back", "refuse", "set_user_code", times=50)
    await house.created("back", code="4827", sync=False, attempt_for_offline_device=True)
    await house.bench.advance(HOUR_US)
    by_hand, *_ = await events(house, device_id=house.ids("front")[0])
    assert types([by_hand]) == ["unmanaged.created"]
    assert "code" not in by_hand
    (failed,) = await events(house, event_type="access_code.failed_to_set_on_device")
    assert [one["error_code"] for one in failed["access_code_errors"]]
    assert failed["device_errors"] == []


async def test_the_next_gateway_tells_what_happened_before_it(house: Site) -> None:
    await house.created("front", "back", code="4827", sync=True)
    before = await events(house)
    await house.bench.crew.kill(GATEWAY)
    await house.bench.crew.start(GATEWAY)
    await house.settle()
    assert (await events(house))[: len(before)] == before
