from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from gateway.engine import core
from simulator.scenario.export import EDITOR_LINES
from simulator.scenario.reader import read_scenario_text
from simulator.scenario.verdict import CaseVerdict
from simulator.scenario.verdict import Outcome as Ended
from simulator.sim.deaths import Death
from simulator.worlds.as_scenario import as_scenario, replay
from simulator.worlds.plan import Ask, Happening, Plan
from simulator.worlds.planning import make_plan
from simulator.worlds.pruning import keeping
from simulator.worlds.seen import Violation
from simulator.worlds.shrink import same_failure, shrink
from simulator.worlds.simpler import in_order
from simulator.worlds.world import Outcome, run_world
from tests.bench.wrong_gateways.does_not_roll_back import Forgetful
from tests.bench.wrong_gateways.tidies_up import Tidy
from tests.bench.wrong_gateways.trusts_acknowledgements import Trusting

if TYPE_CHECKING:
    from simulator.worlds.plan import Plain

FLEET: Plain = {"locks": {"front": {"profile": "deadbolt-30"}, "back": {"profile": "deadbolt-30"}}}
BOTH: Plain = {"create_multiple": {"device_ids": ["front", "back"]}, "save_as": "both"}


def plan_of(*steps: Plain) -> Plan:
    happenings = [
        Happening(number * 1000, number, "call.some", step) for number, step in enumerate(steps)
    ]
    return Plan(Ask(1), FLEET, tuple(happenings))


def sayable(ask: Ask) -> Plan:
    """A plan by seed, without what no file can say."""
    plan = in_order(make_plan(ask))
    return keeping(plan, lambda one: one.death is None)


def forgets() -> Any:
    """The codes of an aborted group are forgotten instead of cleared."""
    return mock.patch.object(core, "Rows", Forgetful)


def trusts() -> Any:
    """An acknowledged write is taken for a code that is there."""
    return mock.patch.object(core, "Dispatcher", Trusting)


def tidies_up() -> Any:
    """What the gateway did not write itself is cleared."""
    return mock.patch.object(core, "Dispatcher", Tidy)


def steps_of(text: str) -> list[tuple[str, str | None]]:
    (case,) = read_scenario_text(text).cases
    return [(step.verb, step.name) for step in case.steps]


def judged(text: str) -> CaseVerdict:
    verdict = replay(text)
    assert verdict is not None
    return verdict


def said(outcome: Outcome, checker: str, message: str) -> Outcome:
    return Outcome(outcome.plan, (Violation(checker, 1, message),), outcome.trace)


def test_a_planted_bug_is_found_made_small_and_written_as_a_file_that_fails_with_it_alone() -> None:
    with forgets():
        asks = [Ask(seed, locks=3, hours=0.3) for seed in range(60)]
        worlds = (run_world(sayable(ask)) for ask in asks)
        found = next(outcome for outcome in worlds if outcome.violations)
        assert len(found.plan.happenings) > 30
        small = run_world(shrink(found.plan, same_failure(found)))
        assert len(small.plan.happenings) <= 10
        assert small.violations[0].checker == found.violations[0].checker
        text = as_scenario(small)
        wrong = judged(text)
    assert wrong.outcome is Ended.FAILED
    assert all(failure.step.startswith("always: ") for failure in wrong.failures)
    assert judged(text).outcome is Ended.PASSED
    (case,) = read_scenario_text(text).cases
    assert "throw_is_atomic" in [always.word for always in case.always]
    assert text.startswith(EDITOR_LINES)
    assert f"latchbench simulate {found.plan.ask.words}\n" in text


def test_what_a_lock_must_hold_is_said_by_the_name_of_the_call_that_drew_it() -> None:
    fault = {"inject": {"lock": "front", "fault": "ack_without_write", "times": 1}}
    with trusts():
        outcome = run_world(plan_of(fault, BOTH))
        text = as_scenario(outcome)
        wrong = judged(text)
    assert [failure.messages for failure in wrong.failures] == [("front.has_code: none of 0 fits",)]
    assert 'front: {has_code: "${both.code}"}' in text
    assert f"# - {outcome.violations[0].message}" in text
    assert judged(text).outcome is Ended.PASSED
    verbs = [verb for verb, _ in steps_of(text)]
    healing = ["clear_faults", "advance", "power", "advance", "settle", "expect_device"]
    assert verbs == ["inject", "advance", "create_multiple", *healing]


def test_what_people_made_and_is_gone_is_expected_to_be_there() -> None:
    by_hand = {"program_at_keypad": {"lock": "front", "slot": 7, "code": "1353"}}
    with tidies_up():
        outcome = run_world(plan_of(by_hand, BOTH))
        text = as_scenario(said(outcome, "hands_off", "front lost a code of somebody else's"))
        assert judged(text).outcome is Ended.FAILED
    assert 'front: {has_code: "1353"}' in text
    assert judged(text).outcome is Ended.PASSED


