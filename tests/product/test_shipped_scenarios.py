"""The scenarios that ship: all of them pass, look into the locks, and leave nothing out."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from simulator.model.words import Constraint, Keypad, Mechanics, Power
from simulator.radio.faults.table import FAULTS
from simulator.radio.words import RadioState
from simulator.scenario.calls import Call
from simulator.scenario.events import EVENTS
from simulator.scenario.runner import RunOptions
from simulator.scenario.words import REASONS
from simulator.sim import loop
from tests.product.decisions import DECISIONS, taken_back
from tests.product.outputs import codes_in, outputs, shown_in
from tests.product.shipped import (
    SCENARIOS,
    Shown,
    evidence,
    file_of,
    run_all,
    scenarios,
    traces_in_sim,
    verdicts_in_sim,
)
from tests.product.track_record import decisions_of
from tests.scenario.held_time import HeldTime, Watcher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from latchbench.trace import TraceEvent
    from simulator.scenario.cases import Case, Scenario

pytestmark = [
    pytest.mark.wire,
    pytest.mark.asyncio(loop_scope="session"),
    # All of them run before the first of these tests.
    pytest.mark.timeout(900),
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shown() -> list[Shown]:
    return await run_all()


async def test_every_case_passes(shown: list[Shown]) -> None:
    failed = {one.name: one.verdict.failures for one in shown if one.verdict.failures}
    assert failed == {}
    assert all(one.verdict.checks > 0 for one in shown)
    assert len(shown) == sum(len(scenario.cases) for scenario in scenarios())


async def test_traces_have_no_event_that_the_catalogue_lacks(shown: list[Shown]) -> None:
    told = {
        (event.kind, name)
        for one in shown
        for event in one.verdict.trace
        for name in (*event.fields, "")
    }
    known = {(kind, name) for kind, one in EVENTS.items() for name in (*one.fields, "")}
    assert told - known == set()
    assert len({kind for kind, _ in told}) > len(EVENTS) * 0.8


def refused_codes(trace: Sequence[TraceEvent]) -> set[str]:
    """Codes of calls that ended in a refusal, chosen or drawn, that no other call or pool has."""
    refused: set[str] = set()
    kept: set[str] = set()
    asked = ""
    for event in trace:
        pin = event.fields.get("pin", "")
        if event.kind == "gateway.create_multiple":
            asked = pin
        elif event.kind == "gateway.refused":
            refused.add(asked)
        elif event.kind == "gateway.group.aborted":
            refused.add(pin)
        elif event.kind == "gateway.event":
            kept.add(pin)  # nobody is told of a group that was refused
        elif event.kind == "gateway.backup.drawn":
            kept.add(pin)  # nobody is told of a spare code either, and it is there
    return refused - kept - {""}


async def test_no_lock_holds_a_code_that_was_refused(shown: list[Shown]) -> None:
    refusals = 0
    for one in shown:
        refused = refused_codes(one.verdict.trace)
        refusals += len(refused)
        held = {(lock, code) for lock, codes in one.inside.items() for code in codes.values()}
        left = {(lock, code) for lock, code in held - one.by_hand() if code in refused}
        assert left == set(), one.name
    assert refusals > 20


async def test_some_locks_had_held_the_refused_code_first(shown: list[Shown]) -> None:
    assert len([one.name for one in shown if taken_back(one.verdict.trace)]) >= 2


async def test_every_case_has_the_same_trace_without_processes(shown: list[Shown]) -> None:
    """The whole bench in one process, where chance decides what runs first of all that is ready."""
    # In a thread of its own, because one has a loop already.
    again = await asyncio.to_thread(loop.run, traces_in_sim(), Random(20301))
    live = {(one.file, one.case.id): tuple(one.verdict.trace) for one in shown}
    different = [name for name, trace in live.items() if again[name] != trace]
    assert different == []
    assert len(again) == len(live)


async def test_every_case_has_the_same_trace_when_it_is_held_back(shown: list[Shown]) -> None:
    """To a real clock that is none. Whoever watches is told all of it, in its order."""
    watcher = Watcher(HeldTime())
    # In a thread of its own, as above.
    held = await asyncio.to_thread(loop.run, traces_in_sim(watcher.pace()))
    live = {(one.file, one.case.id): tuple(one.verdict.trace) for one in shown}
    different = [name for name, trace in live.items() if held[name] != trace]
    assert different == []
    told = [event for trace in held.values() for event in from_its_first_step(trace)]
    assert watcher.events == told
    assert len(watcher.titles) == len(live)


async def test_no_output_of_a_case_shows_a_code_unless_that_is_asked_for(
    shown: list[Shown],
) -> None:
    """Neither one that stands in its file, nor one that was drawn or came to be in a lock."""
    # In a thread of its own, as above.
    masked = await asyncio.to_thread(loop.run, verdicts_in_sim(RunOptions()))
    leaks, found = {}, 0
    for one in shown:
        codes = codes_in((SCENARIOS / one.file).read_text(encoding="utf-8")) | one.codes()
        told = outputs(masked[one.file, one.case.id])
        leaks.update({(one.name, what): shown_in(text, codes) for what, text in told.items()})
        found += bool(shown_in(outputs(one.verdict)["trace"], codes))
    assert {place: codes for place, codes in leaks.items() if codes} == {}
    assert found > len(shown) // 2  # of these codes, where they are asked for


def from_its_first_step(trace: Sequence[TraceEvent]) -> Sequence[TraceEvent]:
    return trace[next(n for n, event in enumerate(trace) if event.kind == "bench.step") :]


def words_of_all(shown: list[Shown]) -> set[str]:
    return set().union(*(evidence(one) for one in shown))


async def test_every_fault_has_fired(shown: list[Shown]) -> None:
    assert {f"fault:{fault}" for fault in FAULTS} - words_of_all(shown) == set()


async def test_a_command_was_tried_in_every_condition(shown: list[Shown]) -> None:
    axes: dict[str, set[RadioState] | set[Power] | set[Keypad] | set[Mechanics]] = {
        "radio": set(RadioState) - {RadioState.AWAKE},
        "power": set(Power) - {Power.GOOD},
        "keypad": set(Keypad) - {Keypad.CLEAR},
        "mechanics": set(Mechanics) - {Mechanics.CLEAR},
    }
    wanted = {f"{axis}:{word.value}" for axis, words in axes.items() for word in words}
    assert wanted - words_of_all(shown) == set()


# They shape a name, the way a PIN is made, or the times of a code: `decisions.py` asks for those.
NO_RULES_OF_DIGITS = {
    Constraint.CANNOT_SPECIFY_PIN_CODE,
    Constraint.NAME_LENGTH,
    Constraint.NAME_MUST_BE_UNIQUE,
    Constraint.START_DATE_IN_FUTURE,
}
DETAILS = {
    Constraint.UNIQUE_FIRST_FOUR_DIGITS: "first_four_repeat",
    Constraint.PIN_CODE_MATCHES_EXISTING_SET: "not_in_existing_set",
}


async def test_every_rule_of_digits_has_decided_something(shown: list[Shown]) -> None:
    rules = set(Constraint) - NO_RULES_OF_DIGITS
    wanted = {f"rule:{DETAILS.get(rule, rule.value)}" for rule in rules}
    assert wanted - words_of_all(shown) == set()


async def test_every_reason_has_refused_a_device(shown: list[Shown]) -> None:
    assert {f"reason:{reason}" for reason in REASONS} - words_of_all(shown) == set()


@pytest.mark.parametrize("decision", DECISIONS)
async def test_every_decision_was_taken(shown: list[Shown], decision: str) -> None:
    cases = [one.name for one in shown if DECISIONS[decision](one.verdict.trace)]
    assert cases, f"no scenario shows {decision}"


def row_of(decision: str) -> str:
    """The row of docs/DECISIONS.md, of which an entry of `DECISIONS` may be a part."""
    return decision.partition(",")[0]


@pytest.mark.parametrize(
    ("file", "row"),
    [(file_of(scenario), row) for scenario in scenarios() for row in decisions_of(scenario)],
)
async def test_a_scenario_shows_the_decisions_of_its_tags(
    shown: list[Shown], file: str, row: str
) -> None:
    evident = [shows for decision, shows in DECISIONS.items() if row_of(decision) == row]
    traces = [one.verdict.trace for one in shown if one.file == file]
    assert any(shows(trace) for shows in evident for trace in traces)


async def test_every_decision_stands_in_the_tags_of_a_scenario() -> None:
    tagged = {row for scenario in scenarios() for row in decisions_of(scenario)}
    assert tagged == {row_of(decision) for decision in DECISIONS}


def looks_last(case: Case) -> bool:
    """Whether the locks' own memory is looked at after the last call."""
    steps = [*case.steps, *case.endings]
    calls = [number for number, step in enumerate(steps) if isinstance(step.body, Call)]
    looks = [number for number, step in enumerate(steps) if step.verb == "expect_device"]
    return bool(looks) and looks[-1] > max(calls, default=-1)


@pytest.mark.parametrize("scenario", scenarios(), ids=file_of)
async def test_every_scenario_ends_with_a_look_into_the_locks(scenario: Scenario) -> None:
    assert all(looks_last(case) for case in scenario.cases)
