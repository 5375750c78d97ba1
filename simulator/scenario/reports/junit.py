"""A run as JUnit XML: a suite for each file, a case for each case, as continuous integration shows.

`time` is virtual time: how long the machine took says nothing about a lock.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from simulator.scenario.report import case_lines, exposure_line, rerun, timeline
from simulator.scenario.reports.plain import place_of, printable
from simulator.scenario.verdict import Ended, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.scenario.verdict import CaseVerdict, Failure, Summary


def junit_report(summary: Summary) -> bytes:
    """The whole document, in UTF-8."""
    root = ET.Element("testsuites", {"name": "latchbench", **_counts(summary.verdicts)})
    if summary.ended is not Ended.FINISHED:
        _properties(root, {"ended": summary.ended.value, "not_run": str(summary.not_run)})
    for path, verdicts in groupby(summary.verdicts, key=lambda verdict: verdict.path):
        suite = list(verdicts)
        element = ET.SubElement(root, "testsuite", {"name": printable(path), **_counts(suite)})
        for verdict in suite:
            _case(element, verdict)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _counts(verdicts: Sequence[CaseVerdict]) -> dict[str, str]:
    failed = sum(verdict.outcome is Outcome.FAILED for verdict in verdicts)
    broken = sum(verdict.outcome is Outcome.BROKEN for verdict in verdicts)
    skipped = sum(verdict.outcome is Outcome.NOT_JUDGED for verdict in verdicts)
    spent_us = sum(verdict.end_us - verdict.start_us for verdict in verdicts)
    return {
        "tests": str(len(verdicts)),
        "failures": str(failed),
        "errors": str(broken),
        "skipped": str(skipped),
        "time": _seconds(spent_us),
    }


def _seconds(us: int) -> str:
    return f"{us // 1_000_000}.{us % 1_000_000:06d}"


def _case(suite: ET.Element, verdict: CaseVerdict) -> None:
    virtual = _seconds(verdict.end_us - verdict.start_us)
    named = {"classname": printable(verdict.path), "name": printable(verdict.title)}
    element = ET.SubElement(suite, "testcase", {**named, "time": virtual})
    told = {"seed": str(verdict.seed), "virtual_seconds": virtual, "rerun": rerun(verdict)}
    _properties(element, told)
    for exposure in verdict.exposures:
        _properties(element, {"exposure": exposure_line(exposure)})
    for failure in verdict.failures:
        _failure(element, verdict, failure)
    if verdict.fault is not None:
        ET.SubElement(element, "error", type="latchbench", message=printable(verdict.fault))
    if verdict.outcome is Outcome.NOT_JUDGED:
        why = "its expectations are about the other policy"
        ET.SubElement(element, "skipped", message=why)
    ET.SubElement(element, "system-out").text = "\n".join(case_lines(verdict))


def _properties(element: ET.Element, properties: dict[str, str]) -> None:
    found = element.find("properties")
    holder = ET.SubElement(element, "properties") if found is None else found
    for name, value in properties.items():
        ET.SubElement(holder, "property", name=name, value=printable(value))


def _failure(element: ET.Element, verdict: CaseVerdict, failure: Failure) -> None:
    path, line, _ = place_of(failure.place)
    where = {"file": printable(path), "line": str(line)}
    messages = [printable(message) for message in failure.messages]
    told = ET.SubElement(
        element, "failure", {"type": "expectation", "message": messages[0], **where}
    )
    lines = [f"{failure.place}: {failure.step}", *(f"  {message}" for message in messages)]
    told.text = "\n".join(
        [*map(printable, lines), "what led to it", *(f"  {line}" for line in timeline(verdict))]
    )
