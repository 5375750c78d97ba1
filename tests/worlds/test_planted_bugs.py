"""Each planted bug is found by a checker, in the world that is named here, and not without it."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from simulator.worlds.plan import Ask
from simulator.worlds.planning import make_plan
from simulator.worlds.world import run_world
from tests.worlds import planted as bugs
from tests.worlds.planted import planted

if TYPE_CHECKING:
    from simulator.worlds.plan import Plan


@dataclass(frozen=True, slots=True)
class Find:
    """The checker that finds a bug, and the world in which it does."""

    checker: str
    seed: int
    faults: str = "swarm"
    hours: float = 0.5


FINDS: Final = {
    "another_pin": Find("same_pin", 2),
    "ignores_the_start": Find("schedule_kept", 2),
    "lost_wake_up": Find("schedule_kept", 4),
    "naive_undo": Find("throw_atomicity", 5, "heavy", 1.0),
    "no_intent": Find("hands_off", 1),
    "no_read_back": Find("honest_status", 3),
    "nvm_in_place": Find("it_runs", 1),
    "off_by_one_expiry": Find("schedule_kept", 3),
    "pin_in_a_log_line": Find("secrecy", 3),
    "reused_command_id": Find("one_effect", 3),
    "rolls_back_a_commit": Find("state_history", 4, "heavy"),
    "swallowed_cancellation": Find("it_runs", 82, "heavy", 1.0),
    "sweeps_unmanaged": Find("hands_off", 3),
    "two_transactions": Find("throw_atomicity", 1),
}


def plan_of(find: Find) -> Plan:
    return make_plan(Ask(find.seed, hours=find.hours, faults=find.faults))


def found_by(plan: Plan) -> set[str]:
    return {violation.checker for violation in run_world(plan).violations}


# What a bug leaks is what its checker is to find.
LEAKS: Final = {"pin_in_a_log_line": pytest.mark.shows_a_pin}


@pytest.mark.parametrize(
    "bug", [pytest.param(bug, marks=LEAKS[bug]) if bug in LEAKS else bug for bug in FINDS]
)
def test_the_bug_is_found_in_its_world(bug: str) -> None:
    find = FINDS[bug]
    with planted(bug):
        assert find.checker in found_by(plan_of(find))


@pytest.mark.parametrize(
    "find",
    {(f.checker, f.seed, f.faults, f.hours): f for f in FINDS.values()}.values(),
    ids=lambda find: f"{find.checker}-{find.seed}",
)
def test_without_the_bug_its_checker_is_content(find: Find) -> None:
    assert find.checker not in found_by(plan_of(find))


def test_every_planted_bug_has_its_world() -> None:
    assert {module.name for module in pkgutil.iter_modules(bugs.__path__)} == set(FINDS)
