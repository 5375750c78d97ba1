"""Codes of a lock's own making, for slots that a scenario wants occupied and does not care by whom.

They are codes that this lock takes, and that no two of them open for each other at its keypad; the
same lock with the same seed makes the same ones. Candidates are walked through in an order that
visits every code of a length once, so that "none is left" is a proof and not bad luck.
"""

from __future__ import annotations

from dataclasses import replace
from math import gcd
from random import Random
from typing import TYPE_CHECKING

from latchbench.pin import Pin
from simulator.model import rules
from simulator.model.memory import Slot, read_only
from simulator.model.words import DuplicatePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.model.memory import Memory
    from simulator.model.profile import Profile


class CannotHold(ValueError):
    """A lock cannot hold what it is to hold. The message names slots and rules, never digits."""


def with_codes(profile: Profile, memory: Memory, codes: Mapping[int, Pin]) -> Memory:
    """`memory` with these codes in it, as if they had always been there.

    Raises `CannotHold` for the first one that the lock's own rules refuse.
    """
    for slot, pin in codes.items():
        refused = rules.code_refusal(profile, memory, slot, pin)
        if refused is not None:
            raise CannotHold(f"the lock refuses the code of slot {slot}: {refused.why}")
        memory = replace(memory, slots=read_only([*memory.slots.items(), (slot, Slot(pin))]))
    return memory


def to_fill(profile: Profile, memory: Memory, used: int, seed: str) -> dict[int, Pin]:
    """Codes for the lowest free slots, so that `used` slots hold one; none when as many do.

    Raises `CannotHold` when the lock has not that many slots, or not that many codes.
    """
    missing = used - len(memory.slots)
    if missing <= 0:
        return {}
    free = [
        slot
        for slot in range(1, profile.slots_max + 1)
        if slot not in memory.slots and rules.slot_refusal(profile, slot) is None
    ]
    if missing > len(free):
        raise CannotHold(
            f"{used} slots are to be used, but the lock has only {used - missing + len(free)}"
        )
    codes: dict[int, Pin] = {}
    candidates = _candidates(profile, memory, seed)
    # One growing memory: a code must get on with those that were made before it.
    growing = memory
    for slot in free[:missing]:
        pin = next((pin for pin in candidates if _fits(profile, growing, slot, pin)), None)
        if pin is None:
            raise CannotHold(
                f"{used} slots are to be used, but only {len(growing.slots)} codes differ"
            )
        codes[slot] = pin
        growing = replace(growing, slots=read_only([*growing.slots.items(), (slot, Slot(pin))]))
    return codes


def _fits(profile: Profile, memory: Memory, slot: int, pin: Pin) -> bool:
    """Whether the lock takes it and the keypad can tell it from every other code."""
    if rules.code_refusal(profile, memory, slot, pin) is not None:
        return False
    if profile.duplicate_policy is not DuplicatePolicy.ACCEPT:
        return True  # the lock has asked that itself
    others = [held.pin for held in memory.slots.values()]
    if profile.admin_code is not None:
        others.append(profile.admin_code)
    return not any(rules.are_one(profile, pin, other) for other in others)


def _candidates(profile: Profile, memory: Memory, seed: str) -> Iterator[Pin]:
    """Every code that can be typed at the lock's keypad, each once, in an order of its own."""
    if profile.existing_pins:
        yield from sorted(profile.existing_pins)
        return
    rng = Random(f"{seed}/codes")
    for length in rules.lengths_taken(profile, memory):
        yield from _all_codes(profile.keys, length, rng)


def _all_codes(keys: str, length: int, rng: Random) -> Iterator[Pin]:
    """All strings of `length` keys, by steps that have no factor in common with their number."""
    count = len(keys) ** length
    number, step = rng.randrange(count), rng.randrange(1, count) | 1
    while gcd(step, count) != 1:
        step += 2
    for _ in range(count):
        yield Pin(_spelled(number, keys, length))
        number = (number + step) % count


def _spelled(number: int, keys: str, length: int) -> str:
    digits = []
    for _ in range(length):
        number, place = divmod(number, len(keys))
        digits.append(keys[place])
    return "".join(digits)
