"""Lockstep's own proof: what really happens in the machine never shows in a trace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from latchbench.trace import to_json_line
from simulator.rig import ProcessRig
from simulator.scenario.reader import read_scenario
from simulator.scenario.runner import RunOptions, run_case
from simulator.scenario.verdict import CaseVerdict, Outcome

ROOT = Path(__file__).parents[2]
STORIES = (
    "rollback/stored-before-another-refused.yaml",
    "rollback/unseen-keypad-code.yaml",
    "radio/silent-lock.yaml",
    "sharing/length-clash.yaml",
    # Processes are killed and stopped behind single events of locks and gateway.
    "crashes/gateway-killed-half-way.yaml",
    "crashes/host-killed-before-its-report.yaml",
    "crashes/host-stopped-for-a-while.yaml",
    "hubs/dead-neighbour.yaml",
    "hubs/hub-down.yaml",
    "faults/reorder.yaml",
    "faults/degraded.yaml",
    # A caller hangs up at the instant of an event.
    "calls/asked-again-after-hanging-up.yaml",
)
# Without latencies nothing but the contract decides what comes first.
INSTANT_STORIES = (
    "rollback/stored-before-another-refused.yaml",
    "hubs/hub-down.yaml",
    "calls/asked-twice-by-two.yaml",
)
WAYS = {
    "all locks in one host": RunOptions(hosts=1),
    "two hosts": RunOptions(hosts=2),
    "a host for each lock": RunOptions(hosts="per-lock"),
    "random real delays": RunOptions(dawdle_ms=4),
    "random real delays in one host": RunOptions(dawdle_ms=4, hosts=1),
}


def lines(verdict: CaseVerdict) -> list[str]:
    return [to_json_line(event) for event in verdict.trace]


@pytest.mark.wire
@pytest.mark.parametrize("story", STORIES)
async def test_packing_and_real_delays_never_show_in_the_trace(story: str) -> None:
    scenario = read_scenario(str(ROOT / "scenarios" / story))
    rig = await ProcessRig.start()
    try:
        for case in scenario.cases:
            reference = await run_case(scenario, case, RunOptions(), rig)
            assert reference.outcome is Outcome.PASSED
            assert len(reference.trace) > 10
            for way, options in WAYS.items():
                other = await run_case(scenario, case, options, rig)
                assert lines(other) == lines(reference), way
    finally:
        await rig.stop()


@pytest.mark.wire
@pytest.mark.parametrize("story", INSTANT_STORIES)
async def test_order_at_one_instant_does_not_depend_on_packing(story: str) -> None:
    scenario = read_scenario(str(ROOT / "scenarios" / story))
    rig = await ProcessRig.start()
    try:
        for case in scenario.cases:
            reference = await run_case(scenario, case, RunOptions(timing="instant"), rig)
            assert reference.outcome is Outcome.PASSED
            for way, options in WAYS.items():
                instant = replace(options, timing="instant")
                other = await run_case(scenario, case, instant, rig)
                assert lines(other) == lines(reference), way
    finally:
        await rig.stop()


@pytest.mark.wire
async def test_another_seed_gives_another_trace() -> None:
    scenario = read_scenario(str(ROOT / "scenarios" / STORIES[0]))
    rig = await ProcessRig.start()
    try:
        (case,) = scenario.cases
        one = await run_case(scenario, case, RunOptions(seed=1), rig)
        two = await run_case(scenario, case, RunOptions(seed=2), rig)
    finally:
        await rig.stop()
    assert lines(one) != lines(two)
    assert one.outcome is two.outcome is Outcome.PASSED


@pytest.mark.wire
async def test_three_idle_days_of_five_locks_cost_at_most_200_steps() -> None:
    scenario = read_scenario(str(ROOT / "scenarios/time/three-idle-days.yaml"))
    rig = await ProcessRig.start()
    try:
        verdict = await run_case(scenario, scenario.cases[0], RunOptions(), rig)
    finally:
        await rig.stop()
    assert verdict.outcome is Outcome.PASSED
    (advance,) = [cost for cost in verdict.costs if "advance" in cost.title]
    assert advance.rounds <= 200
    assert advance.steps <= 200
    assert verdict.end_us - verdict.start_us >= 3 * 86_400 * 1_000_000
