"""Which locks share when not all can: the most, and among equals those requested first.

Let A(c) be the locks that accept code c. A set of locks can share a code exactly when it lies
inside some A(c), so the answer is the greatest A(c), and the search is over codes, not over sets
of locks. Codes that break the same rules and start with no stem are alike; so it is enough to walk
the trie of stems with the classes of codes beside it, and to turn back where even the locks that
could still accept are no better than what was found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.policy.choose import Rooms
from gateway.policy.keypad import LockFacts, all_rules
from gateway.policy.rules import DIGITS
from gateway.policy.stems import Blockers, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.policy.space import ClassRow, Counters, Spaces


def largest(
    locks: Sequence[LockFacts], *, spaces: Spaces, counters: Counters
) -> tuple[LockFacts, ...]:
    """The greatest set of locks that one legal code is free on, in request order.

    Exact. Of two sets of the same size the one with the earliest lock that only one of them has.
    Empty when no lock accepts any code. Locks that are never given a drawn code must be left out.
    """
    # The first lock has the highest bit: among equal numbers of locks the greater mask is earlier.
    bits = [1 << place for place in range(len(locks) - 1, -1, -1)]
    supporters: dict[int, int] = {}
    for lock, bit in zip(locks, bits, strict=True):
        for length in lock.keypad.lengths:
            supporters[length] = supporters.get(length, 0) | bit
    best = 0
    for length, everyone in sorted(
        supporters.items(), key=lambda item: (_value(item[1]), -item[0]), reverse=True
    ):
        if _value(everyone) <= _value(best):
            break
        members = [lock for lock, bit in zip(locks, bits, strict=True) if bit & everyone]
        if Rooms(members, spaces, counters).any_free(length):
            best = everyone
        else:
            search = _Search(members, [bit for bit in bits if bit & everyone], best, counters)
            best = search.at(length, spaces)
    return tuple(lock for lock, bit in zip(locks, bits, strict=True) if bit & best)


def _value(mask: int) -> tuple[int, int]:
    return (mask.bit_count(), mask)


class _Search:
    """The best mask over all codes of one length, if it is better than the best so far."""

    def __init__(
        self, locks: Sequence[LockFacts], bits: Sequence[int], best: int, counters: Counters
    ) -> None:
        self._locks = locks
        self._bits = bits
        self._best = best
        self._counters = counters
        self._able: dict[int, int] = {}  # by broken rules: the locks that do not mind
        # By the classes still open: what a code of one of them could have at best.
        self._bases: dict[frozenset[int], tuple[int, ...]] = {}

    def at(self, length: int, spaces: Spaces) -> int:
        words = all_rules(self._locks)
        root = spaces.classes(words, length, self._counters)
        wants = [
            sum(1 << at for at, word in enumerate(words) if word in lock.keypad.rules)
            for lock in self._locks
        ]
        self._able = {
            broken: sum(
                bit for bit, rules in zip(self._bits, wants, strict=True) if not rules & broken
            )
            for broken in root.broken
        }
        self._walk(root, Blockers(self._locks, length).start, 0)
        return self._best

    def _reach(self, row: ClassRow, blocked: int) -> int:
        """The best that a code from here could have if nothing more is in use on the way."""
        bases = self._bases.get(row.broken)
        if bases is None:
            bases = tuple({self._able[broken] for broken in row.broken})
            self._bases[row.broken] = bases
        return max((base & ~blocked for base in bases), key=_value)

    def _walk(self, row: ClassRow, place: Place, blocked: int) -> None:
        self._counters.trie_nodes += 1
        reach = self._reach(row, blocked)
        if _value(reach) <= _value(self._best):
            return
        if place == Blockers.OUTSIDE:
            # Nothing more is in use from here on, so some code has exactly these locks.
            self._best = reach
            return
        later = []
        for digit, follower in zip(DIGITS, row.rows, strict=True):
            after, blockers = Blockers.step(place, digit)
            mask = blocked
            for position in blockers:
                mask |= self._bits[position]
            if after == Blockers.OUTSIDE:
                self._walk(follower, after, mask)  # cheap, and raises the bar for the others
            else:
                later.append((follower, after, mask))
        for follower, after, mask in later:
            self._walk(follower, after, mask)
