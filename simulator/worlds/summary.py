"""What a campaign came to, in lines for people and as a table for docs/RELIABILITY.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.worlds.coverage import CAMPAIGN_MIN, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.worlds.campaign import Result, Sum

_HOUR_US = 3_600_000_000
_COLUMNS = 96


def failed_lines(result: Result) -> Iterator[str]:
    """One world that broke a promise, and how to see it again."""
    yield f"BROKEN  world {result.ask.seed}"
    for violation in result.violations:
        yield f"        {violation.checker}: {violation.message}"
    yield f"        again: latchbench simulate {result.ask.words}"


def sum_lines(total: Sum, took_s: float) -> Iterator[str]:
    """All of it: what was kept, what happened how often, and what it cost."""
    broken = len(total.failed)
    kept = "no promise was broken" if not broken else f"{broken} broke a promise"
    yield f"{_counted(total.worlds, 'world')}, {kept}"
    counts = total.counts
    yield (
        f"  groups: {counts['group.admitted']:,} admitted, {counts['group.committed']:,} kept "
        f"({total.committed_share:.0%}), {counts['group.withdrawn']:,} withdrawn, "
        f"{counts['group.refused']:,} calls refused"
    )
    yield (
        f"  ends: gateway killed {counts['gateway.kill']:,} times and stopped "
        f"{counts['gateway.stop']:,} times, hosts {counts['host.kill']:,} and "
        f"{counts['host.stop']:,}; power cut {counts['power.cut']:,} times, "
        f"locks reset {counts['people.resets']:,}"
    )
    fired = [f"{fault} {times:,}" for fault, times in faults(counts).items()]
    yield from _wrapped("  faults fired: ", fired)
    hours = total.virtual_us / _HOUR_US
    yield (
        f"  {hours:,.0f} simulated hours in {took_s:,.1f} s: {hours / took_s:,.1f} hours a second "
        f"({hours * 3600 / took_s:,.0f} times real time)"
    )
    if total.lacks:
        yield from _wrapped(f"NEVER HAPPENED in {CAMPAIGN_MIN} worlds or more: ", total.lacks)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _wrapped(head: str, words: list[str]) -> Iterator[str]:
    line = head
    for number, word in enumerate(words, 1):
        piece = word if number == len(words) else f"{word}, "
        if len(line) + len(piece) > _COLUMNS and line.strip():
            yield line.rstrip()
            line = " " * 4
        line += piece
    yield line.rstrip()
