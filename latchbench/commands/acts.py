"""`latchbench radio`, `power` and `keypad`: what happens to a lock from outside."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Any

from latchbench import exits, ready
from latchbench.commands.client import act_and_look
from latchbench.commands.gateway import Names
from latchbench.commands.lock import conditions
from latchbench.commands.printing import emit
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENTER_KEY = "#"


def radio_command(name: str, state: str, bench: Path | None, output: str) -> int:
    """Put the radio into a state, and print the lock."""
    from protos.bench.v1 import bench_pb2 as pb

    told = ready.find(bench)
    _, truth = act_and_look(told, name, set_radio=pb.SetRadio(state=state))
    return _print(conditions(truth), f"{name}: radio {truth.radio}", output)


def power_command(name: str, action: str, bench: Path | None, output: str) -> int:
    """Cut the power or restore it, and print the lock."""
    from protos.bench.v1 import bench_pb2 as pb

    told = ready.find(bench)
    _, truth = act_and_look(told, name, set_power=pb.SetPower(action=action))
    return _print(conditions(truth), f"{name}: power {truth.power}, bolt {truth.bolt}", output)


def keypad_command(name: str, source: list[str], bench: Path | None, output: str) -> int:
    """Type a code and the enter key, and print what the keypad showed."""
    from protos.bench.v1 import bench_pb2 as pb

    if source not in ([], ["-"]):
        raise exits.CommandError(
            f"{exits.CODE_IN_ARGUMENTS}: give it on standard input, as in "
            f"`latchbench keypad {name} - < FILE`",
            exits.USAGE,
        )
    told = ready.find(bench)
    Names.of(told).id_of(name)  # a slip in the name is told before anybody types a code
    code = code_from_stdin()
    keys = code.reveal().removesuffix(ENTER_KEY) + ENTER_KEY
    seen, truth = act_and_look(told, name, press_keys=pb.PressKeys(keys=keys))
    answer = {
        "lock": name,
        "feedback": seen.feedback,
        "slot": seen.slot if seen.HasField("slot") else None,
        "opened": seen.opened,
        "locked_out": seen.locked_out,
        "bolt": truth.bolt,
    }
    words = seen.feedback.replace("_", " ")
    slot = f" by slot {seen.slot}" if seen.HasField("slot") else ""
    out = "; the keypad is locked out" if seen.locked_out else ""
    return _print(answer, f"{name}: {words}{slot}{out}", output)


def code_from_stdin() -> Pin:
    """A code that is typed without being shown, or the first line of what is piped in.

    Raises `CommandError` when there is none.
    """
    typed = sys.stdin.isatty()
    text = getpass.getpass("code (not shown): ") if typed else sys.stdin.readline()
    if not text.strip():
        raise exits.CommandError("there is no code on standard input", exits.USAGE)
    return Pin(text.strip())


def _print(answer: Mapping[str, Any], line: str, output: str) -> int:
    emit(output, whole=lambda: answer, items=[answer], lines=lambda: [line])
    return exits.PASSED
