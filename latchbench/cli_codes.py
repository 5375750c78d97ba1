"""Names and help of the commands about access codes and what becomes of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from latchbench import exits
from latchbench.cli_options import (
    BenchOption,
    OutputOption,
    ShowCodes,
    chosen_output,
    end,
    group,
)

codes = group("Access codes, through the gateway's API.")


class Behavior(StrEnum):
    """What to do when a code cannot be shared."""

    THROW = "throw"
    CREATE_RANDOM_CODE = "create_random_code"


Devices = Annotated[
    list[str],
    typer.Option("--device", metavar="LOCK", help="A lock's name or device id; may be repeated."),
]
Policy = Annotated[
    Behavior,
    typer.Option("--policy", "--behavior", help="What to do when a code cannot be shared."),
]
Length = Annotated[
    int | None,
    typer.Option("--length", metavar="N", help="How many digits (preferred_code_length)."),
]
CodeFromStdin = Annotated[
    bool, typer.Option("--code-from-stdin", help="Read a custom code from standard input.")
]
CodeInArguments = Annotated[str | None, typer.Option("--code", hidden=True)]
CodeId = Annotated[str, typer.Argument(metavar="ID", help="Its id, or the first letters of it.")]


def _no_code(code: str | None) -> None:
    """Raises `CommandError` for a code among the arguments, and does not repeat it."""
    if code is not None:
        raise exits.CommandError(
            f"{exits.CODE_IN_ARGUMENTS}: use --code-from-stdin, as in "
            "`latchbench codes ... --code-from-stdin < FILE`",
            exits.USAGE,
        )


@codes.command("plan", epilog="Example: latchbench codes plan --device front --device back")
def codes_plan(
    device: Devices,
    policy: Policy = Behavior.THROW,
    length: Length = None,
    code_from_stdin: CodeFromStdin = False,
    code: CodeInArguments = None,
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Say who could share a code and why not; create none."""
    from latchbench.commands.codes import Wanted, codes_plan_command

    _no_code(code)
    wanted = Wanted(device, policy.value, length, code_from_stdin)
    end(codes_plan_command(wanted, bench, chosen_output(output)))


@codes.command(
    "create-multiple",
    epilog="Example: latchbench codes create-multiple --device front --device back "
    "--starts-at +2h --ends-at +3d",
)
def codes_create_multiple(
    device: Devices,
    policy: Policy = Behavior.THROW,
    length: Length = None,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="What to call the code.")] = None,
    starts_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="ISO 8601 with a zone, or from the bench's now on: +2h."),
    ] = None,
    ends_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Likewise; goes with --starts-at.")
    ] = None,
    code_from_stdin: CodeFromStdin = False,
    code: CodeInArguments = None,
    wait: Annotated[
        bool | None,
        typer.Option(
            "--wait/--no-wait",
            help="Answer when the locks hold it, or at once; else as the gateway was started.",
        ),
    ] = None,
    bench: BenchOption = None,
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Put one code on many locks.

    When it is refused, every lock that stands in the way is printed with its reason, and the exit
    code is 1.
    """
    from latchbench.commands.codes import Wanted
    from latchbench.commands.codes_create import codes_create_command

    _no_code(code)
    wanted = Wanted(
        device,
        policy.value,
        length,
        code_from_stdin,
        name=name,
        starts_at=starts_at,
        ends_at=ends_at,
        sync=wait,
    )
    end(codes_create_command(wanted, bench, chosen_output(output), show_codes=show_codes))


@codes.command("list", epilog="Example: latchbench codes list --device front")
def codes_list(
    device: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LOCK", help="A lock's name or device id; may be repeated. All locks if none."
        ),
    ] = None,
    bench: BenchOption = None,
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Print the access codes as the gateway knows them."""
    from latchbench.commands.codes import codes_list_command

    end(codes_list_command(device or [], bench, chosen_output(output), show_codes=show_codes))


@codes.command("show", epilog="Example: latchbench codes show 3f2a")
def codes_show(
    code: CodeId,
    bench: BenchOption = None,
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Print one access code with its errors and warnings."""
    from latchbench.commands.codes import codes_show_command

    end(codes_show_command(code, bench, chosen_output(output), show_codes=show_codes))


@codes.command("delete", epilog="Example: latchbench codes delete 3f2a 77b0")
def codes_delete(
    code: Annotated[
        list[str], typer.Argument(metavar="ID", help="Their ids, or the first letters of each.")
    ],
    bench: BenchOption = None,
) -> None:
    """Take access codes back.

    Each is cleared from its lock as soon as that can be reached.
    """
    from latchbench.commands.codes import codes_delete_command

    end(codes_delete_command(code, bench))


def events(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    device: Annotated[
        list[str] | None,
        typer.Option(metavar="LOCK", help="Only of this lock; may be repeated."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--type", metavar="TYPE", help="Only of this type; may be repeated: access_code.set_*"
        ),
    ] = None,
    bench: BenchOption = None,
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Print what has happened to access codes.

    With --follow it goes on with what happens, until Ctrl-C. Events of other kinds, such as a code
    typed at a keypad, are not kept.
    """
    from latchbench.commands.events import Filter, events_command

    chosen = Filter(tuple(device or ()), tuple(kind or ()))
    end(events_command(chosen, follow, bench, chosen_output(output), show_codes=show_codes))


def add_code_commands(app: typer.Typer) -> None:
    """Give `app` the groups and commands of this module."""
    app.add_typer(codes, name="codes")
    app.command(epilog="Example: latchbench events --follow --device front")(events)
