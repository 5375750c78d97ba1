"""Both policies side by side, as text: what the API answered, and who holds what in the end."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from simulator.scenario.policies import BOTH
from simulator.scenario.report import (
    MARK,
    NONE_HELD,
    case_lines,
    count,
    exposure_line,
    slots_text,
)
from simulator.scenario.reports.plain import printable
from simulator.scenario.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.scenario.verdict import CaseVerdict, Comparison

WIDTH: Final = 100
WIDTH_MIN: Final = 72
LOCKS_SHOWN_MAX: Final = 16  # with more, only those that differ
_INDENT: Final = " " * 6
_LOCK_MAX: Final = 16
_CELL_MAX: Final = 34


def comparison_lines(comparison: Comparison, width: int = WIDTH) -> Iterator[str]:
    """One case under both policies, in `width` columns, or the nearest number from 72 to 100.

    A side that failed is told in full below.
    """
    width = max(WIDTH_MIN, min(width, WIDTH))
    half = (width - len(_INDENT) - 2) // 2
    yield printable(f"COMPARE  {comparison.title}")
    yield f"{_INDENT}the same seed for both, {comparison.sides[0].seed}"
    yield ""
    yield from _columns([[policy, "-" * (half - 1)] for policy in BOTH], half)
    yield from _columns([list(answers(side)) for side in comparison.sides], half)
    yield ""
    yield from _slots(comparison, width)
    yield ""
    yield from _columns([list(judgement(side)) for side in comparison.sides], half)
    for side in comparison.sides:
        if side.outcome in (Outcome.FAILED, Outcome.BROKEN):
            yield ""
            yield from case_lines(side)


def answers(side: CaseVerdict) -> Iterator[str]:
    """What was asked and answered, and for how long a PIN worked that was then taken back."""
    yield from side.story
    yield from map(exposure_line, side.exposures)
    if not side.exposures and side.outcome is not Outcome.BROKEN:
        yield NONE_HELD


def judgement(side: CaseVerdict) -> Iterator[str]:
    """Whether what the file expects holds, or why that cannot be said of this side."""
    if side.fault is not None:
        yield f"{MARK[side.outcome]}: {side.fault}"
    elif side.outcome is Outcome.NOT_JUDGED:
        yield f"{MARK[side.outcome]}  the file expects what the other policy does"
    else:
        held = count(side.checks, "expectation")
        yield f"{MARK[side.outcome]}  {held} in {count(side.steps, 'step')}"
    for line in side.skipped:
        yield f"left out: {line}"


def differing(comparison: Comparison) -> list[bool]:
    """For each lock, in the order of the file, whether it ends up with something else."""
    first, second = comparison.sides
    return [a.slots != b.slots for a, b in zip(first.left, second.left, strict=True)]


def _slots(comparison: Comparison, width: int) -> Iterator[str]:
    first, second = comparison.sides
    if len(first.left) != len(second.left):
        yield f"{_INDENT}the locks of the side that broke are not known"
        return
    differ = differing(comparison)
    rows = zip(first.before, first.left, second.left, differ, strict=True)
    many = len(differ) > LOCKS_SHOWN_MAX
    table = [["", "lock", "before", *BOTH]]
    table += [
        ["*" if other else "", was.lock, *map(slots_text, (was, one, two))]
        for was, one, two, other in rows
        if other or not many
    ]
    yield f"{_INDENT}who holds what in the end (* where the policies differ)"
    yield from _table(table, width)
    alike = differ.count(False)
    if many and alike:
        verb = "holds" if alike == 1 else "hold"
        yield f"{_INDENT}  {count(alike, 'lock')} more {verb} the same under both"
    elif not any(differ):
        yield f"{_INDENT}  no lock: both policies leave the same behind"


def _table(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    limits = (1, _LOCK_MAX, *(_CELL_MAX,) * (len(rows[0]) - 2))
    widest = [max(len(row[column]) for row in rows) for column in range(len(limits))]
    widths = [max(1, min(limit, wide)) for limit, wide in zip(limits, widest, strict=True)]
    room = width - len(_INDENT) - 2 * (len(widths) - 1)
    while sum(widths) > room:  # the widest column gives first
        widths[widths.index(max(widths))] -= 1
    for row in rows:
        cells = [wrap(cell, wide) or [""] for cell, wide in zip(row, widths, strict=True)]
        for line in range(max(map(len, cells))):
            parts = (
                (cell[line] if line < len(cell) else "").ljust(wide)
                for cell, wide in zip(cells, widths, strict=True)
            )
            yield (_INDENT + "  ".join(parts)).rstrip()


def _columns(sides: Sequence[Sequence[str]], half: int) -> Iterator[str]:
    """Two texts beside each other, each wrapped in its half."""
    left, right = (
        [part for line in side for part in _wrapped(printable(line), half)] for side in sides
    )
    for number in range(max(len(left), len(right))):
        one, two = (side[number] if number < len(side) else "" for side in (left, right))
        yield f"{_INDENT}{one:<{half}}  {two}".rstrip()


def _wrapped(line: str, half: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return wrap(line, half - 1, subsequent_indent=indent, drop_whitespace=True) or [""]
