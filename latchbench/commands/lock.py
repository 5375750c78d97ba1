"""`latchbench lock slots`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from latchbench import exits, ready
from latchbench.pin import MASK

if TYPE_CHECKING:
    from pathlib import Path


def lock_slots_command(name: str, bench: Path | None, output: str, *, show_codes: bool) -> int:
    """Print the truth about a lock's slots, from the lock itself and not over its radio."""
    from latchbench.commands.client import ask_bench
    from protos.bench.v1 import bench_pb2 as pb

    told = ready.find(bench)
    reply: Any = ask_bench(
        told, lambda stub: stub.DumpTruth(pb.DumpTruthRequest(locks=[name]), timeout=10)
    )
    truth = reply.locks[0]
    slots = [
        {"slot": slot.slot, "status": slot.status, "code": slot.code if show_codes else MASK}
        for slot in truth.slots
    ]
    if output == "table":
        rows = [[str(slot["slot"]), str(slot["status"]), str(slot["code"])] for slot in slots]
        exits.say(
            f"{truth.lock} ({truth.profile}): {len(slots)} of {truth.slots_max} slots used, "
            f"radio {truth.radio}, power {truth.power}, bolt {truth.bolt}"
        )
        if rows:
            exits.say(*exits.table(["slot", "status", "code"], rows))
    elif output == "jsonl":
        exits.say(*(json.dumps(slot, ensure_ascii=False) for slot in slots))
    else:
        whole = {
            "lock": truth.lock,
            "profile": truth.profile,
            "slots_max": truth.slots_max,
            "radio": truth.radio,
            "power": truth.power,
            "bolt": truth.bolt,
            "slots": slots,
        }
        exits.say(json.dumps(whole, ensure_ascii=False))
    return exits.PASSED
