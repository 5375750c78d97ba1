"""A lock whose host does not run, as its memory file has it: the host wrote before it said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulator.control.truth import LockTruth
from simulator.control.wire import truth_to_wire
from simulator.host.lock_start import as_recorded
from simulator.host.nvm import read_nvm
from simulator.model.state import keypad_of, mechanics_of, power_of
from simulator.radio.faults import armed

if TYPE_CHECKING:
    from protos.bench.v1 import bench_pb2
    from simulator.scenario.cases import LockPlan


def truth_in_file(lock: LockPlan, path: str, now_us: int) -> bench_pb2.LockTruth:
    """What a host would say of the lock if it were started now.

    Raises `NvmDamaged`, or OSError when the file cannot be read.
    """
    stored = read_nvm(Path(path))
    record, profile = stored.record, lock.profile.lock
    state, link = as_recorded(profile, record, now_us)
    return truth_to_wire(
        LockTruth(
            lock=lock.name,
            profile=record.profile,
            slots=dict(sorted(record.memory.slots.items())),
            slots_max=profile.slots_max,
            incarnation=record.memory.incarnation,
            radio=record.radio,
            power=power_of(profile, state),
            keypad=keypad_of(state),
            bolt=record.memory.bolt,
            faults_armed=armed(link),
            nvm_path=Path(path),
            nvm_generation=stored.generation,
            battery_percent=record.memory.battery_percent,
            mechanics=mechanics_of(state),
            is_frozen=state.is_hung,
        )
    )
