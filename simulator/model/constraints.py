"""What Seam's 14 `code_constraints` types mean to a lock: plain predicates on digits.

Nine types speak about digits alone; `DIGIT_RULES` has one predicate each, by slicing and regular
expressions. They are written on purpose without a look at how anybody chooses codes, so that two
independent readings can be compared on every code. Each predicate is total: it takes digit strings
of any length, and says True when the lock would keep the code.

The readings are the mild ones, of the API's own prose: a run is four digits (not three), it does
not wrap from 9 to 0, and a sequence rule is about the whole code.

The other types have their place elsewhere, named in `OTHER_RULES`.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.model.limits import FIRST_DIGITS
from simulator.model.words import Constraint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UPWARDS: Final = "0123456789"
DOWNWARDS: Final = UPWARDS[::-1]
RUN_DIGITS: Final = 4

FOUR_EQUAL: Final = re.compile(r"(.)\1{3}")


def no_zeros(code: str) -> bool:
    """No `0` (Nuki: its keypad has the keys 1 to 9)."""
    return "0" not in code


def cannot_start_with_12(code: str) -> bool:
    """The first two digits are not `12` (Nuki)."""
    return code[:2] != "12"


def cannot_contain_089(code: str) -> bool:
    """Only the digits 1 to 7 (TTLock)."""
    return re.search("[089]", code) is None


def cannot_contain_0789(code: str) -> bool:
    """Only the digits 1 to 6 (TTLock)."""
    return re.search("[0789]", code) is None


def no_triple_consecutive_ints(code: str) -> bool:
    """No four neighbours that are all equal, rise by one or fall by one (Brivo).

    The API's prose allows "no more than three in a row", so three stand although the name has
    them; the direction must hold (1-2-1-2 is no run) and 9 is not followed by 0.
    """
    windows = (code[start : start + RUN_DIGITS] for start in range(len(code) - RUN_DIGITS + 1))
    return FOUR_EQUAL.search(code) is None and not any(
        window in UPWARDS or window in DOWNWARDS for window in windows
    )


def no_ascending_or_descending_sequence(code: str) -> bool:
    """The whole code is not one run upwards or downwards by one (Tedee, Korelock).

    `1235` and `91234` stand, `7890` too, and a code of equal digits is no sequence.
    """
    return len(code) < 2 or (code not in UPWARDS and code not in DOWNWARDS)


def at_least_three_unique_digits(code: str) -> bool:
    """Three different digits or more (Tedee)."""
    return len(set(code)) >= 3


def no_all_same_digits(code: str) -> bool:
    """Two different digits or more (Korelock)."""
    return code != code[:1] * len(code)


def first_four_differ(code: str) -> bool:
    """The first four digits differ among themselves (Schlage).

    This is the half of `unique_first_four_digits` that concerns one code. The other half, that no
    other code of the lock starts with the same four, is in `simulator.model.rules`.
    """
    first = code[:FIRST_DIGITS]
    return len(set(first)) == len(first)


DIGIT_RULES: Final[Mapping[Constraint, Callable[[str], bool]]] = MappingProxyType(
    {
        Constraint.NO_ZEROS: no_zeros,
        Constraint.CANNOT_START_WITH_12: cannot_start_with_12,
        Constraint.CANNOT_CONTAIN_089: cannot_contain_089,
        Constraint.CANNOT_CONTAIN_0789: cannot_contain_0789,
        Constraint.NO_TRIPLE_CONSECUTIVE_INTS: no_triple_consecutive_ints,
        Constraint.NO_ASCENDING_OR_DESCENDING_SEQUENCE: no_ascending_or_descending_sequence,
        Constraint.AT_LEAST_THREE_UNIQUE_DIGITS: at_least_three_unique_digits,
        Constraint.NO_ALL_SAME_DIGITS: no_all_same_digits,
        Constraint.UNIQUE_FIRST_FOUR_DIGITS: first_four_differ,
    }
)

OTHER_RULES: Final[Mapping[Constraint, str]] = MappingProxyType(
    {
        Constraint.CANNOT_SPECIFY_PIN_CODE: "rules.refusal: no code is taken over the radio",
        Constraint.PIN_CODE_MATCHES_EXISTING_SET: "rules.refusal: only `existing_pins` are taken",
        Constraint.START_DATE_IN_FUTURE: "schedule.set_schedule: a window must not have begun",
        Constraint.NAME_LENGTH: "User Code CC has no names: the hub's side keeps it",
        Constraint.NAME_MUST_BE_UNIQUE: "User Code CC has no names: the hub's side keeps it",
    }
)

# The digits that some keypads do not have keys for. A key that is not there cannot be pressed.
KEYS_MISSING: Final[Mapping[Constraint, str]] = MappingProxyType(
    {
        Constraint.NO_ZEROS: "0",
        Constraint.CANNOT_CONTAIN_089: "089",
        Constraint.CANNOT_CONTAIN_0789: "0789",
    }
)

assert set(DIGIT_RULES) | set(OTHER_RULES) == set(Constraint)
assert not set(DIGIT_RULES) & set(OTHER_RULES)


def broken_rule(constraints: frozenset[Constraint], code: str) -> Constraint | None:
    """The first of `constraints` that `code` breaks, in the order of `DIGIT_RULES`, or None."""
    for constraint, keeps in DIGIT_RULES.items():
        if constraint in constraints and not keeps(code):
            return constraint
    return None
