"""Runs cases: a bench for each, its steps in order, a verdict at the end."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import grpc
import httpx

from latchbench.process import ProcessFailed
from simulator.bench import Bench
from simulator.layout import BenchOptions, Masking
from simulator.rounds import Stuck
from simulator.scenario.always import Always, Breach, breaches
from simulator.scenario.answers import CallResult
from simulator.scenario.checks import check
from simulator.scenario.exposure import exposures
from simulator.scenario.pacing import held_back
from simulator.scenario.performing import NeverSaved, StepImpossible, perform
from simulator.scenario.verbs import HostProcess
from simulator.scenario.verdict import CaseVerdict, Comparison, Failure, Outcome, StepCost, title_of
from simulator.scenario.watching import Watching
from simulator.scenario.world import Running

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from simulator.rig import Rig
    from simulator.scenario.cases import Case, Scenario, Step
    from simulator.scenario.pacing import Pace
    from simulator.scenario.policies import Pair
    from simulator.scenario.world import Instead


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run. `seed` None: the file's own, else one made from its name and the case.

    `judged` False: do the steps, and leave out what they expect and those that cannot be done.
    `policy` is the sharing policy that a comparison runs it under; `pace` holds it back.
    """

    seed: int | None = None
    show_codes: bool = False
    hosts: int | str | None = None
    timing: str | None = None
    dawdle_ms: int = 0
    judged: bool = True
    masking: Masking | None = None
    policy: str | None = None
    pace: Pace | None = None


def seed_of(scenario: Scenario, case: Case, options: RunOptions) -> int:
    """The number that makes this case repeatable; it does not depend on where the file lies."""
    if options.seed is not None:
        return options.seed
    if case.fleet.seed is not None:
        return case.fleet.seed
    return zlib.crc32(f"{scenario.name}/{case.id}".encode())


