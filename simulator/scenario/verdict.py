"""What came of a scenario: per case passed or failed, with everything needed to see why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from latchbench.trace import TraceEvent


class Outcome(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"  # latchbench itself failed, not what it tests


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that did not hold. `place` is `file:line:col`; `messages` are never empty."""

    place: str
    step: str
    messages: tuple[str, ...]
    at_us: int


@dataclass(frozen=True, slots=True)
class StepCost:
    """What one step cost the bench: rounds of lockstep, and single steps of processes in them."""

    title: str
    rounds: int
    steps: int


@dataclass(frozen=True, slots=True)
class LockLeft:
    """What a lock's own memory holds at the end, and the process it lives in.

    PINs are the letters of the trace, or digits if the user asked for them.
    """

    lock: str
    profile: str
    slots: Mapping[int, str]
    slots_max: int
    process: str


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """One case: its failures, its trace, and where its processes ran."""

    path: str
    name: str
    case_id: str
    seed: int
    outcome: Outcome
    failures: tuple[Failure, ...]
    checks: int
    steps: int
    start_us: int
    end_us: int
    trace: Sequence[TraceEvent] = field(repr=False)
    left: tuple[LockLeft, ...] = ()
    costs: tuple[StepCost, ...] = ()
    story: tuple[str, ...] = ()
    processes: tuple[tuple[str, int, str], ...] = ()
    counters: Mapping[str, int] = field(default_factory=dict)
    fault: str | None = None

    @property
    def title(self) -> str:
        """The scenario's name and the case's id."""
        return f"{self.name} [{self.case_id}]" if self.case_id else self.name


@dataclass(frozen=True, slots=True)
class Summary:
    """All verdicts of one run."""

    verdicts: tuple[CaseVerdict, ...]

    def count(self, outcome: Outcome) -> int:
        """How many cases ended so."""
        return sum(1 for verdict in self.verdicts if verdict.outcome is outcome)
