"""One lock at one instant: its memory, and what it forgets when the power goes.

Everything here is frozen; `simulator.model.lock.step` makes the next state. `check_invariants` says
what is true of every state that `step` can reach.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from latchbench.pin import Pin
from simulator.model import rules
from simulator.model.constraints import broken_rule
from simulator.model.effects import Effect
from simulator.model.limits import BATTERY_PERCENT_MAX, CODE_DIGITS_MAX, FIRST_DIGITS
from simulator.model.memory import (
    Memory,
    MemoryFormatError,
    Slot,
    Window,
    memory_from_plain,
    memory_to_plain,
    read_only,
)
from simulator.model.profile import InvalidProfile
from simulator.model.words import (
    Bolt,
    Constraint,
    DuplicatePolicy,
    Keypad,
    KeypadMode,
    Mechanics,
    Power,
    Schedules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.model.profile import Lockout, Profile

__all__ = [
    "LockState",
    "Memory",
    "MemoryFormatError",
    "MemoryMismatch",
    "Slot",
    "Step",
    "Window",
    "boot",
    "check_invariants",
    "dark",
    "fresh",
    "keypad_of",
    "lockout_lasts_us",
    "mechanics_of",
    "memory_from_plain",
    "memory_to_plain",
    "power_of",
]


class MemoryMismatch(ValueError):
    """A memory that a lock of this profile cannot have. `problems` says all that is wrong."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class LockState:
    """One lock. Times are the bench's microseconds; each `..._us` here is a timer that runs."""

    memory: Memory
    is_powered: bool
    """Batteries are in; whether they hold anything is `memory.battery_percent`."""
    is_menu_open: bool
    entry: Pin
    """The digits typed so far."""
    entry_ends_us: int | None
    relock_at_us: int | None
    lockout_ends_us: int | None
    is_hung: bool = False
    """It does nothing at all until its power is cycled."""
    restarts_at_us: int | None = None
    """It is starting, and works from then on."""

    @property
    def has_power(self) -> bool:
        """Whether there is any power to do something with."""
        return self.is_powered and self.memory.battery_percent > 0

    @property
    def is_alive(self) -> bool:
        """Whether it does anything: it has power, does not hang and is not starting."""
        return self.has_power and not self.is_hung and self.restarts_at_us is None


Step = tuple[LockState, tuple[Effect, ...]]


def factory_memory(profile: Profile, incarnation: int) -> Memory:
    """The memory of a lock as it leaves the factory: locked, full battery, the factory's codes.

    Raises `InvalidProfile` if the lock's own rules refuse one of those codes.
    """
    memory = Memory(
        incarnation=incarnation,
        slots=read_only(()),
        windows=read_only(()),
        code_length=profile.code_length_setting,
        keypad_mode=KeypadMode.NORMAL,
        wrong_at_us=(),
        lockouts=0,
        is_locked_out=False,
        bolt=Bolt.LOCKED,
        is_obstructed=False,
        battery_percent=BATTERY_PERCENT_MAX,
        clock_offset_us=0,
    )
    for slot, pin in profile.factory_codes:
        refused = rules.code_refusal(profile, memory, slot, pin)
        if refused is not None:
            problem = ("factory_codes", f"the lock refuses that of slot {slot}: {refused.why}")
            raise InvalidProfile((problem,))
        memory = replace(memory, slots=read_only([*memory.slots.items(), (slot, Slot(pin))]))
    return memory


def fresh(profile: Profile, incarnation: int) -> LockState:
    """A new lock, running and locked. Raises `InvalidProfile` as `factory_memory` does."""
    # No timer runs in a new lock, so the time does not matter.
    return boot(profile, factory_memory(profile, incarnation), 0)


def boot(profile: Profile, memory: Memory, now_us: int) -> LockState:
    """A lock that gets its power back, with what it remembers.

    A lock-out starts again in full, because a lock does not know how long it was off and taking
    the batteries out must not shorten it; so does the time until it locks itself.
    Raises `MemoryMismatch` if a lock of this profile cannot have that memory.
    """
    problems = tuple(_mismatches(memory, profile))
    if problems:
        raise MemoryMismatch(problems)
    state = dark(LockState(memory, True, False, Pin(""), None, None, None))
    if not state.is_alive:
        return state
    relock_after_us = profile.relock_after_us if memory.bolt is Bolt.UNLOCKED else None
    lasts_us = None
    if memory.is_locked_out and profile.lockout is not None:
        lasts_us = lockout_lasts_us(profile.lockout, memory.lockouts)
    return replace(
        state,
        relock_at_us=None if relock_after_us is None else now_us + relock_after_us,
        lockout_ends_us=None if lasts_us is None else now_us + lasts_us,
    )


def dark(state: LockState) -> LockState:
    """`state` without all that power keeps alive, a hang among it."""
    return replace(
        state,
        is_menu_open=False,
        entry=Pin(""),
        entry_ends_us=None,
        relock_at_us=None,
        lockout_ends_us=None,
        is_hung=False,
        restarts_at_us=None,
    )


def lockout_lasts_us(lockout: Lockout, nth: int) -> int:
    """How long the `nth` lock-out in a row lasts; `nth` counts from 1."""
    if nth <= 1 or not lockout.escalation_us:
        return lockout.lasts_us
    return lockout.escalation_us[min(nth - 2, len(lockout.escalation_us) - 1)]


