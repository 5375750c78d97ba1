"""Scenario texts that point at their own mistakes.

In a text a `▶` stands right before the place at which a problem must be reported; it is taken out
before the text is read.
"""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from simulator.scenario.problems import ScenarioInvalid
from simulator.scenario.reader import read_fleet_text, read_scenario_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.scenario.cases import Scenario

POINTER = "▶"

HEAD = """\
version: 1
name: a test
defaults: {profile: deadbolt-30}
locks:
  front: {}
  back: {}
  odd: {}
matrix:
  policy: [throw, create_random_code]
"""


def a_scenario(steps: str, head: str = HEAD) -> str:
    """A whole file with these steps, written as a list without indentation."""
    return f"{dedent(head)}steps:\n{dedent(steps)}"


def a_file(top: str) -> str:
    """A whole file with these further top-level keys and one step that expects something."""
    text = dedent(top)
    head = "version: 1\nname: a test\n"
    if not any(line.startswith(("locks:", "▶locks:")) for line in text.splitlines()):
        head += "locks: {front: {profile: deadbolt-30}}\n"
    return f"{head}{text}\nsteps:\n- expect_device: {{'*': {{slots_used: 0}}}}\n"


def pointed(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without pointers, and the (line, column) of each."""
    places: list[tuple[int, int]] = []
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        while (col := line.find(POINTER)) >= 0:
            line = line.replace(POINTER, "", 1)
            places.append((number, col + 1))
        lines.append(line)
    return "\n".join(lines), places


def problems_of(
    text: str, read: Callable[[str], object] = read_scenario_text
) -> list[tuple[int, int, str, str]]:
    """(line, column, severity, message) of every problem; none if the file can be read."""
    try:
        read(text)
    except ScenarioInvalid as invalid:
        return [(p.line, p.col, p.severity, p.message) for p in invalid.problems]
    return []


def assert_problems(
    text: str, messages: Sequence[str], read: Callable[[str], object] = read_scenario_text
) -> None:
    """There is one error at each pointer, in order, and each message starts as given."""
    plain, places = pointed(text)
    found = problems_of(plain, read)
    assert [(line, col) for line, col, _, _ in found] == places, found
    for (_, _, severity, message), beginning in zip(found, messages, strict=True):
        assert severity == "error"
        assert message.startswith(beginning), message


def assert_problem(
    text: str, message: str, read: Callable[[str], object] = read_scenario_text
) -> None:
    """There is one problem, at the one pointer."""
    assert_problems(text, [message], read)


def assert_fleet_problem(text: str, message: str) -> None:
    """As `assert_problem`, for a fleet file."""
    assert_problem(text, message, read_fleet_text)


def read(text: str) -> Scenario:
    """The scenario in a text without mistakes."""
    return read_scenario_text(text)
