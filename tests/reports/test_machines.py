"""JUnit, JSON and GitHub: what programs read says the same as what people read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from simulator.scenario.report import case_lines, slowest_lines, summary_line
from simulator.scenario.reports.document import FORMAT, VERSION, document, json_report
from simulator.scenario.reports.github import workflow_commands
from simulator.scenario.reports.junit import junit_report
from simulator.scenario.verdict import Ended, StepCost
from tests.reports.made import (
    HOSTILE,
    START_US,
    broken,
    compared,
    failed,
    hostile_run,
    run_of,
    verdict,
)

ROOT = Path(__file__).parents[2]


def junit(*verdicts: Any, **changed: Any) -> ET.Element:
    return ET.fromstring(junit_report(run_of(*verdicts, **changed)))


# JUnit.


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_case() -> None:
    other = verdict(path="scenarios/b.yaml", case_id="")
    root = junit(failed(), verdict(case_id="policy=x"), other, broken(path="scenarios/b.yaml"))
    assert root.attrib == {
        "name": "latchbench",
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
        "time": "691200.000000",
    }
    suites = [(suite.get("name"), suite.get("tests")) for suite in root.iter("testsuite")]
    assert suites == [("scenarios/a.yaml", "2"), ("scenarios/b.yaml", "2")]
    names = [case.get("name") for case in root.iter("testcase")]
    assert names[:3] == ["a guest [policy=throw]", "a guest [policy=x]", "a guest"]


def test_a_junit_failure_has_its_place_its_messages_and_what_led_to_it() -> None:
    (failure,) = junit(failed()).iter("failure")
    assert failure.get("message") == "garage.slots_used: wanted 0, got 1"
    assert (failure.get("file"), failure.get("line")) == ("scenarios/a.yaml", "28")
    text = failure.text or ""
    assert text.startswith('scenarios/a.yaml:28:5: step 4 "nothing is left"\n')
    assert "front.bolt: wanted 'locked', got 'unlocked'" in text
    assert "slot=3 pin=••••A   <-- still in the lock" in text


def test_junit_properties_have_seed_virtual_time_rerun_and_exposure() -> None:
    (properties,) = junit(verdict()).iter("properties")
    told = {one.get("name"): one.get("value") for one in properties}
    assert told == {
        "seed": "7",
        "virtual_seconds": "172800.000000",
        "rerun": "latchbench run scenarios/a.yaml --seed 7 --case policy=throw",
        "exposure": "front held the withdrawn ••••B for 81 ms",
    }


def test_a_broken_case_is_an_error_and_no_failure() -> None:
    root = junit(broken())
    (error,) = root.iter("error")
    assert error.get("message") == broken().fault
    assert list(root.iter("failure")) == []
    told = {one.get("name"): one.get("value") for one in root.find("properties") or ()}
    assert told == {"ended": "broken", "not_run": "0"}


def test_a_side_that_is_not_judged_is_skipped() -> None:
    root = junit(*compared().sides)
    assert root.get("skipped") == "1"
    assert len(list(root.iter("skipped"))) == 1


# JSON.


def test_json_says_what_it_is_and_can_be_read_back() -> None:
    summary = run_of(failed(), verdict(), broken(), not_run=2)
    told = json.loads(json_report(summary))
    assert told == json.loads(json.dumps(document(summary)))
    assert (told["format"], told["version"]) == (FORMAT, VERSION)
    assert told["ended"] == "broken"
    assert told["counts"] == {
        "cases": 3,
        "passed": 1,
        "failed": 1,
        "broken": 1,
        "not_judged": 0,
        "not_run": 2,
    }
    first = told["cases"][0]
    assert first["failures"][0] | {"messages": []} == {
        "file": "scenarios/a.yaml",
        "line": 28,
        "column": 5,
        "step": 'step 4 "nothing is left"',
        "messages": [],
        "at_us": START_US + 2 * 86_400_000_000,
    }
    assert first["locks"][1]["before"] == first["locks"][1]["after"] == {"3": "••••A"}
    assert first["exposures"] == [
        {
            "lock": "front",
            "slot": 1,
            "pin": "••••B",
            "from_us": START_US + 9_000,
            "us": 81_000,
            "ended": True,
        }
    ]


def test_json_names_both_sides_of_a_comparison_and_what_differs() -> None:
    comparison = compared()
    told = document(run_of(verdict(), *comparison.sides, comparisons=(comparison,)))
    (one,) = told["comparisons"]
    assert one["sides"] == {"throw": 1, "create_random_code": 2}
    assert one["locks_that_differ"] == ["front"]
    assert told["cases"][2]["outcome"] == "not_judged"


def keys_in(value: Any) -> set[str]:
    """Every key of a document, but for those that are slots or policies."""
    if isinstance(value, list):
        return {key for item in value for key in keys_in(item)}
    if not isinstance(value, dict):
        return set()
    inner = {key for item in value.values() for key in keys_in(item)}
    own = set(value) - {"throw", "create_random_code"}
    return inner | {key for key in own if not key.isdigit()}


def test_the_documentation_has_every_key_and_no_other() -> None:
    comparison = compared()
    summary = run_of(failed(), broken(), *comparison.sides, comparisons=(comparison,))
    text = (ROOT / "docs/REPORTS.md").read_text(encoding="utf-8")
    section = text.partition("## JSON")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    documented = {key for row in rows for key in re.findall(r"`([a-z_]+)`", row)}
    assert documented == keys_in(document(summary))


# Both, and what is printed.


def test_hostile_names_leave_every_report_whole() -> None:
    summary = hostile_run()
    root = ET.fromstring(junit_report(summary))
    assert len(list(root.iter("testcase"))) == len(summary.verdicts)
    told = json.loads(json_report(summary))
    assert {case["name"] for case in told["cases"]} >= set(HOSTILE)
    for one in summary.verdicts:
        for line in (*case_lines(one), *workflow_commands(one, str)):
            assert line.isprintable() or "\u200d" in line
            line.encode("utf-8")


def test_an_annotation_stands_at_its_line_and_is_one_line() -> None:
    one = failed(name="50%, a: b\n::error::c")
    (line,) = workflow_commands(one, lambda path: f"repository/{path}")
    assert line.startswith(
        "::error file=repository/scenarios/a.yaml,line=28,col=5,"
        r"title=50%25%2C a%3A b\n%3A%3Aerror%3A%3Ac [policy=throw]::"
    )
    message = line.rpartition("]::")[2]
    assert message.split("%0A")[:2] == [
        'step 4 "nothing is left"',
        "garage.slots_used: wanted 0, got 1",
    ]
    assert "\n" not in line


def test_a_case_that_passed_has_no_annotation_and_a_broken_one_has() -> None:
    assert list(workflow_commands(verdict(), str)) == []
    (line,) = workflow_commands(broken(), str)
    assert line.startswith("::error file=scenarios/a.yaml,line=1,col=1,")


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        (run_of(verdict()), "1 of 1 case passed"),
        (run_of(verdict(), failed()), "1 of 2 cases passed, 1 failed"),
        (run_of(*compared().sides), "1 of 2 cases passed, 1 not judged"),
        (
            run_of(verdict(), not_run=2, ended=Ended.INTERRUPTED),
            "1 of 1 case passed, 2 not run",
        ),
        (run_of(broken()), "0 of 1 case passed, 1 broken by latchbench itself"),
    ],
)
def test_the_last_line_counts_everything(summary: Any, line: str) -> None:
    assert summary_line(summary) == line


def test_the_slowest_cases_are_those_of_most_rounds() -> None:
    cases = [verdict(case_id=f"n={n}", costs=(StepCost("s", n, n),)) for n in (5, 900, 70)]
    first, second = list(slowest_lines(run_of(*cases), 2))[1:]
    assert "900  a guest [n=900]" in first
    assert "70  a guest [n=70]" in second
    head, *_ = slowest_lines(run_of(cases[0]), 9)
    assert head.startswith("slowest 1 case")
