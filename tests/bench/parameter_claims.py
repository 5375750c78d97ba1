"""What a parameter of `create_multiple` does to locks: claims that make a call and look inside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.bench.site import HOUR_US, MINUTE_US, Site, reasons

if TYPE_CHECKING:
    from simulator.http_door import HttpReply

FLEET = """
locks:
  front: {profile: deadbolt-30}   # 4 to 8 digits
  back: {profile: deadbolt-30}
  flat: {profile: nuki}           # 6 digits, none of them 0; names of 20 characters; has schedules
  side: {profile: schlage-be469}  # 4 digits
  zoned: {profile: nuki, zone: Europe/Berlin}
  cabin: {profile: igloohome, zone: Europe/Berlin}   # makes codes of its own beside others
  shed: {profile: igloohome, zone: Europe/Berlin}
"""
PAIR = ("front", "back")
CLASH = ("flat", "side")
NOTHING: dict[int, str] = {}
KEY = "auto_set_by_create_multiple_"

Claim = Callable[[Site], Awaitable[None]]


# How locks can be left.


async def is_empty(here: Site) -> None:
    assert await here.inside() == dict.fromkeys(here.bench.fleet.locks, NOTHING)


async def only(here: Site, *locks: str) -> str:
    """These locks hold the same code in slot 1 and no other lock holds any; returns the code."""
    inside = await here.inside()
    (code,) = {inside[lock].get(1, "") for lock in locks}
    assert inside == {
        lock: {1: code} if lock in locks else NOTHING for lock in here.bench.fleet.locks
    }
    assert code
    return code


# How calls can end.


def is_invalid(reply: HttpReply, name: str | None) -> None:
    """400 with a problem under this parameter, or under none."""
    assert (reply.status, reply.body["error"]["type"]) == (400, "invalid_input"), reply.body
    tree = reply.body["error"]["validation_errors"]
    messages = tree["_errors"] if name is None else tree[name]["_errors"]
    assert messages, tree


def refused(name: str | None, /, **parameters: Any) -> Claim:
    """A call that says what is wrong with which parameter, and touches no lock."""

    async def claim(here: Site) -> None:
        is_invalid(await here.create(*PAIR, **parameters), name)
        await is_empty(here)

    return claim


def not_supported(*names: str, **parameters: Any) -> Claim:
    """A call that asks for what is not built, which is said, and touches no lock."""

    async def claim(here: Site) -> None:
        reply = await here.create(*PAIR, **{**dict.fromkeys(names, True), **parameters})
        assert (reply.status, reply.body["error"]["type"]) == (400, "not_supported"), reply.body
        assert reply.body["error"]["data"]["parameters"] == list(names)
        await is_empty(here)

    return claim


def shared(length: int, locks: tuple[str, ...] = PAIR, **parameters: Any) -> Claim:
    """A call after which these locks, and no others, hold one code of that many digits."""

    async def claim(here: Site) -> None:
        rows = await here.created(*locks, **parameters)
        code = await only(here, *locks)
        assert {row["code"] for row in rows.values()} == {code}
        assert len(code) == length

    return claim


# device_ids


async def no_device_ids(here: Site) -> None:
    is_invalid(await here.put({"code": "4821"}), "device_ids")
    await is_empty(here)


async def device_ids_in_order(here: Site) -> None:
    assert list(await here.created("zoned", "front", "flat")) == ["zoned", "front", "flat"]
    await only(here, "zoned", "front", "flat")


async def device_ids_twice(here: Site) -> None:
    reply = await here.create("front", "back", "front")
    is_invalid(reply, "device_ids")
    assert "device_ids[2] repeats device_ids[0]" in reply.body["error"]["message"]
    await is_empty(here)


async def device_ids_and_a_typo(here: Site) -> None:
    reply = await here.put({"device_id": here.ids("front")})
    is_invalid(reply, "device_id")
    assert 'Did you mean "device_ids"?' in reply.body["error"]["message"]
    await is_empty(here)


# behavior_when_code_cannot_be_shared


async def throws(here: Site) -> None:
    reply = await here.create(*CLASH)
    assert (reply.status, reply.body["error"]["type"]) == (400, "code_cannot_be_shared")
    assert reasons(here, reply) == dict.fromkeys(CLASH, "length_not_supported")
    await is_empty(here)


async def creates_random_codes(here: Site) -> None:
    rows = await here.created(*CLASH, behavior_when_code_cannot_be_shared="create_random_code")
    inside = await here.inside(*CLASH)
    assert inside == {lock: {1: rows[lock]["code"]} for lock in CLASH}
    assert [len(rows[lock]["code"]) for lock in CLASH] == [6, 4]


async def random_codes_cure_no_unknown_device(here: Site) -> None:
    body = {
        "device_ids": [*here.ids("front"), "nobody"],
        "behavior_when_code_cannot_be_shared": "create_random_code",
    }
    reply = await here.put(body)
    assert (reply.status, reply.body["error"]["type"]) == (404, "device_not_found")
    await is_empty(here)


# preferred_code_length


async def prefers_in_vain(here: Site) -> None:
    """Only one of the two has the length, so the shortest that both have is used; a code wins."""
    await shared(6, ("front", "flat"), preferred_code_length=8)(here)
    await here.empty()
    await shared(4, preferred_code_length=8, code="4821")(here)


# name


def named(given: str | None, shown: str) -> Claim:
    """A call whose row keeps the name as given, and says how the lock shows it."""

    async def claim(here: Site) -> None:
        rows = await here.created("flat", **({} if given is None else {"name": given}))
        assert (rows["flat"]["name"], rows["flat"]["appearance"]) == (given, {"name": shown})
        await only(here, "flat")

    return claim


async def names_that_fill_the_answer(here: Site) -> None:
    ids = [str(number) for number in range(10_000)]
    is_invalid(await here.put({"device_ids": ids, "name": "🔑" * 200}), "name")
    await is_empty(here)


# code


async def code_is_drawn(here: Site) -> None:
    rows = await here.created(*PAIR)
    assert await only(here, *PAIR) == rows["front"]["code"]
    assert rows["front"]["common_code_key"] == rows["back"]["common_code_key"]
    assert rows["front"]["common_code_key"].startswith(KEY)


async def code_is_kept(here: Site) -> None:
    rows = await here.created(*PAIR, code="0482")
    assert await only(here, *PAIR) == "0482"
    assert {row["common_code_key"] for row in rows.values()} == {None}


async def code_that_one_cannot_take(here: Site) -> None:
    """Whoever takes the code shares it, the other gets its own; nobody has a key."""
    behavior = "create_random_code"
    rows = await here.created(
        "flat", "front", code="0482", behavior_when_code_cannot_be_shared=behavior
    )
    inside = await here.inside("flat", "front")
    assert inside == {"flat": {1: rows["flat"]["code"]}, "front": {1: "0482"}}
    assert len(rows["flat"]["code"]) == 6
    assert {row["common_code_key"] for row in rows.values()} == {None}


# starts_at and ends_at


async def is_there_from_the_start(here: Site) -> None:
    rows = await here.created(*PAIR)
    assert {row["type"] for row in rows.values()} == {"ongoing"}
    assert {row["status"] for row in rows.values()} == {"set"}
    await only(here, *PAIR)


async def starts_later(here: Site, locks: tuple[str, ...] = PAIR, **parameters: Any) -> None:
    """Loaded an hour before it starts, and not a microsecond sooner."""
    starts_us = here.bench.now_us() + 5 * HOUR_US
    rows = await here.created(
        *locks, starts_at=here.at(5 * HOUR_US), ends_at=here.at(9 * HOUR_US), **parameters
    )
    assert {row["status"] for row in rows.values()} == {"unset"}
    assert {row["type"] for row in rows.values()} == {"time_bound"}
    await here.until(starts_us - HOUR_US - 1)
    await is_empty(here)
    await here.until(starts_us - HOUR_US)
    await here.settle()
    assert await only(here, *locks) == rows["front"]["code"]


async def stays_for_days(here: Site) -> None:
    await here.created(*PAIR)
    await here.bench.advance(50 * HOUR_US)
    code = await only(here, *PAIR)
    assert await here.opens("front", code)


async def ends(here: Site) -> None:
    ends_us = here.bench.now_us() + 2 * HOUR_US
    rows = await here.created(*PAIR, starts_at=here.at(-HOUR_US), ends_at=here.at(2 * HOUR_US))
    assert await only(here, *PAIR) == rows["front"]["code"]
    await here.until(ends_us - 1)
    await only(here, *PAIR)
    await here.until(ends_us)
    await here.settle()
    await is_empty(here)
    assert await here.listed("front") == []


# attempt_for_offline_device


async def silenced(here: Site) -> None:
    """The gateway heard the lock long ago, and will not hear it now."""
    await here.radio("back", "dead")
    await here.bench.advance(2 * MINUTE_US)


async def waits_for_offline_device(here: Site, **parameters: Any) -> None:
    await silenced(here)
    rows = await here.created(*PAIR, **parameters)
    assert {lock: row["status"] for lock, row in rows.items()} == {
        "front": "set",
        "back": "setting",
    }
    assert [error["error_code"] for error in rows["back"]["errors"]] == ["device_offline"]
    assert await only(here, "front") == rows["front"]["code"]
    await here.radio("back", "awake")
    await here.bench.advance(2 * MINUTE_US)
    await here.settle()
    assert await only(here, *PAIR) == rows["front"]["code"]


async def does_not_wait(here: Site) -> None:
    """Under either policy: another PIN would not reach the lock either."""
    await silenced(here)
    for behavior in ("throw", "create_random_code"):
        reply = await here.create(
            *PAIR,
            attempt_for_offline_device=False,
            behavior_when_code_cannot_be_shared=behavior,
        )
        assert (reply.status, reply.body["error"]["type"]) == (400, "device_offline")
        assert reasons(here, reply) == {"back": "device_offline"}
    await is_empty(here)


# prefer_native_scheduling


async def lock_keeps_the_hours(here: Site, **parameters: Any) -> None:
    """In the lock 72 hours ahead, and shut until it starts; the other lock is loaded just in time.

    The code of the one that keeps hours opens at its start and not a microsecond sooner.
    """
    starts_us = here.bench.now_us() + 80 * HOUR_US
    rows = await here.created(
        "front", "zoned", starts_at=here.at(80 * HOUR_US), ends_at=here.at(90 * HOUR_US),
        **parameters,
    )  # fmt: skip
    code = rows["zoned"]["code"]
    await here.until(starts_us - 72 * HOUR_US - 1)
    await is_empty(here)
    await here.until(starts_us - 72 * HOUR_US)
    await here.settle()
    assert await only(here, "zoned") == code
    (row,) = await here.listed("zoned")
    assert (row["status"], row["is_scheduled_on_device"]) == ("unset", True)
    await here.until(starts_us - 1)
    assert [await here.opens(lock, code) for lock in ("front", "zoned")] == [True, False]
    await here.until(starts_us)
    assert await here.opens("zoned", code)
    (row,) = await here.listed("zoned")
    assert row["status"] == "set"


async def needs_a_time_zone(here: Site) -> None:
    """A lock that keeps schedules itself takes no times while nobody knows its zone."""
    reply = await here.create(
        "front",
        "flat",
        starts_at=here.at(HOUR_US),
        ends_at=here.at(2 * HOUR_US),
        prefer_native_scheduling=True,
    )
    is_invalid(reply, "starts_at")
    assert reasons(here, reply) == {"flat": "time_zone_unknown"}
    await is_empty(here)


# allow_external_modification and is_external_modification_allowed


async def puts_back(here: Site) -> None:
    rows = await here.created("front")
    await here.at_keypad("front", 1, "2580")
    await here.settle()
    assert await only(here, "front") == rows["front"]["code"]


def adopts(spelling: str) -> Claim:
    """What the owner makes of the code is what the API then says."""

    async def claim(here: Site) -> None:
        await here.created("front", **{spelling: True})
        await here.at_keypad("front", 1, "2580")
        await here.settle()
        assert await only(here, "front") == "2580"
        (row,) = await here.listed("front")
        assert (row["code"], row["common_code_key"]) == ("2580", None)
        assert row["warnings"][0]["warning_code"] == "external_modification_in_effect"

    return claim


# request_id


async def is_answered_again(here: Site) -> None:
    """Also after the codes have gone: it is the same answer, and no second group."""
    first = await here.create(*PAIR, request_id="first")
    await here.empty()
    again = await here.create(*PAIR, request_id="first")
    assert again.body == first.body
    await is_empty(here)


async def stands_for_one_body(here: Site) -> None:
    await here.create(*PAIR, request_id="second", name="Jane")
    other = await here.create(*PAIR, request_id="second", name="John")
    assert (other.status, other.body["error"]["type"]) == (422, "request_id_reused")
    await only(here, *PAIR)


# sync


async def is_set_when_answered(here: Site) -> None:
    """The gateway of a bench in lockstep is set to answer when the locks hold the code."""
    rows = await here.created(*PAIR)
    assert {row["status"] for row in rows.values()} == {"set"}
    await only(here, *PAIR)


async def is_answered_at_once(here: Site) -> None:
    before_us = here.bench.now_us()
    rows = await here.created(*PAIR, sync=False)
    assert {row["status"] for row in rows.values()} == {"setting"}
    assert here.bench.now_us() == before_us
    await is_empty(here)
    await here.settle()
    assert await only(here, *PAIR) == rows["front"]["code"]


async def sync_and_a_code_for_later(here: Site) -> None:
    """There is nothing to wait for: the answer says that the code is not due."""
    rows = await here.created(
        *PAIR, sync=True, starts_at=here.at(5 * HOUR_US), ends_at=here.at(9 * HOUR_US)
    )
    assert {row["status"] for row in rows.values()} == {"unset"}
    await is_empty(here)


# use_backup_access_code_pool


async def keeps_spares(here: Site) -> None:
    """Three, in the lock as long as the code that wants them, and one of them pulled."""
    ends_us = here.bench.now_us() + 2 * HOUR_US
    times = {"starts_at": here.at(0), "ends_at": here.at(2 * HOUR_US)}
    rows = await here.created("front", "back", use_backup_access_code_pool=True, **times)
    await here.settle()
    for lock, codes in (await here.inside(*PAIR)).items():
        assert len(set(codes.values())) == 4
        assert codes[1] == rows[lock]["code"]
    body = {"access_code_id": rows["front"]["access_code_id"]}
    reply = await here.bench.http("POST", "/access_codes/pull_backup_access_code", body)
    assert reply.status == 200, reply.body
    assert reply.body["access_code"] == reply.body["backup_access_code"]
    assert await here.opens("front", reply.body["access_code"]["code"])
    await here.until(ends_us)
    await here.settle()
    await is_empty(here)


# is_offline_access_code, use_offline_access_code, is_one_time_use, max_time_rounding


def makes_its_own(**parameters: Any) -> Claim:
    """The lock opens for a code that it was never sent, and holds none."""

    async def claim(here: Site) -> None:
        times = {"starts_at": here.at(0), "ends_at": here.at(2 * HOUR_US)}
        since = len(here.bench.trace())
        rows = await here.created("cabin", **times, **parameters)
        assert rows["cabin"]["is_offline_access_code"]
        assert rows["cabin"]["common_code_key"] is None
        assert await here.opens("cabin", rows["cabin"]["code"])
        assert await here.opens("cabin", rows["cabin"]["code"])
        assert not await here.opens("shed", rows["cabin"]["code"])
        assert here.events("gateway.command.sent", since) == []
        await is_empty(here)

    return claim


async def each_makes_its_own(here: Site) -> None:
    """So two cannot share one: `throw` refuses, and random codes are each lock's own."""
    times = {"starts_at": here.at(0), "ends_at": here.at(HOUR_US), "is_offline_access_code": True}
    reply = await here.create("cabin", "shed", **times)
    assert reasons(here, reply) == dict.fromkeys(("cabin", "shed"), "offline_codes_only")
    rows = await here.created(
        "cabin", "shed", behavior_when_code_cannot_be_shared="create_random_code", **times
    )
    assert len({row["code"] for row in rows.values()}) == 2
    for lock, row in rows.items():
        assert await here.opens(lock, row["code"])
    reply = await here.create("front", **times)
    assert reasons(here, reply) == {"front": "offline_codes_not_supported"}
    await is_empty(here)


