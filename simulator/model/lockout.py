"""Wrong codes: how many still count, when the keypad stops listening, and how long.

The counts are kept in memory, so that taking the batteries out neither forgives a wrong code nor
shortens a lock-out. An accepted code forgives everything, and so does the hub's owner by setting a
keypad mode (User Code CC version 2, table 2.531).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from latchbench.pin import Pin
from simulator.model import says
from simulator.model.state import lockout_lasts_us, lockouts_max
from simulator.model.words import Notice

if TYPE_CHECKING:
    from simulator.model.memory import Memory
    from simulator.model.profile import Lockout, Profile
    from simulator.model.state import LockState, Step


def wrong_code(profile: Profile, state: LockState, now_us: int) -> Step:
    """Count a wrong code, and start a lock-out if it is one too many."""
    lockout, memory = profile.lockout, state.memory
    if lockout is None:
        return state, ()
    recent = (*_still_counting(lockout, memory.wrong_at_us, now_us), now_us)
    once_is_enough = memory.lockouts > 0 and len(lockout.escalation_us) > 0
    if once_is_enough or len(recent) >= lockout.wrong_codes:
        return begin(profile, lockout, state, now_us)
    return replace(state, memory=replace(memory, wrong_at_us=recent)), ()


def begin(profile: Profile, lockout: Lockout, state: LockState, now_us: int) -> Step:
    """Stop listening, for the time of the nth lock-out in a row."""
    nth = min(state.memory.lockouts + 1, lockouts_max(lockout))
    locked_out = replace(
        state,
        memory=replace(state.memory, wrong_at_us=(), lockouts=nth, is_locked_out=True),
        entry=Pin(""),
        entry_ends_us=None,
        lockout_ends_us=now_us + lockout_lasts_us(lockout, nth),
    )
    return locked_out, says.notices(profile, Notice.KEYPAD_DISABLED)


def end(profile: Profile, state: LockState, due_us: int) -> Step:
    """Listen again; how many lock-outs there were stays known until a code is accepted."""
    memory = replace(state.memory, is_locked_out=False)
    return replace(state, memory=memory, lockout_ends_us=None), ()


def forgiven(state: LockState) -> LockState:
    """`state` as if no wrong code had ever been entered."""
    memory: Memory = replace(state.memory, wrong_at_us=(), lockouts=0, is_locked_out=False)
    return replace(state, memory=memory, lockout_ends_us=None)


def _still_counting(lockout: Lockout, wrong_at_us: tuple[int, ...], now_us: int) -> tuple[int, ...]:
    if lockout.window_us is None:
        return wrong_at_us
    return tuple(at_us for at_us in wrong_at_us if now_us - at_us < lockout.window_us)
