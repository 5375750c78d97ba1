"""Which codes a lock takes, and which two codes are one to it.

A lock checks a write in the order of `refusal` and stops at the first thing that it dislikes. The
reason is for the bench: over the radio a lock only drops the write (User Code CC:0063.01.01.11.003,
.005 and .008 say "ignore") or, where it is supervised, answers FAIL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.model.constraints import broken_rule
from simulator.model.effects import CodeRefused
from simulator.model.limits import (
    CODE_DIGITS_MAX,
    CODE_DIGITS_MIN,
    FIRST_DIGITS,
    HOLDER_ADMIN,
    SLOT_FIRST,
)
from simulator.model.words import (
    STORED_STATUSES,
    Constraint,
    DuplicatePolicy,
    OfflineCodes,
    Refusal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from latchbench.pin import Pin
    from simulator.model.memory import Memory
    from simulator.model.profile import Profile
    from simulator.model.words import SlotStatus

# Kwikset's five-button keypads: 1/2, 3/4, 5/6, 7/8, 9/0. A button is written as its odd digit.
BUTTONS: Final = str.maketrans("2468" + "0", "1357" + "9")


def presses(profile: Profile, pin: Pin) -> str:
    """What the keypad hears when somebody types `pin`: two PINs with equal presses are one."""
    digits = pin.reveal()
    return digits.translate(BUTTONS) if profile.five_buttons else digits


def slot_refusal(profile: Profile, slot: int) -> Refusal | None:
    """Why `slot` is none that a code can be in, or None."""
    if not SLOT_FIRST <= slot <= profile.slots_max:
        return Refusal.SLOT_OUT_OF_RANGE
    return Refusal.SLOT_RESERVED if slot in profile.reserved_slots else None


def write_refusal(
    profile: Profile, memory: Memory, slot: int, pin: Pin | None, status: SlotStatus
) -> CodeRefused | None:
    """Why the lock drops a code that comes over the radio, or None if it stores it."""
    why = slot_refusal(profile, slot)
    if why is not None:
        return CodeRefused(slot, why)
    if status not in STORED_STATUSES:
        return CodeRefused(slot, Refusal.STATUS_NOT_SUPPORTED)
    if profile.offline_codes is OfflineCodes.ONLY:
        return CodeRefused(slot, Refusal.OFFLINE_CODES_ONLY)
    if profile.has_rule(Constraint.CANNOT_SPECIFY_PIN_CODE):
        return CodeRefused(slot, Refusal.PROVIDER_CHOOSES_PIN)
    return code_refusal(profile, memory, slot, pin)


def code_refusal(
    profile: Profile, memory: Memory, slot: int, pin: Pin | None
) -> CodeRefused | None:
    """Why `pin` cannot be in `slot`, whoever wants it there, or None if it can.

    The code that `slot` holds now is not in the way, so writing it again is accepted.
    """
    why = slot_refusal(profile, slot)
    if why is not None:
        return CodeRefused(slot, why)
    if pin is None or not is_a_code(pin):
        return CodeRefused(slot, Refusal.NOT_A_CODE)
    if len(pin) not in lengths_taken(profile, memory):
        return CodeRefused(slot, Refusal.LENGTH_NOT_SUPPORTED)
    broken = broken_rule(profile.constraints, pin.reveal())
    if broken is not None:
        return CodeRefused(slot, Refusal.DIGITS_NOT_SUPPORTED, rule=broken)
    needs_set = profile.has_rule(Constraint.PIN_CODE_MATCHES_EXISTING_SET)
    if needs_set and pin not in profile.existing_pins:
        return CodeRefused(slot, Refusal.NOT_IN_EXISTING_SET)
    return _in_use(profile, memory, slot, pin)


def is_a_code(pin: Pin) -> bool:
    """Whether the specification takes `pin` for a code at all: 4 to 10 ASCII digits."""
    digits = pin.reveal()
    return (
        CODE_DIGITS_MIN <= len(digits) <= CODE_DIGITS_MAX and digits.isascii() and digits.isdigit()
    )


def lengths_taken(profile: Profile, memory: Memory) -> tuple[int, ...]:
    """The code lengths that the lock takes as it is set now."""
    return profile.code_lengths if memory.code_length is None else (memory.code_length,)


def are_one(profile: Profile, one: Pin, other: Pin) -> bool:
    """Whether the keypad cannot tell the two apart.

    They have the same presses or, where no enter key ends a code, one begins with the other.
    """
    pressed, others = presses(profile, one), presses(profile, other)
    if profile.matches_prefix:
        return pressed.startswith(others) or others.startswith(pressed)
    return pressed == others


def _in_use(profile: Profile, memory: Memory, slot: int, pin: Pin) -> CodeRefused | None:
    """The first other code that is in the way of `pin`: the admin's, then slot by slot.

    A lock that accepts duplicates has no other code in its way, but its rule about the first four
    digits, if it has one, it keeps.
    """
    first_four = profile.has_rule(Constraint.UNIQUE_FIRST_FOUR_DIGITS)
    checks = profile.duplicate_policy is not DuplicatePolicy.ACCEPT
    pressed = presses(profile, pin)
    for holder, other in _other_codes(profile, memory, slot):
        if checks and are_one(profile, pin, other):
            why = Refusal.PIN_IN_USE if pin == other else Refusal.KEYPAD_COLLISION
            return CodeRefused(slot, why, holder=holder)
        if first_four and presses(profile, other)[:FIRST_DIGITS] == pressed[:FIRST_DIGITS]:
            rule = Constraint.UNIQUE_FIRST_FOUR_DIGITS
            return CodeRefused(slot, Refusal.FIRST_FOUR_IN_USE, rule=rule, holder=holder)
    return None


def _other_codes(profile: Profile, memory: Memory, slot: int) -> Iterator[tuple[int, Pin]]:
    if profile.admin_code is not None:
        yield HOLDER_ADMIN, profile.admin_code
    for number, held in memory.slots.items():
        if number != slot:
            yield number, held.pin
