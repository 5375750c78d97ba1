"""The command line: scenarios and benches here, what one does on a bench that is up beside it.

Only names and help stand here and in `latchbench.cli_*`. Each command's module is imported when it
runs, so `--help` is quick and a host process never pays for a terminal's libraries.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from latchbench import exits
from latchbench.cli_clock import clock
from latchbench.cli_codes import add_code_commands
from latchbench.cli_locks import add_lock_commands
from latchbench.cli_options import ShowCodes, end
from latchbench.cli_sections import Sections
from latchbench.commands import run_options as options
from latchbench.logs import TRACEBACK_VARIABLE, set_up_logs

app = typer.Typer(
    name="latchbench",
    cls=Sections,
    help="A bench of simulated keypad locks for testing access codes.",
    epilog="Start with: latchbench init my-doors, then latchbench run my-doors.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text wraps better in 80 columns, and costs no import
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        exits.say(f"latchbench {version('latchbench')}")
        raise typer.Exit


@app.callback()
def latchbench(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Options that stand before the name of a command."""


class Programming(StrEnum):
    """When the gateway answers `create_multiple`."""

    ASYNC = "async"
    SYNC = "sync"


class Weather(StrEnum):
    """How much goes wrong in a simulated world."""

    LIGHT = "light"
    HEAVY = "heavy"
    SWARM = "swarm"


@app.command()
def run(
    paths: options.Paths,
    keyword: options.Keyword = None,
    tag: options.Tags = None,
    case: options.CaseId = None,
    seed: options.Seed = None,
    compare_policies: options.ComparePolicies = False,
    jobs: options.Jobs = 1,
    time_limit: options.TimeLimit = None,
    sim: options.Sim = False,
    paced: options.Paced = False,
    rate: options.Rate = None,
    hosts: options.Hosts = None,
    timing: options.TimingOption = None,
    quiet: options.Quiet = False,
    brief: options.Brief = False,
    slowest: options.Slowest = 0,
    format_: options.FormatOption = None,
    show_codes: ShowCodes = False,
    junit: options.Junit = None,
    json: options.Json = None,
    html: options.Html = None,
    trace: options.Trace = None,
) -> None:
    """Run scenarios against real lock processes on virtual time.

    Exit codes: 0 passed, 1 an expectation failed, 2 usage or invalid file, 3 latchbench itself
    failed, 4 environment, 5 nothing selected, 124 time limit, 130 interrupted.
    """
    from latchbench.commands.run import run_command

    end(
        run_command(
            options.RunAsked(
                paths=paths,
                keyword=keyword,
                tags=tag or [],
                case=case,
                seed=seed,
                compare_policies=compare_policies,
                jobs=jobs,
                time_limit=time_limit,
                sim=sim,
                paced=paced,
                rate=rate,
                hosts=hosts,
                timing=None if timing is None else timing.value,
                quiet=quiet,
                brief=brief,
                slowest=slowest,
                format=format_,
                show_codes=show_codes,
                junit=junit,
                json=json,
                html=html,
                trace=trace,
            )
        )
    )


@app.command(short_help="Look for what nobody thought of, in worlds made by seed.")
def simulate(
    seed: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="One world, by its number.")
    ] = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="A..B", help="Many worlds, as 0..99.")
    ] = None,
    locks: Annotated[int, typer.Option(metavar="N", help="How many locks a world has.")] = 5,
    hours: Annotated[
        float,
        typer.Option(metavar="N", help="How long things happen in it; then all is healed."),
    ] = 1.0,
    faults: Annotated[
        Weather,
        typer.Option(
            help="How much goes wrong: little, much, or (swarm) much of some kinds, none of others."
        ),
    ] = Weather.SWARM,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Real time, as 3m; then no other world is begun."),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "-j", "--jobs", min=1, max=64, metavar="N", help="Run this many worlds at a time."
        ),
    ] = 1,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="Make what fails small, and write it as a scenario.")
    ] = False,
    out: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="The folder for them; no file is written over."),
    ] = Path(),
    trace: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Every event, one JSON a line; one world at a time."),
    ] = None,
) -> None:
    """Look for what nobody thought of, in worlds made by seed: calls, people, faults and crashes.

    Give --seed or --seeds. All of a world runs in one process on virtual time, so the same seed is
    the same world again. At its end all is healed, and what was promised is checked past the API.
    """
    from latchbench.commands.simulate import SimulateAsked, simulate_command

    end(
        simulate_command(
            SimulateAsked(
                seed=seed,
                seeds=seeds,
                locks=locks,
                hours=hours,
                faults=faults.value,
                until=until,
                jobs=jobs,
                shrink=shrink,
                out=out,
                trace=trace,
            )
        )
    )


