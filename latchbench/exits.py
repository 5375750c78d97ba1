"""Exit codes, and the one place where an error becomes a line on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PASSED: Final = 0
FAILED: Final = 1  # an expectation did not hold
USAGE: Final = 2  # the command line or a file is wrong
OURS: Final = 3  # latchbench itself failed
ENVIRONMENT: Final = 4  # a port is taken, a store is damaged
NOTHING: Final = 5  # nothing was selected
INTERRUPTED: Final = 130


class CommandError(Exception):
    """Ends a command with one message and an exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def complain(*lines: str) -> None:
    """Say something on standard error."""
    for line in lines:
        sys.stderr.write(f"{line}\n")


def say(*lines: str) -> None:
    """Say something on standard output."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns for a terminal, as wide as their widest cell."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
