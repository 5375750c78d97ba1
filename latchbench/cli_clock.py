"""Names and help of the commands about a bench's clock."""

from __future__ import annotations

from typing import Annotated

import typer

from latchbench.cli_options import BenchOption, OutputOption, chosen_output, end, group

clock = group("The clock: let days pass in seconds, or let time stand still.")


@clock.command("show", epilog="Example: latchbench clock show")
def clock_show(bench: BenchOption = None, output: OutputOption = None) -> None:
    """Print what time it is on the bench, and how fast it passes."""
    from latchbench.commands.clock import clock_show_command

    end(clock_show_command(bench, chosen_output(output)))


@clock.command("pause", epilog="Example: latchbench clock pause")
def clock_pause(bench: BenchOption = None, output: OutputOption = None) -> None:
    """Let time stand still. Calls to the gateway wait until it passes again."""
    from latchbench.commands.clock import clock_pause_command

    end(clock_pause_command(bench, chosen_output(output)))


@clock.command("resume", epilog="Example: latchbench clock resume --rate 10")
def clock_resume(
    rate: Annotated[
        float | None,
        typer.Option(metavar="N", help="How fast time passes; 1 is real time. Else as before."),
    ] = None,
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Let time pass again."""
    from latchbench.commands.clock import clock_resume_command

    end(clock_resume_command(rate, bench, chosen_output(output)))


@clock.command("advance", epilog="Example: latchbench clock advance 3d")
def clock_advance(
    by: Annotated[str, typer.Argument(metavar="DURATION", help="500ms, 10s, 5m, 2h or 3d.")],
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Let so much time pass at once, and all that happens in it.

    Calls to the gateway that come meanwhile are answered after it. A clock that was paused is
    paused afterwards. Ctrl-C ends it early, between two events.
    """
    from latchbench.commands.clock import clock_advance_command

    end(clock_advance_command(by, bench, chosen_output(output)))


@clock.command("advance-to", epilog="Example: latchbench clock advance-to 2030-06-04T10:00:00Z")
def clock_advance_to(
    time: Annotated[
        str, typer.Argument(metavar="TIME", help="ISO 8601 with a zone: 2030-06-04T10:00:00Z.")
    ],
    bench: BenchOption = None,
    output: OutputOption = None,
) -> None:
    """Let time pass at once until then, and all that happens in it."""
    from latchbench.commands.clock import clock_advance_to_command

    end(clock_advance_to_command(time, bench, chosen_output(output)))
