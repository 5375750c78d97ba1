from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulator.scenario.reader import read_scenario_text
from simulator.sim.deaths import Death
from simulator.worlds.plan import Ask, Happening, Plan
from simulator.worlds.planning import make_plan
from simulator.worlds.pruning import locks_in, references, without, without_lock
from simulator.worlds.seen import Violation
from simulator.worlds.shrink import same_failure, shrink
from simulator.worlds.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.worlds.plan import Plain

FLEET: Plain = {
    "locks": {"front": {"profile": "nuki", "zone": "Europe/Berlin"}, "back": {"profile": "nuki"}},
    "hubs": {"attic": {"locks": ["front", "back"]}},
}
DEATH = Death(1, is_kept=False, is_heard=False)


def plan_of(*steps: Plain, every_ms: int = 1234) -> Plan:
    happenings = [
        Happening(number * every_ms, number, "call.some", step)
        for number, step in enumerate(steps, 1)
    ]
    return Plan(Ask(1), FLEET, tuple(happenings))


def has(plan: Plan, verb: str) -> bool:
    return any(verb in one.step for one in plan.happenings)


class Failing:
    """Fails by a rule, and has read every plan that it was asked about."""

    def __init__(self, rule: Callable[[Plan], bool]) -> None:
        self._rule = rule
        self.asked = 0

    def __call__(self, plan: Plan) -> bool:
        self.asked += 1
        read_scenario_text(plan.text())
        return self._rule(plan)


