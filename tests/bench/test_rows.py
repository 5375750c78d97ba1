"""The life of an access code as callers see it: get, list, delete, events."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import grpc
import pytest
import pytest_asyncio

from latchbench.channel import channel_options, open_channel
from protos.access.v1 import access_codes_pb2 as access
from protos.access.v1 import access_codes_pb2_grpc as access_grpc
from tests.bench.site import HOUR_US, MINUTE_US, Site, a_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.http_door import HttpReply
    from simulator.rig import Rig

pytestmark = [
    pytest.mark.wire,
    pytest.mark.asyncio(loop_scope="session"),
]

FLEET = """
locks:
  front: {profile: deadbolt-30}
  back: {profile: deadbolt-30}
"""
GUARD_S = 30  # real seconds; only a hang comes near


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def built(rig: Rig) -> AsyncIterator[Site]:
    async with a_site(rig, FLEET) as here:
        yield here


@pytest.fixture(scope="session")
def rig(process_rig: Rig) -> Rig:
    """Some watch events over gRPC."""
    return process_rig


@pytest_asyncio.fixture(loop_scope="session")
async def house(built: Site) -> AsyncIterator[Site]:
    yield built
    await built.empty()
    assert await built.inside() == {"front": {}, "back": {}}


async def ask(here: Site, path: str, **body: Any) -> HttpReply:
    return await here.bench.http("POST", f"/access_codes/{path}", body)


def not_found(reply: HttpReply) -> bool:
    return (reply.status, reply.body["error"]["type"]) == (404, "access_code_not_found")


# Deleting.


async def test_a_deleted_code_is_removing_until_the_lock_was_read_without_it(house: Site) -> None:
    since = len(house.bench.trace())
    rows = await house.created("front", code="4821")
    row = rows["front"]
    await house.delete(row)
    (removing,) = await house.listed("front")
    assert removing["access_code_id"] == row["access_code_id"]
    assert removing["status"] == "removing"
    assert [one["mutation_code"] for one in removing["pending_mutations"]] == ["deleting"]
    assert await house.inside("front") == {"front": {1: "4821"}}
    await house.settle()
    assert await house.inside("front") == {"front": {}}
    assert await house.listed("front") == []
    assert not_found(await house.get(access_code_id=row["access_code_id"]))
    assert house.told(since) == ["created", "set_on_device", "removed_from_device", "deleted"]
    kinds = [event.kind for event in house.bench.trace()[since:]]
    assert kinds.index("lock.code.cleared") < kinds.index("gateway.code.gone")


async def test_deleting_one_row_of_a_group_leaves_the_others(house: Site) -> None:
    rows = await house.created("front", "back")
    await house.delete(rows["front"])
    await house.settle()
    assert await house.inside() == {"front": {}, "back": {1: rows["back"]["code"]}}
    (left,) = await house.listed("back")
    assert left == rows["back"]


async def test_a_lock_that_is_away_keeps_its_deleted_code_listed(house: Site) -> None:
    rows = await house.created("front")
    await house.radio("front", "dead")
    await house.delete(rows["front"])
    await house.delete(rows["front"])  # asked again: it is still there to be deleted
    await house.bench.advance(HOUR_US)
    (row,) = await house.listed("front")
    assert row["status"] == "removing"
    assert "device_offline" in [problem["error_code"] for problem in row["errors"]]
    await house.radio("front", "awake")
    await house.bench.advance(2 * MINUTE_US)
    assert await house.listed("front") == []
    assert await house.inside("front") == {"front": {}}


async def test_a_code_can_be_deleted_before_it_is_on_its_lock(house: Site) -> None:
    since = len(house.bench.trace())
    rows = await house.created("front", sync=False)
    await house.delete(rows["front"])
    await house.settle()
    assert await house.inside("front") == {"front": {}}
    assert await house.listed("front") == []
    assert house.told(since)[0] == "created"
    assert house.told(since)[-1] == "deleted"
    assert "set_on_device" not in house.told(since)


async def test_a_lock_that_says_it_cleared_and_did_not_is_asked_again(house: Site) -> None:
    rows = await house.created("front")
    await house.fault("front", "ack_without_write", "clear_user_code", times=4)
    since = len(house.bench.trace())
    await house.delete(rows["front"])
    await house.settle()
    assert await house.inside("front") == {"front": {}}
    assert house.told(since) == [
        "failed_to_remove_from_device",
        "removed_from_device",
        "deleted",
    ]


# Asking.


async def test_a_code_is_found_by_its_id_or_by_device_and_digits(house: Site) -> None:
    rows = await house.created("front", "back", code="4821")
    row = rows["back"]
    (back,), (front,) = house.ids("back"), house.ids("front")
    for query in (
        {"access_code_id": row["access_code_id"]},
        {"device_id": back, "code": "4821"},
        {"access_code_id": row["access_code_id"], "device_id": back, "code": "4821"},
    ):
        reply = await house.get(**query)
        assert reply.body["access_code"] == row
    assert not_found(await house.get(access_code_id=row["access_code_id"], device_id=front))
    assert not_found(await house.get(device_id=back, code="1284"))
    assert not_found(await house.get(access_code_id="none"))


async def test_what_is_not_there_is_not_found(house: Site) -> None:
    rows = await house.created("front")
    (back,) = house.ids("back")
    assert not_found(await ask(house, "delete", access_code_id="none"))
    wrong_device = {"access_code_id": rows["front"]["access_code_id"], "device_id": back}
    assert not_found(await ask(house, "delete", **wrong_device))
    unknown = await ask(house, "list", device_id="nobody")
    assert (unknown.status, unknown.body["error"]["type"]) == (404, "device_not_found")
    nothing = await ask(house, "list", access_code_ids=["none"])
    assert (nothing.status, nothing.body["access_codes"]) == (200, [])
    assert await house.inside("front") == {"front": {1: rows["front"]["code"]}}


async def test_pages_hold_every_row_once_and_in_the_order_they_were_made(house: Site) -> None:
    made = [await house.created("front", "back") for _ in range(5)]
    ids = [row["access_code_id"] for rows in made for row in rows.values()]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        reply = await ask(house, "list", access_code_ids=ids, limit=3, **cursor)
        seen += [row["access_code_id"] for row in reply.body["access_codes"]]
        pagination = reply.body["pagination"]
        assert pagination["has_next_page"] == (pagination["next_page_cursor"] is not None)
        if not pagination["has_next_page"]:
            break
        assert len(reply.body["access_codes"]) == 3
        cursor = {"page_cursor": pagination["next_page_cursor"]}
        await house.bench.advance(MINUTE_US)
        await house.created("front")  # what comes meanwhile is not on the pages of these ids
    assert seen == ids
    other = await ask(house, "list", access_code_ids=ids[:4], limit=3, **cursor)
    assert (other.status, other.body["error"]["type"]) == (400, "mismatched_page_parameters")


# Watching.


@asynccontextmanager
async def watching(here: Site, after: str | None = None) -> AsyncIterator[Any]:
    """A client of the gateway's event stream; its watch stands."""
    channel = open_channel(here.bench.grpc_address, channel_options())
    metadata = (("authorization", f"Bearer {here.bench.api_key}"),)
    stream = access_grpc.AccessCodeServiceStub(channel).WatchEvents(
        access.WatchEventsRequest(after_event_id=after), metadata=metadata
    )
    try:
        await stream.initial_metadata()
        yield stream
    finally:
        stream.cancel()
        await channel.close()