@app.command()
def validate(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Scenario or fleet files, or folders.")
    ],
) -> None:
    """Find every mistake in scenario files, without running them."""
    from latchbench.commands.validate import validate_command

    end(validate_command(paths))


@app.command()
def schema(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="With --write: where the file goes.")
    ] = Path(),
    write: Annotated[
        bool, typer.Option("--write", help="Write it as a file, beside your scenarios.")
    ] = False,
) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from latchbench.commands.schema import schema_command

    end(schema_command(folder if write else None))


@app.command()
def init(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="The file; .yaml is added.")],
) -> None:
    """Write a small scenario to start from. It passes as it is, and has comments."""
    from latchbench.commands.init import init_command

    end(init_command(name))


@app.command()
def up(
    fleet: Annotated[
        Path, typer.Argument(metavar="FLEET", help="A fleet file: a scenario without steps.")
    ],
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Keep the locks' memory and the store here; without it, both end with the bench.",
        ),
    ] = None,
    http: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="For the API; port 0 takes a free one.")
    ] = "127.0.0.1:0",
    grpc: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="The same over gRPC.")
    ] = "127.0.0.1:0",
    ready_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write where everything is, as JSON, once all serve."),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="postgresql://... instead of a SQLite file.",
            envvar="LATCHBENCH_DATABASE_URL",
        ),
    ] = None,
    timing: options.TimingOption = None,
    programming: Annotated[
        Programming,
        typer.Option(help="create_multiple answers at once, or when the locks hold the code."),
    ] = Programming.ASYNC,
    rate: Annotated[
        float, typer.Option(metavar="N", help="How fast time passes; 1 is real time.")
    ] = 1.0,
    paused: Annotated[
        bool, typer.Option("--paused", help="Let time stand still; see `latchbench clock`.")
    ] = False,
) -> None:
    """Start locks and their gateway, and keep them up until Ctrl-C."""
    from latchbench.commands.up import UpOptions, up_command

    end(
        up_command(
            UpOptions(
                fleet=fleet,
                state=state,
                http=http,
                grpc=grpc,
                ready_file=ready_file,
                database_url=database_url,
                timing=None if timing is None else timing.value,
                programming=programming.value,
                rate=rate,
                paused=paused,
            )
        )
    )


add_lock_commands(app)
app.add_typer(clock, name="clock")
add_code_commands(app)


def main(arguments: list[str] | None = None) -> Any:
    """The console script. No traceback reaches a user: an error is one line and an exit code."""
    # Before gRPC is imported: its C core writes a line for every connection that closes.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    set_up_logs()
    try:
        app(args=arguments)
    except exits.CommandError as error:
        if str(error):
            exits.complain(f"latchbench: {error}")
        sys.exit(error.code)
    except KeyboardInterrupt:
        exits.complain("latchbench: interrupted")
        sys.exit(exits.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - a process's last frame
        from latchbench.process import describe

        is_ours = not isinstance(error, OSError)  # that is a full disk, or no more processes
        fault = "this is our fault: " if is_ours else ""
        exits.complain(f"latchbench: {fault}{describe(error)}")
        if os.environ.get(TRACEBACK_VARIABLE):
            sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(exits.OURS if is_ours else exits.ENVIRONMENT)