async def run_case(
    scenario: Scenario,
    case: Case,
    options: RunOptions,
    rig: Rig,
    look: Callable[[Bench], Awaitable[None]] | None = None,
    instead: Mapping[int, Instead] = MappingProxyType({}),
) -> CaseVerdict:
    """Run one case on a bench of its own; `look` sees the bench at the end, while it still runs.

    `instead` is done in place of the steps of these numbers, where the language has no words.

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
            masking=options.masking,
            patient=options.pace is not None,
        ),
        rig,
    )
    await bench.start()
    try:
        with held_back(bench, title_of(scenario.name, case.id, options.policy), options.pace):
            verdict = await _run_steps(scenario, case, bench, options, instead)
        if look is not None:
            await look(bench)
        return verdict
    finally:
        await bench.stop()


async def verdict_of(scenario: Scenario, case: Case, options: RunOptions, rig: Rig) -> CaseVerdict:
    """As `run_case`, and a verdict too when latchbench itself breaks."""
    try:
        return await run_case(scenario, case, options, rig)
    except (ProcessFailed, Stuck, grpc.aio.AioRpcError, httpx.TransportError) as error:
        told = isinstance(error, ProcessFailed | Stuck)
        what = str(error) if told else f"a process did not answer ({type(error).__name__})"
        start_us = case.fleet.clock.start_us
        return CaseVerdict(
            path=scenario.path,
            name=scenario.name,
            case_id=case.id,
            seed=seed_of(scenario, case, options),
            outcome=Outcome.BROKEN,
            failures=(),
            checks=0,
            steps=0,
            start_us=start_us,
            end_us=start_us,
            trace=(),
            tags=scenario.tags,
            policy=options.policy,
            fault=f"latchbench itself failed: {what}",
        )


async def compare(pair: Pair, options: RunOptions, rig: Rig) -> Comparison:
    """Run a case under both policies, one after the other, with one seed and one set of letters."""
    case = replace(pair.sides[0].case, id=pair.id)
    seed = seed_of(pair.scenario, case, options)
    masking = Masking(secrets.token_hex(32))
    sides = []
    for side in pair.sides:
        told = replace(options, seed=seed, judged=side.judged, masking=masking, policy=side.policy)
        sides.append(await verdict_of(pair.scenario, side.case, told, rig))
    return Comparison(pair.scenario.path, pair.scenario.name, pair.id, (sides[0], sides[1]))


async def _run_steps(
    scenario: Scenario,
    case: Case,
    bench: Bench,
    options: RunOptions,
    instead: Mapping[int, Instead],
) -> CaseVerdict:
    run = Running(case, bench, options.show_codes, instead)
    taken = _Taken(Watching(scenario, run, bench.stepped()))
    before = await bench.held()
    for steps in (case.steps, case.endings):
        await _take(scenario, run, steps, taken, judged=options.judged)
    if options.judged and not taken.failures:
        taken.failures += taken.watching.never_fired()
    run.give_up()
    left = await bench.held()
    outcome = Outcome.PASSED if options.judged else Outcome.NOT_JUDGED
    if taken.failures:
        outcome = Outcome.FAILED
    letters = bench.letters()  # the same for all that follows, or letters could differ
    trace = bench.trace()
    verdict = CaseVerdict(
        path=scenario.path,
        name=scenario.name,
        case_id=case.id,
        seed=seed_of(scenario, case, options),
        outcome=outcome,
        failures=tuple(taken.failures),
        checks=taken.checks,
        steps=len(taken.costs),
        start_us=case.fleet.clock.start_us,
        end_us=bench.now_us(),
        trace=trace,
        before=tuple(lock.lettered(letters) for lock in before),
        left=tuple(lock.lettered(letters) for lock in left),
        exposures=tuple(exposures(trace, bench.now_us())),
        story=tuple(letters.shown(line) for line in run.story),
        costs=tuple(taken.costs),
        processes=tuple(bench.processes()),
        counters=await bench.counters(),
        tags=scenario.tags,
        policy=options.policy,
        skipped=tuple(taken.skipped),
    )
    if options.masking is not None:
        options.masking.letters = letters
    return verdict


@dataclass(slots=True)
class _Taken:
    """What came of the steps so far, and of the triggers between them."""

    watching: Watching
    failures: list[Failure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    costs: list[StepCost] = field(default_factory=list)
    checks: int = 0


async def _take(
    scenario: Scenario, run: Running, steps: Sequence[Step], taken: _Taken, *, judged: bool
) -> None:
    """Do the steps up to the first that fails; all of them if they are not judged."""
    bench = run.bench
    is_after_failure = bool(taken.failures)
    for step in steps:
        bench.note("bench.step", number=str(step.number), verb=step.verb, name=step.name or "")
        before = bench.tally()
        found = await _run_step(scenario, run, step, may_lack=is_after_failure, judged=judged)
        found += taken.watching.news()
        if judged:
            found += broken_invariants(scenario, run, known=taken.failures)
        after = bench.tally()
        taken.costs.append(
            StepCost(_title(step), after.rounds - before.rounds, after.steps - before.steps)
        )
        if not judged:
            taken.skipped += (f"{failure.step}: {failure.messages[0]}" for failure in found)
            for failure in found:
                bench.note("bench.left_out", why=failure.messages[0])
            continue
        taken.checks += len(step.expects)
        if found:
            # What follows builds on this step: one cause, one failure.
            taken.failures += found
            break


async def _run_step(
    scenario: Scenario, run: Running, step: Step, *, may_lack: bool, judged: bool
) -> list[Failure]:
    """What failed. A step that `may_lack` what was never saved is left out then."""
    title = _title(step)
    if step.number in run.instead:
        await run.instead[step.number](run.bench, step)
        return []
    try:
        result = await perform(run, step)
    except NeverSaved as error:
        return [] if may_lack else [_impossible(scenario, run, step, error)]
    except StepImpossible as error:
        return [_impossible(scenario, run, step, error)]
    if judged and isinstance(result, CallResult) and not (result.is_ok or step.expects):
        # Nobody looks at the answer, so nobody would notice.
        return [_impossible(scenario, run, step, f"the call was refused: {result.refusal()}")]
    failures = []
    for expectation in step.expects if judged else ():
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
