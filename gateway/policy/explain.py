"""Why not all locks can share: the smallest conflict, in words.

What locks want is a list of *elements*: each distinct set of lengths, each distinct digit rule.
Every code breaks some element if no code suits all; codes fall into few classes by what they
break, and the smallest conflict is the smallest set of elements that leaves no class unbroken (a
minimum hitting set). That one is exact.

Where the rules leave codes and the codes in use take them all, the elements and the locks that
are named are *irredundant*, without any one of them there would be a code, but there may be a
shorter list: minimum set cover is hard, and the shortest of long lists helps nobody.

No code in use is ever printed, only how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.policy.choose import Rooms
from gateway.policy.judge import Reason, length_reason, never_drawn_reason, rule_reason
from gateway.policy.keypad import LockFacts, all_rules, common_lengths
from gateway.policy.rules import CONSTRAINTS, HARD
from gateway.policy.stems import Blockers, Place, Used
from gateway.policy.wording import (
    in_use_sentence,
    lengths_phrase,
    never_drawn_sentence,
    rules_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gateway.policy.space import Counters, Row, Spaces


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that some locks want: a set of lengths, or a digit rule (`word`).

    `holders` are the positions of all locks that want it.
    """

    lengths: tuple[int, ...]
    word: str | None
    holders: tuple[int, ...]

    def phrase(self, *, unit: bool = True) -> str:
        """`6 digits`, `no 0`."""
        if self.word is None:
            return lengths_phrase(self.lengths, unit=unit)
        return CONSTRAINTS[self.word].wants


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why some locks cannot share. `reasons` has every lock that is part of it, by position.

    `codes_in_use` is how many codes would suit the elements if none were in use, None where the
    elements alone conflict; `users` are then the locks that use them up, with how many more each.
    """

    sentence: str
    reasons: tuple[tuple[int, tuple[Reason, ...]], ...]
    elements: tuple[Element, ...] = ()
    codes_in_use: int | None = None
    users: tuple[tuple[int, int], ...] = ()


def explain(locks: Sequence[LockFacts], *, spaces: Spaces, counters: Counters) -> Conflict:
    """Why no code can be drawn for all of `locks`, given that none can.

    Locks that are never given a drawn code are each a conflict of their own; what keeps the others
    apart, if anything does, is said after them.
    """
    reasons: dict[int, tuple[Reason, ...]] = {}
    for position, lock in enumerate(locks):
        reason = never_drawn_reason(lock)
        if reason:
            reasons[position] = (reason,)
    if not reasons:
        return _conflict(locks, spaces, counters)
    sentences = [never_drawn_sentence([reason.message for (reason,) in reasons.values()])]
    places = [position for position in range(len(locks)) if position not in reasons]
    others = [locks[position] for position in places]
    rooms = Rooms(others, spaces, counters)
    if others and not any(map(rooms.any_free, common_lengths(others))):
        conflict = _conflict(others, spaces, counters)
        sentences.append(conflict.sentence)
        reasons.update((places[position], found) for position, found in conflict.reasons)
    return Conflict(" ".join(sentences), tuple(sorted(reasons.items())))


def why_apart(
    lock: LockFacts,
    lengths: Sequence[int],
    words: tuple[str, ...],
    *,
    spaces: Spaces,
    counters: Counters,
) -> tuple[Reason, ...]:
    """Why `lock` cannot join those that share: locks with common `lengths` and the rules `words`.

    Depends on what the sharers want, not on the code they were given: that would tell who uses it.
    `words` are in the order of `HARD`.
    """
    never = never_drawn_reason(lock)
    if never:
        return (never,)
    theirs = [length for length in lengths if spaces.root(words, length, False, counters).total]
    common = [length for length in lock.keypad.lengths if length in theirs]
    if not common:
        own = length_reason(lock)
        usable = lengths_phrase(theirs, unit=False)
        return (replace(own, message=f"{own.message}, those that share have {usable}"),)
    both = tuple(word for word in HARD if word in words or word in lock.keypad.rules)
    if not any(spaces.root(both, length, False, counters).total for length in common):
        return tuple(rule_reason(lock, word) for word in lock.keypad.rules)
    message = f"every code that {lock.name} could share is in use on it or on those that share"
    return (Reason("pin_in_use", "no_common_code_free", message),)


def _conflict(locks: Sequence[LockFacts], spaces: Spaces, counters: Counters) -> Conflict:
    elements = _elements(locks)
    chosen = _smallest_conflict(elements, all_rules(locks), spaces, counters)
    if chosen is None:
        return _InUse(locks, elements, spaces, counters).conflict()
    reasons: dict[int, list[Reason]] = {}
    for element in chosen:
        for position in element.holders:
            reasons.setdefault(position, []).append(_reason(locks[position], element))
    return Conflict(
        sentence=rules_sentence(locks, chosen),
        reasons=tuple((position, tuple(reasons[position])) for position in sorted(reasons)),
        elements=tuple(chosen),
    )


def _elements(locks: Sequence[LockFacts]) -> list[Element]:
    """Every distinct want, those of the earliest lock first, its lengths before its rules."""
    holders: dict[tuple[tuple[int, ...], str | None], list[int]] = {}
    for position, lock in enumerate(locks):
        holders.setdefault((lock.keypad.lengths, None), []).append(position)
        for word in lock.keypad.rules:
            holders.setdefault(((), word), []).append(position)
    return [Element(*wanted, tuple(positions)) for wanted, positions in holders.items()]


def _reason(lock: LockFacts, element: Element) -> Reason:
    return length_reason(lock) if element.word is None else rule_reason(lock, element.word)


def _smallest_conflict(
    elements: Sequence[Element], words: tuple[str, ...], spaces: Spaces, counters: Counters
) -> list[Element] | None:
    """The fewest elements that no code suits, those of earlier locks first; None if one suits."""
    broken_sets = set(_broken_sets(elements, words, spaces, counters))
    if frozenset() in broken_sets:
        return None
    # A set that contains another is broken whenever that one is.
    minimal = [one for one in broken_sets if not any(other < one for other in broken_sets)]
    size = next(size for size in range(1, len(elements) + 1) if _can_hit(minimal, size))
    chosen: list[int] = []
    for place in range(len(elements)):
        rest = [broken for broken in minimal if place not in broken]
        if len(rest) < len(minimal) and _can_hit(rest, size - len(chosen) - 1):
            chosen.append(place)
            minimal = rest
    return [elements[place] for place in chosen]


def _broken_sets(
    elements: Sequence[Element], words: tuple[str, ...], spaces: Spaces, counters: Counters
) -> Iterator[frozenset[int]]:
    """For every class of codes, which elements (by place) they break."""
    by_lengths = [place for place, element in enumerate(elements) if element.word is None]
    by_word = {element.word: place for place, element in enumerate(elements) if element.word}
    yield frozenset(by_lengths)  # the codes of a length that no lock takes
    for length in sorted({length for place in by_lengths for length in elements[place].lengths}):
        wrong = frozenset(place for place in by_lengths if length not in elements[place].lengths)
        if spaces.root(words, length, False, counters).total:
            yield wrong  # some codes break no rule at all, the others break more than they do
            continue
        for broken in spaces.classes(words, length, counters).broken:
            rules = (by_word[word] for at, word in enumerate(words) if broken >> at & 1)
            yield wrong.union(rules)


def _can_hit(sets: Sequence[frozenset[int]], size: int) -> bool:
    """Whether `size` elements can be chosen so that each set has one of them."""
    if not sets or size <= 0:
        return not sets
    return any(
        _can_hit([one for one in sets if element not in one], size - 1)
        for element in min(sets, key=len)
    )


class _InUse:
    """The conflict of locks whose rules leave codes, all of them in use."""

    def __init__(
        self,
        locks: Sequence[LockFacts],
        elements: Sequence[Element],
        spaces: Spaces,
        counters: Counters,
    ) -> None:
        self._locks = locks
        self._elements = elements
        self._spaces = spaces
        self._counters = counters
        self._used = Used(locks, counters)

    def conflict(self) -> Conflict:
        needed = self._needed()
        total = sum(root.total for _, root in self._roots(needed))
        users = _cover(len(self._locks), self._regions(needed))
        reasons: dict[int, tuple[Reason, ...]] = {}
        for position, many in users:
            name = self._locks[position].name
            message = f"{name} uses {many:,} of the {total:,} codes that would fit"
            reasons[position] = (Reason("pin_in_use", "no_common_code_free", message),)
        named = set(reasons)
        for element in needed:
            if named.isdisjoint(element.holders):  # else a lock that is named already has it
                for position in element.holders:
                    reason = _reason(self._locks[position], element)
                    reasons[position] = (*reasons.get(position, ()), reason)
        return Conflict(
            sentence=in_use_sentence(self._locks, needed, users, total),
            reasons=tuple(sorted(reasons.items())),
            elements=tuple(needed),
            codes_in_use=total,
            users=tuple(users),
        )

    def _needed(self) -> list[Element]:
        """The elements without those that can go, latest first, and still no code is free."""
        needed = list(self._elements)
        for element in reversed(self._elements):
            fewer = [other for other in needed if other is not element]
            if any(other.word is None for other in fewer) and not self._any_free(fewer):
                needed = fewer
        return needed

    def _any_free(self, elements: Sequence[Element]) -> bool:
        return any(
            root.total and self._used.free(root, length).count
            for length, root in self._roots(elements)
        )

    def _roots(self, elements: Sequence[Element]) -> Iterator[tuple[int, Row]]:
        wanted = [set(element.lengths) for element in elements if element.word is None]
        words = tuple(element.word for element in elements if element.word)
        in_order = tuple(word for word in HARD if word in words)
        for length in sorted(set.intersection(*wanted)):
            yield length, self._spaces.root(in_order, length, False, self._counters)

    def _regions(self, elements: Sequence[Element]) -> dict[frozenset[int], int]:
        """How many codes are blocked by exactly which locks."""
        regions: dict[frozenset[int], int] = {}

        def walk(row: Row, place: Place, blocked: frozenset[int]) -> None:
            self._counters.trie_nodes += 1
            if place == Blockers.OUTSIDE:
                regions[blocked] = regions.get(blocked, 0) + row.total
                return
            for digit, follower in zip(row.digits, row.rows, strict=True):
                after, blockers = Blockers.step(place, digit)
                walk(follower, after, blocked.union(blockers) if blockers else blocked)

        for length, root in self._roots(elements):
            walk(root, Blockers(self._locks, length).start, frozenset())
        return regions


def _cover(locks: int, regions: dict[frozenset[int], int]) -> list[tuple[int, int]]:
    """Locks that together block every region, and how many codes each adds to those before it.

    Greedy, then without those that the others make superfluous. Ties go to the earlier lock.
    """
    of_lock: list[list[frozenset[int]]] = [[] for _ in range(locks)]
    gains = [0] * locks
    for region, many in regions.items():
        for position in region:
            of_lock[position].append(region)
            gains[position] += many
    open_regions = set(regions)
    chosen: list[int] = []
    while open_regions:
        best = max(range(locks), key=lambda position: (gains[position], -position))
        chosen.append(best)
        for region in of_lock[best]:
            if region in open_regions:
                open_regions.remove(region)
                for position in region:
                    gains[position] -= regions[region]
    for position in reversed(chosen.copy()):
        others = set(chosen) - {position}
        if all(not others.isdisjoint(region) for region in of_lock[position]):
            chosen.remove(position)
    seen: set[frozenset[int]] = set()
    users = []
    for position in chosen:
        new = [region for region in of_lock[position] if region not in seen]
        seen.update(new)
        users.append((position, sum(regions[region] for region in new)))
    return users
