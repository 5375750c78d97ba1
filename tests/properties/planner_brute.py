"""Brute force for the planner's tests: all codes of up to four digits, one by one, by definition.

Nothing here uses the planner's automata, stems or ranks. Rules are slices and set sizes, a code in
use is compared as a person would read the rule, and sets of locks are found by trying every code.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from gateway.policy.keypad import Keypad, LockFacts, Owner
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UP = "01234567890123456789"
DOWN = UP[::-1]
CODES = {n: ["".join(code) for code in product("0123456789", repeat=n)] for n in range(1, 6)}
UP_TO_3 = [code for n in range(1, 4) for code in CODES[n]]
UP_TO_4 = [code for n in range(1, 5) for code in CODES[n]]


def windows(code: str, size: int) -> list[str]:
    return [code[start : start + size] for start in range(len(code) - size + 1)]


def in_a_row(part: str, *, wrap: bool) -> bool:
    """Equal, rising by one or falling by one."""
    lines = (UP, DOWN) if wrap else (UP[:10], DOWN[:10])
    return len(set(part)) == 1 or any(part in line for line in lines)


def one_run(code: str, *, wrap: bool) -> bool:
    lines = (UP, DOWN) if wrap else (UP[:10], DOWN[:10])
    return len(code) > 1 and any(code in line for line in lines)


def monotonic(code: str) -> bool:
    text = list(code)
    return len(set(text)) == len(text) > 1 and sorted(text) in (text, text[::-1])


KEEPS: dict[str, Callable[[str], bool]] = {
    "no_zeros": lambda code: code.count("0") == 0,
    "cannot_start_with_12": lambda code: code[:2] != "12",
    "no_triple_consecutive_ints": lambda code: (
        not any(in_a_row(part, wrap=False) for part in windows(code, 4))
    ),
    "no_ascending_or_descending_sequence": lambda code: not one_run(code, wrap=False),
    "at_least_three_unique_digits": lambda code: len(set(code)) > 2,
    "cannot_contain_089": lambda code: not set(code) & set("089"),
    "cannot_contain_0789": lambda code: not set(code) & set("0789"),
    "unique_first_four_digits": lambda code: len(set(code[:4])) == len(code[:4]),
    "no_all_same_digits": lambda code: len(set(code)) > 1,
}
KEEPS_STRICTLY: dict[str, Callable[[str], bool]] = {
    "no_triple_consecutive_ints": lambda code: (
        not any(in_a_row(part, wrap=True) for part in windows(code, 3))
    ),
    "no_ascending_or_descending_sequence": lambda code: (
        not (monotonic(code) or one_run(code, wrap=True))
    ),
}


def weak(code: str) -> bool:
    blocks = [code[:size] * (len(code) // size) == code for size in (1, 2, 3) if size < len(code)]
    if len(set(code)) == 1 or any(blocks) or one_run(code, wrap=True):
        return True
    if len(code) != 4:
        return False
    left, right = int(code[:2]), int(code[2:])
    day_month = (1 <= left <= 31 and 1 <= right <= 12) or (1 <= left <= 12 and 1 <= right <= 31)
    return left in (19, 20) or day_month or code in ("2580", "0852")


KEPT = {word: frozenset(code for code in UP_TO_4 if keeps(code)) for word, keeps in KEEPS.items()}
STRONG = frozenset(code for code in UP_TO_4 if not weak(code))
STRICTLY = {
    word: frozenset(code for code in UP_TO_4 if keeps(code))
    for word, keeps in KEEPS_STRICTLY.items()
}


def pressed(lock: LockFacts, code: str) -> str:
    if not lock.keypad.five_buttons:
        return code
    return "".join(str((int(digit) + 1) // 2 % 5) for digit in code)


def collision(lock: LockFacts, code: str, used: str) -> str | None:
    """How `code` cannot be beside `used`, which the lock holds."""
    if code == used:
        return "pin_in_use"
    new, old = pressed(lock, code), pressed(lock, used)
    if new == old:
        return "keypad_collision"
    if lock.keypad.matches_prefix and (new.startswith(old) or old.startswith(new)):
        return "keypad_collision"
    long = len(new) >= 4 and len(old) >= 4
    if lock.keypad.first_four_in_use and long and new[:4] == old[:4]:
        return "keypad_collision"
    return None


def words_against(lock: LockFacts, code: str) -> set[str]:
    """Every reason word that the lock has against a code."""
    words = set()
    if len(code) not in lock.keypad.lengths:
        words.add("length_not_supported")
    if any(code not in KEPT[rule] for rule in lock.keypad.rules):
        words.add("digits_not_supported")
    words.update(collision(lock, code, pin.reveal()) or "" for pin in lock.in_use)
    if code in {pin.reveal() for pin in lock.refused}:
        words.add("refused_by_lock")
    return words - {""}


def blocked_by(lock: LockFacts, codes: Sequence[str]) -> set[str]:
    """Which of the codes cannot be beside those that the lock holds: `collision`, by the set."""
    in_use = {pin.reveal() for pin in lock.in_use}
    old = {pressed(lock, code) for code in in_use}
    prefixes: set[str] = set()
    fours: set[str] = set()
    if lock.keypad.matches_prefix:
        prefixes = {code[:size] for code in old for size in range(1, len(code))}
    if lock.keypad.first_four_in_use:
        fours = {code[:4] for code in old if len(code) >= 4}
    blocked = {code for code in codes if Pin(code) in lock.refused}
    for code in codes:
        new = pressed(lock, code)
        shorter = lock.keypad.matches_prefix and any(new[:size] in old for size in range(len(new)))
        if new in old or new in prefixes or shorter or new[:4] in fours:
            blocked.add(code)
    return blocked


@dataclass
class Oracle:
    """Which codes each lock accepts, found by trying them."""

    locks: Sequence[LockFacts]
    accepted: list[set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.accepted = []
        for lock in self.locks:
            fits = [code for length in lock.keypad.lengths for code in CODES[length]]
            for rule in lock.keypad.rules:
                fits = [code for code in fits if code in KEPT[rule]]
            self.accepted.append(set(fits) - blocked_by(lock, fits))

    def common(self) -> set[str]:
        return set.intersection(*self.accepted)

    def strong(self, codes: set[str]) -> set[str]:
        rules = {rule for lock in self.locks for rule in lock.keypad.rules}
        for rule in rules & set(STRICTLY):
            codes = codes & STRICTLY[rule]
        return codes & STRONG

    def best_set(self) -> tuple[int, ...]:
        """The most locks; of equally many, the one that has the earliest lock they differ in."""
        who: dict[str, list[int]] = defaultdict(list)
        for position, codes in enumerate(self.accepted):
            for code in codes:
                who[code].append(position)
        sets = {tuple(positions) for positions in who.values()} | {()}
        most = max(map(len, sets))
        return min(positions for positions in sets if len(positions) == most)

    def legal(self, length: int, *, strong: bool) -> set[str]:
        """The codes of a length that all locks' rules leave, in use or not."""
        rules = {rule for lock in self.locks for rule in lock.keypad.rules}
        codes = set(CODES[length]).intersection(*(KEPT[rule] for rule in rules))
        return self.strong(codes) if strong else codes

    def room(self, preferred: int | None) -> tuple[int, set[str], bool] | None:
        """Length, codes and strength of what the shared code is to be drawn from."""
        common = self.common()
        lengths = sorted(set.intersection(*(set(lock.keypad.lengths) for lock in self.locks)))
        free = {
            (length, strong): {code for code in tier if len(code) == length}
            for length in lengths
            for strong, tier in ((True, self.strong(common)), (False, common))
        }
        if preferred in lengths:
            for strong in (True, False):
                if free[preferred, strong]:
                    return preferred, free[preferred, strong], strong
        for strong in (True, False):
            some = [length for length in lengths if free[length, strong]]
            ample = [
                length
                for length in some
                if len(free[length, strong]) >= 100
                and 10 * len(free[length, strong]) >= len(self.legal(length, strong=strong))
            ]
            if some:
                length = ample[0] if ample and preferred is None else some[0]
                return length, free[length, strong], strong
        return None


