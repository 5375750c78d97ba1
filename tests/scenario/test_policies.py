from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.calls import CreateMultiple
from simulator.scenario.policies import PARAMETER, Pair, pairs
from simulator.scenario.reader import read_scenario_text

if TYPE_CHECKING:
    from simulator.scenario.cases import Case

HEAD = "version: 1\nname: x\nlocks: {front: {profile: deadbolt-30}}\n"
LOOK = "- expect_device: {front: {slots_used: 0}}\n"


def call(behavior: str = "", extra: str = "") -> str:
    said = f"    {PARAMETER}: {behavior}\n" if behavior else ""
    return f"- create_multiple:\n    device_ids: [front]\n{said}{extra}"


def pairs_of(steps: str, head: str = HEAD, cases: slice = slice(None)) -> list[Pair]:
    scenario = read_scenario_text(f"{head}steps:\n{steps}{LOOK}")
    return list(pairs(scenario, scenario.cases[cases]))


def behaviors(case: Case) -> list[object]:
    bodies = [step.body for step in case.steps if isinstance(step.body, CreateMultiple)]
    return [body.parameters().get(PARAMETER, "not said") for body in bodies]


def test_cases_of_a_matrix_with_both_policies_are_paired_as_they_are_written() -> None:
    head = f"{HEAD}matrix: {{how: [create_random_code, throw], hour: [one, two]}}\n"
    found = pairs_of(call("${how}"), head)
    assert [pair.id for pair in found] == ["hour=one", "hour=two"]
    for pair in found:
        assert [side.policy for side in pair.sides] == ["throw", "create_random_code"]
        assert [side.judged for side in pair.sides] == [True, True]
        assert [behaviors(side.case) for side in pair.sides] == [["throw"], ["create_random_code"]]
    assert found[1].sides[0].case.id == "how=throw,hour=two"


def test_one_chosen_case_brings_the_other_of_its_pair() -> None:
    head = f"{HEAD}matrix: {{how: [throw, create_random_code], hour: [one, two]}}\n"
    (pair,) = pairs_of(call("${how}"), head, slice(3, 4))
    assert [side.case.id for side in pair.sides] == [
        "how=throw,hour=two",
        "how=create_random_code,hour=two",
    ]


def test_a_case_whose_other_half_is_excluded_is_made_and_not_judged() -> None:
    matrix = (
        "{how: [throw, create_random_code], hour: [one, two], exclude: [{how: throw, hour: two}]}"
    )
    pair = pairs_of(call("${how}"), f"{HEAD}matrix: {matrix}\n")[1]
    assert pair.id == "hour=two"
    assert [side.judged for side in pair.sides] == [False, True]
    assert behaviors(pair.sides[0].case) == ["throw"]


def test_without_such_a_matrix_every_call_is_made_under_either_policy() -> None:
    (pair,) = pairs_of(call("create_random_code") + call() + call("throw"))
    assert behaviors(pair.sides[0].case) == ["throw", "not said", "throw"]
    assert behaviors(pair.sides[1].case) == ["create_random_code"] * 3
    assert [side.judged for side in pair.sides] == [False, False]


def test_a_call_that_does_not_say_is_one_that_throws() -> None:
    (pair,) = pairs_of(call())
    assert [side.judged for side in pair.sides] == [True, False]


def test_what_is_sent_to_be_refused_is_left_as_it_is() -> None:
    nonsense = call("sometimes")
    extra = call(extra=f"    extra: {{{PARAMETER}: 5}}\n")
    assert pairs_of(nonsense + extra) == []
    (pair,) = pairs_of(nonsense + call("throw"))
    assert behaviors(pair.sides[1].case) == ["sometimes", "create_random_code"]


def test_a_case_without_such_a_call_has_no_pair() -> None:
    assert pairs_of("- advance: 1h\n") == []
