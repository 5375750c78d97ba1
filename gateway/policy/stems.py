"""Codes in use, as heads that a new code must not have.

A *stem* blocks every code that starts with it. One word covers all the ways in which a code can be
taken on a lock, for new codes of n digits:

| the lock | a code u in use blocks |
| --- | --- |
| compares whole codes | u, if u has n digits |
| opens as soon as a code matches | u if it is no longer than n, else its first n digits |
| wants the first four digits of its codes to differ | also the first four digits of u |

On a five-button keypad the digits of u become buttons first (`keypad.buttons`). Sorted as text,
stems are sorted by the number of the first code they block, and those that start with another
stem come right after it: what is left after dropping them is disjoint and ascending.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.policy.keypad import BUTTON_OF, Keypad, LockFacts, buttons
from gateway.policy.space import Counters, Row, span, unrank, without_buttons
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Comparing:
    """How a keypad compares a new code with those it has. Few differ, so codes are pooled by it."""

    five_buttons: bool = False
    matches_prefix: bool = False
    first_four: bool = False

    @staticmethod
    def of(keypad: Keypad) -> Comparing:
        """The part of a kind of keypad that decides about codes in use."""
        return Comparing(keypad.five_buttons, keypad.matches_prefix, keypad.first_four_in_use)

    def presses(self, pins: Iterable[Pin]) -> Iterable[str]:
        """What is compared: digits, or the buttons they are on."""
        digits = map(Pin.reveal, pins)
        return map(buttons, digits) if self.five_buttons else digits

    def stems(self, presses: Collection[str], length: int) -> set[str]:
        """The stems for new codes of `length` digits."""
        if self.matches_prefix:
            stems = {used[:length] for used in presses if used}
        else:
            stems = {used for used in presses if len(used) == length}
        if self.first_four and length >= 4:
            stems.update(used[:4] for used in presses if len(used) >= 4)
        return stems


EXACTLY = Comparing()  # how a refused code is remembered: nothing is known of its relatives


def _disjoint(stems: set[str]) -> list[str]:
    """Ascending, without those that start with another: they block nothing more."""
    kept: list[str] = []
    last = None
    for stem in sorted(stems):
        if last is None or not stem.startswith(last):
            kept.append(stem)
            last = stem
    return kept


def _trie(stems: Sequence[str]) -> dict[str, object]:
    """Nested by press; None where a stem ends. `stems` are disjoint."""
    root: dict[str, object] = {}
    for stem in stems:
        node = root
        for press in stem[:-1]:
            below = node.setdefault(press, {})
            assert isinstance(below, dict), "stems are disjoint"
            node = below
        node[stem[-1]] = None
    return root


class Used:
    """The codes in use on some locks, pooled by how they are compared."""

    def __init__(self, locks: Iterable[LockFacts], counters: Counters) -> None:
        self._counters = counters
        self._pools: dict[Comparing, set[str]] = {}
        for lock in locks:
            comparing = Comparing.of(lock.keypad)
            if lock.in_use:
                self._pool(comparing).update(comparing.presses(lock.in_use))
            if lock.refused:
                self._pool(EXACTLY).update(EXACTLY.presses(lock.refused))
            counters.codes_read += len(lock.in_use)

    def _pool(self, comparing: Comparing) -> set[str]:
        return self._pools.setdefault(comparing, set())

    def free(self, root: Row, length: int) -> FreeCodes:
        """The codes of the space at `root`, all of `length` digits, that no lock has in use."""
        digits: set[str] = set()
        presses: set[str] = set()
        for comparing, used in self._pools.items():
            stems = presses if comparing.five_buttons else digits
            stems |= comparing.stems(used, length)
        return FreeCodes(root, _disjoint(digits), _disjoint(presses), self._counters)


class FreeCodes:
    """The codes of a space that start with none of the stems: `count`, and each by its number."""

    __slots__ = ("_keys", "_root", "_taken", "count")

    def __init__(
        self, root: Row, digits: Sequence[str], presses: Sequence[str], counters: Counters
    ) -> None:
        """Both stem lists are disjoint and ascending; `presses` are in buttons."""
        self._root = without_buttons(root, _trie(presses), counters) if presses else root
        # keys[j] is how many free codes come before the j-th taken stretch, and taken[j + 1] how
        # many taken ones have passed when it ends.
        self._keys: list[int] = []
        self._taken = [0]
        taken = 0
        for stem in digits:
            first, many = span(self._root, stem)
            if many:
                self._keys.append(first - taken)
                taken += many
                self._taken.append(taken)
        counters.spans += len(digits)
        self.count = self._root.total - taken

    def code(self, number: int) -> str:
        """The free code with that number, 0 <= number < count, in the order of their text."""
        if not 0 <= number < self.count:
            raise IndexError("no free code has that number")
        return unrank(self._root, number + self._taken[bisect_right(self._keys, number)])


class BlockedNode:
    """A place in the trie of stems, with the locks (by position) that block all codes from here."""

    __slots__ = ("below", "locks")

    def __init__(self) -> None:
        self.below: dict[str, BlockedNode] = {}
        self.locks: list[int] = []


class Blockers:
    """Which lock blocks which codes of one length: the stems again, each with its locks.

    Walked digit by digit, digits and buttons side by side. A place is a pair of nodes, either of
    them None where no stem goes on; `OUTSIDE` is both.
    """

    OUTSIDE = (None, None)

    def __init__(self, locks: Sequence[LockFacts], length: int) -> None:
        by_stem: dict[tuple[bool, str], list[int]] = {}
        for position, lock in enumerate(locks):
            comparing = Comparing.of(lock.keypad)
            stems = comparing.stems([*comparing.presses(lock.in_use)], length)
            for stem in stems:
                by_stem.setdefault((comparing.five_buttons, stem), []).append(position)
            for stem in EXACTLY.stems([*EXACTLY.presses(lock.refused)], length):
                by_stem.setdefault((False, stem), []).append(position)
        self._roots = (BlockedNode(), BlockedNode())
        for (five_buttons, stem), positions in by_stem.items():
            node = self._roots[five_buttons]
            for press in stem:
                node = node.below.setdefault(press, BlockedNode())
            node.locks.extend(positions)

    @property
    def start(self) -> Place:
        """Before the first digit."""
        return self._roots

    @staticmethod
    def step(place: Place, digit: str) -> tuple[Place, Sequence[int]]:
        """The place after one more digit, and the locks that block from there on."""
        in_digits = place[0].below.get(digit) if place[0] else None
        in_buttons = place[1].below.get(BUTTON_OF[digit]) if place[1] else None
        locks = [
            *(in_digits.locks if in_digits else ()),
            *(in_buttons.locks if in_buttons else ()),
        ]
        return (
            (
                in_digits if in_digits and in_digits.below else None,
                in_buttons if in_buttons and in_buttons.below else None,
            ),
            locks,
        )


Place = tuple[BlockedNode | None, BlockedNode | None]
