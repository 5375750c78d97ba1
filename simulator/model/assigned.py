"""PINs that a lock's own side chooses, where nobody else may.

Some providers hand out PINs themselves (Seam's `cannot_specify_pin_code`): a hub can ask for one
and read what it came to. Chance is no part of the model: it comes in with the event.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from latchbench.pin import Pin
from simulator.model import rules, says
from simulator.model.effects import CodeRefused, CodeStored
from simulator.model.memory import Slot, read_only
from simulator.model.words import Constraint, Notice, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.model.events import AssignCode
    from simulator.model.memory import Memory
    from simulator.model.profile import Profile
    from simulator.model.state import LockState, Step


def assign_code(profile: Profile, state: LockState, event: AssignCode, now_us: int) -> Step:
    """Choose a PIN for a free slot; a slot that holds a code keeps it."""
    if not profile.has_rule(Constraint.CANNOT_SPECIFY_PIN_CODE):
        return state, (says.unsupported(profile),)
    why = rules.slot_refusal(profile, event.slot)
    if why is not None:
        return state, (CodeRefused(event.slot, why), says.written(profile, ok=False))
    if event.slot in state.memory.slots:
        return state, (says.written(profile, ok=True),)
    pin = next(_accepted(profile, state.memory, event), None)
    if pin is None:
        refused = CodeRefused(event.slot, Refusal.PIN_IN_USE)
        return state, (refused, says.written(profile, ok=False))
    slots = read_only([*state.memory.slots.items(), (event.slot, Slot(pin))])
    stored = CodeStored(event.slot, pin, slots[event.slot].status)
    added = says.notices(profile, Notice.CODE_ADDED, slot=event.slot)
    memory = replace(state.memory, slots=slots)
    return replace(state, memory=memory), (stored, says.written(profile, ok=True), *added)


def _accepted(profile: Profile, memory: Memory, event: AssignCode) -> Iterator[Pin]:
    """The codes that the lock takes into that slot, each once, from one that the draw names on."""
    for length in rules.lengths_taken(profile, memory):
        count = len(profile.keys) ** length
        for step in range(count):
            pin = Pin(_spelled((event.draw + step) % count, profile.keys, length))
            if rules.code_refusal(profile, memory, event.slot, pin) is None:
                yield pin


def _spelled(number: int, keys: str, length: int) -> str:
    digits = []
    for _ in range(length):
        number, place = divmod(number, len(keys))
        digits.append(keys[place])
    return "".join(digits)
