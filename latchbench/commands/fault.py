"""`latchbench fault`: what waits to go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from latchbench import exits, ready
from latchbench.commands.client import ANSWER_WITHIN_S, act_and_look, ask_bench
from latchbench.commands.printing import emit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def fault_add_command(
    name: str,
    word: str,
    command: str | None,
    times: int | None,
    probability: float | None,
    bench: Path | None,
    output: str,
) -> int:
    """Arm a fault, once if nothing says how often, and print what waits on that lock."""
    from protos.bench.v1 import bench_pb2 as pb

    if times is not None and probability is not None:
        raise exits.CommandError("give --times or --probability, not both", exits.USAGE)
    if times is not None and not 1 <= times < 2**32:
        raise exits.CommandError("--times takes a whole number, 1 or more", exits.USAGE)
    if times is None and probability is None:
        times = 1
    told = ready.find(bench)
    fault = pb.ArmFault(fault=word, command=command or "", times=times, probability=probability)
    _, truth = act_and_look(told, name, arm_fault=fault)
    return _print([truth], output)


def fault_ls_command(name: str | None, bench: Path | None, output: str) -> int:
    """Print what waits, oldest first."""
    return _print(_truths(ready.find(bench), name), output)


def fault_clear_command(name: str | None, word: str | None, bench: Path | None, output: str) -> int:
    """Disarm one fault or all, of one lock or of all."""
    from protos.bench.v1 import bench_pb2 as pb

    told = ready.find(bench)
    names = list(told["devices"]) if name is None else [name]

    async def ask(stub: Any) -> Any:
        for lock in names:
            act = pb.ActRequest(lock=lock, clear_faults=pb.ClearFaults(fault=word or ""))
            await stub.Act(act, timeout=ANSWER_WITHIN_S)
        look = pb.DumpTruthRequest(locks=names)
        return (await stub.DumpTruth(look, timeout=ANSWER_WITHIN_S)).locks

    return _print(ask_bench(told, ask), output)


def _truths(told: Mapping[str, Any], name: str | None) -> Iterable[Any]:
    from protos.bench.v1 import bench_pb2 as pb

    async def ask(stub: Any) -> Any:
        request = pb.DumpTruthRequest(locks=[] if name is None else [name])
        return (await stub.DumpTruth(request, timeout=ANSWER_WITHIN_S)).locks

    return ask_bench(told, ask)


def _print(truths: Iterable[Any], output: str) -> int:
    faults = [
        {"lock": truth.lock, "fault": fault} for truth in truths for fault in truth.faults_armed
    ]

    def lines() -> list[str]:
        if not faults:
            return ["no fault waits"]
        return exits.table(["lock", "fault"], [[one["lock"], one["fault"]] for one in faults])

    emit(output, whole=lambda: faults, items=faults, lines=lines)
    return exits.PASSED