OWNER = Owner("someone", managed=True)
RULE_SETS = st.one_of(
    st.just(()),
    st.lists(st.sampled_from(list(KEEPS)), max_size=3, unique=True).map(tuple),
)


def codes_of(lengths: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    return lengths.flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))


@st.composite
def fleets(draw: st.DrawFn, lengths: tuple[int, ...] = (2, 3), most: int = 5) -> list[LockFacts]:
    """Locks with a few codes each; or with so many among them that few or none are free."""
    kinds = draw(st.lists(st.sampled_from(range(1, 5)), min_size=1, max_size=most))
    keypads = [
        Keypad(
            lengths=tuple(draw(st.sets(st.sampled_from(lengths), min_size=1))),
            rules=draw(RULE_SETS),
            five_buttons=draw(st.integers(0, 4)) == 0,
            matches_prefix=draw(st.integers(0, 3)) == 0,
            first_four_in_use=draw(st.booleans()),
        )
        for _ in kinds
    ]
    used: list[list[str]] = [
        draw(st.lists(codes_of(st.integers(1, max(lengths) + 1)), max_size=6)) for _ in kinds
    ]
    crowded = draw(st.sampled_from(((), (2,), (2, 3))))
    holes = set(draw(st.lists(codes_of(st.sampled_from((2, 3))), max_size=6)))
    stride = draw(st.integers(1, 7))
    for length in crowded:
        for number, code in enumerate(CODES[length]):
            if code not in holes:
                used[number * stride % len(kinds)].append(code)
    return [
        LockFacts(
            device_id=f"device-{position}",
            name=f"lock {position}",
            keypad=keypad,
            in_use={Pin(code): OWNER for code in codes},
            refused=frozenset(map(Pin, draw(st.lists(codes_of(st.just(2)), max_size=1)))),
        )
        for position, (keypad, codes) in enumerate(zip(keypads, used, strict=True))
    ]
