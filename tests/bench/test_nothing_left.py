"""Whatever went wrong, locks hold what the API lists and nothing else.

Looked up in the locks' memory files, past the gateway and past the hosts, for small fleets that
chance and faults have been at. The same for every case that ships, after a refusal, is in
`tests/product/test_shipped_scenarios.py`.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from protos.bench.v1 import bench_pb2 as pb
from tests.bench.chance import a_code_less, some_locks, time_passes, trouble
from tests.bench.site import HOUR_US, Site, a_site, reachable_codes

if TYPE_CHECKING:
    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

PROFILES = ["deadbolt-30", "deadbolt-30", "kwikset-914", "schlage-be469", "ttlock-1-6", "nuki"]


async def one_round(here: Site, dice: Random, locks: list[str]) -> None:
    """Some trouble, a call for some of the locks, and perhaps some time, or a code less."""
    for lock in locks:
        await trouble(here, dice, lock)
    await time_passes(here, dice)
    chosen = dice.sample(locks, dice.randint(1, len(locks)))
    parameters = {"code": dice.choice(["1353", "2424"])} if dice.random() < 0.3 else {}
    reply = await here.create(*chosen, behavior_when_code_cannot_be_shared="throw", **parameters)
    assert reply.status in (200, 400, 409), reply.body
    await a_code_less(here, dice, locks)


@pytest.mark.parametrize("seed", range(12))
async def test_after_any_trouble_locks_hold_what_the_api_lists_and_nothing_else(
    rig: Rig, seed: int
) -> None:
    dice = Random(f"nothing left {seed}")
    locks, fleet = some_locks(dice, PROFILES)
    async with a_site(rig, fleet, seed=seed) as here:
        for _ in range(6):
            await one_round(here, dice, locks)
        await here.heal()
        for lock in locks:  # one that hangs would not be healed by that
            await here.bench.act(lock, set_power=pb.SetPower(action="cycle"))
        await here.bench.advance(8 * HOUR_US)
        await here.settle()
        inside = reachable_codes(here.bench)
        assert list(inside) == locks
        for lock in locks:
            rows = await here.listed(lock)
            there = [row["code"] for row in rows if row["status"] == "set"]
            assert sorted(inside[lock].values()) == sorted(there), (lock, rows)
            # A lock that was away took its time to refuse: its row stays, and says why.
            assert all(row["errors"] for row in rows if row["status"] != "set"), (lock, rows)
