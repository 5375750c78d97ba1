"""`latchbench lock`: what the locks of a bench that is up really are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from latchbench import exits, ready
from latchbench.commands.client import ANSWER_WITHIN_S, act_and_look, ask_bench
from latchbench.commands.printing import CodeMarks, emit, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def lock_ls_command(bench: Path | None, output: str) -> int:
    """Print all locks in the order of their fleet file."""
    from protos.bench.v1 import bench_pb2 as pb

    told = ready.find(bench)

    async def ask(stub: Any) -> tuple[Any, Any]:
        known = await stub.GetBench(pb.GetBenchRequest(), timeout=ANSWER_WITHIN_S)
        truths = await stub.DumpTruth(pb.DumpTruthRequest(), timeout=ANSWER_WITHIN_S)
        return known, truths

    known, truths = ask_bench(told, ask)
    by_name = {truth.lock: truth for truth in truths.locks}
    locks = [
        {**conditions(by_name[lock.lock]), "device_id": lock.device_id, "host": lock.host}
        for lock in known.locks
    ]
    emit(output, whole=lambda: locks, items=locks, lines=lambda: _table(locks))
    return exits.PASSED


def _table(locks: list[dict[str, Any]]) -> list[str]:
    rows = [
        [
            lock["lock"],
            lock["profile"],
            f"{lock['slots_used']}/{lock['slots_max']}",
            lock["radio"],
            lock["power"],
            lock["keypad"],
            lock["bolt"],
            str(len(lock["faults"]) or ""),
        ]
        for lock in locks
    ]
    header = ["lock", "profile", "slots", "radio", "power", "keypad", "bolt", "faults"]
    return exits.table(header, rows)


def conditions(truth: Any) -> dict[str, Any]:
    """A lock without its slots."""
    return {
        "lock": truth.lock,
        "profile": truth.profile,
        "slots_used": len(truth.slots),
        "slots_max": truth.slots_max,
        "radio": truth.radio,
        "power": truth.power,
        "keypad": truth.keypad,
        "bolt": truth.bolt,
        "faults": list(truth.faults_armed),
    }


def lock_show_command(name: str, bench: Path | None, output: str) -> int:
    """Print one lock without its codes."""
    told = ready.find(bench)
    _, truth = act_and_look(told, name)
    device = told["devices"].get(name, {})
    lock = {
        **conditions(truth),
        "incarnation": truth.incarnation,
        "device_id": device.get("device_id"),
        "host_address": device.get("host_address"),
        "host_pid": device.get("host_pid"),
        "nvm_path": truth.nvm_path,
        "nvm_generation": truth.nvm_generation,
    }
    emit(output, whole=lambda: lock, items=[lock], lines=lambda: _described(lock))
    return exits.PASSED


def _described(lock: Mapping[str, Any]) -> list[str]:
    faults = lock["faults"] or ["none"]
    return pairs(
        [
            ("lock", lock["lock"]),
            ("profile", lock["profile"]),
            ("slots", f"{lock['slots_used']} of {lock['slots_max']} used"),
            *((word, lock[word]) for word in ("radio", "power", "keypad", "bolt")),
            ("faults", faults[0]),
            *(("", fault) for fault in faults[1:]),
            ("device id", lock["device_id"] or ""),
            ("device plane", f"{lock['host_address']} (host pid {lock['host_pid']})"),
            ("memory", f"{lock['nvm_path']} (written {lock['nvm_generation']} times)"),
            ("incarnation", str(lock["incarnation"])),
        ]
    )


def lock_slots_command(name: str, bench: Path | None, output: str, *, show_codes: bool) -> int:
    """Print the truth about a lock's slots, from the lock itself and not over its radio."""
    _, truth = act_and_look(ready.find(bench), name)
    marks = CodeMarks(show=show_codes)
    slots = [
        {"slot": slot.slot, "status": slot.status, "code": marks.shown(slot.code)}
        for slot in truth.slots
    ]

    def lines() -> list[str]:
        rows = [[str(slot["slot"]), str(slot["status"]), str(slot["code"])] for slot in slots]
        return [
            f"{truth.lock} ({truth.profile}): {len(slots)} of {truth.slots_max} slots used, "
            f"radio {truth.radio}, power {truth.power}, bolt {truth.bolt}",
            *(exits.table(["slot", "status", "code"], rows) if rows else []),
        ]

    def whole() -> dict[str, Any]:
        return {
            "lock": truth.lock,
            "profile": truth.profile,
            "slots_max": truth.slots_max,
            "radio": truth.radio,
            "power": truth.power,
            "bolt": truth.bolt,
            "slots": slots,
        }

    emit(output, whole=whole, items=slots, lines=lines)
    return exits.PASSED
