"""What the choice of a code has to know of a lock: its kind of keypad and the codes on it.

Thousands of locks have a handful of kinds. `Keypad` is that kind: hashable, and everything that is
compiled or counted is compiled and counted per kind. `LockFacts` adds what is a lock's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from gateway.policy.rules import CONSTRAINTS, HARD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from latchbench.pin import Pin

Word = Literal[
    "pin_in_use",
    "keypad_collision",
    "length_not_supported",
    "digits_not_supported",
    "provider_chooses_pin",
    "offline_codes_only",
    "refused_by_lock",
]
"""Why a lock cannot take part in a shared code. A random code of its own can cure each of them."""

CODE_DIGITS_MAX: Final = 20  # Seam's report_device_constraints: lengths from 4 to 20

# Keypads with five buttons carry two digits on each: 1357 and 2468 are the same four presses.
BUTTON_OF: Final = MappingProxyType(dict(zip("1234567890", "1133557799", strict=True)))
_TO_BUTTONS: Final = str.maketrans(dict(BUTTON_OF))


def buttons(digits: str) -> str:
    """The buttons that a person presses for `digits` on a five-button keypad, as digits."""
    return digits.translate(_TO_BUTTONS)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a code on a lock. `access_code_id` is None when the API has no row for it."""

    access_code_id: str | None = None
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Keypad:
    """A kind of keypad. Equal kinds take exactly the same digits.

    `lengths` and `rules` are kept sorted and without repetition, however they are given; `rules`
    are the constraint words that are about digits. `first_four_in_use` is the second half of
    Schlage's rule: no two codes on the lock start with the same four digits. `existing` is the set
    that a chosen code must come from, None where any code will do.
    """

    lengths: tuple[int, ...]
    rules: tuple[str, ...] = ()
    five_buttons: bool = False
    matches_prefix: bool = False  # no enter key: the bolt moves as soon as the digits match
    first_four_in_use: bool = False
    provider_chooses: bool = False
    offline_codes_only: bool = False
    existing: frozenset[Pin] | None = None

    def __post_init__(self) -> None:
        """Sort. Raises `ValueError` for a length outside 1 to 20 or a rule without automaton."""
        if any(not 1 <= length <= CODE_DIGITS_MAX for length in self.lengths):
            raise ValueError(f"code lengths are 1 to {CODE_DIGITS_MAX}, not {self.lengths}")
        unknown = sorted(set(self.rules) - set(HARD))
        if unknown:
            raise ValueError(f"not a rule about digits: {', '.join(unknown)}")
        object.__setattr__(self, "lengths", tuple(sorted(set(self.lengths))))
        object.__setattr__(self, "rules", tuple(rule for rule in HARD if rule in self.rules))

    @property
    def never_drawn(self) -> Word | None:
        """Why no code is ever drawn for such a keypad, or None if one can be.

        A set of existing PINs is never drawn from: the guest would get a resident's PIN.
        """
        if self.provider_chooses or self.existing is not None:
            return "provider_chooses_pin"
        return "offline_codes_only" if self.offline_codes_only else None


def keypad_of(
    lengths: Iterable[int],
    constraints: Iterable[str],
    *,
    five_buttons: bool = False,
    matches_prefix: bool = False,
    offline_codes_only: bool = False,
    existing: Iterable[Pin] = (),
) -> Keypad:
    """The kind of keypad that a device's lengths and `code_constraints` words describe.

    `existing` is read only under `pin_code_matches_existing_set`. Words about names and times are
    accepted and change nothing. Raises `ValueError` for a word outside Seam's vocabulary.
    """
    words = tuple(constraints)
    unknown = sorted(set(words) - set(CONSTRAINTS))
    if unknown:
        raise ValueError(f"unknown code constraint: {', '.join(unknown)}")
    return Keypad(
        lengths=tuple(lengths),
        rules=tuple(word for word in words if word in HARD),
        five_buttons=five_buttons,
        matches_prefix=matches_prefix,
        first_four_in_use="unique_first_four_digits" in words,
        provider_chooses="cannot_specify_pin_code" in words,
        offline_codes_only=offline_codes_only,
        existing=frozenset(existing) if "pin_code_matches_existing_set" in words else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class LockFacts:
    """One lock as the choice of a code sees it.

    `in_use` is every code that the lock holds or may hold, whenever it is valid: managed,
    unmanaged and backup codes, those reserved but not written, those whose removal is not
    verified, and the programming code. `refused` are codes that the lock turned down without a
    reason that is known; they are not drawn again. The planner reads both and keeps neither.
    """

    device_id: str
    name: str
    keypad: Keypad
    in_use: Mapping[Pin, Owner] = field(default_factory=dict)
    refused: frozenset[Pin] = frozenset()


def common_lengths(locks: Sequence[LockFacts]) -> tuple[int, ...]:
    """The lengths that every lock takes, ascending."""
    kinds = {lock.keypad.lengths for lock in locks}
    return tuple(sorted(set.intersection(*map(set, kinds)))) if kinds else ()


def all_rules(locks: Iterable[LockFacts]) -> tuple[str, ...]:
    """The digit rules that any of the locks has, in the order of `rules.HARD`."""
    having = {rule for keypad in {lock.keypad for lock in locks} for rule in keypad.rules}
    return tuple(rule for rule in HARD if rule in having)
