"""Verdicts made by hand, so that a report can be tested without a process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from latchbench.trace import TraceEvent
from simulator.scenario.exposure import exposures
from simulator.scenario.verdict import (
    CaseVerdict,
    Comparison,
    Ended,
    Failure,
    LockLeft,
    Outcome,
    StepCost,
    Summary,
)

START_US = 1_906_552_800_000_000
DAY_US = 86_400_000_000

# What a person may write into a name: markup, terminal control, line breaks, halves of characters,
# what ends a CDATA section or an attribute, what turns the direction of reading around.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "</style></svg></details><h1>owned",
    "' onmouseover='x",
    "]]></failure>&amp;&lt;",
    "\x1b[31mred\x1b]0;title\x07",
    "first\n::error file=x::second\r\nthird",
    "null \x00 and \ufffe and \ud800 half",
    "\u202egnp.exe \u2028 line",
    "url(https://evil.example/a) javascript:alert(1)",
    "٤٨٢١ 日本語 👩‍👧 é",
)


def event(after_us: int, source: str, kind: str, **fields: str) -> TraceEvent:
    return TraceEvent(START_US + after_us, 0, source, after_us, kind, fields)


def step(after_us: int, number: int, verb: str, name: str = "") -> TraceEvent:
    return event(after_us, "bench", "bench.step", number=str(number), verb=verb, name=name)


TRACE = [
    event(0, "garage", "lock.code.stored", slot="3", pin="••••A"),
    step(1_000, 1, "inject"),
    event(1_000, "gate", "lock.fault.armed", fault="refuse", times="1"),
    step(2_000, 2, "create_multiple", "book both"),
    event(2_000, "gateway", "gateway.create_multiple", devices="front,gate", behavior="throw"),
    event(2_000, "gateway", "gateway.group.admitted", group="g1", pin="••••B"),
    event(
        3_000,
        "gateway",
        "gateway.command.sent",
        command="SetCode",
        lock="front",
        slot="1",
        pin="••••B",
    ),
    event(9_000, "front", "lock.code.stored", slot="1", pin="••••B"),
    event(9_500, "gateway", "gateway.code.verified", lock="front", slot="1", pin="••••B"),
    event(12_000, "gate", "lock.fault.fired", fault="refuse", left="0"),
    event(40_000, "gateway", "gateway.group.aborted", group="g1", pin="••••B"),
    event(90_000, "front", "lock.code.cleared", slot="1"),
    event(99_000, "gateway", "gateway.code.gone", lock="front", slot="1", pin="••••B"),
    step(100_000, 3, "advance"),
    event(DAY_US, "garage", "lock.keypad", feedback="opened", slot="3"),
    step(2 * DAY_US, 4, "expect_device", "nothing is left"),
]


def verdict(**changed: Any) -> CaseVerdict:
    """A case that passed, with a withdrawn code in it."""
    end_us = START_US + 2 * DAY_US
    lock = LockLeft("front", "deadbolt-30", {}, 30, "host-1 pid 7 at 127.0.0.1:9")
    garage = replace(lock, lock="garage", slots={3: "••••A"})
    made = CaseVerdict(
        path="scenarios/a.yaml",
        name="a guest",
        case_id="policy=throw",
        seed=7,
        outcome=Outcome.PASSED,
        failures=(),
        checks=3,
        steps=4,
        start_us=START_US,
        end_us=end_us,
        trace=TRACE,
        before=(lock, garage, replace(lock, lock="gate")),
        left=(lock, garage, replace(lock, lock="gate")),
        exposures=tuple(exposures(TRACE, end_us)),
        costs=(StepCost("step 1, inject", 2, 2), StepCost('step 2 "book both"', 30, 41)),
        story=("create_multiple (policy throw) over front, gate", "  -> refused, 400 x (gate: y)"),
        processes=(("host-1", 7, "127.0.0.1:9"), ("gateway", 8, "http://127.0.0.1:1")),
        tags=("smoke",),
    )
    return replace(made, **changed)


def failed(**changed: Any) -> CaseVerdict:
    failure = Failure(
        "scenarios/a.yaml:28:5",
        'step 4 "nothing is left"',
        ("garage.slots_used: wanted 0, got 1", "front.bolt: wanted 'locked', got 'unlocked'"),
        START_US + 2 * DAY_US,
    )
    return verdict(**{"outcome": Outcome.FAILED, "failures": (failure,), **changed})


def broken(**changed: Any) -> CaseVerdict:
    bare = {"before": (), "left": (), "trace": (), "exposures": (), "costs": (), "story": ()}
    fault = "latchbench itself failed: host-1 ended in the middle of a step"
    return verdict(**{**bare, "outcome": Outcome.BROKEN, "fault": fault, **changed})


def compared() -> Comparison:
    one = verdict(policy="throw")
    lock = replace(one.left[0], slots={1: "••••C"})
    other = verdict(
        policy="create_random_code",
        outcome=Outcome.NOT_JUDGED,
        left=(lock, *one.left[1:]),
        exposures=(),
        skipped=("step 5, keypad: cannot run: booking.code was never saved",),
    )
    return Comparison(one.path, one.name, "", (one, other))


def run_of(*verdicts: CaseVerdict, **changed: Any) -> Summary:
    ended = Ended.BROKEN if any(one.fault for one in verdicts) else Ended.FINISHED
    return Summary(verdicts, **{"ended": ended, **changed})


def hostile_run() -> Summary:
    """Every kind of verdict under every hostile name, wherever a user's text may stand."""
    verdicts = []
    for text in HOSTILE:
        place = f"{text}.yaml:1:2"
        failure = Failure(place, f'step 1 "{text}"', (f"wanted {text}, got {text}",), START_US)
        trace = [
            step(0, 1, "advance", text),
            *TRACE,
            event(DAY_US, "gate", "lock.radio", state=text),
        ]
        words = {
            "path": f"{text}.yaml",
            "name": text,
            "tags": (text,),
            "story": (text, f"  {text}"),
        }
        costs = (StepCost(text, 1, 1),)
        verdicts += [
            verdict(trace=trace, costs=costs, **words),
            failed(trace=trace, failures=(failure,), **words),
            broken(fault=text, path=text, name=text),
        ]
    comparison = compared()
    one, two = (replace(s, name=HOSTILE[1], story=HOSTILE) for s in comparison.sides)
    comparison = replace(comparison, name=HOSTILE[1], path=HOSTILE[0], sides=(one, two))
    return run_of(*verdicts, *comparison.sides, comparisons=(comparison,))
