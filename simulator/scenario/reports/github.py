"""Failures as workflow commands, which GitHub shows beside the line of the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.report import rerun
from simulator.scenario.reports.plain import place_of, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.scenario.verdict import CaseVerdict


def workflow_commands(verdict: CaseVerdict, from_root: Callable[[str], str]) -> Iterator[str]:
    """A line for each failure of a case, and for a case that could not be run.

    `from_root` gives a file's path from the root of the repository, where GitHub looks for it.
    """
    for failure in verdict.failures:
        path, line, column = place_of(failure.place)
        told = [failure.step, *failure.messages, f"run it again: {rerun(verdict)}"]
        yield _command(verdict, from_root(path), f"line={line},col={column}", told)
    if verdict.fault is not None:
        yield _command(verdict, from_root(verdict.path), "line=1,col=1", [verdict.fault])


def _command(verdict: CaseVerdict, path: str, at: str, lines: list[str]) -> str:
    message = _data("\n".join(map(printable, lines)))
    place = f"file={_property(printable(path))},{at},title={_property(printable(verdict.title))}"
    return f"::error {place}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
