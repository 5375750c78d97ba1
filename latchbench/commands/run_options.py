"""What `latchbench run` can be asked, with the words of its help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """What a run prints."""

    TEXT = "text"
    GITHUB = "github"


class Timing(StrEnum):
    """How long the radio takes."""

    FAST = "fast"
    ZWAVE = "zwave"
    INSTANT = "instant"


def _report(name: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        name, metavar="FILE", help=what, rich_help_panel="Reports"
    )
    return option


Paths = Annotated[
    list[str], typer.Argument(metavar="PATH", help="Scenario files, or folders of them.")
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", help="Repeat with this number instead of each file's own."),
]
CaseId = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Only the row of the matrix with this id: policy=throw."),
]
Keyword = Annotated[
    str | None,
    typer.Option(
        "-k",
        metavar="EXPR",
        help="Only cases whose file, name, id or tags have these words: 'sharing and not throw'.",
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Only scenarios with this tag; may be repeated."),
]
Hosts = Annotated[
    str | None, typer.Option(metavar="N", help="How many processes the locks live in, or per-lock.")
]
TimingOption = Annotated[
    Timing | None,
    typer.Option("--timing", help="How long the radio takes, instead of what the file says."),
]
Jobs = Annotated[
    int,
    typer.Option("-j", "--jobs", min=1, max=64, metavar="N", help="Run this many cases at a time."),
]
TimeLimit = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Real time for the whole run, as 90s or 10m; then exit 124."),
]
Sim = Annotated[
    bool,
    typer.Option("--sim", help="All in one process instead: the same events, five times as fast."),
]
Paced = Annotated[
    bool,
    typer.Option("--paced", help="On real time, and print what happens while it happens."),
]
Rate = Annotated[
    float | None,
    typer.Option(
        metavar="N", help="With --paced: N times as fast as real time; below 1 is slow motion."
    ),
]
ComparePolicies = Annotated[
    bool, typer.Option("--compare-policies", help="Each case under both policies, side by side.")
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Only what failed and the last line; no progress.")
]
Brief = Annotated[
    bool, typer.Option("--brief", help="A line for each case that passed, not its whole story.")
]
Slowest = Annotated[
    int, typer.Option(min=0, metavar="N", help="Name the N cases that cost most lockstep rounds.")
]
FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format", help="github adds annotations; the default where GITHUB_ACTIONS is true."
    ),
]
Trace = Annotated[
    Path | None,
    _report("--trace", "Every event, one JSON a line; also print what time cost."),
]
Junit = Annotated[Path | None, _report("--junit", "JUnit XML, for continuous integration.")]
Json = Annotated[Path | None, _report("--json", "Verdicts as JSON; docs/REPORTS.md has the keys.")]
Html = Annotated[Path | None, _report("--html", "One page for a browser, with swim lanes.")]


@dataclass(frozen=True, slots=True)
class RunAsked:
    """One command line, its values as they were typed."""

    paths: list[str]
    seed: int | None
    case: str | None
    keyword: str | None
    tags: list[str]
    hosts: str | None
    timing: str | None
    jobs: int
    time_limit: str | None
    sim: bool
    paced: bool
    rate: float | None
    compare_policies: bool
    quiet: bool
    brief: bool
    slowest: int
    format: Format | None
    trace: Path | None
    junit: Path | None
    json: Path | None
    html: Path | None
    show_codes: bool
