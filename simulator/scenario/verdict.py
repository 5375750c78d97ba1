"""What came of a scenario: per case passed or failed, with everything needed to see why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from latchbench.trace import PinLetters, TraceEvent
    from simulator.scenario.exposure import Exposure


class Outcome(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"  # latchbench itself failed, not what it tests
    NOT_JUDGED = "not_judged"  # in a comparison: what the file expects is about the other policy


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
    """What a lock's own memory holds at one moment, and the process it lives in.

    PINs are the letters of the trace, or digits if the user asked for them.
    """

    lock: str
    profile: str
    slots: Mapping[int, str]
    slots_max: int
    process: str

    def lettered(self, letters: PinLetters) -> LockLeft:
        """The same with a letter for each token."""
        return replace(self, slots={slot: letters.shown(pin) for slot, pin in self.slots.items()})


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """One case: its failures, its trace, and where its processes ran.

    `before` and `left` are the locks' memories at the start and at the end. `policy` is the sharing
    policy that a comparison ran the case under, else None; `skipped` are steps that could not be
    done under a policy that the file is not written for, with the reason.
    """

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
    before: tuple[LockLeft, ...] = ()
    left: tuple[LockLeft, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    costs: tuple[StepCost, ...] = ()
    story: tuple[str, ...] = ()
    processes: tuple[tuple[str, int, str], ...] = ()
    counters: Mapping[str, int] = field(default_factory=dict)
    fault: str | None = None
    tags: tuple[str, ...] = ()
    policy: str | None = None
    skipped: tuple[str, ...] = ()

    @property
    def rounds(self) -> int:
        """Rounds of lockstep of all steps: what the case cost, whatever the machine."""
        return sum(cost.rounds for cost in self.costs)

    @property
    def title(self) -> str:
        """The scenario's name and the case's id, and the policy if that does not name it."""
        return title_of(self.name, self.case_id, self.policy)


def title_of(name: str, case_id: str, policy: str | None) -> str:
    """What a case is called; see `CaseVerdict.title`."""
    title = f"{name} [{case_id}]" if case_id else name
    if policy is None or f"={policy}" in case_id:
        return title
    return f"{title} under {policy}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same case under both policies, with the same seed. `sides` are in the order of `BOTH`."""

    path: str
    name: str
    case_id: str
    sides: tuple[CaseVerdict, CaseVerdict]

    @property
    def title(self) -> str:
        """The scenario's name and the case's id, without the policy."""
        return f"{self.name} [{self.case_id}]" if self.case_id else self.name


class Ended(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    BROKEN = "broken"  # latchbench itself failed in a case; what followed was not run
    TIME_LIMIT = "time_limit"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Summary:
    """All verdicts of one run, in the order of the files. `not_run` cases were chosen as well."""

    verdicts: tuple[CaseVerdict, ...]
    comparisons: tuple[Comparison, ...] = ()
    not_run: int = 0
    ended: Ended = Ended.FINISHED

    def count(self, outcome: Outcome) -> int:
        """How many cases ended so."""
        return sum(1 for verdict in self.verdicts if verdict.outcome is outcome)
