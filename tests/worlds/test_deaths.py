"""Worlds in which processes die within their handlers, and what comes at one instant is drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import pytest

from simulator.scenario.reader import read_scenario_text
from simulator.worlds.failpoints import FAILPOINTS
from simulator.worlds.plan import Ask, Plan
from simulator.worlds.planning import make_plan
from simulator.worlds.world import Outcome, run_world

if TYPE_CHECKING:
    from simulator.sim.deaths import Death

DEATHS = ("gateway.dies_at_commit", "host.dies_at_write")
SEEDS = range(6)


@cache
def plan(seed: int) -> Plan:
    return make_plan(Ask(seed, locks=3, hours=0.5, faults="heavy"))


@cache
def outcome(seed: int) -> Outcome:
    return run_world(plan(seed))


def deaths(plan: Plan) -> dict[str, list[Death]]:
    return {
        kind: [one.death for one in plan.happenings if one.kind == kind and one.death is not None]
        for kind in DEATHS
    }


def test_plans_have_processes_die_of_each_kind_of_effect_in_every_way() -> None:
    assert set(DEATHS) <= set(FAILPOINTS)
    for kind in DEATHS:
        found = [death for seed in range(40) for death in deaths(plan(seed))[kind]]
        ways = {(death.is_kept, death.is_heard) for death in found}
        assert len(ways) == 4
        assert {death.nth for death in found} >= {1, 2, 3}


def test_who_dies_starts_again_in_the_same_knot_and_not_before_it_is_spared() -> None:
    for seed in range(20):
        for one in plan(seed).happenings:
            if one.death is None:
                continue
            (start,) = [
                other for other in plan(seed).happenings if other.knot == one.knot and other != one
            ]
            assert start.step in (
                {"gateway": "start"},
                {"host": {**one.step.get("host", {}), "action": "start"}},
            )
            assert one.death.within_us == 1000 * (start.at_ms - one.at_ms)


def test_a_plan_is_a_file_that_says_the_nearest_thing_and_what_it_stands_for() -> None:
    told = plan(1)
    scenario = read_scenario_text(told.text(), "a world")
    (case,) = scenario.cases
    dying = [one for one in told.happenings if one.death is not None]
    named = [step for step in case.steps if step.name is not None]
    assert [step.name for step in named] == [
        f"a world dies {one.death.words}" for one in dying if one.death is not None
    ]
    assert {step.verb for step in named} == {"gateway", "host"}
    assert len(case.steps) == len(list(told.steps())) + 1


def test_a_plan_without_deaths_and_in_order_is_sayable() -> None:
    whole = plan(1)
    assert not whole.is_sayable
    without = whole.keeping(one for one in whole.happenings if one.death is None)
    assert replace(without, any_order=False).is_sayable
    assert not replace(without, any_order=True).is_sayable


def test_half_of_all_worlds_draw_what_comes_first() -> None:
    drawn = sum(plan(seed).any_order for seed in range(100))
    assert 35 <= drawn <= 65


def test_processes_die_and_the_worlds_go_on() -> None:
    died = [
        event.fields["of"]
        for seed in SEEDS
        for event in outcome(seed).trace
        if event.kind == "bench.died"
    ]
    assert died.count("gateway") >= 2
    assert len(died) - died.count("gateway") >= 2
    broken = [one for seed in SEEDS for one in outcome(seed).violations if one.checker == "it_runs"]
    assert broken == []


@pytest.mark.parametrize("seed", SEEDS)
def test_one_seed_is_one_trace_in_whatever_order_the_loop_runs_what_is_ready(seed: int) -> None:
    assert run_world(plan(seed), Random(seed)).digest == outcome(seed).digest


def test_another_order_is_another_trace_and_the_same_plan() -> None:
    seed = next(seed for seed in SEEDS if plan(seed).any_order)
    in_order = replace(plan(seed), any_order=False)
    assert in_order.text() == plan(seed).text()
    assert run_world(in_order).digest != outcome(seed).digest
