"""Verdicts as text: one block a case, the cause first when it failed, and how to run it again."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from simulator.scenario.exposure import exposures
from simulator.scenario.verdict import CaseVerdict, Outcome, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from latchbench.trace import TraceEvent
    from simulator.scenario.verdict import LockLeft

TIMELINE_MAX: Final = 30
_SLOTS_SHOWN: Final = 4
_QUIET: Final = frozenset({"gateway.command.sent", "lock.report"})
# An id that says nothing to a reader, and what the line before says; traces have both.
_UNTOLD: Final = frozenset({"group", "over"})
_MARK: Final = {Outcome.PASSED: "PASS", Outcome.FAILED: "FAIL", Outcome.BROKEN: "BROKEN"}


def case_lines(verdict: CaseVerdict, *, verbose: bool = False) -> Iterator[str]:
    """One case. A passed one says what is left in the locks; a failed one says why first."""
    yield f"{_MARK[verdict.outcome]}  {verdict.title}"
    if verdict.fault is not None:
        yield f"      {verdict.fault}"
    for failure in verdict.failures:
        yield f"      {failure.place}: {failure.step}"
        for message in failure.messages:
            yield f"        {message}"
    yield from (f"      {line}" for line in verdict.story)
    for exposure in exposures(verdict.trace, verdict.end_us):
        until = span(exposure.us) + ("" if exposure.ended else ", and still did at the end")
        yield f"      {exposure.lock} held the withdrawn {exposure.pin} for {until}"
    if verdict.left:
        yield "      left in the locks' own memory"
        yield from (f"        {line}" for line in _left(verdict))
    yield (
        f"      {_count(verdict.checks, 'expectation')} in {_count(verdict.steps, 'step')}, "
        f"{span(verdict.end_us - verdict.start_us)} of virtual time, seed {verdict.seed}"
    )
    if verbose:
        for cost in verdict.costs:
            yield (
                f"      {cost.title}: {_count(cost.rounds, 'round')} of lockstep, "
                f"{_count(cost.steps, 'process step')}"
            )
    if verdict.outcome is Outcome.FAILED:
        yield "      what led to it"
        yield from (f"        {line}" for line in timeline(verdict))
        yield f"      run it again: {rerun(verdict)}"


def _left(verdict: CaseVerdict) -> Iterator[str]:
    """A line for each lock with its slots and its process, and one for the gateway."""
    rows = [(left.lock, _slots(left), left.process) for left in verdict.left]
    gateway = [f"pid {pid} at {at}" for name, pid, at in verdict.processes if name == "gateway"]
    rows += [("(gateway)", "", place) for place in gateway]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    for lock, slots, process in rows:
        yield f"{lock:<{first}}  {slots:<{second}}  {process}"


def _slots(left: LockLeft) -> str:
    if not left.slots:
        return "no code"
    shown = [f"slot {slot} {pin}" for slot, pin in sorted(left.slots.items())[:_SLOTS_SHOWN]]
    more = len(left.slots) - len(shown)
    if more:
        shown.append(f"and {more} more")
    if len(left.slots) == left.slots_max:
        shown.append("(full)")
    return ", ".join(shown)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def span(us: int) -> str:
    """A length of time as people say it: `412 ms`, `3.2 s`, `2 d 01:30:00`."""
    if us < 1_000_000:
        return f"{us // 1000} ms"
    if us < 60_000_000:
        return f"{us / 1e6:.1f} s"
    whole = timedelta(seconds=us // 1_000_000)
    clock = str(whole - timedelta(days=whole.days))
    return f"{whole.days} d {clock}" if whole.days else clock


def clock_time(at_us: int, start_us: int) -> str:
    """The time of day with milliseconds; the date in front where it is not the first day."""
    at = datetime.fromtimestamp(at_us / 1e6, tz=UTC)
    text = at.strftime("%H:%M:%S.") + f"{at_us // 1000 % 1000:03d}"
    first = datetime.fromtimestamp(start_us / 1e6, tz=UTC).date()
    return text if at.date() == first else f"{at:%m-%d} {text}"


def timeline(verdict: CaseVerdict) -> Iterator[str]:
    """The last events before the failure that a reader can follow."""
    until_us = verdict.failures[0].at_us if verdict.failures else verdict.end_us
    told = [event for event in verdict.trace if event.at_us <= until_us]
    told = [event for event in told if event.kind not in _QUIET]
    if len(told) > TIMELINE_MAX:
        yield f"... {len(told) - TIMELINE_MAX} events before; --trace FILE writes them all"
    for event in told[-TIMELINE_MAX:]:
        yield event_line(event, verdict.start_us)


def event_line(event: TraceEvent, start_us: int) -> str:
    """One event in fixed columns: time, who, what, details."""
    if event.kind == "bench.step":
        words = f"step {event.fields['number']} {event.fields['verb']} {event.fields['name']}"
        return f"{clock_time(event.at_us, start_us)}  {words}".rstrip()
    details = " ".join(f"{name}={value}" for name, value in _ordered(event.fields) if value)
    kind = event.kind.split(".", 1)[-1].replace(".", " ")
    return f"{clock_time(event.at_us, start_us)}  {event.source:<10} {kind:<26} {details}".rstrip()


def _ordered(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    first = ("lock", "command", "slot", "pin")
    rank = {name: number for number, name in enumerate(first)}
    told = [item for item in fields.items() if item[0] not in _UNTOLD]
    return sorted(told, key=lambda item: (rank.get(item[0], len(first)), item[0]))


def rerun(verdict: CaseVerdict) -> str:
    """The shortest command that runs this case again."""
    words = ["latchbench", "run", verdict.path, "--seed", str(verdict.seed)]
    if verdict.case_id:
        words += ["--case", verdict.case_id]
    return shlex.join(words)


def summary_line(summary: Summary, problems: Sequence[str] = ()) -> str:
    """The last line of a run."""
    total = len(summary.verdicts)
    passed = summary.count(Outcome.PASSED)
    parts = [f"{passed} of {_count(total, 'case')} passed"]
    failed, broken = summary.count(Outcome.FAILED), summary.count(Outcome.BROKEN)
    if failed:
        parts.append(f"{failed} failed")
    if broken:
        parts.append(f"{broken} broken by latchbench itself")
    parts += problems
    return ", ".join(parts)