def deletes(plan: Plan) -> bool:
    """A code is deleted that a call over several locks made."""
    return any(
        any("devices" in reference for reference in references(one.step))
        for one in plan.happenings
        if "delete" in one.step
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_does_not_matter_goes_and_every_plan_on_the_way_can_be_read(seed: int) -> None:
    plan = make_plan(Ask(seed))
    assert deletes(plan)
    still_fails = Failing(deletes)
    small = shrink(plan, still_fails)
    kinds = [one.kind for one in small.happenings]
    assert kinds == ["call.create_multiple", "call.delete"]
    (lock,) = small.fleet["locks"]
    assert small.fleet == {"locks": {lock: {"profile": "deadbolt-30"}}}
    create = {"create_multiple": {"device_ids": [lock]}}
    assert create.items() <= small.happenings[0].step.items()
    assert not small.any_order
    assert [one.at_ms for one in small.happenings] == [0, 0]
    assert still_fails.asked < 100


def test_the_same_plan_comes_of_the_same_arguments() -> None:
    plan = make_plan(Ask(2))
    assert shrink(plan, deletes) == shrink(plan, deletes)


@pytest.mark.parametrize("budget", [0, 1, 7])
def test_no_more_runs_are_made_than_asked_for(budget: int) -> None:
    still_fails = Failing(deletes)
    small = shrink(make_plan(Ask(2)), still_fails, budget)
    assert still_fails.asked == budget
    assert deletes(small)


def test_a_plan_of_which_nothing_can_go_is_given_back() -> None:
    plan = make_plan(Ask(2))
    assert shrink(plan, lambda plan: False) == plan


def test_all_that_goes_wrong_goes_at_once_if_it_can() -> None:
    asked: list[Plan] = []

    def has_calls(plan: Plan) -> bool:
        asked.append(plan)
        return any(one.kind.startswith("call.") for one in plan.happenings)

    shrink(replace(make_plan(Ask(2)), any_order=False), has_calls)
    assert {one.kind.partition(".")[0] for one in asked[0].happenings} == {"call"}


def test_a_call_goes_with_the_one_that_it_is_about_and_that_with_another() -> None:
    plan = plan_of(
        {"create": {"device_id": "front"}, "save_as": "one"},
        {"get": {"access_code_id": "${one.access_code_id}"}, "save_as": "two"},
        {"delete": {"access_code_id": "${two.access_code_id}"}},
        {"list": {"device_id": "front"}},
    )
    assert [one.knot for one in without(plan, {1}).happenings] == [4]
    assert [one.knot for one in without(plan, {2}).happenings] == [1, 4]


def test_without_a_lock_calls_go_to_the_others_and_what_was_done_there_is_not() -> None:
    plan = plan_of(
        {"create_multiple": {"device_ids": ["front", "back"]}, "save_as": "both"},
        {"delete": {"access_code_id": "${both.devices.front.access_code_id}"}},
        {"delete": {"access_code_id": "${both.devices.back.access_code_id}"}},
        {"power": {"lock": "front", "action": "cycle"}},
        {"host": {"of": ["front", "back"], "action": "kill"}},
        {"hub": {"hub": "attic", "state": "down"}},
    )
    left = without_lock(plan, "front")
    assert list(left.fleet["locks"]) == ["back"]
    assert left.fleet["hubs"] == {"attic": {"locks": ["back"]}}
    assert [one.knot for one in left.happenings] == [1, 3, 5, 6]
    assert {lock for one in left.happenings for lock in locks_in(one.step)} == {"back"}
    read_scenario_text(left.text())


def test_steps_lose_the_words_that_they_can_do_without() -> None:
    window = {"starts_at": "+1m", "ends_at": "+9m"}
    plan = plan_of(
        {"inject": {"lock": "front", "fault": "lost_ack", "command": "ping", "times": 6}},
        {"inject": {"lock": "front", "fault": "delay", "probability": 0.5}},
        {"create_multiple": {"device_ids": ["front", "back"], "sync": False, **window}},
        {"update": {"access_code_id": "abc", "name": "Guest", "code": "1353"}},
    )
    verbs = ["inject", "inject", "create_multiple", "update"]
    small = shrink(plan, lambda plan: [next(iter(one.step)) for one in plan.happenings] == verbs)
    assert [one.step for one in small.happenings] == [
        {"inject": {"lock": "front", "fault": "lost_ack", "times": 1}},
        {"inject": {"lock": "front", "fault": "delay", "times": 1}},
        {"create_multiple": {"device_ids": ["front"]}},
        {"update": {"access_code_id": "abc", "code": "1353"}},
    ]


def test_a_call_in_the_background_is_waited_for_and_a_killed_gateway_restarted() -> None:
    steps: list[Plain] = [
        {"create": {"device_id": "front"}, "save_as": "one", "background": True},
        {"await": "one"},
        {"gateway": "kill"},
        {"gateway": "start"},
    ]
    happenings = [
        Happening(number * 10, number // 2, "call.some", step) for number, step in enumerate(steps)
    ]
    happenings[2] = replace(happenings[2], death=DEATH)
    plan = Plan(Ask(1), FLEET, tuple(happenings))
    small = shrink(plan, lambda plan: has(plan, "create") and has(plan, "gateway"))
    assert [one.step for one in small.happenings] == [
        {"create": {"device_id": "front"}, "save_as": "one"},
        {"gateway": "restart"},
    ]
    assert small.is_sayable


def test_a_death_that_matters_stays() -> None:
    plan = plan_of({"gateway": "kill"}, {"list": {"device_id": "front"}})
    happenings = (replace(plan.happenings[0], death=DEATH), plan.happenings[1])
    small = shrink(plan.keeping(happenings), lambda plan: any(one.death for one in plan.happenings))
    assert [one.death for one in small.happenings] == [DEATH]


def test_gaps_that_matter_become_round() -> None:
    plan = plan_of(*[{"list": {"device_id": "front"}}] * 2, every_ms=87_654)

    def fails(plan: Plan) -> bool:
        instants = [one.at_ms for one in plan.happenings]
        return len(instants) == 2 and instants[1] - instants[0] > 61_000

    assert [one.at_ms for one in shrink(plan, fails).happenings] == [0, 88_000]


def outcome_of(plan: Plan, *violations: tuple[str, str]) -> Outcome:
    return Outcome(plan, tuple(Violation(name, 1, message) for name, message in violations), ())


def test_it_is_the_same_failure_if_the_same_promise_is_broken_on_the_same_lock() -> None:
    plan = plan_of({"list": {"device_id": "front"}})
    found: list[tuple[str, str]] = []
    still_fails = same_failure(
        outcome_of(plan, ("convergence", "front holds A"), ("hands_off", "back lost B")),
        lambda plan: outcome_of(plan, *found),
    )
    assert not still_fails(plan)
    found[:] = [("convergence", "back holds A"), ("hands_off", "front lost B")]
    assert not still_fails(plan)
    found.append(("convergence", "front does not hold C"))
    assert still_fails(plan)
