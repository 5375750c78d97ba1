"""`latchbench nvm show`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from latchbench import exits
from latchbench.pin import MASK

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
    slots = [
        {
            "slot": number,
            "status": slot.status.value,
            "code": slot.pin.reveal() if show_codes else MASK,
        }
        for number, slot in sorted(content.record.memory.slots.items())
    ]
    if output == "table":
        rows = [[str(item["slot"]), str(item["status"]), str(item["code"])] for item in slots]
        exits.say(*(exits.table(["slot", "status", "code"], rows) if rows else ["no code"]))
    elif output == "jsonl":
        exits.say(*(json.dumps(item, ensure_ascii=False) for item in slots))
    else:
        told = {"path": str(path), "generation": content.generation, "slots": slots}
        exits.say(json.dumps(told, ensure_ascii=False))
    return exits.PASSED
