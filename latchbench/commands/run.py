"""`latchbench run`: read all files first, then run case after case on warm processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

from latchbench import exits
from latchbench.commands.run_options import Format

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from latchbench.commands.reports import ReportFile
    from latchbench.commands.run_options import RunAsked
    from latchbench.commands.running import Chosen
    from simulator.rig import Rig
    from simulator.scenario.cases import Case, Scenario
    from simulator.scenario.pacing import Pace
    from simulator.scenario.problems import Problem
    from simulator.scenario.select import Wanted


def run_command(asked: RunAsked) -> int:
    """Run what was chosen; the exit code says how it went."""
    from latchbench.commands.reports import prepare
    from latchbench.commands.running import Printing, Run
    from simulator.scenario.problems import ScenarioInvalid
    from simulator.scenario.runner import RunOptions

    wanted = _wanted(asked.keyword)
    hosts = _hosts(asked.hosts)
    limit_s = _limit_s(asked.time_limit)
    pace = _pace(asked)
    github = asked.format is Format.GITHUB or (
        asked.format is None and os.environ.get("GITHUB_ACTIONS") == "true"
    )
    try:
        scenarios = _read(asked.paths)
    except ScenarioInvalid as error:
        exits.complain(*(str(problem) for problem in error.problems))
        if github:
            exits.say(*(problem.as_github() for problem in error.problems))
        return exits.USAGE
    chosen = _choose(scenarios, asked, wanted)
    if not chosen:
        exits.complain(f"latchbench: no case was selected{_meant(scenarios, asked.case)}")
        return exits.NOTHING
    if hosts == "per-lock":
        _can_have_a_host_each([one.scenario for one in chosen])
    reports = _report_files(asked)
    traces = [asked.trace] if asked.trace is not None else []
    prepare([*traces, *(report.path for report in reports)])
    options = RunOptions(
        seed=asked.seed,
        show_codes=asked.show_codes,
        hosts=hosts,
        timing=asked.timing,
        pace=pace,
    )
    printing = Printing(asked.quiet, asked.brief, asked.slowest, github, asked.trace, _columns())
    run = Run(chosen, options, printing, reports, _rig(sim=asked.sim))
    return asyncio.run(run.to_its_end(asked.jobs, limit_s))


def _rig(*, sim: bool) -> Callable[[], Awaitable[Rig]]:
    """How to make what the cases run on."""
    if sim:
        from simulator.sim.rig import SimRig  # and with it all of the gateway

        return SimRig.start
    from simulator.rig import ProcessRig

    return ProcessRig.start


def _columns() -> int:
    """How wide a comparison may be: what the terminal has, and in a file or pipe all it likes."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 100


# What was asked for.


def _wanted(keyword: str | None) -> Wanted:
    from simulator.scenario.select import BadExpression, parse_expression

    if keyword is None:
        return lambda texts: True
    try:
        return parse_expression(keyword)
    except BadExpression as error:
        raise exits.CommandError(f"-k: {error}", exits.USAGE) from error


def _hosts(text: str | None) -> int | str | None:
    if text is None or text == "per-lock":
        return text
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise exits.CommandError("--hosts takes a whole number or per-lock", exits.USAGE)


def _can_have_a_host_each(scenarios: list[Scenario]) -> None:
    from simulator.layout import shares_hubs

    for scenario in scenarios:
        if any(shares_hubs(case.fleet) for case in scenario.cases):
            message = f"{scenario.path} has locks that share a hub, and a hub lives in one host"
            raise exits.CommandError(f"--hosts per-lock: {message}", exits.USAGE)


def _limit_s(text: str | None) -> float | None:
    from simulator.scenario.durations import NotADuration, parse_duration

    if text is None:
        return None
    try:
        limit_us = parse_duration(text)
    except NotADuration as error:
        raise exits.CommandError(f"--time-limit: {error}", exits.USAGE) from error
    if not limit_us:
        raise exits.CommandError("--time-limit: nothing can be run in no time", exits.USAGE)
    return limit_us / 1e6


def _pace(asked: RunAsked) -> Pace | None:
    """How the run is held back, if it is; nobody watches it yet."""
    from simulator.paced_clock import RATE_MAX
    from simulator.scenario.pacing import Pace

    if not asked.paced:
        if asked.rate is not None:
            raise exits.CommandError("--rate is for a run with --paced", exits.USAGE)
        return None
    if asked.sim:
        message = "--paced keeps real time and --sim has none: leave one of them out"
        raise exits.CommandError(message, exits.USAGE)
    if asked.jobs != 1:
        raise exits.CommandError("--paced shows one case at a time: leave -j out", exits.USAGE)
    rate = 1.0 if asked.rate is None else asked.rate
    if not 0 < rate <= RATE_MAX:
        message = f"--rate takes a number above 0 and up to {RATE_MAX:g}"
        raise exits.CommandError(message, exits.USAGE)
    # Real on purpose: nothing in the run itself waits for it.
    return Pace(rate, lambda: time.monotonic_ns() // 1000, asyncio.sleep)  # noqa: TID251


def _read(paths: list[str]) -> list[Scenario]:
    """Every file, or every problem of all of them: nothing runs while one file is wrong."""
    from simulator.scenario.files import is_fleet, scenario_files
    from simulator.scenario.problems import ScenarioInvalid
    from simulator.scenario.reader import read_scenario

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


def _choose(scenarios: list[Scenario], asked: RunAsked, wanted: Wanted) -> list[Chosen]:
    """The cases, or with `--compare-policies` the pairs that they belong to."""
    from latchbench.commands.running import Chosen
    from simulator.scenario.policies import pairs

    chosen: list[Chosen] = []
    for scenario in scenarios:
        cases = [case for case in scenario.cases if _is_meant(scenario, case, asked, wanted)]
        if asked.compare_policies:
            chosen += (Chosen(scenario, pair.id, pair=pair) for pair in pairs(scenario, cases))
        else:
            chosen += (Chosen(scenario, case.id, case=case) for case in cases)
    return chosen


def _meant(scenarios: list[Scenario], case_id: str | None) -> str:
    """What was probably meant by the id of a case that there is not."""
    from simulator.scenario.problems import did_you_mean, listed

    known = [case.id for scenario in scenarios for case in scenario.cases if case.id]
    if case_id is None or case_id in known:
        return ""
    return did_you_mean(case_id, known) or listed("the files have", known)


def _is_meant(scenario: Scenario, case: Case, asked: RunAsked, wanted: Wanted) -> bool:
    from simulator.scenario.select import described

    if asked.case not in (None, case.id) or not set(asked.tags) <= set(scenario.tags):
        return False
    return wanted(described(scenario.path, scenario.name, case.id, *scenario.tags))


def _report_files(asked: RunAsked) -> list[ReportFile]:
    from latchbench.commands.reports import ReportFile
    from simulator.scenario.reports.document import json_report
    from simulator.scenario.reports.junit import junit_report
    from simulator.scenario.reports.page import html_report

    made = ((asked.junit, junit_report), (asked.json, json_report), (asked.html, html_report))
    return [ReportFile(path, render) for path, render in made if path is not None]