async def opens_once(here: Site) -> None:
    rows = await here.created(
        "cabin", is_offline_access_code=True, is_one_time_use=True, starts_at=here.at(0)
    )
    code = rows["cabin"]["code"]
    assert rows["cabin"]["is_one_time_use"]
    assert [await here.opens("cabin", code) for _ in range(2)] == [True, False]
    await is_empty(here)


async def rounds_to_days(here: Site) -> None:
    """Outwards, to midnights of the place; what is no number of days is refused."""
    at = {"starts_at": here.at(0), "ends_at": here.at(9 * 24 * HOUR_US)}
    rows = await here.created("cabin", is_offline_access_code=True, max_time_rounding="1day", **at)
    row = rows["cabin"]
    assert row["starts_at"] < at["starts_at"]
    assert row["ends_at"] > at["ends_at"]
    assert {row[name][11:] for name in ("starts_at", "ends_at")} <= {
        "22:00:00.000Z",
        "23:00:00.000Z",
    }
    uneven = {**at, "ends_at": here.at(9 * 24 * HOUR_US + MINUTE_US)}
    reply = await here.create(
        "cabin", is_offline_access_code=True, max_time_rounding="1d", **uneven
    )
    assert reasons(here, reply) == {"cabin": "time_window_not_supported"}
    await is_empty(here)


def window(from_us: int, to_us: int) -> Claim:
    """Times that make no window: the call says so."""

    async def claim(here: Site) -> None:
        reply = await here.create(*PAIR, starts_at=here.at(from_us), ends_at=here.at(to_us))
        is_invalid(reply, "ends_at")
        await is_empty(here)

    return claim
