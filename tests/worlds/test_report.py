from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import core
from latchbench.trace import TraceEvent
from simulator.worlds.plan import Ask, Happening, Plan
from simulator.worlds.planning import make_plan
from simulator.worlds.report import AFTER, BEFORE, VIOLATIONS_MAX, failure_lines
from simulator.worlds.seen import Violation
from simulator.worlds.world import Outcome, run_world
from tests.bench.wrong_gateways.trusts_acknowledgements import Trusting

if TYPE_CHECKING:
    from simulator.worlds.plan import Plain

START_US = 1_906_552_800_000_000
FLEET: Plain = {"locks": {"front": {"profile": "deadbolt-30"}, "back": {"profile": "deadbolt-30"}}}
STEPS: tuple[Plain, ...] = (
    {"inject": {"lock": "front", "fault": "ack_without_write", "times": 1}},
    {"create_multiple": {"device_ids": ["front", "back"], "code": "4827"}, "save_as": "both"},
    {"keypad": {"lock": "back", "keys": "4827#"}},
    {"keypad": {"lock": "front", "keys": "4827#"}},
)


def plan(seed: int = 1) -> Plan:
    happenings = [Happening(number, number, "call.some", s) for number, s in enumerate(STEPS)]
    return Plan(Ask(seed, faults="light"), FLEET, tuple(happenings))


def failed() -> Outcome:
    with mock.patch.object(core, "Dispatcher", Trusting):
        return run_world(plan())


def test_it_says_the_promise_the_violation_and_how_to_see_it_again() -> None:
    lines = list(failure_lines(failed()))
    assert lines[0] == "FAIL  world 1: 2 locks, 4 happenings, faults light"
    assert lines[1].startswith("      honest_status: A code is told to be `set` only after a read")
    broken = next(line for line in lines if line.startswith("      convergence: "))
    assert broken.startswith("      convergence: Once nothing is wrong any more, locks hold what")
    assert lines[lines.index(broken) + 1].endswith("  front does not hold ••••A, and it is listed")
    assert lines[-2:] == [
        "      see it again: latchbench simulate --seed 1 --faults light",
        "      and small:    latchbench simulate --seed 1 --faults light --shrink",
    ]


def test_the_timeline_is_about_the_lock_of_the_violation_and_tells_the_steps() -> None:
    text = "\n".join(failure_lines(failed()))
    assert "what led to the first of it at front" in text
    assert "inject: {lock: front, fault: ack_without_write, times: 1}" in text
    assert "front      fault fired" in text
    assert "keypad: {lock: front, " in text
    assert "keypad: {lock: back, " not in text
    assert "  back  " not in text


def test_no_digits_of_a_code_are_shown() -> None:
    assert "4827" not in "\n".join(failure_lines(failed()))


def test_every_line_fits_a_hundred_columns() -> None:
    outcome = run_world(make_plan(Ask(5)))
    last_us = outcome.trace[-1].at_us
    found = (Violation("convergence", last_us, "door-1 " + "does not hold ••••A, and " * 9),)
    lines = list(failure_lines(replace(outcome, violations=found)))
    assert max(map(len, lines)) <= 100
    assert len(lines) > BEFORE


def event(at_us: int, source: str, kind: str, **fields: str) -> TraceEvent:
    return TraceEvent(START_US + at_us, 0, source, at_us, kind, fields)


def told(events: list[TraceEvent], *violations: Violation) -> list[str]:
    return list(failure_lines(Outcome(plan(), violations, tuple(events))))


def test_the_point_where_lock_and_gateway_part_is_shown_and_not_what_came_long_after() -> None:
    slot = {"slot": "1", "pin": "••••A"}
    events = [
        *(event(n, "front", "lock.bolt", turn=str(n)) for n in range(30)),
        event(30, "gateway", "gateway.command.sent", lock="front", command="SetCode", **slot),
        event(31, "front", "lock.code.stored", **slot),
        event(32, "gateway", "gateway.code.verified", lock="front", **slot),
        event(33, "front", "lock.code.cleared", slot="1"),
        *(event(34 + n, "front", "lock.bolt", turn=f"late {n}") for n in range(30)),
    ]
    lines = told(events, Violation("convergence", START_US + 90, "front does not hold ••••A"))
    at = next(n for n, line in enumerate(lines) if "code cleared" in line)
    assert lines[at + 1].endswith("^-- the gateway still takes ••••A for stored here")
    assert lines[at - BEFORE - 1] == "        ... 20 events before"
    assert lines[at + 1 + AFTER + 1] == "        ... 25 events after"


def test_without_such_a_point_it_is_the_last_word_of_the_code_that_is_shown() -> None:
    events = [
        event(1, "front", "lock.code.stored", slot="1", pin="••••B"),
        *(event(2 + n, "front", "lock.bolt", turn=str(n)) for n in range(40)),
    ]
    lines = told(events, Violation("hands_off", START_US + 90, "front lost ••••B"))
    assert any("code stored" in line for line in lines)
    assert "        ... 35 events after" in lines


def test_many_violations_are_counted() -> None:
    many = [Violation("convergence", START_US, f"front is wrong in way {n}") for n in range(9)]
    lines = told([], *many)
    assert sum("is wrong in way" in line for line in lines) == VIOLATIONS_MAX
    assert f"        and {9 - VIOLATIONS_MAX} more" in lines


def test_a_world_that_broke_latchbench_says_that_it_must_come_to_its_end() -> None:
    lines = told([], Violation("it_runs", START_US, "the gateway failed: KeyError: 'x'"))
    assert lines[1].startswith("      it_runs: A world comes to its end")
