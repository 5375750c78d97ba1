"""Which codes are drawn, under which names, and what happens when a lock takes none of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from protos.bench.v1 import bench_pb2 as pb
from tests.bench.site import MINUTE_US, SECOND_US, Site, a_site, reasons

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

# `narrow`: 360 codes of 4 digits keep its rules (the digits 1 to 6, all different); 290 are in use.
FLEET = """
profiles:
  narrow:
    extends: ttlock-1-6
    code_lengths: [4, 5]
    slots_max: 400
    constraints: [cannot_contain_089, cannot_contain_0789, unique_first_four_digits]
  narrowest: {extends: narrow, code_lengths: [4]}
  long: {extends: deadbolt-30, code_lengths: [5, 6, 7]}
  residential:
    extends: deadbolt-30
    constraints: [pin_code_matches_existing_set]
    existing_pins: ["1357", "2468"]
  names: {extends: deadbolt-30, constraints: [name_must_be_unique]}
locks:
  front: {profile: deadbolt-30}
  back: {profile: deadbolt-30}
  flat: {profile: nuki}
  side: {profile: schlage-be469}
  alley: {profile: narrow, fill_slots: 290}
  lane: {profile: narrowest, fill_slots: 290}
  lobby: {profile: names}
  tower: {profile: long}
  home: {profile: residential}
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
    assert await built.inside("front", "back", "flat", "side", "lobby") == {
        lock: {} for lock in ("front", "back", "flat", "side", "lobby")
    }


# Lengths.


async def test_a_preferred_length_is_used_where_all_that_share_have_it(house: Site) -> None:
    reply = await house.create("front", "flat", "side", preferred_code_length=7, **RANDOM)
    rows = house.rows(reply)
    # front and flat have 6 digits in common, and side, alone, has only 4.
    assert {lock: len(row["code"]) for lock, row in rows.items()} == {
        "front": 6,
        "flat": 6,
        "side": 4,
    }


@pytest.mark.parametrize(("preferred", "length"), [(None, 5), (6, 6), (4, 5)])
async def test_a_straggler_judges_the_preferred_length_for_itself(
    house: Site, preferred: int | None, length: int
) -> None:
    """Two locks of four digits share; the third has 5 to 7."""
    reply = await house.create("side", "lane", "tower", preferred_code_length=preferred, **RANDOM)
    lengths = {lock: len(row["code"]) for lock, row in house.rows(reply).items()}
    assert lengths == {"side": 4, "lane": 4, "tower": length}


# When few codes are left.


async def test_few_codes_left_is_a_warning_and_the_next_length_is_taken(house: Site) -> None:
    reply = await house.create("alley")
    (warning,) = reply.body["latchbench"]["warnings"]
    assert warning["warning_code"] == "few_codes_left"
    # 70 are; those that anybody would guess are not counted.
    left = re.fullmatch("Only ([0-9]+) codes of 4 digits are left.", warning["message"])
    assert left is not None
    assert 60 < int(left[1]) <= 70
    code = house.rows(reply)["alley"]["code"]
    assert len(code) == 5
    assert code in (await house.inside("alley"))["alley"].values()


async def test_a_length_that_was_asked_for_is_kept_while_codes_of_it_are_left(house: Site) -> None:
    reply = await house.create("alley", preferred_code_length=4)
    assert len(house.rows(reply)["alley"]["code"]) == 4
    (warning,) = reply.body["latchbench"]["warnings"]
    assert warning["warning_code"] == "few_codes_left"


async def test_few_codes_left_never_refuse_a_call(house: Site) -> None:
    reply = await house.create("lane", "front")
    assert reply.body["latchbench"]["random"] == []
    (code,) = {row["code"] for row in house.rows(reply).values()}
    assert len(code) == 4
    assert [warning["warning_code"] for warning in reply.body["latchbench"]["warnings"]] == [
        "few_codes_left"
    ]


# Names.


async def test_a_name_is_kept_as_given_and_made_unique_on_the_device(house: Site) -> None:
    shown = []
    for _ in range(3):
        rows = await house.created("lobby", "front", name="Jane")
        assert {row["name"] for row in rows.values()} == {"Jane"}
        assert rows["front"]["appearance"] == {"name": "Jane"}
        shown.append(rows["lobby"]["appearance"]["name"])
    assert shown == ["Jane", "Jane 2", "Jane 3"]


# Locks for which there is no code.


@pytest.mark.parametrize("sync", [True, False])
@pytest.mark.parametrize("code", [None, "4821"])
async def test_a_row_without_a_code_says_why(house: Site, code: str | None, sync: bool) -> None:
    """The lock takes only PINs of its residents, and no guest ever gets one of those."""
    refused = await house.create("front", "home", code=code, sync=sync)
    assert refused.body["error"]["type"] == "code_cannot_be_shared"
    assert list(reasons(house, refused)) == ["home"]
    since = len(house.bench.trace())
    rows = await house.created("front", "home", code=code, sync=sync, **RANDOM)
    assert rows["home"]["code"] is None
    (problem,) = rows["home"]["errors"]
    assert problem["error_code"] == "failed_to_set_on_device"
    assert "only PINs that its account already has" in problem["message"]
    await house.settle()
    assert house.told(since, "home") == ["created", "failed_to_set_on_device"]
    assert await house.inside("front", "home") == {"front": {1: rows["front"]["code"]}, "home": {}}


