"""Failures as workflow commands, which GitHub shows beside the line of the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.problems import workflow_command
from simulator.scenario.report import rerun
from simulator.scenario.reports.plain import place_of, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulator.scenario.verdict import CaseVerdict


def workflow_commands(verdict: CaseVerdict, from_root: Callable[[str], str]) -> Iterator[str]:
    """A line for each failure of a case, and for a case that could not be run.

    `from_root` gives a file's path from the root of the repository, where GitHub looks for it.
    """
    title = printable(verdict.title)
    for failure in verdict.failures:
        path, line, column = place_of(failure.place)
        place = {"line": str(line), "col": str(column), "title": title}
        told = [failure.step, *failure.messages, f"run it again: {rerun(verdict)}"]
        yield _command({"file": from_root(path), **place}, told)
    if verdict.fault is not None:
        place = {"file": from_root(verdict.path), "line": "1", "col": "1", "title": title}
        yield _command(place, [verdict.fault])


def _command(place: Mapping[str, str], lines: Sequence[str]) -> str:
    shown = {name: printable(value) for name, value in place.items()}
    return workflow_command("error", shown, "\n".join(map(printable, lines)))
