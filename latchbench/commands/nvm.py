"""`latchbench nvm show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latchbench import exits
from latchbench.commands.printing import CodeMarks, emit

if TYPE_CHECKING:
    from pathlib import Path


def nvm_show_command(path: Path, output: str, *, show_codes: bool) -> int:
    """Print a lock's slots. A file that is no whole memory is an environment error that says so."""
    from simulator.host.nvm import NvmDamaged, read_nvm

    try:
        content = read_nvm(path)
    except OSError as error:
        raise exits.CommandError(f"cannot read {path}: {error.strerror}", exits.USAGE) from error
    except NvmDamaged as error:
        raise exits.CommandError(str(error), exits.ENVIRONMENT) from error
    marks = CodeMarks(show=show_codes)
    slots = [
        {
            "slot": number,
            "status": slot.status.value,
            "code": marks.shown(slot.pin.reveal()),
        }
        for number, slot in sorted(content.record.memory.slots.items())
    ]
    told = {"path": str(path), "generation": content.generation, "slots": slots}

    def lines() -> list[str]:
        rows = [[str(item["slot"]), str(item["status"]), str(item["code"])] for item in slots]
        return exits.table(["slot", "status", "code"], rows) if rows else ["no code"]

    emit(output, whole=lambda: told, items=slots, lines=lines)
    return exits.PASSED
