"""What a campaign came to, in lines for people and as a table for docs/RELIABILITY.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.worlds.coverage import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.worlds.campaign import Sum

_HOUR_US = 3_600_000_000
_COLUMNS = 96


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
        f"  gateway: killed {counts['gateway.kill']:,} times, dead at a commit "
        f"{counts['gateway.dies_at_commit']:,}, stopped {counts['gateway.stop']:,}"
    )
    yield (
        f"  hosts: killed {counts['host.kill']:,} times, dead at a write "
        f"{counts['host.dies_at_write']:,}, stopped {counts['host.stop']:,}; "
        f"power cut {counts['power.cut']:,} times, locks reset {counts['people.resets']:,}"
    )
    fired = [f"{fault} {times:,}" for fault, times in faults(counts).items()]
    yield from _wrapped("  faults fired: ", fired)
    hours = total.virtual_us / _HOUR_US
    yield (
        f"  {hours:,.0f} simulated hours in {took_s:,.1f} s: {hours / took_s:,.1f} hours a second "
        f"({hours * 3600 / took_s:,.0f} times real time)"
    )
    if total.lacks:
        yield from _wrapped("NEVER HAPPENED, in so many hours: ", total.lacks)


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
