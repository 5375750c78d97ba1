"""Verdicts as text: one block a case, the cause first when it failed, and how to run it again."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from simulator.processes import where
from simulator.scenario.divergence import first_divergence
from simulator.scenario.reports.plain import printable
from simulator.scenario.verdict import CaseVerdict, Outcome, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from latchbench.trace import TraceEvent
    from simulator.scenario.exposure import Exposure
    from simulator.scenario.verdict import LockLeft

TIMELINE_MAX: Final = 30
EXPLAINED_MAX: Final = 5
FEW: Final = 5
NONE_HELD: Final = "no lock held a withdrawn code"
FAILED_LISTED_MAX: Final = 30
_SLOTS_SHOWN: Final = 4
QUIET: Final = frozenset({"gateway.command.sent", "lock.report", "bench.called"})
# An id that says nothing to a reader, and what the line before says; traces have both.
_UNTOLD: Final = frozenset({"group", "over"})
MARK: Final = {
    Outcome.PASSED: "PASS",
    Outcome.FAILED: "FAIL",
    Outcome.BROKEN: "BROKEN",
    Outcome.NOT_JUDGED: "NOT JUDGED",
}


def case_lines(verdict: CaseVerdict, *, verbose: bool = False) -> Iterator[str]:
    """One case. A passed one says what is left in the locks; a failed one says why first."""
    return map(printable, _case_lines(verdict, verbose=verbose))


def _case_lines(verdict: CaseVerdict, *, verbose: bool) -> Iterator[str]:
    yield f"{MARK[verdict.outcome]}  {verdict.title}"
    if verdict.fault is not None:
        yield f"      {verdict.fault}"
    for failure in verdict.failures:
        yield f"      {failure.place}: {failure.step}"
        for message in failure.messages:
            yield f"        {message}"
    yield from (f"      {line}" for line in verdict.story)
    yield from (f"      {line}" for line in exposure_lines(verdict))
    if verdict.left:
        yield "      left in the locks' own memory"
        yield from (f"        {line}" for line in _left(verdict))
    yield f"      {cost_line(verdict)}"
    if verbose:
        for cost in verdict.costs:
            yield (
                f"      {cost.title}: {count(cost.rounds, 'round')} of lockstep, "
                f"{count(cost.steps, 'process step')}"
            )
    if verdict.outcome is Outcome.FAILED:
        yield "      what led to it"
        yield from (f"        {line}" for line in timeline(verdict))
        yield f"      run it again: {rerun(verdict)}"


def brief_lines(verdict: CaseVerdict) -> Iterator[str]:
    """One case in one line: what is left in the locks, and whether doors opened to what was not.

    As everywhere, a withdrawn code is one that a refused call had put on a lock and took back.
    """
    codes = sum(len(left.slots) for left in verdict.left)
    told = [f"{count(codes, 'code') if codes else 'no code'} in {count(len(verdict.left), 'lock')}"]
    if not all(exposure.ended for exposure in verdict.exposures):
        told.append("a withdrawn one still there")
    elif verdict.exposures:
        longest_us = max(exposure.us for exposure in verdict.exposures)
        told.append(f"a withdrawn one was there for {span(longest_us)}")
    yield printable(f"{MARK[verdict.outcome]}  {verdict.title}  ({'; '.join(told)})")


def cost_line(verdict: CaseVerdict) -> str:
    """How much was looked at, and what is needed to see it again."""
    return (
        f"{count(verdict.checks, 'expectation')} in {count(verdict.steps, 'step')}, "
        f"{span(verdict.end_us - verdict.start_us)} of virtual time, seed {verdict.seed}"
    )


def exposure_lines(verdict: CaseVerdict) -> Iterator[str]:
    """How long doors opened to refused PINs; that none did, if a PIN was taken back at all."""
    yield from map(exposure_line, verdict.exposures)
    took_back = any(event.kind == "gateway.group.aborted" for event in verdict.trace)
    if took_back and not verdict.exposures:
        yield NONE_HELD


def exposure_line(exposure: Exposure) -> str:
    """How long a door opened to a PIN that its owner had been refused."""
    until = span(exposure.us) + ("" if exposure.ended else ", and still did at the end")
    return f"{exposure.lock} held the withdrawn {exposure.pin} for {until}"


def _left(verdict: CaseVerdict) -> Iterator[str]:
    """A line for each lock with its slots and its process, and one for the gateway."""
    rows = [(left.lock, slots_text(left), left.process) for left in verdict.left]
    gateway = [where(pid, at) for name, pid, at in verdict.processes if name == "gateway"]
    rows += [("(gateway)", "", place) for place in gateway]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    for lock, slots, process in rows:
        yield f"{lock:<{first}}  {slots:<{second}}  {process}"


def slots_text(left: LockLeft) -> str:
    """What a lock holds, in a few words."""
    if not left.slots:
        return "no code"
    shown = [f"slot {slot} {pin}" for slot, pin in sorted(left.slots.items())[:_SLOTS_SHOWN]]
    more = len(left.slots) - len(shown)
    if more:
        shown.append(f"and {more} more")
    if len(left.slots) == left.slots_max:
        shown.append("(full)")
    return ", ".join(shown)


def count(number: int, what: str) -> str:
    """`1 step`, `1,204 steps`."""
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
    """The last events before the failure that a reader can follow.

    What explains the failure is marked, and told even if it is not among the last.
    """
    until_us = verdict.failures[0].at_us if verdict.failures else verdict.end_us
    marks = _marks(verdict, until_us)
    told = [
        (index, event)
        for index, event in enumerate(verdict.trace)
        if event.at_us <= until_us and (event.kind not in QUIET or index in marks)
    ]
    last = told[-TIMELINE_MAX:]
    early = [item for item in told[:-TIMELINE_MAX] if item[0] in marks]
    more = len(told) - len(early) - len(last)
    if more:
        yield f"... {count(more, 'event')} before; --trace FILE writes them all"
    for index, event in [*early, *last]:
        line = printable(event_line(event, verdict.start_us, until_us))
        yield f"{line}   <-- {marks[index]}" if index in marks else line


def _marks(verdict: CaseVerdict, until_us: int) -> Mapping[int, str]:
    """Events that explain the failure, with what they have to do with it, by index.

    For a lock that the failure is about these are the events that made its slots what they are.
    """
    marks: dict[int, str] = {}
    about = {
        lock.lock
        for lock in verdict.left
        for failure in verdict.failures
        if any(message.startswith(f"{lock.lock}.") for message in failure.messages)
    }
    holding: dict[tuple[str, str], int] = {}
    for index, event in enumerate(verdict.trace):
        if event.source not in about or event.at_us > until_us:
            continue
        place = (event.source, event.fields.get("slot", ""))
        if event.kind == "lock.code.stored":
            holding[place] = index
        elif event.kind == "lock.code.cleared":
            holding.pop(place, None)
    marks.update(dict.fromkeys(list(holding.values())[-EXPLAINED_MAX:], "still in the lock"))
    parted = first_divergence(verdict.trace, until_us)
    if parted is not None:
        marks[parted.index] = f"first divergence: {parted.words}"
    return marks


def event_line(event: TraceEvent, start_us: int, until_us: int | None = None) -> str:
    """One event in fixed columns: time, who, what, details.

    The first is as wide as it must be for all events up to `until_us`.
    """
    wide = len(clock_time(until_us or event.at_us, start_us))
    clock = f"{clock_time(event.at_us, start_us):>{wide}}"
    if event.kind == "bench.step":
        words = f"step {event.fields['number']} {event.fields['verb']} {event.fields['name']}"
        return f"{clock}  {words}".rstrip()
    details = " ".join(f"{name}={value}" for name, value in _ordered(event.fields) if value)
    kind = event.kind.split(".", 1)[-1].replace(".", " ")
    return f"{clock}  {event.source:<10} {kind:<26} {details}".rstrip()


def _ordered(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    first = ("lock", "command", "slot", "pin")
    rank = {name: number for number, name in enumerate(first)}
    told = [item for item in fields.items() if item[0] not in _UNTOLD]
    return sorted(told, key=lambda item: (rank.get(item[0], len(first)), item[0]))


def rerun(verdict: CaseVerdict) -> str:
    """The shortest command that runs this case again."""
    words = ["latchbench", "run", verdict.path, "--seed", str(verdict.seed)]
    if verdict.policy is not None:
        words.append("--compare-policies")
    if verdict.case_id:
        words += ["--case", verdict.case_id]
    return shlex.join(words)


def summary_line(summary: Summary) -> str:
    """The last line of a run."""
    total = len(summary.verdicts)
    passed = summary.count(Outcome.PASSED)
    parts = [f"{passed} of {count(total, 'case')} passed"]
    failed, broken = summary.count(Outcome.FAILED), summary.count(Outcome.BROKEN)
    if failed:
        parts.append(f"{failed} failed")
    if broken:
        parts.append(f"{broken} broken by latchbench itself")
    if not_judged := summary.count(Outcome.NOT_JUDGED):
        parts.append(f"{not_judged} not judged")
    if summary.not_run:
        parts.append(f"{summary.not_run} not run")
    return ", ".join(parts)


def failed_lines(summary: Summary) -> Iterator[str]:
    """Of a run of many cases those that are bad, a line each; of few, nothing: they stand above."""
    bad = [v for v in summary.verdicts if v.outcome in (Outcome.FAILED, Outcome.BROKEN)]
    if len(summary.verdicts) <= FEW or not bad:
        return
    yield "what failed"
    for verdict in bad[:FAILED_LISTED_MAX]:
        place = verdict.failures[0].place if verdict.failures else verdict.path
        yield printable(f"  {place}: {verdict.title}")
    if len(bad) > FAILED_LISTED_MAX:
        yield f"  and {len(bad) - FAILED_LISTED_MAX} more"


def slowest_lines(summary: Summary, number: int) -> Iterator[str]:
    """The cases that cost most rounds of lockstep: what makes a run slow on any machine."""
    yield f"slowest {count(min(number, len(summary.verdicts)), 'case')}, by rounds of lockstep"
    ranked = sorted(summary.verdicts, key=lambda verdict: -verdict.rounds)
    for verdict in ranked[:number]:
        spent = span(verdict.end_us - verdict.start_us)
        yield printable(f"{verdict.rounds:>8,}  {verdict.title}  ({spent} of virtual time)")
