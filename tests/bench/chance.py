"""Trouble by chance, from a seed: what can go wrong with a small fleet in a bad week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protos.bench.v1 import bench_pb2 as pb
from simulator.model.words import ReadbackStyle
from simulator.scenario.words import COMMANDS, FAULTS, can_befall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from tests.bench.site import Site

# A lock without outcomes, or without a clock, cannot have these.
LEFT_OUT = {"clock_drift", "supervision_stuck"}
MASKS = {
    ReadbackStyle.MASKED_FIXED10,
    ReadbackStyle.MASKED_SAME_LENGTH,
    ReadbackStyle.STATUS_ONLY,
}
BITES = [
    (fault, command)
    for fault in FAULTS.words
    if fault not in LEFT_OUT
    for command in ("", *COMMANDS.words)
    if not command or can_befall(fault, command)
]


def some_locks(dice: Random, profiles: Sequence[str]) -> tuple[list[str], str]:
    """Two to four locks with these profiles, and their section of a fleet file."""
    locks = [f"door-{number}" for number in range(1, dice.randint(2, 4) + 1)]
    lines = (f"  {lock}: {{profile: {dice.choice(profiles)}}}\n" for lock in locks)
    return locks, f"locks:\n{''.join(lines)}"


def is_masked(here: Site, lock: str) -> bool:
    """Whether nobody can read which codes a lock holds.

    What such a lock puts into a wrong slot stays there (README, Limits): nothing tells it from
    somebody's own, and nobody's code may be touched.
    """
    return here.bench.fleet.locks[lock].profile.lock.readback_style in MASKS


async def trouble(here: Site, dice: Random, lock: str) -> None:
    """Something goes wrong at a lock, now or soon."""
    match dice.choice(["fault", "fault", "fault", "radio", "power", "nothing"]):
        case "fault":
            fault, command = dice.choice(BITES)
            if fault == "wrong_slot" and is_masked(here, lock):
                return
            await here.fault(lock, fault, command, times=dice.choice([1, 1, 2, 3, 9]))
        case "radio":
            await here.radio(lock, dice.choice(["dead", "awake", "asleep"]))
        case "power":
            action = dice.choice(["cut", "restore", "cycle"])
            await here.bench.act(lock, set_power=pb.SetPower(action=action))


async def time_passes(here: Site, dice: Random) -> None:
    """Perhaps a second, a minute or an hour."""
    if dice.random() < 0.4:
        await here.bench.advance(dice.choice([1, 60, 3600]) * 1_000_000)


async def a_code_less(here: Site, dice: Random, locks: Sequence[str]) -> None:
    """Perhaps somebody deletes the oldest code of a lock."""
    if dice.random() < 0.3:
        for row in (await here.listed(dice.choice(locks)))[:1]:
            await here.delete(row)
