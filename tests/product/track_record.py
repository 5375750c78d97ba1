"""The track record in `scenarios/README.md`: what each scenario tells, and what it has caught.

    python -m tests.product.track_record --write    writes the tables
    python -m tests.product.track_record --check    exits 1 if they are not what would be written

The words come from the scenario files (`name`, `references`, tags such as D9) and from the wrong
gateways in `tests/bench`. That a scenario shows the decisions of its tags is tested against its
trace in `tests/product/test_shipped_scenarios.py`.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import wrong_gateways
from tests.bench.test_wrong_gateways import MISTAKES
from tests.product.shipped import SCENARIOS, file_of, scenarios

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.scenario.cases import Scenario

README = SCENARIOS / "README.md"
BEGIN = "<!-- written by: python -m tests.product.track_record --write -->\n"
END = "<!-- until here -->\n"
HEAD = """\
| scenario | story | cases | decides | told in the field | catches a gateway that |
| --- | --- | --- | --- | --- | --- |
"""
_WRONG = "A gateway that "
_DECISION = re.compile(r"D[1-9][0-9]?")
_ISSUE = re.compile(r"([\w.-]+/[\w.-]+)#([0-9]+)")


def decisions_of(scenario: Scenario) -> list[str]:
    """The rows of docs/DECISIONS.md that the file says it shows."""
    return [tag for tag in scenario.tags if _DECISION.fullmatch(tag)]


def track_record() -> str:
    """A table for each theme, then the addresses that they refer to."""
    told = scenarios()
    themes = groupby(told, key=lambda scenario: Path(file_of(scenario)).parent.name)
    tables = [f"### {theme}\n\n{HEAD}{''.join(map(_row, ones))}\n" for theme, ones in themes]
    return "".join(tables) + "".join(f"{address}\n" for address in _addresses(told))


def _row(scenario: Scenario) -> str:
    path = file_of(scenario)
    cells = [
        f"[{Path(path).stem}]({path})",
        scenario.name,
        str(len(scenario.cases)),
        ", ".join(decisions_of(scenario)),
        _ISSUE.sub(r"[\g<0>]", "; ".join(scenario.references)),
        "; ".join(_caught_by(path)),
    ]
    return "".join(f"| {cell} " if cell else "| " for cell in map(_escaped, cells)) + "|\n"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def _caught_by(path: str) -> Iterator[str]:
    """What is wrong with each gateway that fails this scenario, in the words of its module."""
    for mistake in MISTAKES:
        if mistake.scenario == path:
            file = Path(wrong_gateways.__file__).with_name(f"{mistake.module}.py")
            words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            if not words.startswith(_WRONG):
                raise ValueError(f"{file.name} does not begin with '{_WRONG}'")
            yield words.removeprefix(_WRONG).removesuffix(".")


def _addresses(told: Iterable[Scenario]) -> list[str]:
    issues = {found for one in told for text in one.references for found in _ISSUE.findall(text)}
    ordered = sorted(issues, key=lambda issue: (issue[0].lower(), int(issue[1])))
    return [f"[{repo}#{n}]: https://github.com/{repo}/issues/{n}" for repo, n in ordered]


def written(text: str) -> str:
    """The page with today's track record in its place. Raises `ValueError` if it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no place for it, from {BEGIN!r} to {END!r}")
    return f"{before}{begin}\n{track_record()}\n{end}{after}"


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.product.track_record")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true")
    what.add_argument("--check", action="store_true")
    asked = parser.parse_args(arguments)
    text = README.read_text(encoding="utf-8")
    today = written(text)
    if asked.write:
        README.write_text(today, encoding="utf-8")
    elif today != text:
        sys.stderr.write(f"{README.name} is stale: python -m tests.product.track_record --write\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
