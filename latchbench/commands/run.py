"""`latchbench run`: read all files first, then run case after case on warm processes."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latchbench import exits
from latchbench.commands.signals import on_end_signals

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from simulator.rig import Rig
    from simulator.scenario.cases import Case, Scenario
    from simulator.scenario.problems import Problem
    from simulator.scenario.runner import RunOptions
    from simulator.scenario.verdict import CaseVerdict


@dataclass(frozen=True, slots=True)
class Chosen:
    """One case to run."""

    scenario: Scenario
    case: Case


def run_command(
    paths: list[str],
    seed: int | None,
    case: str | None,
    keyword: str | None,
    hosts: str | None,
    timing: str | None,
    trace: Path | None,
    show_codes: bool,
) -> int:
    """Run what was chosen; the exit code says how it went."""
    from simulator.scenario.problems import ScenarioInvalid
    from simulator.scenario.runner import RunOptions

    try:
        scenarios = _read(paths)
    except ScenarioInvalid as error:
        exits.complain(*(str(problem) for problem in error.problems))
        return exits.USAGE
    chosen = [
        Chosen(scenario, row)
        for scenario in scenarios
        for row in scenario.cases
        if case in (None, row.id) and _has(keyword, scenario, row)
    ]
    if not chosen:
        exits.complain("latchbench: no case was selected")
        return exits.NOTHING
    if trace is not None:
        _writable(trace)
    options = RunOptions(seed=seed, show_codes=show_codes, hosts=_hosts(hosts), timing=timing)
    if options.hosts == "per-lock":
        _can_have_a_host_each(chosen)
    return asyncio.run(_interruptible(_run(chosen, options, trace)))


def _read(paths: list[str]) -> list[Scenario]:
    """Every file, or every problem of all of them: nothing runs while one file is wrong."""
    from simulator.scenario.problems import ScenarioInvalid
    from simulator.scenario.reader import is_fleet, read_scenario, scenario_files

    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for path in paths:
        files = list(scenario_files(path))
        if not files:
            raise exits.CommandError(f"no scenario files in {path}", exits.NOTHING)
        for file in files:
            try:
                if file != path and is_fleet(file):
                    continue  # a folder may hold fleets beside its scenarios
                scenarios.append(read_scenario(file))
            except ScenarioInvalid as error:
                problems += error.problems
    if problems:
        raise ScenarioInvalid(problems)
    return scenarios


def _has(keyword: str | None, scenario: Scenario, case: Case) -> bool:
    if keyword is None:
        return True
    return keyword.lower() in f"{scenario.path} {scenario.name} {case.id}".lower()


def _hosts(text: str | None) -> int | str | None:
    if text is None or text == "per-lock":
        return text
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise exits.CommandError("--hosts takes a whole number or per-lock", exits.USAGE)


def _can_have_a_host_each(chosen: list[Chosen]) -> None:
    from simulator.layout import shares_hubs

    for one in chosen:
        if shares_hubs(one.case.fleet):
            message = f"{one.scenario.path} has locks that share a hub, and a hub lives in one host"
            raise exits.CommandError(f"--hosts per-lock: {message}", exits.USAGE)


def _writable(path: Path) -> None:
    try:
        path.write_text("")
    except OSError as error:
        raise exits.CommandError(f"cannot write {path}: {error.strerror}", exits.USAGE) from error


async def _interruptible(work: Coroutine[Any, Any, int]) -> int:
    """Ctrl-C and SIGTERM end the work in order: its processes go first."""
    task = asyncio.create_task(work)
    on_end_signals(task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        exits.complain("latchbench: interrupted; every process was ended")
        return exits.INTERRUPTED


async def _run(chosen: list[Chosen], options: RunOptions, trace: Path | None) -> int:
    from simulator.rig import Rig
    from simulator.scenario.report import case_lines, summary_line
    from simulator.scenario.verdict import Outcome, Summary

    verdicts: list[CaseVerdict] = []
    rig = await Rig.start()
    try:
        for number, one in enumerate(chosen):
            if number:
                exits.say("")
            verdict = await _run_one(one, options, rig)
            verdicts.append(verdict)
            exits.say(*case_lines(verdict, verbose=trace is not None))
            if trace is not None:
                _append(trace, verdict)
            if verdict.outcome is Outcome.BROKEN:
                break
    finally:
        await rig.stop()
    summary = Summary(tuple(verdicts))
    left_out = len(chosen) - len(verdicts)
    exits.say("", summary_line(summary, [f"{left_out} not run"] if left_out else []))
    if summary.count(Outcome.BROKEN):
        return exits.OURS
    return exits.FAILED if summary.count(Outcome.FAILED) else exits.PASSED


async def _run_one(one: Chosen, options: RunOptions, rig: Rig) -> CaseVerdict:
    import grpc
    import httpx

    from latchbench.process import ProcessFailed
    from simulator.conductor import Stuck
    from simulator.scenario.runner import run_case, seed_of
    from simulator.scenario.verdict import CaseVerdict, Outcome

    try:
        return await run_case(one.scenario, one.case, options, rig)
    except (ProcessFailed, Stuck, grpc.aio.AioRpcError, httpx.TransportError) as error:
        told = isinstance(error, ProcessFailed | Stuck)
        what = str(error) if told else f"a process did not answer ({type(error).__name__})"
        start_us = one.case.fleet.clock.start_us
        return CaseVerdict(
            path=one.scenario.path,
            name=one.scenario.name,
            case_id=one.case.id,
            seed=seed_of(one.scenario, one.case, options),
            outcome=Outcome.BROKEN,
            failures=(),
            checks=0,
            steps=0,
            start_us=start_us,
            end_us=start_us,
            trace=(),
            fault=f"latchbench itself failed: {what}",
        )


def _append(path: Path, verdict: CaseVerdict) -> None:
    import json

    from latchbench.trace import to_json_line

    header = {
        "scenario": verdict.path,
        "case": verdict.case_id,
        "seed": verdict.seed,
        "start_us": verdict.start_us,
        "processes": [name for name, _, _ in verdict.processes],
    }
    with contextlib.closing(path.open("a")) as file:
        file.write(json.dumps(header) + "\n")
        file.writelines(to_json_line(event) + "\n" for event in verdict.trace)
