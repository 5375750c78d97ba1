"""A lock whose host does not run, as its memory file has it: the host wrote before it said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protos.bench.v1 import bench_pb2
from simulator.host.nvm import read_nvm
from simulator.model.events import PowerCut
from simulator.model.lock import step
from simulator.model.state import boot, keypad_of, power_of
from simulator.radio.faults import armed
from simulator.radio.link import Link

if TYPE_CHECKING:
    from simulator.scenario.cases import LockPlan


def truth_in_file(lock: LockPlan, path: str, now_us: int) -> bench_pb2.LockTruth:
    """What a host would say of the lock if it were started now.

    Raises `NvmDamaged`, or OSError when the file cannot be read.
    """
    stored = read_nvm(Path(path))
    record, profile = stored.record, lock.profile.lock
    state = boot(profile, record.memory, now_us)
    if not record.is_powered:
        state, _ = step(profile, state, PowerCut(), now_us)
    return bench_pb2.LockTruth(
        lock=lock.name,
        profile=record.profile,
        slots=[
            bench_pb2.TrueSlot(slot=number, code=slot.pin.reveal(), status=slot.status.value)
            for number, slot in sorted(record.memory.slots.items())
        ],
        slots_max=profile.slots_max,
        incarnation=record.memory.incarnation,
        radio=record.radio.value,
        power=power_of(profile, state).value,
        keypad=keypad_of(state).value,
        bolt=record.memory.bolt.value,
        faults_armed=armed(Link(record.radio, faults=record.faults)),
        nvm_path=path,
        nvm_generation=stored.generation,
    )
