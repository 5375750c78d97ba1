"""Every scenario that ships, run once: the verdicts, and what their traces are evidence of.

Evidence is a set of words such as `fault:lost_ack` (it fired), `radio:dead` (a command was tried in
that state), `rule:no_zeros` (a rule of a keypad decided something) or `reason:no_space` (a device
was refused for it). It is read from what happened: what a file says that it is about counts for
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from latchbench.pin import Pin
from simulator.rig import ProcessRig
from simulator.scenario.files import is_fleet, scenario_files
from simulator.scenario.many import Many
from simulator.scenario.reader import read_scenario
from simulator.scenario.runner import RunOptions, run_case
from simulator.scenario.verbs import ProgramAtKeypad
from simulator.sim.rig import SimRig
from tests.bench.site import SETTLED_WITHIN_US, reachable_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from latchbench.trace import TraceEvent
    from simulator.bench import Bench
    from simulator.rig import Rig
    from simulator.scenario.cases import Case, Scenario
    from simulator.scenario.pacing import Pace
    from simulator.scenario.verdict import CaseVerdict

SCENARIOS = Path(__file__).parents[2] / "scenarios"
RIGS = 2
# Shorter ones are met everywhere.
CODE_LENGTH_MIN = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """One case of one file, and what came of it, with digits in the trace.

    `inside` is what the memory files of the locks hold that a hub can reach, once all that was
    under way has ended.
    """

    file: str
    case: Case
    verdict: CaseVerdict
    inside: Mapping[str, Mapping[int, str]]

    @property
    def name(self) -> str:
        return f"{self.file} [{self.case.id}]"

    def codes(self) -> set[str]:
        """Every code that an event names, or that a lock holds at the end, wherever it is from."""
        named = {event.fields.get("pin", "") for event in self.verdict.trace}
        held = {code for codes in self.inside.values() for code in codes.values()}
        return {code for code in named | held if code.isdecimal() and len(code) >= CODE_LENGTH_MIN}

    def by_hand(self) -> set[tuple[str, str]]:
        """(lock, code) that the scenario put there itself, past the gateway."""
        locks = self.case.fleet.locks.values()
        found = {(lock.name, pin.reveal()) for lock in locks for pin in lock.codes.values()}
        for step in self.case.steps:
            if isinstance(step.body, ProgramAtKeypad) and isinstance(step.body.code, Pin):
                found |= {(lock, step.body.code.reveal()) for lock in step.body.locks}
        return found


def scenarios() -> list[Scenario]:
    """Every scenario file, without the fleets."""
    return [read_scenario(path) for path in scenario_files(str(SCENARIOS)) if not is_fleet(path)]


def file_of(scenario: Scenario) -> str:
    """Its path below `scenarios/`."""
    return str(Path(scenario.path).relative_to(SCENARIOS))


async def run_all() -> list[Shown]:
    """Every case, over as many rigs as the smallest machine has cores; in the files' order."""
    todo = [(scenario, case) for scenario in scenarios() for case in scenario.cases]
    shown: list[Shown] = []

    async def run_one(item: tuple[Scenario, Case], rig: Rig) -> Shown:
        scenario, case = item
        inside: dict[str, dict[int, str]] = {}

        async def look(bench: Bench) -> None:
            await bench.settle(bench.now_us() + SETTLED_WITHIN_US)
            inside.update(reachable_codes(bench))

        options = RunOptions(show_codes=True)
        verdict = await run_case(scenario, case, options, rig, look)
        return Shown(file_of(scenario), case, verdict, inside)

    many = Many(
        todo,
        ProcessRig.start,
        run_one,
        stops=lambda _: False,
        begun=lambda _: None,
        found=shown.append,
    )
    await many.over(RIGS)
    return shown


async def verdicts_in_sim(options: RunOptions) -> dict[tuple[str, str], CaseVerdict]:
    """What comes of every case that is run without processes, by file and case."""
    found = {}
    rig = await SimRig.start()
    try:
        for scenario in scenarios():
            for case in scenario.cases:
                verdict = await run_case(scenario, case, options, rig)
                found[file_of(scenario), case.id] = verdict
    finally:
        await rig.stop()
    return found


async def traces_in_sim(pace: Pace | None = None) -> dict[tuple[str, str], tuple[TraceEvent, ...]]:
    """The trace of every case that is run without processes, by file and case, with digits."""
    verdicts = await verdicts_in_sim(RunOptions(show_codes=True, pace=pace))
    return {name: tuple(verdict.trace) for name, verdict in verdicts.items()}


def evidence(shown: Shown) -> set[str]:
    """What one case is evidence of."""
    found: set[str] = set()
    for event in shown.verdict.trace:
        found.update(_words(event))
    return found


def _words(event: TraceEvent) -> Iterator[str]:
    fields = event.fields
    if event.kind == "lock.fault.fired":
        yield f"fault:{fields['fault']}"
    if event.kind == "lock.report":
        yield from filter(None, fields.get("conditions", "").split(","))
    if "rules" in fields:
        yield from (f"rule:{word}" for word in fields["rules"].split(","))
    if "reasons" in fields:
        yield from (f"reason:{word}" for word in fields["reasons"].split(","))
    if "reason" in fields:
        yield f"reason:{fields['reason']}"
    if event.kind == "bench.answered" and "type" in fields:
        yield f"reason:{fields['type']}"
