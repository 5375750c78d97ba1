"""The tables of `docs/RELIABILITY.md`: what is promised, what is planted, what a campaign came to.

    python -m tests.worlds.reliability --write              the first two, from the checkers
    python -m tests.worlds.reliability --campaign 10000     the third, which takes an hour or two;
                                                            exits 1 if a promise was broken
    python -m tests.worlds.reliability --check              exits 1 if the first two are stale

A campaign runs three fifths of its worlds in `swarm` weather, the rest half and half in `heavy` and
`light`. `make campaign` calls it with ten thousand.
"""

from __future__ import annotations

import argparse
import ast
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.worlds.campaign import Sum, run_seeds
from simulator.worlds.checkers import CHECKERS
from simulator.worlds.coverage import EXPECTED, faults
from simulator.worlds.plan import Ask
from simulator.worlds.violations import promise
from tests.worlds import planted as bugs
from tests.worlds.test_planted_bugs import FINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGE = Path(__file__).parents[2] / "docs" / "RELIABILITY.md"
SHARES = {"swarm": 0.6, "heavy": 0.2, "light": 0.2}
TOLD_EVERY = 500
_HOUR_US = 3_600_000_000


def promises() -> str:
    """A row for each checker: its name, and the first line of what it promises."""
    rows = "".join(f"| `{one.__name__}` | {promise(one.__name__)} |\n" for one in CHECKERS)
    return f"| checker | promise |\n| --- | --- |\n{rows}"


def planted() -> str:
    """A row for each planted bug: what it is, who finds it, and in which world."""
    rows = "".join(
        f"| {_claim(name)} | `{find.checker}` | `latchbench simulate "
        f"{Ask(find.seed, hours=find.hours, faults=find.faults).words}` |\n"
        for name, find in sorted(FINDS.items())
    )
    head = "| a gateway or a lock with this bug | is found by | in the world of |"
    return f"{head}\n| --- | --- | --- |\n{rows}"


def _claim(bug: str) -> str:
    text = (Path(bugs.__path__[0]) / f"{bug}.py").read_text()
    words = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
    return " ".join(words.split()).rstrip(".")


def campaign(worlds: int, jobs: int) -> dict[str, Sum]:
    """Run the worlds, and tell of those that break a promise as they do."""
    sums = {}
    for weather, share in SHARES.items():
        total = sums[weather] = Sum()
        asks = (Ask(seed, faults=weather) for seed in range(round(worlds * share)))
        for result in run_seeds(asks, jobs):
            total.add(result)
            if result.violations:
                sys.stdout.write("\n".join(result.told) + "\n\n")
            if total.worlds % TOLD_EVERY == 0:
                sys.stderr.write(f"{weather}: {total.worlds:,} worlds\n")
    return sums


def came_to(sums: Mapping[str, Sum]) -> str:
    """What a campaign came to, with the worlds that broke a promise. Raises `SystemExit` when it
    missed something, since then it shows nothing.
    """
    if lacks := {weather: total.lacks for weather, total in sums.items() if total.lacks}:
        raise SystemExit(f"never happened: {lacks}; nothing is written")
    broken = [
        f"- `latchbench simulate {result.ask.words}`: "
        + ", ".join(sorted({f"`{one.checker}`" for one in result.violations}))
        for total in sums.values()
        for result in total.failed
    ]
    told = "\nThese broke a promise:\n\n" + "\n".join(broken) + "\n" if broken else ""
    return f"{_of_whom()}\n\n{_table(sums)}\n{_fired(sums)}{told}"


def _of_whom() -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    today = time.strftime("%Y-%m-%d")
    python = platform.python_version()
    return f"{today}, commit {commit}, Python {python}, {os.cpu_count()} cores:"


def _table(sums: Mapping[str, Sum]) -> str:
    rows: dict[str, Callable[[Sum], str]] = {
        "worlds of one hour and five locks": lambda s: f"{s.worlds:,}",
        "worlds that broke a promise": lambda s: f"{len(s.failed):,}",
        "simulated hours, with the healing": lambda s: f"{s.virtual_us / _HOUR_US:,.0f}",
        "simulated hours a second of one core": lambda s: (
            f"{s.virtual_us / _HOUR_US / s.cost_s:,.1f}"
        ),
        "groups admitted": lambda s: f"{s.counts['group.admitted']:,}",
        "of these kept": lambda s: f"{s.committed_share:.0%}",
        "withdrawn after locks had been programmed": lambda s: f"{s.counts['group.withdrawn']:,}",
        "ends of the gateway, stops aside": lambda s: (
            f"{s.counts['gateway.kill'] + s.counts['gateway.dies_at_commit']:,}"
        ),
        "ends of hosts, stops aside": lambda s: (
            f"{s.counts['host.kill'] + s.counts['host.dies_at_write']:,}"
        ),
        "power cuts": lambda s: f"{s.counts['power.cut']:,}",
        "faults fired": lambda s: f"{sum(faults(s.counts).values()):,}",
    }
    head = "| | " + " | ".join(f"`{weather}`" for weather in sums) + " |\n"
    lines = [
        f"| {what} | " + " | ".join(tell(total) for total in sums.values()) + " |\n"
        for what, tell in rows.items()
    ]
    return head + "| --- |" + " ---: |" * len(sums) + "\n" + "".join(lines)


def _fired(sums: Mapping[str, Sum]) -> str:
    counts = sum((total.counts for total in sums.values()), start=Sum().counts)
    rarest = sorted(EXPECTED, key=lambda word: counts[word])[:8]
    told = ", ".join(f"`{word}` {counts[word]:,}" for word in rarest)
    return f"Everything that can happen did; the rarest: {told}.\n"


def written(page: str, parts: Mapping[str, str]) -> str:
    """The page with these parts between their marks. Raises `ValueError` for a part without any."""
    for name, text in parts.items():
        found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->\n", page, re.DOTALL)
        if found is None:
            raise ValueError(f"{PAGE.name} has no place for {name}")
        page = f"{page[: found.start(1)]}\n{text}\n{page[found.end(1) :]}"
    return page


def tables() -> dict[str, str]:
    """What can be written without running a campaign."""
    return {"promises": promises(), "planted bugs": planted()}


def main() -> int:
    """See the module's words."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.reliability")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--campaign", type=int, metavar="WORLDS")
    asked = parser.parse_args()
    page = PAGE.read_text()
    parts = tables()
    if asked.campaign:
        sums = campaign(asked.campaign, os.cpu_count() or 1)
        PAGE.write_text(written(page, {**parts, "campaign": came_to(sums)}))
        return int(any(total.failed for total in sums.values()))
    fresh = written(page, parts)
    if asked.write:
        PAGE.write_text(fresh)
        return 0
    return 0 if fresh == page else 1


if __name__ == "__main__":
    sys.exit(main())
