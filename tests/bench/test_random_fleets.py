"""Both policies, with and without waiting, with people at the keypads: nothing is ever claimed."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from protos.bench.v1 import bench_pb2 as pb
from tests.bench.chance import a_code_less, some_locks, time_passes, trouble
from tests.bench.site import HOUR_US, SECOND_US, Site, a_site

if TYPE_CHECKING:
    from simulator.http_door import HttpReply
    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

# No lock that masks what it holds: where a person and the gateway write the same slot at the same
# moment, nobody can tell from outside whose code it is.
PROFILES = ["deadbolt-30", "kwikset-914", "ttlock-1-6", "nuki", "tiny"]
TINY = "profiles:\n  tiny: {extends: deadbolt-30, slots_max: 3}\n"
OWNERS = ["1353", "2424", "4141"]  # what people type, and callers too


def a_call(here: Site, dice: Random) -> dict[str, Any]:
    """Any parameters that make sense; windows may end while the call is under way."""
    asked: dict[str, Any] = {
        "behavior_when_code_cannot_be_shared": dice.choice(["throw", "create_random_code"]),
        "sync": dice.random() < 0.6,
    }
    if dice.random() < 0.3:
        asked["code"] = dice.choice(OWNERS)
    if dice.random() < 0.3:
        ends_us = dice.choice([2 * SECOND_US, 3 * HOUR_US])
        starts_us = dice.choice([-HOUR_US, 2 * HOUR_US]) if ends_us > HOUR_US else -HOUR_US
        asked |= {"starts_at": here.at(starts_us), "ends_at": here.at(ends_us)}
    return asked


async def answer_is_true(here: Site, reply: HttpReply) -> None:
    """What the answer says of the locks holds at the moment at which it is given."""
    inside = await here.inside()
    if reply.status == 200:
        rows = here.rows(reply)
        for lock, row in rows.items():
            assert row["status"] != "set" or row["code"] in inside[lock].values(), (lock, row)
        assert len({row["code"] for row in rows.values() if row["common_code_key"]}) <= 1
    elif "rollback" in reply.body["error"]["data"]:
        pin = here.events("gateway.group.aborted")[-1].fields["pin"]
        told = reply.body["error"]["data"]["rollback"]["cleanup"]
        left = {lock for lock, codes in inside.items() if pin in codes.values()}
        assert pin in OWNERS or left <= {here.lock_of(item["device_id"]) for item in told}


async def somebody_comes_by(here: Site, dice: Random, lock: str) -> None:
    """Perhaps the owner programs a slot, or holds the reset button."""
    chance = dice.random()
    if chance < 0.3:
        await here.at_keypad(lock, dice.choice([1, 2, 3]), dice.choice([None, *OWNERS]))
    elif chance < 0.37:
        await here.bench.act(lock, factory_reset=pb.FactoryReset())


async def all_is_known(here: Site, lock: str) -> None:
    """The lock holds the codes that are `set`, and others that count as in use there."""
    rows = await here.listed(lock)
    for row in rows:
        assert row["status"] in ("set", "unset") or row["errors"], row
    others = list((await here.inside(lock))[lock].values())
    for row in rows:
        if row["status"] == "set":
            others.remove(row["code"])
    for code in others:
        body = {"device_ids": here.ids(lock), "code": code}
        plan = await here.bench.http("POST", "/latchbench/plan", body)
        (refusal,) = plan.body["plan"]["refused"]
        assert refusal["reason"] in ("pin_in_use", "digits_not_supported"), (lock, code)


@pytest.mark.parametrize("seed", range(8))
async def test_what_is_said_of_a_lock_is_in_its_memory(rig: Rig, seed: int) -> None:
    dice = Random(f"random fleets {seed}")
    locks, fleet = some_locks(dice, PROFILES)
    async with a_site(rig, TINY + fleet, seed=seed) as here:
        for _ in range(8):
            for lock in locks:
                await trouble(here, dice, lock)
            await time_passes(here, dice)
            chosen = dice.sample(locks, dice.randint(1, len(locks)))
            await answer_is_true(here, await here.create(*chosen, **a_call(here, dice)))
            await a_code_less(here, dice, locks)
            await somebody_comes_by(here, dice, dice.choice(locks))
        await here.heal()
        await here.bench.advance(8 * HOUR_US)
        await here.settle()
        for lock in locks:
            await all_is_known(here, lock)
