"""Runs cases: a bench for each, its steps in order, a verdict at the end."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.bench import Bench
from simulator.layout import BenchOptions
from simulator.scenario.always import Always, Breach, breaches
from simulator.scenario.answers import CallResult
from simulator.scenario.checks import check
from simulator.scenario.performing import NeverSaved, StepImpossible, perform
from simulator.scenario.verbs import HostProcess
from simulator.scenario.verdict import CaseVerdict, Failure, Outcome, StepCost
from simulator.scenario.watching import Watching
from simulator.scenario.world import Running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.rig import Rig
    from simulator.scenario.cases import Case, Scenario, Step


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run. `seed` None: the file's own, else one made from its name and the case."""

    seed: int | None = None
    show_codes: bool = False
    hosts: int | str | None = None
    timing: str | None = None
    dawdle_ms: int = 0


def seed_of(scenario: Scenario, case: Case, options: RunOptions) -> int:
    """The number that makes this case repeatable; it does not depend on where the file lies."""
    if options.seed is not None:
        return options.seed
    if case.fleet.seed is not None:
        return case.fleet.seed
    return zlib.crc32(f"{scenario.name}/{case.id}".encode())


async def run_case(scenario: Scenario, case: Case, options: RunOptions, rig: Rig) -> CaseVerdict:
    """Run one case on a bench of its own.

    Raises `ProcessFailed` or `Stuck` when latchbench itself breaks.
    """
    seed = seed_of(scenario, case, options)
    bench = Bench(
        case.fleet,
        BenchOptions(
            seed=seed,
            show_codes=options.show_codes,
            hosts=options.hosts,
            timing=options.timing,
            apart=apart(case),
            dawdle_ms=options.dawdle_ms,
        ),
        rig,
    )
    await bench.start()
    try:
        return await _run_steps(scenario, case, bench, seed, options)
    finally:
        await bench.stop()


async def _run_steps(
    scenario: Scenario, case: Case, bench: Bench, seed: int, options: RunOptions
) -> CaseVerdict:
    run = Running(case, bench, options.show_codes)
    watching = Watching(scenario, run, bench.stepped())
    failures: list[Failure] = []
    costs: list[StepCost] = []
    checks = 0
    for steps in (case.steps, case.endings):
        is_after_failure = bool(failures)
        for step in steps:
            bench.note("bench.step", number=str(step.number), verb=step.verb, name=step.name or "")
            before = bench.tally()
            found = await _run_step(scenario, run, step, may_lack=is_after_failure)
            found += [*watching.news(), *broken_invariants(scenario, run, known=failures)]
            after = bench.tally()
            costs.append(
                StepCost(_title(step), after.rounds - before.rounds, after.steps - before.steps)
            )
            checks += len(step.expects)
            if found:
                # What follows builds on this step: one cause, one failure.
                failures += found
                break
    if not failures:
        failures += watching.never_fired()
    run.give_up()
    return CaseVerdict(
        path=scenario.path,
        name=scenario.name,
        case_id=case.id,
        seed=seed,
        outcome=Outcome.FAILED if failures else Outcome.PASSED,
        failures=tuple(failures),
        checks=checks,
        steps=len(costs),
        start_us=case.fleet.clock.start_us,
        end_us=bench.now_us(),
        trace=bench.trace(),
        left=await bench.left(),
        story=tuple(bench.letters().shown(line) for line in run.story),
        costs=tuple(costs),
        processes=tuple(bench.processes()),
        counters=await bench.counters(),
    )


async def _run_step(
    scenario: Scenario, run: Running, step: Step, *, may_lack: bool
) -> list[Failure]:
    """What failed. A step that `may_lack` what was never saved is left out then."""
    title = _title(step)
    try:
        result = await perform(run, step)
    except NeverSaved as error:
        return [] if may_lack else [_impossible(scenario, run, step, error)]
    except StepImpossible as error:
        return [_impossible(scenario, run, step, error)]
    if isinstance(result, CallResult) and not (result.is_ok or step.expects):
        # Nobody looks at the answer, so nobody would notice.
        return [_impossible(scenario, run, step, f"the call was refused: {result.refusal()}")]
    failures = []
    for expectation in step.expects:
        messages = await check(run, expectation.what, result)
        if messages:
            place = scenario.place(expectation.at)
            failures.append(Failure(place, title, tuple(messages), run.bench.now_us()))
    return failures


def _impossible(scenario: Scenario, run: Running, step: Step, why: object) -> Failure:
    place = scenario.place((*step.at, step.verb))
    return Failure(place, _title(step), (str(why),), run.bench.now_us())


def broken_invariants(
    scenario: Scenario, run: Running, *, known: Sequence[Failure]
) -> list[Failure]:
    """The first breach of each invariant of the file in the trace so far, but for known ones."""
    bench = run.bench
    first: dict[Always, Breach] = {}
    if not run.case.always:
        return []
    for breach in breaches(run.case.always, bench.raw_trace(), bench.token):
        first.setdefault(breach.always, breach)
    letters = bench.letters()
    found = [
        Failure(
            scenario.place(breach.always.at),
            f"always: {breach.always.word}",
            (letters.shown(f"{breach.message} ({breach.event.source}: {breach.event.kind})"),),
            breach.event.at_us,
        )
        for breach in first.values()
    ]
    return [failure for failure in found if failure not in known]


def apart(case: Case) -> frozenset[str]:
    """Locks to whose hosts something is done: they live apart, so that nobody else is hit."""
    steps = [
        *case.steps,
        *case.endings,
        *(step for trigger in case.triggers for step in trigger.do),
    ]
    bodies = [step.body for step in steps if isinstance(step.body, HostProcess)]
    return frozenset(lock for body in bodies for lock in body.of)


def _title(step: Step) -> str:
    turn = f" ({step.turn[0]} of {step.turn[1]})" if step.turn is not None else ""
    what = f' "{step.name}"' if step.name else f", {step.verb}"
    return f"step {step.number}{what}{turn}"
