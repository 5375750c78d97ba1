"""All that a run says of one case, as text, and the codes of its scenario file that are in it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from latchbench.trace import to_json_line
from simulator.scenario.report import brief_lines, case_lines
from simulator.scenario.reports.document import json_report
from simulator.scenario.reports.junit import junit_report
from simulator.scenario.verdict import Failure, Outcome, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.scenario.verdict import CaseVerdict

# Codes of a scenario stand in quotes, because leading zeros count. Some have their enter key.
_QUOTED: Final = re.compile(r"""(["'])([0-9]{4,})#?\1""")
# What may be any number: it is taken out before codes are looked for. Codes are never written like
# this: in JSON they are text, and no other text calls them a seed, a process or a port.
_INNOCENT: Final = re.compile(
    r'"(?:seed|rounds|process_steps|expectations|(?:\w+_)?us)": [0-9]+'
    r'|name="seed" value="[0-9]+"|\bseed [0-9]+|--seed [0-9]+|\bpid [0-9]+|127\.0\.0\.1:[0-9]+'
)


def codes_in(scenario: str) -> frozenset[str]:
    """The codes that stand in the text of a scenario file."""
    return frozenset(code for _, code in _QUOTED.findall(scenario))


def shown_in(text: str, codes: Iterable[str]) -> set[str]:
    """Which of `codes` are in a text, each as a number of its own and not as a part of another."""
    rest = _INNOCENT.sub("", text)
    alone = r"(?<![0-9])(?<![0-9][.,]){}(?![.,]?[0-9])"
    return {code for code in codes if re.search(alone.format(code), rest)}


def outputs(verdict: CaseVerdict) -> Mapping[str, str]:
    """Everything that is printed or written about a case, by what it is.

    A case that passed is told as if its last instant had failed, too, because only then is it told
    what led to that.
    """
    failure = Failure(f"{verdict.path}:1:1", "a step", ("words",), verdict.end_us)
    failed = replace(verdict, outcome=Outcome.FAILED, failures=(failure,))
    told = {"trace": "\n".join(map(to_json_line, verdict.trace))}
    for how, one in (("", verdict), (", failed", failed)):
        summary = Summary((one,))
        told[f"terminal{how}"] = "\n".join(case_lines(one, verbose=True))
        told[f"brief{how}"] = "\n".join(brief_lines(one))
        told[f"JSON{how}"] = json_report(summary).decode()
        told[f"JUnit{how}"] = junit_report(summary).decode()
    return told
