"""After a refusal under `throw` no lock that can be reached holds the refused code.

Looked up in the locks' memory files, past the gateway and past the hosts: for every case that
ships, and for small fleets that chance and faults have been at.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from simulator.bench import Bench
from simulator.host.nvm import read_nvm
from simulator.layout import BenchOptions
from simulator.radio.words import RadioState
from simulator.scenario.actions import ACTIONS
from simulator.scenario.files import is_fleet, scenario_files
from simulator.scenario.reader import read_scenario
from simulator.scenario.runner import RunOptions, seed_of
from simulator.scenario.verbs import ProgramAtKeypad
from simulator.scenario.world import Running, Unfilled
from tests.bench.chance import a_code_less, some_locks, time_passes, trouble
from tests.bench.site import HOUR_US, SETTLED_WITHIN_US, Site, a_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from latchbench.trace import TraceEvent
    from simulator.rig import Rig
    from simulator.scenario.cases import Case, Scenario, Step

pytestmark = [
    pytest.mark.wire,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("bench-nothing-left"),
]

SCENARIOS = Path(__file__).parents[2] / "scenarios"


# Every case that ships.


@dataclass(frozen=True)
class Ran:
    """A case that ran and settled: its trace with digits, and what the reachable locks hold.

    `theirs` are (lock, slot, code) that the scenario put there itself, past the gateway.
    """

    title: str
    trace: list[TraceEvent]
    inside: dict[str, dict[int, str]]
    theirs: set[tuple[str, int, str]]

    def refused_codes(self) -> set[str]:
        """Codes of calls that ended in a refusal, chosen by the caller or drawn."""
        found = {event.fields["pin"] for event in self.aborted()}
        asked = ""
        for event in self.trace:
            if event.kind == "gateway.create_multiple":
                asked = event.fields.get("pin", "")
            elif event.kind == "gateway.refused" and asked:
                found.add(asked)
        return found

    def aborted(self) -> list[TraceEvent]:
        return [event for event in self.trace if event.kind == "gateway.group.aborted"]

    def taken_back(self) -> Iterator[str]:
        """Locks that stored a code of an aborted group and cleared it later, in that order."""
        codes = {event.fields["pin"] for event in self.aborted()}
        held: set[tuple[str, str]] = set()
        for event in self.trace:
            place = (event.source, event.fields.get("slot", ""))
            if event.kind == "lock.code.stored" and event.fields["pin"] in codes:
                held.add(place)
            elif event.kind == "lock.code.cleared" and place in held:
                held.remove(place)
                yield event.source


def reachable_codes(bench: Bench) -> dict[str, dict[int, str]]:
    """What the memory files of the locks hold whose radio a hub can reach."""
    found = {}
    for name, lock in bench.locks.items():
        record = read_nvm(Path(lock.nvm_path)).record
        if record.radio is not RadioState.DEAD and record.is_powered:
            found[name] = {slot: held.pin.reveal() for slot, held in record.memory.slots.items()}
    return found


def by_hand(run: Running, step: Step) -> set[tuple[str, int, str]]:
    """What the step puts into locks past the gateway."""
    body = step.body
    if not isinstance(body, ProgramAtKeypad) or body.code is None:
        return set()
    return {(lock, body.slot, run.pin(body.code).reveal()) for lock in body.locks}


async def ran(scenario: Scenario, case: Case, rig: Rig) -> Ran:
    """Do all steps, whatever comes of them, and let what is under way end."""
    options = BenchOptions(seed=seed_of(scenario, case, RunOptions()), show_codes=True)
    bench = Bench(case.fleet, options, rig)
    await bench.start()
    try:
        run = Running(case, bench, show_codes=True)
        theirs = {
            (lock.name, slot, pin.reveal())
            for lock in case.fleet.locks.values()
            for slot, pin in lock.codes.items()
        }
        for step in case.steps:
            if step.body is not None:
                with contextlib.suppress(Unfilled):  # it needs what a refused call did not save
                    await ACTIONS[step.verb](run, step, step.body)
                    theirs |= by_hand(run, step)
        assert await bench.settle(bench.now_us() + SETTLED_WITHIN_US)
        title = f"{scenario.name} [{case.id}]"
        return Ran(title, bench.trace(), reachable_codes(bench), theirs)
    finally:
        await bench.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shipped(rig: Rig) -> list[Ran]:
    """Every case of every scenario that ships."""
    files = [path for path in scenario_files(str(SCENARIOS)) if not is_fleet(path)]
    scenarios = [read_scenario(path) for path in files]
    return [await ran(scenario, case, rig) for scenario in scenarios for case in scenario]


async def test_scenarios_ship_in_which_throw_refuses_early_and_late(shipped: list[Ran]) -> None:
    assert [one.title for one in shipped if one.aborted()]
    assert [one.title for one in shipped if one.refused_codes() and not one.aborted()]


async def test_no_lock_holds_a_code_that_was_refused(shipped: list[Ran]) -> None:
    left = [
        (one.title, lock, slot)
        for one in shipped
        for lock, codes in one.inside.items()
        for slot, code in codes.items()
        if code in one.refused_codes() and (lock, slot, code) not in one.theirs
    ]
    assert left == []


async def test_some_locks_had_held_it_first(shipped: list[Ran]) -> None:
    assert len([one.title for one in shipped if list(one.taken_back())]) >= 2


# Small fleets, chance and faults.


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
