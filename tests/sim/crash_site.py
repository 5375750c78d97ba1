"""Runs one call over three locks of which a process dies, heals, and looks what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.processes import GATEWAY, State
from simulator.sim import loop
from simulator.sim.rig import SimRig
from tests.bench.site import MINUTE_US, Codes, Site, a_site

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from latchbench.trace import TraceEvent
    from simulator.sim.deaths import Death

LOCKS = ("back", "front", "side")
THREE = "locks:\n" + "".join(f"  {lock}: {{profile: deadbolt-30}}\n" for lock in LOCKS)


@dataclass(frozen=True)
class Ending:
    """What came of a call. `died`: how often a process did."""

    status: int
    died: int
    commits: int
    inside: Mapping[str, Codes]
    listed: Mapping[str, list[dict[str, Any]]]
    trace: list[TraceEvent]

    @property
    def promised(self) -> dict[str, list[str]]:
        """The codes that the API lists as set, by lock."""
        return {
            lock: sorted(row["code"] for row in rows if row["status"] == "set")
            for lock, rows in self.listed.items()
        }


async def nothing_more(here: Site) -> None:
    """Three empty locks are all there is."""


def lived(
    call: Mapping[str, Any],
    deaths: Mapping[str, list[Death]],
    prepare: Callable[[Site], Awaitable[None]] = nothing_more,
    order: str | None = None,
) -> Ending:
    """The call over all locks, and deaths of processes: `gateway`, or the host of a lock.

    Each death of a process counts from its start after the one before.
    """
    return loop.run(_lived(call, deaths, prepare, order))


async def _lived(
    call: Mapping[str, Any],
    deaths: Mapping[str, list[Death]],
    prepare: Callable[[Site], Awaitable[None]],
    order: str | None,
) -> Ending:
    rig = SimRig(order)
    try:
        async with a_site(rig, THREE) as here:
            await prepare(here)
            before = (await here.bench.counters())["commits"]
            left = {_process(here, of): list(those) for of, those in deaths.items()}
            for name in left:
                _doom(rig, here, name, left)
            reply = await here.create(*LOCKS, **call)
            commits = (await here.bench.counters()).get("commits", 0) - before
            for _ in range(4):  # whoever is not dead yet may die of what comes after the answer
                await here.bench.advance(MINUTE_US)
                for process in here.bench.crew:
                    if process.state is State.KILLED:
                        _doom(rig, here, process.name, left)
                        await here.bench.crew.start(process.name)
            rig.spare_all()
            for process in here.bench.crew:
                if process.state is State.KILLED:
                    await here.bench.crew.start(process.name)
            await here.bench.advance(30 * MINUTE_US)
            await here.settle()
            return Ending(
                reply.status,
                len(here.events("bench.died")),
                commits,
                await here.inside(),
                {lock: await here.listed(lock) for lock in LOCKS},
                list(here.bench.trace()),
            )
    finally:
        await rig.stop()


def _process(here: Site, of: str) -> str:
    return of if of == GATEWAY else here.bench.locks[of].host


def _doom(rig: SimRig, here: Site, name: str, left: dict[str, list[Death]]) -> None:
    if left.get(name):
        rig.doom(name, left[name].pop(0), here.bench.now_us())
