"""In which conditions a lock is, as words for a trace: an axis, and what is unusual on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.model.state import keypad_of, mechanics_of, power_of
from simulator.model.words import Keypad, Mechanics, Power
from simulator.radio.words import RadioState

if TYPE_CHECKING:
    from simulator.model.profile import Profile
    from simulator.model.state import LockState
    from simulator.radio.link import Link


def conditions(profile: Profile, state: LockState, link: Link) -> tuple[str, ...]:
    """`radio:deaf`, `power:low`, `keypad:busy` and so on; empty for a lock at its best."""
    axes = {
        "radio": (link.state, RadioState.AWAKE),
        "power": (power_of(profile, state), Power.GOOD),
        "keypad": (keypad_of(state), Keypad.CLEAR),
        "mechanics": (mechanics_of(state), Mechanics.CLEAR),
    }
    return tuple(f"{axis}:{now.value}" for axis, (now, best) in axes.items() if now is not best)
