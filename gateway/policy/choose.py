"""One code for all of some locks: is there one, how many, which.

`pick` answers exactly. It looks at one length after the other and, at each, first at the *strong*
codes (legal under the strict readings, not easily guessed) and then at all legal ones. Where a
code is free, one integer of chance decides, uniformly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from gateway.policy.keypad import LockFacts, all_rules, common_lengths
from gateway.policy.stems import FreeCodes, Used
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gateway.policy.space import Counters, Row, Spaces

# Below either limit a guest's code is worth guessing for whoever holds another one.
FEW_CODES: Final = 100
FEW_PERCENT: Final = 10


class Draw(Protocol):
    """The source of chance. In production the operating system's, in a repeatable run seeded."""

    def below(self, n: int) -> int:
        """A uniform whole number from 0 to n - 1. n is at least 1."""


@dataclass(frozen=True, slots=True)
class FewCodesLeft:
    """A warning: fewer than 100 codes, or than 10 % of what the rules leave, are free.

    `free` of `total` codes of `length` digits are left; `used_length` is what was drawn instead, or
    the same. `device_id` is None where the warning is about the shared code.
    """

    length: int
    free: int
    total: int
    used_length: int
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A drawn code, from `free` codes left of the `total` that the rules allow at its length."""

    pin: Pin
    free: int
    total: int
    strong: bool
    few: FewCodesLeft | None


@dataclass(frozen=True, slots=True)
class _Room:
    length: int
    strong: bool
    root: Row
    codes: FreeCodes

    @property
    def is_short(self) -> bool:
        """Whether few codes are left of some; a length without any legal code is not short."""
        free, total = self.codes.count, self.root.total
        return total > 0 and (free < FEW_CODES or free * 100 < total * FEW_PERCENT)


class Rooms:
    """What is free for a fixed set of locks, per length. Codes in use are read once, when asked."""

    def __init__(self, locks: Sequence[LockFacts], spaces: Spaces, counters: Counters) -> None:
        self._locks = locks
        self._words = all_rules(locks)
        self._spaces = spaces
        self._counters = counters
        self._used: Used | None = None

    def look(self, length: int, strong: bool) -> _Room:
        """The free codes of one length that keep every lock's rules."""
        root = self._spaces.root(self._words, length, strong, self._counters)
        if not root.total:
            return _Room(length, strong, root, FreeCodes(root, (), (), self._counters))
        if self._used is None:
            self._used = Used(self._locks, self._counters)
        return _Room(length, strong, root, self._used.free(root, length))

    def any_free(self, length: int) -> bool:
        """Whether a legal code of that length is free on all of them."""
        return self.look(length, strong=False).codes.count > 0


def pick(
    locks: Sequence[LockFacts],
    draw: Draw,
    *,
    preferred: int | None,
    spaces: Spaces,
    counters: Counters,
) -> Choice | None:
    """A code that every lock accepts and none has in use, or None if there is no such code.

    Uniform over the free codes of the length and strength that are taken. A `preferred` length
    that all support is kept while any legal code of it is free, weak ones included. Otherwise the
    shortest with a strong code; then the shortest with any. With no preferred length, one that is
    nearly used up is passed over if a longer one is not. Asks `draw` for one integer, or for none
    when the answer is None.
    """
    if any(lock.keypad.never_drawn for lock in locks):
        return None
    rooms = Rooms(locks, spaces, counters)
    chosen, short = _first_room(rooms, common_lengths(locks), preferred)
    if chosen is None:
        return None
    short = chosen if chosen.is_short else short
    few = None
    if short:
        few = FewCodesLeft(short.length, short.codes.count, short.root.total, chosen.length)
    counters.draws += 1
    count = chosen.codes.count
    pin = Pin(chosen.codes.code(draw.below(count)))
    return Choice(pin, count, chosen.root.total, chosen.strong, few)


def _first_room(
    rooms: Rooms, lengths: Sequence[int], preferred: int | None
) -> tuple[_Room | None, _Room | None]:
    """The room to draw from, and the first one that was looked at and is nearly used up."""
    short: _Room | None = None
    fallback: _Room | None = None
    for length, strong in _in_order(lengths, preferred):
        if fallback and fallback.strong and not strong:
            break  # a longer weak code is no better than a short strong one
        room = rooms.look(length, strong)
        if room.is_short:
            short = short or room
        if not room.codes.count:
            continue
        if preferred is not None or not room.is_short:
            return room, short
        fallback = fallback or room
    return fallback, short


def _in_order(lengths: Sequence[int], preferred: int | None) -> Iterator[tuple[int, bool]]:
    if preferred in lengths:
        assert preferred is not None
        yield preferred, True
        yield preferred, False
    for strong in (True, False):
        for length in lengths:
            if length != preferred:
                yield length, strong
