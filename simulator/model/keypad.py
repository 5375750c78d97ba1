"""Keys, and what becomes of what was typed.

What the table cannot say: `_standing` finds whose code was typed, `_judge` does what the verdict
asks for. `VERDICTS` has a row for each condition in which the keypad listens and each standing; a
keypad in any other condition answers from `DEAF`. The radio plays no part here: a lock that its hub
cannot reach opens as ever.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from latchbench.pin import Pin
from simulator.model import bolt, lockout, offline, rules, says
from simulator.model.codes import programming_is_deaf
from simulator.model.effects import KeypadAnswer
from simulator.model.events import ENTER
from simulator.model.limits import CODE_DIGITS_MAX
from simulator.model.state import keypad_of
from simulator.model.words import (
    Bolt,
    Feedback,
    Keypad,
    KeypadMode,
    Mover,
    Notice,
    SlotStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.model.events import KeypadSwitched, KeyPressed, MenuHeld, SetKeypadMode
    from simulator.model.memory import Slot, Window
    from simulator.model.profile import Profile
    from simulator.model.state import LockState, Step


class Standing(Enum):
    """Whose code was typed, best first: of two equal codes the one that opens counts."""

    OPENS = auto()
    ADMIN = auto()
    OUTSIDE_HOURS = auto()
    DISABLED = auto()
    NOBODY = auto()


# User Code CC version 2, tables 2.531 and 2.532: in vacation mode no slot opens, and a code that
# nobody has is wrong as ever. Privacy and a lock-out ignore the admin code too.
VERDICTS: Final[Mapping[tuple[Keypad, Standing], Feedback]] = MappingProxyType(
    {
        (Keypad.CLEAR, Standing.OPENS): Feedback.OPENED,
        (Keypad.CLEAR, Standing.ADMIN): Feedback.MENU,
        (Keypad.CLEAR, Standing.OUTSIDE_HOURS): Feedback.OUTSIDE_SCHEDULE,
        (Keypad.CLEAR, Standing.DISABLED): Feedback.DISABLED,
        (Keypad.CLEAR, Standing.NOBODY): Feedback.REJECTED,
        (Keypad.VACATION, Standing.OPENS): Feedback.DISABLED,
        (Keypad.VACATION, Standing.ADMIN): Feedback.MENU,
        (Keypad.VACATION, Standing.OUTSIDE_HOURS): Feedback.DISABLED,
        (Keypad.VACATION, Standing.DISABLED): Feedback.DISABLED,
        (Keypad.VACATION, Standing.NOBODY): Feedback.REJECTED,
    }
)
DEAF: Final[Mapping[Keypad, Feedback]] = MappingProxyType(
    {
        Keypad.LOCKED_OUT: Feedback.LOCKED_OUT,
        Keypad.PRIVACY: Feedback.IGNORED,
        Keypad.BUSY: Feedback.IGNORED,
    }
)
TOLD: Final[Mapping[Feedback, Notice]] = MappingProxyType(
    {
        Feedback.OUTSIDE_SCHEDULE: Notice.OUTSIDE_SCHEDULE,
        Feedback.DISABLED: Notice.CODE_DISABLED,
    }
)

assert {keypad for keypad, _ in VERDICTS} | set(DEAF) == set(Keypad)
assert len(VERDICTS) == (len(Keypad) - len(DEAF)) * len(Standing)


def key_pressed(profile: Profile, state: LockState, event: KeyPressed, now_us: int) -> Step:
    """One key. A keypad with an enter key waits for it; one without opens at the first code."""
    if not profile.has_keypad or not state.is_alive:
        return state, (KeypadAnswer(Feedback.IGNORED, None),)
    deaf = DEAF.get(keypad_of(state))
    if deaf is not None:
        return state, (KeypadAnswer(deaf, None),)
    if event.key == ENTER:
        if profile.matches_prefix or not len(state.entry):
            return state, (KeypadAnswer(Feedback.IGNORED, None),)
        return _judge(profile, state, state.entry, now_us)
    if event.key not in profile.keys:
        return state, (KeypadAnswer(Feedback.IGNORED, None),)
    return _digit(profile, state, Pin(state.entry.reveal() + event.key), now_us)


def forget_entry(profile: Profile, state: LockState, due_us: int) -> Step:
    """Nobody went on typing. An unfinished code is not a wrong one."""
    return _without_entry(state), (KeypadAnswer(Feedback.TIMED_OUT, None),)


def menu_held(profile: Profile, state: LockState, event: MenuHeld, now_us: int) -> Step:
    """A person stands in the programming menu, or leaves it."""
    deaf = programming_is_deaf(profile, state)
    if deaf is not None:
        return state, (KeypadAnswer(deaf, None),)
    told = event.is_open and not state.is_menu_open
    notices = says.notices(profile, Notice.KEYPAD_BUSY) if told else ()
    feedback = Feedback.MENU if event.is_open else Feedback.DONE
    held = replace(_without_entry(state), is_menu_open=event.is_open)
    return held, (KeypadAnswer(feedback, None), *notices)


def keypad_switched(profile: Profile, state: LockState, event: KeypadSwitched, now_us: int) -> Step:
    """A person sets the mode at the lock, which a lock-out does not allow but privacy does."""
    if not profile.has_keypad or not state.is_alive:
        return state, (KeypadAnswer(Feedback.IGNORED, None),)
    if state.memory.is_locked_out:
        return state, (KeypadAnswer(Feedback.LOCKED_OUT, None),)
    done = KeypadAnswer(Feedback.DONE, None)
    if event.mode is KeypadMode.LOCKED_OUT and profile.lockout is not None:
        state, notices = lockout.begin(profile, profile.lockout, state, now_us)
        return replace(state, is_menu_open=False), (done, *notices)
    if event.mode not in profile.keypad_modes:
        return state, (KeypadAnswer(Feedback.REJECTED, None),)
    return _with_mode(state, event.mode), (done,)


def set_keypad_mode(profile: Profile, state: LockState, event: SetKeypadMode, now_us: int) -> Step:
    """The hub sets the mode and thereby ends a lock-out; version 1 has no such command."""
    if profile.user_code_version == 1:
        return state, (says.unsupported(profile),)
    if event.mode not in profile.keypad_modes:
        return state, (says.written(profile, ok=False),)
    return _with_mode(lockout.forgiven(state), event.mode), (says.written(profile, ok=True),)


def _with_mode(state: LockState, mode: KeypadMode) -> LockState:
    return replace(_without_entry(state), memory=replace(state.memory, keypad_mode=mode))


def _without_entry(state: LockState) -> LockState:
    return replace(state, entry=Pin(""), entry_ends_us=None)


def _digit(profile: Profile, state: LockState, typed: Pin, now_us: int) -> Step:
    if profile.matches_prefix:
        standing, _ = _standing(profile, state, typed, now_us)
        if standing is not Standing.NOBODY or len(typed) >= profile.entry_digits_max:
            return _judge(profile, state, typed, now_us)
    elif len(typed) > CODE_DIGITS_MAX:
        return _wrong(profile, state, now_us, Notice.CODE_TOO_LONG)
    ends_us = now_us + profile.entry_timeout_us
    return replace(state, entry=typed, entry_ends_us=ends_us), (
        KeypadAnswer(Feedback.INCOMPLETE, None),
    )


def _judge(profile: Profile, state: LockState, typed: Pin, now_us: int) -> Step:
    standing, slot = _standing(profile, state, typed, now_us)
    verdict = VERDICTS[keypad_of(state), standing]
    if verdict is Feedback.REJECTED:
        return _wrong(profile, state, now_us, Notice.INVALID_CODE)
    state = _without_entry(state)
    if verdict is not Feedback.OPENED:
        told = says.notices(profile, TOLD[verdict], slot=slot) if verdict in TOLD else ()
        return state, (KeypadAnswer(verdict, slot), *told)
    state, used = _redeem(state, typed, now_us) if slot is None else (state, ())
    state, effects = bolt.move(
        profile, lockout.forgiven(state), Bolt.UNLOCKED, Mover.KEYPAD, now_us, slot
    )
    opened = state.memory.bolt is Bolt.UNLOCKED
    feedback = Feedback.OPENED if opened else Feedback.JAMMED
    return state, (KeypadAnswer(feedback, slot), *used, *effects)


def _redeem(state: LockState, typed: Pin, now_us: int) -> Step:
    """A code that is in no slot and opens was derived; that it was used is remembered."""
    lock_us = now_us + state.memory.clock_offset_us
    used = offline.opens(state.memory, typed, lock_us)
    assert used is not None, "what opens is in a slot or derived"
    memory, told = offline.redeemed(state.memory, used, lock_us)
    return replace(state, memory=memory), (told,)


def _wrong(profile: Profile, state: LockState, now_us: int, notice: Notice) -> Step:
    state, disabled = lockout.wrong_code(profile, _without_entry(state), now_us)
    told = says.notices(profile, notice)
    return state, (KeypadAnswer(Feedback.REJECTED, None), *told, *disabled)


def _standing(
    profile: Profile, state: LockState, typed: Pin, now_us: int
) -> tuple[Standing, int | None]:
    """Whose code `typed` is and in which slot; the first slot among those of the same standing."""
    pressed = rules.presses(profile, typed)
    lock_us = now_us + state.memory.clock_offset_us
    found: list[tuple[Standing, int | None]] = []
    if profile.admin_code is not None and rules.presses(profile, profile.admin_code) == pressed:
        found.append((Standing.ADMIN, None))
    for slot, held in state.memory.slots.items():
        if rules.presses(profile, held.pin) == pressed:
            found.append((_slot_standing(held, state.memory.windows.get(slot), lock_us), slot))
    best = min(found, key=lambda one: one[0].value, default=(Standing.NOBODY, None))
    if best[0] is not Standing.OPENS and offline.opens(state.memory, typed, lock_us) is not None:
        return Standing.OPENS, None
    return best


def _slot_standing(held: Slot, window: Window | None, lock_us: int) -> Standing:
    if held.status is not SlotStatus.ENABLED:
        return Standing.DISABLED
    inside = window is None or window.contains(lock_us)
    return Standing.OPENS if inside else Standing.OUTSIDE_HOURS
