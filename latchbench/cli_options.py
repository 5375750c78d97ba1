"""Options that commands share, and how a command ends."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Output(StrEnum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


OutputOption = Annotated[
    Output | None,
    typer.Option("-o", "--output", help="table (on a terminal), json or jsonl."),
]
ShowCodes = Annotated[bool, typer.Option("--show-codes", help="Print PINs instead of masks.")]
BenchOption = Annotated[
    Path | None,
    typer.Option(
        "--bench",
        metavar="FILE",
        help="Ready file of a bench that is up; else LATCHBENCH_READY_FILE, else the newest.",
    ),
]
LockName = Annotated[
    str, typer.Argument(metavar="LOCK", help="The lock's name, as in the fleet file.")
]


def chosen_output(option: Output | None) -> str:
    """What was asked for; else a table on a terminal and JSON in a pipe."""
    if option is not None:
        return option.value
    return "table" if sys.stdout.isatty() else "json"


def end(code: int) -> None:
    """End the command with an exit code."""
    raise typer.Exit(code)


def group(text: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(help=text, no_args_is_help=True)
