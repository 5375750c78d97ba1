"""One case, both sharing policies: which two cases to run so that nothing but the policy differs.

A scenario whose matrix has a variable with both policies is already written for both: its cases are
paired. In any other, each call that could share a code is made under either policy. What the file
expects was then written for one of them only, and is not judged under the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from simulator.scenario.calls import CreateMultiple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.scenario.cases import Case, Scenario, Step

PARAMETER: Final = "behavior_when_code_cannot_be_shared"
BOTH: Final = ("throw", "create_random_code")
_DEFAULT: Final = "throw"  # what Seam does when the call does not say


@dataclass(frozen=True, slots=True)
class Side:
    """A case under one policy. `judged` is False if its expectations are about the other."""

    policy: str
    case: Case
    judged: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """One case under both policies, in the order of `BOTH`; `id` says which, without the policy."""

    scenario: Scenario
    id: str
    sides: tuple[Side, Side]


def pairs(scenario: Scenario, chosen: Sequence[Case]) -> Iterator[Pair]:
    """The pairs that the chosen cases belong to, each once, in the order of the file.

    A case without a call that could share a code has none.
    """
    axis = _axis(scenario)
    seen: set[str] = set()
    for case in chosen:
        identity = _without(case.id, axis)
        if identity in seen or not any(map(_sharing, (*case.steps, *case.endings))):
            continue
        seen.add(identity)
        first, second = (_side(scenario, case, axis, policy) for policy in BOTH)
        yield Pair(scenario, identity, (first, second))


def _ids(case_id: str) -> dict[str, str]:
    """The variables of a case's id with their values' ids."""
    parts = (part.partition("=") for part in case_id.split(",") if part)
    return {name: value for name, _, value in parts}


def _axis(scenario: Scenario) -> str | None:
    """The variable of the matrix that is the policy, if it has one."""
    values: dict[str, set[str]] = {}
    for case in scenario.cases:
        for name, value in _ids(case.id).items():
            values.setdefault(name, set()).add(value)
    return next((name for name, ids in values.items() if ids >= set(BOTH)), None)


def _without(case_id: str, axis: str | None) -> str:
    return ",".join(f"{name}={value}" for name, value in _ids(case_id).items() if name != axis)


def _side(scenario: Scenario, case: Case, axis: str | None, policy: str) -> Side:
    """The case as the file has it under this policy, or as near as can be."""
    if axis is not None:
        for other in scenario.cases:
            same = _without(other.id, axis) == _without(case.id, axis)
            if same and _ids(other.id)[axis] == policy:
                return Side(policy, other, judged=True)
    steps = tuple(_under(step, policy) for step in case.steps)
    endings = tuple(_under(step, policy) for step in case.endings)
    pairs_of_steps = zip((*steps, *endings), (*case.steps, *case.endings), strict=True)
    if all(new is old for new, old in pairs_of_steps):
        return Side(policy, case, judged=True)
    return Side(policy, replace(case, steps=steps, endings=endings), judged=False)


def _sharing(step: Step) -> str | None:
    """The policy of a call that could share a code; None for what is no such call.

    A call that sends something else under that name is there to be refused and stays as it is.
    """
    if not isinstance(step.body, CreateMultiple) or PARAMETER in step.body.extra:
        return None
    if PARAMETER not in step.body.model_fields_set:
        return _DEFAULT
    sent = step.body.behavior_when_code_cannot_be_shared
    return sent if sent in BOTH else None


def _under(step: Step, policy: str) -> Step:
    if _sharing(step) in (None, policy) or step.body is None:
        return step
    return replace(step, body=step.body.model_copy(update={PARAMETER: policy}))
