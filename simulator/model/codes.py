"""Slots change here and nowhere else: by the radio, by a person with the master code, by erasing.

A bad write is dropped. What the hub learns of it is the outcome, where the lock is supervised, and
for a duplicate perhaps a notice, as `DUPLICATE_NOTICE` says; never a reason.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.model import rules, says
from simulator.model.effects import CodeCleared, CodeRefused, CodeStored, KeypadAnswer
from simulator.model.events import ClearCode
from simulator.model.limits import SLOT_ALL
from simulator.model.memory import Slot, read_only
from simulator.model.state import keypad_of
from simulator.model.words import (
    ALARM_DUPLICATE,
    DUPLICATES,
    DuplicatePolicy,
    Feedback,
    Keypad,
    Notice,
    Refusal,
    SlotStatus,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from latchbench.pin import Pin
    from simulator.model.effects import Notified
    from simulator.model.events import LengthSetAtKeypad, ProgrammedAtKeypad, SetCode
    from simulator.model.memory import Memory
    from simulator.model.profile import Profile
    from simulator.model.state import LockState, Step

# What a refused duplicate makes the lock tell: (slot that it names, alarm number).
# An event 15 that names a slot names the one that was to be written; alarm 113 of Yale names the
# one that has the code, 0 being the master code (Yale integrators' guide).
DUPLICATE_NOTICE: Final[
    Mapping[DuplicatePolicy, Callable[[CodeRefused], tuple[int | None, int | None]]]
] = MappingProxyType(
    {
        DuplicatePolicy.NOTIFY: lambda _: (None, None),
        DuplicatePolicy.NOTIFY_WITH_SLOT: lambda refused: (refused.slot, None),
        DuplicatePolicy.ALARM: lambda refused: (refused.holder, ALARM_DUPLICATE),
    }
)


def set_code(profile: Profile, state: LockState, event: SetCode, now_us: int) -> Step:
    """Store a code, or drop it for the first reason that `rules.write_refusal` finds."""
    if event.status is SlotStatus.AVAILABLE:
        return clear_code(profile, state, ClearCode(event.slot), now_us)
    refused = _busy(profile, state, event.slot) or rules.write_refusal(
        profile, state.memory, event.slot, event.pin, event.status
    )
    if refused is not None:
        notices = _duplicate_notices(profile, refused)
        return state, (refused, says.written(profile, ok=False), *notices)
    assert event.pin is not None, "the rules let a write without a code through"
    memory, stored = _store(state.memory, event.slot, event.pin, event.status)
    added = says.notices(profile, Notice.CODE_ADDED, slot=event.slot)
    return replace(state, memory=memory), (stored, says.written(profile, ok=True), *added)


def clear_code(profile: Profile, state: LockState, event: ClearCode, now_us: int) -> Step:
    """Empty a slot or, with 0, all of them. Emptying an empty slot succeeds."""
    busy = _busy(profile, state, event.slot)
    if event.slot == SLOT_ALL and busy is None:
        memory, cleared = erased(state.memory)
        deleted = says.notices(profile, Notice.ALL_CODES_DELETED) if cleared else ()
        return replace(state, memory=memory), (
            *cleared,
            says.written(profile, ok=True),
            *deleted,
        )
    why = rules.slot_refusal(profile, event.slot)
    refused = busy or (None if why is None else CodeRefused(event.slot, why))
    if refused is not None:
        return state, (refused, says.written(profile, ok=False))
    memory, cleared = _clear(state.memory, event.slot)
    return replace(state, memory=memory), (
        *cleared,
        says.written(profile, ok=True),
        *_deleted(profile, cleared),
    )


def programmed_at_keypad(
    profile: Profile, state: LockState, event: ProgrammedAtKeypad, now_us: int
) -> Step:
    """A person's write. The lock's rules hold; a refusal shows at the keypad and nowhere else.

    Yale's guide: a duplicate at the keypad is "denied", without the alarm that the radio gets.
    """
    deaf = programming_is_deaf(profile, state)
    if deaf is not None:
        return state, (KeypadAnswer(deaf, None),)
    if event.pin is None:
        return _cleared_at_keypad(profile, state, event.slot)
    refused = rules.code_refusal(profile, state.memory, event.slot, event.pin)
    if refused is not None:
        return state, (refused, KeypadAnswer(Feedback.REJECTED, None))
    memory, stored = _store(state.memory, event.slot, event.pin, SlotStatus.ENABLED)
    added = says.notices(profile, Notice.CODE_ADDED, slot=event.slot)
    done = KeypadAnswer(Feedback.DONE, event.slot)
    return replace(state, memory=memory), (stored, done, *added)


def _cleared_at_keypad(profile: Profile, state: LockState, slot: int) -> Step:
    why = rules.slot_refusal(profile, slot)
    if why is not None:
        return state, (CodeRefused(slot, why), KeypadAnswer(Feedback.REJECTED, None))
    memory, cleared = _clear(state.memory, slot)
    done = KeypadAnswer(Feedback.DONE, slot)
    return replace(state, memory=memory), (*cleared, done, *_deleted(profile, cleared))


def length_set_at_keypad(
    profile: Profile, state: LockState, event: LengthSetAtKeypad, now_us: int
) -> Step:
    """Another length for all codes erases them all (Schlage's parameter 16, keymaster#480)."""
    deaf = programming_is_deaf(profile, state)
    if deaf is not None:
        return state, (KeypadAnswer(deaf, None),)
    if not profile.uniform_length or event.length not in profile.code_lengths:
        return state, (KeypadAnswer(Feedback.REJECTED, None),)
    done = KeypadAnswer(Feedback.DONE, None)
    if event.length == state.memory.code_length:
        return state, (done,)
    memory, cleared = erased(state.memory)
    memory = replace(memory, code_length=event.length)
    deleted = says.notices(profile, Notice.ALL_CODES_DELETED)
    return replace(state, memory=memory), (*cleared, done, *deleted)


def programming_is_deaf(profile: Profile, state: LockState) -> Feedback | None:
    """What the keypad answers to a person with the master code when it does not listen, or None."""
    if not profile.has_keypad or not state.is_alive:
        return Feedback.IGNORED
    # In vacation mode the admin code is still accepted (User Code CC version 2, table 2.531).
    return {
        Keypad.LOCKED_OUT: Feedback.LOCKED_OUT,
        Keypad.PRIVACY: Feedback.IGNORED,
    }.get(keypad_of(state))


def erased(memory: Memory) -> tuple[Memory, tuple[CodeCleared, ...]]:
    """`memory` without any code or hours, and what was cleared, ascending."""
    cleared = tuple(CodeCleared(slot) for slot in memory.slots)
    return replace(memory, slots=read_only(()), windows=read_only(())), cleared


def _store(memory: Memory, slot: int, pin: Pin, status: SlotStatus) -> tuple[Memory, CodeStored]:
    slots = {**memory.slots, slot: Slot(pin, status)}
    return replace(memory, slots=read_only(slots.items())), CodeStored(slot, pin, status)


def _clear(memory: Memory, slot: int) -> tuple[Memory, tuple[CodeCleared, ...]]:
    """Hours go with the slot even if it held no code: they must not wait for the next guest."""
    slots = ((number, held) for number, held in memory.slots.items() if number != slot)
    windows = ((number, window) for number, window in memory.windows.items() if number != slot)
    left = replace(memory, slots=read_only(slots), windows=read_only(windows))
    return left, (CodeCleared(slot),) if slot in memory.slots else ()


def _busy(profile: Profile, state: LockState, slot: int) -> CodeRefused | None:
    if profile.busy_refuses_writes and keypad_of(state) is Keypad.BUSY:
        return CodeRefused(slot, Refusal.KEYPAD_BUSY)
    return None


def _duplicate_notices(profile: Profile, refused: CodeRefused) -> tuple[Notified, ...]:
    named = DUPLICATE_NOTICE.get(profile.duplicate_policy)
    if named is None or refused.why not in DUPLICATES:
        return ()
    slot, alarm = named(refused)
    return says.notices(profile, Notice.DUPLICATE_CODE, slot=slot, alarm=alarm)


def _deleted(profile: Profile, cleared: tuple[CodeCleared, ...]) -> tuple[Notified, ...]:
    return tuple(
        notice
        for one in cleared
        for notice in says.notices(profile, Notice.CODE_DELETED, slot=one.slot)
    )
