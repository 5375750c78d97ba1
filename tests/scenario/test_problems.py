"""How problems look, are ordered, and what they never show."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.problems import (
    Finding,
    Gathering,
    Problem,
    ScenarioInvalid,
    Trouble,
    did_you_mean,
    kind_of,
    listed,
    nearest,
    shown,
    suggest,
)


def test_a_problem_reads_as_editors_and_compilers_write_it() -> None:
    problem = Problem("stay.yaml", 5, 45, "error", "digits must be in quotes")
    assert str(problem) == "stay.yaml:5:45: error: digits must be in quotes"


def test_for_github_a_problem_is_one_command_on_one_line() -> None:
    problem = Problem("a,b:c.yaml", 5, 45, "warning", "100% odd\r\nand more")
    assert problem.as_github() == (
        "::warning file=a%2Cb%3Ac.yaml,line=5,col=45::100%25 odd%0D%0Aand more"
    )


def test_problems_are_told_in_the_order_of_the_file() -> None:
    problems = [
        Problem("a.yaml", 2, 9, "error", "x"),
        Problem("a.yaml", 2, 10, "error", "x"),
        Problem("a.yaml", 10, 1, "warning", "x"),
        Problem("b.yaml", 1, 1, "error", "x"),
    ]
    shuffled = random.Random(7).sample(problems, k=len(problems))
    assert ScenarioInvalid(shuffled).problems == tuple(problems)
    assert str(ScenarioInvalid(shuffled)).splitlines()[0] == "a.yaml:2:9: error: x"


def test_findings_keep_their_place_on_the_way_up() -> None:
    inner = Gathering()
    inner.add(("code",), "is wrong", on_key=True)
    inner.warn((), "is odd")
    outer = Gathering()
    outer.take(Trouble(inner.findings), ("steps", 3))
    assert outer.findings == [
        Finding(("steps", 3, "code"), "is wrong", on_key=True),
        Finding(("steps", 3), "is odd", severity="warning"),
    ]


def test_the_near_word_is_suggested_and_a_far_one_is_not() -> None:
    assert did_you_mean("garge", ["garage", "front"]) == "; did you mean 'garage'?"
    assert did_you_mean("GARAGE", ["garage"]) == "; did you mean 'garage'?"
    assert did_you_mean("qqq", ["garage", "front"]) == ""


def test_what_others_call_it_leads_to_what_it_is_called_here() -> None:
    assert nearest("offline", ["awake", "dead", "deaf"]) == "dead"
    assert nearest("offline", ["pin_in_use", "device_offline"]) == "device_offline"
    assert nearest("wait", ["await", "advance"]) == "advance"
    assert nearest("sleep", ["awake", "asleep"]) == "asleep"
    assert nearest("wait", ["await"]) == "await"


def test_the_start_of_a_long_word_is_enough() -> None:
    long = "behavior_when_code_cannot_be_shared"
    assert nearest("behaviour", ["name", long]) == long
    assert nearest("behaviour", ["name", "code"]) is None


def test_a_very_long_word_is_not_compared() -> None:
    assert nearest("a" * 10_000, ["a" * 9_999]) is None


def test_beside_a_suggestion_only_a_short_list_is_shown() -> None:
    few, many = ["throw", "create"], [f"verb{number}" for number in range(9)]
    assert suggest("thow", few) == "; did you mean 'throw'?  (one of: throw, create)"
    assert suggest("verb3x", many) == "; did you mean 'verb3'?"
    assert suggest("zzz", many, "verbs").startswith("  (verbs: verb0, verb1")
    assert suggest("zzz", []) == ""


def test_a_long_list_is_cut() -> None:
    assert listed("one of", [str(n) for n in range(30)]).endswith("23, and 6 more)")


def test_digits_that_may_be_a_pin_are_not_shown() -> None:
    assert "4827" not in shown("4827")
    assert shown("487") == "'487'"
    assert shown("door-4827") == "'door-4827'"
    assert "\n" not in shown("a\nb")
    assert len(shown("x" * 500)) <= 50


@given(st.from_regex(r"[0-9]{4,12}", fullmatch=True))
def test_no_digit_of_a_code_is_ever_shown(code: str) -> None:
    assert not any(digit in shown(code) for digit in "0123456789")


def test_values_are_named_in_words_of_the_file() -> None:
    kinds = [kind_of(value) for value in (None, True, 1, 1.5, "x", {}, [], object())]
    assert kinds == [
        "nothing",
        "true or false",
        "a number",
        "a number",
        "text",
        "a map",
        "a list",
        "a value that is known only while the scenario runs",
    ]
