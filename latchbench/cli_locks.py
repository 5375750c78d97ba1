"""Names and help of the commands about locks: what one can do to a lock without its radio."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from latchbench.cli_options import (
    BenchOption,
    LockName,
    OutputOption,
    ShowCodes,
    chosen_output,
    end,
    group,
)

nvm = group("The memory file of a lock.")
lock = group("The locks as they really are: conditions, slots, memory.")
fault = group("Faults of a lock and its radio: arm, list, disarm.")
profiles = group("The models of locks.")


def add_lock_commands(app: typer.Typer) -> None:
    """Give `app` the groups and commands of this module."""
    app.add_typer(lock, name="lock")
    app.command(epilog="Example: latchbench radio front dead")(radio)
    app.command(epilog="Example: latchbench power front cycle")(power)
    app.command(epilog="Example: echo 4827 | latchbench keypad front -")(keypad)
    app.add_typer(fault, name="fault")
    app.add_typer(nvm, name="nvm")
    app.add_typer(profiles, name="profiles")


@nvm.command("show", epilog="Example: latchbench nvm show state/front.nvm")
def nvm_show(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A lock's memory file.")],
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Print what a lock's memory file holds, whether it runs or not."""
    from latchbench.commands.nvm import nvm_show_command

    end(nvm_show_command(path, chosen_output(output), show_codes=show_codes))


@lock.command("ls", epilog="Example: latchbench lock ls")
def lock_ls(bench: BenchOption = None, output: OutputOption = None) -> None:
    """Print every lock with its conditions."""
    from latchbench.commands.lock import lock_ls_command

    end(lock_ls_command(bench, chosen_output(output)))


@lock.command("show", epilog="Example: latchbench lock show front")
def lock_show(name: LockName, bench: BenchOption = None, output: OutputOption = None) -> None:
    """Print all that is true of one lock, and where it lives."""
    from latchbench.commands.lock import lock_show_command

    end(lock_show_command(name, bench, chosen_output(output)))


@lock.command("slots", epilog="Example: latchbench lock slots front --show-codes")
def lock_slots(
    name: LockName,
    bench: BenchOption = None,
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Print the codes that a lock really holds, not over its radio."""
    from latchbench.commands.lock import lock_slots_command

    end(lock_slots_command(name, bench, chosen_output(output), show_codes=show_codes))


def radio(
    name: LockName,
    state: Annotated[
        str,
        typer.Argument(
            metavar="STATE", help="awake, asleep, degraded, deaf, dead (offline) or key_lost."
        ),
    ],
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Take a lock off the air, or put it back. Its keypad works all the same."""
    from latchbench.commands.acts import radio_command

    end(radio_command(name, state, bench, chosen_output(output)))


def power(
    name: LockName,
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="cut, restore, or cycle (both at once).")
    ],
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Take a lock's batteries out or put them in."""
    from latchbench.commands.acts import power_command

    end(power_command(name, action, bench, chosen_output(output)))


def keypad(
    name: LockName,
    source: Annotated[
        list[str] | None,
        typer.Argument(metavar="-", help="A dash: the code comes from standard input."),
    ] = None,
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Type a code at a lock's keypad, and the enter key.

    The code is read from standard input, or asked for on a terminal without showing it. It is never
    an argument: those stand in the shell's history and in everybody's list of processes.
    """
    from latchbench.commands.acts import keypad_command

    end(keypad_command(name, source or [], bench, chosen_output(output)))


@fault.command(
    "add", epilog="Example: latchbench fault add front lost_ack --command set_user_code --times 2"
)
def fault_add(
    name: LockName,
    word: Annotated[str, typer.Argument(metavar="FAULT", help="Its word: lost_frame, refuse, ...")],
    command: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Wait for this command only: set_user_code, ..."),
    ] = None,
    times: Annotated[
        int | None, typer.Option(metavar="N", help="Fire so often (once if not given).")
    ] = None,
    probability: Annotated[
        float | None,
        typer.Option(metavar="P", help="Fire by chance instead, each time with this."),
    ] = None,
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Arm a fault: it waits for its next chance."""
    from latchbench.commands.fault import fault_add_command

    end(fault_add_command(name, word, command, times, probability, bench, chosen_output(output)))


@fault.command("ls", epilog="Example: latchbench fault ls front")
def fault_ls(
    name: Annotated[
        str | None, typer.Argument(metavar="[LOCK]", help="A lock's name; all locks if none.")
    ] = None,
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Print the faults that are armed."""
    from latchbench.commands.fault import fault_ls_command

    end(fault_ls_command(name, bench, chosen_output(output)))


@fault.command("clear", epilog="Example: latchbench fault clear front lost_ack")
def fault_clear(
    name: Annotated[
        str | None, typer.Argument(metavar="[LOCK]", help="A lock's name; all locks if none.")
    ] = None,
    word: Annotated[
        str | None, typer.Argument(metavar="[FAULT]", help="Only this fault; all if none.")
    ] = None,
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Disarm faults, and print what still waits."""
    from latchbench.commands.fault import fault_clear_command

    end(fault_clear_command(name, word, bench, chosen_output(output)))


@profiles.command("ls", epilog="Example: latchbench profiles ls")
def profiles_ls(output: OutputOption = None) -> None:
    """Print the models of locks that a file can name. No bench is needed."""
    from latchbench.commands.profiles import profiles_ls_command

    end(profiles_ls_command(chosen_output(output)))


@profiles.command("show", epilog="Example: latchbench profiles show schlage-be469")
def profiles_show(
    name: Annotated[str, typer.Argument(metavar="PROFILE", help="The profile's name.")],
    output: OutputOption = None,
    show_codes: ShowCodes = False,
) -> None:
    """Print every value of a model, and how anybody knows it."""
    from latchbench.commands.profiles import profiles_show_command

    end(profiles_show_command(name, chosen_output(output), show_codes=show_codes))