def test_calls_say_how_they_were_refused_and_what_was_not_done_is_left_out() -> None:
    plan = plan_of(
        {"create": {"device_id": "front", "code": "12"}, "save_as": "never"},
        {"delete": {"access_code_id": "${never.access_code_id}"}},
        {"gateway": "kill"},
        {"list": {"device_id": "back"}},
        {"gateway": "stop"},
    )
    outcome = run_world(plan)
    text = as_scenario(said(outcome, "honest_status", "front says set, and was never read"))
    (case,) = read_scenario_text(text).cases
    verbs = [step.verb for step in case.steps if step.verb != "advance"]
    assert verbs == ["create", "gateway", "list", "expect_metrics"]
    assert "raises: {type: connection_refused}" in text
    assert "save_as" not in text


def test_what_no_expectation_can_say_is_told_with_the_command_that_shows_it() -> None:
    outcome = run_world(plan_of(BOTH))
    assert not outcome.violations
    text = as_scenario(said(outcome, "honest_status", "an answer says set, and front was not read"))
    assert "does not fail as it did: no expectation says what was seen." in text
    assert "# The whole world: latchbench simulate --seed 1\n" in text
    assert judged(text).outcome is Ended.PASSED


@pytest.mark.parametrize(
    ("left", "back"),
    [
        ({"gateway": "kill"}, {"gateway": "start"}),
        ({"gateway": "stop"}, {"gateway": "continue"}),
        (
            {"host": {"of": ["back"], "action": "kill"}},
            {"host": {"of": ["back"], "action": "start"}},
        ),
        ({"radio": {"lock": "back", "state": "dead"}}, {"radio": {"lock": "*", "state": "awake"}}),
        ({"power": {"lock": "back", "action": "cut"}}, {"power": {"lock": "*", "action": "cycle"}}),
        ({"jam": {"lock": "back", "jammed": True}}, {"jam": {"lock": "*", "jammed": False}}),
    ],
    ids=lambda step: "-".join(step),
)
def test_what_was_left_wrong_is_put_right_before_anything_is_expected(
    left: Plain, back: Plain
) -> None:
    by_hand = {"program_at_keypad": {"lock": "front", "slot": 7, "code": "1353"}}
    with tidies_up():
        outcome = run_world(plan_of(by_hand, BOTH, left))
        text = as_scenario(said(outcome, "hands_off", "front lost a code of somebody else's"))
    (case,) = read_scenario_text(text).cases
    (verb,) = back
    assert [step.verb for step in case.steps][-4:] == [verb, "advance", "settle", "expect_device"]
    assert judged(text).outcome is Ended.PASSED


def test_a_world_with_a_death_within_a_handler_says_that_no_file_can_say_that() -> None:
    plan = plan_of(BOTH, {"gateway": "kill"})
    death = Death(1, is_kept=False, is_heard=False)
    outcome = run_world(
        plan.keeping([plan.happenings[0], replace(plan.happenings[1], death=death)])
    )
    text = as_scenario(said(outcome, "honest_status", "an answer says set, and front was not read"))
    assert "no file can say a process that dies" in text
    assert 'name: "a world dies before effect 1 from here, unheard"' in text


def test_a_call_that_nobody_answered_in_time_is_awaited_at_the_end_with_what_it_came_to() -> None:
    plan = plan_of(
        {"inject": {"lock": "front", "fault": "delay", "times": 1}},
        {**BOTH, "background": True},
        {"gateway": "stop"},
        {"await": "both"},
        {"gateway": "continue"},
    )
    happenings = [replace(one, at_ms=number) for number, one in enumerate(plan.happenings)]
    text = as_scenario(said(run_world(plan.keeping(happenings)), "honest_status", "front lied"))
    (case,) = read_scenario_text(text).cases
    assert [step.verb for step in case.endings] == ["await"]
    assert "- advance: 1200002ms\n- gateway: continue\n" in text  # the 20 m that it waited
    assert judged(text).outcome is Ended.PASSED


def test_a_caller_who_hung_up_does_so_in_the_file_and_one_who_was_too_late_waits_at_its_end() -> (
    None
):
    far = {"radio": {"lock": "back", "state": "deaf"}}
    plan = plan_of(
        {**BOTH, "save_as": "late", "background": True},
        {"hang_up": "late"},  # a second later it was answered
        far,
        {**BOTH, "save_as": "soon", "background": True},
        {"hang_up": "soon"},
    )
    outcome = run_world(plan)
    text = as_scenario(said(outcome, "honest_status", "front says set, and was never read"))
    (case,) = read_scenario_text(text).cases
    verbs = [step.verb for step in (*case.steps, *case.endings) if step.verb != "advance"]
    assert verbs[:4] == ["create_multiple", "radio", "create_multiple", "hang_up"]
    assert "await: late" in text
    assert "hang_up: soon" in text
