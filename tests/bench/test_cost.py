"""What a call costs, in counts: commits do not grow with the locks, nor frames with the codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.driver.hosts import FRAME_MESSAGES_MAX
from tests.bench.site import DAY_US, Site, a_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

COMMITS_MAX = 2


def fleet(locks: int, hosts: int = 1) -> str:
    return f"hosts: {hosts}\nlocks:\n  door-{{1..{locks}}}: {{profile: deadbolt-30}}\n"


async def spent(here: Site, *locks: str, **parameters: Any) -> Mapping[str, int]:
    """What one call that succeeds made the gateway count."""
    before = await here.bench.counters()
    reply = await here.create(*locks, **parameters)
    assert reply.status == 200
    after = await here.bench.counters()
    return {name: count - before.get(name, 0) for name, count in after.items()}


@pytest.mark.parametrize("locks", [1, 20])
async def test_a_synced_call_is_two_commits_however_many_locks_it_names(
    rig: Rig, locks: int
) -> None:
    async with a_site(rig, fleet(locks)) as here:
        since = len(here.bench.trace())
        cost = await spent(here, *here.bench.locks, sync=True)
        assert cost["commits"] <= COMMITS_MAX
        assert len(here.events("gateway.command.sent", since, command="SetCode")) == locks
        # Each slot is read, written and read back, and perhaps read again: the lock says that a
        # code was added, and may say so only after the gateway has read it.
        assert 3 * locks <= cost["commands"] <= 4 * locks
        assert cost["choices"] == 1


@pytest.mark.parametrize("locks", [1, 20])
async def test_an_answer_without_sync_is_one_commit_and_no_frame(rig: Rig, locks: int) -> None:
    async with a_site(rig, fleet(locks)) as here:
        cost = await spent(here, *here.bench.locks, sync=False)
        assert cost["commits"] == 1


async def test_a_refusal_at_the_door_costs_nothing(rig: Rig) -> None:
    async with a_site(rig, fleet(3)) as here:
        await here.created("door-2", code="4821")
        before = await here.bench.counters()
        reply = await here.create("door-1", "door-2", "door-3", code="4821")
        assert reply.status == 409
        after = await here.bench.counters()
        assert {**after, "choices": 0} == {**before, "choices": 0}


@pytest.mark.parametrize(("locks", "hosts"), [(20, 1), (20, 4), (300, 1)])
async def test_what_is_sent_at_one_instant_is_one_frame_to_each_host(
    rig: Rig, locks: int, hosts: int
) -> None:
    """With a radio that takes no time every round of commands is sent at one instant."""
    async with a_site(rig, fleet(locks, hosts), timing="instant") as here:
        cost = await spent(here, *here.bench.locks, sync=True)
        assert cost["commands"] == 3 * locks
        in_one_host = -(-locks // hosts)
        rounds = 3  # the looks before, the writes, the looks after
        assert cost["frames"] <= rounds * hosts * -(-in_one_host // FRAME_MESSAGES_MAX)


async def test_idle_days_cost_one_command_for_each_lock_and_look(rig: Rig) -> None:
    """Nobody asks for a sign of life: each lock is looked at after 2 h, and then every 6 h."""
    async with a_site(rig, fleet(5)) as here:
        await here.created(*here.bench.locks)
        before = await here.bench.counters()
        await here.bench.advance(3 * DAY_US)
        after = await here.bench.counters()
        looks = 1 + (72 - 2) // 6
        assert after["commands"] - before["commands"] == 5 * looks
        assert after["commits"] == before["commits"]
