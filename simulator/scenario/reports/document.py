"""A run as JSON, in a shape that programs may rely on: docs/REPORTS.md says what each key means.

The shape has a version. Keys may be added to a version, and their meaning never changes. Nothing in
it depends on the machine: the same files and seeds give the same document.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from simulator.scenario.policies import BOTH
from simulator.scenario.report import rerun, timeline
from simulator.scenario.reports.plain import place_of
from simulator.scenario.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.scenario.exposure import Exposure
    from simulator.scenario.verdict import CaseVerdict, Comparison, Failure, LockLeft, Summary

FORMAT: Final = "latchbench-run"
VERSION: Final = 1


def json_report(summary: Summary) -> bytes:
    """The whole document, in UTF-8."""
    text = json.dumps(document(summary), ensure_ascii=False, indent=1)
    # Half a surrogate pair, which YAML can write and UTF-8 cannot: JSON has the same escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def document(summary: Summary) -> Mapping[str, Any]:
    """The document as plain values."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "ended": summary.ended.value,
        "counts": {
            "cases": len(summary.verdicts),
            **{outcome.value: summary.count(outcome) for outcome in Outcome},
            "not_run": summary.not_run,
        },
        "cases": [_case(verdict) for verdict in summary.verdicts],
        "comparisons": list(_comparisons(summary)),
    }


def _case(verdict: CaseVerdict) -> Mapping[str, Any]:
    failed = verdict.outcome is Outcome.FAILED
    return {
        "file": verdict.path,
        "name": verdict.name,
        "case": verdict.case_id,
        "tags": list(verdict.tags),
        "policy": verdict.policy,
        "seed": verdict.seed,
        "outcome": verdict.outcome.value,
        "fault": verdict.fault,
        "failures": [_failure(failure) for failure in verdict.failures],
        "timeline": list(timeline(verdict)) if failed else [],
        "rerun": rerun(verdict),
        "expectations": verdict.checks,
        "steps": [
            {"title": cost.title, "rounds": cost.rounds, "process_steps": cost.steps}
            for cost in verdict.costs
        ],
        "skipped": list(verdict.skipped),
        "start_us": verdict.start_us,
        "end_us": verdict.end_us,
        "story": list(verdict.story),
        "locks": list(_locks(verdict)),
        "exposures": [_exposure(exposure) for exposure in verdict.exposures],
    }


def _failure(failure: Failure) -> Mapping[str, Any]:
    path, line, column = place_of(failure.place)
    return {
        "file": path,
        "line": line,
        "column": column,
        "step": failure.step,
        "messages": list(failure.messages),
        "at_us": failure.at_us,
    }


def _locks(verdict: CaseVerdict) -> Iterator[Mapping[str, Any]]:
    for before, after in zip(verdict.before, verdict.left, strict=True):
        yield {
            "name": after.lock,
            "profile": after.profile,
            "slots_max": after.slots_max,
            "before": _slots(before),
            "after": _slots(after),
        }


def _slots(lock: LockLeft) -> Mapping[str, str]:
    return {str(slot): pin for slot, pin in sorted(lock.slots.items())}


def _exposure(exposure: Exposure) -> Mapping[str, Any]:
    return {
        "lock": exposure.lock,
        "slot": int(exposure.slot),
        "pin": exposure.pin,
        "from_us": exposure.from_us,
        "us": exposure.us,
        "ended": exposure.ended,
    }


def _comparisons(summary: Summary) -> Iterator[Mapping[str, Any]]:
    number = {id(verdict): index for index, verdict in enumerate(summary.verdicts)}
    for comparison in summary.comparisons:
        yield {
            "file": comparison.path,
            "name": comparison.name,
            "case": comparison.case_id,
            "seed": comparison.sides[0].seed,
            "sides": {
                policy: number[id(side)]
                for policy, side in zip(BOTH, comparison.sides, strict=True)
            },
            "locks_that_differ": _differing(comparison),
        }


def _differing(comparison: Comparison) -> list[str]:
    first, second = comparison.sides
    return [a.lock for a, b in zip(first.left, second.left, strict=False) if a.slots != b.slots]
