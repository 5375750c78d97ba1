"""A lock as it really is, which no radio can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.model.state import keypad_of, mechanics_of, power_of
from simulator.radio.faults import armed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from simulator.host.lock_runner import LockRunner
    from simulator.model.memory import Slot
    from simulator.model.words import Bolt, Keypad, Mechanics, Power
    from simulator.radio.words import RadioState


@dataclass(frozen=True, slots=True)
class LockTruth:
    """One lock: `slots` that hold a code, its conditions, the faults that wait, and its file."""

    lock: str
    profile: str
    slots: Mapping[int, Slot]
    slots_max: int
    incarnation: int
    radio: RadioState
    power: Power
    keypad: Keypad
    bolt: Bolt
    faults_armed: tuple[str, ...]
    nvm_path: Path
    nvm_generation: int
    battery_percent: int
    mechanics: Mechanics
    is_frozen: bool


def truth(lock: LockRunner) -> LockTruth:
    """The lock now."""
    profile, memory = lock.settings.profile, lock.state.memory
    return LockTruth(
        lock=lock.name,
        profile=lock.settings.profile_name,
        slots=memory.slots,
        slots_max=profile.slots_max,
        incarnation=memory.incarnation,
        radio=lock.link.state,
        power=power_of(profile, lock.state),
        keypad=keypad_of(lock.state),
        bolt=memory.bolt,
        faults_armed=armed(lock.link),
        nvm_path=lock.nvm.path,
        nvm_generation=lock.nvm.generation,
        battery_percent=memory.battery_percent,
        mechanics=mechanics_of(lock.state),
        is_frozen=lock.state.is_hung,
    )
