"""Whether the pure packages are covered: of each, how many of its branches its own tests take.

Lines hide what branches show, and one sum over all packages hides a package that nobody tests.
`coverage json -q -o - | python -m tests.product.branches` prints a line for each and ends with 1
when one has too few, or is not in the report at all.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PACKAGES: Final = ("simulator.model", "simulator.radio", "gateway.policy")
LEAST_PERCENT: Final = 95


def branches(report: Mapping[str, Any], package: str) -> tuple[int, int]:
    """How many branches of a package were taken, and how many it has.

    `report` is what `coverage json` writes.
    """
    below = package.replace(".", "/") + "/"
    files = [file["summary"] for path, file in report["files"].items() if path.startswith(below)]
    return (
        sum(summary["covered_branches"] for summary in files),
        sum(summary["num_branches"] for summary in files),
    )


def judged(report: Mapping[str, Any]) -> tuple[list[str], bool]:
    """A line for each package, and whether all of them have enough."""
    lines, good = [], True
    for package in PACKAGES:
        taken, of = branches(report, package)
        enough = of > 0 and 100 * taken >= LEAST_PERCENT * of
        good = good and enough
        share = f"{100 * taken / of:.1f} %" if of else "none found"
        lines.append(
            f"branches of {package}: {taken} of {of} taken, {share}"
            + ("" if enough else f"; at least {LEAST_PERCENT} % must be")
        )
    return lines, good


def main(report: Iterable[str]) -> int:
    """Judge the report that is read; returns the exit status."""
    lines, good = judged(json.loads("".join(report)))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.stdin))