async def read(stream: Any, count: int) -> list[Any]:
    """The next events; it is an error if they do not come."""
    events: list[Any] = []
    for _ in range(count):
        task = asyncio.ensure_future(stream.read())
        done, _ = await asyncio.wait([task], timeout=GUARD_S)
        assert done, f"{len(events)} of {count} events came"
        assert task.result() is not grpc.aio.EOF
        events.append(task.result())
    return events


async def test_watchers_see_every_event_of_a_code_in_order(house: Site) -> None:
    async with watching(house) as stream:
        rows = await house.created("front", code="4821")
        await house.delete(rows["front"])
        await house.settle()
        events = await read(stream, 4)
    assert [event.event_type.removeprefix("access_code.") for event in events] == [
        "created",
        "set_on_device",
        "removed_from_device",
        "deleted",
    ]
    assert {event.access_code_id for event in events} == {rows["front"]["access_code_id"]}
    assert [event.device_id for event in events] == house.ids("front") * 4
    assert [event.code for event in events] == ["", "4821", "", "4821"]
    times = [event.occurred_at.ToNanoseconds() for event in events]
    assert times == sorted(times)
    async with watching(house, after=events[1].event_id) as later:
        again = await read(later, 2)
    assert again == events[2:]


async def test_nobody_is_told_of_a_group_that_was_aborted(house: Site) -> None:
    async with watching(house) as stream:
        await house.fault("back", "refuse", "set_user_code", times=9)
        refused = await house.create("front", "back")
        assert refused.status == 400
        await house.settle()
        await house.heal()
        rows = await house.created("back")
        (first,) = await read(stream, 1)
    assert first.access_code_id == rows["back"]["access_code_id"]
