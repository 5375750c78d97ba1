"""A failing world in words: what broke, what led to it, and how to see it again."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Final

from latchbench.pin import MASK
from simulator.scenario.divergence import first_divergence
from simulator.scenario.report import QUIET, clock_time, count, event_line
from simulator.worlds.plan import STARTS
from simulator.worlds.pruning import locks_in, references, verb_of
from simulator.worlds.violations import locks_named, pins_named, promise
from simulator.worlds.writing import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from latchbench.trace import TraceEvent
    from simulator.worlds.plan import Plain
    from simulator.worlds.world import Outcome

BEFORE: Final = 12
AFTER: Final = 5
VIOLATIONS_MAX: Final = 6
_WIDE: Final = 100
_START_US: Final = int(datetime.fromisoformat(STARTS).timestamp()) * 1_000_000
# What the bench itself says of a step, when the step is told as the plan has it.
_HOW_IT_WENT: Final = ("bench.answered", "bench.left_out")
_HEALED: Final = "the plan ends: everything is healed, and 8 h pass"
_DIGITS: Final = ("code", "keys")
_OF_SOME_ROW: Final = "gateway.attempt.ended"  # of which lock it does not say


def failure_lines(outcome: Outcome) -> Iterator[str]:
    """A block of lines, each of at most 100 columns. PINs are letters. There are violations."""
    plan, first = outcome.plan, outcome.violations[0]
    size = f"{count(len(plan.fleet['locks']), 'lock')}, {count(len(plan.happenings), 'happening')}"
    yield f"FAIL  world {plan.ask.seed}: {size}, faults {plan.ask.faults}"
    yield from _broken(outcome)
    locks = locks_named(first, plan)
    where = f" at {locks[0]}" if locks else ""
    yield f"      what led to the first of it{where}"
    yield from _timeline(outcome, locks[0] if locks else None)
    yield f"      see it again: latchbench simulate {plan.ask.words}"
    yield f"      and small:    latchbench simulate {plan.ask.words} --shrink"


def _broken(outcome: Outcome) -> Iterator[str]:
    """Each promise once, with the ways in which it was broken."""
    shown = outcome.violations[:VIOLATIONS_MAX]
    for checker in dict.fromkeys(violation.checker for violation in shown):
        yield from _wrapped(f"{checker}: {promise(checker)}", 6, 8)
        for violation in shown:
            if violation.checker == checker:
                clock = clock_time(violation.at_us, _START_US)
                yield from _wrapped(f"{clock}  {violation.message}", 8, 10 + len(clock))
    more = len(outcome.violations) - len(shown)
    if more:
        yield f"        and {more} more"


def _wrapped(text: str, first: int, rest: int) -> Iterator[str]:
    """In lines that begin in column `first`, and further ones in column `rest`."""
    return iter(
        textwrap.wrap(
            text,
            _WIDE,
            initial_indent=" " * first,
            subsequent_indent=" " * rest,
            break_on_hyphens=False,
        )
    )


# The timeline.


def _timeline(outcome: Outcome, lock: str | None) -> Iterator[str]:
    """What happened there, a dozen lines before the point that explains most and a few after."""
    told = _told(outcome, lock)
    point, words = _turning_point(outcome, lock, told)
    indices = list(told)
    at = indices.index(point) if point in told else len(indices)
    before, after = indices[max(0, at - BEFORE) : at], indices[at : at + 1 + AFTER]
    if at > BEFORE:
        yield f"        ... {count(at - BEFORE, 'event')} before"
    for index in (*before, *after):
        yield from _wrapped(told[index], 8, 22)
        if index == point and words:
            yield from _wrapped(f"^-- {words}", 22, 26)
    rest = len(indices) - at - len(after)
    if rest > 0:
        yield f"        ... {count(rest, 'event')} after"


def _told(outcome: Outcome, lock: str | None) -> Mapping[int, str]:
    """The events of the trace that a reader can follow, as lines, by their places in it."""
    lines: dict[int, str] = {}
    groups: dict[str, str] = {}  # the locks of each
    steps = iter(outcome.plan.happenings)
    is_step_told = False
    for index, event in enumerate(outcome.trace):
        if event.kind == "bench.step":
            happening = None if event.fields["verb"] == "advance" else next(steps, None)
            is_step_told = happening is not None and _is_step_about(happening.step, lock)
            if happening is not None and is_step_told:
                clock = clock_time(event.at_us, _START_US)
                lines[index] = f"{clock}  {one_line(_masked(happening.told))}"
            elif event.fields["verb"] == "note":
                lines[index] = f"{clock_time(event.at_us, _START_US)}  {_HEALED}"
        elif event.kind in _HOW_IT_WENT:
            if is_step_told:
                lines[index] = event_line(event, _START_US)
        elif event.source != "bench" and _is_about(event, lock, groups) and event.kind not in QUIET:
            lines[index] = event_line(event, _START_US)
    return lines


def _is_step_about(step: Plain, lock: str | None) -> bool:
    """Whether the lock may notice it: it names the lock, or names none."""
    named = set(locks_in(step))
    for reference in references(step):
        _, *inner = reference.split(".")
        named |= {inner[1]} if inner[0] == "devices" else set()
    return lock is None or not named or lock in named


def _is_about(event: TraceEvent, lock: str | None, groups: dict[str, str]) -> bool:
    """Whether the event is of this lock, or of the gateway and a call over it."""
    told = event.fields
    if lock is None or lock in (event.source, told.get("lock")):
        return True
    if event.source != "gateway" or "lock" in told or event.kind == _OF_SOME_ROW:
        return False
    if "over" in told and "group" in told:
        groups[told["group"]] = told["over"]
    over = told.get("over") or told.get("devices") or groups.get(told.get("group", ""))
    return over is None or lock in over.split(",")


def _masked(step: Plain) -> Plain:
    verb = verb_of(step)
    body = step[verb]
    if not isinstance(body, dict):
        return step
    shown = {word: MASK if word in _DIGITS and said else said for word, said in body.items()}
    return {**step, verb: shown}


def _turning_point(outcome: Outcome, lock: str | None, told: Mapping[int, str]) -> tuple[int, str]:
    """The place in the trace to look at, and what is to be seen there.

    Where the lock and the gateway's picture of it parted; else the last event with a PIN of the
    violation; else the last event before it.
    """
    first = outcome.violations[0]
    parted = _parted(outcome, lock, told)
    if parted is not None:
        return parted
    pins = pins_named(first.message)
    end = next((index for index in told if told[index].endswith(_HEALED)), len(outcome.trace))
    before = [index for index in told if outcome.trace[index].at_us <= first.at_us and index <= end]
    with_pin = [
        index for index in before if pins.intersection(outcome.trace[index].fields.values())
    ]
    last = next(iter([*reversed(with_pin), *reversed(before)]), len(outcome.trace))
    return last, ""


def _parted(outcome: Outcome, lock: str | None, told: Mapping[int, str]) -> tuple[int, str] | None:
    places = [
        index
        for index, event in enumerate(outcome.trace)
        if lock is None or lock in (event.source, event.fields.get("lock"))
    ]
    found = first_divergence(
        [outcome.trace[index] for index in places], outcome.violations[0].at_us
    )
    if found is None:
        return None
    shown = next((index for index in told if index >= places[found.index]), None)
    return None if shown is None else (shown, found.words)
