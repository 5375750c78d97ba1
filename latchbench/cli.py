"""The command line: `latchbench run`, `validate`, `up`, `nvm show`, `lock slots`, `codes plan`.

Only names and help stand here. Each command's module is imported when it runs, so `--help` is quick
and a host process never pays for a terminal's libraries.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from latchbench import exits
from latchbench.logs import TRACEBACK_VARIABLE, set_up_logs

app = typer.Typer(
    name="latchbench",
    help="A bench of simulated keypad locks for testing access codes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
nvm = typer.Typer(help="The memory files of locks.", no_args_is_help=True)
lock = typer.Typer(help="Locks of a bench that is up.", no_args_is_help=True)
codes = typer.Typer(help="Access codes of a bench that is up.", no_args_is_help=True)
app.add_typer(nvm, name="nvm")
app.add_typer(lock, name="lock")
app.add_typer(codes, name="codes")


class Output(StrEnum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


class Behavior(StrEnum):
    """What to do when a code cannot be shared."""

    THROW = "throw"
    CREATE_RANDOM_CODE = "create_random_code"


class Programming(StrEnum):
    """When the gateway answers `create_multiple`."""

    ASYNC = "async"
    SYNC = "sync"


class Timing(StrEnum):
    """How long the radio takes."""

    FAST = "fast"
    ZWAVE = "zwave"
    INSTANT = "instant"


OutputOption = Annotated[
    Output | None,
    typer.Option("-o", "--output", help="table (on a terminal), json or jsonl."),
]
ShowCodes = Annotated[bool, typer.Option("--show-codes", help="Print PINs instead of masks.")]
TimingOption = Annotated[
    Timing | None,
    typer.Option(help="How long the radio takes, instead of what the file says."),
]
BenchOption = Annotated[
    Path | None,
    typer.Option(
        "--bench",
        help="Ready file of a bench that is up; else LATCHBENCH_READY_FILE, else the newest.",
    ),
]


@app.command()
def run(
    paths: Annotated[list[str], typer.Argument(help="Scenario files, or folders of them.")],
    seed: Annotated[
        int | None, typer.Option(help="Repeat with this number instead of each file's own.")
    ] = None,
    case: Annotated[
        str | None, typer.Option(help="Only the matrix row with this id: policy=throw,...")
    ] = None,
    keyword: Annotated[
        str | None, typer.Option("-k", help="Only cases with this text in file, name or id.")
    ] = None,
    hosts: Annotated[
        str | None, typer.Option(help="Pack locks into this many hosts, or per-lock.")
    ] = None,
    trace: Annotated[
        Path | None,
        typer.Option(help="Write every event here, one JSON a line, and print what time cost."),
    ] = None,
    timing: TimingOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Run scenarios against real lock processes on virtual time."""
    from latchbench.commands.run import run_command

    radio = None if timing is None else timing.value
    _end(run_command(paths, seed, case, keyword, hosts, radio, trace, show_codes))


@app.command()
def validate(
    paths: Annotated[list[str], typer.Argument(help="Scenario or fleet files, or folders.")],
) -> None:
    """Check files without running them; prints every problem with its place."""
    from latchbench.commands.validate import validate_command

    _end(validate_command(paths))


@app.command()
def schema(
    folder: Annotated[Path, typer.Argument(help="With --write: where the file goes.")] = Path(),
    write: Annotated[
        bool, typer.Option("--write", help="Write it as a file, beside your scenarios.")
    ] = False,
) -> None:
    """Print the grammar of scenario files as JSON Schema, for editors."""
    from latchbench.commands.schema import schema_command

    _end(schema_command(folder if write else None))


@app.command()
def init(
    name: Annotated[Path, typer.Argument(help="The file to write; .yaml is added.")],
) -> None:
    """Write a small scenario to start from, with comments. It passes as it is."""
    from latchbench.commands.init import init_command

    _end(init_command(name))


@app.command()
def up(
    fleet: Annotated[Path, typer.Argument(help="A fleet file: a scenario without steps.")],
    state: Annotated[
        Path | None, typer.Option(help="Keep the locks' memory and the store in this folder.")
    ] = None,
    http: Annotated[str, typer.Option(help="HOST:PORT; port 0 takes a free one.")] = "127.0.0.1:0",
    grpc: Annotated[str, typer.Option(help="HOST:PORT; port 0 takes a free one.")] = "127.0.0.1:0",
    ready_file: Annotated[
        Path | None, typer.Option(help="Write where everything is, as JSON, once all serve.")
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            help="postgresql://... instead of a SQLite file.", envvar="LATCHBENCH_DATABASE_URL"
        ),
    ] = None,
    timing: TimingOption = None,
    programming: Annotated[
        Programming, typer.Option(help="When create_multiple answers.")
    ] = Programming.ASYNC,
) -> None:
    """Start a fleet and its gateway, and keep them up until Ctrl-C."""
    from latchbench.commands.up import UpOptions, up_command

    _end(
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
            )
        )
    )


@nvm.command("show")
def nvm_show(
    path: Annotated[Path, typer.Argument(help="A lock's memory file.")],
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Print the slots of a lock from its memory file, whether it runs or not."""
    from latchbench.commands.nvm import nvm_show_command

    _end(nvm_show_command(path, _output(output), show_codes=show_codes))


@lock.command("slots")
def lock_slots(
    name: Annotated[str, typer.Argument(help="The lock's name.")],
    bench: BenchOption = None,
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Print what a lock really holds."""
    from latchbench.commands.lock import lock_slots_command

    _end(lock_slots_command(name, bench, _output(output), show_codes=show_codes))


@codes.command("plan")
def codes_plan(
    device: Annotated[list[str], typer.Option(help="A lock's name or device id; may be repeated.")],
    behavior: Annotated[Behavior, typer.Option(help="The sharing policy.")] = Behavior.THROW,
    length: Annotated[int | None, typer.Option(help="preferred_code_length.")] = None,
    code_from_stdin: Annotated[
        bool, typer.Option("--code-from-stdin", help="Read a custom code from standard input.")
    ] = False,
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Say who could share a code and why not, without creating one."""
    from latchbench.commands.codes import codes_plan_command

    _end(
        codes_plan_command(device, behavior.value, length, code_from_stdin, bench, _output(output))
    )


def _output(chosen: Output | None) -> str:
    if chosen is not None:
        return chosen.value
    return "table" if sys.stdout.isatty() else "json"


def _end(code: int) -> None:
    raise typer.Exit(code)


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