def lockouts_max(lockout: Lockout) -> int:
    """Where counting lock-outs ends: from there on each lasts as long as the one before."""
    return 1 + len(lockout.escalation_us)


def keypad_of(state: LockState) -> Keypad:
    """The keypad's condition."""
    memory = state.memory
    if memory.is_locked_out:
        return Keypad.LOCKED_OUT
    if memory.keypad_mode is KeypadMode.PRIVACY:
        return Keypad.PRIVACY
    if state.is_menu_open:
        return Keypad.BUSY
    return Keypad.VACATION if memory.keypad_mode is KeypadMode.VACATION else Keypad.CLEAR


def mechanics_of(state: LockState) -> Mechanics:
    """Whether the bolt is free to move."""
    return Mechanics.JAMMED if state.memory.is_obstructed else Mechanics.CLEAR


def power_of(profile: Profile, state: LockState) -> Power:
    """The power's condition."""
    percent = state.memory.battery_percent
    if not state.is_powered:
        return Power.OFF
    if percent == 0:
        return Power.DEPLETED
    if state.restarts_at_us is not None:
        return Power.REBOOTING
    if percent <= profile.battery_critical_percent:
        return Power.CRITICAL
    return Power.LOW if percent <= profile.battery_low_percent else Power.GOOD


def check_invariants(state: LockState, profile: Profile) -> None:
    """Asserts what is true of every state that `step` reaches from a good one."""
    memory = state.memory
    problems = tuple(_mismatches(memory, profile))
    assert not problems, problems
    assert (len(state.entry) == 0) == (state.entry_ends_us is None), "an entry needs its time-out"
    assert len(state.entry) <= CODE_DIGITS_MAX
    assert set(state.entry.reveal()) <= set(profile.keys), "a key that the keypad has not"
    if not state.is_alive:
        halted = replace(state, is_hung=False, restarts_at_us=None)
        assert halted == dark(state), "something goes on without power"
        assert state.has_power or state == halted, "it hangs or starts without power"
        assert not (state.is_hung and state.restarts_at_us is not None), "it hangs and starts"
        return
    assert (state.lockout_ends_us is not None) == memory.is_locked_out, "a lock-out has an end"
    relocks = memory.bolt is Bolt.UNLOCKED and profile.relock_after_us is not None
    assert (state.relock_at_us is not None) == relocks, "unlocked with nothing that locks it"
    if keypad_of(state) in (Keypad.LOCKED_OUT, Keypad.PRIVACY, Keypad.BUSY):
        assert len(state.entry) == 0, "an entry at a keypad that does not listen"


def _mismatches(memory: Memory, profile: Profile) -> Iterator[str]:
    """All that a lock of this profile cannot have in its memory; never any digits."""
    for slot, held in memory.slots.items():
        if rules.slot_refusal(profile, slot) is not None:
            yield f"slot {slot} cannot hold a code"
        if not rules.is_a_code(held.pin) or len(held.pin) not in rules.lengths_taken(
            profile, memory
        ):
            yield f"slot {slot} holds a code of a length that the lock does not take"
        elif broken_rule(profile.constraints, held.pin.reveal()) is not None:
            yield f"slot {slot} holds a code that breaks a rule of the lock"
    yield from _collisions(memory, profile)
    for slot, window in memory.windows.items():
        if profile.schedules is Schedules.NONE or rules.slot_refusal(profile, slot) is not None:
            yield f"slot {slot} cannot have hours"
        first, last = window.not_before_us, window.not_after_us
        if (first is None and last is None) or (
            first is not None and last is not None and first >= last
        ):
            yield f"slot {slot} has hours that are none"
    if (memory.code_length in profile.code_lengths) != profile.uniform_length:
        yield "the code length setting does not fit"
    if memory.keypad_mode not in profile.keypad_modes:
        yield f"the keypad has no mode {memory.keypad_mode}"
    yield from _lockout_mismatches(memory, profile.lockout)


def _collisions(memory: Memory, profile: Profile) -> Iterator[str]:
    """Codes that the keypad takes for one; sorted, a code stands right before those it begins."""
    held = [rules.presses(profile, slot.pin) for slot in memory.slots.values()]
    if profile.admin_code is not None:
        held.append(rules.presses(profile, profile.admin_code))
    if profile.duplicate_policy is not DuplicatePolicy.ACCEPT:
        held.sort()
        for one, other in pairwise(held):
            if one == other or (profile.matches_prefix and other.startswith(one)):
                yield "two codes are one to the keypad"
    if profile.has_rule(Constraint.UNIQUE_FIRST_FOUR_DIGITS):
        firsts = {pressed[:FIRST_DIGITS] for pressed in held}
        if len(firsts) < len(held):
            yield "two codes begin with the same four digits"


def _lockout_mismatches(memory: Memory, lockout: Lockout | None) -> Iterator[str]:
    if lockout is None:
        if memory.wrong_at_us or memory.lockouts or memory.is_locked_out:
            yield "wrong codes are counted by a lock that does not count them"
        return
    if len(memory.wrong_at_us) >= lockout.wrong_codes:
        yield "as many wrong codes as start a lock-out, and none"
    if list(memory.wrong_at_us) != sorted(memory.wrong_at_us):
        yield "wrong codes out of order"
    if memory.lockouts > lockouts_max(lockout):
        yield "more lock-outs than are told apart"
    if memory.is_locked_out and not memory.lockouts:
        yield "locked out, and never was"
