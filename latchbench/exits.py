"""Exit codes, and the one place where an error becomes a line on standard error."""

from __future__ import annotations

import os
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
TIME_LIMIT: Final = 124  # as timeout(1) has it
INTERRUPTED: Final = 130
UNREAD: Final = 141  # 128 + SIGPIPE: whoever read the output has gone


CODE_IN_ARGUMENTS: Final = (
    "a code is never an argument, where the shell's history and the list of processes show it"
)


class CommandError(Exception):
    """Ends a command with one message, if it is not empty, and an exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def complain(*lines: str) -> None:
    """Say something on standard error."""
    for line in lines:
        sys.stderr.write(f"{line}\n")


def say(*lines: str) -> None:
    """Say something on standard output, at once: a pipe has a reader who waits for it.

    Raises `CommandError` when that reader has gone.
    """
    try:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    except BrokenPipeError:
        # Or the interpreter would try to write the rest at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise CommandError("", UNREAD) from None


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns for a terminal, as wide as their widest cell."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
