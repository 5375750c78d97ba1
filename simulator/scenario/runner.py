"""Runs cases: a bench for each, its steps in order, a verdict at the end."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc

from simulator.bench import Bench
from simulator.layout import BenchOptions
from simulator.scenario.actions import ACTIONS
from simulator.scenario.answers import CallResult
from simulator.scenario.checks import check
from simulator.scenario.verdict import CaseVerdict, Failure, Outcome, StepCost
from simulator.scenario.world import Running, StepFailed, Unfilled

if TYPE_CHECKING:
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
    failures: list[Failure] = []
    costs: list[StepCost] = []
    checks = 0
    for steps in (case.steps, case.endings):
        is_after_failure = bool(failures)
        for step in steps:
            bench.note("bench.step", number=str(step.number), verb=step.verb, name=step.name or "")
            before = bench.tally()
            found = await _run_step(scenario, run, step, may_lack=is_after_failure)
            after = bench.tally()
            costs.append(
                StepCost(_title(step), after.rounds - before.rounds, after.steps - before.steps)
            )
            checks += len(step.expects)
            if found:
                # What follows builds on this step: one cause, one failure.
                failures += found
                break
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
    result: object = None
    title = _title(step)
    at = (*step.at, step.verb)
    try:
        if step.body is not None:
            result = await ACTIONS[step.verb](run, step, step.body)
    except Unfilled as error:
        if may_lack:
            return []
        message = f"cannot run: {error} was never saved"
        return [Failure(scenario.place(at), title, (message,), run.bench.now_us())]
    except StepFailed as error:
        return [Failure(scenario.place(at), title, (str(error),), run.bench.now_us())]
    except grpc.aio.AioRpcError as error:
        if error.code() not in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND):
            raise
        message = error.details() or "the lock cannot have that done to it"
        return [Failure(scenario.place(at), title, (message,), run.bench.now_us())]
    if isinstance(result, CallResult) and not (result.is_ok or step.expects):
        # Nobody looks at the answer, so nobody would notice.
        message = f"the call was refused: {result.refusal()}"
        return [Failure(scenario.place(at), title, (message,), run.bench.now_us())]
    failures = []
    for expectation in step.expects:
        messages = await check(run, expectation.what, result)
        if messages:
            place = scenario.place(expectation.at)
            failures.append(Failure(place, title, tuple(messages), run.bench.now_us()))
    return failures


def _title(step: Step) -> str:
    turn = f" ({step.turn[0]} of {step.turn[1]})" if step.turn is not None else ""
    what = f' "{step.name}"' if step.name else f", {step.verb}"
    return f"step {step.number}{what}{turn}"