# Locks that take no code and do not say why.


async def test_throw_gives_up_at_the_first_refusal_without_a_reason(house: Site) -> None:
    await house.fault("back", "refuse", "set_user_code", times=99)
    since = len(house.bench.trace())
    reply = await house.create("front", "back")
    assert reasons(house, reply) == {"back": "refused_by_lock"}
    assert len(house.events("gateway.code.refused", since)) == 1
    assert house.events("gateway.code.redrawn", since) == []


async def test_three_random_codes_are_tried_and_then_the_row_says_so(house: Site) -> None:
    await house.fault("back", "refuse", "set_user_code", times=99)
    since = len(house.bench.trace())
    reply = await house.create("front", "back", **RANDOM)
    rows = house.rows(reply)
    tried = [event.fields["pin"] for event in house.events("gateway.code.redrawn", since)]
    refused = [event.fields["pin"] for event in house.events("gateway.code.refused", since)]
    assert refused == [rows["front"]["code"], *tried]
    assert len(set(refused)) == 4
    assert rows["back"]["code"] == tried[-1]
    assert (rows["back"]["status"], rows["back"]["common_code_key"]) == ("setting", None)
    assert [problem["error_code"] for problem in rows["back"]["errors"]] == [
        "failed_to_set_on_device"
    ]
    assert house.told(since, "back") == ["created", "failed_to_set_on_device"]
    assert reply.body["latchbench"]["random"][0]["reason"] == "refused_by_lock"
    assert await house.inside("back") == {"back": {}}


@pytest.mark.parametrize("refusals", [1, 2, 3])
async def test_a_random_code_that_the_lock_takes_ends_the_matter(
    house: Site, refusals: int
) -> None:
    await house.fault("back", "refuse", "set_user_code", times=refusals)
    since = len(house.bench.trace())
    rows = await house.created("front", "back", **RANDOM)
    assert len(house.events("gateway.code.redrawn", since)) == refusals
    assert await house.inside("back") == {"back": {1: rows["back"]["code"]}}
    assert rows["back"]["code"] != rows["front"]["code"]
    assert (rows["back"]["status"], rows["back"]["errors"]) == ("set", [])
    assert rows["front"]["common_code_key"] is not None
    assert rows["back"]["common_code_key"] is None


# Locks that do not answer.


async def test_a_silent_lock_keeps_the_shared_code_and_gets_it_when_it_is_back(house: Site) -> None:
    """Nobody knows what is in it: another code would be no better."""
    await house.radio("back", "dead")
    rows = await house.created("front", "back", **RANDOM)
    assert rows["back"]["status"] == "setting"
    assert rows["back"]["code"] == rows["front"]["code"]
    assert rows["back"]["common_code_key"] == rows["front"]["common_code_key"]
    assert [problem["error_code"] for problem in rows["back"]["errors"]] == ["device_offline"]
    await house.radio("back", "awake")
    await house.bench.advance(2 * MINUTE_US)
    assert await house.inside("back") == {"back": {1: rows["front"]["code"]}}


async def test_a_refusal_of_a_lock_that_was_away_never_rolls_back_the_others(house: Site) -> None:
    await house.given_up("back")
    rows = await house.created("front", "back")
    assert [rows[lock]["status"] for lock in ("front", "back")] == ["set", "setting"]
    await house.fault("back", "refuse", "set_user_code", times=99)
    await house.radio("back", "awake")
    await house.bench.advance(2 * MINUTE_US)
    await house.settle()
    (late,) = await house.listed("back")
    assert [problem["error_code"] for problem in late["errors"]] == ["failed_to_set_on_device"]
    assert await house.inside("front", "back") == {"front": {1: rows["front"]["code"]}, "back": {}}


async def test_it_does_not_do_so_while_the_others_are_under_way_either(house: Site) -> None:
    """The call did not wait for the lock, which is back and refuses before the call has ended."""
    await house.given_up("back")
    for command in ("set_user_code", "get_user_code"):  # each costs seconds
        await house.fault("front", "lost_frame", command, times=1)
    await house.fault("back", "refuse", "set_user_code", times=99)
    since = len(house.bench.trace())
    call = await house.bench.start_http(
        "PUT", "/access_codes/create_multiple", {"device_ids": house.ids("front", "back")}
    )
    await house.bench.advance(2 * SECOND_US)
    await house.radio("back", "awake")
    await house.bench.act("back", turn_thumb=pb.TurnThumb(locked=False))  # and the hub hears it
    await house.bench.advance(MINUTE_US)
    reply = await call.result()
    assert reply.status == 200, reply.body
    kinds = [event.kind for event in house.bench.trace()[since:]]
    assert kinds.index("gateway.code.refused") < kinds.index("gateway.group.committed")
    code = house.rows(reply)["front"]["code"]
    assert await house.inside("front", "back") == {"front": {1: code}, "back": {}}
    (late,) = await house.listed("back")
    assert [problem["error_code"] for problem in late["errors"]] == ["failed_to_set_on_device"]
