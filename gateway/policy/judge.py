"""A code that a person chose, held against one lock: every reason why it cannot go there.

All reasons are collected, not the first one: whoever corrects a code wants to do it once. Only the
hard readings count here, and weak codes pass: nobody is refused for a rule that nobody wrote down.
No message contains a code, neither the one in question nor one in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.policy.keypad import Keypad, LockFacts, Owner, Word, buttons
from gateway.policy.rules import CONSTRAINTS, HARD
from gateway.policy.wording import lengths_phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from latchbench.pin import Pin


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a lock cannot take part. `word` is for programs, `message` for people.

    `detail` says which constraint or which kind of collision it was. `owner` holds the code that
    is in the way, where there is one.
    """

    word: Word
    detail: str
    message: str
    owner: Owner | None = None


def judge(lock: LockFacts, code: Pin) -> tuple[Reason, ...]:
    """Every reason why `lock` does not accept `code`; empty if it does."""
    reasons = [*_source(lock)]
    keypad = lock.keypad
    digits = code.reveal()
    if len(digits) not in keypad.lengths:
        message = f"{lock.name} takes {lengths_phrase(keypad.lengths)}, the code has {len(digits)}"
        reasons.append(Reason("length_not_supported", "length_not_supported", message))
    if digits.isascii() and digits.isdigit():
        reasons += (
            rule_reason(lock, word) for word in keypad.rules if not HARD[word].keeps(digits)
        )
    else:
        message = f"{lock.name} takes only the digits 0-9"
        reasons.append(Reason("digits_not_supported", "not_digits", message))
    if keypad.existing is not None and code not in keypad.existing:
        message = f"{lock.name} takes only PINs that its account already has"
        reasons.append(Reason("digits_not_supported", "not_in_existing_set", message))
    if code in lock.in_use:
        message = f"{lock.name} has this code in use"
        reasons.append(Reason("pin_in_use", "pin_in_use", message, lock.in_use[code]))
    reasons += _collisions(lock, code)
    if code in lock.refused:
        message = f"{lock.name} refused this code before and gave no reason"
        reasons.append(Reason("refused_by_lock", "refused_by_lock", message))
    return tuple(reasons)


def never_drawn_reason(lock: LockFacts) -> Reason | None:
    """Why no code is ever drawn for `lock`; None if one can be."""
    keypad = lock.keypad
    if keypad.existing is not None and not keypad.provider_chooses:
        message = (
            f"{lock.name} takes only PINs that its account already has; none is drawn from them"
        )
        return Reason("provider_chooses_pin", "pin_code_matches_existing_set", message)
    return next(_source(lock), None)


def rule_reason(lock: LockFacts, word: str) -> Reason:
    """That `lock` has the digit rule `word`, as a reason."""
    detail = "first_four_repeat" if word == "unique_first_four_digits" else word
    message = f"{lock.name} wants {CONSTRAINTS[word].wants}"
    return Reason("digits_not_supported", detail, message)


def length_reason(lock: LockFacts) -> Reason:
    """That `lock` takes its own lengths and no others, as a reason."""
    message = f"{lock.name} takes {lengths_phrase(lock.keypad.lengths)}"
    return Reason("length_not_supported", "length_not_supported", message)


def _source(lock: LockFacts) -> Iterator[Reason]:
    if lock.keypad.provider_chooses:
        message = f"{lock.name} cannot take part: its provider chooses the PIN"
        yield Reason("provider_chooses_pin", "cannot_specify_pin_code", message)
    if lock.keypad.offline_codes_only:
        message = f"{lock.name} cannot take part: it makes its own offline codes"
        yield Reason("offline_codes_only", "offline_codes_only", message)


_COLLISIONS = {
    "same_buttons": "{} has another code on the same buttons",
    "prefix": "{} opens at the first match, and one of its codes begins like this one",
    "first_four_in_use": "{} has another code with the same first four digits",
}


def _collisions(lock: LockFacts, code: Pin) -> list[Reason]:
    """Codes in use that differ from `code` and still cannot be beside it, one per kind."""
    keypad = lock.keypad
    if not (keypad.five_buttons or keypad.matches_prefix or keypad.first_four_in_use):
        return []
    wanted = _presses(keypad, code)
    found: dict[str, Pin] = {}
    for pin in lock.in_use:
        if pin == code:
            continue
        for kind in _kinds(keypad, wanted, _presses(keypad, pin)):
            # The lowest, so that the answer does not hang on the order of the codes.
            if kind not in found or pin < found[kind]:
                found[kind] = pin
    return [
        Reason("keypad_collision", kind, text.format(lock.name), lock.in_use[found[kind]])
        for kind, text in _COLLISIONS.items()
        if kind in found
    ]


def _presses(keypad: Keypad, pin: Pin) -> str:
    return buttons(pin.reveal()) if keypad.five_buttons else pin.reveal()


def _kinds(keypad: Keypad, wanted: str, used: str) -> Iterator[str]:
    if wanted == used:  # of different codes, so only where digits share buttons
        yield "same_buttons"
    elif keypad.matches_prefix and used and (used.startswith(wanted) or wanted.startswith(used)):
        yield "prefix"
    if keypad.first_four_in_use and len(used) >= 4 and used[:4] == wanted[:4]:
        yield "first_four_in_use"
